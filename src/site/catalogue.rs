//! The catalogue as the pages see it: servers in slug order, every tool with its address, and what groups them.

use super::Options;
use crate::attacks::{Attack, attack};
use crate::rules::Rule;
use crate::store::Observed;
use crate::verdict::{Class, GradedServer, GradedTool, Verdict};
use std::collections::{HashMap, HashSet};

/// One state of the catalogue.
pub(super) struct Catalogue<'a> {
    pub(super) servers: Vec<Entry<'a>>,
    pub(super) rules: &'a [Rule],
    by_id: HashMap<&'a str, &'a Rule>,
    by_class: HashMap<Class, Vec<At>>,
    by_name: HashMap<&'a str, Vec<At>>,
    by_rule: HashMap<&'a str, Vec<At>>,
    by_attack: HashMap<&'a str, Vec<At>>,
}

/// Where a tool is: the server's position, the tool's position in it.
type At = (usize, usize);

/// A server with what its pages need.
pub(super) struct Entry<'a> {
    pub(super) graded: &'a GradedServer,
    pub(super) observed: Option<&'a Observed>,
    /// Tools of each class, mildest first.
    pub(super) counts: Vec<(Class, usize)>,
    pub(super) tokens: usize,
    /// The slug of each tool.
    slugs: Vec<String>,
}

/// A tool with its server.
#[derive(Clone, Copy)]
pub(super) struct ToolRef<'c> {
    pub(super) entry: &'c Entry<'c>,
    pub(super) at: usize,
}

impl<'a> Catalogue<'a> {
    pub(super) fn new(servers: &'a [GradedServer], options: &'a Options<'_>) -> Self {
        let mut entries: Vec<Entry<'a>> =
            servers.iter().map(|graded| Entry::new(graded, options.observed.get(&graded.slug))).collect();
        entries.sort_by(|a, b| a.graded.slug.cmp(&b.graded.slug));
        let mut catalogue = Self {
            servers: entries,
            rules: options.rules,
            by_id: options.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect(),
            by_class: HashMap::new(),
            by_name: HashMap::new(),
            by_rule: HashMap::new(),
            by_attack: HashMap::new(),
        };
        catalogue.group();
        catalogue
    }

    fn group(&mut self) {
        for (server, entry) in self.servers.iter().enumerate() {
            for (tool, graded) in entry.graded.tools.iter().enumerate() {
                let at = (server, tool);
                let verdict = &graded.verdict;
                self.by_class.entry(verdict.class).or_default().push(at);
                self.by_name.entry(graded.tool.name()).or_default().push(at);
                let spoke: HashSet<&str> = verdict
                    .findings
                    .iter()
                    .map(|finding| &*finding.rule)
                    .chain(verdict.signals.iter().map(|signal| &*signal.id))
                    .collect();
                for rule in spoke {
                    self.by_rule.entry(rule).or_default().push(at);
                }
                for attack in &verdict.attacks {
                    self.by_attack.entry(attack).or_default().push(at);
                }
            }
        }
    }

    /// How many tools there are.
    pub(super) fn tools(&self) -> usize {
        self.servers.iter().map(|entry| entry.graded.tools.len()).sum()
    }

    /// How many tools each class has, mildest first.
    pub(super) fn counts(&self) -> Vec<(Class, usize)> {
        Class::ALL.into_iter().map(|class| (class, self.by_class.get(&class).map_or(0, Vec::len))).collect()
    }

