//! What a person sees and chooses with a server that lets them: OpenHands V1.

mod following;

use parlor::app::{Intent, Listing, Msg};
use parlor::io::{Payload, Request};
use parlor::model::{Body, Confirmation};
use parlor::protocol::{Command, Model, Start};
use parlor::session::Run;
use parlor::storage::tables::{Store, Table};
use serde_json::{Value, json};

use super::links::{Page, load, visit};
use super::support::ready;

const SERVER: &str = "http://h:1/";
const TRUSTED: &str = r#"{"trusted":["http://h:1"]}"#;
const ID: &str = "0a1b2c3d-0000-4000-8000-000000000001";

fn link(conversation: &str) -> String {
    format!("server=openhands-v1&url=http%3A%2F%2Fh%3A1%2F&conversation={conversation}")
}

/// A page that looks at a conversation, and shows the list.
fn looking() -> Page {
    let mut page = load(&link(ID), Some(TRUSTED));
    page.tell(did(Listing::Watch(true)));
    page
}

const fn did(what: Listing) -> Msg {
    Msg::Did(Intent::List(what))
}

fn frame(page: &mut Page, value: &Value) {
    page.receive(&value.to_string());
}

/// The socket opens, and the server says under which policy.
fn opens(page: &mut Page, policy: &str) {
    page.open();
    frame(page, &json!({"type": "sync", "from_seq": -1}));
    let state = json!({"kind": "ConversationStateUpdateEvent", "id": "state", "source": "environment",
        "key": "full_state", "timestamp": "2026-11-21T00:00:00.000000",
        "value": {"execution_status": "idle", "confirmation_policy": {"kind": policy}}});
    frame(page, &json!({"type": "transient", "event": state}));
}

