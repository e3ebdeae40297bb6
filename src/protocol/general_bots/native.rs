//! The released servers' dialect, in its three forms.
//!
//! | | A | B | C |
//! |---|---|---|---|
//! | first frame | the event `session_start` | `connected` | `connected` with `tools` |
//! | the bot's text | `message_type` 1 | 2 | 2 |
//! | an event | `message_type` 2, JSON in `content` | same | same |
//! | the end of an answer | empty | the whole text again | empty |
//! | thinking | events | hidden | `thinking`, and JSON in `content` |
//!
//! Frames carry no identifiers, and the server does one message after the other. `is_complete` alone
//! does not say that an answer is whole: C sends its suggestions in such a frame before the answer.
//! Nothing goes out here but messages, tools and switchers.

use serde_json::Value;

use super::class::{AGENT, EVENTS};
use super::documented::{arguments, outcome};
use super::think::{self, Parting};
use super::write::{self, Names, Said, TOOL};
use super::{GeneralBots, Tongue, wait};
use crate::model::{
    Content, Cost, Dress, Duration, Notice, Suggestion, Switcher, Task, TaskState, ToolState,
};
use crate::protocol::{AgentEvent, Certainty, Out, Unsupported};
use crate::wire::json;

/// Lines of a terminal that come within so long of the first are one output.
const LINES: Duration = Duration::secs(1);

/// As much of them, in bytes, is one output however fast they come.
const MANY: usize = 16_384;

/// Which release answers, as far as its frames tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Release {
    #[default]
    Unknown,
    A,
    B,
    C,
}

/// What a suggestion that is chosen does beside its text.
#[derive(Debug)]
struct Offer {
    says: String,
    context: String,
}

/// What is known of a released server.
#[derive(Debug, Default)]
pub(super) struct Native {
    release: Release,
    /// What is on the screen of the answer that grows.
    text: String,
    /// The answer said something.
    said: bool,
    /// The server has shown that it thinks.
    thought: bool,
    /// Its reasoning came.
    reasoned: bool,
    parting: Parting,
    /// Tools of which nothing but the call is told.
    tools: Vec<String>,
    /// What comes is of a turn that was stopped.
    skipping: bool,
    /// What a terminal has said, and nobody has been told yet.
    lines: String,
    offers: Vec<Offer>,
    switchers: Vec<Switcher>,
    /// The person has said something that could be answered another way.
    pub(super) spoken: bool,
}

impl Native {
    /// Whether the server is one of release C.
    pub(super) fn is_newest(&self) -> bool {
        self.release == Release::C
    }

    /// The first frame of a connection, or the answer to who we are.
    pub(super) fn meet(&mut self, hello: &Value) {
        if hello.get("tools").is_some() {
            self.release = Release::C;
        } else if json::text(hello, &["type"]) == Some("connected") && !self.is_newest() {
            self.release = Release::B;
        }
    }

    /// The connection is lost.
    pub(super) fn cut(&mut self) {
        self.turn_over();
        self.skipping = false;
        self.lines.clear();
    }

    /// The rest of the turn, where one goes on, is not to be shown.
    pub(super) fn skip(&mut self, goes_on: bool) {
        self.skipping = goes_on;
    }

    /// Whether what comes is the rest of a turn that was stopped.
    pub(super) const fn skips(&self) -> bool {
        self.skipping
    }

    /// The conversation begins anew.
    pub(super) fn forget(&mut self, out: &mut Out<'_>) {
        self.cut();
        self.spoken = false;
        self.offers.clear();
        out.event(AgentEvent::Suggests(Vec::new()));
    }

    fn turn_over(&mut self) {
        self.text.clear();
        self.said = false;
        self.thought = false;
        self.reasoned = false;
        self.parting = Parting::default();
        self.tools.clear();
    }

    fn active(&self) -> Vec<String> {
        let on = self.switchers.iter().filter(|switcher| switcher.on);
        on.map(|switcher| switcher.id.clone()).collect()
    }

