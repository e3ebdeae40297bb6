//! Some pages, a server, and what lies between them, in virtual time.

use std::collections::BTreeMap;

use parlor::meet::{
    Action, Chat, Happening, Input, LinkId, MOST_PEOPLE, Output, Participant, Room, Setup,
    Signalling, Tie,
};
use parlor::model::{Duration, Instant};
use parlor::random::Random;
use serde_json::Value;

use super::browser::{Connection, Word};
use super::server::{Kind, Server};

/// What happens to one frame on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Lost,
    Doubled,
    /// So much later than it should, and after those that follow it.
    Late(u64),
}

#[derive(Debug)]
pub(super) enum Event {
    Opened {
        page: usize,
        socket: u32,
    },
    Refused {
        page: usize,
        socket: u32,
    },
    ToServer {
        socket: u32,
        frame: String,
    },
    ToPage {
        socket: u32,
        frame: String,
    },
    /// The server notices that a socket is gone.
    Noticed {
        socket: u32,
    },
    Word {
        page: usize,
        link: LinkId,
        word: Word,
    },
    Ties,
}

pub(crate) struct Page {
    pub(crate) room: Room,
    pub(crate) ties: BTreeMap<LinkId, Connection>,
    pub(super) socket: Option<u32>,
    pub(crate) signalling: Vec<Signalling>,
    pub(crate) others: Vec<Participant>,
    pub(crate) unknown: Vec<String>,
    pub(crate) sent: Vec<String>,
    pub(crate) name: String,
    pub(crate) me: String,
    pub(crate) alive: bool,
    pub(crate) tracks: usize,
    pub(crate) sends: (bool, bool, bool),
    /// Ties that were ever made, dropped, and broken while they carried something.
    pub(crate) made: usize,
    pub(crate) rolled_back: Vec<LinkId>,
    pub(crate) broken: usize,
}

impl Page {
    /// The tie that leads to this connection.
    pub(super) fn link_of(&self, session: u64) -> Option<LinkId> {
        let mut of = self.ties.iter();
        of.find(|(_, of)| of.session() == session).map(|(l, _)| *l)
    }

    pub(crate) fn phase(&self) -> &Signalling {
        self.signalling.last().unwrap()
    }
}

pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) pages: Vec<Page>,
    pub(crate) server: Server,
    pub(super) queue: BTreeMap<(u64, u64), Event>,
    order: u64,
    pub(super) random: Random,
    sessions: u64,
    sockets: u32,
    /// When the last frame of each socket and direction arrives; the next arrives no earlier.
    pub(super) last: BTreeMap<(u32, bool), u64>,
    /// The server takes no sockets.
    pub(crate) down: bool,
    /// How long the server takes to notice a cut.
    pub(crate) linger: u64,
    /// Pairs of pages between which nothing goes.
    pub(crate) walls: Vec<(usize, usize)>,
    /// What becomes of the frames that count, by their number.
    pub(crate) fates: BTreeMap<usize, Fate>,
    /// Which frames count for that: not those that tell what one sends, of which the last holds.
    /// No socket loses a frame but with its end, after which that is told again, and none lets one
    /// overtake another.
    pub(crate) counts: fn(&Value) -> bool,
    pub(crate) counted: usize,
    pub(super) ticking: bool,
}

impl World {
    pub(crate) fn new(kind: Kind, seed: u64) -> Self {
        Self {
            now: Instant(1_000_000),
            pages: Vec::new(),
            server: Server::new(kind),
            queue: BTreeMap::new(),
            order: 0,
            random: Random::new(seed),
            sessions: 1_000,
            sockets: 0,
            last: BTreeMap::new(),
            down: false,
            linger: 0,
            walls: Vec::new(),
            fates: BTreeMap::new(),
            counts: |frame| frame["type"] == "signal" && frame["signal"]["audio"].is_null(),
            counted: 0,
            ticking: false,
        }
    }

    /// A page that has not joined.
    pub(crate) fn page(&mut self, name: &str) -> usize {
        let me = self.random.uuid();
        let seed = self.random.next();
        let setup = Setup {
            url: "wss://rooms.invalid/ws/meet".to_owned(),
            room: "R".to_owned(),
            name: name.to_owned(),
            me: me.clone(),
            screen: String::new(),
            seed,
            token: None,
            chat: Chat::Documented,
        };
        self.pages.push(Page {
            room: Room::new(setup),
            ties: BTreeMap::new(),
            socket: None,
            signalling: vec![Signalling::Idle],
            others: Vec::new(),
            unknown: Vec::new(),
            sent: Vec::new(),
            name: name.to_owned(),
            me,
            alive: true,
            tracks: 1,
            sends: (true, true, false),
            made: 0,
            rolled_back: Vec::new(),
            broken: 0,
        });
        self.pages.len() - 1
    }

