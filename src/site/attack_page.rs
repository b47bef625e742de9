//! An attack's page: how it works, what stops it, which tools it fits; and the list of attacks.

use super::catalogue::{Catalogue, ToolRef};
use super::layout::Layout;
use super::trusted::{self, Trusted};
use super::{Site, filters};
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
    tools: &'a [ToolRef<'a>],
    count: usize,
}

#[derive(Template)]
#[template(path = "attacks.html")]
struct AttacksPage {
    layout: Layout,
    attacks: Vec<(&'static Attack, usize)>,
}

pub(super) fn write(site: &mut Site, catalogue: &Catalogue<'_>) -> anyhow::Result<()> {
    for attack in attacks() {
        let mut tools = catalogue.of_attack(&attack.slug);
        tools.sort_by_key(|tool| std::cmp::Reverse((tool.class(), tool.verdict().score)));
        let layout = site.layout(&format!("attacks/{}.html", attack.slug), &attack.title, &attack.summary);
        let page = AttackPage {
            layout: layout.clone(),
            attack,
            body: trusted::markdown(&attack.body, |_| None),
            signs: catalogue.rules.iter().filter(|rule| rule.attack.as_ref() == Some(&attack.slug)).collect(),
            count: tools.len(),
            tools: &tools[..tools.len().min(LISTED)],
        };
        site.page(&layout, &page, None)?;
        let mut data = serde_json::to_value(attack)?;
        data["signs"] = page.signs.iter().map(|rule| rule.id.as_str()).collect();
        data["tools"] = tools.len().into();
        site.json(&format!("attacks/{}.json", attack.slug), &data)?;
    }
    let layout =
        site.layout("attacks/index.html", "Attacks", "Documented ways in which MCP tools are misused, and what stops them.");
    let counted = attacks().iter().map(|attack| (attack, catalogue.of_attack(&attack.slug).len())).collect();
    site.page(&layout.clone(), &AttacksPage { layout, attacks: counted }, None)
}
