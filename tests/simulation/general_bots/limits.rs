//! The largest frame that a server of the document takes, to the byte.

use parlor::model::{Attachment, Duration};
use parlor::recording::Player;
use parlor::session::Input;

use super::super::support::Wire;
use super::{Server, documented, older, unknown};

const LARGEST: usize = 65_536;

/// Texts whose letters take one byte and more, and such that are escaped in JSON.
const LETTERS: [&str; 6] = ["x", "ü", "€", "🙂", "\n", "\""];

/// A text whose frame has exactly so many bytes: as many of the letter as fit, and `x` behind them.
fn of_size(page: &Player, letter: &str, size: usize) -> String {
    let weigh = |text: &str| page.session().weigh(text, &[]);
    let (empty, one) = (weigh(""), weigh(letter));
    let count = (size - empty) / (one - empty);
    let mut text = letter.repeat(count);
    text.push_str(&"x".repeat(size - weigh(&text)));
    text
}

/// A page that silence has told that the server is one of the document's.
fn silent() -> Player {
    let mut page = unknown();
    page.wait(Duration::secs(2));
    page
}

#[test]
fn a_frame_of_the_limit_goes_out_and_one_of_a_byte_more_does_not() {
    for letter in LETTERS {
        for (size, goes) in [(LARGEST - 1, true), (LARGEST, true), (LARGEST + 1, false)] {
            for mut page in [documented(), silent()] {
                let text = of_size(&page, letter, size);
                assert_eq!(page.session().weigh(&text, &[]), size, "{letter:?}");
                let before = page.sent().len();
                page.say(&text);
                let sent = &page.sent()[before..];
                match goes {
                    true => assert_eq!(sent.iter().map(String::len).collect::<Vec<_>>(), [size]),
                    false => {
                        assert_eq!(sent, [""; 0]);
                        assert_eq!(page.items()[0].state().word(), "failed");
                    }
                }
            }
        }
    }
}

#[test]
fn a_picture_counts_with_all_that_it_takes_on_the_wire() {
    let mut page = documented();
    let picture = |bytes: usize| Attachment {
        name: "a.png".to_owned(),
        mime: "image/png".to_owned(),
        base64: "A".repeat(bytes),
    };
    let over = page.session().weigh("ü", &[picture(0)]);
    for (size, goes) in [(LARGEST - 1, true), (LARGEST, true), (LARGEST + 1, false)] {
        let attachments = vec![picture(size - over)];
        assert_eq!(page.session().weigh("ü", &attachments), size);
        let before = page.sent().len();
        page.input(Input::Send {
            text: "ü".to_owned(),
            attachments,
        });
        let lengths: Vec<usize> = page.sent()[before..].iter().map(String::len).collect();
        assert_eq!(lengths, if goes { vec![size] } else { vec![] });
        page.gets(super::message(&size.to_string(), "assistant", "seen"));
        page.wait(Duration::secs(2));
    }
    let sent = page.frames();
    let url = sent[1]["media_url"].as_str().unwrap();
    assert!(url.starts_with("data:image/png;base64,AAAA"));
}

#[test]
fn what_failed_for_its_size_does_not_hold_up_what_is_behind_it() {
    let mut page = documented();
    let text = of_size(&page, "x", LARGEST + 1);
    page.say(&text);
    page.say("small");
    assert_eq!(page.messages_sent(), ["small"]);
}

#[test]
fn released_servers_have_no_limit() {
    let mut page = older();
    assert_eq!(page.session().capabilities().frame, None);
    page.say(&"x".repeat(100_000));
    assert_eq!(page.kinds(), ["1"]);
}
