//! The formats a plan is written in: one file each, one table of them all, and how every one of them is put together.
//!
//! A document is text around lists ([`frame`]), and each tool adds a line to some of the lists. So the same few functions write a
//! whole policy, show one tool on its page, and hand the builder of the site what it puts together.

mod anthropic;
mod cedar;
mod claude_code;
mod codex;
mod copilot;
mod cursor;
mod frame;
mod gemini;
mod intercept;
mod kiro;
mod naming;
mod note;
mod openai;
mod opencode;
mod policylayer;
pub mod quote;
mod sheet;
mod vscode;

pub use frame::{Added, Frame, List, Piece};
pub use sheet::Sheet;

use super::plan::{Plan, Standing};
use frame::Lines;
use naming::{Entry, Names, Tools, named};
use note::{Note, head};
use std::borrow::Cow;
use std::fmt;

/// A document, and what it cannot express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The document, with a line break at its end.
    pub text: String,
    /// What of the plan it does not hold, in sentences; also a comment in the document where the format has comments.
    pub notes: Vec<String>,
}

/// A format.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub id: &'static str,
    /// The name people know it by.
    pub name: &'static str,
    /// What it is, for the help.
    pub about: &'static str,
    /// What the document is called.
    pub file: &'static str,
    /// How a comment begins; empty where there are none.
    sign: &'static str,
    /// Where the document goes, a comment in it.
    place: &'static str,
    /// How its reader names things.
    names: Names,
    /// What it may not hold, in the order it is said.
    notes: &'static [&'static [Note]],
    /// Lays out the text around the lists, given the keys of the servers.
    frame: fn(&mut Frame, &[Cow<'_, str>]),
    /// Adds what a tool has to say to the lists.
    add: fn(&Entry<'_>, &mut Lines),
}

/// Every format, in the order they are shown.
pub static FORMATS: [Format; 13] = [
    policylayer::FORMAT,
    claude_code::FORMAT,
    codex::FORMAT,
    cursor::FORMAT,
    gemini::FORMAT,
    vscode::FORMAT,
    copilot::FORMAT,
    opencode::FORMAT,
    kiro::FORMAT,
    anthropic::FORMAT,
    openai::FORMAT,
    intercept::FORMAT,
    cedar::FORMAT,
];

impl Format {
    /// The format of this id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.id == id)
    }

    /// Writes a plan. The same plan, the same bytes.
    #[must_use]
    pub fn write(&self, plan: &Plan) -> Written {
        let tools = Tools::of(plan, self.names);
        let named = named(&tools, self.names);
        let mut frame = Frame::default();
        (self.frame)(&mut frame, &named.servers);
        let mut lines = Lines::new(&frame);
        for mut entry in named.entries {
            if !self.sign.is_empty() {
                entry.explain();
            }
            (self.add)(&entry, &mut lines);
        }
        let notes: Vec<String> = self.notes.iter().copied().flatten().flat_map(|note| note.of(&tools, &named.notes)).collect();
        let mut text = if self.sign.is_empty() { String::new() } else { head(self, plan, &notes) };
        frame.fill(&lines, &mut text);
        Written { text, notes }
    }
}

/// What a client that can ask does with a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prompt {
    /// Calls go through.
    Allow,
    /// A person is asked about each call.
    Ask,
    /// Calls are refused.
    Deny,
}

impl From<Standing> for Prompt {
    /// What a client cannot check or count, a person is asked about.
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Free => Self::Allow,
            Standing::Limited | Standing::Checked | Standing::Approval => Self::Ask,
            Standing::Refused | Standing::Hidden => Self::Deny,
        }
    }
}

/// Whether a client that cannot ask has a tool on: what it could only check or ask about stays off.
fn is_on(standing: Standing) -> bool {
    standing <= Standing::Limited
}

/// A name with every character but ASCII letters, digits, `_`, `-` and some more as `_`: how clients make names for models.
fn plain<'n>(name: &'n str, more: &[char]) -> Cow<'n, str> {
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return name.into();
    }
    let keep = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-') || more.contains(&character);
    // They replace UTF-16 units: a character beyond the first plane becomes two.
    name.chars()
        .flat_map(|character| std::iter::repeat_n(if keep(character) { character } else { '_' }, character.len_utf16()))
        .collect()
}

/// The name as it is.
fn same(name: &str) -> Option<Cow<'_, str>> {
    Some(name.into())
}

/// The tool's name as it is; `*` would mean every tool.
fn literal<'n>(_: &str, name: &'n str) -> Option<Cow<'n, str>> {
    (name != super::model::EVERY_TOOL).then_some(name.into())
}

/// A reason as a comment at the end of a line, and the end of the line.
struct Comment<'a>(&'static str, &'a str);

impl fmt::Display for Comment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(sign, because) = self;
        if because.is_empty() { f.write_str("\n") } else { writeln!(f, " {sign} {because}") }
    }
}
