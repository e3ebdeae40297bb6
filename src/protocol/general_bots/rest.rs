//! The calls beside the socket: who we are, a new session, the history, the list of sessions.
//!
//! | what | document | A | B | C |
//! |---|---|---|---|---|
//! | who | none | `GET /api/auth` | same, `?bot_name=` | same |
//! | new session | `POST /api/sessions` | same | same | an empty answer |
//! | history | `GET /api/sessions/:id` | same, `[[role, text]..]` | `.../history` | none |
//! | list | `GET /api/sessions` | same | same | none |
//!
//! The document wraps what it answers in `{success, data}`; the releases do not.

use serde_json::{Value, json};

use super::{GeneralBots, Tongue, think, wait};
use crate::io::{Payload, Request, RequestId};
use crate::model::{ConversationId, Duration};
use crate::protocol::{AgentEvent, Out, Page, Past, Remote};
use crate::wire::address::encoded;
use crate::wire::{json, time};

/// A server that goes on without listeners writes its answer down once it is whole: the history is
/// read again after so long each.
const REST: [Duration; 3] = [Duration::secs(5), Duration::secs(15), Duration::secs(45)];

/// A call for a new session that is not answered by then is waited for no longer, so that nothing
/// that is said behind it goes to the old one. The session is then one of our own making.
const ANEW: Duration = Duration::secs(8);

/// A call for a session that the server would know is not waited for longer: a message waits for it.
const MAKE: Duration = Duration::secs(30);

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// Who we are, which only a released server answers.
    Who,
    /// A new session, because the conversation is to be forgotten.
    Anew,
    /// A new session, because the server knows none of ours.
    Make,
    /// The history: where release B has it, else where the others have it.
    History {
        /// It was asked for where B has it.
        first: bool,
    },
    /// The server's own list.
    List,
}

impl GeneralBots {
    pub(super) fn ask(&mut self, errand: Errand, out: &mut Out<'_>) {
        let session = encoded(&self.session);
        let (method, path) = match errand {
            Errand::Who => {
                let bot = encoded(&self.address.bot);
                let path = ["/api/auth?bot_name=", &bot, "&session_id=", &session];
                ("GET", path.concat())
            }
            Errand::Anew | Errand::Make => ("POST", "/api/sessions".to_owned()),
            Errand::History { first } => {
                let rest = if first { "/history" } else { "" };
                ("GET", ["/api/sessions/", &session, rest].concat())
            }
            Errand::List => ("GET", "/api/sessions".to_owned()),
        };
        let body = (method == "POST").then(|| {
            let body = json!({"bot_id": self.bot, "user_id": self.user, "metadata": {}});
            Payload::Text(body.to_string())
        });
        let mut headers = Vec::new();
        // Without a header of ours a page may ask any server that lets its answer be read.
        if let Some(key) = self.setup.key.as_ref().filter(|_| errand != Errand::Who) {
            headers.push(("Authorization".to_owned(), ["Bearer ", key].concat()));
        }
        if body.is_some() {
            let json = "application/json".to_owned();
            headers.push(("Content-Type".to_owned(), json));
        }
        let request = out.fetch(Request {
            method,
            url: self.address.call(&path),
            headers,
            body,
            again: false,
            keep: false,
        });
        self.errands.push((request, errand));
    }

    /// Asks for a new session, where the call for one has an answer.
    pub(super) fn begin_anew(&mut self, out: &mut Out<'_>) {
        if self.native.is_newest() {
            return self.reset_to(None, out);
        }
        self.ask(Errand::Anew, out);
        out.wait_for(wait::ANEW, Some(ANEW));
    }

    /// Asks for a session, because the server knows none of ours.
    pub(super) fn make_session(&mut self, out: &mut Out<'_>) {
        self.ask(Errand::Make, out);
        out.wait_for(wait::MAKE, Some(MAKE));
    }

    /// It has not been made in time, unless it has; the next message asks for it again.
    pub(super) fn not_made(&mut self, out: &mut Out<'_>) {
        if self.is_about(Errand::Make) {
            self.errands.retain(|(_, errand)| *errand != Errand::Make);
            self.made = false;
            self.made(None, out);
        }
    }

    /// Whether that is being asked.
    pub(super) fn is_about(&self, errand: Errand) -> bool {
        self.errands.iter().any(|(_, about)| *about == errand)
    }

    /// The history is read again in a while, a few times.
    fn wait_for_rest(&self, out: &mut Out<'_>) {
        if let Some(rest) = REST.get(self.reads) {
            out.wait_for(wait::REST, Some(*rest));
        }
    }

    /// It is time to; but while something goes on, what is whole is not known.
    pub(super) fn look_for_rest(&mut self, out: &mut Out<'_>) {
        if self.running || self.unanswered.is_some() {
            return self.wait_for_rest(out);
        }
        self.reads += 1;
        self.ask(Errand::History { first: true }, out);
    }

