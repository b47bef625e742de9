//! Fills in what configs refer to, as the clients that read them do.

use crate::clients::Reference;
use crate::redact::Secrets;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Looks up a variable, by its name, or what a person was asked for, by `input:` and its id.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A variable that has no value, and no default.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unset(pub(super) String);

/// What references are filled in from.
#[derive(Clone, Copy)]
pub(super) struct Filler<'a> {
    /// The ways to refer that count; all that cannot be meant otherwise where absent.
    pub(super) references: Option<&'a [Reference]>,
    pub(super) lookup: Lookup<'a>,
    /// The folder that is open; the current one where absent.
    pub(super) folder: Option<&'a Path>,
    /// Where the config lies: what paths of files start from.
    pub(super) base: Option<&'a Path>,
}

/// Values that tell where things are, not what is secret: masking them would only hide paths.
const PLAIN: [&str; 10] =
    ["HOME", "USER", "PWD", "PATH", "TMPDIR", "TEMP", "USERPROFILE", "LANG", "CLAUDE_PLUGIN_ROOT", "CLAUDE_PROJECT_DIR"];

/// The largest file whose content is filled in, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// How references open and close, the longer openings first.
const BRACKETS: [(&str, &str); 4] = [("${{", "}}"), ("${", "}"), ("{env:", "}"), ("{file:", "}")];

impl Filler<'_> {
    /// The text with its references filled in; everything else is literal. What was filled in is added to `secrets`.
    pub(super) fn fill(&self, text: &str, secrets: &mut Secrets) -> Result<String, Unset> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['$', '{']) {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            let (value, length) = match self.reference(rest, secrets)? {
                Some(found) => found,
                None => (rest[..1].to_owned(), 1),
            };
            filled.push_str(&value);
            rest = &rest[length..];
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The value of the reference that the text starts with, and how long the reference is.
    fn reference(&self, text: &str, secrets: &mut Secrets) -> Result<Option<(String, usize)>, Unset> {
        for (open, close) in BRACKETS {
            let Some(after) = text.strip_prefix(open) else { continue };
            let Some(length) = after.find(close) else { continue };
            let end = open.len() + length + close.len();
            return Ok(self.value(open, &after[..length], secrets)?.map(|value| (value, end)));
        }
        if let Some(after) = text.strip_prefix('$').filter(|_| self.takes(Reference::Dollar)) {
            let length =
                after.find(|character: char| character != '_' && !character.is_ascii_alphanumeric()).unwrap_or(after.len());
            if after.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic()) {
                return Ok(Some((self.variable(&after[..length], None, secrets)?, 1 + length)));
            }
        }
        Ok(None)
    }

    /// What the reference of this opening stands for; `None` where the client takes it literally.
    fn value(&self, open: &str, inner: &str, secrets: &mut Secrets) -> Result<Option<String>, Unset> {
        let known = |reference| self.takes(reference).then_some(());
        let value = match open {
            "${{" => {
                let name = inner.trim().strip_prefix("secrets.").filter(|_| self.takes(Reference::Secret));
                return name.map(|name| self.variable(name.trim(), None, secrets)).transpose();
            }
            "{env:" => known(Reference::BareEnv).map(|()| self.variable(inner, None, secrets)),
            "{file:" => known(Reference::BareFile).map(|()| self.file(inner, secrets)),
            _ => match inner {
                "workspaceFolder" => known(Reference::Folder).map(|()| self.folder(inner)),
                "userHome" => known(Reference::Home).map(|()| path(std::env::home_dir(), inner)),
                "pathSeparator" | "/" => known(Reference::Separator).map(|()| Ok(std::path::MAIN_SEPARATOR_STR.to_owned())),
                _ if inner.starts_with("input:") => known(Reference::Input).map(|()| self.variable(inner, None, secrets)),
                _ => {
                    let (name, default) = inner.split_once(":-").map_or((inner, None), |(name, default)| (name, Some(default)));
                    let kind = match (name.strip_prefix("env:"), default) {
                        (Some(_), _) => Reference::Env,
                        (None, Some(_)) => Reference::Default,
                        (None, None) => Reference::Variable,
                    };
                    known(kind).map(|()| self.variable(name.strip_prefix("env:").unwrap_or(name), default, secrets))
                }
            },
        };
        value.transpose()
    }

    fn takes(&self, reference: Reference) -> bool {
        match self.references {
            Some(references) => references.contains(&reference),
            None => !matches!(reference, Reference::Dollar | Reference::BareFile),
        }
    }

    fn variable(&self, name: &str, default: Option<&str>, secrets: &mut Secrets) -> Result<String, Unset> {
        match ((self.lookup)(name), default) {
            // As in a shell, `:-` stands in for an empty value too.
            (Some(value), None) => Ok(remember(name, value, secrets)),
            (Some(value), Some(_)) if !value.is_empty() => Ok(remember(name, value, secrets)),
            (_, Some(default)) => Ok(default.to_owned()),
            (None, None) => Err(Unset(name.to_owned())),
        }
    }

    fn folder(&self, inner: &str) -> Result<String, Unset> {
        path(self.folder.map(Path::to_path_buf).or_else(|| std::env::current_dir().ok()), inner)
    }

    fn file(&self, named: &str, secrets: &mut Secrets) -> Result<String, Unset> {
        let text = self.read(named).ok_or_else(|| Unset(format!("file:{named}")))?;
        Ok(remember("file", text.trim().to_owned(), secrets))
    }

    /// What a file that a config names holds, where it is a readable text of a sensible size.
    pub(super) fn read(&self, named: &str) -> Option<String> {
        let path = match named.strip_prefix("~/") {
            Some(rest) => std::env::home_dir()?.join(rest),
            None => self.base.unwrap_or(Path::new("")).join(named),
        };
        // A pipe would keep us waiting.
        if !path.metadata().ok()?.is_file() {
            return None;
        }
        let mut text = String::new();
        std::fs::File::open(path).ok()?.take(MAX_FILE + 1).read_to_string(&mut text).ok()?;
        (text.len() as u64 <= MAX_FILE).then_some(text)
    }
}

