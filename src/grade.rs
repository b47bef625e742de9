//! Grades tools: the rules' findings on a tool become one class, with severity, score, confidence and signals. Pure.

mod class;
mod disagreement;
mod hit;
mod letter;
mod schema;
mod subject;
mod wording;

use crate::attacks;
use crate::confidence::{self, Basis};
use crate::evidence::{self, Field};
use crate::listing::{Listing, Server};
use crate::rules::{Rule, Says};
use crate::tool::{Definition, Raw, Tool};
use crate::verdict::{Class, Finding, GradedServer, GradedTool, Signal, Verdict};
use class::Decision;
use hit::Hit;
pub use letter::{Exposure, letter};
use std::borrow::Borrow;
use subject::{Purpose, Subject};

/// Grades a whole listing; tools are judged together, as siblings on one server.
#[must_use]
pub fn grade(listing: Listing, slug: String) -> GradedServer {
    let tools: Vec<Tool> = listing.tools.iter().map(Definition::tool).collect();
    let verdicts = verdicts(&listing.server, &tools);
    let tools: Vec<GradedTool> = tools
        .into_iter()
        .zip(verdicts)
        .map(|(tool, verdict)| GradedTool { tokens: crate::tokens::count_tool(&tool), tool, verdict })
        .collect();
    let grade = letter(tools.iter().map(|tool| &tool.verdict));
    GradedServer { slug, server: listing.server, tools, grade }
}

/// One verdict for each tool of a server, in order.
#[must_use]
pub fn verdicts<T: Borrow<Tool>>(server: &Server, tools: &[T]) -> Vec<Verdict> {
    let grader = Grader::new(server, tools.iter().map(|tool| tool.borrow().name()));
    tools.iter().map(|tool| grader.verdict(tool.borrow())).collect()
}

/// Grades the tools of one server, one at a time.
pub struct Grader<'a> {
    purpose: Purpose<'a>,
    instructions: Vec<Hit>,
}

impl<'a> Grader<'a> {
    /// How many of the names are looked at.
    pub const NAMES: usize = subject::SIBLINGS;

    /// For a server whose tools have these names.
    #[must_use]
    pub fn new(server: &'a Server, names: impl Iterator<Item = &'a str>) -> Self {
        let instructions = server.instructions.as_deref().map(wording::instructions).unwrap_or_default();
        Self { purpose: Purpose::of(server, names), instructions }
    }

    /// The verdict on one of them.
    #[must_use]
    pub fn verdict(&self, tool: &Tool) -> Verdict {
        with_raw(tool, |tool| self.verdict_on(tool))
    }

    /// The same.
    #[must_use]
    pub fn verdict_on(&self, tool: Raw<'_>) -> Verdict {
        verdict(tool, &self.purpose, &self.instructions)
    }
}

/// What the class of each tool of a server rests on, in order: for measuring how sure it is.
#[must_use]
pub fn bases<T: Borrow<Tool>>(server: &Server, tools: &[T]) -> Vec<Basis> {
    let purpose = Purpose::of(server, tools.iter().map(|tool| tool.borrow().name()));
    let basis = |tool: Raw<'_>| judge(&Subject::new(tool, &subject::parameters(tool), &purpose)).1.basis;
    tools.iter().map(|tool| with_raw(tool.borrow(), basis)).collect()
}

