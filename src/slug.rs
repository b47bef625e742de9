//! Slugs: names made safe for paths and URLs, lower-case `[a-z0-9._-]`, never empty, never colliding.

use std::collections::HashMap;

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
    let mut owners: HashMap<String, Vec<&str>> = HashMap::new();
    for name in names {
        let owner = owners.entry(slug(name)).or_default();
        if !owner.contains(name) {
            owner.push(name);
        }
    }
    names
        .iter()
        .map(|name| {
            let slug = slug(name);
            if owners[&slug].len() > 1 { format!("{slug}-{}", hash(name)) } else { slug }
        })
        .collect()
}

/// Eight hexadecimal digits of FNV-1a (64 bits, folded): stable over versions and machines, which `std`'s hashers are not.
fn hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{:08x}", (hash >> 32) ^ (hash & 0xffff_ffff))
}
