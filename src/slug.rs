//! Slugs: names made safe for paths and URLs, lower-case `[a-z0-9._-]`, never empty, never colliding.

use std::collections::{BTreeMap, BTreeSet};

/// Longest slug, in bytes: file systems take 255, and `.html` and a hash need room.
const LONGEST: usize = 120;

/// The slug of a name. Separators become `-`; other scripts and odd characters are spelled as a stable hash.
/// Two names may share a slug: [`unique`] tells them apart.
#[must_use]
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    let mut lost = false;
    for character in name.chars() {
        match character {
            'a'..='z' | '0'..='9' | '.' | '_' => slug.push(character),
            'A'..='Z' => slug.push(character.to_ascii_lowercase()),
            _ => {
                lost |= !character.is_ascii();
                if !slug.ends_with('-') {
                    slug.push('-');
                }
            }
        }
    }
    let kept = slug.trim_matches(['-', '.']);
    let mut slug = kept.get(..LONGEST).unwrap_or(kept).trim_end_matches(['-', '.']).to_owned();
    if lost || kept.is_empty() || kept.len() > LONGEST {
        let hash = hash(name);
        slug = if slug.is_empty() { hash } else { format!("{slug}-{hash}") };
    }
    slug
}

/// One slug for each name, in order; names whose slugs collide all get their hash, whatever their order.
/// The same name twice gets the same slug twice.
#[must_use]
pub fn unique(names: &[&str]) -> Vec<String> {
    let distinct: BTreeSet<&str> = names.iter().copied().collect();
    let mut slugs: BTreeMap<&str, String> = distinct.into_iter().map(|name| (name, slug(name))).collect();
    for name in colliding(&slugs).into_iter().flatten() {
        slugs.entry(name).and_modify(|slug| *slug = format!("{slug}-{}", hash(name)));
    }
    // Someone may have searched for names whose hashes collide as well, or taken the slug that another name's hash makes.
    loop {
        let groups = colliding(&slugs);
        if groups.is_empty() {
            return names.iter().map(|name| slugs[name].clone()).collect();
        }
        for (number, name) in groups.iter().flat_map(|group| group.iter().enumerate().skip(1)) {
            slugs.entry(name).and_modify(|slug| *slug = format!("{slug}-{}", number + 1));
        }
    }
}

/// Names that share a slug, group by group, in alphabetical order.
fn colliding<'a>(slugs: &BTreeMap<&'a str, String>) -> Vec<Vec<&'a str>> {
    let mut owners: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
    for (name, slug) in slugs {
        owners.entry(slug).or_default().push(name);
    }
    owners.into_values().filter(|names| names.len() > 1).collect()
}

/// Eight hexadecimal digits: the hash, folded.
fn hash(text: &str) -> String {
    let hash = crate::fnv::hash(text);
    format!("{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}
