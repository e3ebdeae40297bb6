//! A server, a store, a lock and a channel, and the tabs that share them.

use std::rc::Rc;

use parlor::app::Msg;
use parlor::io::Happening;
use parlor::storage::tables::{MemoryTables, Store, Table};
use serde_json::{Value, json};

use super::super::numbered::{self, Server, frame, told};
use super::super::openhands_v1::server::{self as newer, Server as Newer};
use super::super::schedules::{state, user};
use super::super::support::ready;
use super::tab::{Kind, Mail, Stage, Tab};

/// More than is ever on its way at once.
const MANY: usize = 20_000;

/// One small thing that can happen next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Mail(usize),
    Work(usize),
    Rest(usize),
    Accept(usize),
    Join(usize),
    Down(usize),
    Up(usize),
}

pub(super) struct World {
    kind: Kind,
    pub(super) server: Server,
    /// The server from 1.0.
    newer: Newer,
    next: i64,
    now: u64,
    random: u64,
    store: Rc<MemoryTables>,
    tabs: [Option<Tab>; 3],
    opened: u64,
    /// Who holds the lock, and who waits for it.
    lock: Vec<usize>,
    /// What was written, each with the tab that it was written in.
    said: Vec<(String, u64)>,
    /// What was written in a tab that was killed before anything of it left that tab.
    gone: Vec<String>,
}

impl World {
    pub(super) fn new() -> Self {
        Self::of(Kind::Older)
    }

    pub(super) fn of(kind: Kind) -> Self {
        let mut world = Self {
            kind,
            server: Server::default(),
            newer: Newer::new(true, Vec::new()),
            next: 0,
            now: 1_000,
            random: 0,
            store: Rc::default(),
            tabs: [None, None, None],
            opened: 0,
            lock: Vec::new(),
            said: Vec::new(),
            gone: Vec::new(),
        };
        world.log(state("awaiting_user_input"));
        world.open(0);
        world
    }

    pub(super) fn next(&self) -> i64 {
        self.next
    }

    /// The server has something to say.
    pub(super) fn log(&mut self, event: Value) {
        match self.kind {
            Kind::Older => self.log_older(event),
            Kind::Newer => self.log_newer(&event),
        }
    }

    /// The same as a server from 1.0 would say it.
    fn log_newer(&mut self, event: &Value) {
        let Some(mut event) = dialect::newer(event) else {
            return;
        };
        let number = self.newer.log.len();
        event["id"] = json!(format!("e{number}"));
        event["timestamp"] = json!(format!(
            "2026-11-21T00:00:{:02}.{:06}",
            number / 1_000,
            number % 1_000 * 1_000 + 1
        ));
        self.next += 1;
        let bare = event.to_string();
        self.newer.log.push(event);
        let told = self.newer.frame(number);
        let links = self.tabs.iter_mut().flatten();
        for link in links.filter_map(|tab| tab.link.as_mut()) {
            if link.stage == Stage::Joined {
                link.down.push_back(if link.bare {
                    bare.clone()
                } else {
                    told.clone()
                });
            }
        }
    }

    fn log_older(&mut self, mut event: Value) {
        event["id"] = json!(self.next);
        // Some numbers are of events that nobody is told.
        self.next += 1 + i64::from(self.next % 5 == 0);
        let told = frame(&event);
        self.server.log.push(event);
        let links = self.tabs.iter_mut().flatten();
        for link in links.filter_map(|tab| tab.link.as_mut()) {
            if link.stage == Stage::Joined {
                link.down.push_back(told.clone());
            }
        }
    }

    pub(super) fn open(&mut self, at: usize) {
        if self.tabs[at].is_none() {
            self.opened += 1;
            self.tabs[at] = Some(Tab::open(self.kind, &self.store, self.opened, self.now));
            self.carry(at);
        }
    }

    pub(super) fn say(&mut self, at: usize) {
        let text = format!("say-{}.", self.said.len());
        if let Some(tab) = &mut self.tabs[at] {
            tab.says(&text, self.now);
            self.said.push((text, tab.name));
            self.carry(at);
        }
    }

    /// The connection ends; what was on its way to the server has arrived, or not.
    pub(super) fn cut(&mut self, at: usize, arrived: bool) {
        self.arrive(at, arrived);
        if let Some(tab) = &mut self.tabs[at] {
            tab.cut(self.now);
            self.carry(at);
        }
    }

