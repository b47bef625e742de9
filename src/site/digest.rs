//! The few fields of a stored definition and verdict that every list needs, read without reading the rest.

use crate::attacks::attacks;
use crate::rules;
use crate::store::Recorded;
use crate::verdict::Class;
use anyhow::Context as _;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// A tool in short.
pub(super) struct Digest<'t> {
    pub(super) name: Cow<'t, str>,
    pub(super) description: Option<Cow<'t, str>>,
    pub(super) class: Class,
    pub(super) score: u8,
    findings: Vec<Finding<'t>>,
    signals: Vec<Signal<'t>>,
    attacks: Vec<Cow<'t, str>>,
}

#[derive(Deserialize)]
struct Definition<'t> {
    #[serde(borrow)]
    name: Cow<'t, str>,
    #[serde(borrow, default)]
    description: Text<'t>,
}

#[derive(Deserialize)]
struct Verdict<'t> {
    class: Class,
    score: u8,
    #[serde(borrow)]
    findings: Vec<Finding<'t>>,
    #[serde(borrow)]
    signals: Vec<Signal<'t>>,
    #[serde(borrow)]
    attacks: Vec<Cow<'t, str>>,
}

#[derive(Deserialize)]
struct Finding<'t> {
    #[serde(borrow)]
    rule: Cow<'t, str>,
}

#[derive(Deserialize)]
struct Signal<'t> {
    #[serde(borrow)]
    id: Cow<'t, str>,
}

impl<'t> Digest<'t> {
    /// Reads a tool of this server.
    pub(super) fn of(recorded: &'t Recorded, server: &str) -> anyhow::Result<Self> {
        let whose = || format!("tools of server `{server}` in the catalogue");
        let Definition { name, description } = serde_json::from_str(&recorded.tool).with_context(whose)?;
        let Verdict { class, score, findings, signals, attacks } = serde_json::from_str(&recorded.verdict).with_context(whose)?;
        Ok(Self { name, description: description.0, class, score, findings, signals, attacks })
    }

    /// What tools that do the same have in common: the letters and digits of the name, however it is spelled.
    pub(super) fn kin(&self) -> u64 {
        let letters: String = self.name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        crate::fnv::hash(if letters.is_empty() { &self.name } else { &letters })
    }

    /// A bit for each rule that spoke, by its place among all.
    pub(super) fn rules(&self) -> u128 {
        let spoke = self.findings.iter().map(|finding| &*finding.rule).chain(self.signals.iter().map(|signal| &*signal.id));
        let place = |id: &str| rules::ids().binary_search(&id).ok();
        spoke.filter_map(place).fold(0, |bits, place| bits | bit(place))
    }

    /// A bit for each attack that fits.
    pub(super) fn attacks(&self) -> u32 {
        self.attacks.iter().fold(0, |bits, slug| bits | attack_bit(slug))
    }
}

/// The bit of a rule by its place; none where there are more rules than bits.
pub(super) fn bit(place: usize) -> u128 {
    u32::try_from(place).ok().and_then(|place| 1_u128.checked_shl(place)).unwrap_or_default()
}

/// The bit of an attack; none of one that is not known.
pub(super) fn attack_bit(slug: &str) -> u32 {
    let place = attacks().binary_search_by(|attack| attack.slug.as_str().cmp(slug)).ok();
    place.and_then(|place| 1_u32.checked_shl(u32::try_from(place).ok()?)).unwrap_or_default()
}

/// Where each tool of a server has its page. A server may list one name twice; each listing has its page, since the two
/// definitions may differ. (No slug has two hyphens in a row, so `--2` collides with nothing.)
pub(super) fn slugs(names: &[&str]) -> Vec<String> {
    let mut times: HashMap<String, usize> = HashMap::new();
    crate::slug::unique(names)
        .into_iter()
        .map(|slug| {
            let slug = if slug == "index" { "tool--index".to_owned() } else { portable(slug) };
            let time = times.entry(slug.clone()).and_modify(|time| *time += 1).or_insert(1);
            if *time == 1 { slug } else { format!("{slug}--{time}") }
        })
        .collect()
}

/// A slug as Windows can have a file or directory by that name: not that of a device, whatever its ending.
pub(super) fn portable(slug: String) -> String {
    let stem = slug.split('.').next().unwrap_or_default();
    let is_port =
        |name: &str| stem.strip_prefix(name).is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()));
    let is_device = matches!(stem, "con" | "prn" | "aux" | "nul") || is_port("com") || is_port("lpt");
    if is_device { format!("x--{slug}") } else { slug }
}

/// A string, or nothing where a server sent something else.
#[derive(Default)]
struct Text<'t>(Option<Cow<'t, str>>);

impl<'de: 't, 't> Deserialize<'de> for Text<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyText)
    }
}

struct AnyText;

impl<'de> Visitor<'de> for AnyText {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_that_is_no_text_is_none() {
        for (json, expected) in [
            (r#"{"name":"a"}"#, None),
            (r#"{"name":"a","description":null}"#, None),
            (r#"{"name":"a","description":1e3}"#, None),
            (r#"{"name":"a","description":[{"a":[true,-1]}]}"#, None),
            (r#"{"name":"a","description":{"b":1.5}}"#, None),
            (r#"{"description":"\u00e9\n","name":"a","more":[1]}"#, Some("é\n")),
        ] {
            let read: Result<Definition<'_>, _> = serde_json::from_str(json);
            assert_eq!(
                read.map(|read| read.description.0.map(Cow::into_owned)).ok(),
                Some(expected.map(str::to_owned)),
                "{json}"
            );
        }
    }

    #[test]
    fn no_tool_takes_the_page_of_its_server_or_a_name_of_windows() {
        let slugs = slugs(&["index", "con", "CON", "com1", "com10", "nul.txt", "a", "a"]);
        assert_eq!(slugs[0], "tool--index");
        assert_eq!(slugs[3..], ["x--com1", "com10", "x--nul.txt", "a", "a--2"]);
        assert!(slugs[1].starts_with("con-") && slugs[2].starts_with("con-") && slugs[1] != slugs[2], "{slugs:?}");
    }

    #[test]
    fn there_is_a_bit_for_every_rule_and_every_attack() {
        assert!(rules::all().len() <= 128 && attacks().len() <= 32);
        assert_eq!((bit(127), bit(128)), (1 << 127, 0));
    }
}
