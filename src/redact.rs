//! Masks secrets in whatever is shown or stored: arguments, URLs, a server's error output.

mod text;
mod token;

pub(crate) use text::names_a_secret;
pub use text::{args, text, url};

use std::fmt;

/// What stands in for a secret.
const MASK: &str = "***";

/// The shortest value masked wherever it occurs; masking every `1` or `dev` would only make messages unreadable.
const SHORTEST: usize = 4;

/// Values that must not be shown, each with what is shown in its place.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    values: Vec<(String, String)>,
}

impl Secrets {
    /// Adds a value that came from the variable or header `name`; `${name}` is shown in its place.
    pub fn add(&mut self, name: &str, value: &str) {
        self.insert(value, &format!("${{{name}}}"));
    }

    /// Adds the values that arguments give to flags such as `--api-key`: servers repeat them in their errors.
    pub fn add_args(&mut self, args: &[String]) {
        for (at, arg) in args.iter().enumerate() {
            let value = match arg.split_once('=') {
                Some((flag, value)) if names_a_secret(flag) => Some(value),
                None if arg.starts_with('-') && names_a_secret(arg) => args.get(at + 1).map(String::as_str),
                _ => None,
            };
            if let Some(value) = value.filter(|value| !value.starts_with('-')) {
                self.insert(value, MASK);
            }
        }
    }

    /// Adds what a URL's userinfo and secret-looking parameters hold.
    pub fn add_url(&mut self, url: &str) {
        let Some((_, rest)) = url.split_once("://") else { return };
        let (rest, query) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
        if let Some((userinfo, _)) = rest.split('/').next().and_then(|authority| authority.rsplit_once('@')) {
            userinfo.split(':').for_each(|part| self.insert(part, MASK));
        }
        for (name, value) in query.split(['&', ';', '#']).filter_map(|parameter| parameter.split_once('=')) {
            if names_a_secret(name) {
                self.insert(value, MASK);
            }
        }
    }

    /// Adds every value of another set.
    pub fn extend(&mut self, other: &Self) {
        other.values.iter().for_each(|(value, mask)| self.insert(value, mask));
    }

    fn insert(&mut self, value: &str, mask: &str) {
        let value = value.trim();
        // A reference that was not filled in, as `${TOKEN}`, gives nothing away.
        if value.starts_with("${") {
            return;
        }
        // Servers repeat a token without its `Bearer`, and a key of several lines in parts.
        let token = value.split_once(' ').map(|(_, token)| token).filter(|token| !token.contains(' '));
        for form in std::iter::once(value).chain(token).chain(value.lines()) {
            self.insert_form(form, mask);
            // As it looks within JSON.
            let escaped = serde_json::Value::from(form).to_string();
            self.insert_form(&escaped[1..escaped.len() - 1], mask);
        }
    }

    fn insert_form(&mut self, form: &str, mask: &str) {
        if form.chars().count() >= SHORTEST && !self.values.iter().any(|(known, _)| known == form) {
            // The longest first, so that a secret that contains another one is not left half shown.
            let at = self.values.partition_point(|(known, _)| known.len() >= form.len());
            self.values.insert(at, (form.to_owned(), mask.to_owned()));
        }
    }

    /// The text with these values, and whatever else looks like a secret, masked.
    #[must_use]
    pub fn mask(&self, shown: &str) -> String {
        text(&self.exact(shown))
    }

    /// The arguments of a command, masked.
    #[must_use]
    pub fn mask_args(&self, shown: &[String]) -> Vec<String> {
        args(&shown.iter().map(|arg| self.exact(arg)).collect::<Vec<_>>())
    }

    fn exact(&self, shown: &str) -> String {
        self.values.iter().fold(shown.to_owned(), |shown, (value, mask)| shown.replace(value.as_str(), mask))
    }
}

/// Names only: a secret does not reach a log by `{:?}`.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.iter().map(|(_, mask)| mask)).finish()
    }
}

/// The text cut into runs of separators and runs of everything else.
fn pieces(text: &str, separates: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let kind = separates(first);
        let end = rest.find(|character| separates(character) != kind).unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_mask_exact_values_longest_first() {
        let mut secrets = Secrets::default();
        secrets.add("SHORT", "hunter");
        secrets.add("LONG", "hunter2-and-more");
        secrets.add("Authorization", "Bearer quiet");
        secrets.add("DEBUG", "1");
        assert_eq!(secrets.mask("x hunter2-and-more hunter 1 quiet"), "x ${LONG} ${SHORT} 1 ${Authorization}");
        assert_eq!(format!("{secrets:?}"), "{\"${LONG}\", \"${Authorization}\", \"${SHORT}\", \"${Authorization}\"}");
    }

    #[test]
    fn secrets_of_arguments_and_urls_are_known_by_value() {
        let mut secrets = Secrets::default();
        secrets.add_args(&["--api-key=live-one", "--token", "two-two", "--verbose", "--key", "--x"].map(str::to_owned));
        secrets.add_url("https://user:pass-word@example.com/?api_key=four&page=five5");
        secrets.add("PEM", "-----BEGIN\nline-one\nline \"two\"");
        assert_eq!(
            secrets.mask("live-one two-two pass-word four five5 line-one line \\\"two\\\" --verbose"),
            "*** *** *** *** five5 ${PEM} ${PEM} --verbose"
        );
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(shown in "\\PC*", scheme in "[a-z=:/@?&#$ {}.é-]*") {
            for shown in [&shown, &scheme] {
                let _ = (text(shown), url(shown), args(std::slice::from_ref(shown)));
                Secrets::default().add_url(shown);
                Secrets::default().add_args(std::slice::from_ref(shown));
            }
        }

        #[test]
        fn a_known_value_is_never_shown(before in "[a-z ]*", secret in "[A-Z]{4,12}", after in "[a-z ]*") {
            let mut secrets = Secrets::default();
            secrets.add("X", &secret);
            let shown = secrets.mask(&format!("{before}{secret}{after}"));
            prop_assert!(!shown.contains(&secret), "{}", shown);
        }
    }
}