/// A page that is connected to a conversation of an agent server.
fn connected() -> Page {
    let mut page = looking();
    page.answer(&format!("?ids={ID}"), 404, r#"{"detail":"Not Found"}"#);
    let info = json!({"id": ID, "title": "Mine", "workspace": {"working_dir": "/w"}});
    page.answer(&format!("/conversations/{ID}"), 200, &info.to_string());
    opens(&mut page, "NeverConfirm");
    assert_eq!(page.phase.word(), "open");
    page
}

/// The same of an app server.
fn connected_to_app() -> Page {
    let mut page = looking();
    let known = json!([{"id": ID, "title": "Mine", "sandbox_id": "box", "sandbox_status": "RUNNING",
        "execution_status": "idle", "session_api_key": "k",
        "conversation_url": format!("http://box:2/api/conversations/{ID}")}]);
    page.answer(&format!("?ids={ID}"), 200, &known.to_string());
    opens(&mut page, "NeverConfirm");
    assert_eq!(page.phase.word(), "open");
    page
}

/// The only event of a log so far.
fn logged(page: &mut Page, seq: u64, mut event: Value) {
    event["id"] = format!("event-{seq}").into();
    event["timestamp"] = format!("2026-11-21T00:00:0{seq}.000000").into();
    frame(
        page,
        &json!({"type": "durable", "seq": seq, "event": event}),
    );
}

fn becomes(page: &mut Page, seq: u64, status: &str) {
    let event = json!({"kind": "ConversationStateUpdateEvent", "source": "environment",
        "key": "execution_status", "value": status});
    logged(page, seq, event);
}

fn call(page: &mut Page, seq: u64, tool: &str, risk: &str) {
    let event = json!({"kind": "ActionEvent", "source": "agent", "thought": [], "tool_name": tool,
        "tool_call_id": format!("call-{seq}"), "security_risk": risk, "llm_response_id": "r",
        "action": {"kind": "TerminalAction", "command": format!("step {seq}")}});
    logged(page, seq, event);
}

fn body(request: &Request) -> Value {
    match &request.body {
        Some(Payload::Text(text)) => serde_json::from_str(text).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn toast(page: &Page) -> &str {
    page.view.toasts.last().map_or("", |toast| &toast.text)
}

fn asks(page: &mut Page, command: Command) {
    page.tell(Msg::Did(Intent::Ask(command)));
}

#[test]
fn when_the_agent_asks_is_what_the_server_says_and_not_what_was_chosen() {
    let mut page = connected();
    assert_eq!(page.view.confirms, Some(Confirmation::Never));
    asks(&mut page, Command::Confirm(Confirmation::Always));
    assert_eq!(page.view.confirms, Some(Confirmation::Never), "not yet");
    let sent = page.answer("/confirmation_policy", 200, r#"{"success":true}"#);
    assert_eq!(body(&sent)["policy"]["kind"], "AlwaysConfirm");
    let event = json!({"kind": "ConversationStateUpdateEvent", "source": "environment",
        "key": "confirmation_policy", "value": {"kind": "AlwaysConfirm"}});
    logged(&mut page, 0, event);
    assert_eq!(page.view.confirms, Some(Confirmation::Always));
    assert_eq!(
        page.lines(),
        ["notice done: From here on the agent asks before each action."]
    );
    asks(&mut page, Command::Confirm(Confirmation::Never));
    page.answer("/confirmation_policy", 500, r#"{"detail":"No room"}"#);
    assert_eq!(page.view.confirms, Some(Confirmation::Always));
    assert_eq!(toast(&page), "The server did not do that. It says: No room");
}

#[test]
fn what_cannot_be_asked_is_said() {
    let mut page = looking();
    asks(&mut page, Command::Condense);
    assert!(toast(&page).contains("Try again once you are connected"));
}

#[test]
fn one_answer_is_for_several_calls_and_tells_the_greatest_risk() {
    let mut page = connected();
    call(&mut page, 0, "terminal", "LOW");
    call(&mut page, 1, "file_editor", "HIGH");
    becomes(&mut page, 2, "waiting_for_confirmation");
    let Body::Approval(asked) = &page.items.last().unwrap().body else {
        panic!("a question: {:?}", page.lines());
    };
    assert_eq!(
        parlor::words::question(asked),
        "The agent asks for 2 actions at once: terminal, file_editor. The server rates the risk as high."
    );
    let calls = parlor::words::calls(asked);
    assert_eq!(calls[0].0, "terminal");
    assert!(calls[1].1.contains("step 1"), "{calls:?}");
}

#[test]
fn a_reason_for_refusing_goes_to_the_server() {
    let mut page = connected();
    call(&mut page, 0, "terminal", "LOW");
    becomes(&mut page, 1, "waiting_for_confirmation");
    page.tell(Msg::Did(Intent::Answer {
        id: page.items.last().unwrap().id,
        approved: false,
        remember: false,
        reason: "Too dangerous".into(),
    }));
    let sent = page.answer("/respond_to_confirmation", 200, r#"{"success":true}"#);
    let denied = json!({"accept": false, "reason": "Too dangerous"});
    assert_eq!(body(&sent), denied);
}

#[test]
fn a_message_waits_while_it_would_allow_what_the_agent_asks_for() {
    let mut page = connected();
    call(&mut page, 0, "terminal", "LOW");
    becomes(&mut page, 1, "waiting_for_confirmation");
    assert_eq!(page.run, Run::Asking);
    page.send("and this", Vec::new());
    assert_eq!(page.lines().last().unwrap(), "user queued: and this");
    assert_eq!(page.sent, [""; 0]);
    let id = page.items.last().unwrap().id;
    page.tell(Msg::Did(Intent::SendNow(id)));
    assert!(page.sent.last().unwrap().contains("and this"));
}

#[test]
fn a_paused_agent_is_told_from_one_that_waits_and_takes_messages() {
    let mut page = connected();
    becomes(&mut page, 0, "running");
    page.tell(Msg::Did(Intent::Pause(true)));
    page.answer("/pause", 200, r#"{"success":true}"#);
    becomes(&mut page, 1, "paused");
    assert_eq!(page.run, Run::Paused);
    page.tell(Msg::Did(Intent::Pause(false)));
    page.answer("/run", 200, r#"{"success":true}"#);
    becomes(&mut page, 2, "running");
    assert!(matches!(page.run, Run::Working { .. }));
    becomes(&mut page, 3, "paused");
    page.send("go on like this", Vec::new());
    assert!(page.sent.last().unwrap().contains("go on like this"));
}

#[test]
fn how_much_of_the_window_is_taken_is_shown_where_the_server_says_so() {
    let mut page = connected();
    assert_eq!(page.view.window, None);
    let stats = json!({"usage_to_metrics": {"agent": {"accumulated_cost": 0.123,
        "accumulated_token_usage": {"prompt_tokens": 1_234_567, "completion_tokens": 1_000,
            "per_turn_token": 12_300, "context_window": 128_000}}}});
    let event = json!({"kind": "ConversationStateUpdateEvent", "source": "environment",
        "key": "stats", "value": stats});
    logged(&mut page, 0, event);
    assert_eq!(page.view.cost.as_deref(), Some("$0.13, 1,235,567 tokens"));
    let window = page.view.window.clone().unwrap();
    assert_eq!(window.percent, 9);
    assert_eq!(window.words, "12,300 of 128,000 tokens, 9 %");
}

fn listed(id: &str, title: &str) -> Value {
    json!({"id": id, "title": title, "updated_at": "2026-11-21T00:00:00.000000",
        "execution_status": "idle"})
}

fn list(items: &[Value]) -> String {
    json!({"items": items, "next_page_id": null}).to_string()
}

/// Answers the newest request for the list.
fn lists(page: &mut Page, end: &str, items: &[Value]) {
    page.answer(end, 200, &list(items));
}

fn titles(page: &Page) -> Vec<&str> {
    let entries = page.view.remote.iter();
    entries.map(|entry| entry.title.as_str()).collect()
}

/// Connected to an agent server that has told its list.
fn listing() -> Page {
    let mut page = connected();
    let items = [listed(ID, "Mine"), listed("a", "Cats"), listed("b", "Dogs")];
    lists(&mut page, "UPDATED_AT_DESC", &items);
    assert_eq!(titles(&page), ["Cats", "Dogs"]);
    page
}

#[test]
fn a_conversation_of_the_server_gets_its_title_there_once_it_says_so() {
    let mut page = listing();
    let (id, title) = (page.view.remote[0].id, "About cats".to_owned());
    page.tell(did(Listing::Rename { id, title }));
    assert_eq!(titles(&page), ["Cats", "Dogs"], "not yet");
    let sent = page.answer("/conversations/a", 200, "{}");
    assert_eq!(sent.method, "PATCH");
    assert_eq!(titles(&page), ["About cats", "Dogs"]);
    assert!(page.spoken.contains(&"Renamed to “About cats”.".to_owned()));
}

#[test]
fn one_that_is_kept_here_gets_its_title_there_as_well() {
    let mut page = listing();
    let (id, title) = (page.view.entries[0].id, "Ours".to_owned());
    page.tell(did(Listing::Rename { id, title }));
    assert_eq!(page.view.entries[0].title, "Ours");
    let sent = page.answer(&format!("/conversations/{ID}"), 200, "{}");
    assert_eq!(body(&sent), json!({"title": "Ours"}));
    let title = String::new();
    page.tell(did(Listing::Rename { id, title }));
    assert!(page.asked.iter().all(|(_, what)| what.method != "PATCH"));
}

#[test]
fn a_conversation_is_deleted_from_the_server_and_a_refusal_leaves_it() {
    let mut page = listing();
    let id = page.view.remote[1].id;
    page.tell(did(Listing::DeleteThere(id)));
    page.answer("/conversations/b", 404, r#"{"detail":"Gone already"}"#);
    assert!(toast(&page).ends_with("It says: Gone already"));
    assert_eq!(titles(&page), ["Cats", "Dogs"]);
    page.tell(did(Listing::DeleteThere(id)));
    let sent = page.answer("/conversations/b", 200, r#"{"success":true}"#);
    assert_eq!(sent.method, "DELETE");
    assert_eq!(titles(&page), ["Cats"]);
    assert_eq!(toast(&page), "“Dogs” was deleted from the server.");
}

#[test]
fn what_is_deleted_here_can_be_deleted_there_and_does_not_come_back_then() {
    let mut page = listing();
    let id = page.view.entries[0].id;
    page.tell(did(Listing::Rename {
        id,
        title: "Ours".into(),
    }));
    page.tell(did(Listing::Delete(id)));
    let offered = page.view.toasts.last().unwrap().clone();
    assert!(offered.there, "{offered:?}");
    assert_eq!(offered.undo, Some(id));
    // The new conversation has to know what the server is first, and until then that is said.
    page.tell(did(Listing::DeleteThere(id)));
    assert!(toast(&page).ends_with("Try again once you are connected."));
    let last = page.view.toasts.last().unwrap().id;
    page.tell(Msg::Did(Intent::Dismiss(last)));
    page.answer("/sandbox-specs/search?limit=100", 404, "{}");
    page.tell(did(Listing::DeleteThere(id)));
    page.answer(&format!("/conversations/{ID}"), 500, r#"{"detail":"No"}"#);
    assert!(toast(&page).ends_with("It says: No"));
    let last = page.view.toasts.last().unwrap().id;
    page.tell(Msg::Did(Intent::Dismiss(last)));
    assert_eq!(page.view.toasts, [offered], "it is offered still");
    page.tell(did(Listing::DeleteThere(id)));
    page.answer(&format!("/conversations/{ID}"), 200, r#"{"success":true}"#);
    let toasts: Vec<&str> = page.view.toasts.iter().map(|one| &*one.text).collect();
    assert_eq!(toasts, ["“Ours” was deleted from the server."]);
    page.tell(did(Listing::Restore(id)));
    assert!(page.view.entries.iter().all(|entry| entry.title != "Ours"));
}

#[test]
fn an_app_server_searches_once_nothing_more_is_typed_for_a_while() {
    let mut page = connected_to_app();
    lists(&mut page, "/search?limit=20", &[listed("a", "Cats")]);
    let searches = |page: &Page| {
        let asked = page.asked.iter();
        asked
            .filter(|(_, what)| what.url.contains("title__contains"))
            .count()
    };
    for typed in ["d", "do", "dog"] {
        page.tell(did(Listing::Seek(typed.into())));
        page.now += 100;
        page.tell(Msg::Woke);
        assert_eq!(searches(&page), 0, "{typed}");
    }
    assert_eq!(titles(&page), [""; 0], "what is here is looked at at once");
    page.now += 200;
    page.tell(Msg::Woke);
    // What the server finds is shown, whatever this page makes of it.
    lists(&mut page, "title__contains=dog", &[listed("c", "A hound")]);
    assert_eq!(titles(&page), ["A hound"]);
    page.tell(did(Listing::Seek(String::new())));
    page.now += 300;
    page.tell(Msg::Woke);
    lists(&mut page, "/search?limit=20", &[listed("a", "Cats")]);
    assert_eq!(titles(&page), ["Cats"]);
}

#[test]
fn a_conversation_is_known_by_its_uuid_however_that_is_written() {
    let mut page = connected();
    let bare = ID.replace('-', "").to_uppercase();
    let longer = format!("{bare}0");
    let items = [listed(&bare, "Mine"), listed(&longer, "Another")];
    lists(&mut page, "UPDATED_AT_DESC", &items);
    assert_eq!(titles(&page), ["Another"]);
    let again = visit(&link(&bare), Some(TRUSTED), &page.store);
    assert_eq!(again.view.conversation, ID, "under one name, with one lock");
    assert_eq!(again.view.entries.len(), 1);

    let id = page.view.entries[0].id;
    page.tell(did(Listing::Delete(id)));
    assert_eq!(titles(&page), ["Mine", "Another"], "the server's alone");
    page.answer("/sandbox-specs/search?limit=100", 404, "{}");
    page.tell(did(Listing::DeleteThere(id)));
    let end = format!("/conversations/{ID}");
    page.answer(&end, 200, r#"{"success":true}"#);
    assert_eq!(titles(&page), ["Another"]);
}

#[test]
fn an_agent_server_is_not_asked_to_search() {
    let mut page = listing();
    page.tell(did(Listing::Seek("dog".into())));
    page.now += 1_000;
    page.tell(Msg::Woke);
    assert_eq!(titles(&page), ["Dogs"]);
    assert!(
        page.asked
            .iter()
            .all(|(_, what)| !what.url.contains("search"))
    );
}

fn start() -> Start {
    Start {
        folder: "/work".into(),
        template: String::new(),
        confirmation: Some(Confirmation::Risky),
        model: Some(Model {
            name: "openai/gpt-5".into(),
            url: String::new(),
            key: "sk-secret".into(),
        }),
    }
}

/// Everything that the store holds.
fn kept(page: &Page) -> String {
    let tables = [
        Table::Settings,
        Table::Conversations,
        Table::Events,
        Table::Outbox,
    ];
    let rows = tables.map(|table| ready(page.store.list(table, "", None, None)).unwrap());
    format!("{rows:?}")
}

#[test]
fn a_conversation_begins_with_what_was_chosen_and_the_key_is_kept_nowhere() {
    let mut page = connected();
    page.tell(Msg::Did(Intent::Begin(start())));
    assert_ne!(page.view.conversation, ID);
    page.answer("/sandbox-specs/search?limit=100", 404, "{}");
    let told = page.answer("/api/settings", 200, "{}");
    assert_eq!(told.method, "PATCH");
    assert!(body(&told).to_string().contains("sk-secret"));
    page.answer("/api/settings", 200, r#"{"agent_settings":{"llm":{}}}"#);
    let made = page.answer(
        "/api/conversations",
        201,
        &json!({"id": "new-one"}).to_string(),
    );
    let made = body(&made);
    assert_eq!(made["workspace"]["working_dir"], "/work");
    assert_eq!(made["confirmation_policy"]["kind"], "ConfirmRisky");
    assert_eq!(page.view.conversation, "new-one");

    assert!(!kept(&page).contains("sk-secret"));
    assert!(!format!("{:?}", page.tab).contains("sk-secret"));
    let again = visit(&link(ID), Some(TRUSTED), &page.store);
    let Start { folder, model, .. } = &again.view.start;
    assert_eq!((folder.as_str(), model), ("/work", &None));
    assert_eq!(again.view.start.confirmation, Some(Confirmation::Risky));
}

#[test]
fn a_folder_can_be_named_once_the_server_is_known_to_take_one() {
    let mut page = looking();
    assert!(!page.can.folders, "not known yet");
    page.answer(&format!("?ids={ID}"), 404, r#"{"detail":"Not Found"}"#);
    assert!(page.can.folders);
    assert!(!connected_to_app().can.folders, "a sandbox has its own");
}

#[test]
fn what_was_chosen_is_for_that_one_conversation() {
    let mut page = connected();
    page.tell(Msg::Did(Intent::Begin(start())));
    page.tell(Msg::Did(Intent::NewConversation));
    page.answer("/sandbox-specs/search?limit=100", 404, "{}");
    page.answer("/api/file/home", 200, r#"{"home":"/root"}"#);
    assert!(!page.asked.iter().any(|(_, what)| what.method == "PATCH"));
}

#[test]
fn what_the_server_starts_is_said_in_words_until_the_connection_fails() {
    let mut page = load("", None);
    page.connect("openhands-v1", SERVER);
    let specs = json!({"items": [{"id": "small"}, {"id": "large"}]});
    page.answer("/sandbox-specs/search?limit=100", 200, &specs.to_string());
    assert_eq!(page.view.templates, ["small", "large"]);
    let task = json!({"id": "t1", "status": "PREPARING_REPOSITORY"});
    page.answer("/app-conversations", 200, &task.to_string());
    let said = page.view.progress.clone();
    assert_eq!(said.as_deref(), Some("Fetching the repository"));
    page.now += 10_000;
    page.tell(Msg::Woke);
    let failed = json!([{"id": "t1", "status": "ERROR", "detail": "No room"}]);
    page.answer("/start-tasks?ids=t1", 200, &failed.to_string());
    assert_eq!(page.phase.word(), "refused");
    assert_eq!(page.view.progress, None);
}

#[test]
fn the_reader_is_taken_to_a_message() {
    let mut page = connected();
    call(&mut page, 0, "terminal", "LOW");
    let (before, id) = (page.view.place.number, page.items[0].id);
    page.tell(Msg::Did(Intent::GoTo(id)));
    assert!(page.view.place.number > before);
    assert_eq!(page.view.place.at, Some((id, 0)));
}
