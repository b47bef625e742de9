//! When a rule speaks: conditions on a tool's actions, words, parameters and hints.

use super::{Endings, Phrases, Step};
use crate::vocabulary::Vocabulary;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One way to see what a rule is about. All conditions that are given must hold; of a list, one entry is enough.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct When {
    /// An action the tool says it does: verbs, in the base form.
    pub verb: Vec<String>,
    /// The same in other languages: every form that is met, as it is spelled.
    pub foreign: Vec<String>,
    /// What the action is done to: the head of the object ("the *payment method* of a customer").
    pub object: Endings,
    /// What the object must not end in: "trade *history*".
    pub unless_object: Endings,
    /// Words anywhere in the action's clause.
    pub mentions: Phrases,
    /// Words that must not stand in the action's clause, or, without a verb, anywhere in name and description.
    pub unless: Phrases,
    /// Where the action must be said; everywhere when absent.
    #[serde(rename = "in")]
    pub places: Vec<Place>,
    /// The verb says little by itself ("run", "manage"): plainer words beside it win.
    pub vague: bool,
    /// Words of the name.
    pub name: Phrases,
    /// Words of the description or title.
    pub says: Phrases,
    /// Words that the description or title must not have.
    pub unless_says: Phrases,
    /// A parameter with this whole name, in whatever spelling: `file path` is `filePath` and `file_path`.
    pub parameter: Endings,
    /// A parameter whose name ends in these words.
    pub parameter_ends: Endings,
    /// Values that the matching parameter allows, in any case.
    pub parameter_values: Vec<String>,
    /// Words of the matching parameter's own name or description.
    pub parameter_says: Phrases,
    /// Words that must not stand in the matching parameter's own name or description.
    pub parameter_unless: Phrases,
    /// Whether the matching parameter must be given in every call.
    pub parameter_required: bool,
    /// Words of the server's name, title or instructions; for a tool that says next to nothing of itself, of its siblings'
    /// names too.
    pub server: Phrases,
    /// Annotations and the value they must have.
    pub hint: BTreeMap<String, bool>,
    /// At least so many top-level parameters.
    pub parameters_at_least: Option<usize>,
    /// What the input schema leaves unsaid.
    pub schema: Option<Schema>,
    /// Two parts of the definition speak for different classes.
    pub disagree: Option<Disagreement>,
    /// Steps that one text anywhere in the definition takes in this order: description, title, schemas, metadata, and the
    /// server's instructions.
    pub order: Vec<Step>,
    /// Steps that stand near one another in one text, in whatever order. The first one is the rarest: the others are looked
    /// for around it.
    pub together: Vec<Step>,
    /// Whether `order` and `together` are looked for in names only: of the tool, of parameters and other properties.
    pub named: bool,
    /// Where `order` and `together` are looked for, other than everywhere.
    pub part: Vec<Part>,
    /// How many sentences `order` may go through, or `together` may reach from its first step; one when absent.
    pub sentences: Option<usize>,
    /// Words that must not stand between the first and the last step of `order` or `together`, nor shortly before.
    pub unless_between: Vec<Step>,
    /// Words that must not stand shortly after the last step, in its sentence.
    pub unless_after: Vec<Step>,
    /// Characters that the eye does not see, by kind.
    pub hidden: Vec<Hidden>,
    /// Names of markup tags that a text uses: `<name>`; `name*` for every name that begins so.
    pub tag: Vec<String>,
    /// Marks of other kinds that a text has, in any case: `[inst]`, `<|`.
    pub marker: Vec<String>,
    /// An HTML comment that says one of these.
    pub comment: Vec<Step>,
    /// Words that are spelled so that they are not known, by kind.
    pub disguised: Vec<Disguise>,
    /// Encoded text of at least so many characters, where it decodes to words.
    pub encoded: Option<usize>,
}

/// What a text of a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// A name: of the tool, a parameter or another property.
    Name,
    /// The description of the tool, its title, or the server's instructions.
    Tool,
    /// The description of a parameter or another part of a schema.
    Parameter,
    /// A string that is data: an allowed, default or example value, a title in a schema, an annotation.
    Value,
}