    fn arrive(&mut self, at: usize, arrived: bool) {
        let link = self.tabs[at].as_mut().and_then(|tab| tab.link.as_mut());
        let frames = link
            .filter(|link| arrived && link.stage == Stage::Joined)
            .map(|link| std::mem::take(&mut link.up));
        for frame in frames.into_iter().flatten() {
            self.hear(at, &frame);
        }
    }

    /// A tab is killed.
    pub(super) fn kill(&mut self, at: usize, kept: usize, arrived: bool) {
        self.arrive(at, arrived);
        if let Some(tab) = self.tabs[at].take() {
            let posts = if arrived { tab.posts() } else { Vec::new() };
            tab.killed(kept);
            for text in posts {
                self.log(user(&text));
            }
            self.let_go(at);
            self.mourn();
        }
    }

    /// Notes what nobody has any more: it had not left the tab that it was written in.
    fn mourn(&mut self) {
        let outbox = ready(self.store.list(Table::Outbox, "", None, None)).unwrap();
        let holder = self.lock.first().and_then(|at| self.tabs[*at].as_ref());
        // One that does not know yet that it holds the conversation takes nothing.
        let told = |tab: &&Tab| !tab.mail.iter().any(|mail| matches!(mail, Mail::Claimed(_)));
        let holder = holder.filter(told);
        let mail: Vec<&Mail> = holder.iter().flat_map(|tab| &tab.mail).collect();
        let mail = format!("{mail:?}");
        for (text, author) in &self.said {
            let quoted = format!("\"{text}\"");
            let kept = outbox.iter().any(|(_, value)| value.contains(&quoted));
            let tabs = || self.tabs.iter().flatten();
            let shown = tabs().any(|tab| tab.name == *author || tab.shows(text));
            let known = kept || shown || mail.contains(text.as_str()) || self.times(text) > 0;
            if !known && !self.gone.contains(text) {
                self.gone.push(text.clone());
            }
        }
    }

    fn times(&self, text: &str) -> usize {
        let same = |event: &&Value| {
            event["args"]["content"] == text || event["llm_message"]["content"][0]["text"] == text
        };
        let log = self.server.log.iter().chain(&self.newer.log);
        log.filter(same).count()
    }

    fn let_go(&mut self, at: usize) {
        let held = self.lock.first() == Some(&at);
        self.lock.retain(|waiting| *waiting != at);
        if held && let Some(next) = self.lock.first() {
            let tab = self.tabs[*next].as_mut().unwrap();
            tab.mail.push_back(Mail::Claimed(true));
        }
    }

    /// Brings what a tab said to the others, and its wish for the lock to the browser.
    fn carry(&mut self, at: usize) {
        let Some(tab) = &mut self.tabs[at] else {
            return;
        };
        if std::mem::take(&mut tab.wants) {
            tab.mail.push_back(Mail::Claimed(self.lock.is_empty()));
            self.lock.push(at);
        }
        let said = std::mem::take(&mut tab.said);
        for (other, tab) in self.tabs.iter_mut().enumerate() {
            let hears = tab
                .as_mut()
                .filter(|tab| other != at && tab.claim.is_some());
            if let Some(tab) = hears {
                tab.mail.extend(said.iter().cloned().map(Mail::Heard));
            }
        }
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (at, tab) in self.tabs.iter().enumerate() {
            let Some(tab) = tab else { continue };
            let mut can = |can: bool, step: Step| steps.extend(can.then_some(step));
            can(!tab.mail.is_empty(), Step::Mail(at));
            can(tab.has_work(), Step::Work(at));
            can(!tab.requests.is_empty(), Step::Rest(at));
            if let Some(link) = &tab.link {
                can(link.stage == Stage::Asked, Step::Accept(at));
                can(link.stage == Stage::Replayed, Step::Join(at));
                can(!link.down.is_empty(), Step::Down(at));
                let held = link.stage == Stage::Replayed;
                can(!link.up.is_empty() && !held, Step::Up(at));
            }
        }
        steps
    }

