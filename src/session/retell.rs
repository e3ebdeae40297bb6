//! Telling the log anew after an event came that belongs before others.
//!
//! A second timeline is told from the beginning and laid over the first: items keep their
//! identifiers, and only what differs is said.

use super::change::Change;
use super::log::Log;
use super::tell::Origin;
use super::timeline::{Timeline, is_queued};
use crate::model::{ApprovalState, Body, IdSet, Item, ItemId, Told};

impl Timeline {
    /// Makes this the timeline of the whole log, with what only we know of in its place.
    pub(super) fn retell(&mut self, log: &Log) {
        let mut fresh = self.blank();
        for (key, told) in log.events() {
            fresh.tell(key, told);
        }
        let wanted = self.with_local(&fresh);
        self.become_as(wanted);
        self.last_id = fresh.last_id;
        fresh.telling.trouble = fresh.telling.trouble.or(self.telling.trouble);
        self.asked = std::mem::take(&mut fresh.asked);
        self.asked.retain(|id| {
            self.items
                .iter()
                .any(|item| item.id == *id && is_open(item))
        });
        fresh.telling.before.clear();
        fresh.telling.unbound.clear();
        self.telling = fresh.telling;
        self.keep_streams(fresh.streams);
        let Self {
            unsettled, telling, ..
        } = self;
        unsettled.retain(|id| !telling.origins.contains(*id));
    }

    /// Whether an event that comes before others can move anything that stands.
    pub(super) fn is_moved_by(&self, told: &Told) -> bool {
        !told.said.is_empty() || told.standing.is_some() && self.is_open_ended()
    }

    /// An empty timeline that knows which identifiers its items will have.
    fn blank(&self) -> Self {
        let mut fresh = Self {
            last_id: self.last_id,
            streams: self.keyed_streams(),
            ..Self::default()
        };
        let origin = |item: &Item| {
            let origin: &Origin = self.telling.origins.get(item.id)?;
            Some((origin.clone(), item.id))
        };
        // They stand in the order of their events, but for a few.
        let before = &mut fresh.telling.before;
        for entry in self.items.iter().filter_map(origin) {
            let at = before.partition_point(|known| *known < entry);
            before.insert(at, entry);
        }
        let unbound = self
            .items
            .iter()
            .filter(|item| self.unsettled.contains(&item.id));
        fresh.telling.unbound = unbound.cloned().collect();
        fresh
    }

    /// The items of the log, and behind its old neighbour each that is only ours.
    fn with_local(&self, fresh: &Self) -> Vec<Item> {
        let mut wanted = fresh.items.clone();
        let mut told = IdSet::default();
        for item in &wanted {
            told.add(item.id);
        }
        let mut after: Option<ItemId> = None;
        for item in &self.items {
            if told.contains(item.id) {
                after = Some(item.id);
            } else if is_queued(item) {
                wanted.push(item.clone());
            } else if !self.telling.origins.contains(item.id) && !self.is_spent(item.id, fresh) {
                let at = wanted.iter().rposition(|known| Some(known.id) == after);
                wanted.insert(at.map_or(0, |at| at + 1), item.clone());
                after = Some(item.id);
            }
        }
        for item in &mut wanted {
            self.keep_answer(item);
        }
        wanted
    }

    /// An answer that was given here stands until the log settles it.
    fn keep_answer(&self, item: &mut Item) {
        if is_open(item)
            && let Some(old) = self.get(item.id)
            && !is_open(old)
        {
            item.body = old.body.clone();
        }
    }

    /// Says what it takes to become this.
    fn become_as(&mut self, wanted: Vec<Item>) {
        let mut kept = IdSet::default();
        for item in &wanted {
            kept.add(item.id);
        }
        let gone = self.items.iter().map(|item| item.id);
        let gone: Vec<ItemId> = gone.filter(|id| !kept.contains(*id)).collect();
        for id in gone {
            self.remove(id);
        }
        let mut old = IdSet::default();
        for item in &self.items {
            old.add(item.id);
        }
        for (at, item) in wanted.into_iter().enumerate() {
            match self.items.get_mut(at) {
                Some(now) if now.id == item.id => {
                    if *now != item {
                        *now = item.clone();
                        self.say(Change::Updated(item));
                    }
                }
                _ => {
                    if old.contains(item.id) {
                        self.remove(item.id);
                    }
                    self.place(at, item);
                }
            }
        }
    }
}

fn is_open(item: &Item) -> bool {
    matches!(&item.body, Body::Approval(approval) if matches!(approval.state, ApprovalState::Pending { .. }))
}
