//! Graded servers by hand: `server("mail").tool(tool("send").class(Class::Write).because("rule", "name", "send"))`.

use serde_json::{Value, json};
use toolgrade::evidence::{Evidence, Field, disjoint};
use toolgrade::listing::{Server, Source};
use toolgrade::tool::Tool;
use toolgrade::verdict::{Class, Finding, GradedServer, GradedTool, Signal, Verdict};

/// A server without tools, found in a recorded list of its name.
pub(crate) fn server(name: &str) -> GradedServer {
    GradedServer {
        slug: toolgrade::slug::slug(name),
        server: Server {
            name: name.to_owned(),
            title: None,
            version: Some("1.2.3".to_owned()),
            instructions: None,
            source: Source::File { path: format!("{name}.json") },
            protocol: Some("2025-11-25".to_owned()),
            complete: true,
            isolation: None,
        },
        tools: Vec::new(),
        grade: 'A',
    }
}

/// A Read tool with nothing but its name.
pub(crate) fn tool(name: &str) -> GradedTool {
    raw_tool(json!({ "name": name }))
}

/// A Read tool with this definition.
pub(crate) fn raw_tool(raw: Value) -> GradedTool {
    let class = Class::Read;
    GradedTool {
        tool: Tool::try_from(raw).unwrap(),
        verdict: Verdict {
            class,
            severity: class.severity(),
            score: 1,
            confidence: 0.9,
            effects: vec![class],
            signals: Vec::new(),
            findings: Vec::new(),
            attacks: Vec::new(),
        },
        tokens: 42,
    }
}

/// Words that make fixtures read as sentences.
pub(crate) trait Build: Sized {
    /// Adds what `change` makes of it.
    fn with(self, change: impl FnOnce(&mut Self)) -> Self;
}

impl<T> Build for T {
    fn with(mut self, change: impl FnOnce(&mut T)) -> T {
        change(&mut self);
        self
    }
}

/// Grows a server.
pub(crate) trait Grow {
    /// Adds a tool and keeps the grade that of the worst one.
    fn tool(self, tool: GradedTool) -> Self;
}

impl Grow for GradedServer {
    fn tool(mut self, tool: GradedTool) -> Self {
        let grade = ['A', 'B', 'C', 'D', 'F'][usize::from(tool.verdict.score.clamp(1, 5)) - 1];
        self.grade = self.grade.max(grade);
        self.tools.push(tool);
        self
    }
}

/// Grows a tool's verdict.
pub(crate) trait Judge {
    /// Puts the tool in a class.
    fn class(self, class: Class) -> Self;
    /// Adds a finding for the tool's class: the first `words` in `field` decided.
    fn because(self, rule: &str, field: &str, words: &str) -> Self;
    /// Adds a signal without evidence.
    fn signal(self, id: &str, text: &str) -> Self;
    /// Says that an attack fits.
    fn attack(self, slug: &str) -> Self;
}

impl Judge for GradedTool {
    fn class(mut self, class: Class) -> Self {
        self.verdict.class = class;
        self.verdict.severity = class.severity();
        self.verdict.score = u8::try_from(Class::ALL.iter().position(|other| *other == class).unwrap()).unwrap() + 1;
        self.verdict.effects = vec![class];
        self
    }

    fn because(mut self, rule: &str, field: &str, words: &str) -> Self {
        let field = Field::from(field.to_owned());
        let source = match &field {
            Field::Name => self.tool.name(),
            Field::Title => self.tool.title().unwrap(),
            Field::Description => self.tool.description().unwrap(),
            Field::Parameter(name) => name,
            _ => "",
        };
        let evidence = match source.find(words) {
            Some(at) => {
                let start = source[..at].chars().count();
                Evidence::cut(field.clone(), source, start, start + words.chars().count())
            }
            None => Evidence { field, start: 0, end: 0, text: words.into() },
        };
        let effect = self.verdict.class;
        match self.verdict.findings.iter_mut().find(|finding| finding.rule == rule) {
            Some(finding) => {
                finding.evidence.push(evidence);
                finding.evidence = disjoint(std::mem::take(&mut finding.evidence));
            }
            None => self.verdict.findings.push(Finding { rule: rule.to_owned(), effect, evidence: vec![evidence] }),
        }
        self
    }

    fn signal(mut self, id: &str, text: &str) -> Self {
        self.verdict.signals.push(Signal { id: id.to_owned(), text: text.to_owned(), severity: None, evidence: Vec::new() });
        self
    }

    fn attack(mut self, slug: &str) -> Self {
        self.verdict.attacks.push(slug.to_owned());
        self
    }
}
