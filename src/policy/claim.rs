//! What is proved of a whole policy: which tools can be called, with arguments that do, and that nothing grave can be uncounted.

use super::check::is_governed;
use super::decide::{Standing, standing};
use super::model::Policy;
use super::prove::{Answer, Prover};
use crate::verdict::Class;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// What is claimed of a policy, whatever the arguments.
pub const CLAIM: &str = "no Destructive or Financial tool is callable without a matching rule";

/// What was proved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proof {
    /// The claim.
    pub claim: &'static str,
    /// Whether it holds; `null` where that was not found out.
    pub holds: Option<bool>,
    /// Each tool; `null` as a name stands for every tool that is not named.
    pub tools: Vec<Proved>,
}

/// What was proved of a tool.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proved {
    /// Its name.
    pub tool: Option<String>,
    /// Its class.
    pub class: Option<Class>,
    /// Whether any arguments get a call through: `yes`, `no` or `unknown`.
    pub callable: &'static str,
    /// Arguments that do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// Why that is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Whether a rule of its own asks about every call that goes through, or counts it.
    pub governed: bool,
}

impl Proof {
    /// Proves what can be proved of a policy for these tools, and for every tool beside them.
    #[must_use]
    pub fn of(policy: &Policy, tools: &[(&str, Class)]) -> Self {
        let other = unnamed(policy, tools);
        let prover = Prover::default();
        let tools = tools.iter().map(|&(name, class)| proved(&prover, policy, name, Some(class)));
        let mut tools: Vec<Proved> = tools.collect();
        tools.push(Proved { tool: None, ..proved(&prover, policy, &other, None) });
        let against = |answer| tools.iter().any(|tool| tool.is_ungoverned() && tool.callable == answer);
        // A counterexample outweighs what is not known.
        let holds = match (against("yes"), against("unknown")) {
            (true, _) => Some(false),
            (false, true) => None,
            (false, false) => Some(true),
        };
        Self { claim: CLAIM, holds, tools }
    }

    /// The tools that the claim does not hold of.
    pub fn counterexamples(&self) -> impl Iterator<Item = &Proved> {
        self.tools.iter().filter(|tool| tool.is_ungoverned() && tool.callable == "yes")
    }
}

impl Proved {
    /// Whether the claim would fail if it were callable: it is grave, or may be, and nothing of its own asks or counts.
    fn is_ungoverned(&self) -> bool {
        !self.governed && self.class.is_none_or(|class| class >= Class::Destructive)
    }
}

fn proved(prover: &Prover, policy: &Policy, name: &str, class: Option<Class>) -> Proved {
    let governed = matches!(standing(policy, name), Standing::Ruled(rules) if is_governed(rules));
    let (callable, arguments, why) = match prover.callable(policy, name) {
        Answer::Yes(arguments) => ("yes", Some(arguments), None),
        Answer::No => ("no", None, None),
        Answer::Unknown(why) => ("unknown", None, Some(why.to_string())),
    };
    Proved { tool: Some(name.to_owned()), class, callable, arguments, why, governed }
}

/// A name that neither the policy nor the server has.
pub(super) fn unnamed(policy: &Policy, tools: &[(&str, Class)]) -> Cow<'static, str> {
    let longest = policy.tools().map(|(name, _)| name.len()).chain(policy.hidden().iter().map(String::len));
    let longest = longest.chain(tools.iter().map(|(name, _)| name.len())).max().unwrap_or(0);
    "x".repeat(longest + 1).into()
}
