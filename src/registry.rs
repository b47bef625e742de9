//! What registries and lists of servers say: who there is, and how each could be reached.
//!
//! An [`Entry`] is one server of an index; its [`Way`]s are the ways to reach it, remotes and packages. [`document`] reads
//! saved documents and pages of the API in every generation of their schema, [`lines`] JSON Lines of targets, and [`fill`] turns
//! a way into something to visit – or says what is missing. Everything here is a stranger's text.

pub(crate) mod client;
pub mod document;
pub mod entry;
pub mod fill;
pub mod lines;
pub mod way;

pub use entry::{Entry, Status};
pub use way::{Argument, Input, Package, PackageKind, Remote, Way};
