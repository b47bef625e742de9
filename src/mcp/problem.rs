//! What went wrong in a conversation, before it is known which target it belongs to.

use super::Challenge;
use crate::failure::Stage;
use std::time::Duration;

/// One thing that went wrong.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// Where, if that is not simply the stage the visit had reached.
    pub(crate) stage: Option<Stage>,
    /// The stable word of the failure.
    pub(crate) reason: &'static str,
    /// What happened and what to do.
    pub(crate) message: String,
    /// The code of a JSON-RPC error.
    pub(crate) code: Option<i64>,
    /// Whether the HTTP status is one that servers of the HTTP+SSE transport give to a POST.
    pub(crate) maybe_sse: bool,
    /// The HTTP status that was no success, where there is one.
    pub(crate) status: Option<u16>,
    /// When the server wants to be asked again.
    pub(crate) retry_after: Option<Duration>,
    /// How the server asks for credentials.
    pub(crate) challenge: Option<Box<Challenge>>,
}

/// JSON-RPC: there is no such method.
pub(crate) const METHOD_NOT_FOUND: i64 = -32601;

impl Problem {
    pub(crate) fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            stage: None,
            reason,
            message: message.into(),
            code: None,
            maybe_sse: false,
            status: None,
            retry_after: None,
            challenge: None,
        }
    }

    pub(crate) fn at(mut self, stage: Stage) -> Self {
        self.stage = Some(stage);
        self
    }

    /// A JSON-RPC error in reply to `method`.
    pub(crate) fn rpc(method: &str, error: &serde_json::Value) -> Self {
        let code = error["code"].as_i64();
        let said = clipped(error["message"].as_str().unwrap_or("no message"));
        let number = code.map(|code| format!(" {code}")).unwrap_or_default();
        let mut problem = Self::new("server-error", format!("the server answered `{method}` with error{number}: {said}"));
        problem.code = code;
        problem
    }

    /// Whether the same request may well be answered in a while.
    pub(crate) fn is_passing(&self) -> bool {
        match self.reason {
            "timeout" | "refused" | "closed" | "unreachable" | "dns" | "no-room" => true,
            "http-status" => matches!(self.status, Some(408 | 425 | 429 | 500..)),
            _ => false,
        }
    }

    /// Whether the server may yet answer in the other era of the protocol.
    pub(crate) fn is_worth_another_try(&self) -> bool {
        match self.reason {
            "server-error" | "exited" | "closed" | "bad-reply" => true,
            // Who cannot be reached, or is overloaded, is not asked twice.
            "timeout" => self.stage != Some(Stage::Connect),
            "http-status" => self.maybe_sse,
            _ => false,
        }
    }
}

/// What keeps a program from being started where there is no sandbox for it.
pub(crate) fn no_sandbox(why: &str) -> Problem {
    Problem::new("no-sandbox", format!("{why}; see `toolgrade doctor`. `--sandbox none` does without"))
}

/// A server's words, cut to what is worth masking. What is shown is cut again, after the masking: a cut must not leave half of
/// a secret that is then not recognised.
pub(super) fn clipped(text: &str) -> String {
    text.chars().take(4096).collect()
}
