//! The decision: what a policy says of one call. Nothing else decides – not the tests, not the gate, not the proof.

use super::condition::{Truth, decimal};
use super::counters::{Charge, Counter, Usage, index};
use super::model::{Fallback, Increment, Limit, Policy, Predicate, ToolRules};
use super::number::NoUnits;
use super::path::{Found, Path, escape};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// A call, as a gate sees it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The tool's name, byte for byte.
    pub tool: &'a str,
    /// Its arguments: an object.
    pub arguments: &'a Value,
    /// Who calls, if that is known: the grant.
    pub identity: Option<&'a str>,
    /// When, in seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
}

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It goes through.
    Allow,
    /// It is refused.
    Deny,
    /// It is refused, and its tool is not shown.
    Hide,
}

/// A decision, and what it is founded on.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision<'a> {
    /// What happens.
    pub outcome: Outcome,
    /// The rule that decided, as a JSON Pointer (RFC 6901) into the policy; empty when the call is allowed.
    pub rule: String,
    /// What the caller is told; empty when the call is allowed.
    pub message: Cow<'a, str>,
    /// What an allowed call adds to the counters: to be reserved before the call is forwarded.
    pub charges: Vec<Charge<'a>>,
}

/// What a policy says of a tool whatever the arguments: what a list of tools is filtered by, and the first step of a decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing<'a> {
    /// An entry of `hide` covers it: this one.
    Hidden(&'a str),
    /// `tools` does not name it, and the default refuses it.
    Unlisted,
    /// `tools` does not name it, and the default lets it through.
    Open,
    /// These rules decide.
    Ruled(&'a ToolRules),
}

/// What a policy says of a tool whatever the arguments.
#[must_use]
pub fn standing<'a>(policy: &'a Policy, tool: &'a str) -> Standing<'a> {
    if let Some(entry) = policy.hiding(tool) {
        return Standing::Hidden(entry);
    }
    match (policy.tool(tool), policy.default) {
        (Some(rules), _) => Standing::Ruled(rules),
        (None, Fallback::Allow) => Standing::Open,
        (None, Fallback::Deny) => Standing::Unlisted,
    }
}

/// Decides a call: `hide`, then `default`, then `require`, `deny_if`, the tool's `limits` and those of `all_tools`. The first that
/// refuses decides. `docs/policy.md` says it in full.
#[must_use]
pub fn decide<'a>(policy: &'a Policy, call: &Call<'a>, usage: &dyn Usage) -> Decision<'a> {
    match judge(policy, call, usage) {
        Ok(charges) => Decision { outcome: Outcome::Allow, rule: String::new(), message: Cow::Borrowed(""), charges },
        Err(Refusal { outcome, rule, message }) => Decision { outcome, rule, message, charges: Vec::new() },
    }
}

struct Refusal<'a> {
    outcome: Outcome,
    rule: String,
    message: Cow<'a, str>,
}

fn judge<'a>(policy: &'a Policy, call: &Call<'a>, usage: &dyn Usage) -> Result<Vec<Charge<'a>>, Refusal<'a>> {
    let rules = match standing(policy, call.tool) {
        Standing::Hidden(entry) => {
            let at = policy.hidden().iter().position(|hidden| hidden == entry).unwrap_or_default();
            let message = format!("`{}` is hidden by this policy", call.tool).into();
            return Err(Refusal { outcome: Outcome::Hide, rule: format!("/hide/{at}"), message });
        }
        Standing::Unlisted => {
            return Err(deny("/default".to_owned(), format!("`{}` is not listed in this policy", call.tool)));
        }
        Standing::Open => None,
        Standing::Ruled(rules) => Some(rules),
    };
    if !call.arguments.is_object() {
        return Err(deny(String::new(), "the arguments are no JSON object"));
    }
    if let Some(rules) = rules {
        check_arguments(rules, call)?;
    }
    // No allocation for the many tools without limits.
    let mut charges = Vec::new();
    let own = rules.into_iter().flat_map(|rules| rules.limits.iter().enumerate()).map(|(at, limit)| (at, limit, Some(call.tool)));
    let shared = policy.all_tools.iter().enumerate().map(|(at, limit)| (at, limit, None));
    for (at, limit, tool) in own.chain(shared) {
        let rule = || match tool {
            Some(tool) => format!("/tools/{}/limits/{at}", escape(tool)),
            None => format!("/all_tools/limits/{at}"),
        };
        charges.push(charge(limit, tool, call, usage).map_err(|message| deny(rule(), message))?);
    }
    Ok(charges)
}

