//! The HTTP+SSE transport of 2024-11-05: one lasting stream of events, and an endpoint to POST to that it names.

use super::message::{self, Incoming};
use super::web::{self, Events, Web};
use super::{MAX_MESSAGE, Problem};
use crate::failure::Stage;
use crate::target::UrlTarget;
use futures_util::StreamExt as _;
use reqwest::{Method, Url};
use serde_json::Value;
use serde_json::value::RawValue;

pub(crate) struct Sse {
    web: Web,
    events: Events,
    endpoint: Url,
    last_id: u64,
    /// Messages that were no JSON-RPC.
    pub(super) skipped: usize,
}

impl Sse {
    pub(super) async fn open(target: &UrlTarget) -> Result<Self, Problem> {
        let mut web = Web::new(target)?;
        let response = web.send(Method::GET, None, web::accept("text/event-stream"), None).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        if !status.is_success() {
            return Err(web::status_problem(status.as_u16(), &headers, &web::error_body(response).await));
        }
        if web::media_type(&response) != "text/event-stream" {
            let message = "the server sends no stream of events, so it is no MCP server: check the URL, its path is often /sse";
            return Err(Problem::new("not-mcp", message));
        }
        let mut events = web::events(response, 0);
        let endpoint = loop {
            match events.next().await {
                Some(Ok(event)) if event.event.as_deref() == Some("endpoint") => break event.data.unwrap_or_default(),
                Some(Ok(_)) => {}
                end => return Err(web::stream_problem("endpoint", end.and_then(Result::err))),
            }
        };
        match web.url.join(endpoint.trim()) {
            // Anything else would let a server make us send the user's headers elsewhere.
            Ok(endpoint) if endpoint.origin() == web.url.origin() => Ok(Self { web, events, endpoint, last_id: 0, skipped: 0 }),
            _ => {
                let message = "the server names an endpoint that is not its own: nothing was sent there";
                Err(Problem::new("foreign-endpoint", message).at(Stage::Connect))
            }
        }
    }

    pub(super) async fn request(&mut self, method: &str, params: Value) -> Result<Box<RawValue>, Problem> {
        self.last_id += 1;
        self.post(&message::request(self.last_id, method, params)).await?;
        loop {
            let event = match self.events.next().await {
                Some(Ok(event)) => event,
                end => return Err(web::stream_problem(method, end.and_then(Result::err))),
            };
            let data = event.data.unwrap_or_default();
            if data.len() > MAX_MESSAGE {
                return Err(super::stdio::oversize(method, "an event", MAX_MESSAGE));
            }
            let Some(messages) = message::read(data.as_bytes())? else {
                self.skipped += usize::from(!data.trim().is_empty());
                continue;
            };
            for message in messages {
                match message::sort(message, self.last_id) {
                    Incoming::Reply(reply) => return reply.map_err(|error| Problem::rpc(method, &error)),
                    Incoming::Request(answer) => self.post(&answer).await?,
                    Incoming::Noise => self.skipped += 1,
                    Incoming::Other => {}
                }
            }
        }
    }

    pub(super) async fn notify(&mut self, method: &str) {
        // A notification that is refused is no reason to stop.
        let _ = self.post(&message::notification(method)).await;
    }

    async fn post(&mut self, message: &Value) -> Result<(), Problem> {
        let endpoint = self.endpoint.clone();
        let response = self.web.send(Method::POST, Some(&endpoint), web::accept("application/json"), Some(message)).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        if status.is_success() {
            return Ok(());
        }
        Err(web::status_problem(status.as_u16(), &headers, &web::error_body(response).await))
    }
}
