//! What a client of Saiki must tolerate: the checklist, point by point.

use parlor::io::{Action, Frame};
use parlor::model::{Body, Content, ToolState};
use parlor::protocol::Setup;
use parlor::recording::Player;
use parlor::session::{Birth, Input};
use serde_json::{Value, json};

use super::support::{START, Wire, asked, connected, saiki, setup};

fn tool(player: &Player) -> parlor::model::ToolCall {
    let tools = player
        .items()
        .iter()
        .rev()
        .filter_map(|item| match &item.body {
            Body::Tool(tool) => Some(tool.clone()),
            _ => None,
        });
    tools.into_iter().next().expect("a tool call")
}

#[test]
fn point_1_text_arguments_and_results_under_every_name() {
    for data in [
        json!({"text": "x"}),
        json!({"content": "x"}),
        json!({"content": "x", "text": "y"}),
    ] {
        let mut player = asked();
        player.event("chunk", data.clone());
        assert_eq!(player.lines()[1], "agent streaming: x", "{data}");
        player.event("response", data);
        assert_eq!(player.lines()[1], "agent done: x");
    }
    for (name, wanted) in [("arguments", 1), ("args", 1), ("input", 1), ("other", 0)] {
        let mut player = asked();
        player.event(
            "toolCall",
            json!({"toolName": "t", "serverId": "s", name: {"a": 1}}),
        );
        let args = if wanted == 1 {
            json!({"a": 1})
        } else {
            Value::Null
        };
        assert_eq!(tool(&player).args, args, "{name}");
    }
    for name in ["result", "sanitized", "rawResult"] {
        let mut player = asked();
        player.event(
            "toolResult",
            json!({"toolName": "t", name: {"content": [{"type": "text", "text": "r"}]}}),
        );
        assert_eq!(tool(&player).content, [Content::Text("r".into())], "{name}");
    }
}

#[test]
fn point_1_errors_in_all_their_shapes() {
    let long = "x".repeat(5_000);
    let request = json!({"error": {"name": "AI_APICallError", "message": "quota", "requestBodyValues": long}}).to_string();
    let cut = "{\"error\":{\"name\":\"AI_RetryError\",\"errors\":[{…(truncated)".to_owned();
    let cases = [
        (json!({"message": "plain"}), "plain"),
        (
            json!({"error": "no file", "details": {"fileValidation": {}}}),
            "no file",
        ),
        (
            json!({"issues": [{"message": "first issue"}, {"message": "second"}]}),
            "first issue",
        ),
        (json!({"message": {"message": "nested"}}), "nested"),
        (
            json!({"message": "[object Object]", "context": "streamText"}),
            "The server reported an error without saying which.",
        ),
        (json!({"message": request}), "quota"),
        (json!({"message": cut}), "AI_RetryError"),
        (json!({"code": "X", "message": "m", "scope": "s"}), "m"),
    ];
    for (data, words) in cases {
        let mut player = asked();
        player.event("error", data.clone());
        assert_eq!(
            player.lines()[1],
            format!("error failed: {words}"),
            "{data}"
        );
    }
    let mut player = asked();
    player.event("error", json!({"message": long}));
    let Body::Error(fault) = &player.items()[1].body else {
        panic!("an error")
    };
    assert!(fault.message.chars().count() <= 401);
    assert_eq!(
        fault.detail.as_deref(),
        Some(long.as_str()),
        "the rest is folded, not lost"
    );
    let mut player = asked();
    player.event("error", json!({"odd": 1}));
    assert!(player.lines()[1].contains("\"odd\": 1"));
}

