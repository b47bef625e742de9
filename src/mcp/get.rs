//! GETs JSON documents of one origin: what a registry is read with. Bounded in bytes and redirects like every reply.

use super::Problem;
use super::web::{self, Web};
use crate::target::UrlTarget;
use reqwest::Method;
use serde_json::Value;

/// A place below which documents lie.
#[derive(Debug)]
pub(crate) struct Getter(Web);

impl Getter {
    /// Prepares for documents below a URL; nothing is sent yet.
    pub(crate) fn new(base: &str) -> Result<Self, Problem> {
        let target = UrlTarget { url: base.to_owned(), ..UrlTarget::default() };
        Web::new(&target).map(Self)
    }

    /// The document at a path below the base. What is a segment stays one: its slashes are sent as `%2F`.
    pub(crate) async fn json(&mut self, segments: &[&str], query: &[(&str, &str)]) -> Result<Value, Problem> {
        let mut url = self.0.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url.set_query(None);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let response = self.0.send(Method::GET, Some(&url), web::accept("application/json"), None).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        if !status.is_success() {
            return Err(web::status_problem(status.as_u16(), &headers, &web::error_body(response).await));
        }
        let body = web::body(response, url.path(), 0).await?;
        serde_json::from_slice(&body).map_err(|_| Problem::new("malformed-json", "the reply is no JSON"))
    }
}
