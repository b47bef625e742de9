//! A tool's page: how bad a wrong call can be, which words say so, and what to do about it.

use super::catalogue::{Catalogue, Entry, ToolRef};
use super::layout::{Layout, address};
use super::marked::{Piece, Quote, quotes, whole};
use super::questions::{Question, questions};
use super::trusted::{self, Trusted};
use super::{Site, filters, text};
use crate::attacks::Attack;
use crate::evidence::{Evidence, Field};
use crate::policy::policylayer;
use crate::tool::Parameter;
use crate::verdict::Class;
use askama::Template;
use serde_json::{Value, json};

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
    parameters: Vec<Parameter<'a>>,
    required: usize,
    share: String,
    stance: &'static str,
    stance_reason: &'static str,
    controls: Vec<Control>,
    attacks: Vec<&'static Attack>,
    siblings: Vec<ToolRef<'a>>,
    elsewhere: Vec<ToolRef<'a>>,
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

pub(super) fn write(site: &mut Site, catalogue: &Catalogue<'_>, entry: &Entry<'_>) -> anyhow::Result<()> {
    let riskiest = entry.riskiest();
    for (here, tool) in riskiest.iter().enumerate() {
        let page = page(site, catalogue, *tool, siblings(&riskiest, here));
        site.page(&page.layout, &page, entry.observed.map(|seen| seen.last))?;
    }
    Ok(())
}

fn page<'a>(site: &Site, catalogue: &'a Catalogue<'_>, tool: ToolRef<'a>, siblings: Vec<ToolRef<'a>>) -> ToolPage<'a> {
    let graded = tool.graded();
    let verdict = tool.verdict();
    let class = verdict.class;
    let (name, server) = (crate::sanitize::line(tool.name()), crate::sanitize::line(tool.server()));
    let about = format!("{name} of the {server} MCP server is {class}: one call can {}.", text::can(class));
    let layout = site.layout(&tool.path(), &format!("{name} – {server}"), &about);
    let (elsewhere, others) = catalogue.elsewhere(tool, RELATED);
    let questions = questions(tool, others);
    let data = structured_data(site.base.as_deref(), tool, &questions);
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
        reasons: reasons(catalogue, tool),
        signals: signals(catalogue, tool),
        required: parameters.iter().filter(|parameter| parameter.required).count(),
        parameters,
        share: text::context_share(graded.tokens),
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

/// A confidence as a whole percentage; what is no number of 0 to 1 becomes one.
fn percent(confidence: f64) -> usize {
    (confidence * 100.0).round().clamp(0.0, 100.0) as usize
}

/// Tools that stand next to one in order of risk; those of its class come first.
fn siblings<'a>(riskiest: &[ToolRef<'a>], here: usize) -> Vec<ToolRef<'a>> {
    let near = here.saturating_sub(RELATED)..(here + RELATED + 1).min(riskiest.len());
    let mut near: Vec<usize> = near.filter(|at| *at != here).collect();
    near.sort_by_key(|at| (riskiest[*at].class() != riskiest[here].class(), at.abs_diff(here)));
    near.into_iter().take(RELATED).map(|at| riskiest[at]).collect()
}

fn reasons(catalogue: &Catalogue<'_>, tool: ToolRef<'_>) -> Vec<Reason> {
    let reason = |finding: &crate::verdict::Finding| Reason {
        has_page: catalogue.rule(&finding.rule).is_some(),
        says: title(catalogue, &finding.rule),
        rule: finding.rule.clone(),
        effect: Some(finding.effect),
        quotes: quotes(&tool.graded().tool, &tool.entry.graded.server, &finding.evidence),
    };
    tool.verdict().findings.iter().map(reason).collect()
}

fn signals(catalogue: &Catalogue<'_>, tool: ToolRef<'_>) -> Vec<Reason> {
    let reason = |signal: &crate::verdict::Signal| Reason {
        has_page: catalogue.rule(&signal.id).is_some(),
        rule: signal.id.clone(),
        effect: None,
        says: signal.text.clone(),
        quotes: quotes(&tool.graded().tool, &tool.entry.graded.server, &signal.evidence),
    };
    tool.verdict().signals.iter().map(reason).collect()
}

fn title(catalogue: &Catalogue<'_>, id: &str) -> String {
    catalogue.rule(id).map_or_else(|| id.to_owned(), |rule| rule.title.clone())
}

/// The four things one can do about a tool; each is the recommended policy of some class.
fn controls(name: &str, class: Class) -> Vec<Control> {
    let capped = if class == Class::Execute { Class::Execute } else { Class::Write };
    let control = |title, says, like: Class, recommended| Control {
        title,
        says,
        policy: text::json(&policylayer::for_tool(name, like)),
        recommended,
    };
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

/// What search engines read: the way to the page, and its questions.
fn structured_data(base: Option<&str>, tool: ToolRef<'_>, questions: &[Question]) -> Trusted {
    let crumb = |position: usize, name: &str, path: &str| {
        let mut crumb = json!({ "@type": "ListItem", "position": position, "name": name });
        if let (Some(base), Some(crumb)) = (base, crumb.as_object_mut()) {
            crumb.insert("item".to_owned(), address(base, path).into());
        }
        crumb
    };
    let answers: Vec<Value> = questions
        .iter()
        .map(|question| {
            json!({ "@type": "Question", "name": question.ask, "acceptedAnswer": { "@type": "Answer", "text": question.answer } })
        })
        .collect();
    trusted::json(&json!({ "@context": "https://schema.org", "@graph": [
        { "@type": "BreadcrumbList", "itemListElement": [
            crumb(1, "Catalogue", "index.html"),
            crumb(2, &crate::sanitize::line(tool.server()), &tool.entry.path()),
            crumb(3, &crate::sanitize::line(tool.name()), &tool.path()),
        ] },
        { "@type": "FAQPage", "mainEntity": answers },
    ] }))
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