    pub(crate) fn join(&mut self, name: &str) -> usize {
        let page = self.page(name);
        self.input(page, Input::Join);
        page
    }

    /// Several join, and everything comes to rest.
    pub(crate) fn joined(kind: Kind, seed: u64, names: &[&str]) -> Self {
        let mut world = Self::new(kind, seed);
        for name in names {
            world.join(name);
            world.wait(400);
        }
        world.wait(3_000);
        world.assert_whole();
        world
    }

    pub(super) fn push(&mut self, at: u64, event: Event) {
        self.order += 1;
        self.queue.insert((at, self.order), event);
    }

    pub(super) fn soon(&mut self, most: u64) -> u64 {
        self.now.0 + 1 + self.random.up_to(most)
    }

    pub(crate) fn input(&mut self, page: usize, input: Input) {
        if !self.pages[page].alive {
            return;
        }
        if let Input::Sends {
            audio,
            video,
            screen,
        } = input
        {
            self.pages[page].sends = (audio, video, screen);
        }
        self.pages[page].room.handle(input, self.now);
        while let Some(output) = self.pages[page].room.poll() {
            self.output(page, output);
        }
    }

    fn output(&mut self, at: usize, output: Output) {
        let page = &mut self.pages[at];
        match output {
            Output::Act(action) => self.act(at, action),
            Output::Signalling(phase) => page.signalling.push(phase),
            Output::Others(others) => {
                assert_ne!(others, page.others, "told of nothing new");
                page.others = others;
            }
            Output::Unknown(frame) => page.unknown.push(frame),
            Output::TooLarge(bytes) => panic!("{bytes} bytes"),
        }
    }

    fn act(&mut self, at: usize, action: Action) {
        match action {
            Action::Open(_) => {
                self.cut_socket(at, 0);
                self.sockets += 1;
                let socket = self.sockets;
                self.pages[at].socket = Some(socket);
                let when = self.soon(20);
                let event = match self.down {
                    true => Event::Refused { page: at, socket },
                    false => Event::Opened { page: at, socket },
                };
                self.push(when, event);
            }
            Action::Send(frame) => {
                let socket = self.pages[at].socket.expect("a socket to send on");
                assert!(frame.len() <= 65_536);
                self.pages[at].sent.push(frame.clone());
                self.carry(socket, true, frame);
            }
            // What was sent before arrives.
            Action::Close => {
                let socket = self.pages[at].socket.take().expect("a socket to close");
                let after = self.last.get(&(socket, true)).copied().unwrap_or(0);
                let when = self.soon(20).max(after);
                self.push(when, Event::Noticed { socket });
            }
            Action::Make { link, start } => {
                self.sessions += 1;
                let page = &mut self.pages[at];
                let connection = Connection::new(self.sessions, start, page.tracks);
                assert!(page.ties.insert(link, connection).is_none(), "made twice");
                page.made += 1;
                self.settle(at, link);
            }
            Action::Drop(link) => self.drop_tie(at, link),
            Action::Restart(link) => {
                self.pages[at].ties.get_mut(&link).unwrap().restart();
                self.settle(at, link);
            }
            Action::Describe(link) => self.work(at, link, Connection::describe),
            Action::Take { link, description } => {
                self.work(at, link, move |of| of.take(&description));
                let page = &mut self.pages[at];
                if page.ties[&link].rollbacks > 0 {
                    page.rolled_back.push(link);
                }
            }
            Action::Add { link, candidate } => {
                self.work(at, link, move |of| of.add(candidate.as_ref()));
            }
        }
    }

    pub(crate) fn leave(&mut self, at: usize) {
        self.input(at, Input::Leave);
    }

    fn next_deadline(&self) -> Option<(Instant, usize)> {
        let pages = self.pages.iter().enumerate().filter(|(_, page)| page.alive);
        pages
            .filter_map(|(at, page)| Some((page.room.deadline()?, at)))
            .min()
    }

