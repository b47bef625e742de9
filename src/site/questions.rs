//! Questions people ask about a tool, answered from its definition and its verdict.

use super::catalogue::ToolRef;
use super::text;
use crate::policy::plan::Standing;
use crate::report::tally;
use crate::sanitize::line;
use crate::verdict::Class;

/// A question with its answer, both safe to show.
pub(super) struct Question {
    pub(super) ask: String,
    pub(super) answer: String,
}

/// The questions about one tool; `elsewhere` says how many tools of other servers have its name.
pub(super) fn questions(tool: ToolRef<'_>, standing: Standing, elsewhere: usize) -> Vec<Question> {
    let name = line(tool.name());
    let question = |ask: String, answer: String| Question { ask, answer };
    vec![
        question(format!("What does {name} do?"), what(tool)),
        question(format!("What parameters does {name} take?"), parameters(tool)),
        question(format!("How risky is {name}?"), risk(tool)),
        question(format!("Can I limit how often {name} is called?"), limit(tool.class(), standing)),
        question(format!("How do I block {name}?"), block(tool, standing)),
        question(format!("Which MCP server has {name}?"), server(tool, elsewhere)),
    ]
}

fn what(tool: ToolRef<'_>) -> String {
    let said = match tool.row().brief() {
        "" => "Its definition has no description, so its name has to speak for it.".to_owned(),
        said => format!("Its server says: “{said}”"),
    };
    format!("{said} One call can {}.", text::can(tool.class()))
}

fn parameters(tool: ToolRef<'_>) -> String {
    let parameters = tool.graded().tool.parameters();
    let names = |required: bool| -> Vec<String> {
        parameters.iter().filter(|parameter| parameter.required == required).map(|parameter| line(parameter.name)).collect()
    };
    match (names(true), names(false)) {
        (required, optional) if required.is_empty() && optional.is_empty() => "None.".to_owned(),
        (required, optional) if required.is_empty() => format!("All of them may be left out: {}.", text::list(&optional)),
        (required, optional) if optional.is_empty() => format!("It needs {}.", text::list(&required)),
        (required, optional) => format!("It needs {}; {} may be left out.", text::list(&required), text::list(&optional)),
    }
}

fn risk(tool: ToolRef<'_>) -> String {
    let verdict = tool.verdict();
    let mut answer = format!(
        "{}, {} of 5: its class is {}, and toolgrade is {} of that.",
        verdict.severity,
        verdict.score,
        verdict.class,
        text::confidence(verdict)
    );
    let mut words: Vec<String> = Vec::new();
    for found in verdict.findings.iter().filter(|finding| finding.effect == verdict.class).flat_map(|finding| &finding.evidence) {
        let quoted = format!("“{}”", text::brief(&found.text));
        if words.len() < 4 && !words.contains(&quoted) {
            words.push(quoted);
        }
    }
    if !words.is_empty() {
        answer.push_str(&format!(" The words that decided: {}.", text::list(&words)));
    }
    answer
}

fn limit(class: Class, standing: Standing) -> String {
    let calls = if class == Class::Execute { 10 } else { 30 };
    match standing {
        Standing::Free => {
            "Yes. The recommended policy sets no limit; the one under “Cap it” sets one of 30 calls a minute.".to_owned()
        }
        Standing::Limited => format!("Yes: the recommended policy allows {calls} calls a minute."),
        Standing::Checked => "Yes: the recommended policy limits the calls and looks at their arguments.".to_owned(),
        Standing::Approval | Standing::Refused | Standing::Hidden => {
            "Yes, but one wrong call is enough here. The recommended policy lets none through; “Cap it” shows the limit."
                .to_owned()
        }
    }
}

fn block(tool: ToolRef<'_>, standing: Standing) -> String {
    let name = line(tool.name());
    let whole = format!("Put {name} under “hide” in the policy: it leaves the list an agent sees, and any call is refused.");
    if standing == Standing::Hidden { format!("{whole} That is the recommended policy.") } else { whole }
}

fn server(tool: ToolRef<'_>, elsewhere: usize) -> String {
    let entry = tool.entry;
    let others = match elsewhere {
        0 => "No other server of this catalogue has a tool of this name.".to_owned(),
        1 => "One other server of this catalogue has a tool of this name.".to_owned(),
        count => format!("{} other servers of this catalogue have a tool of this name.", tally::thousands(count)),
    };
    format!("{}, which lists {}. {others}", line(tool.server()), tally::count(entry.graded.tools.len(), "tool"))
}
