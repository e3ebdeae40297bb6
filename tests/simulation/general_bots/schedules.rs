//! Random schedules of both dialects: cuts, stops, resets, time, answers whole and in pieces, frames
//! doubled and of others. Whatever comes, what is shown is what was told, and a released server is
//! sent nothing but messages.

use parlor::model::Duration;
use parlor::recording::Player;
use parlor::session::Input;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use super::super::support::Wire;
use super::{
    OTHER, OURS, Server, bot_typing, chunk, documented, error, message, newest, older, stream_end,
    stream_start, text,
};

#[derive(Clone, Debug)]
enum Deed {
    Say,
    Types(bool),
    Stop,
    Reset,
    Cut,
    Wait(u64),
    /// The server sends one of its frames, once or twice.
    Frame(usize, bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => Just(Deed::Say),
        1 => any::<bool>().prop_map(Deed::Types),
        1 => Just(Deed::Stop),
        1 => Just(Deed::Reset),
        2 => Just(Deed::Cut),
        3 => (1_u64..100_000).prop_map(Deed::Wait),
        12 => (0_usize..64, any::<bool>()).prop_map(|(at, twice)| Deed::Frame(at, twice)),
    ]
}

/// What a server of the document may send.
fn of_the_document() -> Vec<Vec<Value>> {
    let mut frames = Vec::new();
    for id in ["a", "b", "c"] {
        frames.extend([
            stream_start(id, OURS),
            chunk(id, "one "),
            chunk(id, "two"),
            stream_end(id, "one two"),
            message(id, "assistant", "one two"),
        ]);
    }
    frames.extend([
        message("u", "user", "from elsewhere"),
        bot_typing(true),
        bot_typing(false),
        json!({"type": "tool_call", "session_id": OURS, "tool": "t", "arguments": {}}),
        json!({"type": "tool_result", "session_id": OURS, "tool": "t", "result": 1}),
        json!({"type": "pong"}),
        json!({"type": "session_closed", "session_id": OURS, "reason": "x"}),
        json!({"type": "session_created", "session_id": OURS}),
        error("RATE_LIMITED", "x"),
        error("MESSAGE_TOO_LARGE", "x"),
        error("INVALID_FORMAT", "x"),
        error("SUBSCRIPTION_FAILED", "x"),
        error("NEW", "x"),
        json!({"type": "stream_chunk"}),
        json!({"type": 7}),
    ]);
    let mut frames: Vec<Vec<Value>> = frames.into_iter().map(|frame| vec![frame]).collect();
    // Only its beginning says whose an answer is.
    let theirs = [
        stream_start("o", OTHER),
        chunk("o", "not ours"),
        stream_end("o", "not ours"),
    ];
    frames.push(theirs[..2].to_vec());
    frames.push(theirs.to_vec());
    frames
}

/// What a released server may send.
fn of_a_release() -> Vec<Vec<Value>> {
    let mut thinking = text("", false);
    thinking["thinking"] = json!(true);
    let mut offering = text("", true);
    offering["suggestions"] = json!([{"text": "More"}]);
    let frames = [
        text("one ", false),
        text("two", false),
        text("<think>", false),
        text("</thi", false),
        text("", false),
        text("", true),
        text("one two", true),
        text("{\"type\":\"thinking\",\"content\":\"hm\"}", false),
        text(
            "{\"type\":\"tool_call\",\"content\":{\"name\":\"t\"}}",
            false,
        ),
        text("{\"event\":\"warn\",\"data\":{\"message\":\"w\"}}", true),
        thinking,
        offering,
        json!({"type": "terminal_output", "line": "l"}),
        json!({"type": "todo_update", "todos": [{"text": "t"}]}),
        json!({"type": "connected", "session_id": OURS}),
    ];
    frames.into_iter().map(|frame| vec![frame]).collect()
}

fn play(page: &mut Player, deeds: &[Deed], frames: &[Vec<Value>]) {
    for (at, deed) in deeds.iter().enumerate() {
        match deed {
            Deed::Say => page.say(&format!("message {at}")),
            Deed::Types(writes) => page.input(Input::Typing(*writes)),
            Deed::Stop => page.input(Input::Stop),
            Deed::Reset => {
                page.input(Input::Reset);
                page.answer_all(404, "");
                page.answer_all(404, "");
                page.open();
            }
            Deed::Cut => {
                page.reconnect();
                page.answer_all(404, "");
            }
            Deed::Wait(millis) => page.wait(Duration::millis(*millis)),
            Deed::Frame(which, twice) => {
                for _ in 0..=usize::from(*twice) {
                    for frame in &frames[which % frames.len()] {
                        page.gets(frame.clone());
                    }
                }
            }
        }
        assert_eq!(page.projected(), page.items(), "{at}: {deed:?}");
        let shown = page.lines();
        assert!(
            shown.iter().all(|line| !line.contains("not ours")),
            "{shown:?}"
        );
    }
}

fn runner() -> TestRunner {
    let config = Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(config, rng)
}

#[test]
fn the_document_in_any_order() {
    let frames = of_the_document();
    let all = prop::collection::vec(deed(), 1..60);
    let run = |deeds: Vec<Deed>| {
        let mut page = documented();
        play(&mut page, &deeds, &frames);
        Ok(())
    };
    runner().run(&all, run).unwrap();
}

#[test]
fn a_release_in_any_order_is_sent_nothing_but_messages() {
    let frames = of_a_release();
    let all = prop::collection::vec(deed(), 1..60);
    let run = |deeds: Vec<Deed>| {
        for mut page in [newest(), older()] {
            play(&mut page, &deeds, &frames);
            let kinds = page.kinds();
            assert!(kinds.iter().all(|kind| kind == "1"), "{kinds:?}");
        }
        Ok(())
    };
    runner().run(&all, run).unwrap();
}