    /// The tools of a class, by server.
    pub(super) fn of_class(&self, class: Class) -> Vec<ToolRef<'_>> {
        self.refs(self.by_class.get(&class))
    }

    /// Tools of the same name on other servers, at most `limit` of them, and how many there are.
    pub(super) fn elsewhere(&self, tool: ToolRef<'_>, limit: usize) -> (Vec<ToolRef<'_>>, usize) {
        let group = self.by_name.get(tool.name()).map_or(&[][..], Vec::as_slice);
        // The group is in server order, so this server's own are one stretch of it.
        let slug = |at: &At| self.servers[at.0].graded.slug.as_str();
        let own = &*tool.entry.graded.slug;
        let before = &group[..group.partition_point(|at| slug(at) < own)];
        let after = &group[group.partition_point(|at| slug(at) <= own)..];
        let shown = before.iter().chain(after).take(limit);
        (shown.map(|&(server, at)| ToolRef { entry: &self.servers[server], at }).collect(), before.len() + after.len())
    }

    /// The tools that a rule spoke about.
    pub(super) fn of_rule(&self, id: &str) -> Vec<ToolRef<'_>> {
        self.refs(self.by_rule.get(id))
    }

    /// The tools that an attack fits.
    pub(super) fn of_attack(&self, slug: &str) -> Vec<ToolRef<'_>> {
        self.refs(self.by_attack.get(slug))
    }

    /// The rule of this id; `None` for one that only an older toolgrade knew.
    pub(super) fn rule(&self, id: &str) -> Option<&'a Rule> {
        self.by_id.get(id).copied()
    }

    fn refs(&self, group: Option<&Vec<At>>) -> Vec<ToolRef<'_>> {
        group.into_iter().flatten().map(|&(server, at)| ToolRef { entry: &self.servers[server], at }).collect()
    }
}

impl<'a> Entry<'a> {
    fn new(graded: &'a GradedServer, observed: Option<&'a Observed>) -> Self {
        Self {
            graded,
            observed,
            counts: graded.counts().into_iter().collect(),
            tokens: graded.tokens(),
            slugs: tool_slugs(graded),
        }
    }

    /// Where its page is.
    pub(super) fn path(&self) -> String {
        format!("servers/{}.html", self.graded.slug)
    }

    /// Its tools, in the server's order.
    pub(super) fn tools(&self) -> impl Iterator<Item = ToolRef<'_>> {
        (0..self.graded.tools.len()).map(|at| ToolRef { entry: self, at })
    }

    /// Its tools, riskiest first.
    pub(super) fn riskiest(&self) -> Vec<ToolRef<'_>> {
        let mut tools: Vec<ToolRef<'_>> = self.tools().collect();
        tools.sort_by(|a, b| a.graded().riskiest_first(b.graded()));
        tools
    }
}

impl<'c> ToolRef<'c> {
    /// The tool.
    pub(super) fn graded(&self) -> &'c GradedTool {
        &self.entry.graded.tools[self.at]
    }

    /// What is said of it.
    pub(super) fn verdict(&self) -> &'c Verdict {
        &self.graded().verdict
    }

    /// Its class.
    pub(super) fn class(&self) -> Class {
        self.verdict().class
    }

    /// Its name, as sent.
    pub(super) fn name(&self) -> &'c str {
        self.graded().tool.name()
    }

    /// Its description, as sent; empty when there is none.
    pub(super) fn description(&self) -> &'c str {
        self.graded().tool.description().unwrap_or_default()
    }

    /// Its server's name, as sent.
    pub(super) fn server(&self) -> &'c str {
        &self.entry.graded.server.name
    }

    /// Where its page is.
    pub(super) fn path(&self) -> String {
        format!("tools/{}/{}.html", self.entry.graded.slug, self.entry.slugs[self.at])
    }

    /// The documented attacks that fit it.
    pub(super) fn attacks(&self) -> Vec<&'static Attack> {
        self.verdict().attacks.iter().filter_map(|slug| attack(slug)).collect()
    }
}

/// Where each tool of a server has its page. A server may list one name twice; each listing has its page, since the two
/// definitions may differ. (No slug has two hyphens in a row, so `--2` collides with nothing.)
fn tool_slugs(server: &GradedServer) -> Vec<String> {
    let names: Vec<&str> = server.tools.iter().map(|tool| tool.tool.name()).collect();
    let mut times: HashMap<String, usize> = HashMap::new();
    crate::slug::unique(&names)
        .into_iter()
        .map(|slug| {
            let time = times.entry(slug.clone()).and_modify(|time| *time += 1).or_insert(1);
            if *time == 1 { slug } else { format!("{slug}--{time}") }
        })
        .collect()
}
