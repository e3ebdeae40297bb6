//! Formats that several adapters share.

pub mod address;
pub mod json;
pub mod socket_io;
pub mod time;
