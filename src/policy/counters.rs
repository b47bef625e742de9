//! Counters in memory: what each window has held so far, reserved before a call is forwarded, kept or rolled back after it.

use super::model::{Limit, Scope, Window};
use rustc_hash::FxHashMap;
use std::collections::HashMap;

/// One counter of one identity: what a limit is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter<'a> {
    /// The tool whose limit it is; `None` for a limit of `all_tools`.
    pub tool: Option<&'a str>,
    /// The limit's name for it.
    pub name: &'a str,
    /// How long it counts before it starts again.
    pub window: Window,
    /// How many decimal places it counts.
    pub scale: u32,
    /// Whose it is.
    pub owner: Owner<'a>,
}

/// Whose a counter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// Everybody's: a limit without a scope.
    Everyone,
    /// One identity's.
    Identity(&'a str),
    /// That of all calls without an identity.
    Nobody,
}

/// What a counter holds, and in which window: windows are counted from 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The window a call would be counted in: the one of its time, or a later one that was already begun. A clock that steps back
    /// gives no quota back.
    pub index: i64,
    /// The units in it.
    pub units: u64,
}

/// What counters hold: all that a decision asks of them.
pub trait Usage {
    /// What a counter holds for a call in a window.
    fn held(&self, counter: &Counter<'_>, index: i64) -> Held;
}

/// What an allowed call adds to a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge<'a> {
    /// To which counter.
    pub counter: Counter<'a>,
    /// In which window.
    pub index: i64,
    /// How much.
    pub units: u64,
}

/// Counters that live as long as the program.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    all_tools: FxHashMap<Box<str>, Slots>,
    tools: FxHashMap<Box<str>, FxHashMap<Box<str>, Slots>>,
}

/// The counters of one limit.
#[derive(Clone, Debug, Default)]
struct Slots {
    everyone: Option<Slot>,
    nobody: Option<Slot>,
    // Identities are strangers' text: the hash is one that cannot be aimed at.
    identities: HashMap<Box<str>, Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    window: Window,
    scale: u32,
    held: Held,
}

/// Charges that were reserved. Dropped without a word they stay: a call whose end nobody saw has been made.
#[derive(Debug, Default)]
#[must_use = "commit it when the call was made, roll it back when it was not"]
pub struct Reservation {
    charges: Vec<Reserved>,
}

#[derive(Debug)]
struct Reserved {
    tool: Option<Box<str>>,
    name: Box<str>,
    owner: Option<Box<str>>,
    everyone: bool,
    window: Window,
    scale: u32,
    index: i64,
    units: u64,
}

impl<'a> Counter<'a> {
    /// The counter of a limit for an identity.
    #[must_use]
    pub fn of(limit: &'a Limit, tool: Option<&'a str>, identity: Option<&'a str>) -> Self {
        let owner = match (limit.scope, identity) {
            (Scope::Shared, _) => Owner::Everyone,
            (Scope::Grant, Some(identity)) => Owner::Identity(identity),
            (Scope::Grant, None) => Owner::Nobody,
        };
        Self { tool, name: &limit.counter, window: limit.window, scale: limit.max.scale, owner }
    }
}

impl Usage for Counters {
    fn held(&self, counter: &Counter<'_>, index: i64) -> Held {
        let slots = match counter.tool {
            None => self.all_tools.get(counter.name),
            Some(tool) => self.tools.get(tool).and_then(|counters| counters.get(counter.name)),
        };
        let slot = slots.and_then(|slots| match counter.owner {
            Owner::Everyone => slots.everyone.as_ref(),
            Owner::Nobody => slots.nobody.as_ref(),
            Owner::Identity(identity) => slots.identities.get(identity),
        });
        slot.map_or(Held { index, units: 0 }, |slot| slot.at(counter, index))
    }
}

impl Slot {
    /// What it holds for a call in a window.
    fn at(&self, counter: &Counter<'_>, index: i64) -> Held {
        let same = (self.window, self.scale) == (counter.window, counter.scale);
        if same && self.held.index >= index { self.held } else { Held { index, units: 0 } }
    }
}

impl Counters {
    /// Adds the charges of a decision to the counters. Decide and reserve under one lock: then no two calls take the last unit.
    pub fn reserve(&mut self, charges: &[Charge<'_>]) -> Reservation {
        for charge in charges {
            let held = self.held(&charge.counter, charge.index);
            let held = Held { index: held.index, units: held.units.saturating_add(charge.units) };
            let slot = Slot { window: charge.counter.window, scale: charge.counter.scale, held };
            let slots = self.slots(charge.counter.tool, charge.counter.name);
            match charge.counter.owner {
                Owner::Everyone => slots.everyone = Some(slot),
                Owner::Nobody => slots.nobody = Some(slot),
                Owner::Identity(identity) => match slots.identities.get_mut(identity) {
                    Some(known) => *known = slot,
                    None => drop(slots.identities.insert(identity.into(), slot)),
                },
            }
        }
        Reservation { charges: charges.iter().map(Reserved::from).collect() }
    }

    /// Keeps what was reserved: the call was made. (A result that says it failed was made too.)
    pub fn commit(&mut self, reservation: Reservation) {
        drop(reservation);
    }

    /// Takes back what was reserved: the call was not made. What was reserved in a window that is over stays there.
    pub fn roll_back(&mut self, reservation: Reservation) {
        for charge in reservation.charges {
            let slots = self.slots(charge.tool.as_deref(), &charge.name);
            let slot = match (&charge.owner, charge.everyone) {
                (_, true) => slots.everyone.as_mut(),
                (Some(identity), _) => slots.identities.get_mut(identity),
                (None, _) => slots.nobody.as_mut(),
            };
            let same =
                |slot: &&mut Slot| (slot.window, slot.scale, slot.held.index) == (charge.window, charge.scale, charge.index);
            if let Some(slot) = slot.filter(same) {
                slot.held.units = slot.held.units.saturating_sub(charge.units);
            }
        }
    }

    /// Forgets the counters of identities whose windows are over, so that identities that come and go take no room.
    pub fn forget_before(&mut self, at: i64) {
        let all = self.all_tools.values_mut().chain(self.tools.values_mut().flat_map(|counters| counters.values_mut()));
        for slots in all {
            slots.identities.retain(|_, slot| slot.held.index >= index(slot.window, at));
        }
    }

    fn slots(&mut self, tool: Option<&str>, name: &str) -> &mut Slots {
        let counters = match tool {
            None => &mut self.all_tools,
            Some(tool) => {
                if !self.tools.contains_key(tool) {
                    self.tools.insert(tool.into(), FxHashMap::default());
                }
                self.tools.entry(tool.into()).or_default()
            }
        };
        counters.entry(name.into()).or_default()
    }
}

/// The window that a time – seconds since 1970-01-01T00:00:00Z – falls into.
#[must_use]
pub fn index(window: Window, at: i64) -> i64 {
    at.div_euclid(window.seconds())
}

impl From<&Charge<'_>> for Reserved {
    fn from(charge: &Charge<'_>) -> Self {
        let Counter { tool, name, window, scale, owner } = charge.counter;
        let (owner, everyone) = match owner {
            Owner::Everyone => (None, true),
            Owner::Nobody => (None, false),
            Owner::Identity(identity) => (Some(identity.into()), false),
        };
        let (index, units) = (charge.index, charge.units);
        Self { tool: tool.map(Into::into), name: name.into(), owner, everyone, window, scale, index, units }
    }
}