    /// A message, as this release wants it: a tool's name and a suggestion are more than their texts.
    pub(super) fn written(&self, names: Names<'_>, said: Said<'_>) -> Result<String, Unsupported> {
        let newest = self.is_newest();
        if newest && !said.attachments.is_empty() {
            return Err(Unsupported);
        }
        let tool = said.text.strip_prefix(TOOL).map(str::trim);
        let tool = tool.filter(|tool| newest && !tool.is_empty());
        let offer = self.offers.iter().find(|offer| offer.says == said.text);
        let context = offer.map(|offer| offer.context.as_str());
        let context = context.filter(|context| !context.is_empty());
        let kind = match (tool, context) {
            (Some(_), _) => write::TOOL_EXEC,
            (None, Some(_)) if !newest => write::SUGGESTION,
            _ => write::USER,
        };
        let text = tool.unwrap_or(said.text);
        let native = write::Native {
            kind,
            switchers: &self.active(),
            context,
        };
        write::native(names, Said { text, ..said }, native)
    }
}

impl GeneralBots {
    /// An answer, or a part of one, or something inside one.
    pub(super) fn answer(&mut self, frame: &Value, out: &mut Out<'_>) {
        let kind = frame.get("message_type").and_then(Value::as_i64);
        let content = json::text(frame, &["content"]).unwrap_or_default();
        let complete = json::is_true(frame, "is_complete");
        if kind == Some(1) || frame.get("stream_token").is_some() {
            self.native.release = Release::A;
        }
        if let Some(bot) = json::text(frame, &["bot_id"]).filter(|bot| !bot.is_empty()) {
            bot.clone_into(&mut self.bot);
        }
        let inner = Some(content).filter(|text| kind != Some(1) && text.starts_with('{'));
        let inner = inner.and_then(|text| serde_json::from_str::<Value>(text).ok());
        if inner.is_some_and(|inner| self.inside(&inner, out)) {
            return;
        }
        window(frame, out);
        let offers = self.offered(frame, out);
        if kind == Some(5) {
            let name = json::text(frame, &["context_name"]).unwrap_or_default();
            let text = [content, ": ", name].concat();
            let text = text.trim_end_matches(": ").to_owned();
            return out.event(AgentEvent::Notice(Notice::Said { text }));
        }
        let thinks = json::is_true(frame, "thinking");
        // Two empty frames stand before each answer of C: what was stopped is over.
        if content.is_empty() && !complete && !thinks {
            let skipped = std::mem::take(&mut self.native.skipping);
            // It had begun, and so this is the next one.
            if skipped && (self.native.said || self.native.thought) {
                self.native.turn_over();
                self.finish(Certainty::Certain, out);
            }
            if self.unanswered.is_some() {
                self.began(out);
            }
            return;
        }
        self.native.thought |= thinks;
        if self.native.skipping {
            return self.skipped(!content.is_empty(), complete, out);
        }
        match (content, complete) {
            ("", false) => self.began(out),
            ("", true) => self.ended_answer(offers, out),
            (piece, false) => self.grew(piece, out),
            (text, true) => self.whole_answer(text, out),
        }
    }

    /// Something of a turn that was stopped.
    fn skipped(&mut self, says: bool, complete: bool, out: &mut Out<'_>) {
        self.native.said |= says;
        if complete && (self.native.said || self.native.thought) {
            self.native.skipping = false;
            self.native.turn_over();
            self.finish(Certainty::Certain, out);
        }
        out.dropped();
    }

    fn grew(&mut self, piece: &str, out: &mut Out<'_>) {
        self.began(out);
        self.tools_over(out);
        for (reasoning, text) in self.native.parting.feed(piece) {
            self.told(reasoning, text, out);
        }
    }

    fn told(&mut self, reasoning: bool, text: String, out: &mut Out<'_>) {
        let native = &mut self.native;
        if reasoning {
            native.thought = true;
            native.reasoned = true;
            return out.event(AgentEvent::ReasoningDelta(text));
        }
        // An answer does not begin with the empty lines behind its reasoning.
        let text = match native.text.is_empty() && native.reasoned {
            true => text.trim_start().to_owned(),
            false => text,
        };
        if !text.is_empty() {
            native.said = true;
            native.text.push_str(&text);
            out.event(AgentEvent::TextDelta(text));
        }
    }

