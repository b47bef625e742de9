//! The streamable HTTP transport: a POST for each message, answered in JSON or as a stream of events.

use super::message::{self, Incoming};
use super::web::{self, Web};
use super::{MAX_MESSAGE, MAX_TOTAL, Problem};
use crate::target::UrlTarget;
use futures_util::StreamExt as _;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, Response};
use serde_json::Value;
use serde_json::value::RawValue;
use std::time::Duration;

const BOTH: &str = "application/json, text/event-stream";

/// How long the end of a session may take; it is only politeness.
const FAREWELL: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(crate) struct Http {
    web: Web,
    session: Option<HeaderValue>,
    /// The revision agreed on, sent with every later request.
    version: Option<HeaderValue>,
    /// Whether the sessionless era's headers are sent.
    is_modern: bool,
    read: usize,
    last_id: u64,
    /// Messages that were no JSON-RPC.
    pub(super) skipped: usize,
}

impl Http {
    pub(super) fn open(target: &UrlTarget) -> Result<Self, Problem> {
        let web = Web::new(target)?;
        Ok(Self { web, session: None, version: None, is_modern: false, read: 0, last_id: 0, skipped: 0 })
    }

    pub(super) fn agree(&mut self, version: &str, is_modern: bool) {
        // A server that names no revision is not told one either: an empty header is no revision it could accept.
        self.version = HeaderValue::from_str(version).ok().filter(|version| !version.is_empty());
        self.is_modern = is_modern;
    }

    pub(super) async fn request(&mut self, method: &str, params: Value) -> Result<Box<RawValue>, Problem> {
        self.last_id += 1;
        let response = self.post(method, &message::request(self.last_id, method, params)).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refusal(method, response).await);
        }
        if let Some(session) = response.headers().get("mcp-session-id") {
            self.session = Some(session.clone());
        }
        match web::media_type(&response).as_str() {
            "text/event-stream" => self.read_events(method, response).await,
            "text/html" => Err(not_mcp("a web page")),
            kind => {
                let kind = kind.to_owned();
                let body = web::body(response, method, self.read).await?;
                self.count(method, body.len())?;
                let reply = self.find_reply(method, &body).await?;
                reply.ok_or_else(|| match kind.as_str() {
                    "" | "application/json" => not_mcp("something that is no reply to it"),
                    kind => not_mcp(&format!("`{kind}`")),
                })
            }
        }
    }

    pub(super) async fn notify(&mut self, method: &str) {
        // A notification that is refused is no reason to stop.
        let _ = self.post(method, &message::notification(method)).await;
    }

    pub(super) async fn close(mut self) {
        if self.session.is_some() {
            let headers = self.headers(None);
            let _ = tokio::time::timeout(FAREWELL, self.web.send(Method::DELETE, None, headers, None)).await;
        }
    }

    async fn post(&mut self, method: &str, message: &Value) -> Result<Response, Problem> {
        let headers = self.headers(Some(method));
        self.web.send(Method::POST, None, headers, Some(message)).await
    }

    fn headers(&self, method: Option<&str>) -> HeaderMap {
        let mut headers = web::accept(BOTH);
        if let Some(session) = &self.session {
            headers.insert("mcp-session-id", session.clone());
        }
        if let Some(version) = &self.version {
            headers.insert("mcp-protocol-version", version.clone());
        }
        if let Some(method) = method.filter(|_| self.is_modern).and_then(|method| HeaderValue::from_str(method).ok()) {
            headers.insert("mcp-method", method);
        }
        headers
    }

    /// A status that is no success: the JSON-RPC error in its body if there is one, else what the status means.
    async fn refusal(&mut self, method: &str, response: Response) -> Problem {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = web::error_body(response).await;
        if !matches!(status, 401 | 403)
            && let Err(problem) = self.find_reply(method, &body).await
            && problem.reason == "server-error"
        {
            return problem;
        }
        web::status_problem(status, &headers, &body)
    }

    async fn read_events(&mut self, method: &str, response: Response) -> Result<Box<RawValue>, Problem> {
        let mut events = web::events(response, self.read);
        let mut error = None;
        while let Some(event) = events.next().await {
            let Ok(event) = event.map_err(|cause| error = Some(cause)) else { break };
            // Streams are primed with empty events.
            let data = event.data.unwrap_or_default();
            if data.trim().is_empty() {
                continue;
            }
            if data.len() > MAX_MESSAGE {
                return Err(super::stdio::oversize(method, "an event", MAX_MESSAGE));
            }
            self.count(method, data.len())?;
            if let Some(result) = self.find_reply(method, data.as_bytes()).await? {
                return Ok(result);
            }
        }
        Err(web::stream_problem(method, error))
    }

    /// The result among the messages of a body or an event; requests of the server are answered on the way.
    async fn find_reply(&mut self, method: &str, text: &[u8]) -> Result<Option<Box<RawValue>>, Problem> {
        let Some(messages) = message::read(text)? else {
            self.skipped += 1;
            return Ok(None);
        };
        for message in messages {
            match message::sort(message, self.last_id) {
                Incoming::Reply(reply) => return reply.map(Some).map_err(|error| Problem::rpc(method, &error)),
                Incoming::Request(answer) => drop(self.post(method, &answer).await),
                Incoming::Noise => self.skipped += 1,
                Incoming::Other => {}
            }
        }
        Ok(None)
    }

    fn count(&mut self, method: &str, bytes: usize) -> Result<(), Problem> {
        self.read += bytes;
        if self.read > MAX_TOTAL { Err(super::stdio::oversize(method, "bodies", MAX_TOTAL)) } else { Ok(()) }
    }
}

fn not_mcp(what: &str) -> Problem {
    Problem::new("not-mcp", format!("the server answers with {what}, not MCP: check the URL, its path is often /mcp or /sse"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_names_no_revision_is_not_told_one() {
        let target = UrlTarget { url: "http://localhost/mcp".to_owned(), ..UrlTarget::default() };
        let mut http = Http::open(&target).unwrap();
        for (version, told) in [("2025-06-18", true), ("", false)] {
            http.agree(version, false);
            assert_eq!(http.headers(None).contains_key("mcp-protocol-version"), told, "for {version:?}");
        }
    }
}
