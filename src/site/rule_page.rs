//! A rule's page: the rule's own file, rendered, and the tools it spoke about; and the list of rules.

use super::catalogue::{Catalogue, ToolRef};
use super::layout::Layout;
use super::trusted::{self, Trusted};
use super::{Site, filters};
use crate::rules::{Rule, Says};
use crate::verdict::Class;
use askama::Template;
use serde_json::json;

/// How many tools a page lists.
const LISTED: usize = 100;

#[derive(Template)]
#[template(path = "rule.html")]
struct RulePage<'a> {
    layout: Layout,
    rule: &'a Rule,
    effect: Option<Class>,
    signal: Option<&'a str>,
    body: Trusted,
    tools: &'a [ToolRef<'a>],
    count: usize,
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage<'a> {
    layout: Layout,
    /// Each rule with the class it speaks for, if any, and how many tools it spoke about; gravest class first.
    rules: Vec<(&'a Rule, Option<Class>, usize)>,
}

pub(super) fn write(site: &mut Site, catalogue: &Catalogue<'_>) -> anyhow::Result<()> {
    for rule in catalogue.rules {
        let mut tools = catalogue.of_rule(&rule.id);
        tools.sort_by_key(|tool| std::cmp::Reverse((tool.class(), tool.verdict().score)));
        let effect = effect(rule);
        let signal = match &rule.says {
            Says::Effect(_) => None,
            Says::Signal(text) => Some(text.as_str()),
        };
        let about = match effect {
            Some(class) => format!("A rule of toolgrade that speaks for the class {class}."),
            None => "A rule of toolgrade that raises a risk signal.".to_owned(),
        };
        let layout = site.layout(&format!("rules/{}.html", rule.id), &rule.title, &about);
        let link = |id: &str| (id != rule.id && catalogue.rule(id).is_some()).then(|| format!("{id}.html"));
        let page = RulePage {
            layout: layout.clone(),
            rule,
            effect,
            signal,
            body: trusted::markdown(&rule.body, link),
            count: tools.len(),
            tools: &tools[..tools.len().min(LISTED)],
        };
        site.page(&layout, &page, None)?;
        let says = effect.map_or_else(|| json!({ "signal": signal }), |class| json!({ "effect": class }));
        let data = json!({ "id": rule.id, "title": rule.title, "says": says, "since": rule.since, "body": rule.body, "tools": tools.len() });
        site.json(&format!("rules/{}.json", rule.id), &data)?;
    }
    let layout = site.layout("rules/index.html", "Rules", "Every rule by which tools are graded, with its examples.");
    let mut rules: Vec<_> = catalogue.rules.iter().map(|rule| (rule, effect(rule), catalogue.of_rule(&rule.id).len())).collect();
    rules.sort_by_key(|(_, effect, _)| std::cmp::Reverse(*effect));
    site.page(&layout.clone(), &RulesPage { layout, rules }, None)
}

fn effect(rule: &Rule) -> Option<Class> {
    match rule.says {
        Says::Effect(class) => Some(class),
        Says::Signal(_) => None,
    }
}