    /// A call was answered; status 0 stands for no answer.
    pub(super) fn answered(
        &mut self,
        request: RequestId,
        (status, body): (u16, &str),
        out: &mut Out<'_>,
    ) {
        let Some(at) = self.errands.iter().position(|(known, _)| *known == request) else {
            return;
        };
        let (_, errand) = self.errands.remove(at);
        let said = match status {
            200..300 => serde_json::from_str(body).unwrap_or_default(),
            _ => Value::Null,
        };
        let said = unwrapped(&said);
        match errand {
            Errand::Who => self.are(status, said, out),
            Errand::Anew => self.reset_to(made(said), out),
            Errand::Make => self.made(made(said), out),
            Errand::History { first } => match pasts(said) {
                Some(mut pasts) => {
                    if self.tongue == Tongue::Native {
                        pasts.retain_mut(part);
                    }
                    if !Past::is_all_answered(&pasts) {
                        self.wait_for_rest(out);
                    }
                    out.event(AgentEvent::History(pasts));
                }
                None if first => self.ask(Errand::History { first: false }, out),
                None => out.event(AgentEvent::HistoryMissing),
            },
            Errand::List => {
                if let Some(page) = page(said) {
                    out.event(AgentEvent::Listed(page));
                }
            }
        }
    }
}

/// What the document's envelope holds.
fn unwrapped(said: &Value) -> &Value {
    match (said.get("success"), said.get("data")) {
        (Some(_), Some(data)) => data,
        _ => said,
    }
}

/// The session that was made.
fn made(said: &Value) -> Option<&str> {
    let session = said.get("session").unwrap_or(said);
    json::text(session, &["session_id", "id"]).filter(|id| !id.is_empty())
}

/// A list, bare or under one of these names.
fn list<'a>(said: &'a Value, names: &[&str]) -> Option<&'a Vec<Value>> {
    said.as_array()
        .or_else(|| json::first(said, names)?.as_array())
}

/// The history: pairs of role and text, or objects.
fn pasts(said: &Value) -> Option<Vec<Past>> {
    let entries = list(said, &["messages", "history", "data"])?;
    let mut pasts = Vec::new();
    for entry in entries {
        let (role, text) = match entry.as_array().map(Vec::as_slice) {
            Some([role, text, ..]) => (role.as_str(), text.as_str()),
            Some(_) => continue,
            None => (
                json::text(entry, &["role", "sender"]),
                json::text(entry, &["content", "text", "message"]),
            ),
        };
        let text = text.unwrap_or_default().to_owned();
        match role {
            _ if text.is_empty() => {}
            Some("user") => pasts.push(Past::User {
                text,
                attachments: Vec::new(),
            }),
            Some("assistant" | "bot") => pasts.push(Past::Agent(text)),
            _ => {}
        }
    }
    Some(pasts)
}

/// What a released server wrote down holds the reasoning as well, which is no answer; whether there is
/// anything else.
fn part(past: &mut Past) -> bool {
    if let Past::Agent(text) = past {
        let (_, said) = think::part(text);
        *text = said;
        return !text.is_empty();
    }
    true
}

/// The list of sessions, which is one page.
fn page(said: &Value) -> Option<Page> {
    let mut conversations: Vec<Remote> = Vec::new();
    for entry in list(said, &["sessions", "data"])? {
        let Some(id) = made(entry) else { continue };
        let at = json::text(entry, &["updated_at", "last_activity", "created_at"]);
        let remote = Remote {
            id: ConversationId::new(id),
            title: json::text(entry, &["title", "name"])
                .unwrap_or_default()
                .to_owned(),
            at: time::read(at.and_then(|at| at.get(..19)).unwrap_or_default()),
            running: false,
        };
        let place = conversations.partition_point(|known| known.at >= remote.at);
        conversations.insert(place, remote);
    }
    Some(Page {
        conversations,
        first: true,
        next: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_read_in_every_shape() {
        let spoken = vec![
            Past::User {
                text: "hi".to_owned(),
                attachments: Vec::new(),
            },
            Past::Agent("hello".to_owned()),
        ];
        for said in [
            json!([["user", "hi"], ["assistant", "hello"], ["system", "x"]]),
            json!([{"role": "user", "content": "hi"}, {"role": "bot", "content": "hello"}]),
            json!({"messages": [{"role": "user", "content": "hi"}, ["assistant", "hello"], 7]}),
        ] {
            assert_eq!(pasts(&said).as_ref(), Some(&spoken), "{said}");
        }
        assert_eq!(pasts(&json!({"session_id": "s"})), None);
        assert_eq!(pasts(&Value::Null), None);
    }

    #[test]
    fn a_list_stands_newest_first() {
        let said = json!({"sessions": [
            {"session_id": "old", "title": "Old", "created_at": "2025-10-18T12:00:00+00:00"},
            {"id": "new", "updated_at": "2025-11-18T12:00:00Z"},
            {"title": "none"},
        ]});
        let page = page(&said);
        let ids = page.map(|page| {
            let ids = page.conversations.into_iter().map(|of| of.id.to_string());
            ids.collect::<Vec<String>>()
        });
        assert_eq!(ids, Some(vec!["new".to_owned(), "old".to_owned()]));
    }
}
