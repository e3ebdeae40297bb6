//! Opening, losing and regaining the connection; what the adapter asks for is done here.

use super::change::{Change, Direction, Judgement, Output, Trace};
use super::{Reason, Session};
use crate::io::{Action, Closed, Frame, Happening, RequestId, SocketId};
use crate::model::{Cursor, Duration, Instant, ItemId, Notice, SendState};
use crate::protocol::{Command, Emission, Gone, Reach, Verdict};

/// Whose connection a frame came over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// Ours.
    Here,
    /// Another tab's.
    Relayed,
}

impl Session {
    pub(super) fn connect(&mut self, now: Instant) {
        self.following = false;
        if !self.sockets.is_empty() {
            self.lost(Verdict::Retry);
        }
        self.hang_up();
        self.connection.connecting(now);
        self.level = false;
        self.in_order = false;
        // Only the log of this connection tells what arrived over the one before.
        self.outbox.settle_at = None;
        self.answered = false;
        let cursor = self.cursor();
        self.with_protocol(|protocol, out| protocol.connect(&cursor, out));
        self.absorb(now);
    }

    fn cursor(&self) -> Cursor {
        Cursor {
            newest: self.log.newest().cloned(),
            whole: self.whole.clone(),
            number: self.whole_number,
        }
    }

    pub(super) fn disconnect(&mut self) {
        self.hang_up();
        self.connection.idle();
        self.lost(Verdict::Retry);
    }

    pub(super) fn retry_now(&mut self, now: Instant) {
        if !self.connection.is_open() && !self.following {
            self.connect(now);
        }
    }

    /// A message is for an agent that was ended: connecting starts it again.
    pub(super) fn begin_again(&mut self, now: Instant) {
        if self.connection.was_ended() {
            self.retry_now(now);
        }
    }

    pub(super) fn online(&mut self, online: bool, now: Instant) {
        if !self.following && self.connection.online(online, now) {
            self.lost(Verdict::Retry);
            self.connect(now);
        }
    }

    pub(super) fn shown(&mut self, now: Instant) {
        if self.connection.is_waiting() && self.sockets.is_empty() && !self.following {
            self.connect(now);
        }
    }

    pub(super) fn woke_link(&mut self, now: Instant) {
        let dead = [self.dead_at(), self.upload_due()];
        if dead.into_iter().flatten().any(|at| now >= at) {
            return self.cut(now);
        }
        while let Some(at) = self.waits.iter().position(|(_, until)| now >= *until) {
            let (which, _) = self.waits.remove(at);
            // The adapter waits for something that takes its time.
            self.connection.progress(now);
            self.receive(&Happening::Waited(which), now);
        }
        let again = self.calls.again(now);
        self.timeline.outputs.extend(again.map(Output::Io));
        if self.connection_due().is_none_or(|at| now < at) {
            return;
        }
        if self.connection.is_waiting() {
            return self.connect(now);
        }
        // Opening took too long: the same as a connection that was lost.
        self.cut(now);
    }

    /// When the next try, or the end of this one, is due; another tab's connection is its affair.
    pub(super) fn connection_due(&self) -> Option<Instant> {
        let due = self.connection.deadline(&self.policy);
        due.filter(|_| !self.following)
    }

    /// When a connection over which nothing comes is dead.
    pub(super) fn dead_at(&self) -> Option<Instant> {
        let patience = self.protocol.patience()?;
        let open = self.connection.is_open() && !self.sockets.is_empty();
        open.then(|| self.connection.heard + patience)
    }

    /// The adapter has no more use for the connection.
    fn lost_use(&mut self, gone: Option<Gone>, now: Instant) {
        match gone {
            None => self.cut(now),
            Some(gone) => {
                self.hang_up();
                self.lost(Verdict::GiveUp);
                self.connection.gone(gone);
            }
        }
    }

    /// Gives the connection up as if it had been lost, and tries again after a while.
    fn cut(&mut self, now: Instant) {
        let socket = self.sockets.first().copied().unwrap_or(SocketId(0));
        self.hang_up();
        let reason = String::new();
        self.ended(
            &Closed {
                socket,
                code: 1006,
                reason,
                refused: false,
            },
            now,
        );
    }

