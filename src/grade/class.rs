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

/// How often a class that was decided in each of these ways is the label, measured on the tuning labels with `toolgrade eval` and
/// rounded down.
mod confidence {
    /// Name and description plainly say the same.
    pub(super) const AGREED: f64 = 0.98;
    /// Only one of them says something plainly.
    pub(super) const SAID_ONCE: f64 = 0.95;
    /// Neither does; words that could mean more than one thing decide.
    pub(super) const VAGUE: f64 = 0.85;
    /// They plainly say different things.
    pub(super) const DISPUTED: f64 = 0.59;
    /// No rule knows a word of it.
    pub(super) const UNSAID: f64 = 0.55;
    /// Something besides name and summary raised the class.
    pub(super) const RAISED: f64 = 0.5;
}

/// The most severe class some hits say, if any.
fn most<'a>(hits: impl Iterator<Item = &'a Hit>) -> Option<Class> {
    hits.filter_map(Hit::effect).max()
}

/// Decides by the procedure of the taxonomy: the most severe thing that is said, where
/// - vague words ("run", "manage") and doubtful ones ("order history") count only where nothing plainer is said;
/// - name and description that disagree are judged by the more severe;
/// - operations that a parameter lists can only raise the class, and so can a later sentence, where it tells of loss or money:
///   of milder things later sentences mostly tell by the way ("this may create a cache");
/// - an annotation decides only where words are vague or missing.
pub(super) fn decide(tool: &Tool, hits: &[Hit]) -> Decision {
    let at = |places: &'static [Place], vague: bool| {
        most(hits.iter().filter(move |hit| hit.vague == vague && hit.place.is_some_and(|place| places.contains(&place))))
    };
    let name = at(&[Place::Name], false);
    let text = at(&[Place::Summary], false).or(at(&[Place::Title], false));
    let detail = at(&[Place::Detail], false).filter(|class| *class >= Class::Destructive);
    // "Get the type of a method": where all else reads, the values are what is asked about.
    let only_asks = name == Some(Class::Read) && text == Some(Class::Read);
    let values = at(&[Place::Value], false).filter(|_| !only_asks);
    let whole = most(hits.iter().filter(|hit| hit.place.is_none() && !hit.vague));
    let vague = most(hits.iter().filter(|hit| hit.vague && hit.place != Some(Place::Detail)));

    let read_only = tool.hint("readOnlyHint") == Some(true);
    let (mut class, mut confidence) = match (name, text, vague) {
        (Some(name), Some(text), _) if name == text => (name, confidence::AGREED),
        // "deepsource_run: Get an analysis run": what only starts something by its name is what the description reads.
        (Some(Class::Execute), Some(Class::Read), _) => (Class::Read, confidence::DISPUTED),
        (Some(name), Some(text), _) => (name.max(text), confidence::DISPUTED),
        (Some(only), None, _) | (None, Some(only), _) => (only, confidence::SAID_ONCE),
        (None, None, Some(vague)) if !read_only => (vague, confidence::VAGUE),
        (None, None, Some(_)) => (Class::Read, confidence::VAGUE),
        (None, None, None) => (Class::Read, confidence::UNSAID),
    };
    for raised in [values, whole, detail].into_iter().flatten() {
        if raised > class {
            class = raised;
            confidence = confidence::RAISED;
        }
    }
    let mut effects: Vec<Class> = hits.iter().filter_map(Hit::effect).filter(|effect| *effect <= class).chain([class]).collect();
    effects.sort_by(|a, b| b.cmp(a));
    effects.dedup();
    Decision { class, confidence, effects, name, text }
}
