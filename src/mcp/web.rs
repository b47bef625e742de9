//! HTTP as both HTTP transports need it: one origin, bounded bodies, failures told apart.

use super::problem::clipped;
use super::public::{self, Private, PublicOnly};
use super::{Challenge, MAX_MESSAGE, MAX_TOTAL, Problem, room, tls};
use crate::failure::Stage;
use crate::target::UrlTarget;
use futures_util::{Stream, StreamExt as _};
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::{Client, Method, Response, Url};
use sse_stream::{Sse, SseByteStream};
use std::error::Error as _;
use std::io::ErrorKind;
use std::pin::Pin;
use std::time::Duration;

/// Redirects followed for one request.
const MAX_REDIRECTS: usize = 5;

/// How long a TCP and TLS connection may take.
const CONNECT: Duration = Duration::from_secs(15);

/// The longest piece of a body of which the length is not told, in bytes.
const PIECE: usize = 1 << 20;

/// How much of an error's body is read.
const MAX_ERROR_BODY: usize = 64 << 10;

/// The events of an SSE stream.
pub(super) type Events = Pin<Box<dyn Stream<Item = Result<Sse, sse_stream::Error>> + Send>>;

/// One server's endpoint, and how to ask it.
#[derive(Debug)]
pub(super) struct Web {
    client: Client,
    pub(super) url: Url,
    headers: HeaderMap,
    /// Whether only addresses of the public internet may be reached.
    public_only: bool,
}

impl Web {
    pub(super) fn new(target: &UrlTarget) -> Result<Self, Problem> {
        let bad_url = || {
            let message = format!("`{}` is no URL: give one like https://example.com/mcp", crate::redact::url(&target.url));
            Problem::new("bad-url", message).at(Stage::Parse)
        };
        let url = Url::parse(&target.url).map_err(|_| bad_url())?;
        let host = url.host_str().ok_or_else(bad_url)?.trim_matches(['[', ']']).to_owned();
        let mut headers = HeaderMap::new();
        for (name, value) in &target.headers {
            let parsed = HeaderName::from_bytes(name.trim().as_bytes()).ok().zip(HeaderValue::from_str(value.trim()).ok());
            let Some((name, mut value)) = parsed else {
                let message = format!("the header `{}` cannot be sent: check its name and value", name.trim());
                return Err(Problem::new("bad-header", message).at(Stage::Parse));
            };
            value.set_sensitive(true);
            headers.append(name, value);
        }

        let no_tls = |cause: String| {
            Problem::new("tls", format!("TLS cannot be set up ({cause}): check the system's certificates")).at(Stage::Connect)
        };
        let mut client = Client::builder()
            .user_agent(concat!("toolgrade/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT)
            .tls_backend_preconfigured(tls::for_url(&url).map_err(|error| no_tls(error.to_string()))?);
        let is_loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if is_loopback || target.public_only {
            // A proxy would resolve the name itself, where nobody checks what it leads to.
            client = client.no_proxy();
        }
        if target.public_only {
            client = client.dns_resolver(PublicOnly);
        }
        let client = client.build().map_err(|error| no_tls(causes(&error)))?;
        Ok(Self { client, url, headers, public_only: target.public_only })
    }

    /// Sends a request, following redirects that stay on the origin and keep the method.
    pub(super) async fn send(
        &mut self,
        method: Method,
        url: Option<&Url>,
        extra: HeaderMap,
        body: Option<&serde_json::Value>,
    ) -> Result<Response, Problem> {
        let body = body.map(serde_json::Value::to_string);
        let mut asked = url.unwrap_or(&self.url).clone();
        for _ in 0..=MAX_REDIRECTS {
            if self.public_only && is_private_literal(&asked) {
                return Err(private_problem(&asked));
            }
            let mut request =
                self.client.request(method.clone(), asked.clone()).headers(self.headers.clone()).headers(extra.clone());
            if let Some(body) = &body {
                request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
            }
            let response = request.send().await.map_err(|error| connect_problem(error, &asked))?;
            if !response.status().is_redirection() {
                return Ok(response);
            }
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| asked.join(location).ok());
            match next {
                Some(next) if matches!(response.status().as_u16(), 307 | 308) && next.origin() == asked.origin() => {
                    if url.is_none() {
                        self.url = next.clone();
                    }
                    asked = next;
                }
                next => return Err(redirect_problem(response.status().as_u16(), next.as_ref())),
            }
        }
        Err(Problem::new("redirect", format!("more than {MAX_REDIRECTS} redirects: scan the final URL instead"))
            .at(Stage::Connect))
    }
}

/// Whether a URL spells an address out, which no resolver sees, and it is not a public one.
fn is_private_literal(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse().is_ok_and(|address| !public::is_public(address))
}

fn private_problem(url: &Url) -> Problem {
    let host = url.host_str().unwrap_or_default();
    let message =
        format!("`{host}` is not on the public internet, so nothing was sent there: `crawl --allow-private` permits it");
    Problem::new("private-address", message).at(Stage::Connect)
}

/// The headers of a request that takes both kinds of reply, as the specification wants and servers check.
pub(super) fn accept(kinds: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(kinds))])
}

