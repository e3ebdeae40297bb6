//! Filled in by the commits that follow.
fn main() {}
