//! Random schedules of a numbered conversation: cuts, crashes, restarts, lost and doubled frames,
//! clock jumps, messages from here and from elsewhere. In the end the timeline is that of the whole
//! log, and each message that was written here is in it once.

use parlor::model::{Body, Duration, Instant, SendState, TransactionId};
use parlor::recording::Player;
use parlor::session::Input;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::numbered::{Mishap, Server, Stored, client, frame, reference, told};
use super::support::Wire;

#[derive(Clone, Debug)]
enum Deed {
    /// The person writes.
    Say,
    /// The agent writes, and the frame arrives or is lost with the connection.
    Agent,
    /// The agent calls a tool.
    Call,
    /// The last call has its result.
    Result,
    /// Somebody writes in another window.
    Elsewhere,
    /// The connection ends; what the person sent just before has arrived, or not.
    Cut { arrived: bool },
    /// The connection comes back.
    Back { lost: usize, doubled: usize },
    /// The tab is killed; so many of the last writes were not kept. It is opened again.
    Crash { unkept: usize },
    /// Time passes, or the machine sleeps.
    Wait(u64),
    /// The server says what the agent does.
    State(&'static str),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => Just(Deed::Say),
        6 => Just(Deed::Agent),
        2 => Just(Deed::Call),
        2 => Just(Deed::Result),
        1 => Just(Deed::Elsewhere),
        3 => any::<bool>().prop_map(|arrived| Deed::Cut { arrived }),
        4 => (0_usize..6, 0_usize..4).prop_map(|(lost, doubled)| Deed::Back { lost, doubled }),
        1 => (0_usize..4).prop_map(|unkept| Deed::Crash { unkept }),
        3 => prop_oneof![1_u64..3_000, 3_000_u64..7_200_000].prop_map(Deed::Wait),
        2 => prop_oneof![
            Just("running"), Just("awaiting_user_input"), Just("finished"), Just("error"),
            Just("loading"), Just("paused"), Just("awaiting_user_confirmation")
        ].prop_map(Deed::State),
    ]
}

