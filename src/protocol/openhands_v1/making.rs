//! A new conversation: what has to be there before it, and how far its making is.
//!
//! An agent server makes one at once; an app server names a task first, which is asked about until
//! there is a conversation.

use serde_json::{Value, json};

use super::arrive::Asking;
use super::event::text;
use super::{Kind, OpenHands, rest, state};
use crate::model::ConversationId;
use crate::protocol::{AgentEvent, Gone, Out};
use crate::wire::json;

/// A task's identifier stands in the place of a conversation's until there is one.
pub(super) const TASK: &str = "task-";

impl OpenHands {
    /// What has to be there before a conversation can be.
    pub(super) fn begin_anew(&mut self, out: &mut Out<'_>) {
        let is_app = self.kind == Some(Kind::App);
        let next = if self.start.model.is_some() {
            Asking::Model
        } else if is_app && !self.start.template.is_empty() && self.sandbox.is_none() {
            out.event(AgentEvent::Progress(Some("STARTING".to_owned())));
            Asking::Sandbox
        } else if is_app {
            Asking::Create
        } else if self.start.folder.is_empty() {
            Asking::Home
        } else if self.told_model {
            // A profile may be of before.
            Asking::Settings
        } else {
            Asking::Profile
        };
        self.ask(next, out);
    }

    /// What a new conversation is to be like.
    pub(super) fn wanted(&self) -> Value {
        if self.kind == Some(Kind::App) {
            return match &self.sandbox {
                Some(id) => json!({"sandbox_id": id}),
                None => json!({}),
            };
        }
        let workspace = json!({"working_dir": self.start.folder});
        let mut wanted = match &self.profile {
            Some(profile) if self.settings.is_null() => {
                json!({"agent_profile_id": profile, "workspace": workspace})
            }
            _ => json!({
                "agent_settings": self.settings, "secrets_encrypted": true, "workspace": workspace,
            }),
        };
        // Asked for again, the server gives the one that it made.
        if let (36, Some(fields)) = (self.conversation.len(), wanted.as_object_mut()) {
            let id = self.conversation.clone();
            fields.insert("conversation_id".to_owned(), id.into());
        }
        if let (Some(confirmation), Some(fields)) =
            (self.start.confirmation, wanted.as_object_mut())
        {
            fields.insert(
                "confirmation_policy".to_owned(),
                state::policy(confirmation),
            );
            if let Some(analyzer) = state::analyzer(confirmation) {
                fields.insert("security_analyzer".to_owned(), analyzer);
            }
        }
        wanted
    }

    pub(super) fn set_up(&mut self, status: u16, body: &str, out: &mut Out<'_>) {
        let mut answer = rest::body(status, body);
        match answer.get_mut("agent_settings").map(Value::take) {
            Some(settings) => {
                self.settings = settings;
                let llm = self.settings.get_mut("llm").and_then(Value::as_object_mut);
                if let Some(llm) = llm {
                    llm.insert("stream".to_owned(), true.into());
                }
                self.ask(Asking::Create, out);
            }
            // A server without a secret of its own cannot seal what it is to be given back. Its own
            // agent it can take without.
            None if self.profile.is_some() => self.ask(Asking::Create, out),
            None => out.lost(match rest::gone(status, body) {
                Some(Gone::Unauthorized) => Some(Gone::Unauthorized),
                _ if status == 0 => None,
                _ => Some(Gone::NotStarted(rest::detail(body))),
            }),
        }
    }

    /// Something that a new conversation needs was made, or the conversation.
    pub(super) fn made(&mut self, asking: &Asking, status: u16, body: &str, out: &mut Out<'_>) {
        let answer = rest::body(status, body);
        let id = json::text(&answer, &["id"]);
        match (asking, id) {
            (Asking::Model, _) if (200..300).contains(&status) => {
                self.start.model = None;
                self.told_model = true;
                self.begin_anew(out);
            }
            (Asking::Sandbox, Some(id)) => {
                self.sandbox = Some(id.to_owned());
                self.ask(Asking::Create, out);
            }
            (Asking::Create, Some(id)) if self.kind == Some(Kind::App) => {
                self.named(&[TASK, id].concat(), out);
                self.task(&answer, out);
            }
            (Asking::Create, Some(id)) => {
                self.named(id, out);
                self.settled_in(&answer, out);
            }
            // Asked for again by itself, there might be one more each time.
            _ => out.lost(match rest::gone(status, body) {
                Some(Gone::Unauthorized) => Some(Gone::Unauthorized),
                _ => Some(Gone::NotStarted(rest::detail(body))),
            }),
        }
    }

    pub(super) fn named(&mut self, id: &str, out: &mut Out<'_>) {
        self.fresh = false;
        self.link.started = true;
        id.clone_into(&mut self.conversation);
        out.event(AgentEvent::Named(ConversationId::new(id)));
    }

    pub(super) fn tasked(&mut self, status: u16, body: &str, out: &mut Out<'_>) {
        match rest::only(status, body) {
            Some(task) => self.task(&task, out),
            None if status == 200 => out.lost(Some(Gone::UnknownConversation)),
            None => out.lost(rest::gone(status, body)),
        }
    }

    /// How far the app server is with a new conversation.
    pub(super) fn task(&mut self, task: &Value, out: &mut Out<'_>) {
        match (
            text(task, "status"),
            json::text(task, &["app_conversation_id"]),
        ) {
            ("ERROR", _) => out.lost(Some(Gone::NotStarted(text(task, "detail").to_owned()))),
            ("READY", Some(id)) => {
                let id = id.to_owned();
                self.named(&id, out);
                self.ask(Asking::Look, out);
            }
            (status, _) => self.look_later(status, out),
        }
    }

    /// App servers do not take with a new conversation when its agent is to ask.
    pub(super) fn confirm_begun(&mut self, out: &mut Out<'_>) {
        if let Some(confirmation) = self.start.confirmation.take()
            && self.kind == Some(Kind::App)
        {
            let _ = self.confirm(confirmation, out);
        }
    }
}
