//! The log as it is read by calls: behind the older socket, from the app server where there is no
//! socket, and for a tab that follows another one.

use serde_json::Value;

use super::arrive::{Asking, POLL};
use super::event::{self, text};
use super::rest::{self, of};
use super::{Kind, OpenHands};
use crate::io::Request;
use crate::model::Standing;
use crate::protocol::{AgentEvent, Out, Reach};

impl OpenHands {
    /// The page of events that is next: from the last one up to which nothing is missing.
    pub(super) fn events(&self) -> Request {
        let (id, page) = (self.conversation.as_str(), self.link.page.as_deref());
        let whole = self.cursor.whole.as_ref();
        if let Some(home) = self.home.as_ref().filter(|_| !self.relays()) {
            let from = page.or(whole.map(event::id_of));
            let from = from.map_or(String::new(), |from| ["&page_id=", from].concat());
            return home.get(&of(id, &["/events/search?limit=100", &from].concat()));
        }
        let page = page.map_or(String::new(), |page| ["&page_id=", page].concat());
        let since = whole.map(event::time_of);
        let since = since.map_or(String::new(), |since| ["&timestamp__gte=", since].concat());
        let path = [
            "/api/v1/conversation/",
            id,
            "/events/search?limit=100",
            &since,
            &page,
        ];
        self.front.get(&path.concat())
    }

    /// The log is asked for: by the session socket it comes by itself.
    pub(super) fn read_log(&mut self, out: &mut Out<'_>) {
        self.link.page = None;
        if self.link.in_order {
            return;
        }
        // Nothing is there to be read, and nobody but who begins it is to have it made.
        if self.blocked || self.fresh {
            return out.event(AgentEvent::CaughtUp(Reach::Part));
        }
        match self.link.ready {
            true => self.ask(Asking::Events, out),
            // Another tab has the socket.
            false => {
                self.link.only_read = true;
                match self.home.is_some() || self.kind == Some(Kind::App) {
                    true => self.ask(Asking::Events, out),
                    false => self.begin(out),
                }
            }
        }
    }

    /// A page of the log.
    pub(super) fn paged(&mut self, status: u16, body: &str, out: &mut Out<'_>) {
        let mut answer = rest::body(status, body);
        let Some((items, next)) = rest::page(&mut answer) else {
            out.event(AgentEvent::CaughtUp(Reach::Part));
            return self.behind_the_log(out);
        };
        for item in items {
            if !is_passing(&item) {
                self.link.reach = event::key(&item).or(self.link.reach.take());
                self.log(item, None, out);
            }
        }
        self.link.page = next;
        match self.link.page.is_some() {
            true => self.ask(Asking::Events, out),
            false => {
                self.link.read = true;
                // App servers learn of events some at a time, up to half a minute late. And the
                // older socket sends in any order.
                out.event(AgentEvent::CaughtUp(
                    match self.relays() && self.link.then.is_none() {
                        true => Reach::Part,
                        false => Reach::To(self.link.reach.clone()),
                    },
                ));
                self.behind_the_log(out);
            }
        }
    }

    pub(super) fn behind_the_log(&mut self, out: &mut Out<'_>) {
        if let Some(gone) = self.link.then.take() {
            return out.lost(Some(gone));
        }
        if self.relays() {
            if !std::mem::replace(&mut self.link.stood, true) {
                let standing = self.standing.as_ref();
                let standing = standing.map_or(Standing::Idle, |(_, standing)| *standing);
                out.event(AgentEvent::Stands(standing));
            }
            self.link.looks += 1;
            // Every so often, whether the sandbox is awake at all.
            return match self.link.looks % 5 {
                0 => self.ask(Asking::Beat, out),
                _ => out.wait(POLL),
            };
        }
        if self.link.socket.is_some() {
            self.begin_beating(out);
        }
    }
}

/// App servers keep what is of no log among the events.
fn is_passing(event: &Value) -> bool {
    text(event, "kind") == "StreamingDeltaEvent" || text(event, "key") == "full_state"
}
