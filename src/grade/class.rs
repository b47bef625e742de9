//! Decides the class: what name, description and operations say, weighed by how plainly they say it.

use super::hit::Hit;
use crate::confidence::Basis;
use crate::grammar::{GRAMMAR, List};
use crate::rules::Place;
use crate::tool::Raw;
use crate::verdict::Class;

/// A class, what it rests on, and every class that was said.
pub(super) struct Decision {
    pub(super) class: Class,
    pub(super) basis: Basis,
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
/// - operations that a parameter lists can only raise the class, and so can a later sentence, where it tells of loss or money:
///   of milder things later sentences mostly tell by the way ("this may create a cache");
/// - an annotation decides only where words are vague or missing, or where some only read and others write; where they say plainly that
///   something is run, lost or paid, it is a claim against the words.
pub(super) fn decide(tool: Raw<'_>, hits: &[Hit]) -> Decision {
    let at = |places: &'static [Place], vague: bool| {
        most(hits.iter().filter(move |hit| hit.vague == vague && hit.place.is_some_and(|place| places.contains(&place))))
    };
    let name = at(&[Place::Name], false);
    let text = at(&[Place::Summary], false).or(at(&[Place::Title], false));
    // "Deposit ether and receive tokens": what comes of an act is not what is done.
    let opens = hits.iter().find(|hit| hit.place == Some(Place::Summary) && hit.effect().is_some());
    let opens = opens.filter(|hit| hit.vague && hit.effect() >= Some(Class::Destructive));
    let text = if text == Some(Class::Read) { opens.and_then(Hit::effect).or(text) } else { text };
    let detail = at(&[Place::Detail], false).filter(|class| *class >= Class::Destructive);
    // "Get the type of a method": where all else reads, the values are what is asked about.
    let only_asks = name == Some(Class::Read) && text == Some(Class::Read);
    let values = at(&[Place::Value], false).filter(|_| !only_asks);
    let whole = most(hits.iter().filter(|hit| hit.place.is_none() && !hit.vague));
    let vague = most(hits.iter().filter(|hit| hit.vague && hit.place != Some(Place::Detail)));

    let says_manage =
        |hit: &Hit| hit.evidence.iter().any(|evidence| GRAMMAR.lists(&evidence.text.to_lowercase()).has(List::Manages));
    let manages = |place: Place| hits.iter().any(|hit| hit.place == Some(place) && hit.vague && says_manage(hit));

    let starts = |hit: &&Hit| hit.place == Some(Place::Name) && hit.effect() == Some(Class::Execute);
    let repeats = |verb| hits.iter().any(|hit| hit.place == Some(Place::Summary) && hit.verb == verb);
    let repeated = || hits.iter().filter(starts).any(|hit| repeats(hit.verb));
    let read_only = tool.hint("readOnlyHint") == Some(true);
    // "Returns a job id": what comes back is no other act.
    let reads = |hit: &&Hit| hit.place == Some(Place::Summary) && hit.effect() == Some(Class::Read);
    let returns = |hit: &Hit| hit.evidence.iter().all(|evidence| evidence.text.to_lowercase().starts_with("return"));
    let only_returns = || hits.iter().filter(reads).all(returns);
    let (mut class, mut basis) = match (name, text, vague) {
        (Some(name), Some(text), _) if name == text => (name, Basis::Agreed),
        // "deepsource_run: Get an analysis run": what only starts something by its name is what the description reads, unless both
        // say the same verb.
        (Some(Class::Execute), Some(Class::Read), _) if !repeated() && !only_returns() => (Class::Read, Basis::Disputed),
        // Where one of name and description writes and the other reads, the annotation tells which is right.
        (Some(Class::Read), Some(Class::Write), _) | (Some(Class::Write), Some(Class::Read), _) if read_only => {
            (Class::Read, Basis::Disputed)
        }
        (Some(name), Some(text), _) => (name.max(text), Basis::Disputed),
        (Some(only), None, _) => (only, Basis::Name),
        // "manage_alerts: List, get and manage alerts": who manages, changes.
        (None, Some(Class::Read), _)
            if manages(Place::Name) && manages(Place::Summary) && values != Some(Class::Read) && !read_only =>
        {
            (Class::Write, Basis::Vague)
        }
        (None, Some(only), _) => (only, Basis::Text),
        // "Manage slide masters", whose operations only list and get.
        (None, None, Some(Class::Write)) if values == Some(Class::Read) => (Class::Read, Basis::Vague),
        (None, None, Some(vague)) if !read_only => (vague, Basis::Vague),
        (None, None, Some(_)) => (Class::Read, Basis::Vague),
        (None, None, None) => (Class::Read, Basis::Unsaid),
    };
    for raised in [values, whole, detail].into_iter().flatten() {
        let reads_plainly = class == Class::Read && (name.is_some() || text.is_some());
        if raised > class && !(read_only && reads_plainly && raised <= Class::Execute) {
            class = raised;
            basis = Basis::Raised;
        }
    }
    let mut effects: Vec<Class> = hits.iter().filter_map(Hit::effect).filter(|effect| *effect <= class).chain([class]).collect();
    effects.sort_by(|a, b| b.cmp(a));
    effects.dedup();
    Decision { class, basis, effects, name, text }
}
