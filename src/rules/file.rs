//! A rule file: a TOML fence, then Markdown whose JSON blocks are examples with the deciding words marked `«so»`.

use super::{Guard, Rule, Says, When};
use crate::attacks;
use crate::tool::Tool;
use crate::verdict::{Class, Severity};
use serde::Deserialize;
use serde_json::Value;

/// Why a rule file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    /// The envelope is not `` ```toml … ``` `` and then Markdown.
    #[error("the file must open with a ```toml block that is closed before the text")]
    Envelope,
    /// The TOML is not what a rule says.
    #[error("{0}")]
    Front(#[from] toml::de::Error),
    /// Neither or both of `effect` and `signal`.
    #[error("give either `effect` or `signal`")]
    Says,
    /// `severity`, `attack` or `guard` without `signal`.
    #[error("only a `signal` has a `severity`, an `attack` and a `guard`")]
    Sign,
    /// No file of that name in `data/attacks/`.
    #[error("no attack `{0}` in data/attacks")]
    Attack(String),
    /// No `[[when]]`, or one without conditions.
    #[error("`when` number {0} has no condition: give at least one")]
    Empty(usize),
    /// A mark that could be a part of any word.
    #[error("the marker `{0}` has nothing but letters, digits and spaces")]
    Marker(String),
    /// A JSON block that is no tool.
    #[error("example {number} is no tool: {message}")]
    Example {
        /// The block's number in the file, from 1.
        number: usize,
        /// What is wrong with it.
        message: String,
    },
    /// An example under the wrong heading for its marks.
    #[error("example {0}: under `## Leaves alone` no word may be marked")]
    Marks(usize),
}

/// An example of a rule file.
#[derive(Clone, Debug)]
pub struct Example {
    /// The example with its marks, as written.
    pub marked: Marked,
    /// The tool without marks.
    pub tool: Tool,
    /// Whether the rule must speak (`## Flags`) or be silent (`## Leaves alone`).
    pub flags: bool,
}

/// The text of a tool's fields with `«»` around the deciding words, in a fixed order: for comparison and for error messages.
pub type Marked = Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    title: String,
    effect: Option<Class>,
    signal: Option<String>,
    #[serde(default)]
    worsens: bool,
    severity: Option<Severity>,
    attack: Option<String>,
    guard: Option<Guard>,
    since: String,
    #[serde(default)]
    when: Vec<When>,
}

impl Rule {
    /// Reads a rule file.
    ///
    /// # Errors
    /// [`Invalid`] says what is wrong, in words for whoever writes the rule.
    pub fn parse(id: &str, text: &str) -> Result<Self, Invalid> {
        let (front, body) =
            text.strip_prefix("```toml\n").and_then(|text| text.split_once("\n```\n")).ok_or(Invalid::Envelope)?;
        let front: Front = toml::from_str(front)?;
        let says = match (front.effect, front.signal) {
            (Some(effect), None) => Says::Effect(effect),
            (None, Some(signal)) => Says::Signal(signal),
            _ => return Err(Invalid::Says),
        };
        if matches!(says, Says::Effect(_)) && (front.severity.is_some() || front.attack.is_some() || front.guard.is_some()) {
            return Err(Invalid::Sign);
        }
        if let Some(unknown) = front.attack.iter().find(|slug| !attacks::exists(slug)) {
            return Err(Invalid::Attack(unknown.clone()));
        }
        if let Some(empty) = front.when.iter().position(When::is_empty) {
            return Err(Invalid::Empty(empty + 1));
        }
        let is_plain = |marker: &&String| marker.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
        if let Some(plain) = front.when.iter().flat_map(|when| &when.marker).find(is_plain) {
            return Err(Invalid::Marker(plain.clone()));
        }
        Ok(Self {
            id: id.to_owned(),
            title: front.title,
            says,
            worsens: front.worsens,
            severity: front.severity,
            attack: front.attack,
            guard: front.guard,
            since: front.since,
            when: front.when,
            body: body.trim().to_owned(),
            examples: examples(body)?,
        })
    }
}

impl When {
    fn is_empty(&self) -> bool {
        let lists = [&self.name, &self.says, &self.server];
        let about_words = self.is_about_wording()
            || self.is_about_action()
            || self.is_about_parameters()
            || lists.iter().any(|list| !list.is_empty());
        let about_shape = self.parameters_at_least.is_some() || self.schema.is_some();
        !(about_words || about_shape) && self.hint.is_empty() && self.disagree.is_none()
    }
}

/// Takes the JSON blocks under `## Flags` and `## Leaves alone`.
fn examples(body: &str) -> Result<Vec<Example>, Invalid> {
    let mut examples = Vec::new();
    let mut flags = None;
    let mut number = 0;
    let mut lines = body.lines();
    while let Some(line) = lines.next() {
        match line {
            "## Flags" => flags = Some(true),
            "## Leaves alone" => flags = Some(false),
            _ if line.starts_with("## ") => flags = None,
            "```json" => {
                let block = lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n");
                number += 1;
                if let Some(flags) = flags {
                    examples.push(example(&block, flags, number)?);
                }
            }
            _ => {}
        }
    }
    Ok(examples)
}

fn example(block: &str, flags: bool, number: usize) -> Result<Example, Invalid> {
    let wrong = |message: String| Invalid::Example { number, message };
    let marked: Marked = serde_json::from_str(block).map_err(|error| wrong(error.to_string()))?;
    let plain: Value = serde_json::from_str(&block.replace(['«', '»'], "")).map_err(|error| wrong(error.to_string()))?;
    let tool = Tool::try_from(plain).map_err(|error| wrong(error.to_string()))?;
    if block.contains('«') && !flags {
        return Err(Invalid::Marks(number));
    }
    Ok(Example { marked, tool, flags })
}
