//! OpenHands before 1.0, behaviour by behaviour: what a client of the real server must do.

use parlor::io::{Frame, Happening, SocketId};
use parlor::model::{
    Attachment, Body, ConversationId, Cost, Duration, Instant, Item, ItemId, SendState,
};
use parlor::protocol::{Gone, Setup};
use parlor::recording::Player;
use parlor::session::{Birth, Change, Input, Phase, Refusal, Run};
use serde_json::{Value, json};

use super::numbered::{Mishap, Server, Stored, client, frame, message as agent_said, openhands};
use super::support::Wire;

const OPENED: &str = r#"0{"sid":"s","upgrades":[],"pingTimeout":20000,"pingInterval":25000}"#;
const CONNECTED: &str = r#"40{"sid":"t"}"#;

/// A client with this address, of a conversation that exists or not.
fn at(url: &str, fresh: bool, strict: bool) -> Player {
    let setup = Setup {
        url: url.into(),
        conversation: ConversationId::new("0a1b-2c3d"),
        fresh,
        strict,
    };
    Player::start(openhands(), setup, Birth::default(), Instant(0))
}

fn visiting() -> Player {
    at("http://agent.test:3000/", false, false)
}

fn running() -> String {
    json!({"status": "RUNNING", "title": "A title"}).to_string()
}

fn stopped() -> String {
    json!({"status": "STOPPED", "title": null}).to_string()
}

/// Looks the conversation up; the server says this of it.
fn looks(player: &mut Player, status: u16, body: &str) {
    assert!(player.answer_next(|_| Some((status, body.to_owned()))));
}

/// A client that has looked, and whose socket is open.
fn greeted(status: &str) -> Player {
    let mut player = visiting();
    looks(&mut player, 200, status);
    player.open();
    player.receive(OPENED);
    player
}

/// A client that is connected to a server with this log.
fn connected(log: &[Value]) -> Player {
    let mut player = client(Stored::default(), Instant(0));
    Server { log: log.to_vec() }.accept(&mut player, Mishap::default());
    player
}

/// A client that is connected, with an agent that waits for a message.
fn idle() -> Player {
    connected(&[state(0, "awaiting_user_input")])
}

fn tell(player: &mut Player, event: &Value) {
    player.receive(&frame(event));
}

fn state(id: u64, word: &str) -> Value {
    json!({"id": id, "source": "environment", "observation": "agent_state_changed",
        "content": "", "extras": {"agent_state": word, "reason": ""}})
}

fn user(id: u64, text: &str) -> Value {
    json!({"id": id, "source": "user", "action": "message", "message": text,
        "args": {"content": text, "image_urls": []}})
}

fn called(id: u64, call: &str, confirmation: &str) -> Value {
    json!({"id": id, "source": "agent", "action": "run", "message": "Running",
        "tool_call_metadata": {"tool_call_id": call},
        "args": {"command": "ls", "thought": "", "confirmation_state": confirmation}})
}

fn output(id: u64, cause: u64, call: &str, text: &str) -> Value {
    json!({"id": id, "cause": cause, "source": "agent", "observation": "run", "content": text,
        "tool_call_metadata": {"tool_call_id": call}, "success": true,
        "extras": {"command": "ls", "metadata": {"exit_code": 0}}})
}

fn asks(id: u64) -> Vec<Value> {
    vec![
        state(id, "awaiting_user_confirmation"),
        called(id + 1, "call-1", "awaiting_confirmation"),
    ]
}

/// The messages that went out, each with the number under which it wants to be confirmed.
fn messages(player: &Player) -> Vec<(u64, String)> {
    let said = |frame: &String| {
        let rest = frame.strip_prefix("42")?;
        let (ack, rest) = rest.split_at(rest.find('[')?);
        let said: Value = serde_json::from_str(rest).unwrap();
        let text = said[1]["args"]["content"].as_str()?;
        Some((ack.parse().unwrap(), text.to_owned()))
    };
    player.sent().iter().filter_map(said).collect()
}

fn texts(player: &Player) -> Vec<String> {
    messages(player).into_iter().map(|(_, text)| text).collect()
}

/// The server takes the last message.
fn acked(player: &mut Player) {
    let (ack, _) = messages(player).pop().unwrap();
    player.receive(&format!("43{ack}[]"));
}

fn states_sent(player: &Player) -> Vec<String> {
    let said = |frame: &String| {
        let said: Value = serde_json::from_str(frame.strip_prefix("42")?).ok()?;
        assert_eq!(said[0], "oh_user_action");
        assert_eq!(said[1]["action"], "change_agent_state");
        said[1]["args"]["agent_state"].as_str().map(str::to_owned)
    };
    player.sent().iter().filter_map(said).collect()
}

fn gone(player: &Player) -> Option<Gone> {
    match player.session().phase() {
        Phase::Refused {
            why: Refusal::Gone(gone),
        } => Some(gone.clone()),
        _ => None,
    }
}

fn phase(player: &Player) -> &'static str {
    player.session().phase().word()
}

/// The state and the text of the last item.
fn last(player: &Player) -> String {
    player.lines().pop().unwrap_or_default()
}

