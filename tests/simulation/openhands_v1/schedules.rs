//! Random schedules of a conversation on an agent server from 1.0, over both sockets: cuts, crashes,
//! frames that come in any order, calls without an answer, answers that grow. In the end the
//! timeline is that of the whole log, and each message that was written here is in it once.

use parlor::io::Request;
use parlor::model::{Body, Duration, Instant, SendState, TransactionId};
use parlor::recording::Player;
use parlor::session::Input;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::super::numbered::{Stored, told};
use super::super::schedules::seed;
use super::super::support::Wire;
use super::server::{Server, page, reference};
use super::{body, content, phase};

/// What becomes of a message's call.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    Taken,
    /// It was saved, and no run was begun.
    Saved,
    /// It was taken, and nobody heard that.
    Unheard,
    /// It never arrived.
    Lost,
    /// It was refused for now.
    Refused,
}

#[derive(Clone, Debug)]
enum Deed {
    /// The person writes.
    Say,
    /// A call that a message went out by comes to its end.
    Post(Outcome),
    /// The agent begins to answer, or begins again.
    Begin,
    /// A piece of the answer.
    Grow,
    /// The answer is an event.
    Agent,
    /// The agent calls a tool.
    Call,
    /// The last call has its result.
    Result,
    /// Somebody writes in another window.
    Elsewhere,
    /// What the conversation cost, with a time before that of the event before it, or after.
    Stats { before: bool },
    /// The server says what the agent does.
    Status(&'static str),
    /// What is on the wire arrives; over the older socket, the newest first.
    Arrive { turned: bool },
    /// The connection ends, and what is on the wire is lost; what the person sent just before has
    /// arrived, or not.
    Cut { arrived: bool },
    /// It comes back; so many events come live amid the history.
    Back { late: usize },
    /// The tab is killed, whose calls arrive or not; so many of its last writes were not kept. It is
    /// opened again.
    Crash { unkept: usize, arrived: bool },
    /// Time passes.
    Wait(u64),
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        4 => Just(Outcome::Taken),
        1 => Just(Outcome::Saved),
        2 => Just(Outcome::Unheard),
        2 => Just(Outcome::Lost),
        1 => Just(Outcome::Refused),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => Just(Deed::Say),
        5 => outcome().prop_map(Deed::Post),
        2 => Just(Deed::Begin),
        3 => Just(Deed::Grow),
        4 => Just(Deed::Agent),
        2 => Just(Deed::Call),
        2 => Just(Deed::Result),
        1 => Just(Deed::Elsewhere),
        1 => any::<bool>().prop_map(|before| Deed::Stats { before }),
        4 => prop_oneof![
            Just("running"), Just("finished"), Just("idle"), Just("error"), Just("paused"),
            Just("stuck"), Just("waiting_for_confirmation")
        ].prop_map(Deed::Status),
        5 => any::<bool>().prop_map(|turned| Deed::Arrive { turned }),
        3 => any::<bool>().prop_map(|arrived| Deed::Cut { arrived }),
        4 => (0_usize..4).prop_map(|late| Deed::Back { late }),
        1 => (0_usize..4, any::<bool>()).prop_map(|(unkept, arrived)| Deed::Crash { unkept, arrived }),
        3 => prop_oneof![1_u64..3_000, 3_000_u64..40_000].prop_map(Deed::Wait),
    ]
}

/// A server, and a person at a page that may be killed.
struct World {
    server: Server,
    time: u64,
    calls: usize,
    /// The event that grows, with the attempt and the piece that is next.
    grows: Option<(String, u64, u64)>,
    /// Messages that wait for the step in hand to end.
    deferred: Vec<String>,
    /// Frames that are on their way.
    wire: Vec<String>,
    page: Player,
    up: bool,
    /// How many of the frames that the page sent the server has read.
    heard: usize,
    stored: Stored,
    said: Vec<String>,
}

fn posts(request: &Request) -> bool {
    request.method == "POST" && request.url.ends_with("/events")
}

/// Any other call that changes something.
fn tells(request: &Request) -> bool {
    request.method == "POST" && !posts(request)
}

impl World {
    fn new(session: bool) -> Self {
        let mut world = Self {
            server: Server::new(session, Vec::new()),
            time: 1_000,
            calls: 0,
            grows: None,
            deferred: Vec::new(),
            wire: Vec::new(),
            page: page(Stored::default(), Instant(0)),
            up: false,
            heard: 0,
            stored: Stored::default(),
            said: Vec::new(),
        };
        world.back(0);
        world
    }

    fn runs(&self) -> bool {
        let said = self
            .server
            .log
            .iter()
            .rfind(|event| event["key"] == "execution_status");
        said.is_some_and(|event| event["value"] == "running")
    }

    /// An event goes into the log and onto the wire.
    fn log(&mut self, id: Option<String>, kind: &str, source: &str, fields: Value) {
        self.time += 1_000;
        self.log_at(self.time, id, (kind, source), fields);
    }

