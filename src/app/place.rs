//! Where the reader is in the open conversation, when that is not its end: the message at the top
//! edge, in words that the next visit understands.
//!
//! Items have other numbers then, and not every server numbers its events. So a message is known
//! by how many stand before it, and by how it begins, lest one more or less before it matters.

use serde_json::{Value, json};

use super::App;
use crate::model::{Body, Item, ItemId};
use crate::session::Session;

/// How much of a text tells it from others, in bytes.
const HEAD: usize = 64;

/// Where the reader is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Grows with each place, so that the same one can be meant again.
    pub number: u64,
    /// The message at the top edge, and where its own top is, in pixels below that edge; `None` at
    /// the end.
    pub at: Option<(ItemId, i32)>,
}

impl App {
    /// The reader is there now, and was taken there by nobody else.
    pub(super) fn scrolled(&mut self, conversation: &str, at: Option<(ItemId, i32)>) {
        if self.conversation.id.as_str() == conversation {
            self.sought = None;
            self.conversation.scroll = at.and_then(|(id, offset)| self.mark(id, offset));
        }
    }

    /// A session begins: at its end, until the place is found.
    pub(super) fn begin_place(&mut self) {
        self.view.place.number += 1;
        self.view.place.at = None;
        let kept = self.conversation.scroll.as_deref();
        self.sought = kept.and_then(Mark::parse);
        self.find_place();
    }

    /// Goes to where the reader was, once something is there.
    pub(super) fn find_place(&mut self) {
        let items = self.session.as_ref().map_or(&[][..], Session::items);
        if let Some(mark) = self.sought.take_if(|_| !items.is_empty()) {
            self.view.place.number += 1;
            self.view.place.at = mark.find(items).map(|item| (item.id, mark.offset));
        }
    }

    /// The person wants to see that message.
    pub(super) fn go_to(&mut self, id: ItemId) {
        self.sought = None;
        self.view.place.number += 1;
        self.view.place.at = Some((id, 0));
    }

    fn mark(&self, id: ItemId, offset: i32) -> Option<String> {
        let items = self.session.as_ref().map_or(&[][..], Session::items);
        let at = items.iter().position(|item| item.id == id)?;
        let head = head(items.get(at)?);
        Some(json!([at, head, offset]).to_string())
    }
}

/// A message and a place in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// How many stand before it.
    before: usize,
    head: u32,
    offset: i32,
}

impl Mark {
    /// Reads a mark; `None` for what an older program wrote.
    fn parse(text: &str) -> Option<Self> {
        let parts: Value = serde_json::from_str(text).ok()?;
        let part = |at: usize| parts.get(at).and_then(Value::as_i64);
        Some(Self {
            before: usize::try_from(part(0)?).ok()?,
            head: u32::try_from(part(1)?).ok()?,
            offset: i32::try_from(part(2)?).ok()?,
        })
    }

    /// The nearest that begins like it, else the one that stands there.
    fn find(self, items: &[Item]) -> Option<&Item> {
        let fits = |item: &&Item| head(item) == self.head;
        let (above, below) = items.split_at_checked(self.before).unwrap_or((items, &[]));
        let up = above.iter().rev().zip(1..).find(|(item, _)| fits(item));
        let down = below.iter().zip(0..).find(|(item, _)| fits(item));
        match (up, down) {
            (Some((item, up)), Some((_, down))) if up < down => Some(item),
            (_, Some((item, _))) | (Some((item, _)), None) => Some(item),
            (None, None) => below.first(),
        }
    }
}

/// How an item begins, as a number. What may still come of it does not count.
fn head(item: &Item) -> u32 {
    let text = match &item.body {
        Body::User(message) => &message.text,
        Body::Agent(prose) | Body::Reasoning(prose) => &prose.text,
        Body::Tool(tool) => &tool.name,
        Body::Approval(_) | Body::Notice(_) | Body::Error(_) => "",
    };
    let kind = item.kind().word().bytes();
    // FNV-1a.
    kind.chain(text.bytes().take(HEAD))
        .fold(0x811c_9dc5, |sum, byte| {
            (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
}
