//! Formats that several adapters share.

pub mod json;
