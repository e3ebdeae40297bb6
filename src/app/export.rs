//! The open conversation as a file: as the server has it, else as far as it is kept here.

use super::App;
use super::list::name;
use super::msg::Output;
use super::transcript::Transcript;
use crate::model::Instant;
use crate::session::{Input, Phase};
use crate::words::asides;

impl App {
    pub(super) fn export(&mut self, now: Instant) {
        self.exporting = true;
        self.tell(Input::Export, now);
    }

    /// The server has given the conversation, or does not.
    pub(super) fn exported(&mut self, json: Option<String>) {
        match json {
            Some(json) if self.exporting => self.save(json),
            Some(_) => {}
            None => self.ask_store(),
        }
    }

    /// With the connection goes what was asked of the server.
    pub(super) fn export_at(&mut self, phase: &Phase) {
        if !matches!(phase, Phase::Open { .. }) {
            self.ask_store();
        }
    }

    fn ask_store(&mut self) {
        if self.exporting {
            let conversation = self.conversation.name();
            self.outputs.push_back(Output::Load(conversation));
        }
    }

    /// The store has given what it has of the conversation.
    pub(super) fn export_kept(&mut self, transcript: &Transcript) {
        if !self.exporting {
            return;
        }
        if transcript.events.is_empty() {
            self.exporting = false;
            return self.toast(asides::NOTHING_TO_SAVE.to_owned());
        }
        let mut json = String::from("[");
        for event in &transcript.events {
            if json.len() > 1 {
                json.push(',');
            }
            json.push_str(&event.json);
        }
        json.push(']');
        self.save(json);
    }

    fn save(&mut self, json: String) {
        self.exporting = false;
        let name = [name(&self.conversation), ".json"].concat();
        self.outputs.push_back(Output::Save { name, json });
    }
}