/// A server, and a person at a page that may be killed.
struct World {
    server: Server,
    next: i64,
    calls: usize,
    page: Player,
    up: bool,
    /// How many of the frames that the page sent the server has read.
    heard: usize,
    /// What the page has stored.
    stored: Stored,
    said: Vec<String>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            server: Server::default(),
            next: 0,
            calls: 0,
            page: client(Stored::default(), Instant(0)),
            up: false,
            heard: 0,
            stored: Stored::default(),
            said: Vec::new(),
        };
        world.log(state("awaiting_user_input"), false);
        world.back(Mishap::default());
        world
    }

    fn log(&mut self, mut event: Value, arrives: bool) {
        event["id"] = json!(self.next);
        // Some numbers are of events that nobody is told.
        self.next += 1 + i64::from(self.next % 5 == 0);
        let frame = frame(&event);
        self.server.log.push(event);
        if arrives && self.up {
            self.page.receive(&frame);
        }
    }

    /// The server reads what was sent to it.
    fn hear(&mut self) {
        let sent: Vec<String> = self.page.sent()[self.heard..].to_vec();
        self.heard = self.page.sent().len();
        for frame in sent {
            let Some((ack, rest)) = frame.strip_prefix("42").and_then(|f| f.split_once('[')) else {
                continue;
            };
            let said: Value = serde_json::from_str(&format!("[{rest}")).unwrap();
            let text = said[1]["args"]["content"].as_str().unwrap();
            self.log(user(text), true);
            if self.up {
                self.page.receive(&format!("43{ack}[]"));
            }
        }
    }

    fn cut(&mut self, arrived: bool) {
        if arrived {
            self.up = false;
            self.hear();
        }
        self.heard = self.page.sent().len();
        self.up = false;
        self.page.close(1006, "");
    }

    fn back(&mut self, mishap: Mishap) {
        if self.up {
            return;
        }
        while self.page.asked().is_empty() {
            self.page.wait(Duration::secs(31));
        }
        self.server.accept(&mut self.page, mishap);
        self.up = true;
        self.heard = self.page.sent().len();
        // What the page sends at once is read like the rest.
        self.heard -= self
            .page
            .sent()
            .iter()
            .rev()
            .take_while(|f| f.starts_with("42"))
            .count();
    }

    /// A killed tab: what was not kept is as if it had not come, and the messages that no sign had
    /// come of are known.
    fn crash(&mut self, unkept: usize) {
        self.cut(true);
        self.stored.keep(&self.page, unkept);
        let now = self.page.now();
        let mut page = client(self.stored.clone(), now);
        for item in self.page.items() {
            if let Body::User(message) = &item.body {
                let text = message.text.clone();
                match message.state {
                    SendState::Confirmed => {}
                    ref state => page.input(Input::Given {
                        id: message.transaction,
                        text,
                        attachments: Vec::new(),
                        state: match state {
                            SendState::Queued | SendState::Failed(_) => state.clone(),
                            _ => SendState::MaybeSent,
                        },
                    }),
                }
            }
        }
        // Those whose echo was not kept are in doubt again: both are written in one transaction.
        let shown =
            |page: &Player, text: &str| page.lines().iter().any(|line| line.ends_with(text));
        for text in &self.said {
            if !shown(&page, text) {
                page.input(Input::Given {
                    id: TransactionId(0),
                    text: text.clone(),
                    attachments: Vec::new(),
                    state: SendState::MaybeSent,
                });
            }
        }
        self.page = page;
        self.heard = 0;
    }

    fn did(&mut self, deed: &Deed) {
        match deed {
            Deed::Say => {
                let text = format!("say-{}.", self.said.len());
                self.page.say(&text);
                self.said.push(text);
            }
            Deed::Agent => self.log(agent(self.next), true),
            Deed::Call => {
                self.calls += 1;
                self.log(call(self.calls), true);
            }
            Deed::Result => self.log(result(self.calls), true),
            Deed::Elsewhere => self.log(user(&format!("elsewhere-{}.", self.next)), true),
            Deed::Cut { arrived } => self.cut(*arrived),
            Deed::Back { lost, doubled } => self.back(Mishap {
                lost: *lost,
                doubled: *doubled,
                no_rest: false,
            }),
            Deed::Crash { unkept } => self.crash(*unkept),
            Deed::Wait(millis) => self.page.wait(Duration::millis(*millis)),
            Deed::State(word) => self.log(state(word), true),
        }
        if self.up {
            self.hear();
        }
        // The page may have given the connection up by itself, for want of a ping.
        self.up &= self.page.session().phase().word() == "open";
    }

    /// Everything comes to rest.
    fn settle(&mut self) {
        for _ in 0..200 {
            self.back(Mishap::default());
            self.log(state("awaiting_user_input"), true);
            self.hear();
            self.page.wait(Duration::secs(2));
            self.up &= self.page.session().phase().word() == "open";
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

pub(crate) fn user(text: &str) -> Value {
    json!({"source": "user", "action": "message", "message": text, "args": {"content": text, "image_urls": []}})
}

pub(crate) fn agent(id: i64) -> Value {
    json!({"source": "agent", "action": "message", "message": "", "args": {"content": format!("agent-{id}.")}})
}

pub(crate) fn call(call: usize) -> Value {
    json!({"source": "agent", "action": "run", "args": {"command": "ls", "thought": ""},
        "tool_call_metadata": {"tool_call_id": format!("call-{call}")}})
}

pub(crate) fn result(call: usize) -> Value {
    json!({"source": "agent", "observation": "run", "content": "ok", "extras": {"metadata": {"exit_code": 0}},
        "tool_call_metadata": {"tool_call_id": format!("call-{call}")}})
}

pub(crate) fn state(word: &str) -> Value {
    json!({"source": "environment", "observation": "agent_state_changed", "content": "",
        "extras": {"agent_state": word, "reason": ""}})
}

#[test]
fn nothing_is_lost_and_nothing_is_shown_twice() {
    let config = Config {
        cases: 10_000,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..Config::default()
    };
    let seed = seed();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed.to_le_bytes(); 4].concat());
    let mut runner = TestRunner::new_with_rng(config, rng);
    let schedule = proptest::collection::vec(deed(), 1..40);
    let outcome = runner.run(&schedule, |deeds| {
        let mut world = World::new();
        for deed in &deeds {
            world.did(deed);
        }
        world.settle();
        prop_assert_eq!(told(world.page.items()), reference(&world.server.log));
        prop_assert_eq!(world.page.projected(), world.page.items());
        for text in &world.said {
            let times = world
                .server
                .log
                .iter()
                .filter(|event| event["args"]["content"] == **text);
            prop_assert_eq!(times.count(), 1, "{}", text);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("SCHEDULES_SEED={seed} {failure}");
    }
}

/// Another one each time; a failure names it, and the variable brings it back.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("SCHEDULES_SEED").ok();
    given.map_or_else(
        || {
            u64::from(std::process::id())
                ^ std::time::UNIX_EPOCH
                    .elapsed()
                    .map_or(0, |now| now.as_millis() as u64)
        },
        |given| given.parse().expect("SCHEDULES_SEED is a number"),
    )
}
