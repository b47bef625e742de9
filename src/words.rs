//! Splits names and texts into words.
