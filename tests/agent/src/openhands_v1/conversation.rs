//! One conversation: its log, its state, and who is to hear of it.
//!
//! The number of an event in the log is its `seq`. A connection is given a part of the log and
//! then what comes after; both are taken under one lock, so that nothing falls between them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};
use tokio::task::AbortHandle;

use super::event::{self, field, set};
use super::ids;
use crate::clock;

/// One conversation.
pub(super) struct Conversation {
    /// With dashes.
    pub(super) id: String,
    memory: Mutex<Memory>,
    live: broadcast::Sender<Live>,
    /// Its sandbox is paused.
    pub(super) frozen: watch::Sender<bool>,
}

/// What a connection hears of.
#[derive(Clone, Debug)]
pub(super) enum Live {
    /// An event of the log, with its number.
    Logged(usize, Arc<Value>),
    /// An event that is in no log.
    Passing(Value),
    /// A frame of the session socket about an answer that is being written.
    Progress(Value),
    /// A piece of an answer on the legacy socket.
    Delta(Value),
}

/// The part behind the lock.
pub(super) struct Memory {
    pub(super) log: Vec<Arc<Value>>,
    /// The event that the next one hangs on.
    leaf: Option<String>,
    pub(super) status: String,
    pub(super) title: Option<String>,
    pub(super) autotitle: bool,
    pub(super) created: String,
    pub(super) updated: String,
    pub(super) policy: Value,
    pub(super) analyzer: Value,
    pub(super) last_user: Option<String>,
    pub(super) workspace: Value,
    pub(super) tags: Value,
    pub(super) deleted: bool,
    pub(super) work: Work,
}

/// What the agent is at.
#[derive(Default)]
pub(super) struct Work {
    /// The task of the run.
    pub(super) run: Option<AbortHandle>,
    /// Counts runs, so that one that was ended can see that it was.
    pub(super) generation: u64,
    /// A message came during the run, and wants another.
    pub(super) again: bool,
    /// The newest message that the model was asked about.
    pub(super) asked: Option<String>,
    /// The answer that is being written.
    pub(super) stream: Option<(String, u64)>,
    /// How many answers the model has given.
    pub(super) answers: u64,
    /// The task of the goal.
    pub(super) goal: Option<AbortHandle>,
}

