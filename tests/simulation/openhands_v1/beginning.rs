//! A conversation that is still to be made.

use parlor::model::Instant;
use parlor::model::{Confirmation, ConversationId};
use parlor::protocol::{Gone, Model, Setup, Start};
use parlor::recording::Player;
use parlor::session::{Birth, Run};
use serde_json::{Value, json};

use super::super::support::Wire;
use super::server::{HOME, last_address, newer, setup};
use super::{
    APP, answers, body, call, calls, fresh, gone, kept, last_body, named, phase, progress,
};
use parlor::model::Duration;

const SPECS: &str = "GET /api/v1/sandbox-specs/search?limit=100";
const HOME_OF: &str = "GET /api/file/home";
const PROFILE: &str = "GET /api/agent-profiles";
const SETTINGS: &str = "GET /api/settings";
const CREATE: &str = "POST /api/conversations";
const MAKE: &str = "POST /api/v1/app-conversations";
const TASK: &str = "GET /api/v1/app-conversations/start-tasks?ids=t1";
const LOOK: &str = "GET /api/v1/app-conversations?ids=c1";
const MISSING: &str = "{\"detail\":\"Not Found\"}";

fn with(url: &str, start: Start) -> Player {
    let setup = Setup {
        url: url.to_owned(),
        fresh: true,
        start,
        ..setup("our-own")
    };
    Player::start(newer(), setup, Birth::default(), Instant(0))
}

fn header(player: &Player, name: &str) -> Option<String> {
    let request = player.requests().last().unwrap();
    let mut headers = request.headers.iter();
    headers.find_map(|(key, value)| (key == name).then(|| value.clone()))
}

fn settings() -> String {
    json!({"agent_settings": {"llm": {"model": "m", "api_key": "sealed"}}}).to_string()
}

#[test]
fn an_agent_server_begins_with_its_own_settings_sealed_and_streams() {
    let mut player = fresh(HOME);
    answers(&mut player, SPECS, 404, MISSING);
    answers(&mut player, HOME_OF, 200, "{\"home\":\"/home/agent\"}");
    answers(&mut player, PROFILE, 404, MISSING);
    assert_eq!(
        header(&player, "X-Expose-Secrets").as_deref(),
        Some("encrypted")
    );
    answers(&mut player, SETTINGS, 200, &settings());
    let wanted = last_body(&player);
    assert_eq!(
        wanted["workspace"]["working_dir"],
        "/home/agent/workspace/project"
    );
    assert_eq!(
        wanted["agent_settings"]["llm"],
        json!({"model": "m", "api_key": "sealed", "stream": true})
    );
    assert_eq!(wanted["secrets_encrypted"], true);
    assert_eq!(wanted["confirmation_policy"], Value::Null);
    answers(&mut player, CREATE, 201, &json!({"id": "c1"}).to_string());
    assert_eq!(named(&player), [&ConversationId::new("c1")]);
    assert_eq!(
        last_address(&player),
        "ws://agent.test:8000/sockets/session/c1?after_seq=-1"
    );
}

/// What nobody may read, the page does not ask for: the server takes its own agent then.
#[test]
fn where_secrets_cannot_be_sealed_the_server_takes_its_own_agent() {
    let profiles = json!({
        "profiles": [{"id": "p1", "name": "default"}], "active_agent_profile_id": "p1",
    });
    let mut player = fresh(HOME);
    answers(&mut player, SPECS, 404, MISSING);
    answers(&mut player, HOME_OF, 404, MISSING);
    answers(&mut player, PROFILE, 200, &profiles.to_string());
    answers(&mut player, SETTINGS, 503, "{}");
    for _ in 0..3 {
        player.wait(Duration::secs(4));
        answers(&mut player, SETTINGS, 503, "{}");
    }
    let wanted = last_body(&player);
    assert_eq!(wanted["agent_profile_id"], "p1");
    assert_eq!(wanted["agent_settings"], Value::Null);
}

/// Who chose another agent on the server gets that one.
#[test]
fn an_agent_that_was_chosen_on_the_server_is_taken() {
    let profiles = json!({
        "profiles": [{"id": "p1", "name": "default"}, {"id": "p2", "name": "own"}],
        "active_agent_profile_id": "p2",
    });
    let mut player = fresh(HOME);
    answers(&mut player, SPECS, 404, MISSING);
    answers(&mut player, HOME_OF, 404, MISSING);
    answers(&mut player, PROFILE, 200, &profiles.to_string());
    assert_eq!(last_body(&player)["agent_profile_id"], "p2");
}

