//! Scans of a scripted HTTP server in this process.

use crate::http::{Request, Web, reply, reply_json, result, well_behaved};
use crate::outcome;
use serde_json::json;
use std::io::Write as _;
use std::net::TcpListener;
use std::sync::{Mutex, mpsc};
use std::time::Duration;
use toolgrade::scan::{Options, Scan, scan};
use toolgrade::target::{Target, UrlTarget};

impl Web {
    fn scan(&self, path: &str) -> Scan {
        self.scan_target(UrlTarget { url: format!("{}{path}", self.address), ..UrlTarget::default() })
    }

    fn scan_target(&self, target: UrlTarget) -> Scan {
        scan(vec![Target::Url(target)], &Options { timeout: Duration::from_secs(30), ..Options::default() })
    }

    /// The outcome, with the server's address as `@@`.
    fn outcome(&self, path: &str) -> String {
        self.text(&self.scan(path))
    }

    fn text(&self, scan: &Scan) -> String {
        let bare = self.address.trim_start_matches("http://");
        outcome::text(scan).replace(&self.address, "@@").replace(bare, "@@")
    }
}

const READ: &str = "web 2025-06-18 complete: 2 tools: a b\n";

#[test]
fn json_replies_are_read() {
    let web = Web::start(well_behaved);
    assert_eq!(web.outcome("/mcp"), READ);
    let seen = web.seen();
    let methods: Vec<&str> = seen.iter().map(Request::rpc).collect();
    assert_eq!(methods, ["initialize", "notifications/initialized", "tools/list", "tools/list"]);
    for request in &seen {
        assert_eq!(request.header("accept"), Some("application/json, text/event-stream"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("user-agent"), Some(concat!("toolgrade/", env!("CARGO_PKG_VERSION"))));
    }
    assert_eq!(seen[0].header("mcp-protocol-version"), None);
    assert_eq!(seen[2].header("mcp-protocol-version"), Some("2025-06-18"));
}

#[test]
fn event_streams_are_read_and_requests_in_them_answered() {
    let web = Web::start(|request, stream| {
        let Some(result) = result(request) else { return reply(stream, "202 Accepted", "", "") };
        let ask = json!({"jsonrpc": "2.0", "id": "s1", "method": "roots/list"});
        let log = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {}});
        let body = format!("id: 1\ndata: \n\n: comment\n\ndata: {log}\n\nevent: message\ndata: {ask}\n\ndata: {result}\n\n");
        reply(stream, "200 OK", "content-type: text/event-stream; charset=utf-8\r\n", &body);
    });
    assert_eq!(web.outcome("/mcp"), READ);
    let answers: Vec<Request> = web.seen().into_iter().filter(|request| request.body["id"] == "s1").collect();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0].body["error"]["code"], -32601);
}

#[test]
fn a_session_is_carried_and_ended() {
    let web = Web::start(|request, stream| match (request.rpc(), request.header("mcp-session-id")) {
        ("initialize", None) => {
            let body = result(request).unwrap().to_string();
            reply(stream, "200 OK", "content-type: application/json\r\nMcp-Session-Id: s-1\r\n", &body);
        }
        (_, Some("s-1")) => well_behaved(request, stream),
        _ => reply(stream, "400 Bad Request", "", "no session"),
    });
    assert_eq!(web.outcome("/mcp"), READ);
    let seen = web.seen();
    let last = seen.last().unwrap();
    assert_eq!((last.method.as_str(), last.header("mcp-session-id")), ("DELETE", Some("s-1")));
}

#[test]
fn redirects_stay_on_the_origin() {
    let web = Web::start(|request, stream| match request.path.as_str() {
        "/mcp" => reply(stream, "307 Temporary Redirect", "location: /mcp/\r\n", ""),
        "/loop" => reply(stream, "308 Permanent Redirect", "location: /loop\r\n", ""),
        "/get" => reply(stream, "302 Found", "location: /mcp/\r\n", ""),
        _ => well_behaved(request, stream),
    });
    assert_eq!(web.outcome("/mcp"), READ);
    assert_eq!(web.outcome("/loop"), "! connect redirect: more than 5 redirects: scan the final URL instead\n");
    assert_eq!(
        web.outcome("/get"),
        "! connect redirect: the server redirects (HTTP 302) to @@/mcp/: scan that URL if you trust it\n"
    );

    let other = Web::start(well_behaved);
    let location = format!("location: {}/mcp?token=abc\r\n", other.address);
    let web = Web::start(move |_, stream| reply(stream, "307 Temporary Redirect", &location, ""));
    let found = web.outcome("/mcp").replace(&other.address, "@other@");
    assert_eq!(
        found,
        "! connect redirect: the server redirects (HTTP 307) to @other@/mcp?token=***: scan that URL if you trust it\n"
    );
    assert!(other.seen().is_empty(), "nothing may be sent to another origin");
}

