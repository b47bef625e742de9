//! Function words: how sentences about tools are built. What verbs mean is said by the rules.

use compact_str::{CompactString, format_compact};
use rustc_hash::{FxBuildHasher, FxHashMap};
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::LazyLock;

/// A list of words, to look one up.
pub type Words = HashSet<CompactString, FxBuildHasher>;

/// The lists of `data/grammar.toml`; each says there what it is for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grammar {
    /// Words a sentence may open with before its verb.
    pub leads: Words,
    /// Words that make the next one a thing.
    pub determiners: Words,
    /// Words after which a gerund is what the tool does: "a tool for deleting".
    pub before_gerunds: Words,
    /// Words an object may start with.
    pub objects: Words,
    /// Words that end an object.
    pub prepositions: Words,
    /// Words that turn an action into its opposite.
    pub negations: Words,
    /// What a later sentence must be about.
    pub subjects: Words,
    /// Words between a subject and its verb.
    pub modals: Words,
    /// Words that join two actions.
    pub joins: Words,
    /// Words that open a section about something else.
    pub sections: Words,
    /// Words that open a list of operations.
    pub operations: Words,
    /// Names of parameters whose values are operations.
    pub operation_parameters: Words,
    /// Verbs that are as often things.
    pub nouny: Words,
    /// Verbs that are things when another word stands before them.
    pub things: Words,
    /// Words that open a condition before the main clause.
    pub conditions: Words,
    /// Characters that open a phrase before the verb of a Chinese clause.
    pub east_asian_prepositions: Words,
    /// Characters that close such a phrase.
    pub east_asian_particles: Words,
    /// Characters before one more verb of a Chinese clause.
    pub east_asian_then: Words,
    /// Words that open a clause about the object.
    pub relatives: Words,
    /// Words that open a sentence about means: "Use the API to …".
    pub means: Words,
    /// Who a tool lets do something.
    pub somebody: Words,
    /// Words that open a purpose, before a verb.
    pub infinitive: Words,
    /// The methods of HTTP: values of a parameter that are no operations of the tool's own.
    pub http_methods: Words,
    /// The methods of HTTP that carry a body: in a name they may say only how an endpoint is called.
    pub body_methods: Words,
    /// Words that are one whatever capitals stand inside.
    pub compounds: Words,
    /// Words that end a name without saying anything.
    pub suffixes: Words,
    /// Verbs before which no other verb of a name is joined.
    pub makers: Words,
    /// Words that only follow a thing.
    pub after_things: Words,
    /// `write = ["writes", "writing", "written"]`
    pub irregular: FxHashMap<String, [String; 3]>,
}

/// The grammar, read once.
pub static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    toml::from_str(include_str!("../data/grammar.toml")).unwrap_or_else(|error| panic!("data/grammar.toml: {error}"))
});

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
        format_compact!("{stem}ies")
    } else if ends(&["s", "x", "z", "ch", "sh", "o"]) {
        format_compact!("{verb}es")
    } else {
        format_compact!("{verb}s")
    };
    forms.push((third, Form::Third));
    let (gerund, participle) = if last == b'e' && !ends(&["ee", "ye", "oe"]) {
        (format_compact!("{stem}ing"), format_compact!("{verb}d"))
    } else if consonant_y {
        (format_compact!("{verb}ing"), format_compact!("{stem}ied"))
    } else {
        (format_compact!("{verb}ing"), if last == b'e' { format_compact!("{verb}d") } else { format_compact!("{verb}ed") })
    };
    forms.extend([(gerund, Form::Gerund), (participle, Form::Participle)]);
    let single_vowel = vowel(before) && !(bytes.len() > 2 && vowel(bytes[bytes.len() - 3]));
    let doubles = single_vowel && !(vowel(last) || matches!(last, b'w' | b'x' | b'y'));
    if doubles {
        let letter = char::from(last);
        forms.extend([
            (format_compact!("{verb}{letter}ing"), Form::Gerund),
            (format_compact!("{verb}{letter}ed"), Form::Participle),
        ]);
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::forms;

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
