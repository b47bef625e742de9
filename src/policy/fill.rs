//! What a person fills in: directories, hosts, currencies, a cap, a batch size; and what stands there until then.

use super::condition::{Exact, Scalar};
use super::pattern::Pattern;
use serde_json::Number;
use std::sync::LazyLock;

/// Values for the bounds of a policy. What is not given is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fill {
    /// Directories that paths must stay below.
    pub roots: Option<Vec<String>>,
    /// Hosts that URLs must lead to, with a port where it is not 443; https, unless they say otherwise.
    pub hosts: Option<Vec<String>>,
    /// Currencies that may be paid in.
    pub currencies: Option<Vec<String>>,
    /// The most that one call may pay.
    pub amount: Option<Number>,
    /// The most things that one call of a bulk tool may reach.
    pub items: Option<usize>,
}

/// A batch that a person still reads.
const ITEMS: usize = 20;

impl Fill {
    /// What stands where nothing was filled in. All but the batch size lets no call through: a directory that is not there, a host
    /// that cannot be (RFC 2606, `.invalid`), a currency that is for tests only (ISO 4217, `XTS`), nothing at all to pay.
    #[must_use]
    pub fn placeholder() -> &'static Self {
        static PLACEHOLDER: LazyLock<Fill> = LazyLock::new(|| Fill {
            roots: Some(vec!["/fill-in".to_owned()]),
            hosts: Some(vec!["fill-in.invalid".to_owned()]),
            currencies: Some(vec!["XTS".to_owned()]),
            amount: Some(0.into()),
            items: Some(ITEMS),
        });
        &PLACEHOLDER
    }

    /// These values, and others where there is none.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self {
            roots: self.roots.clone().or_else(|| other.roots.clone()),
            hosts: self.hosts.clone().or_else(|| other.hosts.clone()),
            currencies: self.currencies.clone().or_else(|| other.currencies.clone()),
            amount: self.amount.clone().or_else(|| other.amount.clone()),
            items: self.items.or(other.items),
        }
    }
}

/// What a path below one of these directories looks like: absolute, and without two dots in a row, so that nothing leads out
/// again.
#[must_use]
pub fn below(roots: &[String]) -> Pattern {
    let roots: Vec<String> = roots.iter().map(|root| regex::escape(root.trim_end_matches(['/', '\\']))).collect();
    Pattern::ours(format!(r"{}(?:[/\\](?:[^.]|\.[^.])*\.?)?", group(&roots)))
}

/// What a URL on one of these hosts looks like. After the host comes its end, a path, a query or a fragment – never an `@` or a
/// backslash, which would make another host of it.
#[must_use]
pub fn on(hosts: &[String]) -> Pattern {
    let origins: Vec<String> = hosts.iter().map(|host| origin(host)).collect();
    Pattern::ours(format!("(?i:{})(?:[/?#](?s:.*))?", group(&origins)))
}

fn origin(host: &str) -> String {
    let (scheme, place) = host.split_once("://").unwrap_or(("https", host));
    let port = if scheme == "https" && !place.contains(':') { "(?::443)?" } else { "" };
    format!("{scheme}://{}{port}", regex::escape(place))
}

fn group(alternatives: &[String]) -> String {
    match alternatives {
        [only] => only.clone(),
        several => format!("(?:{})", several.join("|")),
    }
}

/// Texts as operands.
pub(super) fn scalars(texts: &[String]) -> Vec<Scalar> {
    texts.iter().cloned().map(Scalar::Text).collect()
}

/// A number as an operand; zero for one that cannot be compared.
pub(super) fn exact(number: &Number) -> Exact {
    Exact::new(number.clone()).or_else(|| Exact::new(0.into())).unwrap_or_else(|| unreachable!("zero is a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_its_root() {
        let pattern = below(&["/srv/data/".to_owned(), r"C:\data".to_owned()]);
        for inside in ["/srv/data", "/srv/data/", "/srv/data/a.txt", "/srv/data/.git/config", "/srv/data/a.", r"C:\data\a b"] {
            assert!(pattern.matches(inside), "{inside}");
        }
        for outside in
            ["", "/", "/srv", "/srv/database", "/srv/data/..", "/srv/data/../x", "/srv/data/a/..\\b", "srv/data", "/etc/srv/data"]
        {
            assert!(!pattern.matches(outside), "{outside}");
        }
    }

    #[test]
    fn a_url_leads_to_its_host() {
        let pattern = on(&["api.example.com".to_owned(), "http://localhost:8080".to_owned()]);
        for inside in
            ["https://api.example.com", "HTTPS://API.example.com:443/a?b", "https://api.example.com?x", "http://localhost:8080/"]
        {
            assert!(pattern.matches(inside), "{inside}");
        }
        for outside in [
            "http://api.example.com",
            "https://api.example.com@evil.example",
            "https://api.example.com.evil.example",
            "https://api.example.com:444",
            r"https://api.example.com\@evil.example",
            "https://apiXexample.com",
            " https://api.example.com",
            "http://localhost",
            "http://localhost:80801",
        ] {
            assert!(!pattern.matches(outside), "{outside}");
        }
    }
}
