//! What is questionable about a policy: by itself, and for the tools of a server.

use super::bounds::{Bounds, Quantity, describe};
use super::condition::{Condition, Test};
use super::decide::{Standing, standing};
use super::model::{EVERY_TOOL, Policy, ToolRules};
use super::path::escape;
use super::profile::{Profile, Stance};
use super::prove::{Answer, Prover};
use super::suggest;
use crate::verdict::Class;
use rustc_hash::FxHashSet;
use serde::Serialize;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something dangerous is open.
    Danger,
    /// Probably not what was meant.
    Warning,
}

/// One questionable thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// How grave it is.
    pub level: Level,
    /// What kind of thing it is, in kebab case.
    pub kind: &'static str,
    /// The tool it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The tool's class, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// The part of the policy it is about, as a JSON Pointer.
    pub rule: String,
    /// What is questionable, and what to do.
    pub message: String,
}

/// Whether a call that goes through was asked about or counted: a tool's own `require` or `limits`. A `deny_if` only names what
/// does not go through, and a limit of all tools is not about this one.
#[must_use]
pub fn is_governed(rules: &ToolRules) -> bool {
    !rules.require.is_empty() || !rules.limits.is_empty()
}

/// What is questionable about a policy whatever it is for.
#[must_use]
pub fn alone(policy: &Policy) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, rules) in policy.tools() {
        let mut warn = |kind, rule: String, message: String| {
            findings.push(Finding { level: Level::Warning, kind, tool: Some(name.to_owned()), class: None, rule, message });
        };
        let own = format!("/tools/{}", escape(name));
        if let Some(entry) = policy.hiding(name)
            && *rules != ToolRules::default()
        {
            warn("hidden-rules", own.clone(), format!("the rules of `{name}` are never asked: `hide` has `{entry}`"));
        }
        for (at, condition) in
            rules.deny_if.iter().enumerate().flat_map(|(at, entry)| entry.conditions.iter().map(move |c| (at, c)))
        {
            let rule = format!("{own}/deny_if/{at}");
            let path = &condition.path;
            if let Test::Regex(pattern) = &condition.test
                && !pattern.text().contains(".*")
            {
                let message = format!(
                    "`{}` refuses `{path}` only where it is the whole text: write `(?s:.*)` on either side to look for a part",
                    pattern.text()
                );
                warn("whole-text", rule.clone(), message);
            }
            if matches!(condition.test, Test::Neq(_) | Test::NotIn(_)) && !requires(rules, condition) {
                let message = format!(
                    "a call of `{name}` without `{path}` passes this `deny_if`: put it the other way round under `require`, or require that `{path}` exists"
                );
                warn("missing-passes", rule, message);
            }
        }
    }
    findings
}

/// Whether a `require` fails where an argument is missing.
fn requires(rules: &ToolRules, condition: &Condition) -> bool {
    let required = rules.require.iter().flat_map(|entry| &entry.conditions);
    required.filter(|other| other.path.segments() == condition.path.segments()).any(|other| other.test != Test::Exists(false))
}

/// What is questionable about a policy for these tools, compared with a profile.
#[must_use]
pub fn cover(policy: &Policy, tools: &[(&str, Class)], profile: Profile) -> Vec<Finding> {
    let mut findings = unknown_tools(policy, tools);
    let prover = Prover::default();
    for &(name, class) in tools {
        let finding = open(policy, name, class).or_else(|| weaker(policy, name, class, profile));
        // What no arguments get through is not open, whatever its rules look like.
        findings.extend(finding.filter(|_| prover.callable(policy, name) != Answer::No));
    }
    findings
}

/// The names that the policy has and the server has not.
fn unknown_tools(policy: &Policy, tools: &[(&str, Class)]) -> Vec<Finding> {
    let known: FxHashSet<&str> = tools.iter().map(|(name, _)| *name).collect();
    let hidden = policy.hidden().iter().enumerate().map(|(at, name)| (name.as_str(), format!("/hide/{at}")));
    let ruled = policy.tools().map(|(name, _)| (name, format!("/tools/{}", escape(name))));
    let unknown = hidden.filter(|(name, _)| *name != EVERY_TOOL).chain(ruled).filter(|(name, _)| !known.contains(name));
    let finding = |(name, rule): (&str, String)| {
        let hint = suggest::nearest(name, known.iter().copied());
        let hint = hint.map_or_else(String::new, |known| format!(": did you mean `{known}`?"));
        let message = format!("the server has no tool `{name}`{hint}");
        Finding { level: Level::Warning, kind: "unknown-tool", tool: Some(name.to_owned()), class: None, rule, message }
    };
    unknown.map(finding).collect()
}

/// A tool of class Execute or above that can be called while no rule of its own asks or counts.
fn open(policy: &Policy, name: &str, class: Class) -> Option<Finding> {
    let (rule, why) = match standing(policy, name) {
        Standing::Hidden(_) | Standing::Unlisted => return None,
        Standing::Open => ("/default".to_owned(), "`default` lets every tool through that `tools` does not name"),
        Standing::Ruled(rules) if is_governed(rules) => return None,
        Standing::Ruled(rules) if rules.deny_if.is_empty() => (format!("/tools/{}", escape(name)), "its rules are empty"),
        Standing::Ruled(_) => (format!("/tools/{}", escape(name)), "what its `deny_if` does not name goes through uncounted"),
    };
    if class < Class::Execute {
        return None;
    }
    let message = format!("`{name}` ({class}) is open: {why}; hide it, or give it `require` or `limits`");
    Some(Finding { level: Level::Danger, kind: "open", tool: Some(name.to_owned()), class: Some(class), rule, message })
}

/// A tool that more can be done with than the profile has it.
fn weaker(policy: &Policy, name: &str, class: Class, profile: Profile) -> Option<Finding> {
    let rule = match standing(policy, name) {
        Standing::Hidden(_) | Standing::Unlisted => return None,
        Standing::Open => "/default".to_owned(),
        Standing::Ruled(_) => format!("/tools/{}", escape(name)),
    };
    let asks = matches!(standing(policy, name), Standing::Ruled(rules) if !rules.require.is_empty());
    let message = match profile.stance(name, class) {
        Stance::Ruled(rules) if rules.deny_if.is_empty() => {
            let shifts = Bounds::of_limits(&rules.limits).shifts(&Bounds::of(policy, name));
            let more = shifts.into_iter().find(|shift| shift.quantity == Quantity::Calls && shift.is_more())?;
            let (window, lets) = (more.window.name(), describe(&more.quantity, more.after));
            let has = describe(&more.quantity, more.before);
            format!("`{name}` ({class}) lets {lets} through in a {window}, where the starter policy has {has}")
        }
        _ if asks => return None,
        _ => format!("`{name}` ({class}) is only counted, where the starter policy lets no call through: give it `require`"),
    };
    Some(Finding { level: Level::Warning, kind: "weaker", tool: Some(name.to_owned()), class: Some(class), rule, message })
}
