//! A tab that follows another one reads what that one's socket brings, and sends nothing.

use parlor::io::Frame;
use parlor::model::Duration;
use parlor::protocol::Dialect;
use parlor::recording::Player;
use parlor::session::Input;
use serde_json::{Value, json};

use super::super::support::Wire;
use super::{OURS, bot_typing, chunk, error, hello, setup, start, stream_end, stream_start};

/// A tab whose neighbour has the socket.
fn following() -> Player {
    let mut page = start(setup(Dialect::Auto));
    page.input(Input::Disconnect);
    page.input(Input::Follow { open: true });
    page.answer_all(404, "");
    page.answer_all(404, "");
    page
}

fn relayed(page: &mut Player, frame: &Value) {
    page.input(Input::Relayed(Frame::Text(frame.to_string())));
}

#[test]
fn both_dialects_are_read_and_nothing_is_sent() {
    let mut page = following();
    let asked = json!({"type": "message", "session_id": OURS, "content": "hi"});
    page.input(Input::Overheard(asked.to_string()));
    for frame in [
        bot_typing(true),
        stream_start("m", OURS),
        chunk("m", "Hel"),
        json!({"type": "message", "session_id": OURS, "message_id": "u", "role": "user",
            "content": "hi"}),
        stream_end("m", "Hello"),
        error("SESSION_NOT_FOUND", "x"),
        error("RATE_LIMITED", "x"),
    ] {
        relayed(&mut page, &frame);
    }
    assert_eq!(
        page.lines()[..2],
        ["user confirmed: hi", "agent done: Hello"]
    );
    page.wait(Duration::secs(600));

    let mut other = following();
    let greeting: Value = serde_json::from_str(&hello(None)).unwrap();
    relayed(&mut other, &greeting);
    relayed(&mut other, &super::text("Hel", false));
    relayed(&mut other, &super::text("Hello", true));
    assert_eq!(other.lines(), ["agent done: Hello"]);
    for page in [page, other] {
        assert_eq!((page.sent(), page.addresses()), (&[][..], &[][..]));
        assert_eq!(page.asked(), [""; 0]);
    }
}

#[test]
fn a_reloaded_page_names_the_person_as_before() {
    let pages = [0, 1].map(|_| {
        let mut page = start(setup(Dialect::Native));
        page.answer_all(404, "");
        page.addresses()[0].clone()
    });
    assert_eq!(pages[0], pages[1]);
}
