//! Files that go with a message: first into the agent's workspace, then by name in the frame.

use parlor::io::Payload;
use parlor::model::{Attachment, Body, Duration};
use parlor::recording::Player;
use parlor::session::Input;
use serde_json::{Value, json};

use super::super::support::Wire;
use super::{
    CONNECTED, OPENED, acked, idle, last, looks, messages, phase, running, tell, texts, with,
};

const UPLOAD: &str = "http://agent.test:3000/api/conversations/c1/upload-files";

fn file(name: &str, mime: &str) -> Attachment {
    Attachment {
        name: name.into(),
        mime: mime.into(),
        base64: "aGk=".into(),
    }
}

fn send(player: &mut Player, attachments: Vec<Attachment>) {
    player.input(Input::Send {
        text: "look".into(),
        attachments,
    });
}

fn taken(paths: &[&str]) -> String {
    json!({"uploaded_files": paths, "skipped_files": []}).to_string()
}

/// A client that is connected and has begun to upload.
fn uploading() -> Player {
    let mut player = idle();
    send(&mut player, vec![file("a.txt", "text/plain")]);
    assert_eq!(player.asked(), [UPLOAD]);
    player
}

/// The arguments of the last message that went out.
fn args(player: &Player) -> Value {
    let frame = player.sent().last().unwrap();
    let said = &frame[frame.find('[').unwrap()..];
    serde_json::from_str::<Value>(said).unwrap()[1]["args"].clone()
}

#[test]
fn files_are_in_the_workspace_before_the_message_is_sent() {
    let mut player = idle();
    let (notes, plan) = (file("notes.txt", "text/plain"), file("plan", ""));
    let (drawing, picture) = (file("d.svg", "image/svg+xml"), file("p.png", "image/png"));
    let files = vec![notes, plan, drawing];
    let mut all = files.clone();
    all.push(picture);
    send(&mut player, all);
    assert!(texts(&player).is_empty());
    assert_eq!(last(&player), "user sending: look");
    player.answer_next(|request| {
        assert_eq!((request.method, &*request.url), ("POST", UPLOAD));
        assert_eq!(request.headers, [], "the browser writes the boundary");
        let field = "files";
        assert_eq!(request.body, Some(Payload::Form { field, files }));
        Some((200, taken(&["/w/notes.txt", "/w/plan", "/w/d.svg"])))
    });
    let args = args(&player);
    assert_eq!(
        args["content"],
        "look\n\nNEW FILES ADDED: /w/notes.txt\n\n/w/plan\n\n/w/d.svg"
    );
    assert_eq!(
        args["file_urls"],
        json!(["/w/notes.txt", "/w/plan", "/w/d.svg"])
    );
    assert_eq!(args["image_urls"], json!(["data:image/png;base64,aGk="]));
}

#[test]
fn pictures_alone_need_no_upload() {
    let mut player = idle();
    send(&mut player, vec![file("p.png", "image/png")]);
    assert!(player.asked().is_empty());
    assert_eq!(texts(&player), ["look"]);
}

#[test]
fn the_wait_for_the_servers_word_begins_when_the_frame_has_left() {
    let mut player = uploading();
    for _ in 0..5 {
        player.wait(Duration::secs(20));
        // The answer to a ping leaves, and the message has not.
        player.receive("2");
        player.flush();
        assert_eq!(last(&player), "user sending: look");
    }
    player.answer_all(200, &taken(&["/w/a.txt"]));
    player.wait(Duration::secs(20));
    player.receive("2");
    assert_eq!(last(&player), "user sending: look", "it has not left yet");
    player.flush();
    assert_eq!(last(&player), "user sent: look");
    player.wait(Duration::secs(6));
    assert_eq!(last(&player), "user failed: look");
}

#[test]
fn a_further_message_waits_behind_the_files() {
    let mut player = uploading();
    player.say("and this");
    assert!(texts(&player).is_empty());
    player.answer_all(200, &taken(&["/w/a.txt"]));
    acked(&mut player);
    tell(&mut player, &copy(7));
    assert_eq!(texts(&player).last().unwrap(), "and this");
}

