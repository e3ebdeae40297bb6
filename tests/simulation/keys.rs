//! Keys: where they go, where they stay, and where they never are.

use std::rc::Rc;

use parlor::app::{Intent, Msg};
use parlor::io::Request;
use parlor::protocol::Gone;
use parlor::session::{Phase, Refusal};
use parlor::storage::migration::keys::{are_in, take_out};
use parlor::storage::record::ConversationKey;
use parlor::storage::tables::{MemoryTables, Store, Table};
use parlor::words::ui;

use super::links::{Page, load, visit, visit_in};
use super::support::ready;

const URL: &str = "ws://h:3000/";
const KEY: &str = "s3cret & more";
const HEADER: &str = "X-Session-API-Key";

fn connect(page: &mut Page, url: &str, key: &str, remember: bool) {
    page.tell(Msg::Did(Intent::Connect {
        server: "openhands-v0".into(),
        url: url.into(),
        strict: false,
        dialect: parlor::protocol::Dialect::Auto,
        key: key.into(),
        remember,
    }));
}

/// The key in the last call, where one was in it.
fn shown(page: &Page) -> Option<&str> {
    let (_, Request { headers, url, .. }) = page.asked.last().unwrap();
    assert!(!url.contains("key"), "{url}");
    let key = headers.iter().find(|(name, _)| name == HEADER);
    key.map(|(_, key)| key.as_str())
}

/// Everything that is kept on the device, as one text.
fn device(store: &MemoryTables) -> String {
    let rows = |table| ready(store.list(table, "", None, None)).unwrap();
    let all = Table::ALL.map(rows);
    format!("{all:?}")
}

/// Nothing of it tells the key, which is in the tab alone.
fn is_secret(page: &Page) {
    for place in [
        device(&page.store),
        format!("{:?}", page.view),
        format!("{:?} {:?}", page.told, page.items),
    ] {
        assert!(!place.contains("s3cret"), "{place}");
    }
}

