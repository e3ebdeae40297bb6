//! One tie to one server for one conversation: connection, outbox, run, timeline.
//!
//! Sans-IO: hand [`Session::handle`] one input, then drain [`Session::poll`], and hand it
//! [`Input::Woke`] when [`Session::deadline`] has passed. Retry, backoff, throttle, dedupe and the
//! order of the timeline are decided here, once for all protocols.

mod align;
mod calls;
mod change;
mod connection;
mod events;
mod follow;
mod index;
mod link;
mod log;
mod numbered;
mod outbox;
mod pieces;
mod policy;
mod reconcile;
mod retell;
mod run;
mod stream;
mod tell;
mod throttle;
mod timeline;
mod typing;

use std::collections::VecDeque;

use crate::io::{Frame, Happening, SocketId};
use crate::model::{
    ApprovalState, Attachment, Body, ConversationId, Event, EventKey, Instant, Item, ItemId,
    Notice, SendState, Standing, TransactionId,
};
use crate::protocol::{Capabilities, Command, Emission, Ids, Out, Protocol, Reach};
use crate::random::Random;
use calls::Calls;
pub use change::{Change, Direction, Judgement, Output, Phase, Refusal, Run, Trace};
use connection::Connection;
use log::Log;
use outbox::Outbox;
pub use policy::Policy;
use run::RunClock;
use timeline::Timeline;

/// One thing a session is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Connect, and stay connected.
    Connect,
    /// Close, and stay closed.
    Disconnect,
    /// Try again now.
    RetryNow,
    /// The browser says that the network is there, or gone.
    Online(bool),
    /// The page is shown again.
    Shown,
    /// The deadline has passed.
    Woke,
    /// A socket or a request did something.
    Happened(Happening),
    /// Queue a message.
    Send {
        /// The text; the caller sees to it that it is not empty.
        text: String,
        /// What goes with it.
        attachments: Vec<Attachment>,
    },
    /// Take on a message that has a number already: one that another tab hands over, or that was
    /// kept from before.
    Given {
        /// Its number.
        id: TransactionId,
        /// The text.
        text: String,
        /// What goes with it.
        attachments: Vec<Attachment>,
        /// What became of it so far.
        state: SendState,
    },
    /// The connection is another tab's, and open or not.
    Follow {
        /// Whether it is open.
        open: bool,
    },
    /// A frame came over the other tab's connection.
    Relayed(Frame),
    /// A frame went out over the other tab's connection.
    Overheard(String),
    /// A message is handed to the other tab.
    Handed {
        /// Its number.
        id: TransactionId,
        /// The text.
        text: String,
        /// What goes with it.
        attachments: Vec<Attachment>,
    },
    /// The other tab has the message of that number.
    Took(TransactionId),
    /// Change a queued message's text.
    Edit {
        /// Which.
        id: ItemId,
        /// The new text.
        text: String,
    },
    /// Keep that queued message, and those behind it, while it is being changed; `None` ends it.
    Hold(Option<ItemId>),
    /// Take back a queued message, or delete one that did not arrive.
    Withdraw(ItemId),
    /// Send a queued message although a turn runs, or one again that did not arrive.
    SendNow(ItemId),
    /// Answer an approval.
    Answer {
        /// The item.
        id: ItemId,
        /// Allowed.
        approved: bool,
        /// Do not ask again.
        remember: bool,
        /// Why it is refused; empty where the person does not say.
        reason: String,
    },
    /// Stop the run.
    Stop,
    /// Let the agent rest (`true`), or go on.
    Pause(bool),
    /// End the agent on the server.
    End,
    /// Give the whole conversation as JSON.
    Export,
    /// Stop waiting for it.
    GiveUp,
    /// Go on waiting for it.
    KeepWaiting,
    /// Make the server forget the conversation.
    Reset,
    /// Ask for the history now.
    Recall,
    /// Ask for the server's own list of conversations.
    List {
        /// What is looked for in the titles; empty for all.
        wanted: String,
        /// The page that is named; `None` for the first.
        page: Option<String>,
    },
    /// The person writes (`true`), or has left the message box.
    Typing(bool),
    /// Another conversation with this server is to be told of, or no longer.
    Listen {
        /// Which.
        id: ConversationId,
        /// It is told of.
        on: bool,
    },
    /// Ask this of the server, which is no message and no answer; [`Change::NotDone`] where it
    /// cannot be asked.
    Ask(Command),
}