#[test]
fn credentials_are_asked_for_and_sent() {
    let web = Web::start(|request, stream| match request.header("authorization") {
        Some("Bearer right-token") => well_behaved(request, stream),
        Some(wrong) => reply(stream, "403 Forbidden", "", wrong),
        None => reply(stream, "401 Unauthorized", "WWW-Authenticate: Bearer realm=\"x\"\r\n", ""),
    });
    assert_eq!(
        web.outcome("/mcp"),
        "! connect unauthorized: the server wants credentials (HTTP 401, WWW-Authenticate: Bearer realm=\"x\"): give them with \
         `--header 'Authorization: Bearer …'`\n"
    );
    assert_eq!(web.seen().len(), 1, "no second try without credentials");
    let with = |token: &str| UrlTarget {
        url: format!("{}/mcp", web.address),
        headers: vec![("Authorization".to_owned(), format!("Bearer {token}"))],
        ..UrlTarget::default()
    };
    assert_eq!(web.text(&web.scan_target(with("right-token"))), READ);
    let wrong = web.text(&web.scan_target(with("wrong-token")));
    assert!(
        wrong.starts_with("! connect unauthorized: the server wants credentials (HTTP 403)") && !wrong.contains("wrong-token"),
        "{wrong}"
    );
}

#[test]
fn what_is_not_mcp_is_told() {
    let page = Web::start(|_, stream| reply(stream, "200 OK", "content-type: text/html\r\n", "<html>"));
    assert_eq!(
        page.outcome("/"),
        "! initialize not-mcp: the server answers with a web page, not MCP: check the URL, its path is often /mcp or /sse\n"
    );
    let other = Web::start(|_, stream| reply_json(stream, &json!({"hello": "world"})));
    assert_eq!(
        other.outcome("/"),
        "! initialize not-mcp: the server answers with something that is no reply to it, not MCP: check the URL, its path is often \
         /mcp or /sse\n"
    );
    let gone = Web::start(|_, stream| reply(stream, "404 Not Found", "content-type: text/html\r\n", "<h1>Not found"));
    assert_eq!(gone.outcome("/"), "! connect http-status: the server answered HTTP 404: check the path, often /mcp or /sse\n");
    let broken = Web::start(|_, stream| reply(stream, "500 Oops", "", "out of\nmemory"));
    assert_eq!(
        broken.outcome("/"),
        "! connect http-status: the server answered HTTP 500 (out of\nmemory): the server is in trouble, try again later\n"
    );
}

#[test]
fn failures_to_connect_are_told_apart() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let plain = Web::start(well_behaved);
    let secure = plain.address.replace("http://", "https://");
    let silent = Web::start(|_, _| {});
    let url = |url: &str| Target::Url(UrlTarget { url: url.to_owned(), ..UrlTarget::default() });
    let targets = vec![
        url(&format!("http://127.0.0.1:{port}/mcp?key=abc")),
        url("http://no-such-host.invalid/mcp"),
        url(&secure),
        url(&silent.address),
        url("http://"),
    ];
    let scan = scan(targets, &Options { timeout: Duration::from_secs(30), ..Options::default() });
    let reasons: Vec<String> = scan.failures.iter().map(|failure| format!("{} {}", failure.stage, failure.reason)).collect();
    assert_eq!(reasons, ["connect refused", "connect dns", "connect tls", "connect closed", "parse bad-url"]);
    assert_eq!(scan.failures[0].target, format!("http://127.0.0.1:{port}/mcp?key=***"));
    assert_eq!(
        scan.failures[0].message,
        format!("nothing listens at 127.0.0.1:{port}: check that the server runs, and its port")
    );
}

