//! The start of a conversation: `initialize` as up to 2025-11-25, or `server/discover` as from 2026-07-28.

use super::{Connection, Problem};
use rmcp::model::{ClientCapabilities, Implementation, InitializeRequestParams, ProtocolVersion};
use serde_json::{Value, json};

/// Which era of the protocol a conversation is held in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Era {
    /// One `initialize`, then a session.
    #[default]
    Initialize,
    /// No session: every request says who asks and in which revision.
    Sessionless,
}

/// What a server says about itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Introduction {
    pub(crate) name: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) instructions: Option<String>,
    /// The revision of the protocol agreed on.
    pub(crate) protocol: Option<String>,
}

/// Opens a session.
pub(crate) async fn initialize(connection: &mut Connection) -> Result<Introduction, Problem> {
    let params = InitializeRequestParams::new(ClientCapabilities::default(), client())
        .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE);
    let result = connection.request("initialize", to_value(&params)).await?;
    if !result.is_object() {
        return Err(Problem::new("bad-reply", "the server's reply to `initialize` is no object: it does not speak MCP"));
    }
    let version = result["protocolVersion"].as_str().unwrap_or_default().to_owned();
    connection.agree(&version, false);
    connection.notify("notifications/initialized").await;
    Ok(introduction(&result, &result["serverInfo"], version))
}

/// Asks a sessionless server what it is.
pub(crate) async fn discover(connection: &mut Connection) -> Result<Introduction, Problem> {
    let version = ProtocolVersion::NO_INITIALIZE.to_string();
    connection.agree(&version, true);
    let result = connection.request("server/discover", params(Era::Sessionless)).await?;
    // Drafts put it beside the result's other fields.
    let info = [&result["_meta"]["io.modelcontextprotocol/serverInfo"], &result["serverInfo"]];
    let info = info.into_iter().find(|info| info.is_object()).unwrap_or(&Value::Null);
    Ok(introduction(&result, info, version))
}

/// Sees whether a server that does not introduce itself lists its tools.
pub(crate) async fn knock(connection: &mut Connection) -> Result<Introduction, Problem> {
    connection.request("tools/list", params(Era::Sessionless)).await?;
    Ok(Introduction { protocol: Some(ProtocolVersion::NO_INITIALIZE.to_string()), ..Introduction::default() })
}

/// The parameters every request of an era carries.
pub(crate) fn params(era: Era) -> Value {
    match era {
        Era::Initialize => json!({}),
        Era::Sessionless => json!({"_meta": {
            "io.modelcontextprotocol/protocolVersion": ProtocolVersion::NO_INITIALIZE.as_str(),
            "io.modelcontextprotocol/clientInfo": to_value(&client()),
            "io.modelcontextprotocol/clientCapabilities": {},
        }}),
    }
}

/// Whether a revision is one this client was written for.
pub(crate) fn is_known(version: &str) -> bool {
    ProtocolVersion::KNOWN_VERSIONS.iter().any(|known| known.as_str() == version)
}

fn client() -> Implementation {
    Implementation::new("toolgrade", env!("CARGO_PKG_VERSION"))
}

fn introduction(result: &Value, info: &Value, protocol: String) -> Introduction {
    let text = |value: &Value| value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    Introduction {
        name: text(&info["name"]),
        title: text(&info["title"]),
        version: text(&info["version"]),
        // Evidence counts characters into this text, so it is kept as sent.
        instructions: result["instructions"].as_str().map(str::to_owned),
        protocol: Some(protocol).filter(|protocol| !protocol.is_empty()),
    }
}

fn to_value(message: &impl serde::Serialize) -> Value {
    // These types are plain data; what they cannot say is sent as nothing.
    serde_json::to_value(message).unwrap_or_default()
}
