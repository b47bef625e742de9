//! Documented attack patterns: data in `data/attacks/`, one file a pattern, embedded.

use crate::rules::{self, Says};
use crate::verdict::Class;
use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// How many attacks a tool is said to fit: what fits every tool says nothing about this one.
pub const SHOWN: usize = 6;

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
    /// The kinds of tools it goes through: one that a tool is of is enough. Of no kind is what only signs in a definition show.
    pub fits: Vec<Fit>,
    /// How it works, what stops it, references: Markdown.
    pub body: String,
}

/// A kind of tools: by class, by signal, or by both together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fit {
    /// One of these classes, mildest first; any class when empty.
    pub classes: Vec<Class>,
    /// At least one of these signals; none is needed when empty.
    pub signals: Vec<String>,
}

impl Attack {
    /// The classes of the tools it goes through, mildest first.
    #[must_use]
    pub fn classes(&self) -> Vec<Class> {
        Class::ALL.into_iter().filter(|class| self.fits.iter().any(|fit| fit.allows(*class))).collect()
    }
}

impl Fit {
    fn allows(&self, class: Class) -> bool {
        self.classes.is_empty() || self.classes.contains(&class)
    }

    fn holds(&self, class: Class, signals: &[&str]) -> bool {
        self.allows(class) && (self.signals.is_empty() || self.signals.iter().any(|id| signals.contains(&id.as_str())))
    }
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

/// Whether there is an attack of this slug. Unlike [`attack`] this reads no file: rules name attacks, and attacks name rules.
#[must_use]
pub fn exists(slug: &str) -> bool {
    FILES.contains(format!("{slug}.md"))
}

/// The attacks that go through a tool of this class with these signals: those that its signals lead to before those of the whole
/// class.
#[must_use]
pub fn fitting(class: Class, signals: &[&str]) -> Vec<&'static Attack> {
    let needs_no_signal = |attack: &&Attack| {
        let mut holding = attack.fits.iter().filter(|fit| fit.holds(class, signals));
        holding.all(|fit| fit.signals.is_empty())
    };
    let holds = |attack: &&Attack| attack.fits.iter().any(|fit| fit.holds(class, signals));
    let mut fitting: Vec<&Attack> = attacks().iter().filter(holds).collect();
    fitting.sort_by_key(needs_no_signal);
    fitting
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: String,
    group: String,
    summary: String,
    #[serde(default)]
    fits: Vec<Fit>,
}

fn parse(slug: &str, text: &str) -> Result<Attack, String> {
    let (front, body) = text
        .strip_prefix("```toml\n")
        .and_then(|rest| rest.split_once("\n```\n"))
        .ok_or("it does not start with a ```toml fence")?;
    let Front { title, group, summary, fits } = toml::from_str(front).map_err(|error| error.to_string())?;
    for fit in &fits {
        check(fit)?;
    }
    Ok(Attack { slug: slug.to_owned(), title, group, summary, fits, body: body.trim().to_owned() })
}

/// Checks that a kind of tools says something, in order, of signals that are there.
fn check(fit: &Fit) -> Result<(), String> {
    if fit.classes.is_empty() && fit.signals.is_empty() {
        return Err("`fits` without `classes` and `signals` fits every tool".to_owned());
    }
    if !fit.classes.is_sorted_by(|a, b| a < b) {
        return Err("`classes` lists each class once, mildest first".to_owned());
    }
    if !fit.signals.is_sorted_by(|a, b| a < b) {
        return Err("`signals` lists each signal once, sorted".to_owned());
    }
    let is_signal = |id: &str| rules::all().iter().any(|rule| rule.id == id && matches!(rule.says, Says::Signal(_)));
    match fit.signals.iter().find(|id| !is_signal(id)) {
        Some(unknown) => Err(format!("no rule raises a signal `{unknown}`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_an_attack_that_says_how_and_what_stops_it() {
        assert_eq!(attacks().len(), FILES.files().count());
        for found in attacks() {
            assert_eq!(attack(&found.slug), Some(found));
            assert!(exists(&found.slug));
            assert_eq!(crate::slug::slug(&found.slug), found.slug);
            for heading in ["## How it works", "## What stops it"] {
                assert!(found.body.contains(heading), "{}: no `{heading}`", found.slug);
            }
            let told = ["## Seen in the wild", "## References"].iter().any(|heading| found.body.contains(heading));
            assert!(told, "{}: who saw it, and where can one read about it?", found.slug);
        }
        assert_eq!(attack("none"), None);
        assert!(!exists("none"));
    }

    #[test]
    fn every_attack_fits_some_tools_or_shows_in_definitions() {
        for attack in attacks() {
            let is_sign = |rule: &rules::Rule| rule.attack.as_deref() == Some(attack.slug.as_str());
            assert!(!attack.fits.is_empty() || rules::all().iter().any(is_sign), "{}", attack.slug);
        }
    }

    #[test]
    fn a_tool_is_linked_by_class_and_signals_together() {
        let slugs = |class, signals: &[&str]| -> Vec<&str> {
            fitting(class, signals).into_iter().map(|attack| attack.slug.as_str()).collect()
        };
        assert_eq!(slugs(Class::Read, &[]), Vec::<&str>::new());
        assert_eq!(slugs(Class::Write, &[]), Vec::<&str>::new());
        assert_eq!(slugs(Class::Destructive, &[]), ["destructive-action-autonomy"]);
        assert_eq!(slugs(Class::Execute, &["free-form-code"])[0], "command-injection");
        assert!(slugs(Class::Read, &["file-path"]).contains(&"path-traversal"));
        assert!(slugs(Class::Financial, &[]).contains(&"confused-deputy"));
    }

    #[test]
    fn what_a_file_says_of_tools_is_read_strictly() {
        let read = |fits: &str| {
            let front = format!("```toml\ntitle = \"t\"\ngroup = \"g\"\nsummary = \"s\"\n{fits}\n```\ntext");
            parse("x", &front).map(|attack| attack.fits.len())
        };
        assert_eq!(read(""), Ok(0));
        assert_eq!(read("[[fits]]\nclasses = [\"Read\"]\nsignals = [\"file-path\", \"url-input\"]"), Ok(1));
        for (wrong, reason) in [
            ("[[fits]]", "fits every tool"),
            ("[[fits]]\nclasses = [\"Write\", \"Read\"]", "mildest first"),
            ("[[fits]]\nsignals = [\"url-input\", \"file-path\"]", "sorted"),
            ("[[fits]]\nsignals = [\"no-such-signal\"]", "no rule raises"),
            ("[[fits]]\nsignals = [\"delete-data\"]", "no rule raises"),
            ("[[fits]]\nclasses = [\"Other\"]", "unknown variant"),
            ("[[fits]]\nclass = [\"Read\"]", "unknown field"),
        ] {
            let message = read(wrong).unwrap_err();
            assert!(message.contains(reason), "{wrong}: {message}");
        }
    }
}
