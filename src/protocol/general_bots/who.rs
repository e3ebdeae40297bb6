//! Who we are to the server: the person, the session and the bot, by their identifiers.

use serde_json::Value;

use super::{GeneralBots, Tongue, wait};
use crate::model::ConversationId;
use crate::protocol::{AgentEvent, Dialect, Out};

impl GeneralBots {
    /// The server says who we are, which only a released one does.
    pub(super) fn are(&mut self, status: u16, said: &Value, out: &mut Out<'_>) {
        self.asked_who = status != 0;
        out.wait_for(wait::WHO, None);
        // A gateway answers for a server that is away.
        self.link.answers = !matches!(status, 0 | 502..=504);
        let has = |key| said.get(key).and_then(Value::as_str).is_some();
        let asked = self.setup.dialect != Dialect::Documented;
        if asked && has("session_id") && has("status") {
            self.speaks(Tongue::Native, true, out);
            self.meet(said);
            // An older server gives every conversation of a person the same session.
            let theirs = said.get("session_id").and_then(Value::as_str);
            if let Some(id) = theirs.filter(|id| self.fresh && !self.is_other(id)) {
                self.named(id, out);
            }
        }
        if self.link.socket.is_none() {
            self.open(out);
        }
    }

    /// Takes over the identifiers that the server uses.
    pub(super) fn adopt(&mut self, ids: &Value, out: &mut Out<'_>) {
        self.meet(ids);
        let session = ids.get("session_id").and_then(Value::as_str);
        if let Some(id) = session.filter(|id| !self.is_other(id)) {
            self.named(id, out);
        }
    }

    /// Takes over what the server calls the person and the bot.
    pub(super) fn meet(&mut self, ids: &Value) {
        let text = |key| ids.get(key).and_then(Value::as_str);
        if let Some(user) = text("user_id") {
            user.clone_into(&mut self.user);
        }
        if let Some(bot) = text("bot_id") {
            bot.clone_into(&mut self.bot);
        }
        self.native.meet(ids);
    }

    /// The session has this identifier.
    pub(super) fn named(&mut self, id: &str, out: &mut Out<'_>) {
        if !id.is_empty() && !self.is_session(id) {
            id.clone_into(&mut self.session);
            out.event(AgentEvent::Named(ConversationId::new(id)));
        }
    }

    pub(super) fn is_session(&self, id: &str) -> bool {
        ConversationId::new(self.session.as_str()).is(id)
    }

    /// Whether it is another conversation that is kept here.
    pub(super) fn is_other(&self, id: &str) -> bool {
        self.other(id).is_some()
    }

    pub(super) fn other(&self, id: &str) -> Option<&ConversationId> {
        self.setup.others.iter().find(|other| other.is(id))
    }
}
