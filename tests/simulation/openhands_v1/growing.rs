//! Answers that grow before they are events of the log.

use parlor::model::{Body, ItemId, ProseState};
use parlor::recording::Player;
use serde_json::json;

use super::super::support::Wire;
use super::{Server, agent, called, connected, connected_older, status, tell, user};

fn began(player: &mut Player, item: &str, attempt: u64) {
    player
        .receive(&json!({"type": "item_started", "item_id": item, "attempt": attempt}).to_string());
}

fn grew(player: &mut Player, item: &str, attempt: u64, order: u64, text: &str) {
    grew_as(player, item, (attempt, order), "text", text);
}

fn grew_as(player: &mut Player, item: &str, (attempt, order): (u64, u64), kind: &str, text: &str) {
    player.receive(
        &json!({"type": "delta", "item_id": item, "attempt": attempt, "order": order,
        "kind": kind, "content": text, "chunk_id": "c", "choice_index": 0})
        .to_string(),
    );
}

fn bare(player: &mut Player, text: &str) {
    player.receive(
        &json!({"id": "d", "timestamp": "2026-11-21T00:00:09", "source": "agent",
        "kind": "StreamingDeltaEvent", "content": text})
        .to_string(),
    );
}

fn working() -> Player {
    connected(vec![user(1, "go"), status(2, "running")])
}

fn agents(player: &Player) -> Vec<(ItemId, String, ProseState)> {
    let told = player.items().iter().filter_map(|item| match &item.body {
        Body::Agent(prose) => Some((item.id, prose.text.clone(), prose.state)),
        _ => None,
    });
    told.collect()
}

#[test]
fn the_event_takes_the_place_of_what_grew() {
    let mut player = working();
    began(&mut player, "e5", 1);
    assert!(agents(&player).is_empty(), "nothing is there yet");
    grew(&mut player, "e5", 1, 0, "Hel");
    grew(&mut player, "e5", 1, 1, "lo");
    let (grown, text, state) = agents(&player)[0].clone();
    assert_eq!((text.as_str(), state), ("Hello", ProseState::Streaming));
    tell(&mut player, 2, &agent(5, "Hello!"));
    assert_eq!(
        agents(&player),
        [(grown, "Hello!".to_owned(), ProseState::Done)]
    );
    assert_eq!(player.projected(), player.items());
}

#[test]
fn reasoning_and_answer_grow_side_by_side_and_a_call_ends_both() {
    let mut player = working();
    began(&mut player, "e5", 1);
    grew_as(&mut player, "e5", (1, 0), "reasoning", "Hm. ");
    grew(&mut player, "e5", 1, 1, "I'll look.");
    assert_eq!(
        player.lines()[1..],
        ["reasoning streaming: Hm. ", "agent streaming: I'll look."]
    );
    let ids: Vec<ItemId> = player.items()[1..].iter().map(|item| item.id).collect();
    let mut action = called(5, "k1");
    action["thought"] = json!([{"type": "text", "text": "I'll look."}]);
    action["reasoning_content"] = json!("Hm. So.");
    tell(&mut player, 2, &action);
    assert_eq!(
        player.lines()[1..3],
        ["reasoning done: Hm. So.", "agent done: I'll look."]
    );
    let now: Vec<ItemId> = player.items()[1..3].iter().map(|item| item.id).collect();
    assert_eq!(now, ids);
}

#[test]
fn a_second_attempt_takes_the_place_of_the_first() {
    let mut player = working();
    began(&mut player, "e5", 1);
    grew(&mut player, "e5", 1, 0, "first attempt ");
    began(&mut player, "e5", 2);
    grew(&mut player, "e5", 1, 1, "is late");
    grew(&mut player, "e5", 2, 0, "second");
    assert_eq!(agents(&player).len(), 1);
    assert_eq!(agents(&player)[0].1, "second");
    tell(&mut player, 2, &agent(5, "second succeeds"));
    assert_eq!(player.lines()[1..], ["agent done: second succeeds"]);
}

