//! Answers of the document's servers: that they grow, whose they are, and that none is there twice.

use parlor::model::{ConversationId, Duration};
use parlor::protocol::Dialect;
use parlor::session::{Change, Input, Run};
use serde_json::json;

use super::super::support::Wire;
use super::{
    OTHER, OURS, Server, bot_typing, chunk, documented, message, settle, setup, start, stream_end,
    stream_start,
};

fn elsewhere(change: &Change) -> Option<String> {
    match change {
        Change::Elsewhere { id, name, text } => Some(format!("{id} {name}: {text}")),
        _ => None,
    }
}

#[test]
fn the_text_at_the_end_is_the_answer() {
    let mut page = documented();
    page.say("hi");
    page.gets(stream_start("m", OURS));
    page.gets(chunk("m", "Hello wrold"));
    assert_eq!(page.lines()[1], "agent streaming: Hello wrold");
    page.gets(stream_end("m", "Hello world!"));
    assert_eq!(
        page.lines(),
        ["user confirmed: hi", "agent done: Hello world!"]
    );
    settle(&mut page);
    assert_eq!(page.session().run(), Run::Idle);
}

#[test]
fn an_end_without_a_text_keeps_the_pieces() {
    let mut page = documented();
    page.gets(stream_start("m", OURS));
    page.gets(chunk("m", "Hello"));
    page.gets(json!({"type": "stream_end", "message_id": "m"}));
    assert_eq!(page.lines(), ["agent done: Hello"]);
}

#[test]
fn chunks_of_another_session_never_show() {
    let mut page = documented();
    page.gets(stream_start("a", OURS));
    page.gets(stream_start("b", OTHER));
    for (id, piece) in [("a", "our"), ("b", "their"), ("a", "s"), ("b", "s")] {
        page.gets(chunk(id, piece));
    }
    page.gets(stream_end("b", "theirs"));
    page.gets(stream_end("a", "ours"));
    page.gets(chunk("b", "late"));
    assert_eq!(page.lines(), ["agent done: ours"]);
}

#[test]
fn chunks_whose_beginning_was_missed_open_an_answer_in_the_open_conversation() {
    let mut page = documented();
    page.gets(chunk("late", "and they "));
    page.gets(chunk("late", "lived"));
    assert_eq!(page.lines(), ["agent streaming: and they lived"]);
    page.gets(stream_end("late", "Once. And they lived."));
    assert_eq!(page.lines(), ["agent done: Once. And they lived."]);
}

#[test]
fn two_answers_that_grow_at_once_in_one_session_stay_apart() {
    let mut page = documented();
    page.gets(stream_start("a", OURS));
    page.gets(stream_start("b", OURS));
    for (id, piece) in [("a", "A1 "), ("b", "B1 "), ("a", "A2"), ("b", "B2")] {
        page.gets(chunk(id, piece));
    }
    page.gets(stream_end("a", "A1 A2"));
    assert_eq!(
        page.lines(),
        ["agent done: A1 A2", "agent streaming: B1 B2"]
    );
    page.gets(stream_end("b", "B1 B2"));
    assert_eq!(page.lines(), ["agent done: A1 A2", "agent done: B1 B2"]);
}

#[test]
fn a_message_comes_once_by_its_identifier() {
    let mut page = documented();
    for _ in 0..2 {
        page.gets(message("m1", "assistant", "Hello"));
    }
    page.gets(stream_start("m2", OURS));
    page.gets(chunk("m2", "Again"));
    page.gets(stream_end("m2", "Again"));
    page.gets(message("m2", "assistant", "Again"));
    page.gets(stream_start("m1", OURS));
    page.gets(chunk("m1", "Hello"));
    page.gets(stream_end("m1", "Hello"));
    page.reconnect();
    page.gets(message("m1", "assistant", "Hello"));
    assert_eq!(page.lines(), ["agent done: Hello", "agent done: Again"]);
}

