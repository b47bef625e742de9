//! The one integration binary.

/// Token counts against the reference, and the embedded vocabulary.
mod tokens;