    fn draw(&mut self, below: usize) -> usize {
        // Knuth's MMIX generator.
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005);
        self.random = self.random.wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) as usize % below
    }

    /// So many things happen, one after another, in an order that the number chooses.
    pub(super) fn flow(&mut self, count: usize, random: u64) {
        self.random ^= random;
        for _ in 0..count {
            let steps = self.steps();
            if steps.is_empty() {
                return;
            }
            let step = steps[self.draw(steps.len())];
            let span = self.draw(6) as u64;
            self.step(step);
            self.pass(span);
        }
    }

    /// Time passes.
    pub(super) fn pass(&mut self, millis: u64) {
        self.now += millis;
        for at in 0..self.tabs.len() {
            if let Some(tab) = &mut self.tabs[at] {
                tab.wake(self.now);
                self.carry(at);
            }
        }
    }

    /// The clock jumps, when nothing is on its way.
    pub(super) fn jump(&mut self, millis: u64) {
        self.flow(MANY, millis);
        self.pass(millis);
    }

    fn step(&mut self, step: Step) {
        let now = self.now;
        let (Step::Mail(at)
        | Step::Work(at)
        | Step::Rest(at)
        | Step::Accept(at)
        | Step::Join(at)
        | Step::Down(at)
        | Step::Up(at)) = step;
        let doubled = self.draw(3);
        let tab = self.tabs[at].as_mut().unwrap();
        match step {
            Step::Mail(_) => match tab.mail.pop_front().unwrap() {
                Mail::Heard(news) => tab.tell(Msg::Heard(news), now),
                Mail::Claimed(ours) => {
                    let conversation = tab.claim.clone().unwrap();
                    tab.tell(Msg::Claimed { conversation, ours }, now);
                }
            },
            Step::Work(_) => tab.work(now),
            Step::Rest(_) if self.kind == Kind::Newer => self.answer_newer(at, doubled),
            Step::Rest(_) => {
                let (request, what) = tab.requests.pop_front().unwrap();
                let (status, body) = match what.url.contains("/events?") {
                    true => self.server.page(&what.url),
                    false => (200, json!({"status": "RUNNING", "title": null}).to_string()),
                };
                let answered = Happening::Answered {
                    retry_after: None,
                    request,
                    status,
                    body,
                };
                tab.happens(answered, now);
            }
            Step::Accept(_) if self.kind == Kind::Newer => {
                let link = tab.link.as_mut().unwrap();
                link.stage = Stage::Joined;
                if link.bare {
                    link.down.push_back(self.newer.full_state().to_string());
                } else {
                    let (after, log) = (link.latest, self.newer.log.len());
                    link.down
                        .push_back(json!({"type": "sync", "from_seq": after}).to_string());
                    let missed = (0..log).filter(|seq| i64::try_from(*seq).unwrap() > after);
                    link.down.extend(missed.map(|seq| self.newer.frame(seq)));
                    link.down.push_back(self.newer.state_frame());
                }
                tab.joined(now);
            }
            Step::Accept(_) => tab.opened(now),
            Step::Join(_) => {
                let link = tab.link.as_mut().unwrap();
                link.stage = Stage::Joined;
                link.down.push_back(r#"40{"sid":"t"}"#.to_owned());
                let from = link.replay.len().saturating_sub(doubled);
                link.down.extend(link.replay.drain(from..));
            }
            Step::Down(_) => tab.receive(now),
            Step::Up(_) => {
                let frame = tab.sends(now);
                self.hear(at, &frame);
            }
        }
        self.carry(at);
    }

    /// The server from 1.0 answers a call; now and then nobody hears that it took a message, or it
    /// did not.
    fn answer_newer(&mut self, at: usize, chance: usize) {
        let tab = self.tabs[at].as_mut().unwrap();
        let (request, what) = tab.requests.pop_front().unwrap();
        let mut answer = self.newer.answer(&what);
        if let Some(text) = Tab::posted(&what) {
            let lost = chance == 0 && self.random.is_multiple_of(5);
            let unheard = chance == 1 && self.random.is_multiple_of(3);
            answer = (!lost && !unheard).then(|| (200, "{\"success\":true}".to_owned()));
            if !lost {
                self.log(user(&text));
            }
        }
        let happening = match answer {
            Some((status, body)) => Happening::Answered {
                retry_after: None,
                request,
                status,
                body,
            },
            None => Happening::Failed { request },
        };
        // What the server says comes before its answer where it can.
        let tab = self.tabs[at].as_mut().unwrap();
        tab.happens(happening, self.now);
    }

    /// The server reads a frame.
    fn hear(&mut self, at: usize, frame_sent: &str) {
        if self.kind == Kind::Newer {
            let frame: Value = serde_json::from_str(frame_sent).unwrap();
            return self.log(user(frame["content"][0]["text"].as_str().unwrap()));
        }
        if frame_sent == "40" {
            let link = self.tabs[at].as_mut().and_then(|tab| tab.link.as_mut());
            let link = link.unwrap();
            let events = self.server.replayed(link.latest);
            link.replay = events.into_iter().map(frame).collect();
            link.down.extend(link.replay.iter().cloned());
            link.stage = Stage::Replayed;
            return;
        }
        let message = frame_sent.strip_prefix("42");
        let Some((ack, rest)) = message.and_then(|sent| sent.split_once('[')) else {
            return;
        };
        let said: Value = serde_json::from_str(&format!("[{rest}")).unwrap();
        self.log(user(said[1]["args"]["content"].as_str().unwrap()));
        if let Some(link) = self.tabs[at].as_mut().and_then(|tab| tab.link.as_mut()) {
            link.down.push_back(format!("43{ack}[]"));
        }
    }

    /// Everything comes to rest, in two tabs.
    pub(super) fn settle(&mut self) {
        self.open(0);
        self.open(1);
        for round in 0..300 {
            self.flow(MANY, round);
            if round < 2 || round % 8 == 0 {
                self.log(state("awaiting_user_input"));
                self.flow(MANY, round);
            }
            self.pass(700);
            let tabs = || self.tabs.iter().flatten();
            let joined = |tab: &Tab| tab.link.as_ref().is_some_and(|l| l.stage == Stage::Joined);
            let rests = self.steps().is_empty() && tabs().any(joined) && !tabs().any(Tab::waits);
            if rests && round > 2 {
                return;
            }
        }
        panic!("it does not come to rest: {:?}", self.shown());
    }

    fn shown(&self) -> Vec<Vec<String>> {
        let tabs = self.tabs.iter().flatten();
        tabs.map(|tab| told(&tab.items)).collect()
    }

    /// What is not as it should be in the end.
    pub(super) fn fault(&self) -> Option<String> {
        let whole = match self.kind {
            Kind::Older => numbered::reference(&self.server.log),
            Kind::Newer => newer::reference(&self.newer.log),
        };
        let runs: Vec<_> = self.tabs.iter().flatten().map(|tab| tab.run).collect();
        for (at, shown) in self.shown().iter().enumerate() {
            if *shown != whole {
                return Some(format!("tab {at} shows {shown:#?}, not {whole:#?}"));
            }
        }
        if runs.iter().any(|run| *run != runs[0]) {
            return Some(format!("the tabs say that the agent is {runs:?}"));
        }
        let outbox = ready(self.store.list(Table::Outbox, "", None, None)).unwrap();
        if !outbox.is_empty() {
            return Some(format!("still kept to be sent: {outbox:?}"));
        }
        let arrived = |text: &String| (self.times(text), self.gone.contains(text));
        let said = self.said.iter().map(|(text, _)| text);
        let mut wrong = said.filter(|text| !matches!(arrived(text), (1, _) | (0, true)));
        let text = wrong.next()?;
        Some(format!("{text} arrived {} times", self.times(text)))
    }
}

