//! A tool's page: how bad a wrong call can be, which words say so, and what to do about it.

use super::catalogue::{Entry, ToolRef};
use super::history::Change;
use super::layout::Layout;
use super::linked::{Graph, Node};
use super::marked::{Decided, Piece, Quote, quotes, whole};
use super::policies::Recommended;
use super::questions::{Question, questions};
use super::survey::{Row, Survey};
use super::trusted::{self, Filled, Trusted};
use super::{Writer, filters, text};
use crate::attacks::Attack;
use crate::evidence::{Evidence, Field};
use crate::tool::Parameter;
use crate::verdict::{Class, Finding, Severity, Signal, Verdict};
use askama::Template;
use std::cmp::Reverse;

/// How many related tools are shown of each kind.
pub(super) const RELATED: usize = 6;

#[derive(Template)]
#[template(path = "tool.html")]
pub(super) struct ToolPage<'a> {
    pub(super) layout: Layout,
    pub(super) tool: ToolRef<'a>,
    pub(super) can: &'static str,
    pub(super) confidence: &'static str,
    pub(super) percent: usize,
    pub(super) name: Vec<Piece<'a>>,
    pub(super) description: Vec<Piece<'a>>,
    pub(super) reasons: Vec<Reason<'a>>,
    pub(super) signals: Vec<Reason<'a>>,
    /// How many signals are grave by themselves, whatever the class: they come first.
    pub(super) grave: usize,
    pub(super) parameters: Vec<(Parameter<'a>, Vec<&'a str>)>,
    pub(super) changes: Vec<&'a Change>,
    pub(super) required: usize,
    /// Whether its server says something of any parameter.
    pub(super) told: bool,
    pub(super) share: String,
    pub(super) stance: &'static str,
    /// How to control it.
    pub(super) control: Filled<'a>,
    pub(super) attacks: Vec<&'static Attack>,
    pub(super) siblings: Vec<Row<'a>>,
    pub(super) elsewhere: Vec<Row<'a>>,
    pub(super) more_elsewhere: usize,
    pub(super) questions: Vec<Question>,
    pub(super) data: Trusted,
}

/// Why something is said of the tool: a rule, and the words that made it speak.
pub(super) struct Reason<'a> {
    pub(super) rule: &'a str,
    pub(super) has_page: bool,
    pub(super) effect: Option<Class>,
    pub(super) severity: Option<Severity>,
    pub(super) says: &'a str,
    pub(super) quotes: Vec<Quote<'a>>,
}

pub(super) fn write(writer: &mut Writer<'_>, entry: &Entry<'_>, recommended: &Recommended) -> anyhow::Result<()> {
    let riskiest = entry.survey.riskiest(entry.card);
    let mut places = vec![0; riskiest.len()];
    for (place, row) in riskiest.iter().enumerate() {
        places[row.number() - entry.card.tools.start] = place;
    }
    for (tool, here) in entry.tools().zip(places) {
        let page = page(writer, tool, recommended, siblings(&riskiest, here), recommended.control(tool)?);
        writer.page(&page.layout, &page)?;
    }
    Ok(())
}

/// The tools of a server as sections of its page, riskiest first.
pub(super) fn sections<'a>(writer: &Writer<'_>, entry: &'a Entry<'a>, recommended: &'a Recommended) -> Vec<ToolPage<'a>> {
    let at = |row: Row<'a>| row.number() - entry.card.tools.start;
    let riskiest = entry.survey.riskiest(entry.card).into_iter();
    riskiest.map(|row| page(writer, ToolRef { entry, at: at(row) }, recommended, Vec::new(), Filled::default())).collect()
}

