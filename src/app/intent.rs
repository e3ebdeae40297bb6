//! What the person does.

use super::link;
use super::msg::{Intent, Output, Theme};
use super::said::{Kept, Said};
use super::shelf::LastServer;
use super::tabs::Tab;
use super::transcript::{Opening, Transcript};
use super::{App, Target};
use crate::model::{Attachment, ConversationId, Dress, EventKey, Instant};
use crate::protocol::{Ids, Setup, Start, descriptor};
use crate::session::{Birth, Change, Input, Phase, Policy, Run, Session};
use crate::storage::StorageError;
use crate::storage::record::{Conversation, Outgoing};
use crate::words::asides;

impl App {
    pub(super) fn did(&mut self, intent: Intent, now: Instant) {
        if matches!(intent, Intent::Send { .. }) {
            self.view.offers.clear();
        }
        // There is nothing to do it with yet.
        let waits = match &intent {
            Intent::Send { .. } | Intent::NewConversation | Intent::Begin(_) => true,
            Intent::List(what) => what.waits(),
            _ => false,
        };
        if waits && self.opening.is_some() {
            return self.held.push(intent);
        }
        let own = match self.tab.following {
            true => self.hand_over(intent, now),
            false => Some(intent),
        };
        if let Some(intent) = own {
            self.do_here(intent, now);
        }
    }

    fn do_here(&mut self, intent: Intent, now: Instant) {
        match intent {
            Intent::Connect {
                server,
                url,
                strict,
                dialect,
                key,
                remember,
            } => {
                let last = LastServer {
                    server,
                    url,
                    strict,
                    dialect,
                };
                self.connect(last, key, remember, now);
            }
            Intent::ForgetKey { server, url } => self.forget_key_at(&server, &url),
            Intent::DeclineLink => self.decline(now),
            Intent::Disconnect => self.tell(Input::Disconnect, now),
            Intent::RetryNow => self.tell(Input::RetryNow, now),
            Intent::Send { text, attachments } => self.send(text, attachments, now),
            Intent::Edit { id, text } => self.tell(Input::Edit { id, text }, now),
            Intent::Hold(id) => self.tell(Input::Hold(id), now),
            Intent::Withdraw(id) => self.tell(Input::Withdraw(id), now),
            Intent::SendNow(id) => self.tell(Input::SendNow(id), now),
            Intent::Answer {
                id,
                approved,
                remember,
                reason,
            } => {
                self.tell(
                    Input::Answer {
                        id,
                        approved,
                        remember,
                        reason,
                    },
                    now,
                );
            }
            Intent::Stop => self.tell(Input::Stop, now),
            Intent::Pause(paused) => self.tell(Input::Pause(paused), now),
            Intent::Export => self.export(now),
            Intent::End => self.tell(Input::End, now),
            Intent::GiveUp => self.tell(Input::GiveUp, now),
            Intent::KeepWaiting => self.tell(Input::KeepWaiting, now),
            Intent::Reset => self.tell(Input::Reset, now),
            Intent::NewConversation => self.new_conversation(now),
            Intent::Begin(start) => self.begin_anew(start, now),
            Intent::Typing(writes) => self.tell(Input::Typing(writes), now),
            Intent::Ask(command) => self.tell(Input::Ask(command), now),
            Intent::GoTo(id) => self.go_to(id),
            Intent::List(what) => self.listing(what, now),
            Intent::Scrolled { conversation, at } => self.scrolled(&conversation, at),
            Intent::Draft(draft) => self.drafted(&draft),
            Intent::Theme(theme) => self.themed(theme),
            Intent::Dismiss(id) => self.view.toasts.retain(|toast| toast.id != id),
            Intent::Inspect(open) => self.inspect(open),
            Intent::ClearTrace => self.clear_trace(),
        }
    }

