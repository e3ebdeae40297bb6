//! The page has loaded: whom to talk to, and about what.
//!
//! A link comes first, then what was used last, then what the operator set, then the demo. A
//! link's address waits for the person unless the operator trusts it; meanwhile the demo runs.

use super::keys::Keys;
use super::link::{self, Address, Asked};
use super::msg::{Output, Start};
use super::shelf::{LastServer, Shelf};
use super::view::Link;
use super::{App, Pending, Target};
use crate::model::Instant;
use crate::protocol::{Descriptor, Dialect, PROTOCOLS, Switch, descriptor};
use crate::random::Random;
use crate::words::asides;

impl App {
    pub(super) fn started(&mut self, start: Start, now: Instant) {
        self.random = Random::new(start.seed);
        self.secure = start.secure;
        self.online = start.online;
        self.hidden = start.hidden;
        self.view.embedded = start.embedded;
        self.view.memory_only = !start.storage;
        self.shelf = Shelf::new(&start.kept, now);
        self.keys = Keys::new(&start.tab);
        if self.shelf.unreadable > 0 {
            self.toast(asides::unreadable(self.shelf.unreadable));
        }
        self.configure(start.config.as_deref());
        let asked = link::query(&start.query);
        if let Some(query) = link::without_secrets(&start.query, &asked) {
            self.outputs.push_back(Output::Query(query));
        }
        for sentence in &asked.trouble {
            self.toast(sentence.clone());
        }
        self.view.theme = asked
            .theme
            .or_else(|| self.shelf.theme())
            .unwrap_or_default();
        self.prefill(&asked);
        self.begin(asked, now);
        self.ready_for_hosts();
    }

    fn configure(&mut self, config: Option<&str>) {
        match config.map(link::config) {
            Some(Ok(mut config)) => {
                let trouble = std::mem::take(&mut config.trouble);
                trouble
                    .into_iter()
                    .for_each(|sentence| self.toast(sentence));
                self.config = config;
            }
            Some(Err(sentence)) => self.toast(sentence),
            None => {}
        }
        let title = self.config.title.clone();
        self.view.title = title.unwrap_or_else(|| "Parlor".to_owned());
    }

    /// A link's text goes into the composer and no further.
    fn prefill(&mut self, asked: &Asked) {
        let text = asked.prompt.clone();
        let text = text.unwrap_or_else(|| self.shelf.draft().to_owned());
        if !text.is_empty() {
            self.draft.clone_from(&text);
            self.outputs.push_back(Output::Compose(text));
        }
    }

    fn begin(&mut self, asked: Asked, now: Instant) {
        match link::target(&asked, self.secure) {
            Err(sentence) => {
                self.toast(sentence);
                self.open_demo(None, now);
            }
            Ok(None) => self.open_usual(asked.conversation, now),
            Ok(Some((_, None))) => self.open_demo(asked.conversation, now),
            Ok(Some((protocol, Some(address)))) => self.follow_link(protocol, address, asked, now),
        }
    }

    /// A link to a server: at once where the operator trusts it, else after the person said so.
    fn follow_link(
        &mut self,
        protocol: &'static Descriptor,
        address: Address,
        asked: Asked,
        now: Instant,
    ) {
        let target = Target {
            protocol,
            url: address.url.clone(),
            strict: asked.strict && protocol.switch == Some(Switch::Strict),
            dialect: asked.dialect,
            conversation: asked.conversation,
        };
        let key = address.key.clone().or(asked.key);
        let key = key.filter(|_| protocol.key);
        if link::is_trusted(&address, &self.config.trusted) {
            self.take_key(protocol.name, &address.url, key, false);
            self.open(target, now);
            return self.invite(asked.room);
        }
        self.view.link = Some(Link {
            server: protocol.name.to_owned(),
            label: protocol.label.to_owned(),
            url: address.url,
            host: address.host,
            strict: target.strict,
            dialect: target.dialect,
        });
        let room = asked.room;
        self.pending = Some(Pending { target, room, key });
        self.open_demo(None, now);
    }

    /// What was used last, else what the operator set, else the demo.
    pub(super) fn open_usual(&mut self, conversation: Option<String>, now: Instant) {
        let set = self.config.server.clone().map(|server| LastServer {
            server,
            url: self.config.url.clone().unwrap_or_default(),
            strict: false,
            dialect: Dialect::Auto,
        });
        let Some(last) = self.shelf.server().or(set) else {
            return self.open_demo(conversation, now);
        };
        let Some(protocol) = descriptor(&last.server) else {
            self.toast(asides::unknown_server(&last.server));
            return self.open_demo(conversation, now);
        };
        if !protocol.has_address() {
            return self.open_demo(conversation, now);
        }
        match link::place(protocol, &last.url, self.secure) {
            Ok(address) => {
                if self.key_to(protocol.name, &address.url).is_none() {
                    self.take_key(protocol.name, &address.url, address.key, false);
                }
                let target = Target {
                    protocol,
                    url: address.url,
                    strict: last.strict,
                    dialect: last.dialect,
                    conversation,
                };
                self.open(target, now);
            }
            Err(sentence) => {
                self.toast(sentence);
                self.open_demo(conversation, now);
            }
        }
    }

    pub(super) fn open_demo(&mut self, conversation: Option<String>, now: Instant) {
        let demo = PROTOCOLS.iter().find(|protocol| !protocol.has_address());
        if let Some(protocol) = demo {
            let url = crate::demo::ADDRESS.to_owned();
            self.open(
                Target {
                    protocol,
                    url,
                    strict: false,
                    dialect: Dialect::Auto,
                    conversation,
                },
                now,
            );
        }
    }
}
