//! Function words: how sentences about tools are built. What verbs mean is said by the rules.

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A list of `data/grammar.toml`; each says there what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// Words a sentence may open with before its verb.
    Leads,
    /// Words that make the next one a thing.
    Determiners,
    /// Words after which a gerund is what the tool does: "a tool for deleting".
    BeforeGerunds,
    /// Words an object may start with.
    Objects,
    /// Words that end an object.
    Prepositions,
    /// Words that turn an action into its opposite.
    Negations,
    /// What a later sentence must be about.
    Subjects,
    /// Words between a subject and its verb.
    Modals,
    /// Words that join two actions.
    Joins,
    /// Words that open a section about something else.
    Sections,
    /// Words that open a list of operations.
    Operations,
    /// Words that open examples of them.
    Examples,
    /// Names of parameters whose values are operations.
    OperationParameters,
    /// Verbs that are as often things.
    Nouny,
    /// Verbs that are things when another word stands before them.
    Things,
    /// Words that open a condition before the main clause.
    Conditions,
    /// Characters that open a phrase before the verb of a Chinese clause.
    EastAsianPrepositions,
    /// Characters that close such a phrase.
    EastAsianParticles,
    /// Characters before one more verb of a Chinese clause.
    EastAsianThen,
    /// Words that open a clause about the object.
    Relatives,
    /// Words that open a sentence about means: "Use the API to …".
    Means,
    /// Who a tool lets do something.
    Somebody,
    /// Words that open a purpose, before a verb.
    Infinitive,
    /// The methods of HTTP: values of a parameter that are no operations of the tool's own.
    HttpMethods,
    /// The methods of HTTP that carry a body: in a name they may say only how an endpoint is called.
    BodyMethods,
    /// Words that are one whatever capitals stand inside.
    Compounds,
    /// Words that end a name without saying anything.
    Suffixes,
    /// Verbs before which no other verb of a name is joined.
    Makers,
    /// Verbs that say nothing of what is done, and may open a list of it.
    Manages,
    /// First parts of German and Dutch verbs, which stand behind the object: "Ruft die Liste *ab*".
    Particles,
    /// Words that only follow a thing.
    AfterThings,
    /// What a tool is, or gives, before "to" says what for.
    Abilities,
}

/// The lists that a word is on: a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lists(u32);

impl Lists {
    /// One list alone.
    #[must_use]
    pub fn of(list: List) -> Self {
        Self(1 << list as u32)
    }

    /// A bit for each list.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// The lists of these bits.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// These lists and others.
    pub fn add(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Whether the word is on this list.
    #[must_use]
    pub fn has(self, list: List) -> bool {
        self.0 & Self::of(list).0 != 0
    }
}

/// What `data/grammar.toml` holds.
#[derive(Debug)]
pub struct Grammar {
    /// Every word of every list.
    words: FxHashMap<CompactString, Lists>,
    /// `write = ["writes", "writing", "written"]`
    irregular: FxHashMap<String, [String; 3]>,
}

/// The file as it is written.
#[derive(Deserialize)]
struct File {
    irregular: FxHashMap<String, [String; 3]>,
    #[serde(flatten)]
    lists: BTreeMap<List, Vec<CompactString>>,
}

/// The grammar, read once.
pub static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| Grammar::from(file()));

fn file() -> File {
    toml::from_str(include_str!("../data/grammar.toml")).unwrap_or_else(|error| panic!("data/grammar.toml: {error}"))
}

impl Grammar {
    /// The lists a word is on; the word in lower case.
    #[must_use]
    pub fn lists(&self, word: &str) -> Lists {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// Every word of every list.
    pub fn words(&self) -> impl Iterator<Item = (&str, Lists)> {
        self.words.iter().map(|(word, lists)| (word.as_str(), *lists))
    }
}

impl From<File> for Grammar {
    fn from(file: File) -> Self {
        let mut words: FxHashMap<CompactString, Lists> = FxHashMap::default();
        for (list, members) in file.lists {
            for word in members {
                words.entry(word).or_default().add(Lists::of(list));
            }
        }
        Self { words, irregular: file.irregular }
    }
}

/// How a verb stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// `delete`
    Base,
    /// `deletes`
    Third,
    /// `deleting`
    Gerund,
    /// `deleted`
    Participle,
    /// A form of another language, as the rule gives it.
    Foreign,
}

/// The forms of an English verb, base first. Doubled and plain consonants are both given (`canceling`, `cancelling`).
#[must_use]
pub fn forms(verb: &str) -> Vec<(CompactString, Form)> {
    let mut forms = vec![(CompactString::from(verb), Form::Base)];
    if !verb.bytes().all(|byte| byte.is_ascii_lowercase()) || verb.len() < 2 {
        return forms;
    }
    if let Some([third, gerund, participle]) = GRAMMAR.irregular.get(verb) {
        forms.extend([(third.into(), Form::Third), (gerund.into(), Form::Gerund), (participle.into(), Form::Participle)]);
        return forms;
    }
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| verb.ends_with(suffix));
    let vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u');
    let bytes = verb.as_bytes();
    let (last, before) = (bytes[bytes.len() - 1], bytes[bytes.len() - 2]);
    let consonant_y = last == b'y' && !vowel(before);
    let stem = &verb[..verb.len() - 1];
    let third = if consonant_y {
        join(stem, "ies")
    } else if ends(&["s", "x", "z", "ch", "sh", "o"]) {
        join(verb, "es")
    } else {
        join(verb, "s")
    };
    forms.push((third, Form::Third));
    let (gerund, participle) = if last == b'e' && !ends(&["ee", "ye", "oe"]) {
        (join(stem, "ing"), join(verb, "d"))
    } else if consonant_y {
        (join(verb, "ing"), join(stem, "ied"))
    } else {
        (join(verb, "ing"), if last == b'e' { join(verb, "d") } else { join(verb, "ed") })
    };
    forms.extend([(gerund, Form::Gerund), (participle, Form::Participle)]);
    let single_vowel = vowel(before) && !(bytes.len() > 2 && vowel(bytes[bytes.len() - 3]));
    let doubles = single_vowel && !(vowel(last) || matches!(last, b'w' | b'x' | b'y'));
    if doubles {
        let doubled = join(verb, &verb[verb.len() - 1..]);
        forms.extend([(join(&doubled, "ing"), Form::Gerund), (join(&doubled, "ed"), Form::Participle)]);
    }
    forms
}

fn join(stem: &str, ending: &str) -> CompactString {
    let mut joined = CompactString::from(stem);
    joined.push_str(ending);
    joined
}

#[cfg(test)]
mod tests {
    use super::{List, file, forms};

    #[test]
    fn every_list_is_there() {
        assert_eq!(file().lists.len(), List::Abilities as usize + 1);
    }

    #[test]
    fn english_verbs_bend() {
        let bend = |verb: &str| forms(verb).into_iter().map(|(form, _)| form).collect::<Vec<_>>().join(" ");
        assert_eq!(bend("delete"), "delete deletes deleting deleted");
        assert_eq!(bend("modify"), "modify modifies modifying modified");
        assert_eq!(bend("drop"), "drop drops droping droped dropping dropped");
        assert_eq!(bend("push"), "push pushes pushing pushed");
        assert_eq!(bend("send"), "send sends sending sent");
        assert_eq!(bend("löschen"), "löschen");
    }
}
