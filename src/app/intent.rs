//! What the person does.

use super::link;
use super::memory::{LastConversation, LastServer, Unsettled};
use super::msg::{Intent, Output, Theme};
use super::{App, Target};
use crate::model::{Attachment, ConversationId, Instant};
use crate::protocol::{Setup, descriptor};
use crate::session::{Birth, Change, Input, Phase, Policy, Run, Session};
use crate::words::asides;

impl App {
    pub(super) fn did(&mut self, intent: Intent, now: Instant) {
        match intent {
            Intent::Connect {
                server,
                url,
                strict,
            } => self.connect(&server, &url, strict, now),
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
            } => {
                self.tell(
                    Input::Answer {
                        id,
                        approved,
                        remember,
                    },
                    now,
                );
            }
            Intent::Stop => self.tell(Input::Stop, now),
            Intent::Pause(paused) => self.tell(Input::Pause(paused), now),
            Intent::GiveUp => self.tell(Input::GiveUp, now),
            Intent::KeepWaiting => self.tell(Input::KeepWaiting, now),
            Intent::Reset => self.tell(Input::Reset, now),
            Intent::NewConversation => self.new_conversation(now),
            Intent::Draft(draft) => self.drafted(&draft),
            Intent::Theme(theme) => self.themed(theme),
            Intent::Dismiss(id) => self.view.toasts.retain(|toast| toast.id != id),
            Intent::Inspect(open) => self.inspect(open),
            Intent::ClearTrace => self.clear_trace(),
        }
    }

    /// The settings form or a link's dialog: the person has said so, and it is remembered.
    fn connect(&mut self, server: &str, url: &str, strict: bool, now: Instant) {
        let Some(protocol) = descriptor(server) else {
            return self.toast(asides::unknown_server(server));
        };
        let url = match link::address(url, self.secure) {
            _ if !protocol.has_address() => crate::demo::ADDRESS.to_owned(),
            Ok(address) => address.url,
            Err(sentence) => return self.toast(sentence),
        };
        let linked = self
            .pending
            .take()
            .filter(|pending| pending.target.url == url);
        self.view.link = None;
        let conversation = linked.and_then(|pending| pending.target.conversation);
        let server = server.to_owned();
        let kept = self.memory.keep_server(&LastServer {
            server,
            url: url.clone(),
            strict,
        });
        self.outputs.extend(kept);
        self.open(
            Target {
                protocol,
                url,
                strict,
                conversation,
            },
            now,
        );
    }

    fn decline(&mut self, now: Instant) {
        self.view.link = None;
        self.pending = None;
        self.open_usual(None, now);
    }

    fn new_conversation(&mut self, now: Instant) {
        let Some(mut target) = self.target.clone() else {
            return;
        };
        target.conversation = None;
        let LastConversation { id, known, outbox } = &mut self.conversation;
        *id = self.random.uuid();
        *known = false;
        let left = std::mem::take(outbox);
        self.keep_conversation_of(&target);
        self.open(target, now);
        self.give_back(&left);
    }

    /// Puts what was never sent back into the message box, where it is not sent by itself.
    fn give_back(&mut self, left: &[Unsettled]) {
        let unsent = left.iter().filter(|message| !message.doubtful);
        let draft = self.memory.draft().filter(|draft| !draft.is_empty());
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

    fn keep_conversation_of(&mut self, target: &Target) {
        let kept =
            self.memory
                .keep_conversation(target.protocol.name, &target.url, &self.conversation);
        self.outputs.extend(kept);
    }

    /// Ends the session at hand and begins one with that server.
    pub(super) fn open(&mut self, target: Target, now: Instant) {
        let ids = self.leave(now);
        let (conversation, left) = self.conversation_for(&target);
        self.conversation = conversation;
        self.give_back(&left);
        let setup = Setup {
            url: target.url.clone(),
            conversation: ConversationId::new(self.conversation.id.clone()),
            fresh: !self.conversation.known && target.conversation.is_none(),
            strict: target.strict,
        };
        let stale = self.conversation.known || target.conversation.is_some();
        self.caught_up = !stale;
        let birth = Birth {
            seed: self.random.next(),
            ids,
            stale,
            log: Vec::new(),
            whole: None,
        };
        let session = Session::new((target.protocol.make)(setup), Policy::default(), birth);
        self.view.server = target.protocol.name.to_owned();
        self.view.label = target.protocol.label.to_owned();
        self.view.url = if target.protocol.has_address() {
            target.url.clone()
        } else {
            String::new()
        };
        self.view.conversation = self.conversation.id.clone();
        self.view.strict = target.strict;
        self.view.subject = None;
        self.view.progress = None;
        self.view.cost = None;
        let demo = !target.protocol.has_address();
        self.view.suggestions = match demo {
            true => crate::demo::SUGGESTIONS.map(str::to_owned).to_vec(),
            false => asides::SUGGESTIONS.map(str::to_owned).to_vec(),
        };
        self.keep_conversation_of(&target);
        self.target = Some(target);
        self.session = Some(session);
        self.greet(demo, now);
    }

    fn greet(&mut self, demo: bool, now: Instant) {
        self.outputs.push_back(Output::Session(Change::Cleared));
        self.outputs
            .push_back(Output::Session(Change::Connection(Phase::Idle)));
        self.outputs
            .push_back(Output::Session(Change::Run(Run::Idle)));
        self.restore(now);
        if !self.online && !demo {
            self.tell(Input::Online(false), now);
        }
        self.tell(Input::Connect, now);
    }

    /// Brings back what no sign had come of when the page was left.
    fn restore(&mut self, now: Instant) {
        let (without, kept): (Vec<_>, Vec<_>) = self
            .conversation
            .outbox
            .clone()
            .into_iter()
            .partition(|message| message.attached && !message.doubtful);
        for message in kept {
            let text = message.text;
            self.tell(
                match message.doubtful {
                    true => Input::Doubt { text },
                    false => Input::Send {
                        text,
                        attachments: Vec::new(),
                    },
                },
                now,
            );
        }
        if !without.is_empty() {
            self.toast(asides::ATTACHMENT_LOST.to_owned());
            self.give_back(&without);
        }
    }

    /// The conversation to open: the link's, else the last with that server, else a new one; and
    /// what waited in the last one, if that is another.
    fn conversation_for(&mut self, target: &Target) -> (LastConversation, Vec<Unsettled>) {
        let last = self.memory.conversation(target.protocol.name, &target.url);
        // The demo forgets with the page, so it always begins anew.
        let last = last.filter(|_| target.protocol.has_address());
        let wanted = target.conversation.as_ref();
        match last {
            Some(last) if wanted.is_none_or(|id| *id == last.id) => (last, Vec::new()),
            other => {
                let id = wanted.cloned().unwrap_or_else(|| self.random.uuid());
                let new = LastConversation {
                    id,
                    ..LastConversation::default()
                };
                (new, other.map(|last| last.outbox).unwrap_or_default())
            }
        }
    }

    fn send(&mut self, text: String, attachments: Vec<Attachment>, now: Instant) {
        let text = match text.trim() {
            "" if attachments.is_empty() => return,
            // Some generations refuse a picture without words.
            "" => asides::SEE_ATTACHMENT.to_owned(),
            _ => text.trim_end().to_owned(),
        };
        let kept = self.memory.keep_draft("");
        self.outputs.extend(kept);
        self.tell(Input::Send { text, attachments }, now);
    }

    fn drafted(&mut self, draft: &str) {
        let kept = self.memory.keep_draft(draft);
        self.outputs.extend(kept);
    }

    fn themed(&mut self, theme: Theme) {
        self.view.theme = theme;
        let kept = self.memory.keep_theme(theme);
        self.outputs.extend(kept);
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
