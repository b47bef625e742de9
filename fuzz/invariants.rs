//! What holds of any text as a policy and any JSON as arguments: the reader, the decision, the counters and the proof against each other.

use serde_json::Value;
use toolgrade::policy::counters::Counters;
use toolgrade::policy::decide::{Call, Decision, Outcome, decide};
use toolgrade::policy::model::Policy;
use toolgrade::policy::prove::{Answer, Prover};
use toolgrade::policy::read::read;

/// A day in which no window ends between two calls.
const AT: i64 = 1_800_000_000;

/// Holds a text to it: a policy, a NUL, and the arguments of one call or several, each after a NUL.
///
/// # Panics
/// When something does not hold.
pub(crate) fn hold(text: &str) {
    let mut parts = text.split('\0');
    let policy = match read(parts.next().unwrap_or_default()) {
        Ok(document) => document.policy,
        Err(problems) => {
            assert!(!problems.is_empty(), "refused for no reason");
            return;
        }
    };
    let written = Value::from(&policy).to_string();
    let again = read(&written).unwrap_or_else(|problems| panic!("{written} is refused: {problems:?}")).policy;
    assert_eq!(Value::from(&again).to_string(), written, "a policy changes when it is written");

    let arguments: Vec<Value> = parts.filter_map(|part| serde_json::from_str(part).ok()).collect();
    let names: Vec<String> = policy.tools().map(|(name, _)| name.to_owned()).chain(["unnamed".to_owned()]).collect();
    for name in &names {
        compare(&policy, &again, name, &arguments);
    }
}

fn compare(policy: &Policy, again: &Policy, name: &str, arguments: &[Value]) {
    let document = Value::from(policy);
    let never = matches!(Prover::default().callable(policy, name), Answer::No);
    let mut counters = Counters::default();
    for arguments in arguments {
        let call = Call { tool: name, arguments, identity: Some("somebody"), at: AT };
        let first = decide(policy, &call, &Counters::default());
        assert!(!(never && first.outcome == Outcome::Allow), "`{name}` was proved closed, and {arguments} goes through");
        check(&first, &document, arguments);

        let decision = decide(policy, &call, &counters);
        check(&decision, &document, arguments);
        assert_eq!(decide(again, &call, &counters), decision, "a policy that was written decides otherwise");
        assert!(first.outcome == Outcome::Allow || decision.outcome != Outcome::Allow, "a used counter lets more through");

        let reservation = counters.reserve(&decision.charges);
        counters.roll_back(reservation);
        assert_eq!(decide(policy, &call, &counters), decision, "what was rolled back still counts");
        let reservation = counters.reserve(&decision.charges);
        counters.commit(reservation);
    }
}

/// What is allowed has no reason; what is refused has one, and a rule of the policy unless the arguments are no object.
fn check(decision: &Decision<'_>, document: &Value, arguments: &Value) {
    match decision.outcome {
        Outcome::Allow => assert!(decision.rule.is_empty() && decision.message.is_empty() && arguments.is_object()),
        Outcome::Deny | Outcome::Hide => {
            assert!(decision.charges.is_empty() && document.pointer(&decision.rule).is_some(), "{}", decision.rule);
        }
    }
}
