//! The catalogue: an SQLite file that remembers servers, tools, observations and verdicts.