#[test]
fn point_2_data_null_or_missing_binary_and_junk() {
    let mut player = asked();
    player.receive("{\"event\":\"thinking\",\"data\":null}");
    player.receive("{\"event\":\"thinking\"}");
    assert_eq!(player.lines(), ["user confirmed: hello"]);
    for junk in [
        "",
        "null",
        "42",
        "[]",
        "{",
        "<html>",
        "{\"event\":5}",
        "{\"event\":\"chunk\",\"data\":7}",
        "{\"event\":\"later\"}",
    ] {
        player.receive(junk);
    }
    assert_eq!(player.session().unknown(), 9);
    player.chunk("still here");
    assert_eq!(player.lines()[1], "agent streaming: still here");
    let mut player = connected();
    let frame = Frame::Binary(b"{\"event\":\"chunk\",\"data\":{\"text\":\"binary\"}}".to_vec());
    let happening = parlor::io::Happening::Received {
        socket: parlor::io::SocketId(1),
        frame,
    };
    player.input(Input::Happened(happening));
    assert_eq!(player.lines(), ["agent streaming: binary"]);
}

#[test]
fn point_3_session_and_stream_go_along_unless_strict() {
    let player = asked();
    let frame: Value = serde_json::from_str(&player.sent()[0]).unwrap();
    assert_eq!(
        frame,
        json!({"type": "message", "content": "hello", "sessionId": "c1", "stream": true})
    );
    let mut strict = Player::start(
        saiki(),
        Setup {
            strict: true,
            ..setup()
        },
        Birth::default(),
        START,
    );
    strict.open();
    strict.say("hello");
    strict.input(Input::Reset);
    assert_eq!(
        strict.sent(),
        [
            json!({"type": "message", "content": "hello"}).to_string(),
            json!({"type": "reset"}).to_string()
        ]
    );
}

#[test]
fn point_4_frames_of_other_sessions_never_show() {
    let mut player = asked();
    player.event("chunk", json!({"text": "mine"}));
    player.event("chunk", json!({"text": "theirs", "sessionId": "c2"}));
    player.event("conversationReset", json!({"sessionId": "default"}));
    player.receive("{\"event\":\"chunk\",\"data\":{\"text\":\" too\"}}");
    assert_eq!(player.lines()[1], "agent streaming: mine too");
    assert_eq!(player.session().dropped(), 2);
}

#[test]
fn point_5_the_doubled_response() {
    let mut player = asked();
    player.thinking();
    player.chunk("One");
    player.response("One");
    player.event(
        "toolCall",
        json!({"toolName": "t", "args": {}, "callId": "1"}),
    );
    player.event(
        "toolResult",
        json!({"toolName": "t", "result": "r", "callId": "1"}),
    );
    player.chunk("Two");
    player.response("Two");
    player.response("OneTwo");
    assert_eq!(
        player.lines()[1..],
        ["agent done: One", "tool done: r", "agent done: Two"]
    );
    // Dexto: one response at the end, with all of it.
    let mut player = asked();
    player.thinking();
    player.chunk("One");
    player.event(
        "toolCall",
        json!({"toolName": "t", "args": {}, "callId": "1"}),
    );
    player.chunk("Two");
    player.response("OneTwo");
    assert_eq!(
        player.lines()[1..],
        ["agent done: One", "tool pending: ", "agent done: Two"]
    );
    // No streaming: one response a step, and the same words in two steps are two.
    let mut player = asked();
    player.thinking();
    player.response("Ok");
    player.event(
        "toolCall",
        json!({"toolName": "t", "args": {}, "callId": "1"}),
    );
    player.response("Ok");
    assert_eq!(
        player.lines()[1..],
        ["agent done: Ok", "tool pending: ", "agent done: Ok"]
    );
}

#[test]
fn point_6_an_empty_reply_is_said() {
    let mut player = asked();
    player.thinking();
    player.thinking();
    player.response("");
    player.response("");
    assert_eq!(
        player.lines()[1..],
        ["notice done: The agent finished without an answer."]
    );
}

