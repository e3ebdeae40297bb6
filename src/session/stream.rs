//! Answers that grow before they are events of the log.
//!
//! The event takes over the item of what grew, so that nothing jumps on the screen. What grew is
//! neither kept nor part of the log: where no event comes of it, it goes without a trace.

use super::change::Change;
use super::timeline::Timeline;
use crate::model::{Body, EventKey, ItemId, Prose, ProseState, Said, Standing, Told};
use crate::protocol::Stream;

/// One answer that grows.
#[derive(Clone, Debug, Default)]
pub(super) struct Streamed {
    /// The end of its event's key; empty where the agent's next event takes its place.
    item: String,
    answer: Option<ItemId>,
    reasoning: Option<ItemId>,
}

impl Streamed {
    /// Whether this event is what became of it.
    fn becomes(&self, key: &EventKey, told: &Told) -> bool {
        if !self.item.is_empty() {
            return key.as_str().ends_with(&self.item);
        }
        let agents = |said: &Said| {
            matches!(
                said,
                Said::Agent(_) | Said::Reasoning(_) | Said::Called { .. } | Said::Fault(_)
            )
        };
        told.said.iter().any(agents)
    }

    pub(super) fn take(&mut self, reasoning: bool) -> Option<ItemId> {
        self.place(reasoning).take()
    }

    fn place(&mut self, reasoning: bool) -> &mut Option<ItemId> {
        match reasoning {
            true => &mut self.reasoning,
            false => &mut self.answer,
        }
    }

    fn items(&self) -> impl Iterator<Item = ItemId> {
        self.reasoning.into_iter().chain(self.answer)
    }
}

impl Timeline {
    pub(super) fn stream(&mut self, stream: Stream) {
        match stream {
            Stream::Began { item } => {
                self.drop_streams(|known| known.item == item);
                self.streams.push(Streamed {
                    item,
                    ..Streamed::default()
                });
            }
            Stream::Grew {
                item,
                reasoning,
                text,
            } => self.streamed(&item, reasoning, text),
            Stream::Aborted { item } => self.drop_streams(|known| known.item == item),
        }
    }

    fn streamed(&mut self, item: &str, reasoning: bool, delta: String) {
        let Some(at) = self.streams.iter().position(|known| known.item == item) else {
            return;
        };
        let known = self.streams.get_mut(at);
        let Some(id) = known.and_then(|known| *known.place(reasoning)) else {
            let prose = Prose {
                text: delta,
                state: ProseState::Streaming,
            };
            let id = self.push(match reasoning {
                true => Body::Reasoning(prose),
                false => Body::Agent(prose),
            });
            if let Some(known) = self.streams.get_mut(at) {
                *known.place(reasoning) = Some(id);
            }
            return;
        };
        if let Some(prose) = self.prose_mut(id) {
            prose.text.push_str(&delta);
            let was = std::mem::replace(&mut prose.state, ProseState::Streaming);
            if was != ProseState::Streaming
                && let Some(item) = self.get(id).cloned()
            {
                return self.say(Change::Updated(item));
            }
            self.say(Change::Grew { id, delta });
        }
    }

    /// What grew as this event, which is told now; nothing else grows as that.
    pub(super) fn take_stream(&mut self, key: &EventKey, told: &Told) -> Streamed {
        let at = self
            .streams
            .iter()
            .position(|known| known.becomes(key, told));
        at.map_or_else(Streamed::default, |at| self.streams.remove(at))
    }

    /// What is left of it goes: the event does not have it.
    pub(super) fn drop_rest(&mut self, streamed: &Streamed) {
        for id in streamed.items() {
            self.remove(id);
        }
    }

    /// The agent has come to rest, so nothing grows any more.
    pub(super) fn end_streams(&mut self, standing: Option<Standing>) {
        if matches!(standing, Some(Standing::Idle | Standing::Starting)) {
            self.drop_streams(|_| true);
        }
    }

    /// What grows without a name goes where its event comes before others that are here already.
    pub(super) fn drop_unnamed(&mut self, key: &EventKey, told: &Told) {
        self.drop_streams(|known| known.item.is_empty() && known.becomes(key, told));
    }

    /// Those whose events are known by their keys, wherever they come.
    pub(super) fn keyed_streams(&self) -> Vec<Streamed> {
        let keyed = self.streams.iter().filter(|known| !known.item.is_empty());
        keyed.cloned().collect()
    }

    /// Of those with keys, only these are left.
    pub(super) fn keep_streams(&mut self, keyed: Vec<Streamed>) {
        self.streams.retain(|known| known.item.is_empty());
        self.streams.extend(keyed);
    }

    /// Whether an item grew as an event that has come, as the timeline that is told anew shows.
    pub(super) fn is_spent(&self, id: ItemId, fresh: &Self) -> bool {
        let grows = |streams: &[Streamed]| {
            let mut items = streams.iter().flat_map(Streamed::items);
            items.any(|item| item == id)
        };
        grows(&self.keyed_streams()) && !grows(&fresh.streams)
    }

    fn drop_streams(&mut self, gone: impl Fn(&Streamed) -> bool) {
        while let Some(at) = self.streams.iter().position(&gone) {
            let streamed = self.streams.remove(at);
            self.drop_rest(&streamed);
        }
    }
}
