//! What a server that wants credentials says about them: an observation, not only a refusal.

use super::web::{self, Web};
use crate::target::UrlTarget;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use reqwest::{Method, Url};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest header value kept, in characters.
const LONGEST: usize = 1000;

/// How a server asks for credentials.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Challenge {
    /// The HTTP status: 401 or 403.
    pub status: u16,
    /// The header `WWW-Authenticate`, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticate: Option<String>,
    /// The protected-resource metadata (RFC 9728) of the server, if it publishes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

impl Challenge {
    pub(super) fn new(status: u16, headers: &HeaderMap) -> Self {
        let authenticate = headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        let authenticate = authenticate.map(|value| crate::redact::text(&value.chars().take(LONGEST).collect::<String>()));
        Self { status, authenticate, metadata: None }
    }

    /// Reads the metadata that the challenge names, or that lies where the specification puts it. Only on the server's own
    /// origin, and without any header of the user's: whoever names another place is not followed there.
    pub(crate) async fn read_metadata(&mut self, target: &UrlTarget) {
        let bare = UrlTarget { headers: Vec::new(), ..target.clone() };
        let Ok(mut web) = Web::new(&bare) else { return };
        let named = self.authenticate.as_deref().and_then(|value| parameter(value, "resource_metadata"));
        let named = named.and_then(|place| Url::parse(place).ok());
        let places = named.into_iter().chain(well_known(&web.url)).filter(|place| place.origin() == web.url.origin());
        for place in places.collect::<Vec<_>>() {
            let Ok(response) = web.send(Method::GET, Some(&place), web::accept("application/json"), None).await else { return };
            if !response.status().is_success() {
                continue;
            }
            let body = web::error_body(response).await;
            if let Ok(metadata @ Value::Object(_)) = serde_json::from_slice(&body) {
                self.metadata = Some(metadata);
                return;
            }
        }
    }
}

/// Where RFC 9728 puts the metadata: before the path, else at the root.
fn well_known(url: &Url) -> Vec<Url> {
    let at = |path: &str| {
        let mut place = url.clone();
        place.set_path(&format!("/.well-known/oauth-protected-resource{path}"));
        place.set_query(None);
        place.set_fragment(None);
        place
    };
    match url.path().trim_end_matches('/') {
        "" => vec![at("")],
        path => vec![at(path), at("")],
    }
}

/// A quoted parameter of a challenge.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    let at = challenge.find(&format!("{name}=\""))?;
    challenge[at + name.len() + 2..].split('"').next()
}
