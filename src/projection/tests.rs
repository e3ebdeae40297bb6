#![expect(clippy::expect_used, reason = "a test that finds nothing has failed")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reactive_graph::effect::ImmediateEffect;
use reactive_graph::prelude::*;

use super::Projection;
use crate::app::{Output, TraceLine, View};
use crate::model::{
    Body, Item, ItemId, Notice, Prose, ProseState, SendState, State, TransactionId, UserMessage,
};
use crate::session::{Change, Direction, Judgement, Phase};

/// How often what it reads has moved since it was made.
struct Watch {
    runs: Arc<AtomicUsize>,
    _effect: ImmediateEffect,
}

impl Watch {
    fn new(read: impl Fn() + Send + Sync + 'static) -> Self {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let effect = ImmediateEffect::new_isomorphic(move || {
            read();
            counted.fetch_add(1, Ordering::Relaxed);
        });
        runs.store(0, Ordering::Relaxed);
        Self {
            runs,
            _effect: effect,
        }
    }

    fn of<S>(signal: &S) -> Self
    where
        S: Track + Clone + Send + Sync + 'static,
    {
        let signal = signal.clone();
        Self::new(move || signal.track())
    }

    fn count(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }
}

fn agent(id: u64, text: &str, state: ProseState) -> Item {
    let text = text.to_owned();
    Item {
        id: ItemId(id),
        body: Body::Agent(Prose { text, state }),
    }
}

fn user(id: u64, text: &str, state: SendState) -> Item {
    Item {
        id: ItemId(id),
        body: Body::User(UserMessage {
            transaction: TransactionId(id),
            text: text.to_owned(),
            attachments: Vec::new(),
            state,
        }),
    }
}

fn apply(projection: &Projection, change: Change) {
    projection.apply(&Output::Session(change));
}

fn insert(projection: &Projection, at: usize, item: Item) {
    apply(projection, Change::Inserted { at, item });
}

fn grow(projection: &Projection, id: u64, delta: &str) {
    let delta = delta.to_owned();
    apply(
        projection,
        Change::Grew {
            id: ItemId(id),
            delta,
        },
    );
}

fn order(projection: &Projection) -> Vec<u64> {
    projection
        .order
        .get_untracked()
        .iter()
        .map(|id| id.0)
        .collect()
}

fn source(projection: &Projection, id: u64) -> String {
    let row = projection.row(ItemId(id)).expect("the row");
    row.prose.expect("prose").source()
}

/// What the screen shows of a text: the closed blocks, then the tail with what it grew by.
fn shown(projection: &Projection, id: u64) -> (usize, Option<String>) {
    let prose = projection
        .row(ItemId(id))
        .expect("the row")
        .prose
        .expect("prose");
    let tail = prose.tail.get_untracked().map(|tail| tail.grown);
    (prose.closed.get_untracked().len(), tail)
}

#[test]
fn a_thousand_appends_move_nothing_but_their_own_tail() {
    let projection = Projection::new();
    let order = Watch::of(&projection.order);
    insert(&projection, 0, user(1, "go", SendState::Sent));
    insert(&projection, 1, agent(2, "first words", ProseState::Done));
    insert(&projection, 2, agent(3, "The ", ProseState::Streaming));
    assert!(!projection.flush());

    let sibling = projection
        .row(ItemId(2))
        .expect("a row")
        .prose
        .expect("prose");
    let own = projection.row(ItemId(3)).expect("a row");
    let state = Watch::of(&own.state);
    let body = Watch::of(&own.body);
    let own = own.prose.expect("prose");
    let (sibling_closed, sibling_tail) = (Watch::of(&sibling.closed), Watch::of(&sibling.tail));
    let (closed, tail) = (Watch::of(&own.closed), Watch::of(&own.tail));

    for number in 0..1_000 {
        grow(&projection, 3, "word ");
        if number % 10 == 9 {
            assert!(!projection.flush());
        }
    }
    assert_eq!(order.count(), 1, "the order moved once, for the insertions");
    assert_eq!(sibling_closed.count() + sibling_tail.count(), 0);
    assert_eq!(closed.count() + state.count() + body.count(), 0);
    assert!((1..=100).contains(&tail.count()), "{}", tail.count());
    assert_eq!(source(&projection, 3).len(), 4 + 5_000);
}

#[test]
fn a_tail_keeps_its_key_while_only_text_comes() {
    let projection = Projection::new();
    insert(&projection, 0, agent(1, "one", ProseState::Streaming));
    let _ = projection.flush();
    let prose = projection
        .row(ItemId(1))
        .expect("a row")
        .prose
        .expect("prose");
    let before = prose.tail.get_untracked().expect("a tail");
    grow(&projection, 1, " two");
    let _ = projection.flush();
    grow(&projection, 1, " three");
    let _ = projection.flush();
    let after = prose.tail.get_untracked().expect("a tail");
    assert_eq!(after.key, before.key);
    assert_eq!(after.grown, " two three");
}

