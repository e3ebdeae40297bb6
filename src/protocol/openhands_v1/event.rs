//! One event of the server's log: its place, and what it tells.

use serde_json::Value;

use super::{action, message, observation, state};
use crate::model::{Aside, Cost, Event, EventKey, Fault, Notice, Said, Standing, Told};
use crate::wire::{json, time};

/// What an event was found to say.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) said: Vec<Said>,
    pub(super) standing: Option<Standing>,
    pub(super) cost: Option<Cost>,
}

impl Read {
    pub(super) fn nothing() -> Self {
        Self::default()
    }

    pub(super) fn said(said: Said) -> Self {
        Self::all(vec![said])
    }

    pub(super) fn all(said: Vec<Said>) -> Self {
        Self {
            said,
            ..Self::default()
        }
    }

    pub(super) fn notice(notice: Notice) -> Self {
        Self::said(Said::Notice(notice))
    }

    /// Something that stands folded away; nothing where it has no words.
    pub(super) fn aside(what: Aside, text: &str) -> Self {
        match text.trim() {
            "" => Self::nothing(),
            _ => Self::notice(Notice::Aside {
                what,
                text: text.to_owned(),
            }),
        }
    }
}

/// Reads an event, which the server may have numbered. The flag says whether it is of a kind that is
/// known. `None` for what is no event of a log.
pub(super) fn read(mut event: Value, number: Option<u64>) -> Option<(Event, bool)> {
    let key = key(&event)?;
    slim(&mut event);
    if let (Some(number), Some(fields)) = (number, event.as_object_mut()) {
        fields.insert(NUMBER.to_owned(), number.into());
    }
    let (read, known) = match found(&event) {
        Some(read) => (read, true),
        None => (Read::aside(Aside::Inner, &json::readable(&event)), false),
    };
    let told = Told {
        at: time::read(text(&event, "timestamp")),
        said: read.said,
        standing: read.standing,
        cost: read.cost,
        number: event.get(NUMBER).and_then(Value::as_u64),
    };
    let json = event.to_string();
    Some((Event { key, json, told }, known))
}

/// Where the server's number of an event stands in what is kept of it. On the wire it stands beside
/// the event.
const NUMBER: &str = "seq";

/// What parts the time of an event from its identifier.
const MARK: char = '~';

/// The place of an event: the server writes its log in the order of these times, to the microsecond
/// and without a zone. `None` for what has no identifier.
pub(super) fn key(event: &Value) -> Option<EventKey> {
    let id = json::text(event, &["id"]).filter(|id| !id.is_empty())?;
    json::text(event, &["kind"])?;
    let stamp = text(event, "timestamp").trim_end_matches('Z');
    // A whole second is written without its fraction, and would sort behind what comes in it.
    let fraction = if stamp.contains('.') { "" } else { ".000000" };
    Some(EventKey::new(format!("{stamp}{fraction}{MARK}{id}")))
}

/// The time in a key, as the server takes it back.
pub(super) fn time_of(key: &EventKey) -> &str {
    key.as_str().split(MARK).next().unwrap_or_default()
}

/// The identifier in a key.
pub(super) fn id_of(key: &EventKey) -> &str {
    key.as_str().split(MARK).nth(1).unwrap_or_default()
}

pub(super) fn text<'a>(event: &'a Value, key: &str) -> &'a str {
    json::text(event, &[key]).unwrap_or_default()
}

fn found(event: &Value) -> Option<Read> {
    Some(match text(event, "kind") {
        "MessageEvent" => message::read(event),
        "ActionEvent" => action::read(event),
        "ObservationEvent" => observation::read(event),
        "AgentErrorEvent" => observation::failed(event),
        "UserRejectObservation" => observation::rejected(event),
        "ACPToolCallEvent" => action::foreign(event),
        "ConversationStateUpdateEvent" => state::read(event),
        "ConversationErrorEvent" => Read::said(Said::Fault(fault(event))),
        "SystemPromptEvent" => prompt(event),
        "PauseEvent" => Read::notice(Notice::Paused),
        // The call to the model was cut short, and nothing of the step goes on.
        "InterruptEvent" => Read {
            standing: Some(Standing::Idle),
            ..Read::notice(Notice::Stopped)
        },
        "Condensation" | "CondensationSummaryEvent" => {
            Read::aside(Aside::Summary, text(event, "summary"))
        }
        "HookExecutionEvent" => hook(event),
        // The risk stands with the action already.
        "SecurityAnalysisEvent"
        | "CondensationRequest"
        | "TokenEvent"
        | "LLMCompletionLogEvent" => Read::nothing(),
        _ => return None,
    })
}

/// What nothing here has a use for, and is large.
fn slim(event: &mut Value) {
    let kind = text(event, "kind").to_owned();
    let unused: &[&str] = match kind.as_str() {
        "SystemPromptEvent" => &["tools"],
        "ActionEvent" if event.get("action").is_some_and(Value::is_object) => {
            &["tool_call", "thinking_blocks"]
        }
        "HookExecutionEvent" => &["hook_input"],
        "ConversationStateUpdateEvent" if !state::is_known(text(event, "key")) => &["value"],
        _ => return,
    };
    if let Some(fields) = event.as_object_mut() {
        for name in unused {
            fields.remove(*name);
        }
    }
}

/// What went wrong, by the server's own name for it and in its words.
pub(super) fn fault(event: &Value) -> Fault {
    let code = text(event, "code");
    Fault {
        message: text(event, "detail").to_owned(),
        detail: None,
        code: Some(code.to_owned()).filter(|code| !code.is_empty()),
    }
}

fn prompt(event: &Value) -> Read {
    let part = |name: &str| text(event.get(name).unwrap_or(&Value::Null), "text");
    let mut read = Read::aside(Aside::SystemPrompt, part("system_prompt"));
    let more = Read::aside(Aside::Workspace, part("dynamic_context"));
    read.said.extend(more.said);
    read
}

/// What a hook of the server's said; one that let the call pass without a word says nothing.
fn hook(event: &Value) -> Read {
    let blocked = json::is_true(event, "blocked");
    let words = ["stderr", "reason", "error", "stdout"].map(|name| text(event, name).trim());
    let said = words.into_iter().find(|words| !words.is_empty());
    match said {
        Some(words) => Read::notice(Notice::Hook {
            text: words.to_owned(),
        }),
        None if blocked => Read::notice(Notice::Hook {
            text: text(event, "hook_command").to_owned(),
        }),
        None => Read::nothing(),
    }
}