/// The events of both servers.
mod dialect {
    use serde_json::{Value, json};

    use super::super::super::openhands_v1::content;

    /// What a server from 1.0 says in the place of an older one.
    pub(super) fn newer(event: &Value) -> Option<Value> {
        let text = event["args"]["content"].as_str().unwrap_or_default();
        let call = &event["tool_call_metadata"]["tool_call_id"];
        let what = event["action"].as_str().or(event["observation"].as_str());
        Some(match what? {
            "message" => {
                let role = if event["source"] == "user" {
                    "user"
                } else {
                    "assistant"
                };
                json!({"kind": "MessageEvent", "source": event["source"],
                    "llm_message": {"role": role, "content": content(text)}})
            }
            "run" if event["action"].is_string() => {
                json!({"kind": "ActionEvent", "source": "agent",
                "tool_name": "terminal", "tool_call_id": call, "thought": [],
                "action": {"kind": "TerminalAction", "command": "ls"}})
            }
            "run" => json!({"kind": "ObservationEvent", "source": "environment",
                "tool_name": "terminal", "tool_call_id": call,
                "observation": {"kind": "TerminalObservation", "exit_code": 0, "content": content("ok")}}),
            _ => {
                let word = match event["extras"]["agent_state"].as_str()? {
                    "awaiting_user_input" => "idle",
                    "awaiting_user_confirmation" => "waiting_for_confirmation",
                    "loading" => return None,
                    word => word,
                };
                json!({"kind": "ConversationStateUpdateEvent", "source": "environment",
                    "key": "execution_status", "value": word})
            }
        })
    }
}