#[test]
fn a_finished_text_has_no_tail() {
    let projection = Projection::new();
    insert(
        &projection,
        0,
        agent(1, "one\n\ntwo", ProseState::Streaming),
    );
    let _ = projection.flush();
    assert_eq!(shown(&projection, 1).0, 1);
    let row = projection.row(ItemId(1)).expect("a row");
    apply(
        &projection,
        Change::Updated(agent(1, "one\n\ntwo three", ProseState::Done)),
    );
    let _ = projection.flush();
    assert_eq!(shown(&projection, 1), (2, None));
    assert_eq!(row.state.get_untracked(), State::Done);
    assert_eq!(source(&projection, 1), "one\n\ntwo three");
}

#[test]
fn a_text_that_continues_keeps_what_is_closed() {
    let projection = Projection::new();
    insert(
        &projection,
        0,
        agent(1, "one\n\ntwo\n\nthr", ProseState::Streaming),
    );
    let _ = projection.flush();
    let prose = projection
        .row(ItemId(1))
        .expect("a row")
        .prose
        .expect("prose");
    let closed = Watch::of(&prose.closed);
    grow(&projection, 1, "e");
    apply(
        &projection,
        Change::Updated(agent(1, "one\n\ntwo\n\nthree", ProseState::Streaming)),
    );
    let _ = projection.flush();
    assert_eq!(closed.count(), 0);
    assert_eq!(source(&projection, 1), "one\n\ntwo\n\nthree");
}

#[test]
fn another_text_keeps_the_blocks_it_shares() {
    let projection = Projection::new();
    insert(
        &projection,
        0,
        agent(1, "one\n\ntwo\n\nthree", ProseState::Streaming),
    );
    let _ = projection.flush();
    let prose = projection
        .row(ItemId(1))
        .expect("a row")
        .prose
        .expect("prose");
    let before = prose.closed.get_untracked();
    apply(
        &projection,
        Change::Updated(agent(1, "one\n\n2\n\n3", ProseState::Done)),
    );
    let _ = projection.flush();
    let after = prose.closed.get_untracked();
    assert_eq!(after.len(), 3);
    assert_eq!(after.first(), before.first());
    assert!(
        after
            .iter()
            .skip(1)
            .all(|new| before.iter().all(|old| old.0 != new.0))
    );
    assert_eq!(prose.tail.get_untracked(), None);
}

#[test]
fn a_text_that_goes_on_after_its_end_is_shown_whole() {
    let projection = Projection::new();
    insert(&projection, 0, agent(1, "one", ProseState::Interrupted));
    let _ = projection.flush();
    grow(&projection, 1, " two");
    grow(&projection, 1, " three");
    apply(
        &projection,
        Change::Updated(agent(1, "one two three four", ProseState::Done)),
    );
    let _ = projection.flush();
    assert_eq!(source(&projection, 1), "one two three four");
    assert_eq!(shown(&projection, 1), (1, None));
}

#[test]
fn a_message_that_changes_place_keeps_its_row() {
    let projection = Projection::new();
    insert(&projection, 0, user(1, "one", SendState::Queued));
    insert(&projection, 1, user(2, "two", SendState::Queued));
    let _ = projection.flush();
    let state = projection.row(ItemId(2)).expect("a row").state;
    apply(&projection, Change::Removed(ItemId(2)));
    insert(&projection, 0, user(2, "two", SendState::Sending));
    assert!(!projection.flush());
    assert_eq!(order(&projection), [2, 1]);
    assert_eq!(state.get_untracked(), State::Sending);
}

#[test]
fn a_removed_item_has_no_row() {
    let projection = Projection::new();
    insert(&projection, 0, user(1, "one", SendState::Queued));
    let _ = projection.flush();
    apply(&projection, Change::Removed(ItemId(1)));
    assert!(!projection.flush());
    assert!(order(&projection).is_empty());
    assert!(projection.row(ItemId(1)).is_none());
}

#[test]
fn an_item_that_takes_over_a_number_is_another_row() {
    let projection = Projection::new();
    insert(&projection, 0, user(1, "one", SendState::Sent));
    let _ = projection.flush();
    apply(&projection, Change::Cleared);
    let body = Body::Notice(Notice::Reset);
    insert(
        &projection,
        0,
        Item {
            id: ItemId(1),
            body,
        },
    );
    insert(&projection, 1, user(2, "two", SendState::Sent));
    assert!(projection.flush(), "one frame without it");
    assert_eq!(order(&projection), [2]);
    assert!(!projection.flush());
    assert_eq!(order(&projection), [1, 2]);
}

