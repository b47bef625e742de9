//! An attack's page: how it works, what stops it, which tools it fits; and the list of attacks.

use super::layout::Layout;
use super::survey::{Row, Survey};
use super::trusted::{self, Trusted};
use super::{List, Writer, filters};
use crate::attacks::{Attack, attacks};
use crate::rules::Rule;
use askama::Template;

/// How many tools a page lists.
const LISTED: usize = 100;

#[derive(Template)]
#[template(path = "attack.html")]
struct AttackPage<'a> {
    layout: Layout,
    attack: &'static Attack,
    body: Trusted,
    /// The rules that see a sign of it in a definition.
    signs: Vec<&'a Rule>,
    tools: Vec<Row<'a>>,
    count: usize,
}

#[derive(Template)]
#[template(path = "attacks.html")]
struct AttacksPage {
    layout: Layout,
    attacks: Vec<(&'static Attack, usize)>,
}

/// A list for each attack, and one of them all.
pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    for attack in attacks() {
        lists.push(Box::new(|writer| write(writer, survey, attack)));
    }
    lists.push(Box::new(|writer| {
        let about = "Documented ways in which MCP tools are misused, and what stops them.";
        let layout = writer.layout("attacks/index.html", "Attacks", about);
        let counted = attacks().iter().map(|attack| (attack, survey.of_attack(&attack.slug, 0).1)).collect();
        writer.page(&layout.clone(), &AttacksPage { layout, attacks: counted })
    }));
}

fn write(writer: &mut Writer<'_>, survey: &Survey, attack: &'static Attack) -> anyhow::Result<()> {
    let (tools, count) = survey.of_attack(&attack.slug, LISTED);
    let layout = writer.layout(&format!("attacks/{}.html", attack.slug), &attack.title, &attack.summary);
    let page = AttackPage {
        layout: layout.clone(),
        attack,
        body: trusted::markdown(&attack.body, |_| None),
        signs: survey.rules.iter().filter(|rule| rule.attack.as_ref() == Some(&attack.slug)).collect(),
        count,
        tools,
    };
    writer.page(&layout, &page)?;
    let mut data = serde_json::to_value(attack)?;
    data["signs"] = page.signs.iter().map(|rule| rule.id.as_str()).collect();
    data["tools"] = count.into();
    writer.json(&format!("attacks/{}.json", attack.slug), &data)
}
