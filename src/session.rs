//! One tie to one server for one conversation.

mod change;

pub use change::{Change, Direction, Judgement, Output, Phase, Refusal, Run, Trace};