fn sent_state(item: &Item) -> Option<SendState> {
    match &item.body {
        Body::User(message) => Some(message.state.clone()),
        _ => None,
    }
}

/// Nothing is tried any more, whatever time passes, and nothing is heard on the old socket.
fn stays_away(player: &mut Player) {
    let tried = player.addresses().len();
    let shown = player.items().len();
    player.receive(&frame(&agent_said(99)));
    player.wait(Duration::secs(24 * 3_600));
    assert_eq!(player.addresses().len(), tried);
    assert_eq!(player.items().len(), shown);
    assert!(player.asked().is_empty());
}

// Looking a conversation up.

#[test]
fn a_running_conversation_is_connected_to_and_its_title_is_known() {
    let mut player = visiting();
    assert_eq!(
        player.asked(),
        ["http://agent.test:3000/api/conversations/0a1b-2c3d"]
    );
    assert!(player.addresses().is_empty(), "the look comes first");
    looks(&mut player, 200, &running());
    assert_eq!(player.addresses().len(), 1);
    let title = Change::Titled("A title".into());
    assert!(player.changes().contains(&title));
}

#[test]
fn a_conversation_that_is_not_there_is_not_made_by_connecting() {
    for (status, body) in [(200, "null"), (404, "{\"detail\":\"Not Found\"}")] {
        let mut player = visiting();
        looks(&mut player, status, body);
        assert_eq!(gone(&player), Some(Gone::UnknownConversation));
        assert!(player.addresses().is_empty());
        stays_away(&mut player);
    }
}

#[test]
fn a_server_that_wants_a_key_is_not_connected_to() {
    for status in [401, 403] {
        let mut player = visiting();
        looks(&mut player, status, "{\"detail\":\"Unauthorized\"}");
        assert_eq!(gone(&player), Some(Gone::Unauthorized));
        stays_away(&mut player);
    }
}

#[test]
fn a_look_without_a_clear_answer_does_not_keep_from_connecting() {
    for (status, body) in [(500, "oops"), (200, "<html>"), (429, "")] {
        let mut player = visiting();
        looks(&mut player, status, body);
        assert_eq!(player.addresses().len(), 1, "{status}");
    }
    let mut player = visiting();
    player.fail_all();
    assert_eq!(player.addresses().len(), 1);
}

// Making one.

#[test]
fn the_server_names_a_new_conversation() {
    let mut player = at("http://agent.test:3000/", true, false);
    player.answer_next(|request| {
        assert_eq!(request.method, "POST");
        assert_eq!(request.url, "http://agent.test:3000/api/conversations");
        assert_eq!(request.body.as_deref(), Some("{}"));
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        assert!(request.headers.contains(&json));
        let body = json!({"status": "ok", "conversation_id": "feed01", "message": null});
        Some((200, body.to_string()))
    });
    let named = Change::Named(ConversationId::new("feed01"));
    assert!(player.changes().contains(&named));
    assert!(player.addresses()[0].contains("conversation_id=feed01&latest_event_id=-1"));
    player.close(1006, "");
    player.wait(Duration::secs(31));
    let look = "http://agent.test:3000/api/conversations/feed01";
    assert_eq!(player.asked(), [look], "the second time it is there");
}

#[test]
fn where_the_server_cannot_be_asked_for_one_connecting_makes_it() {
    let mut player = at("http://agent.test:3000/", true, false);
    player.fail_all();
    let named = Change::Named(ConversationId::new("0a1b2c3d"));
    assert!(
        player.changes().contains(&named),
        "in the server's own form"
    );
    assert!(player.addresses()[0].contains("conversation_id=0a1b2c3d&"));
}

#[test]
fn a_server_without_a_model_says_so() {
    for name in [
        "CONFIGURATION$SETTINGS_NOT_FOUND",
        "STATUS$ERROR_LLM_AUTHENTICATION",
    ] {
        let mut player = at("http://agent.test:3000/", true, false);
        let body = json!({"status": "error", "message": "no", "msg_id": name}).to_string();
        looks(&mut player, 400, &body);
        assert_eq!(gone(&player), Some(Gone::NotSetUp), "{name}");
        stays_away(&mut player);
    }
}

// Connecting.

#[test]
fn the_address_says_who_and_since_when_and_the_key_goes_everywhere() {
    let mut player = at("http://agent.test:3000/?session_api_key=k1", false, false);
    let key = ("X-Session-API-Key".to_owned(), "k1".to_owned());
    player.answer_next(|request| {
        assert!(request.headers.contains(&key));
        assert!(
            !request.url.contains("k1"),
            "it is not for the log of a proxy"
        );
        Some((200, running()))
    });
    assert_eq!(
        player.addresses(),
        [
            "ws://agent.test:3000/socket.io/?EIO=4&transport=websocket&conversation_id=0a1b-2c3d&latest_event_id=-1&session_api_key=k1"
        ]
    );
    player.open();
    player.receive(OPENED);
    tell(&mut player, &state(0, "awaiting_user_input"));
    player.receive(CONNECTED);
    player.answer_next(|request| {
        assert!(request.headers.contains(&key));
        None
    });
    // A number after a greater one does not set it back.
    tell(&mut player, &agent_said(7));
    tell(&mut player, &agent_said(3));
    player.close(1006, "");
    player.wait(Duration::secs(31));
    looks(&mut player, 200, &running());
    assert!(player.addresses()[1].ends_with("latest_event_id=7&session_api_key=k1"));
}