/// To make one takes its time, and is not to be done twice.
#[test]
fn a_conversation_that_takes_long_to_make_is_asked_for_once() {
    let id = "5fdacfc5-702f-4d5e-8e57-b05079ed88eb";
    let setup = Setup {
        url: HOME.to_owned(),
        fresh: true,
        ..setup(id)
    };
    let mut player = Player::start(newer(), setup, Birth::default(), Instant(0));
    answers(&mut player, SPECS, 404, MISSING);
    answers(&mut player, HOME_OF, 404, MISSING);
    answers(&mut player, PROFILE, 404, MISSING);
    answers(&mut player, SETTINGS, 200, &settings());
    assert_eq!(last_body(&player)["conversation_id"], id);
    player.wait(Duration::secs(60));
    assert_eq!(calls(&player), [CREATE]);
    assert_eq!(phase(&player), "connecting");
}

#[test]
fn what_the_person_chose_goes_with_it() {
    let start = Start {
        folder: "/srv/mine".into(),
        confirmation: Some(Confirmation::Risky),
        model: Some(Model {
            name: "openai/x".into(),
            url: "http://llm.test/v1".into(),
            key: "model-key".into(),
        }),
        template: String::new(),
    };
    let mut player = with(HOME, start);
    answers(&mut player, SPECS, 404, MISSING);
    assert_eq!(
        last_body(&player),
        json!({"agent_settings_diff": {"llm": {"model": "openai/x",
        "base_url": "http://llm.test/v1", "api_key": "model-key", "stream": true}}})
    );
    answers(&mut player, "PATCH /api/settings", 200, "{}");
    answers(&mut player, SETTINGS, 200, &settings());
    let wanted = last_body(&player);
    assert_eq!(wanted["workspace"]["working_dir"], "/srv/mine");
    assert_eq!(wanted["confirmation_policy"]["kind"], "ConfirmRisky");
    assert_eq!(wanted["security_analyzer"]["kind"], "LLMSecurityAnalyzer");
    assert!(
        !wanted.to_string().contains("model-key"),
        "the server has it"
    );
}

#[test]
fn a_refusal_to_make_one_is_said_in_the_servers_words() {
    let mut player = fresh(HOME);
    answers(&mut player, SPECS, 404, MISSING);
    answers(&mut player, HOME_OF, 404, MISSING);
    answers(&mut player, PROFILE, 404, MISSING);
    answers(&mut player, SETTINGS, 200, &settings());
    let refusal = json!({"detail": [{"type": "missing", "msg": "Field required"}]});
    answers(&mut player, CREATE, 422, &refusal.to_string());
    assert_eq!(
        gone(&player),
        Some(Gone::NotStarted("Field required".into()))
    );

    let mut player = fresh(HOME);
    answers(&mut player, SPECS, 401, "{\"detail\":\"Unauthorized\"}");
    assert_eq!(gone(&player), Some(Gone::Unauthorized));
}

#[test]
fn a_server_that_no_page_may_read_cannot_be_asked_for_one_and_says_how() {
    let mut player = fresh(HOME);
    player.answer_next(|_| None);
    player.open();
    player.close(4004, "Conversation not found");
    let remedy = "OH_ALLOW_CORS_ORIGINS_0".to_owned();
    assert_eq!(gone(&player), Some(Gone::Blocked { remedy }));
}

fn task(status: &str, conversation: Option<&str>, detail: Option<&str>) -> Value {
    json!({"id": "t1", "status": status, "detail": detail, "app_conversation_id": conversation})
}

fn started() -> Player {
    let mut player = fresh(APP);
    answers(
        &mut player,
        SPECS,
        200,
        &json!({"items": [{"id": "small"}]}).to_string(),
    );
    assert_eq!(last_body(&player), json!({}));
    answers(
        &mut player,
        MAKE,
        200,
        &task("WORKING", None, None).to_string(),
    );
    player
}

#[test]
fn an_app_server_says_how_far_it_is_until_the_agent_is_there() {
    let mut player = started();
    assert_eq!(named(&player), [&ConversationId::new("task-t1")]);
    assert_eq!(player.session().run(), Run::Starting);
    let steps = [
        "WAITING_FOR_SANDBOX",
        "PREPARING_REPOSITORY",
        "RUNNING_SETUP_SCRIPT",
        "SETTING_UP_GIT_HOOKS",
        "SETTING_UP_SKILLS",
        "STARTING_CONVERSATION",
        "Z_NEW",
    ];
    for status in steps {
        player.wait(Duration::secs(1));
        answers(
            &mut player,
            TASK,
            200,
            &json!([task(status, None, None)]).to_string(),
        );
        assert_eq!(progress(&player).last().unwrap(), &Some(status));
        assert_eq!(phase(&player), "connecting");
    }
    player.wait(Duration::secs(1));
    answers(
        &mut player,
        TASK,
        200,
        &json!([task("READY", Some("c1"), None)]).to_string(),
    );
    assert_eq!(named(&player).last().unwrap(), &&ConversationId::new("c1"));
    answers(&mut player, LOOK, 200, &kept("RUNNING"));
    assert_eq!(progress(&player).last().unwrap(), &None);
    assert_eq!(
        last_address(&player),
        "ws://agent.test:8000/sockets/session/c1?after_seq=-1"
    );
}

