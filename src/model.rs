//! The nouns every layer shares: identifiers, timeline items, attachments, time.
//!
//! Nothing here decides anything; the reducer in [`crate::session`] does.

mod attachment;
mod by_id;
mod id;
mod item;
mod time;
mod tool;

pub use attachment::{Attachment, Content, data_url};
pub use by_id::{ById, IdSet};
pub use id::{ApprovalId, CallId, ConversationId, ItemId, TransactionId};
pub use item::{
    Approval, ApprovalState, Body, Failure, Fault, Item, Kind, Notice, Prose, ProseState,
    SendState, State, UserMessage,
};
pub use time::{Duration, Instant};
pub use tool::{ToolCall, ToolState};