    /// A text that is whole: B's answer again, or one that stands by itself.
    fn whole_answer(&mut self, text: &str, out: &mut Out<'_>) {
        self.began(out);
        self.tools_over(out);
        let (thought, said) = think::part(text);
        let grown = std::mem::take(&mut self.native.text);
        // C never says an answer twice: this is another one, of a tool.
        if self.native.is_newest() && !grown.is_empty() && !said.starts_with(&grown) {
            out.event(AgentEvent::TextFinished(grown.clone()));
        }
        if !thought.is_empty() && !self.native.reasoned {
            out.event(AgentEvent::ReasoningFinished(thought));
        }
        if !said.is_empty() {
            out.event(AgentEvent::TextFinished(said));
        }
        self.native.turn_over();
        // Behind what a tool says by itself more may come.
        let again = !grown.is_empty() && !self.native.is_newest();
        self.finish(
            match again {
                true => Certainty::Certain,
                false => Certainty::Likely,
            },
            out,
        );
    }

    /// The empty end of an answer, or a frame that carries something else.
    fn ended_answer(&mut self, offers: bool, out: &mut Out<'_>) {
        for (reasoning, text) in self.native.parting.end() {
            self.told(reasoning, text, out);
        }
        self.tools_over(out);
        let native = &mut self.native;
        let waits = self.running || self.unanswered.is_some();
        let over = native.said || native.thought || waits && !offers && !native.is_newest();
        if !over {
            return;
        }
        let said = native.said;
        let text = std::mem::take(&mut native.text);
        native.turn_over();
        if !text.is_empty() {
            out.event(AgentEvent::TextFinished(text));
        } else if !said {
            out.event(AgentEvent::Notice(Notice::EmptyReply));
        }
        self.unanswered = None;
        self.finish(Certainty::Certain, out);
    }

    /// Nothing tells what a tool has answered: it is over once the answer goes on.
    fn tools_over(&mut self, out: &mut Out<'_>) {
        for name in std::mem::take(&mut self.native.tools) {
            out.event(outcome(&name, &Value::Null));
        }
    }

    /// What stands as JSON inside a text; `false` for what is none of ours, and so is a text.
    fn inside(&mut self, inner: &Value, out: &mut Out<'_>) -> bool {
        let event = json::text(inner, &["event"]).unwrap_or_default();
        let kind = json::text(inner, &["type"]).unwrap_or_default();
        match kind {
            _ if EVENTS.contains(&event) => self.event(inner, out),
            _ if !event.is_empty() && inner.get("data").is_some_and(Value::is_object) => {
                out.unknown();
            }
            _ if AGENT.contains(&kind) => self.agent(inner, out),
            "thinking" | "thinking_clear" | "tool_call" if self.native.skipping => {
                self.native.thought = true;
                out.dropped();
            }
            "thinking" => {
                let thought = json::text(inner, &["content"]).unwrap_or_default();
                self.began(out);
                self.native.thought = true;
                self.told(true, thought.to_owned(), out);
            }
            "thinking_clear" => self.native.thought = true,
            "tool_call" => {
                self.began(out);
                let call = inner.get("content").unwrap_or(inner);
                self.called(&arguments(Some(call)), out);
            }
            _ => return false,
        }
        true
    }

    /// The model calls tools, in the shape of its maker.
    fn called(&mut self, call: &Value, out: &mut Out<'_>) {
        if let Some(calls) = call.as_array() {
            return calls.iter().for_each(|call| self.called(call, out));
        }
        let function = call.get("function").unwrap_or(call);
        let name = json::text(function, &["name", "tool"]).unwrap_or("tool");
        self.native.text.clear();
        self.native.said = true;
        self.native.tools.push(name.to_owned());
        let args = json::first(function, &["arguments", "args", "params"]);
        out.event(AgentEvent::ToolCallStarted {
            call: None,
            name: name.to_owned(),
            args: match args {
                None if call.is_string() => call.clone(),
                args => arguments(args),
            },
        });
    }

