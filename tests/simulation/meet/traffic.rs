//! What lies between a page and the server: frames on their way, sockets, and their ends.

use parlor::meet::{Happening, Input};
use serde_json::Value;

use super::world::{Event, Fate, World};

impl World {
    pub(super) fn carry(&mut self, socket: u32, up: bool, frame: String) {
        let value: Value = serde_json::from_str(&frame).unwrap_or_default();
        let mut fate = None;
        if (self.counts)(&value) {
            fate = self.fates.get(&self.counted).copied();
            self.counted += 1;
        }
        let after = self.last.get(&(socket, up)).copied().unwrap_or(0);
        let mut when = self.soon(20).max(after);
        match fate {
            Some(Fate::Lost) => return,
            Some(Fate::Late(by)) => when += by,
            _ => {
                self.last.insert((socket, up), when);
            }
        }
        for _ in 0..if fate == Some(Fate::Doubled) { 2 } else { 1 } {
            let frame = frame.clone();
            let event = match up {
                true => Event::ToServer { socket, frame },
                false => Event::ToPage { socket, frame },
            };
            self.push(when, event);
        }
    }

    pub(super) fn send_all(&mut self, sent: Vec<(u32, String)>) {
        for (socket, frame) in sent {
            self.carry(socket, false, frame);
        }
    }

    /// The socket is gone, with what is under way on it.
    pub(super) fn cut_socket(&mut self, at: usize, linger: u64) {
        if let Some(socket) = self.pages[at].socket.take() {
            self.queue.retain(|_, event| match event {
                Event::ToServer { socket: of, .. } | Event::ToPage { socket: of, .. } => {
                    *of != socket
                }
                _ => true,
            });
            let when = self.now.0 + linger;
            self.push(when, Event::Noticed { socket });
        }
    }

    /// The signalling of a page is cut.
    pub(crate) fn cut(&mut self, at: usize) {
        if self.pages[at].socket.is_some() {
            self.cut_socket(at, self.linger);
            self.input(at, Input::Happened(Happening::Closed(1006)));
        }
    }

    /// The page is gone, and says nothing.
    pub(crate) fn kill(&mut self, at: usize) {
        self.cut_socket(at, self.linger);
        self.pages[at].alive = false;
        self.pages[at].ties.clear();
        self.tick();
    }
}
