//! A rule's page: the rule's own file, rendered, and the tools it spoke about; and the list of rules.

use super::layout::Layout;
use super::survey::{Row, Survey};
use super::trusted::{self, Trusted};
use super::{List, Writer, filters};
use crate::rules::{self, Rule, Says};
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
    /// The whole file.
    source: &'a str,
    tools: Vec<Row<'a>>,
    count: usize,
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage<'a> {
    layout: Layout,
    /// Each rule with the class it speaks for, if any, and how many tools it spoke about; gravest class first.
    rules: Vec<(&'a Rule, Option<Class>, usize)>,
}

/// A list for each rule, and one of them all.
pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    for rule in survey.rules {
        lists.push(Box::new(|writer| write(writer, survey, rule)));
    }
    lists.push(Box::new(|writer| {
        let layout = writer.layout("rules/index.html", "Rules", "Every rule by which tools are graded, with its examples.");
        let count = |rule: &Rule| survey.of_rule(&rule.id, 0).1;
        let mut rules: Vec<_> = survey.rules.iter().map(|rule| (rule, rule.effect(), count(rule))).collect();
        rules.sort_by_key(|(_, effect, _)| std::cmp::Reverse(*effect));
        writer.page(&layout.clone(), &RulesPage { layout, rules })
    }));
}

fn write(writer: &mut Writer<'_>, survey: &Survey, rule: &Rule) -> anyhow::Result<()> {
    let (tools, count) = survey.of_rule(&rule.id, LISTED);
    let effect = rule.effect();
    let signal = match &rule.says {
        Says::Effect(_) => None,
        Says::Signal(text) => Some(text.as_str()),
    };
    let about = match effect {
        Some(class) => format!("A rule of toolgrade that speaks for the class {class}."),
        None => "A rule of toolgrade that raises a risk signal.".to_owned(),
    };
    let layout = writer.layout(&format!("rules/{}.html", rule.id), &rule.title, &about);
    let link = |id: &str| (id != rule.id && survey.rule(id).is_some()).then(|| format!("{id}.html"));
    let body = trusted::markdown(&rule.body, link);
    let source = rules::source(&rule.id).unwrap_or_default();
    writer.page(&layout.clone(), &RulePage { layout, rule, effect, signal, body, source, count, tools })?;
    let says = effect.map_or_else(|| json!({ "signal": signal }), |class| json!({ "effect": class }));
    let data =
        json!({ "id": rule.id, "title": rule.title, "says": says, "since": rule.since, "body": rule.body, "tools": count });
    writer.json(&format!("rules/{}.json", rule.id), &data)
}