    /// The settings form or a link's dialog: the person has said so, and it is remembered.
    fn connect(&mut self, mut last: LastServer, key: String, remember: bool, now: Instant) {
        let Some(protocol) = descriptor(&last.server) else {
            return self.toast(asides::unknown_server(&last.server));
        };
        let (url, inside) = match link::place(protocol, &last.url, self.secure) {
            _ if !protocol.has_address() => (crate::demo::ADDRESS.to_owned(), None),
            Ok(address) => (address.url, address.key),
            Err(sentence) => return self.toast(sentence),
        };
        let linked = self
            .pending
            .take()
            .filter(|pending| pending.target.url == url);
        self.view.link = None;
        let (conversation, room, linked) = match linked {
            Some(pending) => (pending.target.conversation, pending.room, pending.key),
            // The conversation that a link named stays the one that is meant.
            None => (self.named_at(&last.server, &url), None, None),
        };
        let typed = Some(key.trim().to_owned()).filter(|key| !key.is_empty());
        if protocol.key {
            let key = typed.or(inside).or(linked);
            self.take_key(&last.server, &url, key, remember);
        }
        last.url.clone_from(&url);
        let (strict, dialect) = (last.strict, last.dialect);
        self.shelf.keep_server(&last);
        self.open(
            Target {
                protocol,
                url,
                strict,
                dialect,
                conversation,
            },
            now,
        );
        self.invite(room);
    }

    /// The conversation that a link named, if it was at that server.
    fn named_at(&self, server: &str, url: &str) -> Option<String> {
        let target = self.target.as_ref()?;
        let same = target.protocol.name == server && target.url == url;
        target.conversation.clone().filter(|_| same)
    }

    fn forget_key_at(&mut self, server: &str, url: &str) {
        let protocol = descriptor(server);
        let place = protocol.map(|protocol| link::place(protocol, url, self.secure));
        if let Some(Ok(address)) = place {
            self.forget_key(server, &address.url);
        }
    }

    fn decline(&mut self, now: Instant) {
        self.view.link = None;
        self.pending = None;
        self.open_usual(None, now);
    }

    pub(super) fn new_conversation(&mut self, now: Instant) {
        let Some(mut target) = self.target.clone() else {
            return;
        };
        target.conversation = None;
        let conversation = self.begun(&target, now);
        self.put_down();
        self.open_conversation(target, conversation, Some(Transcript::default()), now);
    }

    /// Begins one with what was chosen for it, which the next time begins from.
    fn begin_anew(&mut self, start: Start, now: Instant) {
        if let Some(target) = &self.target {
            let server = (target.protocol.name, target.url.as_str());
            self.shelf.keep_start(server, &start);
        }
        self.begin_with = start;
        self.new_conversation(now);
    }

    /// A conversation that begins now, under a name of ours; one that was named is somewhere
    /// already, and is not to be made.
    fn begun(&mut self, target: &Target, now: Instant) -> Conversation {
        let id = target.conversation.clone();
        let known = id.is_some();
        let id = ConversationId::new(id.unwrap_or_else(|| self.random.uuid()));
        Conversation {
            known,
            ..Conversation::new(target.protocol.name, &target.url, id, now)
        }
    }

    /// Puts what was never sent back into the message box, where it is not sent by itself.
    fn give_back(&mut self, left: &[Outgoing]) {
        let unsent = left.iter().filter(|message| !message.doubtful);
        let draft = Some(self.draft.as_str()).filter(|draft| !draft.is_empty());
        let texts = draft
            .into_iter()
            .chain(unsent.map(|message| message.text.as_str()));
        let texts: Vec<&str> = texts.collect();
        if texts.len() > usize::from(draft.is_some()) {
            let text = texts.join("\n\n");
            self.drafted(&text);
            self.outputs.push_back(Output::Compose(text));
            self.toast(asides::GIVEN_BACK.to_owned());
        }
    }

    /// Opens the conversation that is meant: the link's, else the last with that server, else a new
    /// one.
    pub(super) fn open(&mut self, target: Target, now: Instant) {
        let (server, url) = (target.protocol.name, target.url.as_str());
        let wanted = target.conversation.as_deref();
        match self.shelf.conversation(server, url, wanted).cloned() {
            Some(known) if target.protocol.has_address() => self.reopen(target, known, now),
            _ => {
                let begun = self.begun(&target, now);
                self.open_conversation(target, begun, Some(Transcript::default()), now);
            }
        }
    }