#[test]
fn point_7_tool_results_in_every_order_and_shape() {
    let mut player = asked();
    player.event("toolResult", json!({"toolName": "lone", "result": "r"}));
    assert_eq!(player.lines()[1], "tool done: r");
    let mut player = asked();
    for n in [1, 2] {
        player.event("toolCall", json!({"toolName": "t", "args": {"n": n}}));
    }
    player.event("toolResult", json!({"toolName": "t", "result": "first"}));
    assert_eq!(player.lines()[1..], ["tool done: first", "tool pending: "]);
    player.event("toolResult", json!({"toolName": "t", "result": "second"}));
    assert_eq!(
        player.lines()[1..],
        ["tool done: first", "tool done: second"]
    );
    let failures = [
        (json!({"error": "broke"}), ToolState::Failed),
        (json!({"error": "no", "denied": true}), ToolState::Denied),
        (
            json!({"content": [{"type": "text", "text": "broke"}], "isError": true}),
            ToolState::Failed,
        ),
        (json!({"content": [], "isError": false}), ToolState::Done),
    ];
    for (result, state) in failures {
        let mut player = asked();
        player.event(
            "toolResult",
            json!({"toolName": "t", "result": result, "success": true}),
        );
        assert_eq!(tool(&player).state, state, "{result}");
    }
    let mut player = asked();
    let image = json!({"type": "image", "data": "iVBOR", "mimeType": "image/png"});
    player.event(
        "toolResult",
        json!({"toolName": "t", "result": {"content": [image]}}),
    );
    let wanted = Content::Image {
        mime: "image/png".into(),
        base64: "iVBOR".into(),
    };
    assert_eq!(tool(&player).content, [wanted]);
}

#[test]
fn point_8_a_result_answers_the_open_question() {
    for (result, state) in [
        (json!({"content": []}), "approved"),
        (json!({"error": "no", "denied": true}), "denied"),
        (
            json!({"error": "Tool confirmation timeout for t"}),
            "expired",
        ),
    ] {
        let mut player = asked();
        player.event(
            "toolConfirmationRequest",
            json!({"toolName": "t", "args": {}, "executionId": "e1"}),
        );
        player.event(
            "toolConfirmationRequest",
            json!({"toolName": "t", "args": {}, "executionId": "e2"}),
        );
        player.event("toolResult", json!({"toolName": "t", "result": result}));
        let states: Vec<&str> = player.items()[1..3]
            .iter()
            .map(|item| item.state().word())
            .collect();
        assert_eq!(states, [state, "pending"]);
    }
}

#[test]
fn point_11_joined_in_the_middle_the_missed_beginning_comes_with_the_whole() {
    let birth = Birth {
        stale: true,
        ..Birth::default()
    };
    let mut player = Player::start(saiki(), setup(), birth, START);
    player.open();
    player.answer_all(501, "");
    player.chunk("second half");
    player.response("first half, second half");
    player.response("first half, second half");
    assert_eq!(player.lines(), ["agent done: first half, second half"]);
}

#[test]
fn point_12_what_is_sent_is_never_without_text_and_raw_base64() {
    let mut app = parlor::app::App::default();
    let start = parlor::app::Start {
        online: true,
        ..Default::default()
    };
    app.update(parlor::app::Msg::Started(start), START);
    let attachment = parlor::model::Attachment {
        name: "a".into(),
        mime: "image/png".into(),
        base64: "iVBOR".into(),
    };
    let intent = parlor::app::Intent::Send {
        text: "  ".into(),
        attachments: vec![attachment],
    };
    app.update(parlor::app::Msg::Did(intent), START);
    let shown = std::iter::from_fn(|| app.poll()).find_map(|output| match output {
        parlor::app::Output::Session(parlor::session::Change::Inserted { item, .. }) => Some(item),
        parlor::app::Output::Io(Action::Open { .. }) => panic!("the demo needs no network"),
        _ => None,
    });
    assert_eq!(
        parlor::words::text(&shown.unwrap().body),
        "See the attached file."
    );
}
