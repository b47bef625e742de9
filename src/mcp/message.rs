//! JSON-RPC messages: written small, read with suspicion.

use super::Problem;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::HashMap;

/// The most values in one message: a megabyte of `[[],[],…]` takes fifty in memory.
const MAX_VALUES: usize = 1_000_000;

/// What a line or a body turned out to be.
enum Parsed {
    /// One message, or the messages of a batch.
    Messages(Vec<Message>),
    /// Something that is not JSON-RPC: a banner, a log line.
    Noise,
    /// A JSON-RPC message that cannot be read, and why.
    Broken(String),
}

/// A message; what is no object is one without members. A result stays text: as values, a list takes ten times the memory.
#[derive(Default)]
pub(super) struct Message {
    is_rpc: bool,
    id: Option<Value>,
    method: Option<String>,
    error: Value,
    result: Option<Box<RawValue>>,
}

/// What a message is to someone who waits for the reply to one request.
pub(super) enum Incoming {
    /// The reply: a result or an error.
    Reply(Result<Box<RawValue>, Value>),
    /// A request of the server, with the answer to send back.
    Request(Value),
    /// A notification, or a reply nobody waits for.
    Other,
    /// Not JSON-RPC 2.0.
    Noise,
}

pub(super) fn request(id: u64, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

pub(super) fn notification(method: &str) -> Value {
    json!({"jsonrpc": "2.0", "method": method})
}

/// The messages of a line, a body or an event; `None` for what is not JSON-RPC.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Vec<Message>>, Problem> {
    match parse(bytes) {
        Parsed::Messages(messages) => Ok(Some(messages)),
        Parsed::Noise => Ok(None),
        Parsed::Broken(why) => Err(broken(&why)),
    }
}

/// A message that cannot be read, and why.
pub(super) fn broken(why: &str) -> Problem {
    Problem::new("malformed-json", format!("the server sent a message that cannot be read: {why}"))
}

fn parse(bytes: &[u8]) -> Parsed {
    let Ok(text) = std::str::from_utf8(bytes) else { return Parsed::Noise };
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with(['{', '[']) {
        return Parsed::Noise;
    }
    // Commas in texts are counted too; no real list comes near.
    if text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() > MAX_VALUES {
        return Parsed::Broken(format!("it holds more than {MAX_VALUES} values"));
    }
    match mending(text, messages) {
        Ok(messages) => Parsed::Messages(messages),
        // A log line may well be broken JSON; only what names the protocol is worth failing for.
        Err(error) if text.contains("\"jsonrpc\"") => Parsed::Broken(error.to_string()),
        Err(_) => Parsed::Noise,
    }
}

/// The value that a text is.
pub(super) fn value(text: &str) -> serde_json::Result<Value> {
    mending(text, |text| serde_json::from_str(text))
}

/// The members of the object that a text is, as texts.
pub(super) fn members(text: &str) -> serde_json::Result<HashMap<Cow<'_, str>, &RawValue>> {
    serde_json::from_str(text)
}

/// Reads a text, as JavaScript would where it does not quite hold what JSON asks for.
fn mending<T>(text: &str, read: impl Fn(&str) -> serde_json::Result<T>) -> serde_json::Result<T> {
    read(text).or_else(|error| match with_whole_surrogates(text) {
        Some(mended) => read(&mended),
        None => Err(error),
    })
}

fn messages(text: &str) -> serde_json::Result<Vec<Message>> {
    if text.starts_with('{') {
        return Ok(vec![message(text)?]);
    }
    let batch: Vec<&RawValue> = serde_json::from_str(text)?;
    batch.into_iter().map(|part| message(part.get())).collect()
}

fn message(text: &str) -> serde_json::Result<Message> {
    if !text.starts_with('{') {
        return Ok(Message::default());
    }
    let members = members(text)?;
    let member = |key: &str| members.get(key).map(|raw| serde_json::from_str::<Value>(raw.get())).transpose();
    Ok(Message {
        is_rpc: member("jsonrpc")?.is_some_and(|version| version == "2.0"),
        id: member("id")?,
        method: member("method")?.and_then(|method| method.as_str().map(str::to_owned)),
        error: member("error")?.unwrap_or_default(),
        result: members.get("result").map(|raw| (*raw).to_owned()),
    })
}