#[test]
fn what_is_aborted_leaves_nothing() {
    let mut player = working();
    began(&mut player, "e5", 1);
    grew(&mut player, "e5", 1, 0, "never ");
    player.receive(r#"{"type":"item_aborted","item_id":"e5","attempt":1,"reason":"cancelled"}"#);
    assert!(agents(&player).is_empty(), "{:?}", player.lines());
    grew(&mut player, "e5", 1, 1, "late");
    assert!(agents(&player).is_empty());
    assert_eq!(player.projected(), player.items());
}

#[test]
fn behind_a_gap_nothing_grows_until_the_event() {
    let mut player = working();
    began(&mut player, "e5", 1);
    grew(&mut player, "e5", 1, 0, "one ");
    grew(&mut player, "e5", 1, 2, "three");
    grew(&mut player, "e5", 1, 3, "four");
    assert_eq!(agents(&player)[0].1, "one ");
    tell(&mut player, 2, &agent(5, "one two three four"));
    assert_eq!(player.lines()[1..], ["agent done: one two three four"]);
    // Without a beginning nothing grows at all.
    grew(&mut player, "e6", 1, 7, "tail");
    assert_eq!(agents(&player).len(), 1);
}

#[test]
fn cut_in_the_middle_the_event_comes_whole_under_the_same_item() {
    let mut player = working();
    began(&mut player, "e5", 1);
    grew(&mut player, "e5", 1, 0, "one ");
    let grown = agents(&player)[0].0;
    player.close(1006, "");
    player.wait(parlor::model::Duration::secs(2));
    let mut log = vec![user(1, "go"), status(2, "running")];
    Server::new(true, log.clone()).accept(&mut player, 0);
    grew(&mut player, "e5", 1, 5, "tail");
    assert!(agents(&player).len() <= 1);
    log.push(agent(5, "one two"));
    tell(&mut player, 2, &agent(5, "one two"));
    assert_eq!(
        agents(&player),
        [(grown, "one two".to_owned(), ProseState::Done)]
    );
    assert_eq!(player.projected(), player.items());
}

#[test]
fn what_grew_when_the_run_ended_in_an_error_goes() {
    for ended in ["error", "stuck", "finished", "idle"] {
        let mut player = working();
        began(&mut player, "e5", 1);
        grew(&mut player, "e5", 1, 0, "half an ans");
        tell(&mut player, 2, &status(6, ended));
        assert!(agents(&player).is_empty(), "{ended}: {:?}", player.lines());
    }
}

#[test]
fn over_the_older_socket_the_next_of_the_agents_events_is_what_grew() {
    let mut player = connected_older(vec![user(1, "go"), status(2, "running")]);
    bare(&mut player, "");
    bare(&mut player, "Hel");
    // A message of the person's in between is not it.
    player.receive(&user(3, "wait").to_string());
    bare(&mut player, "lo");
    let (grown, text, _) = agents(&player)[0].clone();
    assert_eq!(text, "Hello");
    player.receive(&agent(5, "Hello!").to_string());
    assert_eq!(
        agents(&player),
        [(grown, "Hello!".to_owned(), ProseState::Done)]
    );
    assert_eq!(player.projected(), player.items());
}

#[test]
fn over_the_older_socket_a_tail_without_its_beginning_is_not_shown_and_a_broken_one_goes() {
    let mut player = connected_older(vec![user(1, "go"), status(2, "running")]);
    bare(&mut player, "tail");
    assert!(agents(&player).is_empty(), "{:?}", player.lines());
    bare(&mut player, "");
    bare(&mut player, "half");
    assert_eq!(agents(&player).len(), 1);
    player.receive(&status(6, "error").to_string());
    let failed = json!({"source": "environment", "code": "LLMError", "detail": "It broke."});
    player.receive(&super::event(7, "ConversationErrorEvent", failed).to_string());
    assert!(agents(&player).is_empty(), "{:?}", player.lines());
    assert_eq!(player.lines().last().unwrap(), "error failed: It broke.");
}

#[test]
fn over_the_older_socket_nothing_that_grew_goes_on_over_another() {
    let mut player = connected_older(vec![user(1, "go"), status(2, "running")]);
    bare(&mut player, "");
    bare(&mut player, "one ");
    player.close(1006, "");
    player.wait(parlor::model::Duration::secs(2));
    Server::new(false, vec![user(1, "go"), status(2, "running")]).accept(&mut player, 0);
    bare(&mut player, "tail");
    assert!(agents(&player).is_empty(), "{:?}", player.lines());
    player.receive(&agent(5, "one two").to_string());
    assert_eq!(player.lines()[1..], ["agent done: one two"]);
}
