//! A connection to a server, whatever the transport: one request at a time, each answered or explained.

use super::{Problem, http::Http, message, sse::Sse, stdio::Stdio};
use crate::target::{CommandTarget, UrlTarget};
use serde_json::Value;
use serde_json::value::RawValue;

pub(crate) enum Connection {
    Stdio(Box<Stdio>),
    Http(Box<Http>),
    Sse(Box<Sse>),
}

impl Connection {
    /// Starts a server's process.
    pub(crate) fn start(target: &CommandTarget) -> Result<Self, Problem> {
        Ok(Self::Stdio(Box::new(Stdio::open(target)?)))
    }

    /// Prepares for streamable HTTP; nothing is sent yet.
    pub(crate) fn http(target: &UrlTarget) -> Result<Self, Problem> {
        Ok(Self::Http(Box::new(Http::open(target)?)))
    }

    /// Opens the stream of a legacy HTTP+SSE server.
    pub(crate) async fn sse(target: &UrlTarget) -> Result<Self, Problem> {
        Ok(Self::Sse(Box::new(Sse::open(target).await?)))
    }

    /// Sends a request and waits for its result.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Result<Value, Problem> {
        let result = self.request_text(method, params).await?;
        message::value(result.get()).map_err(|error| message::broken(&error.to_string()))
    }

    /// The same, with the result as text.
    pub(crate) async fn request_text(&mut self, method: &str, params: Value) -> Result<Box<RawValue>, Problem> {
        match self {
            Self::Stdio(stdio) => stdio.request(method, params).await,
            Self::Http(http) => http.request(method, params).await,
            Self::Sse(sse) => sse.request(method, params).await,
        }
    }

    pub(crate) async fn notify(&mut self, method: &str) {
        match self {
            Self::Stdio(stdio) => stdio.notify(method).await,
            Self::Http(http) => http.notify(method).await,
            Self::Sse(sse) => sse.notify(method).await,
        }
    }

    /// Tells the transport which revision was agreed on; streamable HTTP repeats it in a header.
    pub(crate) fn agree(&mut self, version: &str, is_modern: bool) {
        if let Self::Http(http) = self {
            http.agree(version, is_modern);
        }
    }

    /// Ends the conversation, and the process if there is one.
    pub(crate) async fn close(self) {
        match self {
            Self::Stdio(stdio) => stdio.close().await,
            Self::Http(http) => http.close().await,
            Self::Sse(_) => {}
        }
    }

    /// The end of what a server's process wrote to its standard error.
    pub(crate) fn stderr(&self) -> String {
        match self {
            Self::Stdio(stdio) => stdio.stderr(),
            Self::Http(_) | Self::Sse(_) => String::new(),
        }
    }

    /// How much was received that is no JSON-RPC.
    pub(crate) fn skipped(&self) -> usize {
        match self {
            Self::Stdio(stdio) => stdio.skipped,
            Self::Http(http) => http.skipped,
            Self::Sse(sse) => sse.skipped,
        }
    }

    /// The name of the HTTP transport, as a listing carries it.
    pub(crate) fn transport(&self) -> &'static str {
        match self {
            Self::Stdio(_) => "stdio",
            Self::Http(_) => "streamable-http",
            Self::Sse(_) => "sse",
        }
    }
}
