//! The keys that servers want. One that the person gives is known to this tab alone, which forgets
//! it when it is closed, unless the person wants it remembered on this device.

use super::App;
use super::msg::Output;
use super::shelf::Shelf;

/// The keys that this tab knows, each under its name.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Those that the tab keeps.
    kept: Vec<(String, String)>,
    /// Those that are to be remembered on the device, which may not keep them.
    given: Vec<(String, String)>,
}

/// What the names of all keys begin with, in the tab's store and among the settings.
pub const KEYS: &str = "key ";

/// The name under which the key to a server is kept.
fn name(server: &str, url: &str) -> String {
    [KEYS, server, " ", url].concat()
}

impl Keys {
    /// What a tab has kept of the time before it was reloaded.
    pub(super) fn new(kept: &[(String, String)]) -> Self {
        let ours = kept.iter().filter(|(name, _)| name.starts_with(KEYS));
        Self {
            kept: ours.cloned().collect(),
            given: Vec::new(),
        }
    }

    /// What the device is seen to remember is its own from now on.
    pub(super) fn check(&mut self, shelf: &Shelf) {
        self.given.retain(|(name, _)| shelf.setting(name).is_none());
    }

    fn find(&self, name: &str) -> Option<&String> {
        find(&self.kept, name)
    }
}

fn find<'a>(keys: &'a [(String, String)], name: &str) -> Option<&'a String> {
    let found = keys.iter().find(|(known, _)| known == name);
    found.map(|(_, key)| key)
}

fn put(keys: &mut Vec<(String, String)>, name: &str, key: Option<&String>) {
    keys.retain(|(known, _)| known != name);
    keys.extend(key.map(|key| (name.to_owned(), key.clone())));
}

impl App {
    /// The key to a server: the one that was given in this tab, else the one that is remembered.
    pub(super) fn key_to(&self, server: &str, url: &str) -> Option<String> {
        let name = name(server, url);
        self.keys
            .find(&name)
            .cloned()
            .or_else(|| self.beside(&name))
    }

    /// The key that is remembered, or was to be.
    fn beside(&self, name: &str) -> Option<String> {
        let remembered = self.shelf.setting(name).map(str::to_owned);
        remembered.or_else(|| find(&self.keys.given, name).cloned())
    }

    /// The person gave a key, or wants the one that is known to be remembered.
    pub(super) fn take_key(
        &mut self,
        server: &str,
        url: &str,
        given: Option<String>,
        remember: bool,
    ) {
        let name = name(server, url);
        if remember {
            let key = given.or_else(|| self.key_to(server, url));
            self.keep_in_tab(&name, None);
            put(&mut self.keys.given, &name, key.as_ref());
            self.shelf.set(&name, key);
        } else if given.is_some() {
            self.keep_in_tab(&name, given);
        }
    }

    /// The key to a server is no longer to be remembered. This tab goes on with it.
    pub(super) fn forget_key(&mut self, server: &str, url: &str) {
        let name = name(server, url);
        if let Some(key) = self.beside(&name) {
            put(&mut self.keys.given, &name, None);
            if self.keys.find(&name).is_none() {
                self.keep_in_tab(&name, Some(key));
            }
            self.shelf.set(&name, None);
            self.show_key();
        }
    }

    /// Says what is known of the key to the server in use, and not the key.
    pub(super) fn show_key(&mut self) {
        let name = name(&self.view.server, &self.view.url);
        self.view.remembered = self.shelf.setting(&name).is_some();
        self.view.keyed = self.keys.find(&name).is_some() || self.beside(&name).is_some();
    }

    fn keep_in_tab(&mut self, name: &str, key: Option<String>) {
        if self.keys.find(name) == key.as_ref() {
            return;
        }
        put(&mut self.keys.kept, name, key.as_ref());
        let name = name.to_owned();
        self.outputs.push_back(Output::KeepInTab { name, key });
    }
}
