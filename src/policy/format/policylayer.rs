//! policy.json, version "1": what `docs/policy.md` describes. It holds the whole plan.

use super::{Notes, Written, json};
use crate::policy::plan::Plan;
use serde_json::Value;

/// Writes a plan.
#[must_use]
pub fn write(plan: &Plan) -> Written {
    let mut notes = Notes::default();
    notes.unfilled(plan);
    notes.done(json(&Value::from(&plan.policy())))
}