/// Why a session wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The next try to connect, the end of one that takes too long, a wait of the adapter's, or a call
    /// that is made again.
    Connection,
    /// Nothing came for so long that the connection is dead.
    Silence,
    /// The run: quiet that proves its end, or silence that is too long.
    Run,
    /// An approval runs out.
    Approval,
    /// The throttle has room again.
    Throttle,
    /// The person has stopped writing.
    Typing,
    /// A message of which no sign came, a history or a reset that is overdue.
    Overdue,
}

/// One tie to one server for one conversation.
pub struct Session {
    protocol: Box<dyn Protocol>,
    policy: Policy,
    random: Random,
    ids: Ids,
    emitted: VecDeque<Emission>,
    sockets: Vec<SocketId>,
    calls: Calls,
    timeline: Timeline,
    log: Log,
    /// An event came that belongs before others: the timeline is to be told anew.
    untold: bool,
    /// Up to this event of the log nothing is missing.
    whole: Option<EventKey>,
    /// The greatest number of an event up to there.
    whole_number: Option<u64>,
    /// The greatest number of an event.
    newest_number: Option<u64>,
    /// The connection has caught up, so that nothing is missing of what it brings.
    level: bool,
    /// And what it brings comes in the order of the log.
    in_order: bool,
    /// It has caught up once, as far as it could.
    has_read: bool,
    /// The newest event that said what the agent does, with what it said.
    stood: Option<(EventKey, Standing)>,
    connection: Connection,
    outbox: Outbox,
    run: RunClock,
    /// The conversation may hold more than we have seen: ask for the history when connected.
    stale: bool,
    /// When the adapter goes on, with the number of each wait.
    waits: Vec<(u8, Instant)>,
    /// The server was told that the person writes; not for longer than this without a further letter.
    typing: Option<Instant>,
    /// The history is being asked for; nothing is sent before it is here, or overdue.
    recalling: Option<Instant>,
    /// A reset waits for the connection (`None`), or for its confirmation since then.
    resetting: Option<Option<Instant>>,
    history_blocked: bool,
    /// An answer went out over this connection.
    answered: bool,
    /// Answers that were given while the connection was away.
    answers: Vec<(ItemId, Command)>,
    said: Said,
    /// The connection is another tab's.
    following: bool,
    unknown: u64,
    dropped: u64,
}

/// What a session starts from.
#[derive(Debug, Default)]
pub struct Birth {
    /// For backoff.
    pub seed: u64,
    /// Numbers for sockets and requests, above those of the session before.
    pub ids: Ids,
    /// The conversation existed before: ask for its history.
    pub stale: bool,
    /// What was kept of what was said, oldest first, where the server may keep nothing.
    pub said: Vec<Body>,
    /// What was stored of the server's log, oldest first.
    pub log: Vec<Event>,
    /// Up to this event of it nothing is missing.
    pub whole: Option<EventKey>,
}

/// What was last said to the outside, so that only movement is.
#[derive(Default)]
struct Said {
    phase: Phase,
    run: Run,
    capabilities: Option<Capabilities>,
    known: bool,
}

impl Session {
    /// A session that does nothing yet.
    #[must_use]
    pub fn new(protocol: Box<dyn Protocol>, policy: Policy, birth: Birth) -> Self {
        let Birth {
            seed,
            ids,
            stale,
            said,
            log,
            whole,
        } = birth;
        let mut session = Self {
            protocol,
            random: Random::new(seed),
            ids,
            emitted: VecDeque::new(),
            sockets: Vec::new(),
            calls: Calls::default(),
            timeline: Timeline::default(),
            log: Log::default(),
            untold: false,
            whole,
            whole_number: None,
            newest_number: None,
            level: false,
            in_order: false,
            has_read: false,
            stood: None,
            connection: Connection::new(),
            outbox: Outbox::new(policy.messages_per_second),
            run: RunClock::default(),
            policy,
            stale,
            waits: Vec::new(),
            typing: None,
            recalling: None,
            resetting: None,
            history_blocked: false,
            answered: false,
            answers: Vec::new(),
            said: Said::default(),
            following: false,
            unknown: 0,
            dropped: 0,
        };
        for body in said {
            session.timeline.push(body);
        }
        session.lay_in(log, Instant(0));
        session
    }