    fn log_at(
        &mut self,
        time: u64,
        id: Option<String>,
        (kind, source): (&str, &str),
        fields: Value,
    ) {
        let number = self.server.log.len();
        let mut event = json!({"id": id.unwrap_or_else(|| format!("e{number}")), "kind": kind, "source": source,
            "timestamp": format!("2026-11-21T{:02}:{:02}:{:02}.{:06}", time / 3_600_000_000,
                time / 60_000_000 % 60, time / 1_000_000 % 60, time % 1_000_000)});
        for (key, value) in fields.as_object().unwrap() {
            event[key] = value.clone();
        }
        self.server.log.push(event);
        if self.up {
            self.wire.push(self.server.frame(number));
        }
    }

    fn user(&mut self, text: &str) {
        let message = json!({"role": "user", "content": content(text)});
        self.log(
            None,
            "MessageEvent",
            "user",
            json!({"llm_message": message}),
        );
    }

    fn status(&mut self, word: &str) {
        let fields = json!({"key": "execution_status", "value": word});
        self.log(None, "ConversationStateUpdateEvent", "environment", fields);
        if word != "running" {
            for text in std::mem::take(&mut self.deferred) {
                self.user(&text);
            }
            self.grows = None;
            // They are there within a moment.
            self.arrive(false);
        }
    }

    /// The server takes a message: at once, or when the step in hand has ended.
    fn take(&mut self, text: String, heard: bool) {
        match self.runs() && !heard {
            true => self.deferred.push(text),
            false => self.user(&text),
        }
    }

    fn post(&mut self, outcome: Outcome) {
        let Some(request) = self.page.requests().find(|request| posts(request)) else {
            return;
        };
        let text = body(request)["content"][0]["text"]
            .as_str()
            .unwrap()
            .to_owned();
        let answer = match outcome {
            Outcome::Taken => Some((200, "{\"success\":true}")),
            Outcome::Saved => Some((429, "{}")),
            Outcome::Refused => Some((503, "{}")),
            Outcome::Unheard | Outcome::Lost => None,
        };
        match outcome {
            Outcome::Taken | Outcome::Saved => self.take(text, true),
            Outcome::Unheard => self.take(text, false),
            Outcome::Lost | Outcome::Refused => {}
        }
        self.page.answer_first(posts, |_| {
            answer.map(|(status, body)| (status, body.to_owned()))
        });
    }

    fn arrive(&mut self, turned: bool) {
        let mut frames = std::mem::take(&mut self.wire);
        if turned && !self.server.session {
            frames.reverse();
        }
        for frame in frames {
            self.page.receive(&frame);
        }
    }

    fn grow(&mut self, anew: bool) {
        let next = format!("e{}", self.server.log.len() + 1_000);
        let (item, attempt, order) = match self.grows.take() {
            Some((item, attempt, _)) if anew => (item, attempt + 1, 0),
            None => (next, 1, 0),
            Some(grows) => grows,
        };
        let frame = match (self.server.session, anew) {
            (true, true) => json!({"type": "item_started", "item_id": item, "attempt": attempt}),
            (true, false) => json!({"type": "delta", "item_id": item, "attempt": attempt,
                "order": order, "kind": "text", "content": "word "}),
            (false, _) => json!({"id": format!("d{}", self.time), "kind": "StreamingDeltaEvent",
                "timestamp": "2026-11-21T00:00:00", "source": "agent",
                "content": if anew { "" } else { "word " }}),
        };
        if self.up {
            self.wire.push(frame.to_string());
        }
        self.grows = Some((item, attempt, order + u64::from(!anew)));
    }

    /// The server reads what was sent to it: at once, or when the step in hand has ended.
    fn hear(&mut self) {
        let sent: Vec<String> = self.page.sent()[self.heard..].to_vec();
        self.heard = self.page.sent().len();
        for frame in sent {
            let frame: Value = serde_json::from_str(&frame).unwrap();
            if let Some(text) = frame["content"][0]["text"].as_str() {
                self.take(text.to_owned(), false);
            }
        }
        self.page.flush();
    }

    fn cut(&mut self, arrived: bool) {
        if arrived && self.up {
            self.hear();
        }
        self.heard = self.page.sent().len();
        self.wire.clear();
        self.up = false;
        self.page.close(1006, "");
    }

    fn back(&mut self, late: usize) {
        if self.up {
            return;
        }
        self.wire.clear();
        let mut patience = 0;
        while phase(&self.page) == "waiting" {
            self.page.wait(Duration::secs(1));
            patience += 1;
            assert!(patience < 40, "{}", phase(&self.page));
        }
        self.server.accept(&mut self.page, late);
        self.up = true;
    }

