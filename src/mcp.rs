//! Speaks MCP to one server: a small client that keeps raw JSON and trusts nothing.
//!
//! Why not the client of rmcp, the official SDK: it is made for a session with a server one trusts to follow the specification.
//! One tool with a bad `inputSchema` loses the whole list, unknown fields are dropped, a cursor that repeats loops for ever,
//! a line above its limit is swallowed and the caller waits, and HTTP+SSE servers cannot be reached. A scanner meets all of
//! these and must report what it saw. So only rmcp's types for what *we* send are used; what comes back stays JSON.
//!
//! A [`Connection`] carries requests, whatever the transport; [`handshake`] opens the conversation in either era of the
//! protocol; [`pages`] reads `tools/list` to its end.

mod challenge;
mod connection;
mod environment;
mod get;
pub(crate) mod handshake;
mod http;
mod message;
pub(crate) mod pages;
mod problem;
mod process;
mod public;
mod room;
mod sse;
mod stdio;
mod stray;
mod tail;
mod tls;
mod web;

pub use challenge::Challenge;
pub(crate) use connection::Connection;
pub(crate) use environment::scrubbed;
pub(crate) use get::Getter;
pub(crate) use problem::{Problem, no_sandbox};
pub(crate) use process::contained;
pub(crate) use room::{sharing_room, within};
pub(crate) use stray::mark;
pub(crate) use tail::Tail;

/// The longest single message read, in bytes. Real servers send up to 0.6 MiB.
const MAX_MESSAGE: usize = 16 << 20;

/// The most that one connection may send, in bytes.
const MAX_TOTAL: usize = 32 << 20;
