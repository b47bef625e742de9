//! Documented attack patterns: data in `data/attacks/`, one file a pattern, embedded.

use crate::verdict::Class;
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// How many attacks a tool is said to fit: what fits every tool says nothing about this one.
const SHOWN: usize = 5;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/attacks");

static ATTACKS: LazyLock<Vec<Attack>> = LazyLock::new(|| {
    let mut attacks: Vec<Attack> = FILES
        .files()
        .map(|file| {
            let slug = file.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
            // The files are part of the program, and a test reads them all.
            parse(&slug, file.contents_utf8().unwrap_or_default())
                .unwrap_or_else(|reason| panic!("data/attacks/{slug}.md: {reason}"))
        })
        .collect();
    attacks.sort_by(|a, b| a.slug.cmp(&b.slug));
    attacks
});

/// One way in which tools have been, or can be, misused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attack {
    /// The stem of its file.
    pub slug: String,
    /// Its usual name.
    pub title: String,
    /// What part of an agent it goes for.
    pub group: String,
    /// It in one sentence.
    pub summary: String,
    /// The classes of tools it can abuse, mildest first.
    pub applies: Vec<Class>,
    /// How it works, what stops it, references: Markdown.
    pub body: String,
}

/// Every attack, in slug order.
#[must_use]
pub fn attacks() -> &'static [Attack] {
    &ATTACKS
}

/// The attack of this slug.
#[must_use]
pub fn attack(slug: &str) -> Option<&'static Attack> {
    let attacks = attacks();
    attacks.binary_search_by(|attack| attack.slug.as_str().cmp(slug)).ok().map(|at| &attacks[at])
}

/// The attacks that fit a tool of this class best: those that go through the fewest classes, at most five.
#[must_use]
pub fn fitting(class: Class) -> Vec<&'static Attack> {
    let mut fitting: Vec<&Attack> = attacks().iter().filter(|attack| attack.applies.contains(&class)).collect();
    fitting.sort_by_key(|attack| attack.applies.len());
    fitting.truncate(SHOWN);
    fitting
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: String,
    group: String,
    summary: String,
    applies: Vec<Class>,
}

fn parse(slug: &str, text: &str) -> Result<Attack, String> {
    let (front, body) = text
        .strip_prefix("```toml\n")
        .and_then(|rest| rest.split_once("\n```\n"))
        .ok_or("it does not start with a ```toml fence")?;
    let Front { title, group, summary, applies } = toml::from_str(front).map_err(|error| error.to_string())?;
    if !applies.is_sorted() || applies.is_empty() {
        return Err("`applies` lists classes, mildest first".to_owned());
    }
    Ok(Attack { slug: slug.to_owned(), title, group, summary, applies, body: body.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_an_attack_that_says_how_and_what_stops_it() {
        assert_eq!(attacks().len(), FILES.files().count());
        for found in attacks() {
            assert_eq!(attack(&found.slug), Some(found));
            assert_eq!(crate::slug::slug(&found.slug), found.slug);
            for heading in ["## How it works", "## What stops it"] {
                assert!(found.body.contains(heading), "{}: no `{heading}`", found.slug);
            }
        }
        assert_eq!(attack("none"), None);
    }

    #[test]
    fn every_class_can_be_abused_somehow() {
        for class in Class::ALL {
            let fitting = fitting(class);
            assert!((3..=SHOWN).contains(&fitting.len()), "{class}");
            assert!(fitting.iter().all(|attack| attack.applies.contains(&class)));
        }
    }
}