    /// A killed tab: what was not kept is as if it had not come, and the messages that no sign had
    /// come of are known.
    fn crash(&mut self, unkept: usize, arrived: bool) {
        while self.page.requests().any(posts) {
            self.post(if arrived {
                Outcome::Unheard
            } else {
                Outcome::Lost
            });
        }
        self.cut(arrived);
        self.stored.keep(&self.page, unkept);
        let mut fresh = page(self.stored.clone(), self.page.now());
        for item in self.page.items() {
            if let Body::User(message) = &item.body
                && message.state != SendState::Confirmed
            {
                fresh.input(Input::Given {
                    id: message.transaction,
                    text: message.text.clone(),
                    attachments: Vec::new(),
                    state: match &message.state {
                        state @ (SendState::Queued | SendState::Failed(_)) => state.clone(),
                        _ => SendState::MaybeSent,
                    },
                });
            }
        }
        // Those whose echo was not kept are in doubt again: both are written in one transaction.
        for text in &self.said {
            if !fresh.lines().iter().any(|line| line.ends_with(text)) {
                fresh.input(Input::Given {
                    id: TransactionId(0),
                    text: text.clone(),
                    attachments: Vec::new(),
                    state: SendState::MaybeSent,
                });
            }
        }
        self.page = fresh;
        self.heard = 0;
    }

    fn did(&mut self, deed: &Deed) {
        match deed {
            Deed::Say => {
                let text = format!("say-{}.", self.said.len());
                self.page.say(&text);
                self.said.push(text);
            }
            Deed::Post(outcome) => self.post(*outcome),
            Deed::Begin => self.grow(true),
            Deed::Grow => self.grow(false),
            Deed::Agent => {
                let item = self.grows.take().map(|(item, ..)| item);
                let message = json!({"role": "assistant", "content": content("word word word.")});
                self.log(
                    item,
                    "MessageEvent",
                    "agent",
                    json!({"llm_message": message}),
                );
            }
            Deed::Call => {
                self.calls += 1;
                let item = self.grows.take().map(|(item, ..)| item);
                let call = json!({"tool_name": "terminal", "tool_call_id": format!("k{}", self.calls),
                    "thought": [], "action": {"kind": "TerminalAction", "command": "ls"}});
                self.log(item, "ActionEvent", "agent", call);
            }
            Deed::Result => {
                let seen = json!({"tool_name": "terminal", "tool_call_id": format!("k{}", self.calls),
                    "observation": {"kind": "TerminalObservation", "exit_code": 0, "content": content("ok")}});
                self.log(None, "ObservationEvent", "environment", seen);
            }
            Deed::Elsewhere => self.user(&format!("elsewhere-{}.", self.server.log.len())),
            Deed::Stats { before } => {
                let fields = json!({"key": "stats", "value": {"usage_to_metrics": {}}});
                let time = if *before {
                    self.time - 500
                } else {
                    self.time + 100
                };
                self.log_at(
                    time,
                    None,
                    ("ConversationStateUpdateEvent", "environment"),
                    fields,
                );
            }
            Deed::Status(word) => self.status(word),
            Deed::Arrive { turned } => self.arrive(*turned),
            Deed::Cut { arrived } => self.cut(*arrived),
            Deed::Back { late } => self.back(*late),
            Deed::Crash { unkept, arrived } => self.crash(*unkept, *arrived),
            Deed::Wait(millis) => self.wait(*millis),
        }
        self.attend();
    }

    /// What is on the wire does not stay there, and no call is without an end for so long.
    fn wait(&mut self, millis: u64) {
        self.arrive(false);
        if millis > 3_000 {
            while self.page.requests().any(posts) {
                self.post(Outcome::Unheard);
            }
            self.arrive(false);
        }
        self.page.wait(Duration::millis(millis));
    }

    /// The server answers what is asked beside the messages; the page may have given up the
    /// connection.
    fn attend(&mut self) {
        while self
            .page
            .answer_first(tells, |_| Some((200, "{\"success\":true}".to_owned())))
        {}
        if self.up {
            let server = self.server.clone();
            while self
                .page
                .answer_first(super::server::asks, |request| server.answer(request))
            {}
        }
        if self.up {
            self.hear();
        }
        if self.up && phase(&self.page) != "open" {
            self.up = false;
            self.wire.clear();
        }
    }

    /// Everything comes to rest.
    fn settle(&mut self) {
        for _ in 0..200 {
            self.attend();
            self.back(0);
            self.status("finished");
            self.post(Outcome::Taken);
            self.wait(2_000);
            self.attend();
            let open = self.page.items().iter().any(|item| {
                matches!(&item.body, Body::User(message) if message.state != SendState::Confirmed)
            });
            if !open && self.up {
                return;
            }
        }
        panic!("it does not come to rest: {:?}", self.page.lines());
    }
}

#[test]
fn nothing_is_lost_and_nothing_is_shown_twice() {
    let config = Config {
        cases: 2_000,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let seed = seed();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed.to_le_bytes(); 4].concat());
    let mut runner = TestRunner::new_with_rng(config, rng);
    let schedule = (any::<bool>(), proptest::collection::vec(deed(), 1..40));
    let outcome = runner.run(&schedule, |(session, deeds)| {
        let mut world = World::new(session);
        for deed in &deeds {
            world.did(deed);
        }
        world.settle();
        prop_assert_eq!(told(world.page.items()), reference(&world.server.log));
        prop_assert_eq!(world.page.projected(), world.page.items());
        for text in &world.said {
            let log = world.server.log.iter();
            let times = log.filter(|event| event["llm_message"]["content"][0]["text"] == **text);
            prop_assert_eq!(times.count(), 1, "{}", text);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("SCHEDULES_SEED={seed} {failure}");
    }
}
