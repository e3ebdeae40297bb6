//! Formats that several adapters share.

pub mod json;
pub mod socket_io;
