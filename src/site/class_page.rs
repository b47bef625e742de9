//! A class's page: what it means, which attacks abuse it, and its tools; and the list of classes.

use super::layout::{Layout, Part};
use super::survey::{Row, Survey};
use super::{List, filters, text};
use crate::attacks::{Attack, attacks};
use crate::verdict::Class;
use askama::Template;

/// How many tools one page lists.
const EACH: usize = 500;

#[derive(Template)]
#[template(path = "class.html")]
struct ClassPage<'a> {
    layout: Layout,
    class: Class,
    can: &'static str,
    stance: &'static str,
    stance_reason: &'static str,
    count: usize,
    tools: Vec<Row<'a>>,
    attacks: Vec<&'static Attack>,
    part: Part,
}

#[derive(Template)]
#[template(path = "classes.html")]
struct ClassesPage {
    layout: Layout,
    counts: Vec<(Class, usize)>,
}

/// The lists of each class, in parts, and one of the classes.
pub(super) fn plan<'s>(survey: &'s Survey, lists: &mut Vec<List<'s>>) {
    for (class, count) in survey.counts() {
        let numbers: Vec<usize> = (0..survey.len()).filter(|number| survey.row(*number).class() == class).collect();
        for part in Part::all(&class.name().to_lowercase(), count, EACH) {
            let tools: Vec<usize> = part.of(&numbers, EACH).to_vec();
            lists.push(Box::new(move |writer| {
                let about = format!("{} tools: one call can {}.", class, text::can(class));
                let layout = writer.layout(&format!("classes/{}", part.file()), &part.title(&format!("{class} tools")), &about);
                let (stance, stance_reason) = text::stance(class);
                let page = ClassPage {
                    layout: layout.clone(),
                    class,
                    can: text::can(class),
                    stance,
                    stance_reason,
                    count,
                    tools: tools.iter().map(|number| survey.row(*number)).collect(),
                    attacks: attacks().iter().filter(|attack| attack.classes().contains(&class)).collect(),
                    part,
                };
                writer.page(&layout, &page)
            }));
        }
    }
    lists.push(Box::new(|writer| {
        let about = "What each class of tool can do, and what to do about it.";
        let layout = writer.layout("classes/index.html", "The five classes", about);
        writer.page(&layout.clone(), &ClassesPage { layout, counts: survey.counts() })
    }));
}
