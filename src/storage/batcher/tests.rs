use super::*;
use crate::storage::tables::conformance::{add, delete, put};

const START: Instant = Instant(1_000);

fn event(key: &str, value: &str) -> Write {
    put(Table::Events, key, value)
}

fn under(prefix: &str) -> Write {
    let prefix = prefix.to_owned();
    let table = Table::Events;
    Write::DeleteUnder { table, prefix }
}

fn pushed(writes: Vec<Write>) -> Batcher {
    let mut batcher = Batcher::default();
    batcher.push(writes, START);
    batcher
}

#[test]
fn nothing_is_due_while_nothing_waits() {
    let mut batcher = pushed(Vec::new());
    assert_eq!(batcher.deadline(), None);
    assert_eq!(batcher.take(START), []);
    assert_eq!(batcher.take_all(), []);
    assert_eq!(batcher.deadline(), None, "and nothing is under way");
}

#[test]
fn the_first_write_says_when_all_are_due() {
    let mut batcher = pushed(vec![event("1", "a")]);
    batcher.push([event("2", "b")], START + Duration(49));
    let due = START + PATIENCE;
    assert_eq!(batcher.deadline(), Some(due));
    assert_eq!(batcher.take(START + Duration(49)), []);
    assert_eq!(batcher.take(due), [event("1", "a"), event("2", "b")]);
}

#[test]
fn the_last_value_of_a_key_is_the_one_that_is_written() {
    let cursor = |value| put(Table::Conversations, "1", value);
    let mut batcher = Batcher::default();
    for turn in ["1", "2", "3"] {
        batcher.push([event(turn, "x"), cursor(turn)], START);
    }
    batcher.push(
        [put(Table::Events, "2", "y"), delete(Table::Events, "3")],
        START,
    );
    let kept = [
        event("1", "x"),
        cursor("3"),
        event("2", "y"),
        delete(Table::Events, "3"),
    ];
    assert_eq!(batcher.take_all(), kept);
}

#[test]
fn nothing_moves_across_a_claim_or_a_wider_deletion() {
    for writes in [
        vec![event("a", "1"), under(""), event("a", "2")],
        vec![
            delete(Table::Events, "a"),
            add(Table::Events, "a", "1"),
            event("a", "2"),
        ],
        vec![
            event("a", "1"),
            put(Table::Outbox, "a", "1"),
            under("a"),
            under("a"),
        ],
    ] {
        assert_eq!(pushed(writes.clone()).take_all(), writes);
    }
    let other = vec![event("a", "1"), under("b"), event("a", "2")];
    assert_eq!(pushed(other).take_all(), [under("b"), event("a", "2")]);
}

#[test]
fn one_batch_is_under_way_at_a_time() {
    let mut batcher = pushed(vec![event("1", "a")]);
    let due = START + PATIENCE;
    assert_eq!(batcher.take(due).len(), 1);
    batcher.push([event("2", "b")], due);
    let later = due + PATIENCE + PATIENCE;
    assert_eq!(batcher.deadline(), None);
    assert_eq!(batcher.take(later), []);
    batcher.settled(Ok(()), later);
    assert_eq!(batcher.take(later), [event("2", "b")]);
}

#[test]
fn what_was_not_kept_goes_before_anything_newer() {
    let mut batcher = pushed(vec![event("1", "a")]);
    let due = START + PATIENCE;
    assert_eq!(batcher.take(due).len(), 1);
    batcher.push([event("2", "b")], due);
    batcher.settled(Err(StorageError::Full), due);
    assert_eq!(batcher.deadline(), Some(due + PAUSE));
    batcher.push([event("3", "c")], due + PAUSE);
    let all = [event("1", "a"), event("2", "b"), event("3", "c")];
    assert_eq!(batcher.take(due + PAUSE), all);
}

#[test]
fn what_can_never_be_kept_is_given_up() {
    for error in [StorageError::Taken, StorageError::Outdated] {
        let mut batcher = pushed(vec![event("1", "a")]);
        assert_eq!(batcher.take_all().len(), 1);
        batcher.settled(Err(error), START);
        assert_eq!(batcher.deadline(), None);
        assert_eq!(batcher.take_all(), []);
    }
}

/// Two batches under way: the page was about to go, and stayed.
fn two_under_way() -> Batcher {
    let mut batcher = pushed(vec![event("1", "a")]);
    assert_eq!(batcher.take_all(), [event("1", "a")]);
    batcher.push([event("2", "b")], START);
    assert_eq!(batcher.take_all(), [event("2", "b")]);
    assert_eq!(batcher.deadline(), None);
    batcher
}

#[test]
fn a_page_that_stays_after_all_tries_again_what_failed_and_what_stood_on_it() {
    let failed = Err(StorageError::Unavailable);
    for second in [Ok(()), failed] {
        let mut batcher = two_under_way();
        batcher.settled(failed, START);
        assert_eq!(batcher.deadline(), None, "one is still under way");
        batcher.settled(second, START);
        let again = [event("1", "a"), event("2", "b")];
        assert_eq!(batcher.take(START + PAUSE), again);
    }
    let mut batcher = two_under_way();
    batcher.settled(Ok(()), START);
    batcher.settled(failed, START);
    assert_eq!(batcher.take(START + PAUSE), [event("2", "b")]);
}

#[test]
fn a_burst_costs_no_more_than_it_has_to() {
    let mut batcher = Batcher::default();
    for turn in 0..10_000 {
        let (key, cursor) = (format!("{turn:012}"), put(Table::Conversations, "1", "x"));
        batcher.push([event(&key, "{}"), cursor], START);
    }
    assert_eq!(batcher.take_all().len(), 10_001);
}

#[test]
fn a_message_on_its_way_out_does_not_wait_and_is_held_for_until_its_commit_ends() {
    let mut batcher = pushed(vec![event("1", "a")]);
    assert!(!batcher.holds(), "nobody sends what came");
    batcher.push([put(Table::Outbox, "1", "sent")], START);
    assert!(batcher.holds());
    assert_eq!(batcher.take(START).len(), 2);
    batcher.push([delete(Table::Outbox, "1")], START);
    assert!(batcher.holds(), "it is under way");
    batcher.settled(Err(StorageError::Full), START);
    assert!(!batcher.holds(), "what cannot be kept is not waited for");
}
