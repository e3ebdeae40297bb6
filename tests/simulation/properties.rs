//! Random schedules against a naive model: whatever happens in whatever order, what the screen
//! shows is what the session holds, each message is sent as often as the person wanted, and no
//! text is lost or doubled.

use parlor::model::{Body, Duration, SendState};
use parlor::recording::Player;
use parlor::session::Input;
use proptest::prelude::*;
use serde_json::json;

use super::support::{Wire, connecting};

#[derive(Clone, Debug)]
enum Deed {
    Say,
    Open,
    Cut(u16),
    Wait(u64),
    Thinking,
    Chunk,
    Finish,
    Tool,
    Fault,
    Online(bool),
    Shown,
    Retry,
    Withdraw,
    Junk,
    GiveUp,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => Just(Deed::Say),
        3 => Just(Deed::Open),
        1 => prop_oneof![Just(1000_u16), Just(1006), Just(1011)].prop_map(Deed::Cut),
        3 => (1_u64..40_000).prop_map(Deed::Wait),
        2 => Just(Deed::Thinking),
        5 => Just(Deed::Chunk),
        2 => Just(Deed::Finish),
        1 => Just(Deed::Tool),
        1 => Just(Deed::Fault),
        1 => any::<bool>().prop_map(Deed::Online),
        1 => Just(Deed::Shown),
        1 => Just(Deed::Retry),
        1 => Just(Deed::Withdraw),
        1 => Just(Deed::Junk),
        1 => Just(Deed::GiveUp),
    ]
}

/// The naive model of the server: it streams numbered pieces and repeats them whole at the end.
#[derive(Default)]
struct Server {
    said: usize,
    pieces: usize,
    step: String,
    whole: String,
    open: bool,
}

impl Server {
    fn piece(&mut self, player: &mut Player) {
        self.pieces += 1;
        let piece = format!("<{}>", self.pieces);
        self.step.push_str(&piece);
        player.chunk(&piece);
    }

    fn finish(&mut self, player: &mut Player) {
        let step = std::mem::take(&mut self.step);
        self.whole.push_str(&step);
        if !step.is_empty() {
            player.response(&step);
        }
        let whole = std::mem::take(&mut self.whole);
        if !whole.is_empty() {
            player.response(&whole);
        }
    }
}

fn act(deed: &Deed, player: &mut Player, server: &mut Server) {
    match deed {
        Deed::Say => {
            server.said += 1;
            player.say(&format!("m{}", server.said));
        }
        Deed::Open => {
            player.open();
            player.answer_all(501, "");
        }
        Deed::Cut(code) => player.close(*code, ""),
        Deed::Wait(span) => player.wait(Duration(*span)),
        Deed::Thinking if server.open => {
            server.step.clear();
            server.whole.clear();
            player.thinking();
        }
        Deed::Chunk if server.open => server.piece(player),
        Deed::Finish if server.open => server.finish(player),
        Deed::Tool if server.open => {
            let step = std::mem::take(&mut server.step);
            server.whole.push_str(&step);
            if !step.is_empty() {
                player.response(&step);
            }
            player.event("toolCall", json!({"toolName": "t", "args": {}}));
            player.event("toolResult", json!({"toolName": "t", "result": "r"}));
        }
        Deed::Fault if server.open => {
            server.step.clear();
            server.whole.clear();
            player.event("error", json!({"message": "no"}));
        }
        Deed::Online(online) => player.input(Input::Online(*online)),
        Deed::Shown => player.input(Input::Shown),
        Deed::Retry => player.input(Input::RetryNow),
        Deed::Withdraw => {
            if let Some(id) = player.session().queued().last() {
                player.input(Input::Withdraw(*id));
            }
        }
        Deed::Junk => player.receive("{\"event\":"),
        Deed::GiveUp => player.input(Input::GiveUp),
        _ => {}
    }
    player.flush();
    server.open = player.session().phase().word() == "open";
}

fn check(player: &Player) -> Result<(), TestCaseError> {
    prop_assert_eq!(player.projected(), player.items());
    let sent = player.messages_sent();
    let mut once = sent.clone();
    once.sort();
    once.dedup();
    prop_assert_eq!(
        once.len(),
        sent.len(),
        "a message went out twice: {:?}",
        sent
    );
    let mut queued = false;
    for item in player.items() {
        let waits = matches!(&item.body, Body::User(message) if message.state == SendState::Queued);
        prop_assert!(waits || !queued, "something stands behind a queued message");
        queued = waits;
    }
    let text: String = player.lines().concat();
    for number in 1..40 {
        let piece = format!("<{number}>");
        prop_assert!(
            text.matches(&piece).count() <= 1,
            "{} is shown twice: {:?}",
            piece,
            player.lines()
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_sent_twice_or_shown_twice(deeds in prop::collection::vec(deed(), 1..60), seed in any::<u64>()) {
        let mut player = connecting(seed);
        let mut server = Server::default();
        for deed in &deeds {
            act(deed, &mut player, &mut server);
            check(&player)?;
        }
    }
}

/// What the person gave up waiting for came after the next message had gone out.
#[test]
fn a_late_answer_that_was_given_up_goes_on_where_it_was() {
    use Deed::{Chunk, Finish, GiveUp, Open, Say, Wait};
    for late in [
        &[Finish][..],
        &[Chunk, Finish],
        &[Chunk, Chunk, Finish, Chunk, Finish],
    ] {
        let mut deeds = vec![Open, Chunk];
        deeds.extend([15_455, 26_686, 39_680, 38_179].map(Wait));
        deeds.extend([Say, GiveUp]);
        deeds.extend_from_slice(late);
        let mut player = connecting(0);
        let mut server = Server::default();
        for deed in &deeds {
            act(deed, &mut player, &mut server);
            check(&player).unwrap();
        }
    }
}
