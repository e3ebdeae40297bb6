//! From the first call to the open socket, and what is looked after while it is open.
//!
//! The person names an app server or an agent server; the first answer tells which. An app server
//! knows in which sandbox the conversation's agent lives, whether it is awake, and where, with the
//! key to it: both change whenever it wakes, so it is asked before each connection. Its own calls
//! are the way where the sandbox cannot be reached from here.

use serde_json::Value;

use super::event::{self, text};
use super::making::TASK;
use super::rest::{self, Base, app, of, sandbox};
use super::{Kind, OpenHands};
use crate::io::{Closed, Request, RequestId, SocketId};
use crate::model::{Duration, EventKey, Standing};
use crate::protocol::{AgentEvent, Gone, Out, Stream};
use crate::wire::address::{KEY, Place, encoded};
use crate::wire::json;

/// Between two looks at what is being started.
pub(super) const A_WHILE: Duration = Duration::secs(1);

/// Nothing came for so long: is it still there?
const QUIET: Duration = Duration::secs(20);

/// So long after a run its title may be there.
const SOON: Duration = Duration::secs(2);

/// Between two looks at a conversation whose sandbox cannot be reached from here.
pub(super) const POLL: Duration = Duration::secs(2);

/// So many looks may find nothing of what was just made.
const BLIND: u32 = 3;

/// After so many waits a sandbox that does not wake, or one that is not made, is given up.
const LONG: u32 = 120;

/// What is asked before the socket opens, or about it.
#[derive(Clone, Debug)]
pub(super) enum Asking {
    /// Which kind of server it is.
    Kind,
    /// The model is to be this one from now on.
    Model,
    /// As which of its agents the agent server begins a conversation.
    Profile,
    /// How the agent server is set up, with its secrets readable only by itself.
    Settings,
    /// Which folder is the agent server's own.
    Home,
    /// A sandbox of a certain kind.
    Sandbox,
    /// A new conversation.
    Create,
    /// How far a new conversation of the app server is.
    Task,
    /// Whether the conversation is there, and where.
    Look,
    /// The same while connected.
    Beat,
    /// That the sandbox wakes.
    Wake,
    /// A page of the events.
    Events,
}

/// One connection.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) asking: Option<(RequestId, Asking)>,
    pub(super) socket: Option<SocketId>,
    /// The socket is open.
    pub(super) opened: bool,
    /// The server has taken us.
    pub(super) ready: bool,
    /// The events of the log come in order, and behind the last one that is here.
    pub(super) in_order: bool,
    /// The log has been read up to now.
    pub(super) read: bool,
    /// The server has said what the agent does.
    pub(super) stood: bool,
    /// Something came since that was last asked.
    pub(super) heard: bool,
    /// It is asked whatever comes.
    pub(super) soon: bool,
    /// Only the log is to be read: another tab has the socket.
    pub(super) only_read: bool,
    /// Behind the log, the connection ends with this.
    pub(super) then: Option<Gone>,
    /// The rest of a list of events is asked for with this.
    pub(super) page: Option<String>,
    /// The last event of that list so far.
    pub(super) reach: Option<EventKey>,
    pub(super) looks: u32,
    /// Waits so far.
    pub(super) waits: u32,
    /// The server was asked to make it, or to start it.
    pub(super) started: bool,
    /// The run that was asked for is to be asked for again.
    pub(super) run_again: u32,
}

impl OpenHands {
    pub(super) fn ask(&mut self, asking: Asking, out: &mut Out<'_>) {
        // To make one may take longer than a connection does.
        if matches!(asking, Asking::Sandbox | Asking::Create) {
            out.wait(A_WHILE);
        }
        let request = self.asked(&asking);
        self.link.asking = Some((out.fetch(request), asking));
    }