fn page<'a>(
    writer: &Writer<'_>,
    tool: ToolRef<'a>,
    recommended: &'a Recommended,
    siblings: Vec<Row<'a>>,
    control: Filled<'a>,
) -> ToolPage<'a> {
    let graded = tool.graded();
    let verdict = tool.verdict();
    let class = verdict.class;
    let (name, server) = (crate::sanitize::line(tool.name()), crate::sanitize::line(tool.server()));
    let about = format!("{name} of the {server} MCP server is {class}: one call can {}.", text::can(class));
    let survey = tool.entry.survey;
    let layout = writer.layout(&tool.path(), &format!("{name} – {server}"), &about);
    let (elsewhere, others) = survey.elsewhere(tool.number(), RELATED);
    let plan = recommended.tool(tool.at);
    let standing = plan.standing();
    let (stance, _) = text::recommendation(class, standing);
    let questions = questions(tool, standing, others);
    let data = structured_data(writer.base(), tool, &questions);
    let parameters = graded.tool.parameters();
    let decided: Vec<Decided<'_>> = verdict
        .findings
        .iter()
        .filter(|finding| finding.effect == class)
        .flat_map(|finding| {
            let rule = survey.rule(&finding.rule).map(|rule| rule.id.as_str());
            finding.evidence.iter().map(move |found| (rule, found))
        })
        .collect();
    ToolPage {
        layout,
        tool,
        can: text::can(class),
        confidence: text::confidence(verdict),
        percent: percent(verdict.confidence),
        name: whole(&Field::Name, tool.name(), &decided),
        description: whole(&Field::Description, tool.description(), &decided),
        reasons: reasons(tool),
        grave: verdict.signals.iter().filter(|signal| signal.severity.is_some()).count(),
        signals: signals(tool),
        told: parameters.iter().any(|parameter| parameter.description().is_some() || !parameter.values().is_empty()),
        required: parameters.iter().filter(|parameter| parameter.required).count(),
        parameters: parameters.into_iter().map(|parameter| with_signals(survey, parameter, verdict)).collect(),
        changes: changes(tool),
        share: text::context_share(graded.tokens, 200_000),
        stance,
        control,
        attacks: tool.attacks(),
        siblings,
        more_elsewhere: others - elsewhere.len(),
        elsewhere,
        questions,
        data,
    }
}

/// A parameter with the signals that it raised.
fn with_signals<'a>(survey: &Survey, parameter: Parameter<'a>, verdict: &'a Verdict) -> (Parameter<'a>, Vec<&'a str>) {
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

fn reasons<'a>(tool: ToolRef<'a>) -> Vec<Reason<'a>> {
    let survey = tool.entry.survey;
    let reason = |finding: &'a Finding| {
        let rule = survey.rule(&finding.rule);
        Reason {
            has_page: rule.is_some(),
            says: rule.map_or(&finding.rule, |rule| &rule.title),
            rule: &finding.rule,
            effect: Some(finding.effect),
            severity: None,
            quotes: quotes(&tool.graded().tool, &tool.entry.graded.server, &finding.evidence),
        }
    };
    tool.verdict().findings.iter().map(reason).collect()
}

fn signals<'a>(tool: ToolRef<'a>) -> Vec<Reason<'a>> {
    let reason = |signal: &'a Signal| Reason {
        has_page: tool.entry.survey.is_signal(&signal.id),
        rule: &signal.id,
        effect: None,
        severity: signal.severity,
        says: &signal.text,
        quotes: quotes(&tool.graded().tool, &tool.entry.graded.server, &signal.evidence),
    };
    let mut signals: Vec<&Signal> = tool.verdict().signals.iter().collect();
    signals.sort_by_key(|signal| Reverse(signal.severity));
    signals.into_iter().map(reason).collect()
}

/// What search engines read: the way to the page, and the questions on it.
fn structured_data(base: Option<&str>, tool: ToolRef<'_>, questions: &[Question]) -> Trusted {
    let server = crate::sanitize::line(tool.server());
    let name = crate::sanitize::line(tool.name());
    let crumbs = [("Catalogue", "index.html".to_owned()), (&*server, tool.entry.card.path()), (&*name, tool.path())];
    trusted::json(&Graph::new(vec![Node::crumbs(base, &crumbs), Node::questions(questions)]))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_confidence_is_a_percentage() {
        for (confidence, percent) in [(0.0, 0), (0.85, 85), (0.999, 100), (1.0, 100), (7.0, 100), (-1.0, 0), (f64::NAN, 0)] {
            assert_eq!(super::percent(confidence), percent, "{confidence}");
        }
    }
}