    pub(super) fn happened(&mut self, happening: &Happening, now: Instant) {
        match happening {
            Happening::Opened(socket) if self.sockets.contains(socket) => {
                self.note("open".to_owned(), now);
                self.receive(happening, now);
            }
            Happening::Received { socket, frame } if self.sockets.contains(socket) => {
                self.take_frame(frame, happening, Passed::Here, now);
            }
            Happening::Flushed(socket) if self.sockets.contains(socket) => {
                self.flushed(now);
                self.receive(happening, now);
            }
            Happening::Closed(closed) if self.sockets.contains(&closed.socket) => {
                self.sockets.retain(|socket| *socket != closed.socket);
                self.receive(happening, now);
                // The adapter may have opened another in its place, or know why there will be none.
                if !self.sockets.is_empty() {
                    self.waits.clear();
                    self.lost(Verdict::Retry);
                } else if !self.connection.is_refused() {
                    self.hang_up();
                    self.ended(closed, now);
                }
            }
            Happening::Answered {
                request,
                status,
                retry_after,
                ..
            } => {
                // A server that answers is worth waiting on.
                self.connection.progress(now);
                self.answered(*request, (*status, *retry_after), happening, now);
            }
            Happening::Failed { request } => self.answered(*request, (0, None), happening, now),
            // Of a socket or a request that was superseded.
            _ => {}
        }
    }

    /// A call has an answer, with status 0 none: the adapter hears of it, unless it is made again.
    fn answered(
        &mut self,
        request: RequestId,
        (status, retry_after): (u16, Option<Duration>),
        happening: &Happening,
        now: Instant,
    ) {
        // A server that is asked too often is left alone for as long as it says.
        if status == 429 {
            let told = retry_after.unwrap_or(self.policy.busy);
            self.outbox.news_until = Some(now + told.min(self.policy.post));
        }
        if self.calls.is_over(request, status, retry_after, now) {
            self.receive(happening, now);
        }
    }

    fn receive(&mut self, happening: &Happening, now: Instant) {
        self.with_protocol(|protocol, out| protocol.receive(happening, out));
        self.absorb(now);
    }

    /// Hands the adapter a frame, and counts what it makes of it.
    pub(super) fn take_frame(
        &mut self,
        frame: &Frame,
        happening: &Happening,
        passed: Passed,
        now: Instant,
    ) {
        if passed == Passed::Here && self.connection.heard(now) {
            // It was there all the time: what is asked is known.
            self.answer_late();
            self.reset_late(now);
        }
        self.with_protocol(|protocol, out| protocol.receive(happening, out));
        let judgement = self.absorb(now);
        match judgement {
            Judgement::Unknown => self.unknown += 1,
            Judgement::Dropped => self.dropped += 1,
            Judgement::Read | Judgement::Note(_) => {}
        }
        self.trace(Direction::In, Some(frame.clone()), judgement, now);
    }

    /// Does what the adapter asked for; gives its judgement of the frame just read.
    pub(super) fn absorb(&mut self, now: Instant) -> Judgement {
        let mut judgement = Judgement::Read;
        while let Some(emission) = self.emitted.pop_front() {
            match emission {
                Emission::Act(action) => self.act(action, now),
                Emission::Event(event) => {
                    if !self.event(event, now) {
                        judgement = Judgement::Dropped;
                    }
                }
                Emission::Logged(event) => {
                    if !self.logged(*event, now) {
                        judgement = Judgement::Dropped;
                    }
                }
                Emission::Secret { socket, text } => self.send_secret(socket, text, now),
                Emission::Wait { which, how_long } => self.wait(which, how_long, now),
                Emission::Ready => self.ready(now),
                // The calls of a tab that follows are refused: the connection is another tab's.
                Emission::Lost(_) if self.following => self.caught_up(&Reach::Part, now),
                Emission::Lost(gone) => self.lost_use(gone, now),
                Emission::Unknown => judgement = Judgement::Unknown,
                Emission::Dropped => judgement = Judgement::Dropped,
            }
        }
        judgement
    }

    fn wait(&mut self, which: u8, how_long: Option<Duration>, now: Instant) {
        self.waits.retain(|(known, _)| *known != which);
        let until = how_long.map(|how_long| (which, now + how_long));
        self.waits.extend(until);
    }

    fn act(&mut self, action: Action, now: Instant) {
        let of_a_socket = !matches!(action, Action::Fetch { .. } | Action::Abort(_));
        if self.following && of_a_socket {
            return;
        }
        match &action {
            Action::Open { socket, .. } => {
                self.sockets.push(*socket);
                self.connection.progress(now);
            }
            Action::Fetch { request, what } => self.calls.made(*request, what),
            Action::Send { frame, .. } => {
                self.trace(Direction::Out, Some(frame.clone()), Judgement::Read, now);
            }
            Action::Close { socket, .. } => self.sockets.retain(|open| open != socket),
            Action::Abort(_) => {}
        }
        self.timeline.outputs.push_back(Output::Io(action));
    }

    /// What holds a key leaves no trace of what it says.
    fn send_secret(&mut self, socket: SocketId, text: String, now: Instant) {
        if !self.following {
            self.note("key sent".to_owned(), now);
            let frame = Frame::Text(text);
            let action = Action::Send { socket, frame };
            self.timeline.outputs.push_back(Output::Io(action));
        }
    }