    /// An event, inside a text or by itself.
    pub(super) fn event(&mut self, event: &Value, out: &mut Out<'_>) {
        let data = event.get("data").unwrap_or(&Value::Null);
        match json::text(event, &["event"]).unwrap_or_default() {
            "session_start" => {
                self.native.release = Release::A;
                self.adopt(data, out);
            }
            "session_end" => out.event(AgentEvent::Notice(Notice::Closed {
                reason: String::new(),
            })),
            "thinking_start" => {
                self.native.thought = true;
                // The server begins with the next message: what was stopped is over.
                self.native.skipping = false;
                self.began(out);
            }
            "warn" => {
                let text = json::text(data, &["message"]).unwrap_or_default();
                if text.is_empty() {
                    return out.unknown();
                }
                let text = text.to_owned();
                out.event(AgentEvent::Notice(Notice::Said { text }));
            }
            "context_usage" => match data.get("usage").and_then(json::millionths) {
                Some(used) => out.event(AgentEvent::Costs(Cost {
                    context: (used / 10_000).min(100),
                    window: 100,
                    ..Cost::default()
                })),
                None => out.unknown(),
            },
            "change_theme" => {
                let text = |keys: &[&str]| json::text(data, keys).unwrap_or_default().to_owned();
                out.event(AgentEvent::Dressed(Dress {
                    title: text(&["title", "logo_text"]),
                    color: text(&["color1"]),
                    second: text(&["color2"]),
                }));
            }
            _ => {}
        }
    }

    /// What the agent mode shows; nothing says when such a run is over.
    pub(super) fn agent(&mut self, frame: &Value, out: &mut Out<'_>) {
        let kind = json::text(frame, &["type"]).unwrap_or_default();
        if kind == "terminal_output" {
            let line = json::text(frame, &["line"]).unwrap_or_default();
            // Counted from the first of them: one that never rests is told as well.
            if self.native.lines.is_empty() {
                out.wait_for(wait::LINES, Some(LINES));
            }
            self.native.lines.push_str(&[line, "\n"].concat());
            if self.native.lines.len() >= MANY {
                self.told_lines(out);
            }
            return;
        }
        self.told_lines(out);
        match kind {
            "step_progress" => {
                let number = |key| frame.get(key).map(json::readable).unwrap_or_default();
                let step = ["step ", &number("current"), "/", &number("total")].concat();
                return out.event(AgentEvent::Progress(Some(step)));
            }
            "step_complete" => return out.event(AgentEvent::Progress(None)),
            "thought_process" => {
                let thought = json::text(frame, &["content"]).unwrap_or_default();
                if thought.is_empty() {
                    return out.unknown();
                }
                out.event(AgentEvent::ReasoningFinished(thought.to_owned()));
            }
            "todo_update" => self.done("todo_update", vec![Content::Tasks(tasks(frame))], out),
            kind => {
                let named = ["url", "path", "name", "level", "model"].into_iter();
                let words: Vec<&str> = named.filter_map(|key| frame.get(key)?.as_str()).collect();
                self.done(kind, vec![Content::Text(words.join(", "))], out);
            }
        }
        if !self.running {
            self.finish(Certainty::Likely, out);
        }
    }

    /// Something that was done, and is told at once.
    fn done(&mut self, name: &str, content: Vec<Content>, out: &mut Out<'_>) {
        out.event(AgentEvent::ToolCallStarted {
            call: None,
            name: name.to_owned(),
            args: Value::Null,
        });
        out.event(AgentEvent::ToolCallFinished {
            call: None,
            name: name.to_owned(),
            state: ToolState::Done,
            timed_out: false,
            content,
        });
    }

    /// What a terminal has said is told in one.
    pub(super) fn told_lines(&mut self, out: &mut Out<'_>) {
        let lines = std::mem::take(&mut self.native.lines);
        if !lines.is_empty() {
            out.wait_for(wait::LINES, None);
            let text = lines.trim_end().to_owned();
            self.done("terminal_output", vec![Content::Text(text)], out);
            if !self.running {
                self.finish(Certainty::Likely, out);
            }
        }
    }