    /// Ends the session at hand and reads what is kept of another conversation.
    pub(super) fn reopen(&mut self, target: Target, conversation: Conversation, now: Instant) {
        self.open_conversation(target, conversation, None, now);
    }

    /// Ends the session at hand, and begins one once the conversation is read, and it is known
    /// which tab holds it. The demo forgets with the page, so every tab has its own.
    fn open_conversation(
        &mut self,
        target: Target,
        conversation: Conversation,
        transcript: Option<Transcript>,
        now: Instant,
    ) {
        self.end_session(now);
        let is_same =
            |known: &Target| known.protocol.name == target.protocol.name && known.url == target.url;
        if !self.target.as_ref().is_some_and(is_same) {
            self.outputs.push_back(Output::LeaveRoom);
        }
        self.shelf.catalogue.touch();
        let shared = target.protocol.has_address();
        let name = shared.then(|| conversation.name());
        self.outputs.push_back(Output::Claim(name));
        self.opening = Some(Opening {
            target,
            conversation,
            transcript,
            ours: (!shared).then_some(true),
            granted: false,
            handed: Vec::new(),
        });
        self.opened(now);
    }

    pub(super) fn end_session(&mut self, now: Instant) {
        self.exporting = false;
        self.put_away(now);
        self.last_ids = self.leave(now).last();
        self.session = None;
        self.outgoing.clear();
        self.said = Said::default();
        self.opening = None;
        self.tab = Tab::default();
        self.outputs.push_back(Output::Session(Change::Cleared));
        self.outputs
            .push_back(Output::Session(Change::Connection(Phase::Idle)));
        self.outputs
            .push_back(Output::Session(Change::Run(Run::Idle)));
    }

    /// Begins a session with what is kept of the conversation.
    pub(super) fn begin_session(
        &mut self,
        target: Target,
        conversation: Conversation,
        transcript: Transcript,
        ours: bool,
        now: Instant,
    ) {
        self.conversation = conversation;
        self.swept = false;
        self.conversation.unread &= self.hidden;
        self.note.before.clone_from(&self.conversation.preview);
        self.shelf.catalogue.touch();
        let key = self.key_to(target.protocol.name, &target.url);
        let fresh = !self.conversation.known && target.conversation.is_none();
        let start = std::mem::take(&mut self.begin_with);
        let (said, kept) = match target.protocol.forgets {
            true => Said::read(&transcript.events),
            false => <(Said, Kept)>::default(),
        };
        let sound = kept.sound;
        let setup = Setup {
            url: target.url.clone(),
            key: key.filter(|_| target.protocol.key),
            conversation: self.conversation.id.clone(),
            fresh,
            strict: target.strict,
            dialect: target.dialect,
            others: self.others(&target),
            came: said.names(),
            // Of one that there is, the beginning is over.
            start: if fresh { start } else { Start::default() },
        };
        let stale = self.conversation.known || target.conversation.is_some();
        self.caught_up = !stale;
        let protocol = (target.protocol.make)(setup);
        let whole = self.conversation.whole.clone();
        let whole = match transcript.torn {
            Some(torn) => torn.min(whole),
            None => whole,
        };
        let stored = transcript.events.iter();
        let birth = Birth {
            seed: self.random.next(),
            ids: Ids::above(self.last_ids),
            stale,
            said: kept.bodies,
            log: stored
                .filter_map(|event| protocol.tell(&event.key, &event.json))
                .collect(),
            whole: whole.map(EventKey::new),
        };
        self.said = said;
        let demo = !target.protocol.has_address();
        self.dress(&target);
        self.remotes.turn_to(&target);
        if !demo {
            self.shelf.opened(&self.conversation);
            if self.view.memory_only {
                self.not_kept(StorageError::Unavailable);
            }
        }
        self.target = Some(target);
        let session = Session::new(protocol, Policy::default(), birth);
        self.said.became(session.items(), sound);
        self.session = Some(session);
        self.view.elsewhere = !ours;
        // What the session begins with was said before.
        self.catching_up = true;
        match ours {
            true => self.restore(transcript.outbox, now),
            false => self.follow(now),
        }
        if ours {
            if !self.online && !demo {
                self.tell(Input::Online(false), now);
            }
            // Nothing that was said behind it may go to what was to be forgotten.
            if self.conversation.resetting {
                self.tell(Input::Reset, now);
            }
            self.tell(Input::Connect, now);
        }
        self.catching_up = false;
        self.said.settled();
        self.begin_place();
    }