/// `require` and `deny_if`.
fn check_arguments<'a>(rules: &'a ToolRules, call: &Call<'a>) -> Result<(), Refusal<'a>> {
    let rule = |list: &str, at: usize| format!("/tools/{}/{list}/{at}", escape(call.tool));
    for (at, predicate) in rules.require.iter().enumerate() {
        let failing = predicate.conditions.iter().find(|condition| condition.truth(call.arguments) != Truth::True);
        if let Some(condition) = failing {
            let own = || format!("`{}` does not meet what is required of it ({})", condition.path, condition.test.operator());
            return Err(deny(rule("require", at), told(predicate.on_deny.as_ref(), own)));
        }
    }
    for (at, predicate) in rules.deny_if.iter().enumerate() {
        if holds_unless_shown_otherwise(predicate, call.arguments) {
            let own = || match predicate.conditions.first() {
                Some(condition) => format!("refused because of `{}` ({})", condition.path, condition.test.operator()),
                None => format!("`{}` is refused by this policy", call.tool),
            };
            return Err(deny(rule("deny_if", at), told(predicate.on_deny.as_ref(), own)));
        }
    }
    Ok(())
}

/// Whether a `deny_if` refuses: unless a condition is plainly false. A type that does not fit shows nothing, so that `"1000"` or
/// `[1000]` is no way around `amount gt 500`.
fn holds_unless_shown_otherwise(predicate: &Predicate, arguments: &Value) -> bool {
    predicate.conditions.iter().all(|condition| condition.truth(arguments) != Truth::False)
}

/// What a call adds to a limit's counter, or why it may not.
fn charge<'a>(limit: &'a Limit, tool: Option<&'a str>, call: &Call<'a>, usage: &dyn Usage) -> Result<Charge<'a>, Cow<'a, str>> {
    let counter = Counter::of(limit, tool, call.identity);
    let held = usage.held(&counter, index(limit.window, call.at));
    let units = match &limit.increment {
        Increment::Fixed { units, .. } => *units,
        Increment::From(path) => counted(path, call.arguments, limit.max.scale).map_err(|problem| {
            told(limit.on_deny.as_ref(), || format!("`{path}` cannot be counted by `{}`: {problem}", limit.counter))
        })?,
    };
    let exceeds = held.units.checked_add(units).is_none_or(|sum| sum > limit.max.units);
    if exceeds {
        let (window, max) = (limit.window.name(), &limit.max.written);
        let own = || format!("the limit of {max} per {window} is reached (`{}`): try again later", limit.counter);
        return Err(told(limit.on_deny.as_ref(), own));
    }
    Ok(Charge { counter, index: held.index, units })
}

/// Why an argument cannot be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Uncounted {
    #[error("it is missing")]
    Missing,
    #[error("it is no number")]
    NoNumber,
    #[error("it is {0}")]
    NoUnits(#[from] NoUnits),
}

/// What an argument adds to a counter, in units of `10^-scale`.
pub(super) fn counted(path: &Path, arguments: &Value, scale: u32) -> Result<u64, Uncounted> {
    match path.find(arguments) {
        Found::Missing => Err(Uncounted::Missing),
        Found::Mismatch => Err(Uncounted::NoNumber),
        Found::Value(value) => Ok(decimal(value).ok_or(Uncounted::NoNumber)?.units(scale)?),
    }
}

fn deny<'a>(rule: String, message: impl Into<Cow<'a, str>>) -> Refusal<'a> {
    Refusal { outcome: Outcome::Deny, rule, message: message.into() }
}

/// What the policy says to the caller, or else what we say.
fn told<'a>(on_deny: Option<&'a String>, own: impl FnOnce() -> String) -> Cow<'a, str> {
    on_deny.map_or_else(|| Cow::Owned(own()), |text| Cow::Borrowed(text.as_str()))
}