/// A server makes the conversation, and says that it runs.
fn welcomed(page: &mut Page) {
    page.answer("/conversations", 200, r#"{"conversation_id":"c1"}"#);
    page.answer("/c1", 200, r#"{"status":"RUNNING"}"#);
}

#[test]
fn a_key_that_is_typed_goes_to_its_server_and_stays_in_the_tab() {
    let mut page = load("", None);
    connect(&mut page, "http://h:3000", KEY, false);
    assert_eq!(shown(&page), Some(KEY));
    welcomed(&mut page);
    assert!(page.opened[0].ends_with("&session_api_key=s3cret%20%26%20more"));
    assert_eq!((page.view.keyed, page.view.remembered), (true, false));
    is_secret(&page);

    let reloaded = visit_in(page.tab.clone(), "", None, &page.store);
    assert_eq!(shown(&reloaded), Some(KEY));
    let mut other = visit("", None, &page.store);
    assert_eq!(shown(&other), None);
    // Nor does it go to another server.
    connect(&mut page, "http://evil:3000", "", false);
    assert_eq!(shown(&page), None);
    connect(&mut other, "http://h:3000", KEY, false);
    assert_eq!(shown(&other), Some(KEY));
}

#[test]
fn a_key_that_is_to_be_remembered_is_there_in_another_tab_until_it_is_unticked() {
    let mut page = load("", None);
    connect(&mut page, URL, KEY, true);
    assert!(page.tab.is_empty());
    assert!(page.view.keyed && page.view.remembered);
    assert_eq!(shown(&visit("", None, &page.store)), Some(KEY));

    let (server, url) = ("openhands-v0".into(), "http://h:3000".into());
    page.tell(Msg::Did(Intent::ForgetKey { server, url }));
    is_secret(&page);
    assert_eq!((page.view.keyed, page.view.remembered), (true, false));
    assert_eq!(shown(&visit("", None, &page.store)), None);
    let reloaded = visit_in(page.tab.clone(), "", None, &page.store);
    assert_eq!(shown(&reloaded), Some(KEY), "this tab goes on with it");
}

#[test]
fn a_key_that_the_device_cannot_remember_is_known_until_it_is_forgotten() {
    let mut page = load("", None);
    connect(&mut page, URL, "old", false);
    page.answered(200, r#"{"conversation_id":"c1"}"#);
    page.full = true;
    connect(&mut page, URL, KEY, true);
    assert_eq!(page.view.conversation, "c1");
    assert_eq!(shown(&page), Some(KEY));
    assert_eq!((page.view.keyed, page.view.remembered), (true, false));
    is_secret(&page);
    connect(&mut page, URL, "", false);
    assert_eq!(shown(&page), Some(KEY));

    let (server, url) = ("openhands-v0".into(), URL.into());
    page.tell(Msg::Did(Intent::ForgetKey { server, url }));
    let reloaded = visit_in(page.tab.clone(), "", None, &page.store);
    assert_eq!(shown(&reloaded), Some(KEY), "this tab goes on with it");
}

#[test]
fn a_key_that_the_device_did_remember_is_forgotten_where_it_was_ticked_too() {
    let mut page = load("", None);
    connect(&mut page, URL, "old", false);
    page.answered(200, r#"{"conversation_id":"c1"}"#);
    connect(&mut page, URL, KEY, true);
    let mut other = visit("", None, &page.store);
    let (server, url) = ("openhands-v0".into(), URL.into());
    other.tell(Msg::Did(Intent::ForgetKey { server, url }));
    connect(&mut page, URL, "", false);
    assert_eq!(shown(&page), None);
}

#[test]
fn a_key_that_is_known_is_remembered_without_being_typed_again() {
    let mut page = load("", None);
    connect(&mut page, URL, KEY, false);
    connect(&mut page, URL, "", true);
    assert!(page.tab.is_empty());
    assert_eq!(shown(&visit("", None, &page.store)), Some(KEY));
}

#[test]
fn a_key_in_an_address_is_taken_out_of_it() {
    let mut page = load("", None);
    connect(
        &mut page,
        "h:3000/?session_api_key=s3cret+%26%20more",
        "",
        false,
    );
    assert_eq!(shown(&page), Some(KEY));
    assert_eq!(page.view.url, URL);
    is_secret(&page);
}

const LINKS: [(&str, &str); 3] = [
    (
        "server=openhands-v0&url=http%3A%2F%2Fh%3A3000%2F%3Fsession_api_key%3Ds3cret%2B%2526%2520more&theme=dark",
        "?server=openhands-v0&url=http%3A%2F%2Fh%3A3000%2F&theme=dark",
    ),
    (
        "server=openhands-v0&url=http://h:3000/?session_api_key=s3cret%2520%2526%2520more",
        "?server=openhands-v0&url=http%3A%2F%2Fh%3A3000%2F",
    ),
    (
        "server=openhands-v0&session_api_key=s3cret+%26+more&url=http://h:3000",
        "?server=openhands-v0&url=http://h:3000",
    ),
];

#[test]
fn a_key_in_a_link_counts_once_the_link_is_followed_and_leaves_the_pages_address_at_once() {
    for (link, clean) in LINKS {
        let mut page = load(link, None);
        assert_eq!(page.query.as_deref(), Some(clean));
        assert!(page.tab.is_empty() && page.view.toasts.is_empty());
        is_secret(&page);
        connect(&mut page, URL, "", false);
        assert_eq!(shown(&page), Some(KEY), "{link}");
        is_secret(&page);

        let mut declined = load(link, None);
        declined.tell(Msg::Did(Intent::DeclineLink));
        connect(&mut declined, URL, "", false);
        assert_eq!(shown(&declined), None, "{link}");
    }
}

#[test]
fn a_link_that_the_operator_trusts_brings_its_key() {
    let config = r#"{"trusted":["ws://h:3000"]}"#;
    for (link, _) in LINKS {
        let page = load(link, Some(config));
        assert_eq!(shown(&page), Some(KEY), "{link}");
        is_secret(&page);
    }
}

#[test]
fn a_link_without_a_key_stays_as_it_is() {
    for link in ["", "server=openhands-v0&url=http://h:3000", "prompt=key"] {
        assert_eq!(load(link, None).query, None, "{link}");
    }
    // Saiki has no keys: this is a part of the address like any other.
    let saiki = "server=saiki&url=ws://h:3001/?session_api_key=k";
    let mut page = load(saiki, None);
    assert_eq!(page.query, None);
    page.connect("saiki", "ws://h:3001/?session_api_key=k");
    assert_eq!(page.opened, ["ws://h:3001/?session_api_key=k"]);
    assert!(page.tab.is_empty());
}

#[test]
fn what_is_wrong_with_an_address_is_said_without_its_key() {
    let typed = "@h/?session_api_key=s3cret";
    let said = parlor::app::address_trouble(typed, false).unwrap();
    assert!(!said.contains("s3cret"), "{said}");
    let said = parlor::app::address_trouble("?session_api_key=s3cret", false).unwrap();
    assert!(!said.contains("s3cret"), "{said}");
    let mut page = load("", None);
    connect(&mut page, "ftp://h/?session_api_key=s3cret", "", false);
    assert_eq!(page.view.toasts.len(), 1);
    is_secret(&page);
}

fn wants_key(page: &Page) -> bool {
    let why = Refusal::Gone(Gone::Unauthorized);
    page.phase == Phase::Refused { why }
}

fn claimed(page: &mut Page, ours: bool) {
    let id = parlor::model::ConversationId::new(&*page.view.conversation);
    let conversation = ConversationKey::new("openhands-v0", URL, &id);
    page.tell(Msg::Claimed { conversation, ours });
}

/// A tab with the key and one without it, on one conversation: the second follows.
fn two_tabs() -> (Page, Page) {
    let mut holder = load("", None);
    connect(&mut holder, URL, KEY, false);
    holder.answered(200, r#"{"conversation_id":"c1"}"#);
    let mut follower = visit("server=demo", None, &holder.store);
    follower.holds = false;
    connect(&mut follower, URL, "", false);
    assert_eq!(follower.view.conversation, "c1");
    assert!(follower.view.elsewhere && follower.asked.is_empty());
    (holder, follower)
}

#[test]
fn a_tab_that_takes_over_without_the_key_asks_for_it_and_sends_what_waits() {
    let (mut holder, mut follower) = two_tabs();
    let hello = follower.told.pop().unwrap();
    holder.tell(Msg::Heard(hello));
    is_secret(&holder);
    follower.send("from the follower", Vec::new());
    drop(holder);
    follower.holds = true;
    claimed(&mut follower, true);
    assert_eq!(shown(&follower), None);
    follower.answered(401, r#"{"detail":"Unauthorized"}"#);
    assert!(wants_key(&follower) && follower.opened.is_empty());
    let said = ui::status(&follower.phase);
    assert_eq!(said, "Not connected to ", "it was reached");
    assert_eq!(follower.lines(), ["user queued: from the follower"]);

    connect(&mut follower, URL, KEY, false);
    assert_eq!(shown(&follower), Some(KEY));
    assert_eq!(follower.view.conversation, "c1");
    assert_eq!(follower.lines(), ["user queued: from the follower"]);
    is_secret(&follower);
}

#[test]
fn a_tab_that_takes_over_finds_the_key_that_another_has_remembered_since() {
    let (mut holder, mut follower) = two_tabs();
    connect(&mut holder, URL, "", true);
    follower.holds = true;
    claimed(&mut follower, true);
    assert_eq!(shown(&follower), Some(KEY));
    assert!(follower.view.remembered);

    let (server, url) = ("openhands-v0".into(), URL.into());
    holder.tell(Msg::Did(Intent::ForgetKey { server, url }));
    connect(&mut follower, URL, "", false);
    assert_eq!(shown(&follower), None, "forgotten is forgotten");
}

#[test]
fn the_conversation_that_a_link_named_is_still_meant_once_the_key_is_there() {
    let mut page = load(
        "server=openhands-v0&url=http://h:3000&conversation=c7",
        None,
    );
    connect(&mut page, URL, "", false);
    page.answered(401, "");
    assert!(wants_key(&page));
    connect(&mut page, URL, KEY, false);
    let (_, asked) = page.asked.last().unwrap();
    assert_eq!(asked.url, "http://h:3000/api/conversations/c7");
    assert_eq!(asked.method, "GET");
}

#[test]
fn an_inspected_frame_never_holds_the_key() {
    let mut page = load("", None);
    page.tell(Msg::Did(Intent::Inspect(true)));
    connect(&mut page, URL, KEY, false);
    welcomed(&mut page);
    page.open();
    assert!(!page.traced.is_empty());
    assert!(!format!("{:?}", page.traced).contains("s3cret"));
}

#[test]
fn what_was_kept_under_an_address_with_a_key_is_kept_under_the_address() {
    let store = Rc::new(MemoryTables::default());
    super::kept::fill(&store, "v1/keyed.jsonl");
    let rows = |table| ready(store.list(table, "", None, None)).unwrap();
    let (settings, conversations) = (rows(Table::Settings), rows(Table::Conversations));
    assert!(are_in(&settings, &conversations));
    let (events, outbox) = (rows(Table::Events), rows(Table::Outbox));
    let before = Table::ALL.map(|table| rows(table).len());
    let writes = take_out([settings, conversations, events, outbox]);
    assert_eq!(ready(store.commit(writes)), Ok(()));
    assert!(!device(&store).contains("k-0001"));
    assert_eq!(Table::ALL.map(|table| rows(table).len()), before);
    let again = are_in(&rows(Table::Settings), &rows(Table::Conversations));
    assert!(!again, "once is enough");

    let mut page = visit("", None, &store);
    assert_eq!(page.view.url, "ws://127.0.0.1:3000/?a=b");
    assert_eq!(page.lines().len(), 3, "{:?}", page.lines());
    assert_eq!(shown(&page), None);
    page.answered(401, "");
    assert!(wants_key(&page));
}

#[test]
fn a_token_in_the_address_of_general_bots_is_its_key_and_stands_nowhere_any_more() {
    let mut page = load("", None);
    page.tell(Msg::Did(Intent::Connect {
        server: "general-bots".into(),
        url: "ws://h:8080/ws?tenant=1&token=s3cret".into(),
        strict: false,
        dialect: parlor::protocol::Dialect::Documented,
        key: String::new(),
        remember: false,
    }));
    assert_eq!(page.view.url, "ws://h:8080/ws?tenant=1");
    assert_eq!(page.opened, ["ws://h:8080/ws?tenant=1"]);
    assert!(page.view.keyed);
    is_secret(&page);
}
