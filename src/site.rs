//! The static catalogue site: a function of one catalogue state.
