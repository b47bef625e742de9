//! A catalogue on PostgreSQL, which many machines can fill at once.

mod address;
mod connection;
mod schema;
mod session;
mod tls;

pub(super) use address::Address;
pub(super) use schema::{check, prepare};
pub(super) use session::Session;