/// Reads what is kept of a tool.
fn with_raw<T>(tool: &Tool, read: impl FnOnce(Raw<'_>) -> T) -> T {
    let tree = tool.tree();
    read(Raw::try_from(tree.root()).expect("a tool is one"))
}

/// The words that make one rule speak of one tool alone, `None` when it is silent: for the examples of rule files.
#[must_use]
pub fn evidence_of(rule: &Rule, tool: &Tool) -> Option<Vec<evidence::Evidence>> {
    let (hits, _) = with_raw(tool, |tool| judge(&Subject::new(tool, &subject::parameters(tool), &Purpose::default())));
    let mut spoke = hits.into_iter().filter(|hit| hit.rule.id == rule.id).peekable();
    spoke.peek()?;
    Some(evidence::disjoint(spoke.flat_map(|hit| hit.evidence).collect()))
}

/// All hits on a subject, and the class they decide; contradictions are seen last, between what was decided.
fn judge(subject: &Subject<'_>) -> (Vec<Hit>, Decision) {
    let mut hits = hit::hits(subject);
    let decision = class::decide(subject.tool, &hits);
    disagreement::add(subject, &decision, &mut hits);
    hits.extend(wording::hits(subject));
    (hits, decision)
}

/// The verdict on a tool of a server with this purpose; what its instructions were found to say is said of every tool.
fn verdict(tool: Raw<'_>, purpose: &Purpose<'_>, instructions: &[Hit]) -> Verdict {
    let (mut hits, decision) = judge(&Subject::new(tool, &subject::parameters(tool), purpose));
    hits.extend(instructions.iter().cloned());
    let score = score(decision.class, &hits);
    let mut findings: Vec<Finding> = Vec::new();
    let mut signals: Vec<Signal> = Vec::new();
    let signs: Vec<&'static str> = hits.iter().filter_map(|hit| hit.rule.attack.as_deref()).collect();
    for hit in hits {
        match &hit.rule.says {
            Says::Effect(effect) => add_finding(&mut findings, hit, *effect),
            Says::Signal(text) => add_signal(&mut signals, hit, text),
        }
    }
    findings.sort_by(|a, b| b.effect.cmp(&a.effect).then_with(|| a.rule.cmp(&b.rule)));
    signals.sort_by(|a, b| a.id.cmp(&b.id));
    let ids: Vec<&str> = signals.iter().map(|signal| signal.id.as_str()).collect();
    let attacks = attacks(&signs, decision.class, &ids);
    Verdict {
        class: decision.class,
        severity: decision.class.severity(),
        score,
        confidence: confidence::of(decision.basis, decision.class),
        effects: decision.effects,
        signals,
        findings,
        attacks,
    }
}

/// The attacks a tool shows signs of, then those that its class and signals expose it to.
fn attacks(signs: &[&str], class: Class, signals: &[&str]) -> Vec<String> {
    let mut slugs: Vec<String> = Vec::new();
    let exposed = attacks::fitting(class, signals).into_iter().map(|attack| attack.slug.as_str());
    for slug in signs.iter().copied().chain(exposed) {
        if slugs.iter().all(|known| known != slug) {
            slugs.push(slug.to_owned());
        }
    }
    slugs.truncate(attacks::SHOWN);
    slugs
}

/// One finding a rule: several hits of it join their evidence.
fn add_finding(findings: &mut Vec<Finding>, hit: Hit, effect: Class) {
    match findings.iter_mut().find(|finding| finding.rule == hit.rule.id) {
        Some(finding) => {
            finding.evidence.extend(hit.evidence);
            finding.evidence = evidence::disjoint(std::mem::take(&mut finding.evidence));
        }
        None => findings.push(Finding { rule: hit.rule.id.clone(), effect, evidence: evidence::disjoint(hit.evidence) }),
    }
}

/// One signal a rule. What the server's instructions say of a tool joins what the tool says itself.
fn add_signal(signals: &mut Vec<Signal>, hit: Hit, text: &str) {
    match signals.iter_mut().find(|signal| signal.id == hit.rule.id) {
        Some(signal) if hit.evidence.iter().any(|evidence| evidence.field == Field::Instructions) => {
            signal.evidence.extend(evidence::disjoint(hit.evidence));
        }
        Some(_) => {}
        None => signals.push(Signal {
            id: hit.rule.id.clone(),
            text: text.replace("{}", &filled(&hit.fills)),
            severity: hit.rule.severity,
            evidence: evidence::disjoint(hit.evidence),
        }),
    }
}

/// What stands for `{}`: in the order of the evidence, whatever the order of the server's keys.
fn filled(fills: &[String]) -> String {
    let mut fills: Vec<&str> = fills.iter().map(String::as_str).collect();
    fills.sort_unstable();
    fills.join(", ")
}

/// The reference scale: the class gives 1 to 5, and a signal that says so makes a dangerous tool one worse.
fn score(class: Class, hits: &[Hit]) -> u8 {
    let base: u8 = match class {
        Class::Read => 1,
        Class::Write => 2,
        Class::Execute => 3,
        Class::Destructive => 4,
        Class::Financial => 5,
    };
    let worse = class >= Class::Execute && hits.iter().any(|hit| hit.rule.worsens);
    (base + u8::from(worse)).min(5)
}
