//! Speaks MCP to one server: a small client that keeps raw JSON and trusts nothing.
