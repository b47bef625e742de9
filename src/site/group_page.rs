//! Pages of tools that have something in common: a signal, or a severity; and the lists of these.

use super::layout::Layout;
use super::survey::{Row, Survey};
use super::{List, filters, text};
use crate::attacks::{Attack, attacks};
use crate::rules::{Rule, Says};
use crate::verdict::{Class, Severity};
use askama::Template;

/// How many tools a page lists.
const LISTED: usize = 300;

#[derive(Template)]
#[template(path = "group.html")]
struct GroupPage<'a> {
    layout: Layout,
    /// What the list of such groups is called.
    of: &'static str,
    title: String,
    lead: String,
    /// Its class, where all have one.
    tone: Option<Class>,
    rule: Option<&'a Rule>,
    attacks: Vec<&'static Attack>,
    counts: Vec<(Class, usize)>,
    tools: Vec<Row<'a>>,
    count: usize,
}

#[derive(Template)]
#[template(path = "groups.html")]
struct GroupsPage<'a> {
    layout: Layout,
    lead: &'static str,
    groups: Vec<Group<'a>>,
}

/// A line of a list of groups.
struct Group<'a> {
    title: String,
    file: String,
    says: String,
    tone: Option<Class>,
    counts: Vec<(Class, usize)>,
    count: usize,
    rule: Option<&'a Rule>,
}

/// A page for each signal and each severity, and two that list them.
pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    let signals = || survey.rules.iter().filter(|rule| matches!(rule.says, Says::Signal(_)));
    for rule in signals() {
        lists.push(Box::new(move |writer| {
            let layout = writer.layout(&format!("signals/{}.html", rule.id), &rule.title, &about(rule));
            let (tools, count) = survey.of_rule(&rule.id, LISTED);
            let fits = |attack: &&Attack| {
                rule.attack.as_ref() == Some(&attack.slug) || attack.fits.iter().any(|fit| fit.signals.contains(&rule.id))
            };
            let page = GroupPage {
                layout: layout.clone(),
                of: "Signals",
                title: rule.title.clone(),
                lead: first_paragraph(&rule.body),
                tone: None,
                rule: Some(rule),
                attacks: attacks().iter().filter(fits).collect(),
                counts: survey.counts_of_rule(&rule.id),
                tools,
                count,
            };
            writer.page(&layout, &page)
        }));
    }
    lists.push(Box::new(move |writer| {
        let about = "What is worth knowing of a tool besides its class.";
        let layout = writer.layout("signals/index.html", "Risk signals", about);
        let group = |rule: &'s Rule| Group {
            title: rule.title.clone(),
            file: format!("{}.html", rule.id),
            says: first_paragraph(&rule.body),
            tone: None,
            counts: survey.counts_of_rule(&rule.id),
            count: survey.of_rule(&rule.id, 0).1,
            rule: Some(rule),
        };
        let mut groups: Vec<Group<'_>> = signals().map(group).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        let lead = "A signal is worth knowing and does not decide the class: what a tool takes, reaches, or says to the model.";
        writer.page(&layout.clone(), &GroupsPage { layout, lead, groups })
    }));
    for severity in Severity::ALL {
        lists.push(Box::new(move |writer| {
            let title = format!("{severity} risk");
            let file = format!("severities/{}.html", severity.name().to_lowercase());
            let layout = writer.layout(&file, &title, &says(severity));
            let (tools, count) = survey.of_severity(severity, LISTED);
            let page = GroupPage {
                layout: layout.clone(),
                of: "Severities",
                title,
                lead: says(severity),
                tone: classes(severity).last().copied(),
                rule: None,
                attacks: Vec::new(),
                counts: counts(survey, severity),
                tools,
                count,
            };
            writer.page(&layout, &page)
        }));
    }
    lists.push(Box::new(|writer| {
        let about = "How bad a wrong call can be, in four steps.";
        let layout = writer.layout("severities/index.html", "The four severities", about);
        let group = |severity: Severity| Group {
            title: format!("{severity} risk"),
            file: format!("{}.html", severity.name().to_lowercase()),
            says: says(severity),
            tone: classes(severity).last().copied(),
            counts: counts(survey, severity),
            count: counts(survey, severity).iter().map(|(_, count)| count).sum(),
            rule: None,
        };
        let lead = "Severity follows from the class: how hard it is to undo what one call did.";
        let groups = Severity::ALL.into_iter().rev().map(group).collect();
        writer.page(&layout.clone(), &GroupsPage { layout, lead, groups })
    }));
}

fn about(rule: &Rule) -> String {
    format!("MCP tools with the signal “{}”: what it means and which tools have it.", rule.title)
}

/// What the body of a rule opens with.
fn first_paragraph(body: &str) -> String {
    body.split("\n\n").next().unwrap_or_default().replace('\n', " ").replace('`', "")
}

fn classes(severity: Severity) -> Vec<Class> {
    Class::ALL.into_iter().filter(|class| class.severity() == severity).collect()
}

fn counts(survey: &Survey, severity: Severity) -> Vec<(Class, usize)> {
    survey.counts().into_iter().filter(|(class, _)| class.severity() == severity).collect()
}

fn says(severity: Severity) -> String {
    let can: Vec<String> = classes(severity).into_iter().map(|class| text::can(class).to_owned()).collect();
    format!("One call can {}.", can.join(", or "))
}