    /// What the screen says of the conversation.
    fn dress(&mut self, target: &Target) {
        let demo = !target.protocol.has_address();
        let view = &mut self.view;
        if view.server != target.protocol.name || view.url != target.url {
            view.templates.clear();
        }
        target.protocol.name.clone_into(&mut view.server);
        target.protocol.label.clone_into(&mut view.label);
        view.url = if demo {
            String::new()
        } else {
            target.url.clone()
        };
        self.conversation
            .id
            .as_str()
            .clone_into(&mut view.conversation);
        view.strict = target.strict;
        view.dialect = target.dialect;
        view.offers.clear();
        view.switchers.clear();
        view.dress = Dress::default();
        view.too_often = None;
        view.subject.clone_from(&self.conversation.title);
        view.progress = None;
        view.cost = None;
        view.window = None;
        view.confirms = None;
        view.start = self.shelf.start((target.protocol.name, &target.url));
        view.suggestions = match demo {
            true => crate::demo::SUGGESTIONS.map(str::to_owned).to_vec(),
            false => asides::suggestions(target.protocol.name)
                .map(str::to_owned)
                .to_vec(),
        };
        self.show_key();
    }

    /// Puts what was being written here into the message box, above what stands in it already.
    fn take_up(&mut self) {
        let kept = self.conversation.draft.as_str();
        if self.draft.contains(kept) {
            return;
        }
        let draft = match kept.contains(&self.draft) {
            true => kept.to_owned(),
            false => [kept, "\n\n", &self.draft].concat(),
        };
        self.drafted(&draft);
        self.outputs.push_back(Output::Compose(draft));
    }

    /// Brings back what was being written, and what no sign had come of when the page was left.
    fn restore(&mut self, outbox: Vec<Outgoing>, now: Instant) {
        self.take_up();
        self.outgoing.clone_from(&outbox);
        let (without, kept): (Vec<_>, Vec<_>) = outbox
            .into_iter()
            .partition(|message| message.incomplete && !message.doubtful);
        for message in kept {
            self.tell(
                Input::Given {
                    state: message.state(),
                    id: message.transaction,
                    text: message.text,
                    attachments: message.attachments,
                },
                now,
            );
        }
        if !without.is_empty() {
            self.toast(asides::ATTACHMENT_LOST.to_owned());
            self.give_back(&without);
        }
    }

    fn send(&mut self, text: String, attachments: Vec<Attachment>, now: Instant) {
        let Some(text) = sendable(&text, &attachments) else {
            return;
        };
        self.drafted("");
        self.tell(Input::Send { text, attachments }, now);
    }

    pub(super) fn drafted(&mut self, draft: &str) {
        draft.clone_into(&mut self.draft);
        if self.is_demo() {
            self.shelf.keep_draft(draft);
        } else {
            self.shelf.keep_draft("");
            draft.clone_into(&mut self.conversation.draft);
        }
    }

    fn themed(&mut self, theme: Theme) {
        self.view.theme = theme;
        self.shelf.keep_theme(theme);
    }

    fn inspect(&mut self, open: bool) {
        self.view.inspecting = open;
        if open {
            self.outputs.push_back(Output::Trace(None));
            let lines = self.tracer.lines();
            self.outputs
                .extend(lines.into_iter().map(|line| Output::Trace(Some(line))));
        }
    }

    fn clear_trace(&mut self) {
        self.tracer.clear();
        self.outputs.push_back(Output::Trace(None));
    }
}

/// The text as it is sent; `None` where there is nothing to send.
pub(super) fn sendable(text: &str, attachments: &[Attachment]) -> Option<String> {
    match text.trim() {
        "" if attachments.is_empty() => None,
        // Some generations refuse a picture without words.
        "" => Some(asides::SEE_ATTACHMENT.to_owned()),
        _ => Some(text.trim_end().to_owned()),
    }
}
