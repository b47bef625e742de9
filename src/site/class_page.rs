//! A class's page: what it means, which attacks abuse it, and its tools; and the list of classes.

use super::catalogue::{Catalogue, ToolRef};
use super::layout::{Layout, Part};
use super::{Site, filters, text};
use crate::attacks::{Attack, attacks};
use crate::verdict::Class;
use askama::Template;

/// How many tools one page lists.
const EACH: usize = 1000;

#[derive(Template)]
#[template(path = "class.html")]
struct ClassPage<'a> {
    layout: Layout,
    class: Class,
    can: &'static str,
    stance: &'static str,
    stance_reason: &'static str,
    count: usize,
    tools: &'a [ToolRef<'a>],
    attacks: Vec<&'static Attack>,
    part: Part,
}

#[derive(Template)]
#[template(path = "classes.html")]
struct ClassesPage {
    layout: Layout,
    counts: Vec<(Class, usize)>,
}

pub(super) fn write(site: &mut Site, catalogue: &Catalogue<'_>) -> anyhow::Result<()> {
    for class in Class::ALL {
        let tools = catalogue.of_class(class);
        let about = format!("{} tools: one call can {}.", class, text::can(class));
        let (stance, stance_reason) = text::stance(class);
        for part in Part::all(&class.name().to_lowercase(), tools.len(), EACH) {
            let layout = site.layout(&format!("classes/{}", part.file()), &format!("{class} tools"), &about);
            let page = ClassPage {
                layout: layout.clone(),
                class,
                can: text::can(class),
                stance,
                stance_reason,
                count: tools.len(),
                tools: &tools[(part.number - 1) * EACH..(part.number * EACH).min(tools.len())],
                attacks: attacks().iter().filter(|attack| attack.classes().contains(&class)).collect(),
                part,
            };
            site.page(&layout, &page, None)?;
        }
    }
    let layout =
        site.layout("classes/index.html", "The five classes", "What each class of tool can do, and what to do about it.");
    site.page(&layout.clone(), &ClassesPage { layout, counts: catalogue.counts() }, None)
}
