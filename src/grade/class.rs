//! Decides the class: what name, description and operations say, weighed by how plainly they say it.

use super::hit::Hit;
use crate::rules::Place;
use crate::tool::Tool;
use crate::verdict::Class;

/// A class, how sure it is, and every class that was said.
pub(super) struct Decision {
    pub(super) class: Class,
    pub(super) confidence: f64,
    pub(super) effects: Vec<Class>,
    /// What the name says by itself, where it says so plainly.
    pub(super) name: Option<Class>,
    /// What the description, or else the title, says first, where it says so plainly.
    pub(super) text: Option<Class>,
}

/// The most severe class some hits say, if any.
fn most<'a>(hits: impl Iterator<Item = &'a Hit>) -> Option<Class> {
    hits.filter_map(Hit::effect).max()
}

/// Decides by the procedure of the taxonomy: the most severe thing that is said, where
/// - vague words ("run", "manage") and doubtful ones ("order history") count only where nothing plainer is said;
/// - name and description that disagree are judged by the more severe;
/// - operations that a parameter lists, and what later sentences say of this tool, can only raise the class;
/// - an annotation decides only where words are vague or missing.
pub(super) fn decide(tool: &Tool, hits: &[Hit]) -> Decision {
    let at = |places: &'static [Place], vague: bool| {
        most(hits.iter().filter(move |hit| hit.vague == vague && hit.place.is_some_and(|place| places.contains(&place))))
    };
    let name = at(&[Place::Name], false);
    let text = at(&[Place::Summary], false).or(at(&[Place::Title], false));
    let detail = at(&[Place::Detail], false);
    let values = at(&[Place::Value], false);
    let whole = most(hits.iter().filter(|hit| hit.place.is_none() && !hit.vague));
    let vague = most(hits.iter().filter(|hit| hit.vague && hit.place != Some(Place::Detail)));

    let (said, mut confidence) = match (name, text) {
        (Some(name), Some(text)) if name == text => (Some(name), 0.97),
        (Some(name), Some(text)) => (Some(name.max(text)), 0.75),
        (Some(only), None) | (None, Some(only)) => (Some(only), 0.88),
        (None, None) => (None, 0.6),
    };
    let read_only = tool.hint("readOnlyHint") == Some(true);
    let mut class = said.unwrap_or(match vague {
        Some(vague) if !read_only => vague,
        _ => Class::Read,
    });
    if said.is_none() && vague.is_none() && !read_only {
        confidence = 0.45;
    }
    for raised in [values, whole, detail].into_iter().flatten() {
        if raised > class {
            class = raised;
            confidence = 0.7;
        }
    }
    let mut effects: Vec<Class> = hits.iter().filter_map(Hit::effect).filter(|effect| *effect <= class).chain([class]).collect();
    effects.sort_by(|a, b| b.cmp(a));
    effects.dedup();
    Decision { class, confidence, effects, name, text }
}