    fn asked(&self, asking: &Asking) -> Request {
        let (front, id) = (&self.front, self.conversation.as_str());
        let is_app = self.kind == Some(Kind::App);
        match asking {
            Asking::Kind if self.fresh => front.get("/api/v1/sandbox-specs/search?limit=100"),
            Asking::Kind => front.get(&app(&["?ids=", id].concat())),
            Asking::Look | Asking::Beat if is_app => front.get(&app(&["?ids=", id].concat())),
            Asking::Look | Asking::Beat => front.get(&of(id, "")),
            Asking::Model => {
                let model = self.start.model.as_ref().map(rest::model);
                match is_app {
                    true => front.post("/api/v1/settings", model),
                    false => front.call("PATCH", "/api/settings", model),
                }
            }
            Asking::Settings => {
                let mut request = front.get("/api/settings");
                let header = ("X-Expose-Secrets".to_owned(), "encrypted".to_owned());
                request.headers.push(header);
                request
            }
            Asking::Profile => front.get("/api/agent-profiles"),
            Asking::Home => front.get("/api/file/home"),
            Asking::Sandbox => {
                let kind = encoded(&self.start.template);
                front.post(
                    &["/api/v1/sandboxes?sandbox_spec_id=", &kind].concat(),
                    None,
                )
            }
            Asking::Create => front.post(
                match is_app {
                    true => "/api/v1/app-conversations",
                    false => "/api/conversations",
                },
                Some(self.wanted()),
            ),
            Asking::Task => {
                let id = id.strip_prefix(TASK).unwrap_or(id);
                front.get(&app(&["/start-tasks?ids=", id].concat()))
            }
            Asking::Wake => {
                let id = self.sandbox.as_deref().unwrap_or_default();
                front.post(&sandbox(id, "/resume"), None)
            }
            Asking::Events => self.events(),
        }
    }

    /// Whether the app server's calls stand in for a socket.
    pub(super) fn relays(&self) -> bool {
        self.kind == Some(Kind::App) && (self.home.is_none() || self.unreachable > 1)
    }

    pub(super) fn begin(&mut self, out: &mut Out<'_>) {
        match self.kind {
            _ if self.conversation.starts_with(TASK) => {
                self.kind = Some(Kind::App);
                self.ask(Asking::Task, out);
            }
            None => self.ask(Asking::Kind, out),
            Some(_) if self.fresh => self.begin_anew(out),
            Some(_) => self.ask(Asking::Look, out),
        }
    }

    /// A call has an answer; with status 0 none that this page may read.
    pub(super) fn answered(
        &mut self,
        request: RequestId,
        status: u16,
        body: &str,
        out: &mut Out<'_>,
    ) {
        if self.errand_answered(request, status, body, out) {
            return;
        }
        let Some((_, asking)) = self.link.asking.take_if(|(asked, _)| *asked == request) else {
            return;
        };
        match asking {
            Asking::Kind => self.is_kind(status, body, out),
            Asking::Look => self.looked(status, body, out),
            Asking::Beat => self.beat(status, body, out),
            Asking::Events => self.paged(status, body, out),
            Asking::Wake => self.woken(status, body, out),
            Asking::Task => self.tasked(status, body, out),
            Asking::Home => {
                let answer = rest::body(status, body);
                let home = json::text(&answer, &["home"]);
                let home = home.map_or(String::new(), |home| [home, "/"].concat());
                self.start.folder = home + "workspace/project";
                self.begin_anew(out);
            }
            Asking::Profile => {
                let answer = rest::body(status, body);
                let active = json::text(&answer, &["active_agent_profile_id"]);
                self.profile = active.map(str::to_owned);
                // The one that every server has is its settings, which do not say that an answer is
                // to be told as it grows.
                match rest::is_usual(&answer) {
                    true => self.ask(Asking::Settings, out),
                    false => self.ask(Asking::Create, out),
                }
            }
            Asking::Settings => self.set_up(status, body, out),
            Asking::Model | Asking::Sandbox | Asking::Create => {
                self.made(&asking, status, body, out);
            }
        }
    }

    /// Agent servers know nothing at an app server's address.
    fn is_kind(&mut self, status: u16, body: &str, out: &mut Out<'_>) {
        let answer = rest::body(status, body);
        match status {
            401 | 403 => out.lost(Some(Gone::Unauthorized)),
            // None that can be read: it is away, or lets no page of this origin read.
            0 => self.blind(out),
            429 | 500.. => out.lost(None),
            _ if answer.is_array() || answer.get("items").is_some() => {
                self.kind = Some(Kind::App);
                // An answer before this one could not be read, for trouble that is over.
                self.blocked = false;
                if !self.fresh {
                    return self.looked(status, body, out);
                }
                let items = answer.get("items").and_then(Value::as_array);
                let names = rest::names(items.map_or(&[], Vec::as_slice));
                out.event(AgentEvent::Templates(names));
                self.begin_anew(out);
            }
            400 | 422 => out.lost(Some(Gone::UnknownConversation)),
            _ => {
                self.kind = Some(Kind::Agent);
                self.begin(out);
            }
        }
    }

    /// No call can be read, but any page may open a socket.
    fn blind(&mut self, out: &mut Out<'_>) {
        self.blocked = true;
        self.home = Some(self.front.clone());
        self.open(out);
    }

