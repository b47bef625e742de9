//! Reports: one run as JSON data, and the writers that print it.