/// Kinds of characters that the eye does not see, or takes for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hidden {
    /// Tag characters, which spell out ASCII unseen; the flags of England, Scotland and Wales are spelled with them too.
    Tags,
    /// Spaces of no width and joiners where nothing is joined.
    ZeroWidth,
    /// Characters that turn the reading direction.
    Bidi,
    /// Variation selectors in a row, or after what has no variants: each can carry a byte.
    Variations,
    /// Letters that show nothing.
    Fillers,
    /// Terminal escape sequences.
    Escapes,
    /// Letters of two scripts in one word of a name.
    LookAlikes,
}

/// Ways to spell words so that a list of words does not know them, or to put them where nobody looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disguise {
    /// Letter by letter: `i g n o r e`.
    Spaced,
    /// After more white space than a window shows.
    Blank,
    /// With digits for letters: `1gn0r3`.
    Digits,
    /// With the numbers of characters: `\\u0069`, `%69`, `&#105;`, `69 67`.
    Codes,
}

/// What an input schema leaves unsaid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schema {
    /// There is none, it is no object, or an object that says nothing.
    Missing,
    /// There is one, and it names no parameter.
    Bare,
    /// It takes any property, or has a parameter that does: an object without properties of its own.
    Open,
}

/// Which parts of a definition disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disagreement {
    /// One of name and description only reads, the other plainly does more.
    NameAndDescription,
    /// An annotation claims less than the words plainly say.
    AnnotationsAndWords,
}

impl When {
    /// Adds the words of its phrases to the vocabulary of all rules.
    pub(super) fn enter(&mut self, vocabulary: &mut Vocabulary) {
        let endings = [&mut self.object, &mut self.unless_object, &mut self.parameter, &mut self.parameter_ends];
        endings.into_iter().for_each(|endings| endings.enter(vocabulary));
        let of_texts = [&mut self.mentions, &mut self.unless, &mut self.name, &mut self.says, &mut self.unless_says];
        let of_others = [&mut self.parameter_says, &mut self.parameter_unless, &mut self.server];
        of_texts.into_iter().chain(of_others).for_each(|phrases| phrases.enter(vocabulary));
        let steps = self
            .order
            .iter_mut()
            .chain(&mut self.together)
            .chain(&mut self.unless_between)
            .chain(&mut self.unless_after)
            .chain(&mut self.comment);
        steps.flat_map(|step| &mut step.phrases).for_each(|pattern| pattern.enter(vocabulary));
    }

    /// Whether the condition is about an action; otherwise it is about the tool as a whole.
    #[must_use]
    pub fn is_about_action(&self) -> bool {
        !self.verb.is_empty() || !self.foreign.is_empty()
    }

    /// Whether the verb alone is enough, whatever it is done to.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        let phrases = [&self.mentions, &self.name, &self.says, &self.server];
        self.is_about_action()
            && self.object.is_empty()
            && phrases.iter().all(|phrases| phrases.is_empty())
            && !self.is_about_parameters()
    }

    /// Whether the condition is about how the definition is worded, in any of its texts.
    #[must_use]
    pub fn is_about_wording(&self) -> bool {
        let lists = self.tag.is_empty() && self.marker.is_empty() && self.comment.is_empty();
        !(lists
            && self.order.is_empty()
            && self.together.is_empty()
            && self.hidden.is_empty()
            && self.disguised.is_empty()
            && self.encoded.is_none())
    }

    /// Whether the condition names parameters.
    #[must_use]
    pub fn is_about_parameters(&self) -> bool {
        !(self.parameter.is_empty() && self.parameter_ends.is_empty() && self.parameter_says.is_empty())
    }
}

/// Where an action is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the tool's name.
    Name,
    /// In its title.
    Title,
    /// In the first sentence of its description.
    Summary,
    /// In a later sentence.
    Detail,
    /// As an allowed value of a parameter that chooses an operation.
    Value,
}