    /// The agent is being started; how far that is is asked again after a while.
    pub(super) fn look_later(&mut self, what: &str, out: &mut Out<'_>) {
        out.event(AgentEvent::Stands(Standing::Starting));
        out.event(AgentEvent::Progress(Some(what.to_owned())));
        out.wait(A_WHILE);
    }

    /// The wait is over.
    pub(super) fn waited(&mut self, out: &mut Out<'_>) {
        if self.link.run_again > 0 {
            if !self.runs() {
                self.link.run_again -= 1;
                self.run(out);
            }
            return out.wait(A_WHILE);
        }
        self.link.waits += 1;
        match self.link.ready {
            // What was asked for takes its time.
            false if self.link.asking.is_some() && self.link.waits < LONG => out.wait(A_WHILE),
            false if self.link.asking.is_some() => {}
            false => self.begin(out),
            true if self.link.asking.is_some() => out.wait(A_WHILE),
            true if self.relays() => {
                self.cursor.whole = self.link.reach.take().or(self.cursor.whole.take());
                self.ask(Asking::Events, out);
            }
            true if self.blocked => out.wait(QUIET),
            true if std::mem::take(&mut self.link.heard) && !self.link.soon => out.wait(QUIET),
            true => self.ask(Asking::Beat, out),
        }
    }

    pub(super) fn begin_beating(&mut self, out: &mut Out<'_>) {
        out.wait(QUIET);
    }

    pub(super) fn beat_soon(&mut self, out: &mut Out<'_>) {
        if self.link.socket.is_some() {
            self.link.soon = true;
            out.wait(SOON);
        }
    }

    /// Whether it is still there, as the server says while nothing comes from it. A socket into a
    /// sandbox that was paused stays open and says nothing; so does one to a conversation that was
    /// deleted.
    fn beat(&mut self, status: u16, body: &str, out: &mut Out<'_>) {
        self.link.soon = false;
        let found = self.found(status, body);
        match found {
            None if matches!(status, 0 | 429 | 500..) => out.lost(None),
            None => out.lost(rest::gone(status, body).or(Some(Gone::UnknownConversation))),
            Some(known) => {
                self.read_info(&known, out);
                if self.kind == Some(Kind::App) && text(&known, "sandbox_status") != "RUNNING" {
                    return out.lost(Some(self.resting(&known)));
                }
                out.wait(if self.relays() { POLL } else { QUIET });
            }
        }
    }

    fn found(&self, status: u16, body: &str) -> Option<Value> {
        match self.kind {
            Some(Kind::App) => rest::only(status, body),
            _ => Some(rest::body(status, body)).filter(Value::is_object),
        }
    }

    fn looked(&mut self, status: u16, body: &str, out: &mut Out<'_>) {
        let Some(known) = self.found(status, body) else {
            // What was just made may not be written down yet.
            if self.link.started && self.link.looks < BLIND && matches!(status, 200 | 404) {
                self.link.looks += 1;
                return out.wait(A_WHILE);
            }
            return match (status, rest::gone(status, body)) {
                (0, _) if self.kind == Some(Kind::Agent) => self.blind(out),
                (200, _) | (422, _) => out.lost(Some(Gone::UnknownConversation)),
                (_, gone) => out.lost(gone),
            };
        };
        match self.kind {
            Some(Kind::App) => self.found_app(&known, out),
            _ => self.settled_in(&known, out),
        }
    }

    /// The agent server has the conversation.
    pub(super) fn settled_in(&mut self, known: &Value, out: &mut Out<'_>) {
        self.home = Some(self.front.clone());
        self.blocked = false;
        self.read_info(known, out);
        self.open(out);
    }

    /// What both servers say of a conversation.
    fn read_info(&mut self, known: &Value, out: &mut Out<'_>) {
        if let Some(title) = json::text(known, &["title"]).filter(|title| !title.is_empty()) {
            out.event(AgentEvent::Titled(title.to_owned()));
        }
        let workspace = known.get("workspace").unwrap_or(&Value::Null);
        if let Some(folder) = json::text(workspace, &["working_dir"]) {
            folder.clone_into(&mut self.folder);
        }
    }