    /// What a frame offers to say and to choose; `true` where it does.
    fn offered(&mut self, frame: &Value, out: &mut Out<'_>) -> bool {
        let list = |key| frame.get(key).and_then(Value::as_array);
        let filled = |key| list(key).filter(|list| !list.is_empty());
        let suggestions = filled("suggestions");
        let switchers = filled("switchers");
        if let Some(list) = suggestions {
            self.native.offers.clear();
            let mut offers = Vec::new();
            for entry in list {
                let (suggestion, context) = suggestion(entry);
                if suggestion.label.is_empty() {
                    continue;
                }
                self.native.offers.push(Offer {
                    says: suggestion.says.clone(),
                    context,
                });
                offers.push(suggestion);
            }
            out.event(AgentEvent::Suggests(offers));
        }
        if let Some(list) = switchers {
            let on = self.native.active();
            self.native.switchers = list.iter().filter_map(|of| switcher(of, &on)).collect();
            out.event(AgentEvent::Switchers(self.native.switchers.clone()));
        }
        suggestions.is_some() || switchers.is_some()
    }

    /// A way to answer is turned on or off, and goes with each message from now on; C answers the last
    /// message again, that way.
    pub(super) fn switch(&mut self, id: &str, on: bool, out: &mut Out<'_>) {
        let known = self.native.switchers.iter_mut().find(|of| of.id == id);
        match known {
            Some(switcher) => switcher.on = on,
            // A suggestion may name one of the standard ways, which is not in the list.
            None => self.native.switchers.push(Switcher {
                id: id.to_owned(),
                label: id.to_owned(),
                on,
            }),
        }
        out.event(AgentEvent::Switchers(self.native.switchers.clone()));
        let again = self.tongue == Tongue::Native && self.native.is_newest() && self.native.spoken;
        if again {
            let frame = write::switched(self.names(), self.clock, &self.native.active());
            self.write(frame, out);
            out.event(AgentEvent::AnswersAgain);
            if !self.running && self.unanswered.is_none() {
                self.muted = false;
                out.wait_for(wait::TYPING, None);
                self.began(out);
            }
        }
    }
}

/// How full the model's window is, where the frame says so.
fn window(frame: &Value, out: &mut Out<'_>) {
    let number = |key| frame.get(key).and_then(Value::as_u64).unwrap_or_default();
    let window = number("context_max_length");
    if window > 0 {
        out.event(AgentEvent::Costs(Cost {
            context: number("context_length"),
            window,
            ..Cost::default()
        }));
    }
}

/// A suggestion, and the context that goes with it. What it does stands as JSON in a text.
fn suggestion(entry: &Value) -> (Suggestion, String) {
    let of = |object: &Value, key: &str| {
        let text = json::text(object, &[key]).unwrap_or_default();
        text.to_owned()
    };
    let label = of(entry, "text");
    let action = arguments(entry.get("action"));
    let mut context = of(entry, "context");
    let mut switcher = String::new();
    let says = match json::text(&action, &["type"]).unwrap_or_default() {
        "send_message" => of(&action, "message"),
        "invoke_tool" => [TOOL, &of(&action, "tool")].concat(),
        "switch_context" => {
            switcher = of(&action, "switcher");
            String::new()
        }
        "select_context" => {
            context = of(&action, "context");
            label.clone()
        }
        _ => label.clone(),
    };
    let empty = says.is_empty() && switcher.is_empty();
    let says = if empty { label.clone() } else { says };
    let suggestion = Suggestion {
        label,
        says,
        switcher,
    };
    (suggestion, context)
}

fn switcher(entry: &Value, on: &[String]) -> Option<Switcher> {
    let id = json::text(entry, &["id"]).filter(|id| !id.is_empty())?;
    Some(Switcher {
        id: id.to_owned(),
        label: json::text(entry, &["label"]).unwrap_or(id).to_owned(),
        on: on.iter().any(|on| on == id),
    })
}

fn tasks(frame: &Value) -> Vec<Task> {
    let todos = frame.get("todos").and_then(Value::as_array);
    let task = |todo: &Value| Task {
        title: json::text(todo, &["text", "title"])
            .unwrap_or_default()
            .to_owned(),
        state: match json::is_true(todo, "done") {
            true => TaskState::Done,
            false => TaskState::Open,
        },
    };
    todos.into_iter().flatten().map(task).collect()
}