    /// The connection can be used: catch up first, then answer, then send.
    fn ready(&mut self, now: Instant) {
        // A socket in the place of another begins anew.
        self.level = false;
        self.in_order = false;
        let numbered = self.protocol.capabilities().event_ids;
        let gap = self.stale || self.connection.was_open || numbered;
        self.connection.ready(now);
        self.outbox.reconnected(now);
        self.run.patience(now);
        self.run.reconnected();
        self.stale = false;
        // What is to be forgotten need not be caught up with.
        if gap && self.resetting != Some(None) {
            self.recall(now);
        }
        // In a log an answer may be out of date, which is known once it has been read.
        if !numbered {
            self.answer_late();
        }
        self.reset_late(now);
    }

    /// Asks for the reset that the person wanted while there was no connection.
    fn reset_late(&mut self, now: Instant) {
        if self.resetting == Some(None) {
            self.resetting = None;
            self.reset(now);
        }
    }

    pub(super) fn recall(&mut self, now: Instant) {
        if self.protocol.capabilities().history && self.connection.is_open() {
            self.recalling = Some(now);
            let cursor = self.cursor();
            self.with_protocol(|protocol, out| protocol.recall(&cursor, out));
        }
    }

    /// Asks the server to end its agent; it says so, or it is said that it did not.
    pub(super) fn end(&mut self) {
        if !self.command(&Command::End) {
            self.timeline.notice(Notice::NotEnded);
        }
    }

    /// The server is asked for it while it is connected to, else there is none of it.
    pub(super) fn export(&mut self) {
        if !self.connection.is_open() || !self.command(&Command::Export) {
            self.timeline.say(Change::Exported(None));
        }
    }

    pub(super) fn list(&mut self, wanted: &str, page: Option<&str>) {
        self.with_protocol(|protocol, out| protocol.list(wanted, page, out));
    }

    /// Asks this of the server, or says that it could not be asked.
    pub(super) fn ask(&mut self, command: &Command) {
        if !self.command(command) {
            self.timeline.say(Change::NotDone(String::new()));
        }
    }

    pub(super) fn command(&mut self, command: &Command) -> bool {
        self.with_protocol(|protocol, out| protocol.submit(command, out))
            .is_ok()
    }

    fn ended(&mut self, closed: &Closed, now: Instant) {
        let verdict = self.protocol.verdict(closed);
        self.note(format!("close {} {}", closed.code, closed.reason), now);
        self.lost(verdict);
        self.connection
            .closed(closed, verdict, now, &self.policy, &mut self.random);
    }

    /// What a lost connection leaves behind. Tools may go on without us: they stay running.
    fn lost(&mut self, verdict: Verdict) {
        self.timeline.interrupt(false);
        self.recalling = None;
        // Whether it was done is not known: it is asked for again, before what was said behind it.
        self.resetting = self.resetting.map(|_| None);
        if let Some((id, state)) = self.outbox.lost(verdict) {
            let again = state == SendState::Queued;
            self.timeline.delivery(id, state);
            if again {
                self.timeline.move_to_frontier(id);
            }
        }
    }

    /// Drops every socket and request; nothing more is heard of them.
    fn hang_up(&mut self) {
        for socket in std::mem::take(&mut self.sockets) {
            let action = Action::Close { socket, code: 1000 };
            self.timeline.outputs.push_back(Output::Io(action));
        }
        self.abort();
    }

    /// Drops every request; nothing more is heard of them.
    pub(super) fn abort(&mut self) {
        self.waits.clear();
        self.recalling = None;
        let aborted = self.calls.take().into_iter().map(Action::Abort);
        self.timeline.outputs.extend(aborted.map(Output::Io));
    }

    fn note(&mut self, words: String, now: Instant) {
        let words = words.trim_end().to_owned();
        self.trace(Direction::In, None, Judgement::Note(words), now);
    }

    fn trace(
        &mut self,
        direction: Direction,
        frame: Option<Frame>,
        judgement: Judgement,
        now: Instant,
    ) {
        let trace = Trace {
            at: now,
            direction,
            frame,
            judgement,
        };
        self.timeline.outputs.push_back(Output::Traced(trace));
    }

    /// The messages that wait, oldest first.
    #[must_use]
    pub fn queued(&self) -> Vec<ItemId> {
        let items = self.items().iter();
        items
            .filter(|item| super::timeline::is_queued(item))
            .map(|item| item.id)
            .collect()
    }

    /// Whether [`Self::deadline`] is for that reason; for tests and the curious.
    #[must_use]
    pub fn waits_for(&self, reason: Reason) -> bool {
        self.deadline().is_some_and(|(_, due)| due == reason)
    }
}