#[test]
fn the_connect_packet_waits_for_the_server_to_open() {
    let mut player = visiting();
    looks(&mut player, 200, &running());
    player.open();
    assert!(player.sent().is_empty());
    player.receive(OPENED);
    assert_eq!(player.sent(), ["40"]);
    assert_eq!(phase(&player), "connecting");
    player.receive(CONNECTED);
    assert_eq!(phase(&player), "open");
}

#[test]
fn pings_are_answered_and_keep_the_connection() {
    let mut player = idle();
    for _ in 0..20 {
        player.wait(Duration::secs(25));
        player.receive("2");
        assert_eq!(last_sent(&player), "3");
    }
    player.receive("2probe");
    assert_eq!(last_sent(&player), "3probe");
    assert_eq!(phase(&player), "open");
}

fn last_sent(player: &Player) -> &str {
    player.sent().last().unwrap()
}

#[test]
fn a_link_without_pings_is_dead() {
    let mut player = idle();
    player.wait(Duration::millis(44_999));
    assert_eq!(phase(&player), "open");
    player.wait(Duration::millis(1));
    assert_eq!(phase(&player), "waiting");
    player.wait(Duration::secs(31));
    assert_eq!(player.asked().len(), 1, "it looks again by itself");
}

#[test]
fn a_server_that_never_lets_in_is_tried_again() {
    let mut player = greeted(&running());
    player.wait(Duration::secs(19));
    player.receive("2");
    assert_eq!(phase(&player), "connecting", "pings are no progress");
    player.wait(Duration::secs(1));
    assert_eq!(phase(&player), "waiting");
    player.wait(Duration::secs(31));
    looks(&mut player, 200, &running());
    assert_eq!(player.addresses().len(), 2);
}

#[test]
fn a_long_replay_is_not_cut_short() {
    let mut player = greeted(&running());
    for id in 0..10 {
        player.wait(Duration::secs(15));
        tell(&mut player, &agent_said(id));
        assert_eq!(phase(&player), "connecting");
    }
    player.receive(CONNECTED);
    assert_eq!(phase(&player), "open");
    assert_eq!(player.addresses().len(), 1);
}

#[test]
fn what_is_replayed_is_shown_before_the_connection_is_made() {
    let mut player = greeted(&running());
    tell(&mut player, &agent_said(1));
    tell(&mut player, &agent_said(2));
    assert_eq!(player.lines(), ["agent done: m1", "agent done: m2"]);
    assert_eq!(phase(&player), "connecting");
}

