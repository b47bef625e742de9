//! Function words: how sentences about tools are built. What verbs mean is said by the rules.

use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The lists of `data/grammar.toml`; each says there what it is for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grammar {
    /// Words a sentence may open with before its verb.
    pub leads: HashSet<String>,
    /// Words that make the next one a thing.
    pub determiners: HashSet<String>,
    /// Words an object may start with.
    pub objects: HashSet<String>,
    /// Words that end an object.
    pub prepositions: HashSet<String>,
    /// Words that turn an action into its opposite.
    pub negations: HashSet<String>,
    /// What a later sentence must be about.
    pub subjects: HashSet<String>,
    /// Words between a subject and its verb.
    pub modals: HashSet<String>,
    /// Words that join two actions.
    pub joins: HashSet<String>,
    /// Words that open a section about something else.
    pub sections: HashSet<String>,
    /// Words that open a list of operations.
    pub operations: HashSet<String>,
    /// Names of parameters whose values are operations.
    pub operation_parameters: HashSet<String>,
    /// Verbs that are as often things.
    pub nouny: HashSet<String>,
    /// Verbs that are things when another word stands before them.
    pub things: HashSet<String>,
    /// Words that open a clause about the object.
    pub relatives: HashSet<String>,
    /// Words that open a sentence about means: "Use the API to …".
    pub means: HashSet<String>,
    /// Who a tool lets do something.
    pub somebody: HashSet<String>,
    /// Words that open a purpose, before a verb.
    pub infinitive: HashSet<String>,
    /// The methods of HTTP: values of a parameter that are no operations of the tool's own.
    pub http_methods: HashSet<String>,
    /// The methods of HTTP that carry a body: in a name they may say only how an endpoint is called.
    pub body_methods: HashSet<String>,
    /// Words that are one whatever capitals stand inside.
    pub compounds: HashSet<String>,
    /// Words that only follow a thing.
    pub after_things: HashSet<String>,
    /// `write = ["writes", "writing", "written"]`
    pub irregular: HashMap<String, [String; 3]>,
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
pub fn forms(verb: &str) -> Vec<(String, Form)> {
    let mut forms = vec![(verb.to_owned(), Form::Base)];
    if !verb.bytes().all(|byte| byte.is_ascii_lowercase()) || verb.len() < 2 {
        return forms;
    }
    if let Some([third, gerund, participle]) = GRAMMAR.irregular.get(verb) {
        forms.extend([(third.clone(), Form::Third), (gerund.clone(), Form::Gerund), (participle.clone(), Form::Participle)]);
        return forms;
    }
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| verb.ends_with(suffix));
    let vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u');
    let bytes = verb.as_bytes();
    let (last, before) = (bytes[bytes.len() - 1], bytes[bytes.len() - 2]);
    let consonant_y = last == b'y' && !vowel(before);
    let stem = &verb[..verb.len() - 1];
    let third = if consonant_y {
        format!("{stem}ies")
    } else if ends(&["s", "x", "z", "ch", "sh", "o"]) {
        format!("{verb}es")
    } else {
        format!("{verb}s")
    };
    forms.push((third, Form::Third));
    let (gerund, participle) = if last == b'e' && !ends(&["ee", "ye", "oe"]) {
        (format!("{stem}ing"), format!("{verb}d"))
    } else if consonant_y {
        (format!("{verb}ing"), format!("{stem}ied"))
    } else {
        (format!("{verb}ing"), if last == b'e' { format!("{verb}d") } else { format!("{verb}ed") })
    };
    forms.extend([(gerund, Form::Gerund), (participle, Form::Participle)]);
    let single_vowel = vowel(before) && !(bytes.len() > 2 && vowel(bytes[bytes.len() - 3]));
    let doubles = single_vowel && !(vowel(last) || matches!(last, b'w' | b'x' | b'y'));
    if doubles {
        let letter = char::from(last);
        forms.extend([(format!("{verb}{letter}ing"), Form::Gerund), (format!("{verb}{letter}ed"), Form::Participle)]);
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