pub(super) fn sort(message: Message, id: u64) -> Incoming {
    if !message.is_rpc {
        return Incoming::Noise;
    }
    let about = message.id.unwrap_or_default();
    if let Some(method) = message.method {
        return if about.is_null() { Incoming::Other } else { Incoming::Request(answer(&method, &about)) };
    }
    let error = message.error;
    // A server that could not read a request answers with `id: null`; only one request is ever open.
    let is_ours = match &about {
        Value::Null => !error.is_null(),
        Value::String(text) => *text == id.to_string(),
        number => number.as_u64() == Some(id),
    };
    match is_ours {
        true if !error.is_null() => Incoming::Reply(Err(error)),
        true => Incoming::Reply(Ok(message.result.unwrap_or_else(|| RawValue::NULL.to_owned()))),
        false => Incoming::Other,
    }
}

/// We declare no capabilities, so `ping` is all a server may ask.
fn answer(method: &str, id: &Value) -> Value {
    match method {
        "ping" => json!({"jsonrpc": "2.0", "id": id, "result": {}}),
        _ => json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32601, "message": "not supported by this client"}}),
    }
}

/// Escapes of half a surrogate pair (`"\ud83d"`: a description cut in the middle of an emoji) become U+FFFD, as JavaScript
/// would print them; `None` when there are none.
fn with_whole_surrogates(text: &str) -> Option<String> {
    let unit = |at: usize| -> Option<u16> {
        let escape = text.get(at..at + 6)?;
        u16::from_str_radix(escape.strip_prefix("\\u")?, 16).ok()
    };
    let mut mended = String::with_capacity(text.len());
    let (mut at, mut copied) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        match (unit(at), unit(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at += 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str(&text[copied..at]);
                mended.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            // Past the backslash and the character it escapes, which may have several bytes in text that is no JSON.
            _ => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        }
    }
    (copied > 0).then(|| mended + &text[copied..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_a_surrogate_pair_is_mended() {
        for (text, expected) in [
            (r#"{"a":"\ud83d"}"#, Some(r#"{"a":"\ufffd"}"#)),
            (r#"{"a":"\ud83d\ude00"}"#, None),
            (r#"{"a":"\ude00\ud83d\ude00\\ud83d"}"#, Some(r#"{"a":"\ufffd\ud83d\ude00\\ud83d"}"#)),
            ("\\é\\", None),
        ] {
            assert_eq!(with_whole_surrogates(text).as_deref(), expected, "for {text}");
        }
    }

    #[test]
    fn replies_are_found_by_their_id() {
        let is_reply = |text: &str| {
            let Parsed::Messages(messages) = parse(text.as_bytes()) else { panic!("{text}") };
            messages.into_iter().any(|message| matches!(sort(message, 7), Incoming::Reply(_)))
        };
        assert!(is_reply(r#"{"jsonrpc":"2.0","id":7,"result":{}}"#));
        assert!(is_reply(r#"{"jsonrpc":"2.0","id":"7","result":{}}"#));
        assert!(is_reply(r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700}}"#));
        assert!(!is_reply(r#"{"jsonrpc":"2.0","id":8,"result":{}}"#));
        assert!(!is_reply(r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#));
        assert!(!is_reply(r#"{"id":7,"result":{}}"#));
        assert!(!is_reply("[]"));
    }

    #[test]
    fn bombs_are_broken_not_fatal() {
        let bomb = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}", "[".repeat(200_000));
        assert!(matches!(parse(bomb.as_bytes()), Parsed::Broken(_)));
        assert!(matches!(parse("[".repeat(200_000).as_bytes()), Parsed::Noise));
        assert!(matches!(parse(b"{\"jsonrpc\":\"2.0\",\"id\":1e999999999,\"id\":2}"), Parsed::Messages(_)));
        assert!(matches!(parse(b"\xff{}"), Parsed::Noise));
    }

    #[test]
    fn more_values_than_memory_likes_are_refused() {
        let many = format!("[{}1]", "1,".repeat(MAX_VALUES));
        assert!(matches!(parse(many.as_bytes()), Parsed::Broken(_)));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes: Vec<u8>, text in r#"[\[{"ud89e\\:,0é }\]]*"#) {
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                if let Parsed::Messages(messages) = parse(bytes) {
                    messages.into_iter().for_each(|message| drop(sort(message, 1)));
                }
            }
            let _ = with_whole_surrogates(&text);
        }
    }
}