    pub(crate) fn wait(&mut self, millis: u64) {
        let until = self.now + Duration::millis(millis);
        for _ in 0..1_000_000 {
            let event = self.queue.keys().next().copied();
            let deadline = self.next_deadline();
            match (event, deadline) {
                (Some((at, order)), due)
                    if at <= until.0 && due.is_none_or(|(due, _)| at <= due.0) =>
                {
                    self.now = self.now.max(Instant(at));
                    let event = self.queue.remove(&(at, order)).unwrap();
                    self.event(event);
                }
                (_, Some((due, at))) if due <= until => {
                    self.now = self.now.max(due);
                    self.input(at, Input::Woke);
                }
                _ => {
                    self.now = until;
                    return;
                }
            }
        }
        panic!("it never rests");
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Opened { page, socket } => {
                if self.pages[page].socket == Some(socket) {
                    let sent = self.server.opened(socket);
                    self.input(page, Input::Happened(Happening::Opened));
                    self.send_all(sent);
                }
            }
            Event::Refused { page, socket } => {
                if self.pages[page].socket == Some(socket) {
                    self.pages[page].socket = None;
                    self.input(page, Input::Happened(Happening::Closed(1006)));
                }
            }
            Event::ToServer { socket, frame } => {
                let sent = self.server.received(socket, &frame);
                self.send_all(sent);
            }
            Event::ToPage { socket, frame } => {
                let is = |page: &Page| page.socket == Some(socket);
                if let Some(page) = self.pages.iter().position(is) {
                    self.input(page, Input::Happened(Happening::Received(frame)));
                }
            }
            Event::Noticed { socket } => {
                let sent = self.server.closed(socket);
                self.send_all(sent);
            }
            Event::Word { page, link, word } => self.word(page, link, word),
            Event::Ties => self.look_at_ties(),
        }
    }

    /// The pages that are in the room.
    pub(crate) fn present(&self) -> Vec<usize> {
        let all = self.pages.iter().enumerate();
        all.filter(|(_, page)| page.alive && page.phase() == &Signalling::Joined)
            .map(|(at, _)| at)
            .collect()
    }

    /// What keeps the room from being whole: everybody is tied to everybody, once, with everything
    /// they send.
    pub(crate) fn fault(&self) -> Option<String> {
        let present = self.present();
        assert!(present.len() <= MOST_PEOPLE);
        let others = present.len().saturating_sub(1);
        let lacks = present.iter().find_map(|at| {
            let page = &self.pages[*at];
            let has = (page.ties.len(), page.others.len());
            (has != (others, others)).then(|| format!("{at}: {has:?} {:?}", page.others))
        });
        lacks.or_else(|| self.fault_of_ties())
    }

    /// What keeps those who are tied from being so whole, though others may be missing.
    pub(crate) fn fault_of_ties(&self) -> Option<String> {
        self.present().into_iter().find_map(|at| {
            let page = &self.pages[at];
            let mut seen = Vec::new();
            if page.others.len() != page.ties.len() {
                return Some(format!("{at}: {} ties: {:?}", page.ties.len(), page.others));
            }
            page.ties.iter().find_map(|(link, tie)| {
                let other = self.partner(at, tie);
                let other = other.filter(|of| tie.tie == Tie::Connected && !seen.contains(of));
                seen.extend(other);
                let shown = page.others.iter().find(|of| of.link == Some(*link));
                let (Some(other), Some(shown)) = (other, shown) else {
                    return Some(format!("{at}: {link:?} {shown:?} leads nowhere: {tie:?}"));
                };
                let they = &self.pages[other];
                let told = (shown.audio, shown.video, shown.screen) == they.sends
                    && shown.name == they.name
                    && shown.tie == Tie::Connected;
                let rests = tie.is_stable() && !tie.needs_negotiation();
                (!told || !rests).then(|| format!("{at}: {shown:?} is {other}: {tie:?}"))
            })
        })
    }

    pub(crate) fn assert_whole(&self) {
        if let Some(fault) = self.fault() {
            panic!("{:?}: {fault}", self.server.kind);
        }
    }

    /// How long it takes until the room is whole, in milliseconds.
    pub(crate) fn heal(&mut self, within: u64) -> u64 {
        let began = self.now;
        while let Some(fault) = self.fault() {
            let taken = (self.now - began).0;
            assert!(taken <= within, "{:?} {fault}", self.server.kind);
            self.wait(50);
        }
        (self.now - began).0
    }
}