fn path(found: Option<PathBuf>, inner: &str) -> Result<String, Unset> {
    found.map(|path| path.to_string_lossy().into_owned()).ok_or_else(|| Unset(inner.to_owned()))
}

fn remember(name: &str, value: String, secrets: &mut Secrets) -> String {
    if !PLAIN.contains(&name) {
        secrets.add(name, &value);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filler<'a>(lookup: Lookup<'a>) -> Filler<'a> {
        Filler { references: None, lookup, folder: None, base: None }
    }

    #[test]
    fn references_are_filled_and_the_rest_is_literal() {
        let lookup = |name: &str| match name {
            "TOKEN" => Some("abcd".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, expected) in [
            ("Bearer ${TOKEN}!", Ok("Bearer abcd!")),
            ("${env:TOKEN}${TOKEN}", Ok("abcdabcd")),
            ("{env:TOKEN}", Ok("abcd")),
            ("${NONE:-http://x/${y}", Ok("http://x/${y")),
            ("${NONE:-}", Ok("")),
            ("${EMPTY:-d}-${EMPTY}", Ok("d-")),
            ("$TOKEN { } ${open", Ok("$TOKEN { } ${open")),
            ("a ${NONE} b", Err("NONE")),
            ("${input:key}", Err("input:key")),
            ("${{ secrets.TOKEN }}${{ secrets.NONE", Ok("abcd${{ secrets.NONE")),
            ("${{ inputs.TOKEN }}", Ok("${{ inputs.TOKEN }}")),
        ] {
            let filled = filler(&lookup).fill(text, &mut Secrets::default());
            let expected = expected.map(str::to_owned).map_err(|name| Unset(name.to_owned()));
            assert_eq!(filled, expected, "for {text}");
        }
    }

    #[test]
    fn a_client_fills_in_what_it_documents_and_nothing_else() {
        let text = "$A ${A} ${A:-d} ${env:A} {env:A} ${{ secrets.A }} ${workspaceFolder}";
        let of = |name: &str| {
            let client = crate::clients::clients().iter().find(|client| client.id == name).unwrap();
            let filler = Filler {
                references: Some(&client.references),
                folder: Some(Path::new("/w")),
                ..filler(&|name| (name == "A").then(|| "1".to_owned()))
            };
            filler.fill(text, &mut Secrets::default()).unwrap()
        };
        assert_eq!(of("claude-desktop"), text);
        assert_eq!(of("claude-code"), "$A 1 1 ${env:A} {env:A} ${{ secrets.A }} ${workspaceFolder}");
        assert_eq!(of("cursor"), "$A ${A} ${A:-d} 1 {env:A} ${{ secrets.A }} /w");
        assert_eq!(of("gemini-cli"), "1 1 1 ${env:A} {env:A} ${{ secrets.A }} ${workspaceFolder}");
        // It looks for `{env:…}` anywhere, behind a dollar sign too.
        assert_eq!(of("opencode"), "$A ${A} ${A:-d} $1 1 ${{ secrets.A }} ${workspaceFolder}");
        assert_eq!(of("continue"), "$A ${A} ${A:-d} ${env:A} {env:A} 1 ${workspaceFolder}");
    }

    #[test]
    fn what_is_filled_in_is_secret() {
        let mut secrets = Secrets::default();
        let filled = filler(&|_| Some("abcd-efgh".to_owned())).fill("x ${TOKEN}", &mut secrets).unwrap();
        assert_eq!(secrets.mask(&filled), "x ${TOKEN}");
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[${}a:é-]*") {
            let lookup = |name: &str| (name == "a").then(|| "b".to_owned());
            let _ = filler(&lookup).fill(&text, &mut Secrets::default());
            let dollar = Filler { references: Some(&[Reference::Dollar, Reference::Secret]), ..filler(&lookup) };
            let _ = dollar.fill(&text, &mut Secrets::default());
        }
    }
}