    fn found_app(&mut self, known: &Value, out: &mut Out<'_>) {
        self.sandbox = json::text(known, &["sandbox_id"]).map(str::to_owned);
        self.read_info(known, out);
        match text(known, "sandbox_status") {
            "RUNNING" => {
                out.event(AgentEvent::Progress(None));
                self.home = json::text(known, &["conversation_url"]).map(|url| Base {
                    place: place_of(url),
                    key: json::text(known, &["session_api_key"]).map(str::to_owned),
                });
                self.asleep = false;
                self.open(out);
            }
            "STARTING" => self.look_later("STARTING", out),
            "PAUSED" if self.asleep => match self.link.started {
                true if self.link.waits < LONG => self.look_later("RESUMING", out),
                true => out.lost(Some(Gone::Asleep)),
                false => self.ask(Asking::Wake, out),
            },
            _ => {
                self.home = None;
                self.link.then = Some(self.resting(known));
                self.ask(Asking::Events, out);
            }
        }
    }

    /// Why there is no agent to connect to.
    fn resting(&mut self, known: &Value) -> Gone {
        match text(known, "sandbox_status") {
            "PAUSED" | "STARTING" => {
                self.asleep = true;
                Gone::Asleep
            }
            "MISSING" => Gone::Archived,
            _ => Gone::Broken,
        }
    }

    fn woken(&mut self, status: u16, body: &str, out: &mut Out<'_>) {
        match status {
            200..300 => {
                self.link.started = true;
                self.look_later("RESUMING", out);
            }
            404 => out.lost(Some(Gone::Archived)),
            _ => out.lost(rest::gone(status, body)),
        }
    }

    fn open(&mut self, out: &mut Out<'_>) {
        if self.link.only_read {
            return self.ask(Asking::Events, out);
        }
        if self.relays() {
            self.link.ready = true;
            return out.ready();
        }
        let Some(home) = &self.home else {
            return;
        };
        let mut url = home.place.socket(&self.socket_path());
        if let Some(key) = home.key.as_ref().filter(|_| self.key_in_address) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&[KEY, "=", &encoded(key)].concat());
        }
        self.link.opened = false;
        self.link.socket = Some(out.open(url));
    }

    fn socket_path(&self) -> String {
        let id = &self.conversation;
        if !self.legacy {
            let after = self
                .cursor
                .number
                .map_or(-1, |number| i64::try_from(number).unwrap_or(-1));
            return format!("/sockets/session/{id}?after_seq={after}");
        }
        // Where it can be read, the history comes by calls, which say when it ends.
        let since = match (&self.cursor.whole, self.blocked) {
            (_, false) => String::new(),
            (None, true) => "?resend_mode=all".to_owned(),
            (Some(whole), true) => {
                let since = event::time_of(whole);
                format!("?resend_mode=since&after_timestamp={since}")
            }
        };
        format!("/sockets/events/{id}{since}")
    }

    pub(super) fn opened(&mut self, socket: SocketId, out: &mut Out<'_>) {
        self.link.opened = true;
        self.unreachable = 0;
        let key = self.home.as_ref().and_then(|home| home.key.as_deref());
        if let Some(key) = key.filter(|_| !self.key_in_address) {
            out.send_secret(socket, super::socket::auth(key));
        }
    }

    /// A socket closed. One that never opened may be of a kind that the server does not have.
    pub(super) fn closed(&mut self, closed: &Closed, out: &mut Out<'_>) {
        self.link.socket = None;
        match (closed.code, closed.reason.as_str()) {
            (4001, _) => out.lost(Some(Gone::Unauthorized)),
            // The name is ours: nobody could be asked for one.
            (4004, _) if self.fresh => out.lost(Some(Gone::Blocked {
                remedy: "OH_ALLOW_CORS_ORIGINS_0".to_owned(),
            })),
            (4004, _) => out.lost(Some(Gone::UnknownConversation)),
            // An event is too large for this socket, and would be each time.
            (1013, "frame_too_large") if !self.legacy => {
                self.legacy = true;
                self.open_again(out);
            }
            _ if !self.link.opened && !self.legacy && !closed.refused => {
                self.legacy = true;
                self.open_again(out);
            }
            _ if !self.link.opened => {
                self.legacy = false;
                self.unreachable += u32::from(self.kind == Some(Kind::App));
            }
            _ => {}
        }
        self.drop_unnamed(out);
    }

    /// What came without a name over one connection cannot go on over another.
    pub(super) fn drop_unnamed(&self, out: &mut Out<'_>) {
        let item = String::new();
        out.event(AgentEvent::Stream(Stream::Aborted { item }));
    }

    fn open_again(&mut self, out: &mut Out<'_>) {
        self.link.ready = false;
        self.link.in_order = false;
        self.link.read = false;
        self.open(out);
    }
}

/// The agent server that an address of one of its conversations is at.
fn place_of(url: &str) -> Place {
    let end = url.find("/api/conversations/").unwrap_or(url.len());
    Place::read(url.get(..end).unwrap_or(url))
}
