//! The conversations that the server keeps and this browser does not.

use parlor::app::{Intent, Listing, Msg};
use serde_json::{Value, json};

use super::links::{Page, load, visit};

const SERVER: &str = "http://h:1/";
const OPENED: &str = r#"0{"sid":"s","pingTimeout":20000,"pingInterval":25000}"#;

fn listed(id: &str, title: &str, status: &str) -> Value {
    json!({"conversation_id": id, "title": title, "status": status,
        "last_updated_at": "2026-11-21T00:43:03.261033Z"})
}

fn body(results: &[Value], next: Option<&str>) -> String {
    json!({"results": results, "next_page_id": next}).to_string()
}

/// Opens the connection of a conversation that is there or is made.
fn connects(page: &mut Page) {
    if page.view.conversation.contains('-') {
        page.answer("/conversations", 200, r#"{"conversation_id":"mine"}"#);
    }
    page.answer("", 200, r#"{"status":"RUNNING","title":null}"#);
    page.open();
    page.receive(OPENED);
    page.receive(r#"40{"sid":"t"}"#);
}

fn watch(page: &mut Page, shown: bool) {
    page.tell(Msg::Did(Intent::List(Listing::Watch(shown))));
}

fn asks(page: &Page) -> usize {
    let asked = page.asked.iter();
    asked
        .filter(|(_, what)| what.url.contains("?limit=20"))
        .count()
}

fn titles(page: &Page) -> Vec<&str> {
    let entries = page.view.remote.iter();
    entries.map(|entry| entry.title.as_str()).collect()
}

/// A page with the list in sight, connected to a server that has told its first page.
fn listing(results: &[Value], next: Option<&str>) -> Page {
    let mut page = load("", None);
    page.connect("openhands-v0", SERVER);
    watch(&mut page, true);
    assert_eq!(asks(&page), 0, "the connection comes first");
    connects(&mut page);
    page.answer("?limit=20", 200, &body(results, next));
    page
}

fn some() -> Page {
    let results = [
        listed("mine", "Mine", "RUNNING"),
        listed("a", "About cats", "RUNNING"),
        listed("b", "About dogs", "STOPPED"),
    ];
    listing(&results, None)
}

#[test]
fn what_the_server_has_and_this_browser_has_not_is_listed_under_the_servers_name() {
    let page = some();
    assert_eq!(page.view.remote_host, "h:1");
    assert_eq!(titles(&page), ["About cats", "About dogs"]);
    let [cats, dogs] = &page.view.remote[..] else {
        panic!("two of them");
    };
    assert_eq!((&*cats.server, &*dogs.server), ("Running", ""));
    assert_eq!(
        page.view.entries.len(),
        1,
        "the open one is of this browser"
    );
    assert!(page.view.toasts.is_empty());
}

#[test]
fn the_list_is_asked_for_while_it_is_shown_and_again_after_each_connect() {
    let mut page = load("", None);
    page.connect("openhands-v0", SERVER);
    connects(&mut page);
    assert_eq!(asks(&page), 0, "nobody looks at it");
    watch(&mut page, true);
    assert_eq!(asks(&page), 1);
    page.answer(
        "?limit=20",
        200,
        &body(&[listed("a", "Old", "STOPPED")], None),
    );
    page.lose();
    connects(&mut page);
    assert_eq!(titles(&page), ["Old"], "it stays until there is another");
    page.answer(
        "?limit=20",
        200,
        &body(&[listed("b", "New", "STOPPED")], None),
    );
    assert_eq!(titles(&page), ["New"]);
    watch(&mut page, false);
    page.lose();
    connects(&mut page);
    assert_eq!(asks(&page), 0);
}

#[test]
fn a_server_that_cannot_be_asked_leaves_the_list_as_it_is() {
    for status in [0, 404, 429, 500] {
        let mut page = load("", None);
        page.connect("openhands-v0", SERVER);
        watch(&mut page, true);
        connects(&mut page);
        page.answer("?limit=20", status, "no");
        assert_eq!(page.view.remote_host, "", "{status}");
        assert_eq!(titles(&page), [""; 0]);
        assert!(page.view.toasts.is_empty());
        assert_eq!(page.lines(), [""; 0]);
    }
}

#[test]
fn more_are_added_behind_and_none_is_there_twice() {
    let mut page = listing(&[listed("a", "One", "STOPPED")], Some("MjA="));
    assert!(page.view.remote_more);
    page.tell(Msg::Did(Intent::List(Listing::More)));
    let more = [listed("a", "One", "STOPPED"), listed("b", "Two", "STOPPED")];
    page.answer("&page_id=MjA=", 200, &body(&more, None));
    assert_eq!(titles(&page), ["One", "Two"]);
    assert!(!page.view.remote_more);
    page.tell(Msg::Did(Intent::List(Listing::More)));
    assert_eq!(asks(&page), 0);
}

#[test]
fn a_page_of_which_all_is_kept_here_still_leads_to_the_next() {
    let page = listing(&[listed("mine", "Mine", "RUNNING")], Some("MjA="));
    assert_eq!(titles(&page), [""; 0]);
    assert_eq!(page.view.remote_host, "h:1");
    assert!(page.view.remote_more);
}

#[test]
fn the_search_looks_at_their_titles() {
    let mut page = some();
    page.tell(Msg::Did(Intent::List(Listing::Seek("DOGS".into()))));
    assert_eq!(titles(&page), ["About dogs"]);
    page.tell(Msg::Did(Intent::List(Listing::Seek("fish".into()))));
    assert_eq!(titles(&page), [""; 0]);
    assert_eq!(page.view.remote_host, "", "no heading over nothing");
}

#[test]
fn one_of_them_is_opened_by_its_name_and_is_this_browsers_from_then_on() {
    let mut page = some();
    let id = page.view.remote[0].id;
    page.tell(Msg::Did(Intent::List(Listing::Open(id))));
    assert_eq!(page.view.conversation, "a");
    page.answer(
        "/conversations/a",
        200,
        r#"{"status":"RUNNING","title":"About cats"}"#,
    );
    page.open();
    page.receive(OPENED);
    page.receive(r#"40{"sid":"t"}"#);
    assert!(page.opened.last().unwrap().contains("conversation_id=a&"));
    assert_eq!(titles(&page), ["About dogs"]);
    assert!(
        page.view
            .entries
            .iter()
            .any(|entry| entry.open && entry.title == "About cats")
    );
    let again = visit("", None, &page.store);
    assert_eq!(again.view.conversation, "a");
}

#[test]
fn what_is_deleted_here_is_the_servers_alone_from_then_on() {
    let mut page = some();
    let mine = page.view.entries[0].id;
    page.tell(Msg::Did(Intent::List(Listing::Rename {
        id: mine,
        title: "Mine".into(),
    })));
    page.tell(Msg::Did(Intent::List(Listing::Delete(mine))));
    let toast = page.view.toasts.last().unwrap();
    assert_eq!(
        toast.text,
        "“Mine” was deleted from this browser. The server still has it."
    );
    assert_eq!(titles(&page), ["Mine", "About cats", "About dogs"]);
    page.tell(Msg::Did(Intent::List(Listing::Restore(mine))));
    assert_eq!(titles(&page), ["About cats", "About dogs"]);
}

#[test]
fn the_list_of_one_server_is_not_shown_with_another() {
    let mut page = some();
    page.connect("openhands-v0", "http://other:2/");
    assert_eq!(titles(&page), [""; 0]);
    assert_eq!(page.view.remote_host, "");
    page.connect("saiki", "ws://h:1/");
    page.open();
    assert_eq!(asks(&page), 0, "it lists nothing");
}
