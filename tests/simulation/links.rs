//! Links, configuration and what is remembered: whom the page contacts, and when.

use parlor::app::{App, Intent, Msg, Output, Start, Theme, View};
use parlor::io::Action;
use parlor::model::Instant;

struct Page {
    app: App,
    opened: Vec<String>,
    view: View,
    composed: Option<String>,
    stored: Vec<(String, String)>,
}

fn load(query: &str, config: Option<&str>, stored: &[(String, String)]) -> Page {
    let mut page = Page {
        app: App::default(),
        opened: Vec::new(),
        view: View::default(),
        composed: None,
        stored: stored.to_vec(),
    };
    page.tell(Msg::Started(Start {
        query: query.to_owned(),
        config: config.map(str::to_owned),
        origin: "http://page.test".into(),
        seed: 9,
        online: true,
        storage: true,
        stored: stored.to_vec(),
        ..Start::default()
    }));
    page
}

impl Page {
    fn tell(&mut self, msg: Msg) {
        self.app.update(msg, Instant(5_000));
        while let Some(output) = self.app.poll() {
            match output {
                Output::Io(Action::Open { url, .. }) => self.opened.push(url),
                Output::Show(view) => self.view = *view,
                Output::Compose(text) => self.composed = Some(text),
                Output::Store { key, value } => {
                    self.stored.retain(|(known, _)| *known != key);
                    self.stored.extend(value.map(|value| (key, value)));
                }
                _ => {}
            }
        }
    }

    fn connect(&mut self, server: &str, url: &str) {
        self.tell(Msg::Did(Intent::Connect {
            server: server.into(),
            url: url.into(),
            strict: false,
        }));
    }
}

const LINK: &str = "server=saiki&url=ws%3A%2F%2F127.0.0.1%3A3001%2F&conversation=abc";

#[test]
fn without_parameters_the_demo_opens_and_nothing_is_contacted() {
    let page = load("", None, &[]);
    assert_eq!(page.view.server, "demo");
    assert!(page.opened.is_empty());
    assert!(page.view.toasts.is_empty());
}

#[test]
fn an_address_from_a_link_waits_for_the_person() {
    let mut page = load(LINK, None, &[]);
    assert!(page.opened.is_empty());
    let link = page.view.link.clone().expect("a dialog");
    assert_eq!(link.host, "127.0.0.1:3001");
    assert_eq!(page.view.server, "demo");
    page.connect(&link.server, &link.url);
    assert_eq!(page.opened, ["ws://127.0.0.1:3001/"]);
    assert_eq!(page.view.conversation, "abc");
    assert!(page.view.link.is_none());
}

#[test]
fn a_link_that_is_declined_is_not_contacted() {
    let mut page = load(LINK, None, &[]);
    page.tell(Msg::Did(Intent::DeclineLink));
    assert!(page.opened.is_empty());
    assert_eq!(page.view.server, "demo");
    assert!(page.view.link.is_none());
}

#[test]
fn what_the_operator_trusts_is_contacted_at_once_and_nothing_like_it() {
    let trusted = |entry: &str| format!("{{\"trusted\":[\"{entry}\"]}}");
    for (entry, opens) in [
        ("ws://127.0.0.1:3001", true),
        ("ws://127.0.0.1:3001/", true),
        ("http://127.0.0.1:3001/x", true),
        ("wss://127.0.0.1:3001", false),
        ("ws://127.0.0.1", false),
        ("ws://127.0.0.1:30010", false),
        ("", false),
    ] {
        let page = load(LINK, Some(&trusted(entry)), &[]);
        assert_eq!(!page.opened.is_empty(), opens, "{entry}");
    }
}

#[test]
fn the_operator_sets_server_address_and_title() {
    let config = r#"{"title":"Ours","server":"saiki","url":"wss://agent.example/ws"}"#;
    let page = load("", Some(config), &[]);
    assert_eq!(page.opened, ["wss://agent.example/ws"]);
    assert_eq!(page.view.title, "Ours");
}

#[test]
fn broken_parameters_are_said_and_the_demo_stays() {
    for query in [
        "server=nobody&url=ws://h/",
        "server=saiki",
        "url=ws://h/",
        "server=saiki&url=javascript://alert(1)",
        "server=saiki&url=ws://",
        "server=saiki&url=ws://user:secret@h/",
        "server=saiki&url=%zz",
        "nonsense=1",
        "theme=pink",
        "conversation=",
    ] {
        let page = load(query, None, &[]);
        assert_eq!(page.view.server, "demo", "{query}");
        assert!(page.opened.is_empty(), "{query}");
        assert!(!page.view.toasts.is_empty(), "{query}");
    }
    let page = load("", Some("{not json"), &[]);
    assert_eq!(page.view.toasts.len(), 1);
}

#[test]
fn a_prompt_is_prefilled_and_never_sent() {
    let page = load("prompt=rm%20-rf%20%2F+please", None, &[]);
    assert_eq!(page.composed.as_deref(), Some("rm -rf / please"));
}

#[test]
fn the_last_server_conversation_draft_and_theme_come_back() {
    let mut page = load("", None, &[]);
    page.connect("saiki", "localhost:3001");
    page.tell(Msg::Did(Intent::Draft("half a thou".into())));
    page.tell(Msg::Did(Intent::Theme(Theme::Dark)));
    page.tell(Msg::Did(Intent::Send {
        text: "queued".into(),
        attachments: Vec::new(),
    }));
    page.tell(Msg::Did(Intent::Draft("half a thought".into())));
    let conversation = page.view.conversation.clone();
    let again = load("", None, &page.stored);
    assert_eq!(again.opened, ["ws://localhost:3001/"]);
    assert_eq!(again.view.conversation, conversation);
    assert_eq!(again.view.theme, Theme::Dark);
    assert_eq!(again.composed.as_deref(), Some("half a thought"));
    let (_, kept) = again
        .stored
        .iter()
        .find(|(key, _)| key.starts_with("conversation saiki"))
        .unwrap();
    assert!(
        kept.contains("queued"),
        "what was to be sent survives: {kept}"
    );
}

#[test]
fn a_new_conversation_has_a_new_identifier_and_keeps_the_server() {
    let mut page = load("", None, &[]);
    page.connect("saiki", "ws://h:1/");
    let before = page.view.conversation.clone();
    page.tell(Msg::Did(Intent::NewConversation));
    assert_ne!(page.view.conversation, before);
    assert_eq!(page.opened, ["ws://h:1/", "ws://h:1/"]);
    let again = load("", None, &page.stored);
    assert_eq!(again.view.conversation, page.view.conversation);
}

#[test]
fn a_wrong_address_in_the_settings_is_a_sentence() {
    let mut page = load("", None, &[]);
    page.connect("saiki", "ftp://h/");
    assert!(page.view.toasts[0].text.contains("ftp://"));
    page.connect("saiki", "   ");
    assert_eq!(page.view.toasts.len(), 2);
    assert!(page.opened.is_empty());
}
