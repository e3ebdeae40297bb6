//! Between the session and the outside: its outputs, the demo agent's frames, what is spoken.

use super::App;
use super::msg::{Output, Theme};
use super::view::Window;
use crate::demo;
use crate::embed::{self, HostMessage, HostNews};
use crate::io::{Action, Happening};
use crate::model::{Body, Cost, Instant, Item, ProseState};
use crate::protocol::Ids;
use crate::session::{self, Change, Input, Phase, Session};
use crate::words::{self, asides};

impl App {
    /// Tells the session one thing and passes on what it asks.
    pub(super) fn tell(&mut self, input: Input, now: Instant) {
        let Some(session) = &mut self.session else {
            return;
        };
        session.handle(input, now);
        let outputs: Vec<session::Output> = std::iter::from_fn(|| session.poll()).collect();
        for output in outputs {
            self.pass_on(output, now);
        }
    }

    pub(super) fn happened(&mut self, happening: Happening, now: Instant) {
        // What was said before the page was opened is not spoken; what a gap has kept back is.
        let history = matches!(happening, Happening::Answered { .. });
        let behind = self.session.as_ref().is_some_and(Session::is_behind);
        self.catching_up = behind || history && !self.caught_up;
        self.caught_up |= history;
        self.tell(Input::Happened(happening), now);
        self.catching_up = false;
        if history {
            self.find_place();
        }
    }

    /// Ends the session at hand; gives the numbers to go on from.
    pub(super) fn leave(&mut self, now: Instant) -> Ids {
        self.tell(Input::Disconnect, now);
        self.announced.clear();
        self.demo_sockets.clear();
        self.demo = demo::DemoAgent::default();
        self.session.as_ref().map(Session::ids).unwrap_or_default()
    }

    fn pass_on(&mut self, output: session::Output, now: Instant) {
        match output {
            session::Output::Io(action) => self.act(action, now),
            session::Output::Changed(Change::Listed(page)) => self.listed_page(page),
            session::Output::Changed(Change::Exported(json)) => self.exported(json),
            session::Output::Changed(Change::Elsewhere { id, name, text }) => {
                self.news_elsewhere(&id, (&name, &text), now);
            }
            session::Output::Changed(change) => self.changed(change),
            session::Output::Logged(event) => self.logged(*event, now),
            session::Output::Whole(key) => self.whole(&key),
            session::Output::Traced(trace) => {
                self.pass_to_followers(&trace);
                let line = self.tracer.keep(trace, self.view.inspecting);
                self.outputs
                    .extend(line.map(|line| Output::Trace(Some(line))));
            }
        }
    }

    /// Does an action, or has the demo agent do it.
    fn act(&mut self, action: Action, now: Instant) {
        match action {
            Action::Open { socket, url } if url.starts_with(demo::ADDRESS) => {
                self.demo_sockets.push(socket);
                self.demo.connect(socket, now);
            }
            Action::Send { socket, frame } if self.demo_sockets.contains(&socket) => {
                self.demo.receive(socket, &frame, now);
            }
            Action::Close { socket, .. } if self.demo_sockets.contains(&socket) => {
                self.demo.disconnect(socket);
            }
            Action::Fetch { request, what } if what.url.starts_with(demo::ADDRESS) => {
                self.demo.request(request, now);
            }
            action => self.outputs.push_back(Output::Io(action)),
        }
    }

    /// Hands the session what the demo agent has by now.
    pub(super) fn run_demo(&mut self, now: Instant) {
        while let Some(happening) = self.demo.poll(now) {
            self.happened(happening, now);
        }
    }

    fn changed(&mut self, change: Change) {
        self.note(&change);
        match &change {
            Change::Inserted { item, .. } | Change::Updated(item) => self.announce(item),
            Change::Known => self.now_known(),
            Change::Connection(phase) => {
                if !matches!(phase, Phase::Connecting { .. } | Phase::Open { .. }) {
                    self.view.progress = None;
                }
                self.remotes.ask();
                self.pass_phase(phase);
                self.export_at(phase);
            }
            Change::Titled(title) => self.titled(title),
            Change::Named(id) => self.named(id),
            Change::Progress(what) => {
                self.view.progress = what.as_deref().map(words::progress);
            }
            Change::Run(run) if *run != session::Run::Starting => self.view.progress = None,
            Change::Cost(cost) => self.costs(cost),
            Change::Capabilities(can) => self.remotes.can(*can),
            Change::Confirms(what) => self.view.confirms = Some(*what),
            Change::Templates(names) => self.view.templates.clone_from(names),
            Change::Suggests(what) => self.view.offers.clone_from(what),
            Change::Switchers(what) => self.view.switchers.clone_from(what),
            Change::Dressed(dress) => self.view.dress = dress.clone(),
            Change::Came(name) => self.said.came(name),
            Change::TooOften { until } => self.view.too_often = Some(*until),
            Change::Renamed { id, title } => self.renamed_there(id, title),
            Change::Deleted(id) => self.deleted_there(id),
            Change::NotDone(why) => self.toast(asides::not_done(why)),
            _ => {}
        }
        self.outputs.push_back(Output::Session(change));
    }

    /// What it has cost so far; of the model's window a server may say nothing.
    fn costs(&mut self, cost: &Cost) {
        self.view.cost = words::cost(cost);
        let hundredfold = cost.context.saturating_mul(100);
        if let Some(percent) = hundredfold.checked_div(cost.window) {
            let percent = percent.min(100);
            let words = words::window(cost.context, cost.window, percent);
            self.view.window = Some(Window { percent, words });
        }
    }

    /// What the person called it stands.
    fn titled(&mut self, title: &str) {
        if !self.conversation.renamed {
            self.conversation.title = Some(title.to_owned());
            self.view.subject = self.conversation.title.clone();
        }
    }

    /// The server has spoken: after a reload, this conversation has a history.
    fn now_known(&mut self) {
        self.conversation.known = true;
    }

    /// Says a finished item to screen readers, once; what the history brings back is not spoken.
    fn announce(&mut self, item: &Item) {
        let finished = match &item.body {
            Body::Agent(prose) => prose.state == ProseState::Done,
            Body::Approval(_) | Body::Notice(_) | Body::Error(_) => true,
            Body::User(_) | Body::Reasoning(_) | Body::Tool(_) => false,
        };
        if finished && self.announced.add(item.id) && !self.catching_up {
            self.note_answer();
            let text = words::spoken(&item.body, self.has_fragments());
            self.outputs.push_back(Output::Announce(text));
        }
    }

    /// A message of the page that embeds this one; only those that the operator lists are heard.
    pub(super) fn hosted(&mut self, origin: &str, data: &str) {
        match embed::parse(origin, data, &self.config.hosts) {
            Ok(HostMessage::Theme(word)) => {
                self.view.theme = Theme::parse(word).unwrap_or_default();
            }
            Ok(HostMessage::Prompt(text)) => self.outputs.push_back(Output::Compose(text)),
            // Other scripts of the host page post messages of their own.
            Err(_) => {}
        }
    }

    /// Tells the pages that may embed this one that they are heard from now on.
    pub(super) fn ready_for_hosts(&mut self) {
        if self.view.embedded {
            let data = HostNews::Ready.json();
            let posts = self.config.hosts.iter().map(|origin| Output::Post {
                origin: origin.clone(),
                data: data.clone(),
            });
            self.outputs.extend(posts);
        }
    }
}
