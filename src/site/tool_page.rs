//! A tool's page: how bad a wrong call can be, which words say so, and what to do about it.

use super::catalogue::{Entry, ToolRef};
use super::history::Change;
use super::layout::Layout;
use super::linked::{Graph, Node};
use super::marked::{Piece, Quote, quotes, whole};
use super::questions::{Question, questions};
use super::survey::{Row, Survey};
use super::trusted::{self, Trusted};
use super::{Writer, filters, text};
use crate::attacks::Attack;
use crate::evidence::{Evidence, Field};
use crate::policy::policylayer;
use crate::tool::Parameter;
use crate::verdict::{Class, Verdict};
use askama::Template;
use std::sync::LazyLock;

/// How many related tools are shown of each kind.
const RELATED: usize = 6;

#[derive(Template)]
#[template(path = "tool.html")]
struct ToolPage<'a> {
    layout: Layout,
    tool: ToolRef<'a>,
    can: &'static str,
    confidence: &'static str,
    percent: usize,
    name: Vec<Piece>,
    description: Vec<Piece>,
    reasons: Vec<Reason>,
    signals: Vec<Reason>,
    parameters: Vec<(Parameter<'a>, Vec<&'a str>)>,
    changes: Vec<&'a Change>,
    required: usize,
    share: String,
    stance: &'static str,
    stance_reason: &'static str,
    controls: Vec<Control>,
    attacks: Vec<&'static Attack>,
    siblings: Vec<Row<'a>>,
    elsewhere: Vec<Row<'a>>,
    more_elsewhere: usize,
    questions: Vec<Question>,
    data: Trusted,
}

/// Why something is said of the tool: a rule, and the words that made it speak.
struct Reason {
    rule: String,
    has_page: bool,
    effect: Option<Class>,
    says: String,
    quotes: Vec<Quote>,
}

/// A way to control the tool, as a policy.
struct Control {
    title: &'static str,
    says: &'static str,
    policy: String,
    recommended: bool,
}

pub(super) fn write(writer: &mut Writer<'_>, entry: &Entry<'_>) -> anyhow::Result<()> {
    let riskiest = entry.survey.riskiest(entry.card);
    let mut places = vec![0; riskiest.len()];
    for (place, row) in riskiest.iter().enumerate() {
        places[row.number() - entry.card.tools.start] = place;
    }
    for (tool, here) in entry.tools().zip(places) {
        let page = page(writer, tool, siblings(&riskiest, here));
        writer.page(&page.layout, &page)?;
    }
    Ok(())
}

fn page<'a>(writer: &Writer<'_>, tool: ToolRef<'a>, siblings: Vec<Row<'a>>) -> ToolPage<'a> {
    let graded = tool.graded();
    let verdict = tool.verdict();
    let class = verdict.class;
    let (name, server) = (crate::sanitize::line(tool.name()), crate::sanitize::line(tool.server()));
    let about = format!("{name} of the {server} MCP server is {class}: one call can {}.", text::can(class));
    let survey = tool.entry.survey;
    let layout = writer.layout(&tool.path(), &format!("{name} – {server}"), &about);
    let (elsewhere, others) = survey.elsewhere(tool.number(), RELATED);
    let questions = questions(tool, others);
    let data = structured_data(writer.base(), tool, &questions);
    let parameters = graded.tool.parameters();
    let decided: Vec<&Evidence> =
        verdict.findings.iter().filter(|finding| finding.effect == class).flat_map(|finding| &finding.evidence).collect();
    let (stance, stance_reason) = text::stance(class);
    ToolPage {
        layout,
        tool,
        can: text::can(class),
        confidence: text::confidence(verdict),
        percent: percent(verdict.confidence),
        name: whole(&Field::Name, tool.name(), decided.iter().copied()),
        description: whole(&Field::Description, tool.description(), decided.iter().copied()),
        reasons: reasons(survey, tool),
        signals: signals(survey, tool),
        required: parameters.iter().filter(|parameter| parameter.required).count(),
        parameters: parameters.into_iter().map(|parameter| with_signals(survey, parameter, verdict)).collect(),
        changes: changes(tool),
        share: text::context_share(graded.tokens, 200_000),
        stance,
        stance_reason,
        controls: controls(tool.name(), class),
        attacks: tool.attacks(),
        siblings,
        more_elsewhere: others - elsewhere.len(),
        elsewhere,
        questions,
        data,
    }
}

/// A parameter with the signals that it raised.
fn with_signals<'a>(survey: &Survey<'_>, parameter: Parameter<'a>, verdict: &'a Verdict) -> (Parameter<'a>, Vec<&'a str>) {
    let is_it = |found: &Evidence| matches!(&found.field, Field::Parameter(name) if name == parameter.name);
    let raised = verdict
        .signals
        .iter()
        .filter(|signal| signal.evidence.iter().any(is_it) && survey.is_signal(&signal.id))
        .map(|signal| signal.id.as_str());
    let raised = raised.collect();
    (parameter, raised)
}

