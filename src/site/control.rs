//! What to do about a tool: what is recommended, in every format, and what else one could do.
//!
//! But for the name it is the same for every tool of a server whose schema asks for nothing of its own, so it is written once
//! for each class.

use super::policies::{FILE, Recommended};
use super::text;
use super::trusted::{Filled, is_ordinary};
use crate::policy::format::Sheet;
use crate::policy::plan::{Standing, ToolPlan};
use crate::policy::policylayer;
use crate::report::safe_json;
use crate::verdict::Class;
use askama::Template;
use std::sync::{LazyLock, OnceLock};

#[derive(Template)]
#[template(path = "control.html")]
struct ControlPart {
    stance: &'static str,
    stance_reason: &'static str,
    /// The policy in every format by its name; none where the tool has no name in it.
    tabs: Vec<(&'static str, Option<String>)>,
    /// Where the whole server's is.
    policies: &'static str,
    controls: Vec<Control>,
}

/// A way to control the tool, as a policy.
struct Control {
    title: &'static str,
    says: &'static str,
    policy: String,
}

/// Stands for a name.
pub(super) const PLACE: &str = "name-of-the-tool";

/// What was written for the tools of one server, by class; none where it cannot be shared.
#[derive(Default)]
pub(super) struct Controls([OnceLock<Vec<String>>; Class::ALL.len()]);

impl Controls {
    /// What to do about a tool; `is_like` others of its class or not.
    pub(super) fn of<'a>(&'a self, plan: &'a ToolPlan, recommended: &Recommended, is_like: bool) -> anyhow::Result<Filled<'a>> {
        if !is_like {
            return Ok(Filled::of_askama(part(plan, &recommended.sheets).render()?));
        }
        let written = &self.0[plan.class as usize];
        let pieces = match written.get() {
            Some(pieces) => pieces,
            None => {
                let like = ToolPlan::of_class(recommended.plan.profile, PLACE, plan.class);
                let text = part(&like, &recommended.sheets).render()?;
                written.get_or_init(|| text.split(PLACE).map(str::to_owned).collect())
            }
        };
        Ok(Filled::with_ordinary(pieces, &plan.name))
    }
}

/// Whether what holds for a tool is what holds for another of its class but for the name: its schema asks for nothing, and the name
/// stands as it is in every syntax and in HTML.
pub(super) fn is_like(plan: &ToolPlan, server: &str, sheets: &[Sheet]) -> bool {
    let is_known = !plan.is_tailored && is_ordinary(&plan.name) && !server.contains(PLACE);
    is_known && sheets.iter().all(|sheet| sheet.spells_alike(&plan.name, PLACE))
}

fn part(plan: &ToolPlan, sheets: &[Sheet]) -> ControlPart {
    let standing = plan.standing();
    let (stance, stance_reason) = text::recommendation(plan.class, standing);
    let tabs = sheets.iter().map(|sheet| (sheet.format.name, sheet.sample(plan))).collect();
    ControlPart { stance, stance_reason, tabs, policies: FILE, controls: controls(&plan.name, standing) }
}

/// The four things one can do about a tool, but for the one that is recommended; each is the plain policy of some class.
fn controls(name: &str, standing: Standing) -> Vec<Control> {
    [
        (Standing::Free, "Allow it", "Listed under “tools” without a limit: every call goes through.", Class::Read),
        (Standing::Limited, "Cap it", "Calls above the limit are refused until the next minute begins.", Class::Write),
        (
            Standing::Approval,
            "Require approval",
            "Every call is refused with this message until a person lets it through.",
            Class::Financial,
        ),
        (
            Standing::Hidden,
            "Block it",
            "The tool leaves the list an agent sees, and any call to it is refused.",
            Class::Destructive,
        ),
    ]
    .into_iter()
    .filter(|(way, ..)| *way != standing)
    .map(|(_, title, says, like)| Control { title, says, policy: policy(name, like) })
    .collect()
}

/// The policy for one tool as a class recommends it. It is the same for every tool but for the name, so it is written once.
fn policy(name: &str, class: Class) -> String {
    static WRITTEN: LazyLock<[String; Class::ALL.len()]> =
        LazyLock::new(|| Class::ALL.map(|class| safe_json::pretty_text(&policylayer::for_tool(PLACE, class))));
    let name = safe_json::line_text(&name);
    WRITTEN[class as usize].replace(PLACE, name.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_policy_is_that_of_its_name() {
        for name in ["a", "a\"b\\", "\u{202e}", "\u{e9}"] {
            for class in super::Class::ALL {
                let written = super::safe_json::pretty_text(&super::policylayer::for_tool(name, class));
                assert_eq!(super::policy(name, class), written, "{name}");
            }
        }
    }
}
