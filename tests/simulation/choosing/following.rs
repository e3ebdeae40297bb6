//! The same in a tab that follows another one, and while that one's conversation is being made.

use parlor::app::{Intent, Msg};
use parlor::model::Confirmation;
use parlor::protocol::Command;
use serde_json::{Value, json};

use super::super::links::{Page, load, visit};
use super::{ID, SERVER, asks, body, connected, frame, link};

#[test]
fn a_tab_that_follows_leaves_what_is_asked_of_the_agent_to_the_one_that_holds_it() {
    let mut page = load(&link(ID), None);
    page.holds = false;
    page.connect("openhands-v1", SERVER);
    asks(&mut page, Command::Confirm(Confirmation::Risky));
    asks(&mut page, Command::Condense);
    asks(&mut page, Command::Discard);
    let told: Vec<Value> = page
        .told
        .iter()
        .map(|news| serde_json::from_str(news).unwrap())
        .filter(|news: &Value| news.get("do").is_some())
        .collect();
    assert_eq!(
        told,
        ["risky", "condense", "discard"].map(|word| json!({"do": word}))
    );

    let mut holder = connected();
    holder.tell(Msg::Heard(told[0].to_string()));
    holder.answer("/security_analyzer", 200, "{}");
    let policy = holder.answer("/confirmation_policy", 200, "{}");
    assert_eq!(body(&policy)["policy"]["kind"], "ConfirmRisky");
    holder.tell(Msg::Heard(told[1].to_string()));
    holder.answer("/condense", 200, "{}");
}

/// What a tab said to the others on its conversation since this was asked last.
fn said(page: &mut Page) -> Vec<String> {
    std::mem::take(&mut page.told)
}

fn hears(page: &mut Page, news: Vec<String>) {
    news.into_iter()
        .for_each(|news| page.tell(Msg::Heard(news)));
}

/// A tab that begins a conversation, which is not made yet, and another that follows it.
fn beginning() -> (Page, Page) {
    let mut holder = load("", None);
    holder.connect("openhands-v1", SERVER);
    let mut follower = visit("server=demo", None, &holder.store);
    follower.holds = false;
    follower.connect("openhands-v1", SERVER);
    assert_eq!(follower.view.conversation, holder.view.conversation);
    assert!(follower.view.elsewhere);
    (holder, follower)
}

/// The server makes the conversation, and gives it a name.
fn is_made(holder: &mut Page) {
    holder.answer("/sandbox-specs/search?limit=100", 404, "{}");
    holder.answer("/api/file/home", 200, r#"{"home":"/root"}"#);
    holder.answer("/api/agent-profiles", 404, "{}");
    holder.answer(
        "/api/settings",
        200,
        r#"{"agent_settings":{"llm":{"model":"m"}}}"#,
    );
    let made = json!({"id": "made", "workspace": {"working_dir": "/w"}});
    holder.answer("/api/conversations", 201, &made.to_string());
    assert_eq!(holder.view.conversation, "made");
}

/// The holder's connection opens, and the follower reads what the log has.
fn goes_on(holder: &mut Page, follower: &mut Page) {
    holder.open();
    frame(holder, &json!({"type": "sync", "from_seq": -1}));
    hears(follower, said(holder));
    assert_eq!(holder.phase.word(), "open");
    assert_eq!(follower.phase.word(), "open");
    assert!(
        follower.asked.iter().all(|(_, what)| what.method == "GET"),
        "it makes none of its own: {:?}",
        follower.asked
    );
}

#[test]
fn a_tab_that_follows_a_conversation_that_is_being_made_goes_on_in_the_one_that_was_made() {
    let (mut holder, mut follower) = beginning();
    hears(&mut holder, said(&mut follower));
    follower.send("taken", Vec::new());
    hears(&mut holder, said(&mut follower));
    hears(&mut follower, said(&mut holder));
    follower.send("not taken", Vec::new());
    said(&mut follower);
    follower.tell(Msg::Did(Intent::Draft("half a thought".into())));
    is_made(&mut holder);
    hears(&mut follower, said(&mut holder));
    assert_eq!(follower.view.conversation, "made");
    assert_eq!(
        follower.lines(),
        ["user sent: taken", "user sending: not taken"]
    );
    assert_eq!(follower.composed.as_deref().unwrap_or_default(), "");
    hears(&mut holder, said(&mut follower));
    hears(&mut follower, said(&mut holder));
    assert_eq!(
        follower.lines(),
        ["user sent: taken", "user sent: not taken"]
    );
    goes_on(&mut holder, &mut follower);
    assert!(!follower.asked.is_empty());
    assert!(
        follower
            .asked
            .iter()
            .all(|(_, what)| what.url.contains("made")),
        "{:?}",
        follower.asked
    );
}

#[test]
fn a_tab_that_waits_for_the_lock_hears_the_name_that_the_conversation_gets() {
    let (mut holder, _) = beginning();
    let mut follower = visit("server=demo", None, &holder.store);
    follower.unanswered = true;
    follower.connect("openhands-v1", SERVER);
    hears(&mut holder, vec![r#"{"hello":true}"#.to_owned()]);
    is_made(&mut holder);
    follower.unanswered = false;
    follower.holds = false;
    hears(&mut follower, said(&mut holder));
    assert_eq!(follower.view.conversation, "made");
    assert!(follower.view.elsewhere);
    hears(&mut holder, said(&mut follower));
    hears(&mut follower, said(&mut holder));
    goes_on(&mut holder, &mut follower);
}