/// The message as the server logs it.
fn copy(id: u64) -> Value {
    json!({"id": id, "source": "user", "action": "message", "message": "look",
        "args": {"content": "look\n\nNEW FILES ADDED: /w/a.txt", "image_urls": [],
            "file_urls": ["/w/a.txt"]}})
}

#[test]
fn the_servers_copy_of_it_is_the_same_message() {
    let mut player = uploading();
    player.answer_all(200, &taken(&["/w/a.txt"]));
    acked(&mut player);
    tell(&mut player, &copy(7));
    assert_eq!(player.lines(), ["user confirmed: look"]);
    // Another browser sees the name, and not the places.
    let mut other = idle();
    tell(&mut other, &copy(7));
    assert_eq!(other.lines(), ["user confirmed: look"]);
    let Body::User(message) = &other.items()[0].body else {
        panic!("a message");
    };
    assert_eq!(message.attachments[0].name, "a.txt");
    assert!(!message.attachments[0].is_image());
}

#[test]
fn a_heading_in_another_language_is_cut_off_and_a_text_without_one_stays() {
    for (content, urls, shown) in [
        (
            "look\n\nNEUE DATEIEN: /w/a\n\n/w/b",
            json!(["/w/a", "/w/b"]),
            "look",
        ),
        ("a\n\nb\n\nFILES: /w/a", json!(["/w/a"]), "a\n\nb"),
        ("see /w/a", json!(["/w/a"]), "see /w/a"),
        ("a\n\nb", json!([]), "a\n\nb"),
        ("a\n\nb", Value::Null, "a\n\nb"),
    ] {
        let mut player = idle();
        let said = json!({"id": 7, "source": "user", "action": "message",
            "args": {"content": content, "file_urls": urls}});
        tell(&mut player, &said);
        assert_eq!(last(&player), format!("user confirmed: {shown}"));
    }
}

#[test]
fn what_the_server_does_not_take_is_not_sent_and_can_be_sent_again() {
    let skipped = json!({"uploaded_files": [], "skipped_files": [{"name": "a", "reason": "full"}]});
    for (status, body) in [
        (0, String::new()),
        (404, "{}".to_owned()),
        (413, String::new()),
        (500, "oops".to_owned()),
        (200, skipped.to_string()),
        (200, taken(&[])),
        (200, "<html>".to_owned()),
    ] {
        let mut player = uploading();
        match status {
            0 => player.fail_all(),
            status => player.answer_all(status, &body),
        }
        assert!(texts(&player).is_empty(), "{status} {body}");
        assert_eq!(last(&player), "user failed: look");
        let id = player.last();
        player.input(Input::SendNow(id));
        assert_eq!(player.asked(), [UPLOAD]);
        player.answer_all(200, &taken(&["/w/a.txt"]));
        assert_eq!(messages(&player).len(), 1);
    }
}

#[test]
fn a_connection_that_is_lost_during_the_upload_leaves_no_doubt() {
    let mut player = uploading();
    player.close(1006, "");
    assert_eq!(last(&player), "user queued: look");
    assert!(player.asked().is_empty(), "it is given up");
    player.wait(Duration::secs(31));
    looks(&mut player, 200, &running());
    player.open();
    player.receive(OPENED);
    player.receive(CONNECTED);
    looks(&mut player, 200, r#"{"events":[],"has_more":false}"#);
    assert_eq!(player.asked(), [UPLOAD]);
    player.answer_all(200, &taken(&["/w/a.txt"]));
    assert_eq!(messages(&player).len(), 1);
}

#[test]
fn the_document_knows_no_files() {
    let strict = with(None, false, true);
    assert!(strict.session().capabilities().files.is_empty());
}

#[test]
fn files_that_do_not_arrive_go_out_again_over_a_new_connection() {
    let mut player = uploading();
    // The server's pings go on.
    for _ in 0..12 {
        player.wait(Duration::secs(25));
        player.receive("2");
    }
    assert_eq!(phase(&player), "waiting");
    assert_eq!(last(&player), "user queued: look");
}