    /// Takes one input. Drain [`Self::poll`] before the next.
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Connect => self.connect(now),
            Input::Disconnect => self.disconnect(),
            Input::RetryNow => self.retry_now(now),
            Input::Online(online) => self.online(online, now),
            Input::Shown => self.shown(now),
            Input::Woke => self.woke(now),
            Input::Happened(happening) => self.happened(&happening, now),
            Input::Send { text, attachments } => {
                // It may wait for its turn, and nobody writes meanwhile.
                self.typing(false, now);
                self.queue(text, attachments);
                self.begin_again(now);
            }
            Input::Given {
                id,
                text,
                attachments,
                state,
            } => {
                self.given(id, text, attachments, state);
                self.begin_again(now);
            }
            Input::Follow { open } => self.follow(open, now),
            Input::Relayed(frame) => self.relayed(frame, now),
            Input::Overheard(frame) => self.overheard(&frame, now),
            Input::Handed {
                id,
                text,
                attachments,
            } => self.handed(id, text, attachments),
            Input::Took(id) => self.took(id),
            Input::Edit { id, text } => self.edit(id, text),
            Input::Hold(id) => self.outbox.held = id,
            Input::Withdraw(id) => self.withdraw(id),
            Input::SendNow(id) => {
                self.send_now(id, now);
                self.begin_again(now);
            }
            Input::Answer {
                id,
                approved,
                remember,
                reason,
            } => self.answer(id, approved, remember, reason),
            Input::Stop => self.stop(now),
            Input::Pause(paused) => self.pause(paused),
            Input::Export => self.export(),
            Input::End => self.end(),
            Input::GiveUp => self.give_up(now),
            Input::KeepWaiting => self.run.patience(now),
            Input::Reset => self.reset(now),
            Input::Recall => self.recall(now),
            Input::List { wanted, page } => self.list(&wanted, page.as_deref()),
            Input::Typing(writes) => self.typing(writes, now),
            // Whoever cannot be told that tells of no other.
            Input::Listen { id, on } => {
                self.command(&Command::Listen { id, on });
            }
            Input::Ask(command) => self.ask(&command),
        }
        self.catch_up_telling();
        self.pump(now);
        self.absorb(now);
        self.catch_up_telling();
        self.report();
    }

    /// The next thing to do or to know, in order; `None` when all is said.
    pub fn poll(&mut self) -> Option<Output> {
        self.timeline.outputs.pop_front()
    }

    /// When [`Input::Woke`] is wanted, and why; changes with every input.
    #[must_use]
    pub fn deadline(&self) -> Option<(Instant, Reason)> {
        let asked = self.timeline.pending().filter_map(|(_, until)| until).min();
        let doubt = self.silence_counts();
        let reset = self.resetting.flatten().map(|at| at + self.policy.reset);
        let recall = self.recalling.map(|at| at + self.policy.recall);
        let overdue = [
            reset,
            recall,
            self.outbox.unconfirmed_at(&self.policy),
            self.outbox.settle_at,
            self.outbox.news_until,
            self.refused_at(),
            self.upload_due(),
            self.post_due(),
        ];
        [
            (self.connection_due(), Reason::Connection),
            (self.waited(), Reason::Connection),
            (self.typing, Reason::Typing),
            (self.calls.due(), Reason::Connection),
            (self.dead_at(), Reason::Silence),
            (self.run.deadline(&self.policy, doubt), Reason::Run),
            (asked, Reason::Approval),
            (
                self.outbox.retry_at().filter(|_| self.can_send()),
                Reason::Throttle,
            ),
            (overdue.into_iter().flatten().min(), Reason::Overdue),
        ]
        .into_iter()
        .filter_map(|(at, reason)| at.map(|at| (at, reason)))
        .min_by_key(|(at, _)| *at)
    }

    /// The timeline's items, in order.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        self.timeline.items()
    }

    /// The messages of which the server has shown no sign, oldest first.
    pub fn unsettled(&self) -> impl Iterator<Item = &Item> {
        self.timeline.unsettled()
    }

    /// How large the frame of a message would be, in bytes; 0 where that does not matter.
    #[must_use]
    pub fn weigh(&self, text: &str, attachments: &[Attachment]) -> usize {
        self.protocol.weigh(text, attachments)
    }

    /// Whether the person reset the conversation, and the server has not confirmed it.
    #[must_use]
    pub const fn is_resetting(&self) -> bool {
        self.resetting.is_some()
    }

    /// Whether the server's log has not been read up to now yet: what comes is of before.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        !self.has_read && !self.following && self.protocol.capabilities().event_ids
    }

    /// Where the connection is.
    #[must_use]
    pub const fn phase(&self) -> &Phase {
        self.connection.phase()
    }

    /// What the agent is doing.
    #[must_use]
    pub fn run(&self) -> Run {
        match self.run.run() {
            Run::Working { .. } if self.timeline.pending().next().is_some() => Run::Asking,
            run => run,
        }
    }

    /// What the server can do, as far as is known now.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        self.protocol.capabilities()
    }

    /// The numbers that the next session goes on from.
    #[must_use]
    pub const fn ids(&self) -> Ids {
        Ids::above(self.ids.last())
    }

    /// Frames that were not understood so far.
    #[must_use]
    pub const fn unknown(&self) -> u64 {
        self.unknown
    }

    /// Frames of other conversations, and late ones, so far.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Runs a piece of the adapter, then does what it asks.
    fn with_protocol<T>(&mut self, piece: impl FnOnce(&mut dyn Protocol, &mut Out<'_>) -> T) -> T {
        let mut out = Out::new(&mut self.ids, &mut self.emitted);
        piece(self.protocol.as_mut(), &mut out)
    }

    /// Whether silence is the agent's: not while the connection is away, or the person is asked.
    fn silence_counts(&self) -> bool {
        self.connection.is_open() && self.timeline.pending().next().is_none()
    }

    fn woke(&mut self, now: Instant) {
        self.woke_link(now);
        if self.typing.is_some_and(|until| now >= until) {
            self.typing(false, now);
        }
        let doubt = self.silence_counts();
        if self.run.woke(now, &self.policy, doubt) {
            self.timeline
                .close(timeline::Voice::Reasoning, crate::model::ProseState::Done);
        }
        let expired: Vec<ItemId> = self
            .timeline
            .pending()
            .filter_map(|(id, until)| until.is_some_and(|until| now >= until).then_some(id))
            .collect();
        for id in expired {
            self.timeline.decide(id, ApprovalState::Expired);
            self.run.patience(now);
        }
        if self
            .resetting
            .flatten()
            .is_some_and(|at| now >= at + self.policy.reset)
        {
            self.resetting = None;
            self.timeline.notice(Notice::ResetUnconfirmed);
        }
        if self
            .recalling
            .is_some_and(|at| now >= at + self.policy.recall)
        {
            self.caught_up(&Reach::Part, now);
        }
        self.outbox.news_until.take_if(|until| now >= *until);
        // A numbered log says itself what the agent does.
        let numbered = self.protocol.capabilities().event_ids;
        if self.outbox.no_sign(now, &self.policy) && !numbered {
            self.run.idle();
        }
        if self.refused_at().is_some_and(|at| now >= at) {
            self.refused();
        }
        if self.post_due().is_some_and(|at| now >= at) {
            self.unclear(now);
        }
        self.send_again(now);
    }

    /// Says what moved of the small things.
    fn report(&mut self) {
        let phase = self.connection.phase().clone();
        if self.said.phase != phase {
            self.said.phase = phase.clone();
            self.timeline.say(Change::Connection(phase));
        }
        let run = self.run();
        if self.said.run != run {
            self.said.run = run;
            self.timeline.say(Change::Run(run));
        }
        let capabilities = self.protocol.capabilities();
        if self.said.capabilities != Some(capabilities) {
            self.said.capabilities = Some(capabilities);
            self.timeline.say(Change::Capabilities(capabilities));
        }
    }

    /// The server has spoken of the conversation: it has a history from now on.
    fn known(&mut self) {
        if !self.said.known {
            self.said.known = true;
            self.timeline.say(Change::Known);
        }
    }
}
