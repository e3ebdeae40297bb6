//! The conversations that the server keeps, as it lists them.

use parlor::model::{ConversationId, Instant};
use parlor::protocol::{Page, Remote};
use parlor::recording::Player;
use parlor::session::{Change, Input};
use serde_json::{Value, json};

use super::super::support::Wire;
use super::{idle, phase};

const LIST: &str = "http://agent.test:3000/api/conversations?limit=20";

fn pages(player: &Player) -> Vec<Page> {
    let changes = player.changes().iter();
    let pages = changes.filter_map(|change| match change {
        Change::Listed(page) => Some(page.clone()),
        _ => None,
    });
    pages.collect()
}

/// A conversation as the real server (0.59.0) lists it.
pub(crate) fn listed(id: &str, title: &Value, status: &str) -> Value {
    json!({"conversation_id": id, "title": title, "status": status,
        "last_updated_at": "2026-11-21T00:43:03.261033Z", "runtime_status": null,
        "selected_repository": null, "trigger": "gui", "num_connections": 0,
        "created_at": "2026-11-21T00:42:36.155698Z", "pr_number": []})
}

#[test]
fn the_list_comes_a_page_at_a_time() {
    let mut player = idle();
    assert!(player.session().capabilities().lists);
    player.input(Input::List {
        wanted: String::new(),
        page: None,
    });
    assert_eq!(player.asked(), [LIST]);
    let results = [
        listed("a1", &json!("A plan"), "RUNNING"),
        listed("b2", &Value::Null, "STOPPED"),
        json!({"title": "without a name of its own"}),
    ];
    let body = json!({"results": results, "next_page_id": "MjA="});
    player.answer_all(200, &body.to_string());
    let remote = |id: &str, title: &str, running| Remote {
        id: ConversationId::new(id),
        title: title.to_owned(),
        at: Instant(1_795_221_783_261),
        running,
    };
    let first = Page {
        conversations: vec![remote("a1", "A plan", true), remote("b2", "", false)],
        first: true,
        next: Some("MjA=".to_owned()),
    };
    assert_eq!(pages(&player), [first]);

    player.input(Input::List {
        wanted: String::new(),
        page: Some("MjA=".to_owned()),
    });
    assert_eq!(player.asked(), [format!("{LIST}&page_id=MjA=")]);
    player.answer_all(200, r#"{"results":[],"next_page_id":null}"#);
    let last = pages(&player).pop().unwrap();
    assert!(!last.first && last.next.is_none() && last.conversations.is_empty());
}

#[test]
fn a_server_that_does_not_list_is_not_spoken_of() {
    let mut player = idle();
    let before = player.lines();
    for (status, body) in [
        (404, r#"{"detail":"Not Found"}"#),
        (429, "{}"),
        (500, "oops"),
        (200, "<html>"),
        (200, r#"{"results":null}"#),
    ] {
        player.input(Input::List {
            wanted: String::new(),
            page: None,
        });
        player.answer_all(status, body);
    }
    player.input(Input::List {
        wanted: String::new(),
        page: None,
    });
    player.fail_all();
    assert_eq!(pages(&player), []);
    assert_eq!(player.lines(), before);
    assert_eq!(phase(&player), "open");
}

#[test]
fn only_the_page_that_was_asked_for_last_counts() {
    let mut player = idle();
    player.input(Input::List {
        wanted: String::new(),
        page: Some("MjA=".to_owned()),
    });
    player.input(Input::List {
        wanted: String::new(),
        page: None,
    });
    let body = |id| json!({"results": [listed(id, &json!(id), "STOPPED")]}).to_string();
    player.answer_next(|_| Some((200, body("late"))));
    player.answer_next(|_| Some((200, body("now"))));
    let pages = pages(&player);
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0].conversations[0].title, "now");
}