/// What happened to the tool before, newest first.
fn changes(tool: ToolRef<'_>) -> Vec<&Change> {
    let row = tool.entry.survey.row(tool.number());
    tool.entry.card.changes.iter().filter(|change| change.tool == row.name()).collect()
}

/// A confidence as a whole percentage; what is no number of 0 to 1 becomes one.
fn percent(confidence: f64) -> usize {
    (confidence * 100.0).round().clamp(0.0, 100.0) as usize
}

/// Tools that stand next to one in order of risk; those of its class come first.
fn siblings<'a>(riskiest: &[Row<'a>], here: usize) -> Vec<Row<'a>> {
    let near = here.saturating_sub(RELATED)..(here + RELATED + 1).min(riskiest.len());
    let mut near: Vec<usize> = near.filter(|at| *at != here).collect();
    near.sort_by_key(|at| (riskiest[*at].class() != riskiest[here].class(), at.abs_diff(here)));
    near.into_iter().take(RELATED).map(|at| riskiest[at]).collect()
}

fn reasons(survey: &Survey<'_>, tool: ToolRef<'_>) -> Vec<Reason> {
    let reason = |finding: &crate::verdict::Finding| Reason {
        has_page: survey.rule(&finding.rule).is_some(),
        says: title(survey, &finding.rule),
        rule: finding.rule.clone(),
        effect: Some(finding.effect),
        quotes: quotes(&tool.graded().tool, &tool.entry.graded.server, &finding.evidence),
    };
    tool.verdict().findings.iter().map(reason).collect()
}

fn signals(survey: &Survey<'_>, tool: ToolRef<'_>) -> Vec<Reason> {
    let reason = |signal: &crate::verdict::Signal| Reason {
        has_page: survey.is_signal(&signal.id),
        rule: signal.id.clone(),
        effect: None,
        says: signal.text.clone(),
        quotes: quotes(&tool.graded().tool, &tool.entry.graded.server, &signal.evidence),
    };
    tool.verdict().signals.iter().map(reason).collect()
}

fn title(survey: &Survey<'_>, id: &str) -> String {
    survey.rule(id).map_or_else(|| id.to_owned(), |rule| rule.title.clone())
}

/// The four things one can do about a tool; each is the recommended policy of some class.
fn controls(name: &str, class: Class) -> Vec<Control> {
    let capped = if class == Class::Execute { Class::Execute } else { Class::Write };
    let control = |title, says, like: Class, recommended| Control { title, says, policy: policy(name, like), recommended };
    vec![
        control("Allow it", "Listed under “tools” without a limit: every call goes through.", Class::Read, class == Class::Read),
        control(
            "Cap it",
            "Calls above the limit are refused until the next minute begins.",
            capped,
            matches!(class, Class::Write | Class::Execute),
        ),
        control(
            "Require approval",
            "Every call is refused with this message until a person lets it through.",
            Class::Financial,
            class == Class::Financial,
        ),
        control(
            "Block it",
            "The tool leaves the list an agent sees, and any call to it is refused.",
            Class::Destructive,
            class == Class::Destructive,
        ),
    ]
}

/// The policy for one tool as a class recommends it. It is the same for every tool but for the name, so it is written once.
fn policy(name: &str, class: Class) -> String {
    static WRITTEN: LazyLock<[String; Class::ALL.len()]> =
        LazyLock::new(|| Class::ALL.map(|class| text::json(&policylayer::for_tool(PLACE, class))));
    let name = text::json(&name);
    WRITTEN[class as usize].replace(PLACE, name.trim_matches('"'))
}

/// Stands for a name.
const PLACE: &str = "@@NAME@@";

/// What search engines read: the way to the page, and its questions.
fn structured_data(base: Option<&str>, tool: ToolRef<'_>, questions: &[Question]) -> Trusted {
    let server = crate::sanitize::line(tool.server());
    let name = crate::sanitize::line(tool.name());
    let crumbs = [("Catalogue", "index.html".to_owned()), (&*server, tool.entry.card.path()), (&*name, tool.path())];
    trusted::json(&Graph::new(vec![Node::crumbs(base, &crumbs), Node::questions(questions)]))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_policy_is_that_of_its_name() {
        for name in ["a", "a\"b\\", "\u{202e}", "\u{e9}"] {
            for class in super::Class::ALL {
                let written = super::text::json(&super::policylayer::for_tool(name, class));
                assert_eq!(super::policy(name, class), written, "{name}");
            }
        }
    }

    #[test]
    fn a_confidence_is_a_percentage() {
        for (confidence, percent) in [(0.0, 0), (0.85, 85), (0.999, 100), (1.0, 100), (7.0, 100), (-1.0, 0), (f64::NAN, 0)] {
            assert_eq!(super::percent(confidence), percent, "{confidence}");
        }
    }
}
