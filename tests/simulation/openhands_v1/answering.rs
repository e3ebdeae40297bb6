//! The list of conversations, and the conversation as a file.

use parlor::model::ConversationId;
use parlor::protocol::Command;
use parlor::recording::Player;
use parlor::session::{Change, Input};
use serde_json::{Value, json};

use super::{
    OK, agent, answers, answers_one, calls, connected, kept, last_body, not_done, user, visiting,
};

fn listed(player: &Player) -> Vec<(Vec<String>, bool, Option<String>)> {
    let pages = player.changes().iter().filter_map(|change| match change {
        Change::Listed(page) => Some(page),
        _ => None,
    });
    pages
        .map(|page| {
            let titles = page.conversations.iter().map(|remote| remote.title.clone());
            (titles.collect(), page.first, page.next.clone())
        })
        .collect()
}

fn list(player: &mut Player, wanted: &str, page: Option<&str>) {
    let (wanted, page) = (wanted.to_owned(), page.map(str::to_owned));
    player.input(Input::List { wanted, page });
}

fn titles(names: &[&str], next: Option<&str>) -> String {
    let items: Vec<Value> = names
        .iter()
        .map(|name| {
            json!({"id": name, "title": name,
        "updated_at": "2026-11-21T00:00:00Z", "execution_status": null})
        })
        .collect();
    json!({"items": items, "next_page_id": next}).to_string()
}

#[test]
fn an_agent_server_lists_what_it_keeps_page_by_page() {
    let mut player = connected(Vec::new());
    list(&mut player, "", None);
    let first = "GET /api/conversations/search?limit=20&sort_order=UPDATED_AT_DESC";
    answers(&mut player, first, 200, &titles(&["a", "b"], Some("n")));
    list(&mut player, "", Some("n"));
    answers(
        &mut player,
        &format!("{first}&page_id=n"),
        200,
        &titles(&["c"], None),
    );
    assert_eq!(
        listed(&player),
        [
            (vec!["a".into(), "b".into()], true, Some("n".into())),
            (vec!["c".into()], false, None),
        ]
    );
}

#[test]
fn an_app_server_searches_titles_and_says_its_templates() {
    let mut player = visiting();
    answers(
        &mut player,
        "GET /api/v1/app-conversations?ids=c1",
        200,
        &kept("RUNNING"),
    );
    list(&mut player, "a b&c", None);
    let search = "GET /api/v1/app-conversations/search?limit=20&title__contains=a%20b%26c";
    answers_one(&mut player, search, 200, &titles(&["a b&c"], None));
    assert_eq!(listed(&player).len(), 1);
    answers(
        &mut player,
        "GET /api/v1/sandbox-specs/search?limit=100",
        200,
        "{\"items\":[{\"id\":\"small\"},{\"id\":\"large\"}]}",
    );
    let said = player.changes().iter().find_map(|change| match change {
        Change::Templates(names) => Some(names.clone()),
        _ => None,
    });
    assert_eq!(said.unwrap(), ["small", "large"]);
}

#[test]
fn what_is_looked_for_now_takes_the_place_of_what_was() {
    let mut player = connected(Vec::new());
    list(&mut player, "", None);
    list(&mut player, "", Some("n"));
    player.answer_next(|_| Some((200, titles(&["old"], None))));
    player.answer_next(|_| Some((200, titles(&["new"], None))));
    assert_eq!(listed(&player), [(vec!["new".into()], false, None)]);
}

#[test]
fn names_and_deletions_are_said_when_they_are_done_and_not_before() {
    let id = ConversationId::new("c9");
    let rename = Command::Rename {
        id: id.clone(),
        title: "Better".into(),
    };
    let changed = |player: &Player| {
        let is = |change: &&Change| matches!(change, Change::Renamed { .. } | Change::Deleted(_));
        player
            .changes()
            .iter()
            .filter(is)
            .cloned()
            .collect::<Vec<Change>>()
    };
    let mut player = connected(Vec::new());
    player.input(Input::Ask(rename.clone()));
    assert_eq!(last_body(&player), json!({"title": "Better"}));
    assert!(changed(&player).is_empty());
    answers(&mut player, "PATCH /api/conversations/c9", 200, OK);
    player.input(Input::Ask(Command::Delete(id.clone())));
    answers(&mut player, "DELETE /api/conversations/c9", 200, OK);
    let title = "Better".to_owned();
    assert_eq!(
        changed(&player),
        [
            Change::Renamed {
                id: id.clone(),
                title
            },
            Change::Deleted(id.clone())
        ]
    );

    let mut player = visiting();
    answers(
        &mut player,
        "GET /api/v1/app-conversations?ids=c1",
        200,
        &kept("RUNNING"),
    );
    player.input(Input::Ask(rename));
    answers(
        &mut player,
        "PATCH /api/v1/app-conversations/c9",
        422,
        "{\"detail\":\"Too long\"}",
    );
    player.input(Input::Ask(Command::Delete(id)));
    answers(&mut player, "DELETE /api/v1/app-conversations/c9", 500, "");
    assert!(changed(&player).is_empty());
    assert_eq!(not_done(&player), ["Too long", ""]);
}

fn exported(player: &Player) -> Vec<Option<Value>> {
    let said = player.changes().iter().filter_map(|change| match change {
        Change::Exported(json) => Some(json.as_ref()),
        _ => None,
    });
    said.map(|json| json.map(|json| serde_json::from_str(json).unwrap()))
        .collect()
}

#[test]
fn the_whole_log_is_one_list_whatever_its_pages() {
    let export = "GET /api/conversations/c1/events/search?limit=100";
    let mut player = connected(Vec::new());
    player.input(Input::Export);
    let growing = json!({"id": "d", "kind": "StreamingDeltaEvent", "content": "x"});
    let first = json!({"items": [user(1, "a"), growing], "next_page_id": "e2"});
    answers(&mut player, export, 200, &first.to_string());
    let second = json!({"items": [agent(2, "b")], "next_page_id": null});
    answers(
        &mut player,
        &format!("{export}&page_id=e2"),
        200,
        &second.to_string(),
    );
    assert_eq!(
        exported(&player),
        [Some(json!([user(1, "a"), agent(2, "b")]))]
    );

    let mut player = connected(Vec::new());
    player.input(Input::Export);
    answers(
        &mut player,
        export,
        200,
        "{\"items\":[],\"next_page_id\":null}",
    );
    assert_eq!(exported(&player), [Some(json!([]))]);

    let mut player = connected(Vec::new());
    player.input(Input::Export);
    answers(&mut player, export, 404, "{}");
    assert_eq!(exported(&player), [None]);
    assert!(calls(&player).is_empty());
}
