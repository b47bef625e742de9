//! A plan: what is to hold for each tool of each server, and why. Every format writes what it can express of the same plan.

use super::fill::Fill;
use super::model::{Fallback, Limit, Policy, Predicate, ToolRules};
use super::overrides::{Choice, Overrides};
use super::profile::{Profile, Stance};
use super::reason::Reason;
use super::tailor::tailor;
use crate::verdict::{Class, GradedServer, GradedTool};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A plan for several servers.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How far it goes.
    pub profile: Profile,
    /// The servers, in the order they were given.
    pub servers: Vec<ServerPlan>,
}

/// What holds for one server.
#[derive(Clone, Debug)]
pub struct ServerPlan {
    /// The name it has in the client's config, or calls itself.
    pub name: String,
    /// Each tool name once, in the server's order.
    pub tools: Vec<ToolPlan>,
}

/// What holds for one tool.
#[derive(Clone, Debug)]
pub struct ToolPlan {
    /// Its name, byte for byte.
    pub name: String,
    /// Its class.
    pub class: Class,
    /// What the policy says.
    pub stance: Stance,
    /// Whether a person is to let each call through. Where nobody can be asked, the calls are refused.
    pub approval: bool,
    /// Whether a person chose this by name.
    pub chosen: Option<Choice>,
    /// Whether its schema asked for more than its class does.
    pub is_tailored: bool,
    /// Whether something that was not filled in keeps calls out.
    pub unfilled: bool,
    /// Why, the class first.
    pub reasons: Vec<Reason>,
    /// The same in one line, put together when it is asked for.
    because: OnceLock<String>,
}

/// How far a tool is open: what formats without conditions and counters go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Every call goes through.
    Free,
    /// Calls are only counted.
    Limited,
    /// Arguments are looked at.
    Checked,
    /// A person lets each call through.
    Approval,
    /// It is shown, and refused.
    Refused,
    /// It is not shown.
    Hidden,
}

/// What the caller of code-running tools is told.
const CHOOSE: &str = "Runs what the caller writes: it has to be allowed by name.";

impl Plan {
    /// Plans for graded servers.
    #[must_use]
    pub fn new(profile: Profile, overrides: &Overrides, servers: &[GradedServer]) -> Self {
        let server = |server: &GradedServer| ServerPlan {
            name: server.server.name.clone(),
            tools: joined(server.tools.iter().map(|tool| ToolPlan::new(profile, overrides, tool))),
        };
        Self { profile, servers: servers.iter().map(server).collect() }
    }

    /// The tools of all servers, each name once: for formats that do not know servers.
    #[must_use]
    pub fn tools(&self) -> Cow<'_, [ToolPlan]> {
        match self.servers.as_slice() {
            [only] => Cow::Borrowed(&only.tools),
            several => joined(several.iter().flat_map(|server| server.tools.iter().cloned())).into(),
        }
    }

    /// The plan as a policy.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let mut policy = Policy::new(Fallback::Deny);
        // A tool with the name of all tools cannot be named: the default refuses it.
        for tool in self.tools().into_owned().into_iter().filter(|tool| tool.name != super::model::EVERY_TOOL) {
            match tool.stance {
                Stance::Hidden => policy.hide(&tool.name),
                Stance::Ruled(rules) => policy.set(&tool.name, rules),
            }
        }
        policy
    }
}

impl ToolPlan {
    fn new(profile: Profile, overrides: &Overrides, tool: &GradedTool) -> Self {
        let (name, class) = (tool.tool.name(), tool.verdict.class);
        let chosen = overrides.choice(name);
        let mut plan = Self { chosen, ..Self::of_class(profile, name, class) };
        if let Some(chosen) = chosen {
            plan.approval = false;
            plan.stance = match chosen {
                Choice::Hide => Stance::Hidden,
                Choice::Deny => refused("Refused by choice."),
                Choice::Allow => profile.opened(name, class),
            };
        }
        plan.explain_class(tool);
        if chosen != Some(Choice::Deny) {
            plan.tailor(profile, overrides, tool);
        }
        plan
    }

