//! Parlor: one chat window for every agent server.
