//! One connection: opened, told apart by its frames, kept alive, and ended.

use serde_json::Value;

use super::class::{self, Class};
use super::{GeneralBots, Link, SILENCE, Tongue, UNOPENED, errors, wait};
use crate::io::{Closed, Frame, SocketId};
use crate::protocol::{Certainty, Dialect, Gone, Out};

impl GeneralBots {
    /// A tab that follows another one has no socket, and reads what that one's brings.
    pub(super) fn is_ours(&self, socket: SocketId) -> bool {
        self.link.socket.is_none_or(|ours| ours == socket)
    }

    /// Opens the socket: a server that may be a released one is told who we are.
    pub(super) fn open(&mut self, out: &mut Out<'_>) {
        let released = self.tongue != Tongue::Documented;
        let names = released.then_some((self.session.as_str(), self.user.as_str()));
        let key = self.setup.key.as_deref().filter(|_| self.key_in_address);
        let key = key.filter(|_| self.tongue != Tongue::Native);
        self.link.socket = Some(out.open(self.address.socket(names, key)));
    }

    pub(super) fn opened(&mut self, out: &mut Out<'_>) {
        self.link.open = true;
        self.failed = false;
        self.unopened = 0;
        self.asked_who = true;
        match self.tongue {
            Tongue::Documented => self.begin(out),
            Tongue::Native => self.ready(out),
            // A message waits too: who has not subscribed to a session may not be told the answer.
            Tongue::Unknown => out.wait_for(wait::DIALECT, Some(SILENCE)),
        }
        for frame in std::mem::take(&mut self.link.held) {
            self.write(frame, out);
        }
    }

    pub(super) fn ready(&mut self, out: &mut Out<'_>) {
        if self.link.open && !std::mem::replace(&mut self.link.ready, true) {
            out.ready();
            // The rest of an answer may come yet, where the server goes on without listeners.
            if std::mem::take(&mut self.cut) {
                self.finish(Certainty::Likely, out);
            }
        }
    }

    /// Sends a frame, or keeps it until the socket is open.
    pub(super) fn write(&mut self, frame: String, out: &mut Out<'_>) {
        match self.link.socket.filter(|_| self.link.open) {
            Some(socket) => out.send(socket, frame),
            None => self.link.held.push(frame),
        }
    }

    /// The socket is closed. One that did not come to be says nothing of the key: a page cannot tell a
    /// refusal from a server that is away.
    pub(super) fn ended(&mut self, closed: &Closed, out: &mut Out<'_>) {
        let refused = closed.code == 1008;
        if let Some(sent) = self.unanswered.take().filter(|_| refused) {
            self.not_taken(&sent, out);
        }
        if refused && self.can_try_other_way() {
            self.key_is_refused();
            self.other_way = true;
        } else if refused && (closed.reason.is_empty() || closed.reason.contains("AUTH")) {
            out.lost(Some(Gone::Unauthorized));
        }
        if !self.link.open {
            self.never_opened(out);
        }
        self.link = Link::default();
    }

    /// The socket did not come to be, which counts where the server had just answered a call.
    fn never_opened(&mut self, out: &mut Out<'_>) {
        self.failed = true;
        self.unopened = match self.link.answers {
            true => self.unopened.saturating_add(1),
            false => 0,
        };
        if self.unopened < UNOPENED || !self.doubts_key() {
            return;
        }
        match self.key_in_address {
            true => out.lost(Some(Gone::Unauthorized)),
            false => self.give_key_in_address(),
        }
    }

    const fn give_key_in_address(&mut self) {
        self.key_in_address = true;
        self.unopened = 0;
    }

    /// The server has refused the key the way that it was given.
    pub(super) const fn key_is_refused(&mut self) {
        self.key_refused = true;
        self.give_key_in_address();
    }

    /// Whether it may be for the key that no socket opens.
    pub(super) fn doubts_key(&self) -> bool {
        let refused = self.key_in_address && self.key_refused && !self.key_taken;
        refused || self.can_try_other_way()
    }

    /// Whether the key can be given another way than it was, with any hope.
    pub(super) fn can_try_other_way(&self) -> bool {
        let documented = self.tongue != Tongue::Native;
        self.setup.key.is_some() && documented && !self.key_taken && !self.key_in_address
    }

    pub(super) fn frame(&mut self, frame: &Frame, out: &mut Out<'_>) {
        let text = frame.text();
        if class::is_echo(&text) {
            self.speaks(Tongue::Native, true, out);
            return out.unknown();
        }
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            return out.unknown();
        };
        self.link.pings = 0;
        self.link.frames += 1;
        let class = class::of(&value);
        if class.is_native() {
            self.speaks(Tongue::Native, true, out);
        } else if class == Class::Documented && self.tongue != Tongue::Native {
            // The server misses the key, which it has not been told yet: it is now.
            let early = !self.link.authed && !self.key_in_address;
            self.speaks(Tongue::Documented, true, out);
            if early && self.link.authed && errors::is_unauthorized(&value) {
                return;
            }
        }
        match class {
            Class::Hello => self.adopt(&value, out),
            Class::Native => self.answer(&value, out),
            Class::NativeEvent => self.event(&value, out),
            Class::Agent => self.agent(&value, out),
            Class::Documented => self.documented(&value, out),
            Class::NativeOther | Class::Unknown => out.unknown(),
        }
    }

    /// The server speaks this dialect, unless the person has chosen one.
    pub(super) fn speaks(&mut self, tongue: Tongue, sure: bool, out: &mut Out<'_>) {
        if self.setup.dialect != Dialect::Auto {
            return;
        }
        let moved = self.tongue != tongue;
        self.sure = sure || self.sure && !moved;
        if !moved {
            return;
        }
        self.tongue = tongue;
        if self.link.open {
            out.wait_for(wait::DIALECT, None);
            match tongue {
                Tongue::Documented => self.begin(out),
                _ => {
                    out.wait_for(wait::PING, None);
                    out.wait_for(wait::OTHERS, None);
                    self.ready(out);
                }
            }
        }
    }

    pub(super) fn waited(&mut self, which: u8, out: &mut Out<'_>) {
        match which {
            wait::DIALECT => self.speaks(Tongue::Documented, false, out),
            wait::WHO if self.link.socket.is_none() => self.open(out),
            wait::PING => self.ping(out),
            wait::OTHERS => self.want_others(out),
            wait::OTHERS_TAKEN => self.link.others_open = 0,
            wait::DOUBT => self.doubted(out),
            wait::LINES => self.told_lines(out),
            wait::REST => self.look_for_rest(out),
            wait::ANEW => self.reset_to(None, out),
            wait::MAKE => self.not_made(out),
            wait::SIGN => self.no_sign(out),
            wait::TYPING => self.finish(Certainty::Likely, out),
            _ => {}
        }
    }
}
