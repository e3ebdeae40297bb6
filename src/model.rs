//! The nouns every layer shares: identifiers, timeline items, attachments, time.
//!
//! Nothing here decides anything; the reducer in [`crate::session`] does.

mod attachment;
mod by_id;
mod event;
mod id;
mod item;
mod offer;
mod time;
mod tool;

pub use attachment::{Attachment, Content, Task, TaskState, data_url};
pub use by_id::{ById, IdSet};
pub use event::{Cost, Cursor, Event, Said, Standing, Told};
pub use id::{ApprovalId, CallId, ConversationId, EventKey, ItemId, TransactionId};
pub use item::{
    Approval, ApprovalState, Aside, Body, Failure, Fault, Item, Kind, Notice, Prose, ProseState,
    SendState, State, UserMessage,
};
pub use offer::{Dress, Suggestion, Switcher};
pub use time::{Duration, Instant};
pub use tool::{Confirmation, Risk, ToolCall, ToolState};