#[test]
fn our_own_message_is_not_there_twice_and_one_from_elsewhere_is_there() {
    let mut page = documented();
    page.say("hi");
    page.gets(message("u1", "user", "hi"));
    page.gets(message("m1", "assistant", "Hello"));
    settle(&mut page);
    page.say("again");
    page.gets(bot_typing(true));
    page.gets(message("u2", "user", "again"));
    page.gets(message("u3", "user", "from my phone"));
    assert_eq!(
        page.lines(),
        [
            "user confirmed: hi",
            "agent done: Hello",
            "user confirmed: again",
            "user confirmed: from my phone"
        ]
    );
}

#[test]
fn what_the_system_says_is_a_notice() {
    let mut page = documented();
    page.gets(message("s", "system", "Maintenance at noon."));
    assert_eq!(
        page.lines(),
        ["notice done: The server says: Maintenance at noon."]
    );
}

#[test]
fn results_go_to_the_oldest_call_of_their_tool() {
    let mut page = documented();
    let call = |tool: &str, id: u32| json!({"type": "tool_call", "session_id": OURS, "tool": tool, "arguments": {"id": id}});
    let result = |tool: &str, of: &str, session: &str| json!({"type": "tool_result", "session_id": session, "tool": tool, "result": of});
    page.gets(call("search", 1));
    page.gets(call("search", 2));
    page.gets(call("mail", 3));
    page.gets(result("search", "theirs", OTHER));
    page.gets(result("mail", "third", OURS));
    page.gets(result("search", "first", OURS));
    assert_eq!(
        page.lines(),
        ["tool done: first", "tool pending: ", "tool done: third"]
    );
    page.gets(json!({"type": "tool_result", "tool": "search", "result": {"error": "no"}}));
    assert_eq!(page.items()[1].state().word(), "failed");
}

#[test]
fn what_is_said_before_a_tool_stands_before_it_once() {
    let mut page = documented();
    page.gets(stream_start("m", OURS));
    page.gets(chunk("m", "Let me look. "));
    page.gets(json!({"type": "tool_call", "session_id": OURS, "tool": "search", "arguments": {}}));
    page.gets(json!({"type": "tool_result", "session_id": OURS, "tool": "search", "result": "x"}));
    page.gets(chunk("m", "It shipped."));
    page.gets(stream_end("m", "Let me look. It shipped."));
    assert_eq!(
        page.lines(),
        [
            "agent done: Let me look. ",
            "tool done: x",
            "agent done: It shipped."
        ]
    );
}

#[test]
fn frames_in_the_envelope_say_the_same_as_flat_ones() {
    let mut page = documented();
    page.gets(json!({"type": "stream_start", "payload": {"session_id": OURS, "message_id": "m"}}));
    page.gets(json!({"type": "stream_chunk", "payload": {"message_id": "m", "content": "en"}}));
    page.gets(json!({"type": "stream_end", "payload": {"message_id": "m", "content": "all"}}));
    page.gets(json!({"type": "stream_start", "payload": {"session_id": OTHER, "message_id": "o"}}));
    page.gets(json!({"type": "stream_chunk", "payload": {"message_id": "o", "content": "theirs"}}));
    let typing = json!({"session_id": OURS, "is_typing": true});
    page.gets(json!({"type": "bot_typing", "payload": typing}));
    assert_eq!(page.lines(), ["agent done: all"]);
    assert!(matches!(page.session().run(), Run::Working { .. }));
}