#[test]
fn a_refusal_is_read_in_both_shapes() {
    let cases = [
        (
            r#"44{"message":"Settings not found","data":{"msg_id":"CONFIGURATION$SETTINGS_NOT_FOUND"}}"#,
            Gone::NotSetUp,
        ),
        (
            r#"44{"message":"invalid_session_api_key"}"#,
            Gone::Unauthorized,
        ),
        (
            r#"44{"message":"Failed to join conversation"}"#,
            Gone::Said("Failed to join conversation".into()),
        ),
        (r#"44"No room""#, Gone::Said("No room".into())),
    ];
    for (packet, why) in cases {
        let mut player = greeted(&running());
        player.receive(packet);
        assert_eq!(gone(&player), Some(why), "{packet}");
        stays_away(&mut player);
    }
    let mut player = greeted(&running());
    player.receive(r#"44"Unable to connect""#);
    assert_eq!(phase(&player), "waiting", "no reason not to try again");
}

#[test]
fn a_refusal_on_a_connection_that_works_is_only_counted() {
    let mut player = idle();
    player.receive(r#"44"Unable to connect""#);
    player.receive(r#"44/admin,"Unable to connect""#);
    assert_eq!(phase(&player), "open");
    assert_eq!(player.session().unknown(), 2);
    player.say("still here");
    assert_eq!(texts(&player), ["still here"]);
}

#[test]
fn a_run_that_the_server_ends_is_not_started_again_by_itself() {
    let mut player = idle();
    player.receive("41");
    assert_eq!(gone(&player), Some(Gone::Ended));
    stays_away(&mut player);
    player.input(Input::RetryNow);
    assert_eq!(player.asked().len(), 1, "the person may");
}

#[test]
fn a_run_that_was_one_too_many_is_said_to_be() {
    let mut player = idle();
    player.receive(
        r#"42["oh_event",{"status_update":true,"type":"error","id":"AGENT_ERROR$TOO_MANY_CONVERSATIONS","message":"Too many conversations at once."}]"#,
    );
    player.receive("41");
    assert_eq!(gone(&player), Some(Gone::TooMany));
    assert!(player.items().is_empty(), "{:?}", player.lines());
    stays_away(&mut player);
    // The next time it may end for another reason.
    player.input(Input::RetryNow);
    Server::default().accept(&mut player, Mishap::default());
    player.receive("41");
    assert_eq!(gone(&player), Some(Gone::Ended));
}

#[test]
fn a_connection_that_ends_is_made_again_where_it_was() {
    for code in [1000, 1005, 1006, 1012] {
        let mut player = connected(&[state(0, "awaiting_user_input"), agent_said(1)]);
        player.close(code, "");
        assert_eq!(phase(&player), "waiting", "{code}");
        player.wait(Duration::secs(31));
        looks(&mut player, 200, &running());
        assert!(player.addresses()[1].ends_with("latest_event_id=1"));
    }
    let mut player = idle();
    player.receive("1");
    assert_eq!(phase(&player), "waiting", "Engine.IO's own close");
}

#[test]
fn packets_that_are_joined_in_a_frame_are_all_read() {
    let mut player = greeted(&running());
    let packets = [
        frame(&agent_said(1)),
        CONNECTED.to_owned(),
        "2".to_owned(),
        frame(&agent_said(2)),
    ];
    player.receive(&packets.join("\u{1e}"));
    assert_eq!(player.lines(), ["agent done: m1", "agent done: m2"]);
    assert_eq!(player.sent(), ["40", "3"]);
    assert_eq!(phase(&player), "open");
}

#[test]
fn frames_of_bytes_are_counted_and_do_no_harm() {
    let mut player = idle();
    for socket in (0..10).map(SocketId) {
        let frame = Frame::Binary(frame(&agent_said(5)).into_bytes());
        player.input(Input::Happened(Happening::Received { socket, frame }));
    }
    assert_eq!(player.session().unknown(), 1, "one of them is the socket");
    player.receive(r#"451-["oh_event",{"_placeholder":true,"num":0}]"#);
    assert_eq!(player.session().unknown(), 2);
    assert!(player.items().is_empty());
    assert_eq!(phase(&player), "open");
}

// When a message may go.

#[test]
fn a_message_waits_while_the_agent_is_being_started() {
    let mut player = connected(&[state(0, "loading")]);
    assert_eq!(player.session().run(), Run::Starting);
    player.say("early");
    player.wait(Duration::secs(20));
    assert_eq!(last(&player), "user queued: early");
    assert!(texts(&player).is_empty());
    tell(&mut player, &state(3, "awaiting_user_input"));
    assert_eq!(texts(&player), ["early"]);
}

#[test]
fn nothing_is_sent_out_of_turn_that_would_be_lost() {
    let mut player = connected(&[state(0, "loading")]);
    player.say("early");
    player.input(Input::SendNow(player.last()));
    assert!(texts(&player).is_empty(), "the agent would never read it");
    tell(&mut player, &state(3, "awaiting_user_input"));
    player.say("behind it");
    player.input(Input::SendNow(player.last()));
    assert_eq!(texts(&player), ["early"], "one after the other");
    acked(&mut player);
    assert_eq!(texts(&player), ["early", "behind it"]);
}

#[test]
fn the_person_may_answer_a_question_with_a_message() {
    let mut player = connected(&asks(8));
    player.say("rather not");
    assert!(texts(&player).is_empty());
    player.input(Input::SendNow(player.last()));
    assert_eq!(texts(&player), ["rather not"]);
}

#[test]
fn the_old_state_of_a_sleeping_conversation_lets_no_message_out() {
    let mut player = greeted(&stopped());
    player.say("wake up");
    let old = [
        state(0, "loading"),
        state(2, "awaiting_user_input"),
        state(9, "finished"),
    ];
    tell(&mut player, &agent_said(10));
    tell(&mut player, &old[2]);
    assert_eq!(player.session().run(), Run::Idle);
    player.receive(CONNECTED);
    assert_eq!(player.session().run(), Run::Starting);
    // Copies behind the connect packet, and all of them over REST.
    tell(&mut player, &old[0]);
    tell(&mut player, &old[2]);
    let page = json!({"events": [old[0], old[1], old[2], agent_said(10)], "has_more": false});
    looks(&mut player, 200, &page.to_string());
    player.wait(Duration::secs(10));
    assert_eq!(player.session().run(), Run::Starting);
    assert!(texts(&player).is_empty());
    tell(&mut player, &state(11, "loading"));
    assert!(texts(&player).is_empty());
    tell(&mut player, &state(13, "awaiting_user_input"));
    assert_eq!(texts(&player), ["wake up"]);
}

#[test]
fn what_is_known_only_over_rest_of_a_sleeping_conversation_is_old_as_well() {
    let mut player = greeted(&stopped());
    player.say("wake up");
    tell(&mut player, &agent_said(10));
    player.receive(CONNECTED);
    let page = json!({"events": [state(9, "finished"), agent_said(10)], "has_more": false});
    looks(&mut player, 200, &page.to_string());
    assert_eq!(player.session().run(), Run::Starting);
    assert!(texts(&player).is_empty());
    tell(&mut player, &state(13, "awaiting_user_input"));
    assert_eq!(texts(&player), ["wake up"]);
}

#[test]
fn where_nobody_can_be_asked_the_agent_has_a_moment_to_say_that_it_is_being_started() {
    for news in [true, false] {
        let mut player = visiting();
        player.say("wake up");
        player.fail_all();
        player.open();
        player.receive(OPENED);
        tell(&mut player, &state(9, "finished"));
        player.receive(CONNECTED);
        player.fail_all();
        player.wait(Duration::millis(100));
        assert!(texts(&player).is_empty());
        if news {
            tell(&mut player, &state(10, "loading"));
        }
        player.wait(Duration::secs(2));
        assert_eq!(texts(&player).len(), usize::from(!news));
        tell(&mut player, &state(12, "awaiting_user_input"));
        assert_eq!(texts(&player), ["wake up"]);
    }
}

#[test]
fn a_sleeping_conversation_that_another_window_woke_is_found_awake() {
    let mut player = greeted(&stopped());
    player.say("wake up");
    // It was started behind the look, and was ready before the replay.
    tell(&mut player, &state(13, "awaiting_user_input"));
    player.receive(CONNECTED);
    player.answer_all(500, "");
    player.wait(Duration::secs(25));
    assert!(texts(&player).is_empty());
    player.receive("2");
    looks(&mut player, 200, &stopped());
    assert!(texts(&player).is_empty(), "it sleeps still");
    player.wait(Duration::secs(25));
    player.receive("2");
    looks(&mut player, 200, &running());
    assert_eq!(texts(&player), ["wake up"]);
    player.receive("2");
    assert!(player.asked().is_empty(), "it is asked no more");
}

#[test]
fn a_log_that_is_here_to_its_end_tells_the_state_without_a_replay() {
    let log = [state(0, "awaiting_user_input"), agent_said(1)];
    let page = connected(&log);
    let mut stored = Stored::default();
    stored.keep(&page, 0);
    let mut again = client(stored, Instant(9_000));
    Server { log: log.to_vec() }.accept(&mut again, Mishap::default());
    assert_eq!(again.session().run(), Run::Idle);
    again.say("go on");
    assert_eq!(texts(&again), ["go on"]);
}

#[test]
fn messages_go_out_while_the_agent_works_but_not_while_it_asks() {
    let mut player = connected(&[state(0, "running")]);
    assert!(matches!(player.session().run(), Run::Working { .. }));
    player.say("interjected");
    assert_eq!(texts(&player), ["interjected"]);
    acked(&mut player);
    tell(&mut player, &user(1, "interjected"));
    for event in asks(2) {
        tell(&mut player, &event);
    }
    assert_eq!(player.session().run(), Run::Asking);
    player.say("would drop the question");
    player.wait(Duration::secs(30));
    assert_eq!(texts(&player), ["interjected"]);
    tell(&mut player, &called(4, "call-1", "confirmed"));
    assert_eq!(texts(&player).len(), 2);
}

// Delivery.

#[test]
fn a_message_is_confirmed_by_its_echo_under_the_same_item() {
    let mut player = idle();
    player.say("hello");
    let id = player.last();
    let (ack, text) = messages(&player).remove(0);
    assert_eq!((ack, text.as_str()), (1, "hello"));
    let wanted = json!(["oh_user_action", {"action": "message",
        "args": {"content": "hello", "image_urls": [], "file_urls": []}}]);
    let said: Value = serde_json::from_str(&last_sent(&player)[3..]).unwrap();
    assert_eq!(said, wanted);
    assert_eq!(player.lines(), ["user sending: hello"]);
    player.flush();
    assert_eq!(player.lines(), ["user sent: hello"]);
    acked(&mut player);
    player.wait(Duration::secs(10));
    assert_eq!(
        player.lines(),
        ["user sent: hello"],
        "taken, and not in the log yet"
    );
    tell(&mut player, &agent_said(3));
    tell(&mut player, &user(4, "hello"));
    assert_eq!(player.lines(), ["agent done: m3", "user confirmed: hello"]);
    assert_eq!(player.last(), id);
}

#[test]
fn a_message_that_the_server_does_not_take_has_failed() {
    let mut player = idle();
    player.say("no");
    player.say("next");
    player.flush();
    player.wait(Duration::millis(4_999));
    assert_eq!(player.lines()[0], "user sent: no");
    assert_eq!(texts(&player), ["no"], "one after the other");
    player.wait(Duration::millis(1));
    assert_eq!(player.lines()[0], "user failed: no");
    assert_eq!(texts(&player), ["no", "next"]);
    // It had only been slow.
    tell(&mut player, &user(4, "no"));
    assert!(player.lines().contains(&"user confirmed: no".to_owned()));
    assert_eq!(player.items().len(), 2);
}

#[test]
fn a_slow_upload_is_not_a_refusal() {
    let mut player = idle();
    player.say("with a large picture");
    player.wait(Duration::secs(30));
    assert_eq!(player.lines(), ["user sending: with a large picture"]);
    player.flush();
    player.wait(Duration::secs(4));
    acked(&mut player);
    assert_eq!(player.lines(), ["user sent: with a large picture"]);
}

#[test]
fn pictures_go_out_as_addresses_with_their_data() {
    let mut player = idle();
    let picture = |name: &str, mime: &str| Attachment {
        name: name.into(),
        mime: mime.into(),
        base64: "iVBOR".into(),
    };
    player.input(Input::Send {
        text: "look".into(),
        attachments: vec![
            picture("a.png", "image/png"),
            picture("b.jpg", "image/jpeg"),
        ],
    });
    let said: Value = serde_json::from_str(&last_sent(&player)[3..]).unwrap();
    assert_eq!(
        said[1]["args"]["image_urls"],
        json!([
            "data:image/png;base64,iVBOR",
            "data:image/jpeg;base64,iVBOR"
        ])
    );
    acked(&mut player);
    player.input(Input::Send {
        text: "read".into(),
        attachments: vec![picture("a.pdf", "application/pdf")],
    });
    assert_eq!(
        last(&player),
        "user failed: read",
        "it has no place for such"
    );
    assert_eq!(texts(&player), ["look"]);
}

#[test]
fn strict_mode_sends_the_frame_of_the_document() {
    let mut player = at("http://agent.test:3000/", false, true);
    looks(&mut player, 200, &running());
    player.open();
    player.receive(OPENED);
    tell(&mut player, &state(0, "awaiting_user_input"));
    player.receive(CONNECTED);
    player.answer_all(200, r#"{"events":[],"has_more":false}"#);
    player.say("hello");
    player.flush();
    let said = r#"42["oh_user_action",{"message":"hello","source":"user","type":"message"}]"#;
    assert_eq!(last_sent(&player), said);
    let event = json!({"id": "1", "type": "message", "source": "user", "message": "hello"});
    tell(&mut player, &event);
    assert_eq!(player.lines(), ["user confirmed: hello"]);
    player.say("passed over");
    player.flush();
    player.wait(Duration::secs(5));
    assert_eq!(
        last(&player),
        "user failed: passed over",
        "as released servers do"
    );
}

#[test]
fn the_same_text_twice_is_two_messages_in_order() {
    let mut player = idle();
    player.say("go");
    player.say("go");
    acked(&mut player);
    acked(&mut player);
    assert_eq!(texts(&player), ["go", "go"]);
    let ids: Vec<ItemId> = player.items().iter().map(|item| item.id).collect();
    let confirmed = |player: &Player| -> Vec<ItemId> {
        let items = player.items().iter();
        let sure = items.filter(|item| sent_state(item) == Some(SendState::Confirmed));
        sure.map(|item| item.id).collect()
    };
    tell(&mut player, &user(1, "go"));
    assert_eq!(confirmed(&player), ids[..1]);
    tell(&mut player, &user(2, "go"));
    assert_eq!(confirmed(&player), ids);
    tell(&mut player, &user(3, "go"));
    assert_eq!(player.items().len(), 3, "the third is of another window");
}

#[test]
fn a_message_of_another_window_appears() {
    let mut player = idle();
    player.say("mine");
    tell(&mut player, &user(1, "theirs"));
    tell(&mut player, &user(2, "mine"));
    let lines = ["user confirmed: theirs", "user confirmed: mine"];
    assert_eq!(player.lines(), lines);
}

// Doubt.

/// A message went out, and the connection was cut before any sign of it.
fn doubted() -> Player {
    let mut player = idle();
    player.say("perhaps");
    player.flush();
    player.close(1006, "");
    assert_eq!(player.lines(), ["user maybe-sent: perhaps"]);
    player.wait(Duration::secs(31));
    player
}

#[test]
fn a_message_in_doubt_that_the_log_has_is_confirmed() {
    let mut player = doubted();
    let id = player.last();
    let log = vec![state(0, "awaiting_user_input"), user(1, "perhaps")];
    Server { log }.accept(&mut player, Mishap::default());
    player.wait(Duration::secs(30));
    assert_eq!(player.lines(), ["user confirmed: perhaps"]);
    assert_eq!(player.last(), id);
    assert_eq!(texts(&player), ["perhaps"]);
}

#[test]
fn a_message_in_doubt_that_the_log_has_only_over_rest_is_confirmed() {
    let mut player = doubted();
    let log = vec![state(0, "awaiting_user_input"), user(1, "perhaps")];
    let mishap = Mishap {
        lost: 1,
        ..Mishap::default()
    };
    Server { log }.accept(&mut player, mishap);
    player.wait(Duration::secs(30));
    assert_eq!(player.lines(), ["user confirmed: perhaps"]);
    assert_eq!(texts(&player), ["perhaps"]);
}

#[test]
fn a_message_in_doubt_that_the_log_has_not_goes_out_once_more() {
    let mut player = doubted();
    player.say("behind it");
    let log = vec![state(0, "awaiting_user_input")];
    Server { log }.accept(&mut player, Mishap::default());
    assert_eq!(texts(&player), ["perhaps"], "it may be under way still");
    player.wait(Duration::secs(1));
    assert_eq!(texts(&player), ["perhaps", "perhaps"]);
    acked(&mut player);
    tell(&mut player, &user(1, "perhaps"));
    player.wait(Duration::secs(30));
    assert_eq!(texts(&player), ["perhaps", "perhaps", "behind it"]);
}

#[test]
fn a_message_in_doubt_is_left_to_the_person_where_the_log_cannot_be_read() {
    let mut player = doubted();
    let log = vec![state(0, "awaiting_user_input")];
    let mishap = Mishap {
        no_rest: true,
        ..Mishap::default()
    };
    Server { log }.accept(&mut player, mishap);
    player.wait(Duration::secs(40));
    assert_eq!(player.lines(), ["user maybe-sent: perhaps"]);
    assert_eq!(texts(&player), ["perhaps"]);
    player.input(Input::SendNow(player.last()));
    assert_eq!(texts(&player), ["perhaps", "perhaps"]);
}

#[test]
fn a_message_in_doubt_does_not_end_the_wait_for_the_agent() {
    let mut player = doubted();
    player.say("behind it");
    looks(&mut player, 200, &stopped());
    player.open();
    player.receive(OPENED);
    player.receive(CONNECTED);
    let page = json!({"events": [state(0, "awaiting_user_input")], "has_more": false});
    looks(&mut player, 200, &page.to_string());
    player.wait(Duration::secs(20));
    assert_eq!(player.session().run(), Run::Starting);
    assert_eq!(texts(&player), ["perhaps"]);
    tell(&mut player, &state(1, "awaiting_user_input"));
    assert_eq!(texts(&player), ["perhaps", "perhaps"]);
}

#[test]
fn a_hole_that_cannot_be_filled_is_said() {
    let mut player = connected(&[state(0, "awaiting_user_input"), agent_said(1)]);
    player.close(1006, "");
    player.wait(Duration::secs(31));
    let mishap = Mishap {
        no_rest: true,
        ..Mishap::default()
    };
    let log = vec![state(0, "awaiting_user_input"), agent_said(1)];
    Server { log }.accept(&mut player, mishap);
    tell(&mut player, &agent_said(9));
    tell(&mut player, &agent_said(19));
    let said: Vec<String> = player.lines();
    assert!(said[1].starts_with("notice done: Up to 7 events may be missing"));
    assert_eq!(said.len(), 4, "{said:?}");
}

// What the person asks of the agent.

#[test]
fn stop_pause_and_resume_are_states_that_are_asked_for() {
    let mut player = connected(&[state(0, "running"), called(1, "call-1", "confirmed")]);
    player.input(Input::Pause(true));
    player.input(Input::Pause(false));
    player.input(Input::Stop);
    assert_eq!(states_sent(&player), ["paused", "running", "stopped"]);
    assert_eq!(
        player.lines(),
        ["tool pending: "],
        "the log says what came of it"
    );
    let change = |id: u64, word: &str| {
        json!({"id": id, "source": "user", "action": "change_agent_state",
            "args": {"agent_state": word, "thought": ""}})
    };
    for (id, word) in [(2, "paused"), (4, "running"), (6, "stopped")] {
        tell(&mut player, &change(id, word));
        tell(&mut player, &state(id + 1, word));
    }
    assert_eq!(
        player.lines()[1..],
        [
            "notice done: Paused.",
            "notice done: Resumed.",
            "notice done: Stopped."
        ]
    );
    assert_eq!(player.session().run(), Run::Idle);
}

#[test]
fn a_late_output_after_a_stop_goes_to_its_card() {
    let mut player = connected(&[state(0, "running"), called(8, "call-1", "confirmed")]);
    player.input(Input::Stop);
    let stopped = json!({"id": 10, "cause": 8, "source": "agent", "observation": "error",
        "content": "Stop button pressed. The action has not been executed.",
        "tool_call_metadata": {"tool_call_id": "call-1"},
        "extras": {"error_id": "AGENT_ERROR$ERROR_ACTION_NOT_EXECUTED_STOPPED"}});
    tell(&mut player, &stopped);
    tell(&mut player, &state(11, "stopped"));
    assert!(player.lines()[0].starts_with("tool interrupted: Stop button"));
    tell(&mut player, &output(19, 8, "call-1", "listed after all"));
    assert_eq!(player.lines(), ["tool done: listed after all\nexit code 0"]);
}

#[test]
fn a_question_is_answered_by_a_state_and_its_copies_are_no_second_card() {
    for (approved, word, settled) in [
        (true, "confirmed", "approval approved"),
        (false, "rejected", "approval denied"),
    ] {
        let mut player = connected(&[state(0, "running")]);
        for event in asks(8) {
            tell(&mut player, &event);
        }
        assert_eq!(player.session().run(), Run::Asking);
        assert_eq!(player.items().len(), 2, "{:?}", player.lines());
        player.input(Input::Answer {
            id: player.last(),
            approved,
            remember: false,
        });
        assert_eq!(states_sent(&player), [format!("user_{word}")]);
        assert!(last(&player).starts_with(settled));
        tell(&mut player, &called(11, "call-1", word));
        tell(&mut player, &state(12, &format!("user_{word}")));
        let denied = json!({"id": 13, "cause": 11, "source": "agent",
            "observation": "user_rejected", "content": "rejected", "extras": {}});
        let result = match approved {
            true => output(13, 11, "call-1", "listed"),
            false => denied,
        };
        tell(&mut player, &result);
        let tool = match approved {
            true => "tool done: listed\nexit code 0",
            false => "tool denied: rejected",
        };
        assert_eq!(player.items().len(), 2, "{:?}", player.lines());
        assert_eq!(player.lines()[0], tool);
        assert!(last(&player).starts_with(settled));
    }
}

#[test]
fn an_answer_in_another_window_settles_the_question_here() {
    for (word, settled) in [
        ("confirmed", "approval approved"),
        ("rejected", "approval denied"),
    ] {
        let mut player = connected(&asks(8));
        assert!(last(&player).starts_with("approval pending"));
        tell(&mut player, &called(11, "call-1", word));
        assert!(last(&player).starts_with(settled));
        assert!(states_sent(&player).is_empty());
        // What is meant here now comes too late.
        player.input(Input::Answer {
            id: player.last(),
            approved: true,
            remember: false,
        });
        assert!(states_sent(&player).is_empty());
    }
}

/// The agent asked, the connection went, and the person allowed it all the same.
fn allowed_while_away() -> Player {
    let mut player = connected(&asks(8));
    player.close(1006, "");
    player.input(Input::Answer {
        id: player.last(),
        approved: true,
        remember: false,
    });
    assert!(last(&player).starts_with("approval approved"));
    player.wait(Duration::secs(31));
    player
}

#[test]
fn an_answer_that_was_given_while_away_goes_out_where_the_agent_still_waits_for_it() {
    for no_rest in [false, true] {
        let mut player = allowed_while_away();
        let mishap = Mishap {
            no_rest,
            ..Mishap::default()
        };
        Server { log: asks(8) }.accept(&mut player, mishap);
        assert_eq!(states_sent(&player), ["user_confirmed"]);
    }
}

/// The frame names no question, so it would allow whatever the agent asks now.
#[test]
fn an_answer_that_was_given_while_away_never_answers_another_question() {
    let mut log = asks(8);
    log.push(called(11, "call-1", "rejected"));
    log.push(state(12, "awaiting_user_confirmation"));
    log.push(called(13, "call-2", "awaiting_confirmation"));
    let mut player = allowed_while_away();
    Server { log }.accept(&mut player, Mishap::default());
    player.wait(Duration::secs(10));
    assert!(states_sent(&player).is_empty());
    let lines = player.lines();
    assert!(lines[1].starts_with("approval denied"), "{lines:?}");
    assert!(lines[3].starts_with("approval pending"), "{lines:?}");
    assert_eq!(player.session().run(), Run::Asking);
}

#[test]
fn an_answer_that_was_given_while_away_is_nothing_to_an_agent_that_begins_anew() {
    let mut player = allowed_while_away();
    looks(&mut player, 200, &stopped());
    player.open();
    player.receive(OPENED);
    player.receive(CONNECTED);
    player.answer_all(200, r#"{"events":[],"has_more":false}"#);
    player.wait(Duration::secs(10));
    assert!(states_sent(&player).is_empty());
    assert!(last(&player).starts_with("approval expired"));
}

#[test]
fn a_question_that_a_message_overtook_expires() {
    let mut player = connected(&asks(8));
    tell(&mut player, &user(10, "something else"));
    assert!(player.lines()[1].starts_with("approval expired"));
}

// Beside the log.

#[test]
fn title_cost_and_progress_are_told() {
    let mut player = idle();
    player.receive(r#"42["oh_event",{"status_update":true,"type":"info","message":"c1","conversation_title":"New title"}]"#);
    for id in ["STATUS$STARTING_RUNTIME", "STATUS$READY"] {
        let status = json!({"status_update": true, "type": "info", "id": id, "message": ""});
        tell(&mut player, &status);
    }
    let mut event = agent_said(4);
    event["llm_metrics"] = json!({"accumulated_cost": 0.25, "accumulated_token_usage":
        {"prompt_tokens": 1_000, "completion_tokens": 34}});
    tell(&mut player, &event);
    let cost = Cost {
        dollars: 0.25,
        prompt: 1_000,
        completion: 34,
    };
    for change in [
        Change::Titled("New title".into()),
        Change::Progress(Some("STATUS$STARTING_RUNTIME".into())),
        Change::Progress(None),
        Change::Cost(cost),
    ] {
        assert!(player.changes().contains(&change), "{change:?}");
    }
    assert_eq!(player.lines(), ["agent done: m4"], "they are no items");
}

#[test]
fn trouble_that_is_said_beside_the_log_and_in_it_stands_once() {
    let mut player = connected(&[state(0, "running")]);
    let name = "STATUS$ERROR_LLM_AUTHENTICATION";
    let status = json!({"status_update": true, "type": "error", "id": name, "message": name});
    tell(&mut player, &status);
    let words =
        "error failed: The model refused the server's key. Check the key in the server's settings.";
    assert_eq!(player.lines(), [words]);
    let mut event = state(3, "error");
    event["extras"]["reason"] = json!(name);
    tell(&mut player, &event);
    assert_eq!(player.lines(), [words]);
    assert_eq!(player.session().run(), Run::Idle);
    tell(
        &mut player,
        &json!({"error": true, "message": "Failed to create agent session"}),
    );
    assert_eq!(
        last(&player),
        "error failed: Failed to create agent session"
    );
}