#[test]
fn what_was_just_made_may_not_be_written_down_yet() {
    let mut player = started();
    player.wait(Duration::secs(1));
    answers(
        &mut player,
        TASK,
        200,
        &json!([task("READY", Some("c1"), None)]).to_string(),
    );
    for _ in 0..3 {
        answers(&mut player, LOOK, 200, "[null]");
        assert_eq!(phase(&player), "connecting");
        player.wait(Duration::secs(1));
    }
    answers(&mut player, LOOK, 200, "[null]");
    assert_eq!(gone(&player), Some(Gone::UnknownConversation));
}

#[test]
fn a_start_that_fails_says_why() {
    let mut player = started();
    player.wait(Duration::secs(1));
    let failed = task("ERROR", None, Some("500: Sandbox not found: nope2"));
    answers(&mut player, TASK, 200, &json!([failed]).to_string());
    assert_eq!(
        gone(&player),
        Some(Gone::NotStarted("500: Sandbox not found: nope2".into()))
    );
}

#[test]
fn a_page_that_is_opened_anew_while_the_task_runs_goes_on_with_it() {
    let mut player = Player::start(
        newer(),
        Setup {
            url: APP.into(),
            ..setup("task-t1")
        },
        Birth::default(),
        Instant(0),
    );
    answers(
        &mut player,
        TASK,
        200,
        &json!([task("WAITING_FOR_SANDBOX", None, None)]).to_string(),
    );
    player.wait(Duration::secs(1));
    answers(
        &mut player,
        TASK,
        200,
        &json!([task("READY", Some("c1"), None)]).to_string(),
    );
    assert_eq!(named(&player), [&ConversationId::new("c1")]);
    answers(&mut player, LOOK, 200, &kept("RUNNING"));
    assert!(last_address(&player).contains("/sockets/session/c1"));

    let mut player = Player::start(
        newer(),
        Setup {
            url: APP.into(),
            ..setup("task-t1")
        },
        Birth::default(),
        Instant(0),
    );
    answers(&mut player, TASK, 200, "[null]");
    assert_eq!(gone(&player), Some(Gone::UnknownConversation));
}

#[test]
fn a_message_written_while_it_starts_goes_out_once_when_it_is_ready() {
    let mut player = started();
    player.say("hello");
    player.wait(Duration::secs(1));
    answers(
        &mut player,
        TASK,
        200,
        &json!([task("READY", Some("c1"), None)]).to_string(),
    );
    answers(&mut player, LOOK, 200, &kept("RUNNING"));
    player.open();
    assert!(calls(&player).is_empty());
    player.receive("{\"type\":\"sync\",\"from_seq\":-1}");
    let server = super::Server::new(true, Vec::new());
    player.receive(&server.state_frame());
    assert_eq!(super::sent(&player), ["hello"]);
}

#[test]
fn a_sandbox_of_a_certain_kind_is_made_first_and_the_model_set_before_it() {
    let start = Start {
        template: "large one".into(),
        model: Some(Model {
            name: "openai/x".into(),
            ..Model::default()
        }),
        ..Start::default()
    };
    let mut player = with(APP, start);
    answers(&mut player, SPECS, 200, "{\"items\":[]}");
    answers(&mut player, "POST /api/v1/settings", 200, "{}");
    assert_eq!(progress(&player), [Some("STARTING")]);
    answers(
        &mut player,
        "POST /api/v1/sandboxes?sandbox_spec_id=large%20one",
        200,
        "{\"id\":\"sb9\"}",
    );
    assert_eq!(last_body(&player), json!({"sandbox_id": "sb9"}));
    let request = player.requests().last().unwrap();
    assert_eq!(
        (call(request).as_str(), body(request)),
        (MAKE, json!({"sandbox_id": "sb9"}))
    );
}

#[test]
fn a_template_that_is_unknown_is_said_to_be() {
    let start = Start {
        template: "nope".into(),
        ..Start::default()
    };
    let mut player = with(APP, start);
    answers(&mut player, SPECS, 200, "{\"items\":[]}");
    answers(
        &mut player,
        "POST /api/v1/sandboxes?sandbox_spec_id=nope",
        500,
        "Internal Server Error",
    );
    assert_ne!(phase(&player), "open");
    assert!(calls(&player).is_empty() || calls(&player) != [MAKE]);
}