#[test]
fn only_the_field_that_moved_is_told() {
    let projection = Projection::new();
    let mut view = View {
        title: "Parlor".into(),
        ..View::default()
    };
    projection.apply(&Output::Show(Box::new(view.clone())));
    let _ = projection.flush();
    let title = Watch::of(&projection.chrome.title);
    let unknown = Watch::of(&projection.chrome.unknown);
    let phase = Watch::of(&projection.phase);
    view.unknown = 3;
    projection.apply(&Output::Show(Box::new(view)));
    apply(&projection, Change::Connection(Phase::Offline));
    apply(&projection, Change::Connection(Phase::Idle));
    let _ = projection.flush();
    assert_eq!((title.count(), unknown.count(), phase.count()), (0, 1, 0));
}

#[test]
fn two_announcements_of_one_frame_are_both_said() {
    let projection = Projection::new();
    projection.apply(&Output::Announce("one".into()));
    projection.apply(&Output::Announce("two".into()));
    let _ = projection.flush();
    assert_eq!(
        projection.announcement.get_untracked(),
        (1, "one\ntwo".into())
    );
}

#[test]
fn the_same_text_can_be_put_into_the_composer_twice() {
    let projection = Projection::new();
    for number in 1..=2 {
        projection.apply(&Output::Compose("hello".into()));
        let _ = projection.flush();
        let composed = projection.compose.get_untracked();
        assert_eq!(composed, Some((number, "hello".into())));
    }
}

#[test]
fn the_inspector_keeps_the_last_thousand_lines() {
    let projection = Projection::new();
    for number in 1..=3_500 {
        projection.apply(&Output::Trace(Some(TraceLine {
            number,
            at: number,
            direction: Direction::In,
            judgement: Judgement::Read,
            text: String::new(),
            fixture: String::new(),
        })));
        if number == 300 {
            let _ = projection.flush();
        }
    }
    let _ = projection.flush();
    let lines = projection.trace.get_untracked();
    assert_eq!(
        (lines.len(), lines.last().map(|line| line.number)),
        (1_000, Some(3_500))
    );
    projection.apply(&Output::Trace(None));
    let _ = projection.flush();
    assert!(projection.trace.get_untracked().is_empty());
}

#[test]
fn a_text_that_streams_in_ends_up_as_the_same_text_parsed_at_once() {
    let text = "# Title\n\nSome *words*, `code` and\na line.\n\n- one\n- two\n  - three\n\n```rust\nfn main() {\n    let a = 1;\n}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n\nthe end – über";
    for (size, flushed) in [(1, 1), (1, 7), (3, 2), (11, 3), (64, 1), (1_000, 1)] {
        let projection = Projection::new();
        insert(&projection, 0, agent(1, "", ProseState::Streaming));
        let letters: Vec<char> = text.chars().collect();
        for (number, chunk) in letters.chunks(size).enumerate() {
            grow(&projection, 1, &chunk.iter().collect::<String>());
            if number % flushed == 0 {
                let _ = projection.flush();
            }
        }
        apply(
            &projection,
            Change::Updated(agent(1, text, ProseState::Done)),
        );
        let _ = projection.flush();
        let prose = projection
            .row(ItemId(1))
            .expect("a row")
            .prose
            .expect("prose");
        let closed = prose.closed.get_untracked();
        let mut keys: Vec<u32> = closed.iter().map(|(key, _)| *key).collect();
        keys.dedup();
        let blocks: Vec<_> = closed
            .iter()
            .map(|(_, block)| block.as_ref().clone())
            .collect();
        assert_eq!(blocks, crate::markdown::parse(text), "{size} {flushed}");
        assert_eq!(keys.len(), blocks.len());
        assert_eq!(prose.tail.get_untracked(), None);
    }
}

#[test]
fn of_a_long_conversation_the_newest_are_shown_first() {
    let projection = Projection::new();
    for id in 1..=2_000 {
        let item = Item {
            id: ItemId(id),
            body: Body::Notice(crate::model::Notice::Reset),
        };
        let at = usize::MAX;
        projection.apply(&Output::Session(Change::Inserted { at, item }));
    }
    let shown = || {
        projection
            .order
            .with_untracked(|order| (order.len(), order.last().copied()))
    };
    assert!(projection.flush());
    assert_eq!(shown(), (100, Some(ItemId(2_000))));
    let mut frames = 1;
    while projection.flush() {
        frames += 1;
        assert_eq!(shown().1, Some(ItemId(2_000)));
    }
    assert_eq!((shown().0, frames), (2_000, 5));
    assert!(!projection.flush());
}