/// An HTTP+SSE server: the stream is written by whoever takes the POSTs.
fn legacy(endpoint: &'static str) -> Web {
    let (sender, receiver) = mpsc::channel::<String>();
    let (sender, receiver) = (Mutex::new(sender), Mutex::new(receiver));
    Web::start(move |request, stream| match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/sse") => {
            let _ =
                write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: endpoint\ndata: {endpoint}\n\n");
            let receiver = receiver.lock().unwrap();
            while let Ok(message) = receiver.recv_timeout(Duration::from_secs(20)) {
                let _ = write!(stream, "event: message\ndata: {message}\n\n");
            }
        }
        ("POST", "/messages?id=1") => {
            if let Some(result) = result(request) {
                sender.lock().unwrap().send(result.to_string()).unwrap();
            }
            reply(stream, "202 Accepted", "", "Accepted");
        }
        _ => reply(stream, "405 Method Not Allowed", "", ""),
    })
}

#[test]
fn legacy_streams_are_read() {
    let web = legacy("/messages?id=1");
    let scan = web.scan("/sse");
    assert_eq!(web.text(&scan), READ);
    let source = serde_json::to_value(&scan.listings[0].server.source).unwrap();
    assert_eq!(source, json!({"kind": "http", "url": format!("{}/sse", web.address), "transport": "sse"}));

    let web = legacy("/messages?id=1");
    let named = UrlTarget { url: format!("{}/sse", web.address), sse: true, ..UrlTarget::default() };
    assert_eq!(web.text(&web.scan_target(named)), READ);
    assert_eq!(web.seen()[0].method, "GET");
}

#[test]
fn a_foreign_endpoint_is_not_used() {
    let web = legacy("http://127.0.0.1:9/messages");
    let named = UrlTarget { url: format!("{}/sse", web.address), sse: true, ..UrlTarget::default() };
    assert_eq!(
        web.text(&web.scan_target(named)),
        "! connect foreign-endpoint: the server names an endpoint that is not its own: nothing was sent there\n"
    );
}

#[test]
fn a_stream_that_is_cut_is_told() {
    let web = Web::start(|request, stream| match request.rpc() {
        "tools/list" => {
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 999\r\n\r\ndata: {{\"jsonrpc\":"
            );
        }
        _ => well_behaved(request, stream),
    });
    assert_eq!(
        web.outcome("/mcp"),
        "web 2025-06-18 cut: 0 tools: \n! list closed: the server's stream ended before it answered `tools/list`: try again\n"
    );
}

#[test]
fn bodies_are_bounded() {
    let web = Web::start(|request, stream| match request.rpc() {
        "tools/list" => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n");
            while stream.write_all(&[b' '; 1 << 16]).is_ok() {}
        }
        _ => well_behaved(request, stream),
    });
    assert_eq!(
        web.outcome("/mcp"),
        "web 2025-06-18 cut: 0 tools: \n! list oversize: the server sent a body of more than 16 MiB before it answered `tools/list`\n"
    );
}

#[test]
fn sessionless_servers_are_asked_again() {
    let web = Web::start(|request, stream| {
        let id = &request.body["id"];
        let is_modern =
            request.header("mcp-protocol-version") == Some("2026-07-28") && request.header("mcp-method") == Some(request.rpc());
        match request.rpc() {
            "server/discover" if is_modern => {
                let info = json!({"io.modelcontextprotocol/serverInfo": {"name": "new", "version": "1"}});
                reply_json(
                    stream,
                    &json!({"jsonrpc": "2.0", "id": id, "result": {"supportedVersions": ["2026-07-28"], "_meta": info}}),
                );
            }
            "tools/list" if is_modern => well_behaved(request, stream),
            _ => {
                let error = json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "Method not found"}});
                reply(stream, "404 Not Found", "content-type: application/json\r\n", &error.to_string());
            }
        }
    });
    assert_eq!(web.outcome("/mcp"), "new 2026-07-28 complete: 2 tools: a b\n");
}

#[test]
fn a_server_that_hangs_is_left() {
    let web = Web::start(|request, stream| match request.rpc() {
        "tools/list" => std::thread::sleep(Duration::from_secs(30)),
        _ => well_behaved(request, stream),
    });
    let target = Target::Url(UrlTarget { url: web.address.clone(), ..UrlTarget::default() });
    let scan = scan(vec![target], &Options { timeout: Duration::from_millis(800), ..Options::default() });
    assert_eq!(
        web.text(&scan),
        "web 2025-06-18 cut: 0 tools: \n! list timeout: `tools/list` did not end within 0.8 s: give it longer (`--timeout`)\n"
    );
}