    /// What holds for tools of one name; `None` where there are none.
    #[must_use]
    pub fn of<'t>(profile: Profile, overrides: &Overrides, tools: impl IntoIterator<Item = &'t GradedTool>) -> Option<Self> {
        joined(tools.into_iter().map(|tool| Self::new(profile, overrides, tool))).pop()
    }

    /// What a profile says of a tool of which nothing is known but its name and its class.
    #[must_use]
    pub fn of_class(profile: Profile, name: &str, class: Class) -> Self {
        Self {
            name: name.to_owned(),
            class,
            stance: profile.stance(name, class),
            approval: profile.asks(class),
            chosen: None,
            is_tailored: false,
            unfilled: false,
            reasons: Vec::new(),
            because: OnceLock::new(),
        }
    }

    fn explain_class(&mut self, tool: &GradedTool) {
        let name = self.class.name();
        let deciding = tool.verdict.findings.iter().filter(|finding| finding.effect == self.class);
        self.reasons.extend(deciding.map(|finding| Reason::of(name, &finding.rule, &finding.evidence)));
        if self.reasons.is_empty() {
            self.reasons.push(Reason::plain(&format!("{name}: no rule spoke for more")));
        }
        match self.chosen {
            Some(choice) => self.reasons.push(Reason::plain(&format!("chosen by name: {}", choice.name()))),
            None if tool.verdict.is_unsure() => self.reasons.push(Reason::plain("the class is unsure: check it by hand")),
            None => {}
        }
    }

    /// Adds what the schema asks for.
    fn tailor(&mut self, profile: Profile, overrides: &Overrides, tool: &GradedTool) {
        let Stance::Ruled(rules) = &mut self.stance else { return };
        // Where everything can be called, only what somebody filled in is held to it.
        let nothing = Fill::default();
        let others = if profile == Profile::Open { &nothing } else { Fill::placeholder() };
        let tailored = tailor(tool, self.class, &overrides.fill(&self.name), others);
        self.unfilled = tailored.unfilled;
        self.is_tailored = tailored.runs_code || tailored.rules != ToolRules::default();
        rules.join(&tailored.rules);
        if tailored.runs_code && profile != Profile::Open && self.chosen.is_none() {
            rules.deny_if.insert(0, Predicate::always(CHOOSE));
        }
        self.reasons.extend(tailored.reasons);
        if let Some(rate) = overrides.rate(&self.name) {
            let counter = format!("{}_per_{}", self.name, rate.window.name());
            rules.limits = vec![Limit::calls(&counter, rate.window, rate.calls)];
            self.reasons.push(Reason::plain(&format!("limited by name: {} a {}", rate.calls, rate.window.name())));
        }
    }

    /// How far it is open.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let Stance::Ruled(rules) = &self.stance else { return Standing::Hidden };
        let refusals = rules.deny_if.iter().filter(|predicate| predicate.conditions.is_empty()).count();
        match refusals {
            1 if self.approval => Standing::Approval,
            0 if self.chosen == Some(Choice::Allow) => Standing::Free,
            0 if !rules.require.is_empty() || !rules.deny_if.is_empty() => Standing::Checked,
            0 if !rules.limits.is_empty() => Standing::Limited,
            0 => Standing::Free,
            _ => Standing::Refused,
        }
    }

    /// What it checks, whether somebody chose it or not.
    #[must_use]
    pub fn rules(&self) -> Option<&ToolRules> {
        match &self.stance {
            Stance::Ruled(rules) => Some(rules),
            Stance::Hidden => None,
        }
    }

    /// Its reasons, in one line.
    #[must_use]
    pub fn because(&self) -> &str {
        self.because.get_or_init(|| self.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }

    /// Joins what holds for two tools of one name: everything that either of them asks for.
    fn join(&mut self, other: Self) {
        self.class = self.class.max(other.class);
        self.approval |= other.approval;
        self.unfilled |= other.unfilled;
        self.is_tailored = true;
        match (&mut self.stance, other.stance) {
            (Stance::Ruled(own), Stance::Ruled(others)) => own.join(&others),
            (own, Stance::Hidden) => *own = Stance::Hidden,
            (Stance::Hidden, _) => {}
        }
        for reason in other.reasons {
            if !self.reasons.contains(&reason) {
                self.reasons.push(reason);
            }
        }
        self.because = OnceLock::new();
    }
}

impl ToolRules {
    /// Adds other rules: of two limits with one counter the smaller stays.
    fn join(&mut self, other: &Self) {
        let add = |list: &mut Vec<Predicate>, more: &[Predicate]| {
            for predicate in more {
                if !list.contains(predicate) {
                    list.push(predicate.clone());
                }
            }
        };
        add(&mut self.require, &other.require);
        add(&mut self.deny_if, &other.deny_if);
        for limit in &other.limits {
            match self.limits.iter_mut().find(|own| own.counter == limit.counter) {
                Some(own) if own.max.units > limit.max.units => *own = limit.clone(),
                Some(_) => {}
                None => self.limits.push(limit.clone()),
            }
        }
    }
}

fn refused(why: &str) -> Stance {
    Stance::Ruled(ToolRules { deny_if: vec![Predicate::always(why)], ..ToolRules::default() })
}

/// Tools by name, each once, in their order.
fn joined(tools: impl Iterator<Item = ToolPlan>) -> Vec<ToolPlan> {
    let mut joined: Vec<ToolPlan> = Vec::new();
    // A hostile server lists a hundred thousand names: they are not compared with each other.
    let mut at: HashMap<String, usize> = HashMap::new();
    for tool in tools {
        match at.get(&tool.name) {
            Some(index) => joined[*index].join(tool),
            None => {
                at.insert(tool.name.clone(), joined.len());
                joined.push(tool);
            }
        }
    }
    joined
}
