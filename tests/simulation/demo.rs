//! The demo agent goes the whole way that a server's frames go.

use parlor::app::{App, Intent, Msg, Output, Start};
use parlor::model::{Body, Content, Instant, Item};
use parlor::session::{Change, Phase};

#[derive(Default)]
struct Page {
    app: App,
    now: u64,
    items: Vec<Item>,
    spoken: Vec<String>,
    phases: Vec<&'static str>,
}

impl Page {
    fn new() -> Self {
        let mut page = Self {
            now: 1_000,
            ..Self::default()
        };
        page.tell(Msg::Started(Start {
            online: true,
            storage: true,
            seed: 4,
            ..Start::default()
        }));
        page
    }

    fn tell(&mut self, msg: Msg) {
        self.app.update(msg, Instant(self.now));
        while let Some(output) = self.app.poll() {
            match output {
                Output::Session(change) => self.change(change),
                Output::Announce(text) => self.spoken.push(text),
                Output::Io(action) => panic!("the demo needs no network: {action:?}"),
                _ => {}
            }
        }
    }

    fn change(&mut self, change: Change) {
        match change {
            Change::Inserted { at, item } => self.items.insert(at, item),
            Change::Updated(item) => {
                let at = self.items.iter().position(|old| old.id == item.id).unwrap();
                self.items[at] = item;
            }
            Change::Removed(id) => self.items.retain(|item| item.id != id),
            Change::Cleared => self.items.clear(),
            Change::Connection(phase) => {
                if phase == Phase::Offline {
                    panic!("the demo is never offline");
                }
                self.phases.push(phase.word());
            }
            _ => {}
        }
    }

    /// Lets time pass until nothing is due within half a minute.
    fn settle(&mut self) {
        for _ in 0..5_000 {
            match self.app.deadline() {
                Some(at) if at.0 < self.now + 25_000 => {
                    self.now = at.0.max(self.now);
                    self.tell(Msg::Woke);
                }
                _ => return,
            }
        }
        panic!("the demo never settles");
    }

    fn say(&mut self, text: &str) {
        self.tell(Msg::Did(Intent::Send {
            text: text.into(),
            attachments: Vec::new(),
        }));
        self.settle();
    }

    fn approve(&mut self, approved: bool) {
        let asked = self
            .items
            .iter()
            .find(|item| item.state().word() == "pending")
            .expect("a question");
        let id = asked.id;
        self.tell(Msg::Did(Intent::Answer {
            id,
            approved,
            remember: false,
            reason: String::new(),
        }));
        self.settle();
    }

    fn kinds(&self) -> Vec<String> {
        self.items
            .iter()
            .map(|item| format!("{} {}", item.kind().word(), item.state().word()))
            .collect()
    }
}

#[test]
fn the_tour_shows_everything_and_survives_a_lost_connection() {
    let mut page = Page::new();
    page.settle();
    page.say("Give me the tour");
    page.approve(true);
    let wanted = [
        "user confirmed",
        "agent done",
        "tool done",
        "agent done",
        "tool done",
        "agent done",
        "approval approved",
        "tool done",
        "agent done",
    ];
    assert_eq!(page.kinds(), wanted);
    assert!(page.phases.contains(&"waiting"), "{:?}", page.phases);
    assert_eq!(page.phases.last(), Some(&"open"));
    let Body::Tool(chart) = &page.items[4].body else {
        panic!("a tool")
    };
    assert!(
        chart
            .content
            .iter()
            .any(|content| matches!(content, Content::Image { .. }))
    );
    let last = parlor::words::text(&page.items[8].body);
    assert!(last.starts_with("Done: the note is written."), "{last}");
    assert!(last.ends_with("nothing is shown twice.\n"), "{last}");
}

#[test]
fn each_finished_message_is_spoken_once() {
    let mut page = Page::new();
    page.settle();
    page.say("Lose the connection");
    page.say("something else");
    let answers: Vec<&String> = page
        .spoken
        .iter()
        .filter(|text| text.contains("lose the connection"))
        .collect();
    assert_eq!(answers.len(), 2, "{:?}", page.spoken);
    assert_eq!(page.spoken.len(), 2);
}

#[test]
fn a_refusal_and_a_silence_are_both_understood() {
    let mut page = Page::new();
    page.settle();
    page.say("Ask me before you act");
    page.approve(false);
    assert!(
        page.kinds().contains(&"tool denied".to_owned()),
        "{:?}",
        page.kinds()
    );
    page.say("Ask me before you act");
    page.now += 31_000;
    page.tell(Msg::Woke);
    page.settle();
    assert!(
        page.kinds().contains(&"approval expired".to_owned()),
        "{:?}",
        page.kinds()
    );
    assert!(
        page.kinds().contains(&"tool failed".to_owned()),
        "{:?}",
        page.kinds()
    );
}

#[test]
fn a_reset_empties_the_conversation() {
    let mut page = Page::new();
    page.settle();
    page.say("hello");
    page.tell(Msg::Did(Intent::Reset));
    page.settle();
    assert_eq!(page.kinds(), ["notice done"]);
    page.say("hello again");
    assert_eq!(page.kinds()[1..], ["user confirmed", "agent done"]);
}

#[test]
fn every_suggestion_leads_somewhere() {
    for suggestion in parlor::demo::SUGGESTIONS {
        let mut page = Page::new();
        page.settle();
        page.say(suggestion);
        assert!(page.items.len() >= 2, "{suggestion}");
    }
}