impl Conversation {
    pub(super) fn new(id: &str) -> Self {
        let now = clock::now();
        Self {
            id: id.to_owned(),
            memory: Mutex::new(Memory {
                log: Vec::new(),
                leaf: None,
                status: "idle".to_owned(),
                title: None,
                autotitle: true,
                created: now.clone(),
                updated: now,
                policy: json!({"kind": "NeverConfirm"}),
                analyzer: Value::Null,
                last_user: None,
                workspace: json!({"working_dir": "/workspace", "kind": "LocalWorkspace"}),
                tags: json!({}),
                deleted: false,
                work: Work::default(),
            }),
            live: broadcast::channel(16_384).0,
            frozen: watch::channel(false).0,
        }
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores an event, tells the clients, and gives its id.
    pub(super) fn append(&self, event: Value) -> String {
        self.append_to(&mut self.memory(), event)
    }

    /// As [`Self::append`], for who holds the lock.
    pub(super) fn append_to(&self, memory: &mut Memory, mut event: Value) -> String {
        if field(&event, "id").is_empty() {
            set(&mut event, "id", ids::uuid().into());
        }
        let id = field(&event, "id").to_owned();
        memory.updated = clock::now();
        set(&mut event, "timestamp", memory.updated.clone().into());
        let kind = field(&event, "kind").to_owned();
        // A hook's word and the state hang on nothing, or nothing hangs on them.
        if let Some(leaf) = memory.leaf.clone().filter(|_| kind != "HookExecutionEvent") {
            set(&mut event, "parent_id", leaf.into());
        }
        match kind.as_str() {
            "ConversationStateUpdateEvent" => {
                if field(&event, "key") == "execution_status" {
                    field(&event, "value").clone_into(&mut memory.status);
                }
            }
            _ => memory.leaf = Some(id.clone()),
        }
        let event = Arc::new(event);
        memory.log.push(Arc::clone(&event));
        // Without a client nobody hears it; it is in the log.
        let _ = self.live.send(Live::Logged(memory.log.len() - 1, event));
        id
    }

    /// Changes the execution status, unless it is that already.
    pub(super) fn enter(&self, memory: &mut Memory, status: &str) {
        if memory.status != status {
            self.append_to(memory, event::status(status));
        }
    }

    /// Tells the clients what is in no log.
    pub(super) fn pass(&self, live: Live) {
        // Without a client it is lost, as with the real server.
        let _ = self.live.send(live);
    }

    /// Tells the clients the whole state.
    pub(super) fn pass_state(&self) {
        let state = self.full_state(&self.memory());
        self.pass(Live::Passing(state));
    }

    /// The whole state as an event, which is in no log.
    pub(super) fn full_state(&self, memory: &Memory) -> Value {
        let mut state = json!({
            "id": self.id, "workspace": memory.workspace,
            "agent": agent(), "persistence_dir": format!("/srv/{}", ids::bare(&self.id)),
            "max_iterations": 500, "stuck_detection": true,
            "execution_status": memory.status, "confirmation_policy": memory.policy,
            "activated_knowledge_skills": [], "activated_path_rules": [], "invoked_skills": [],
            "blocked_actions": {}, "blocked_messages": {}, "head_is_empty": false,
            "stats": memory.stats(), "secret_registry": {"secret_sources": {}},
            "tags": memory.tags, "agent_state": {},
        });
        if let (Some(user), Some(leaf)) = (&memory.last_user, &memory.leaf) {
            set(&mut state, "last_user_message_id", user.clone().into());
            set(&mut state, "leaf_event_id", leaf.clone().into());
        }
        if !memory.analyzer.is_null() {
            set(&mut state, "security_analyzer", memory.analyzer.clone());
        }
        let mut event = event::update("full_state", state);
        set(&mut event, "id", ids::uuid().into());
        set(&mut event, "timestamp", clock::now().into());
        event
    }

    /// The conversation as REST gives it, where what is null is there.
    pub(super) fn info(&self) -> Value {
        let memory = self.memory();
        let mut agent = agent();
        set(&mut agent, "condenser", Value::Null);
        json!({
            "id": self.id, "workspace": memory.workspace,
            "persistence_dir": format!("/srv/{}", ids::bare(&self.id)), "max_iterations": 500,
            "stuck_detection": true, "execution_status": memory.status,
            "confirmation_policy": memory.policy, "security_analyzer": memory.analyzer,
            "activated_knowledge_skills": [], "invoked_skills": [], "blocked_actions": {},
            "blocked_messages": {}, "last_user_message_id": memory.last_user,
            "leaf_event_id": memory.leaf, "stats": memory.stats(),
            "secret_registry": {"secret_sources": {}}, "agent_state": {}, "hook_config": null,
            "title": memory.title, "metrics": null,
            "created_at": format!("{}Z", memory.created),
            "updated_at": format!("{}Z", memory.updated), "forked_from_conversation_id": null,
            "forked_from_event_id": null, "parent_conversation_id": null,
            "sub_conversation_ids": [], "tags": memory.tags, "current_model_id": null,
            "available_models": [], "supports_runtime_model_switch": false,
            "launched_agent_profile": null, "agent": agent, "client_tools": [],
            "tool_module_qualnames": {}, "runtime_info": null,
        })
    }

    /// Waits while its sandbox is paused.
    pub(super) async fn thawed(&self) {
        // The sender lives as long as the conversation.
        let _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
    }

    /// The log so far, the state, and what is to come.
    pub(super) fn join(&self) -> (Vec<Arc<Value>>, Value, broadcast::Receiver<Live>) {
        let memory = self.memory();
        let state = self.full_state(&memory);
        (memory.log.clone(), state, self.live.subscribe())
    }
}

impl Memory {
    /// The calls that have neither result nor refusal nor error.
    pub(super) fn pending(&self) -> Vec<Arc<Value>> {
        const ENDS: [&str; 3] = [
            "ObservationEvent",
            "UserRejectObservation",
            "AgentErrorEvent",
        ];
        let ended = self
            .log
            .iter()
            .filter(|event| ENDS.contains(&field(event, "kind")));
        let ended: HashSet<&str> = ended.map(|event| field(event, "tool_call_id")).collect();
        let open = |event: &&Arc<Value>| {
            field(event, "kind") == "ActionEvent" && !ended.contains(field(event, "tool_call_id"))
        };
        self.log.iter().filter(open).cloned().collect()
    }

    /// What it has cost so far. What costs nothing costs nothing before the first answer.
    pub(super) fn stats(&self) -> Value {
        let answers = self.work.answers;
        if answers == 0 {
            return json!({"usage_to_metrics": {}});
        }
        #[expect(clippy::cast_precision_loss, reason = "a small count")]
        let cost = answers as f64 * 0.0125;
        json!({"usage_to_metrics": {"agent": {
            "model_name": "openai/stub", "accumulated_cost": cost, "max_budget_per_task": null,
            "accumulated_token_usage": {
                "model": "openai/stub", "prompt_tokens": 120 * answers,
                "completion_tokens": 20 * answers, "cache_read_tokens": 10 * answers,
                "cache_write_tokens": 0, "reasoning_tokens": 0, "context_window": 128_000,
                "per_turn_token": 120 + 20 * answers, "response_id": "",
            },
        }}})
    }
}

fn agent() -> Value {
    json!({
        "llm": {
            "model": "openai/stub", "api_key": "**********", "auth_type": "api_key",
            "num_retries": 1, "timeout": 300, "stream": true, "usage_id": "agent",
        },
        "tools": [
            {"name": "terminal", "params": {}}, {"name": "file_editor", "params": {}},
            {"name": "task_tracker", "params": {}},
        ],
        "mcp_config": {}, "include_default_tools": ["FinishTool", "ThinkTool"],
        "system_prompt_filename": "system_prompt.j2", "kind": "Agent",
    })
}