/// The media type of a response, lower case, without parameters.
pub(super) fn media_type(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The body of a response, up to a limit of what it is after decompression.
/// The visit has read so many bytes `before`.
pub(super) async fn body(response: Response, method: &str, before: usize) -> Result<Vec<u8>, Problem> {
    let oversize = || super::stdio::oversize(method, "a body", MAX_MESSAGE);
    // A length that is told is that of what is sent, so nothing is decompressed.
    let length = response.content_length().unwrap_or_default();
    let length = usize::try_from(length).ok().filter(|length| *length <= MAX_MESSAGE).ok_or_else(oversize)?;
    // What grows is moved, and what it leaves behind stays with this process: so it is put together at the end.
    let (mut pieces, mut read) = (vec![Vec::with_capacity(length)], 0);
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            Problem::new("closed", format!("the reply to `{method}` broke off ({}): try again", causes(&error)))
        })?;
        read += chunk.len();
        room::ask(before + read).await?;
        if read > MAX_MESSAGE {
            return Err(oversize());
        }
        match pieces.last_mut() {
            Some(last) if last.capacity() - last.len() >= chunk.len() => last.extend_from_slice(&chunk),
            _ => {
                let mut next = Vec::with_capacity(read.min(PIECE).max(chunk.len()));
                next.extend_from_slice(&chunk);
                pieces.push(next);
            }
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    Ok(if pieces.len() == 1 { pieces.swap_remove(0) } else { pieces.concat() })
}

/// The start of an error's body; what breaks off is still shown.
pub(super) async fn error_body(response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(Ok(chunk)) = chunks.next().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_ERROR_BODY {
            break;
        }
    }
    body
}

/// The events of a response. The stream fails once it has sent more than a connection may.
/// The visit has read so many bytes `before`.
pub(super) fn events(response: Response, before: usize) -> Events {
    let mut read = before;
    let chunks = response.bytes_stream().then(move |chunk| {
        read += chunk.as_ref().map_or(0, |chunk| chunk.len());
        async move {
            let chunk = chunk.map_err(std::io::Error::other)?;
            if read > MAX_TOTAL {
                return Err(ErrorKind::FileTooLarge.into());
            }
            room::ask(read).await.map_err(|_| std::io::Error::from(ErrorKind::ResourceBusy))?;
            Ok::<_, std::io::Error>(chunk)
        }
    });
    Box::pin(SseByteStream::new(Box::pin(chunks)))
}

/// Why a stream of events ended early.
pub(super) fn stream_problem(method: &str, error: Option<sse_stream::Error>) -> Problem {
    let kind = match &error {
        Some(sse_stream::Error::Body(cause)) => cause.downcast_ref().map(std::io::Error::kind),
        _ => None,
    };
    match error {
        _ if kind == Some(ErrorKind::FileTooLarge) => super::stdio::oversize(method, "a stream", MAX_TOTAL),
        _ if kind == Some(ErrorKind::ResourceBusy) => room::none(),
        Some(sse_stream::Error::Utf8Parse(_)) => {
            Problem::new("malformed-json", format!("the server's stream is no UTF-8 before it answered `{method}`"))
        }
        _ => Problem::new("closed", format!("the server's stream ended before it answered `{method}`: try again")),
    }
}