#[test]
fn after_stop_the_rest_of_what_ran_is_not_shown_and_the_next_answer_is() {
    let mut page = documented();
    page.say("long");
    page.gets(stream_start("m", OURS));
    page.gets(chunk("m", "Once "));
    page.input(Input::Stop);
    page.gets(chunk("m", "upon "));
    page.gets(stream_start("m2", OURS));
    page.gets(chunk("m2", "more of it"));
    page.say("short");
    page.gets(chunk("m2", " and more"));
    page.gets(stream_end("m", "Once upon a time"));
    page.gets(stream_end("m2", "more of it and more"));
    settle(&mut page);
    page.gets(stream_start("n", OURS));
    page.gets(chunk("n", "Yes."));
    page.gets(stream_end("n", "Yes."));
    settle(&mut page);
    let lines = page.lines();
    let agents: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("agent"))
        .collect();
    assert_eq!(agents, ["agent interrupted: Once ", "agent done: Yes."]);
    assert_eq!(page.session().run(), Run::Idle);
    assert_eq!(page.messages_sent(), ["long", "short"]);
}

#[test]
fn a_bot_that_types_works_until_it_stops_or_a_minute_is_over() {
    let mut page = documented();
    page.gets(bot_typing(true));
    assert!(matches!(page.session().run(), Run::Working { .. }));
    page.gets(bot_typing(false));
    settle(&mut page);
    assert_eq!(page.session().run(), Run::Idle);

    page.gets(bot_typing(true));
    for _ in 0..5 {
        page.wait(Duration::secs(11));
        page.gets(json!({"type": "pong"}));
    }
    assert!(matches!(page.session().run(), Run::Working { .. }));
    page.wait(Duration::secs(8));
    assert_eq!(page.session().run(), Run::Idle);
    assert_eq!(page.lines(), [""; 0]);
}

#[test]
fn news_of_another_conversation_are_told_once_its_answer_is_whole() {
    let mut page = start(parlor::protocol::Setup {
        others: vec![ConversationId::new(OTHER)],
        ..setup(Dialect::Documented)
    });
    page.open();
    page.wait(Duration::secs(3));
    page.gets(json!({"type": "pong"}));
    let asked = json!({"type": "subscribe", "session_id": OTHER});
    // The ping behind tells when it was taken.
    assert_eq!(page.frames()[2..], [asked, json!({"type": "ping"})]);
    page.gets(stream_start("o", OTHER));
    page.gets(chunk("o", "theirs"));
    assert_eq!(page.all(elsewhere), [""; 0]);
    page.gets(stream_end("o", "theirs"));
    let mut told = message("p", "assistant", "more");
    told["session_id"] = json!(OTHER);
    page.gets(told.clone());
    told["session_id"] = json!("00000000-0000-0000-0000-00000000dead");
    page.gets(told);
    page.gets(stream_start("q", OTHER));
    page.gets(chunk("q", "in "));
    page.gets(chunk("q", "pieces"));
    page.gets(json!({"type": "stream_end", "message_id": "q"}));
    let news = ["o: theirs", "p: more", "q: in pieces"];
    assert_eq!(
        page.all(elsewhere),
        news.map(|news| format!("{OTHER} {news}"))
    );
    assert_eq!(page.lines(), [""; 0]);
}

#[test]
fn a_session_that_the_server_makes_is_ours_unless_it_knows_ours() {
    let made = json!({"type": "session_created", "session_id": OTHER});
    let mut page = start(parlor::protocol::Setup {
        fresh: true,
        ..setup(Dialect::Documented)
    });
    page.open();
    page.say("no session yet");
    page.gets(made.clone());
    assert_eq!(page.all(super::named), [OTHER]);
    let mut told = message("m", "assistant", "Hello!");
    told["session_id"] = json!(OTHER);
    page.gets(told);
    assert_eq!(page.lines()[1], "agent done: Hello!");
    let asked = json!({"type": "subscribe", "session_id": OTHER});
    assert_eq!(page.frames().last(), Some(&asked));

    let mut page = documented();
    page.gets(message("m", "assistant", "Hello!"));
    page.gets(made.clone());
    assert_eq!(page.all(super::named), [""; 0]);

    let mut page = documented();
    page.say("hi");
    page.gets(super::error("SESSION_NOT_FOUND", "expired"));
    page.gets(made);
    assert_eq!(page.all(super::named), [OTHER]);
    let another = "7fa459ea-ee8a-4ca4-894e-db77e160355e";
    page.gets(json!({"type": "session_created", "session_id": another}));
    assert_eq!(page.all(super::named), [OTHER]);
}

#[test]
fn a_session_that_somebody_else_begins_does_not_take_a_known_one_away() {
    let made = json!({"type": "session_created", "session_id": OTHER});
    let mut page = documented();
    // The first frame of all, and of a connection; and while a message waits for its answer.
    page.gets(made.clone());
    page.say("hi");
    page.gets(made.clone());
    page.gets(message("m", "assistant", "Hello"));
    page.reconnect();
    page.gets(made);
    assert_eq!(page.all(super::named), [""; 0]);
    page.gets(message("n", "assistant", "Still here"));
    assert_eq!(page.lines().last().unwrap(), "agent done: Still here");
}

#[test]
fn a_session_that_is_closed_says_why_and_is_asked_for_again_with_the_next_message() {
    let mut page = documented();
    page.say("hi");
    page.gets(stream_start("m", OURS));
    let closed = json!({"type": "session_closed", "session_id": OURS, "reason": "idle_timeout"});
    page.gets(closed);
    settle(&mut page);
    let told = page.lines()[1].clone();
    assert!(
        told.contains("because nothing was said for a while. Send a message"),
        "{told}"
    );
    page.say("again");
    let sent = page.kinds();
    assert_eq!(sent, ["subscribe", "message", "subscribe", "message"]);
}

#[test]
fn what_cannot_be_read_shows_nothing_and_takes_nothing_away() {
    let mut page = documented();
    for broken in [
        "",
        "not json",
        "[]",
        "null",
        "{\"type\":7}",
        "{\"type\":\"message\"}",
        "{\"type\":\"message\",\"content\":null,\"message_id\":\"m\"}",
        "{\"type\":\"message\",\"content\":{\"a\":1}}",
        "{\"type\":\"stream_start\"}",
        "{\"type\":\"stream_chunk\",\"content\":\"of nothing\"}",
        "{\"type\":\"stream_chunk\",\"message_id\":\"m\"}",
        "{\"type\":\"stream_end\"}",
        "{\"type\":\"bot_typing\"}",
        "{\"type\":\"tool_call\"}",
        "{\"type\":\"brand_new\",\"content\":\"x\"}",
        "{\"type\":\"message\",\"payload\":[1]}",
    ] {
        let before = page.session().unknown();
        page.receive(broken);
        assert_eq!(page.session().unknown(), before + 1, "{broken}");
    }
    page.gets(message("m", "assistant", "still here"));
    assert_eq!(page.lines(), ["agent done: still here"]);
}

#[test]
fn the_same_word_from_elsewhere_is_there_where_the_server_does_not_repeat_ours() {
    let mut page = documented();
    page.say("yes");
    page.gets(message("m1", "assistant", "Done."));
    settle(&mut page);
    page.gets(message("u2", "user", "yes"));
    let lines = [
        "user confirmed: yes",
        "agent done: Done.",
        "user confirmed: yes",
    ];
    assert_eq!(page.lines(), lines);
}

#[test]
fn a_message_that_was_sent_into_a_run_is_there_once_when_it_is_repeated_behind_it() {
    let mut page = documented();
    page.say("long");
    page.gets(message("u1", "user", "long"));
    page.gets(stream_start("m1", OURS));
    page.gets(chunk("m1", "Once"));
    page.say("short");
    let waiting = page.items().last().unwrap().id;
    page.input(Input::SendNow(waiting));
    page.gets(chunk("m1", " upon"));
    page.gets(stream_end("m1", "Once upon"));
    page.gets(message("u2", "user", "short"));
    page.gets(message("m2", "assistant", "Yes."));
    let lines = page.lines();
    let short = lines.iter().filter(|line| line.ends_with(": short"));
    assert_eq!(short.count(), 1, "{lines:?}");
}