/// What an HTTP status that is no success means.
pub(super) fn status_problem(status: u16, headers: &HeaderMap, body: &[u8]) -> Problem {
    if matches!(status, 401 | 403) {
        let challenge = headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        let asked = challenge.map(|challenge| format!(", WWW-Authenticate: {}", clipped(challenge))).unwrap_or_default();
        let message =
            format!("the server wants credentials (HTTP {status}{asked}): give them with `--header 'Authorization: Bearer …'`");
        let mut problem = Problem::new("unauthorized", message).at(Stage::Connect);
        problem.challenge = Some(Box::new(Challenge::new(status, headers)));
        return problem;
    }
    let said = clipped(String::from_utf8_lossy(body).trim());
    let said = if said.is_empty() || said.starts_with('<') { String::new() } else { format!(" ({said})") };
    let advice = match status {
        404 => "check the path, often /mcp or /sse",
        429 => "it asks to come back later",
        500.. => "the server is in trouble, try again later",
        _ => "check that the URL is an MCP endpoint",
    };
    let mut problem =
        Problem::new("http-status", format!("the server answered HTTP {status}{said}: {advice}")).at(Stage::Connect);
    problem.maybe_sse = matches!(status, 400 | 404 | 405);
    problem.status = Some(status);
    problem.retry_after = retry_after(headers);
    problem
}

/// When a server wants to be asked again: in so many seconds, or at a time, which is read against the server's own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let after = text(RETRY_AFTER)?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let time = |text| jiff::fmt::rfc2822::parse(text).ok().map(|time| time.timestamp());
    Duration::try_from(time(after)?.duration_since(time(text(DATE)?)?)).ok()
}

fn redirect_problem(status: u16, next: Option<&Url>) -> Problem {
    let message = match next {
        // Headers may hold credentials, so another origin is the user's decision.
        Some(next) => format!(
            "the server redirects (HTTP {status}) to {}: scan that URL if you trust it",
            crate::redact::url(next.as_str())
        ),
        None => format!("the server redirects (HTTP {status}) to nowhere: check the URL"),
    };
    Problem::new("redirect", message).at(Stage::Connect)
}

fn connect_problem(error: reqwest::Error, url: &Url) -> Problem {
    let error = error.without_url();
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let text = causes(&error);
    let low = text.to_ascii_lowercase();
    let is_refused = sources(&error)
        .any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused));
    let is_tls = sources(&error).any(|cause| cause.is::<rustls::Error>())
        || ["certificate", "tls", "handshake", "invalidcontenttype"].iter().any(|word| low.contains(word));
    if sources(&error).any(|cause| cause.is::<Private>()) {
        return private_problem(url);
    }
    let problem = if low.contains("dns error") || low.contains("lookup address") {
        Problem::new("dns", format!("`{host}` has no address: check the name, and that you are online"))
    } else if is_refused {
        Problem::new("refused", format!("nothing listens at {host}:{port}: check that the server runs, and its port"))
    } else if is_tls {
        Problem::new("tls", format!("no secure connection to `{host}` ({text}): check its certificate, and http or https"))
    } else if error.is_timeout() {
        Problem::new(
            "timeout",
            format!("no connection to {host}:{port} within {} s: check that it can be reached", CONNECT.as_secs()),
        )
    } else if error.is_connect() {
        Problem::new("unreachable", format!("no connection to {host}:{port} ({text}): check that it can be reached"))
    } else {
        return Problem::new(
            "closed",
            format!("the server closed the connection without a reply ({text}): check that it speaks HTTP"),
        )
        .at(Stage::Connect);
    };
    problem.at(Stage::Connect)
}

fn sources<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |cause: &&'a (dyn std::error::Error + 'static)| {
        let cause: &'a (dyn std::error::Error + 'static) = *cause;
        // An I/O error hides the error it wraps from `source`.
        match cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        }
    })
}

/// An error with its causes, in one line.
fn causes(error: &reqwest::Error) -> String {
    let last = sources(error).last().map(ToString::to_string);
    clipped(&last.unwrap_or_else(|| error.to_string()))
}
