//! The message catalogue: every sentence a person reads, in one place.
//!
//! English for now; a translation is a second set of the same functions.

pub mod asides;
pub mod meet;
pub mod ui;

use serde_json::Value;

use crate::markdown::{self, fragment};
use crate::model::{Approval, Aside, Body, Confirmation, Cost, Failure, Fault, Notice, Risk};
use crate::protocol::Gone;
use crate::session::{Phase, Refusal};
use crate::wire::json;

const UNKNOWN_CONVERSATION: &str =
    "The server knows no such conversation. Begin a new one, or check the link.";

/// A notice as a sentence.
#[must_use]
pub fn notice(notice: &Notice) -> String {
    match notice {
        Notice::Reset => "The conversation was reset. The agent has forgotten what came before.".into(),
        Notice::ResetUnconfirmed => {
            "The server did not confirm the reset. It may still remember this conversation.".into()
        }
        Notice::EmptyReply => "The agent finished without an answer.".into(),
        Notice::Stopped => "Stopped.".into(),
        Notice::Muted => "Stopped here. This server cannot be told to stop: it works on in the background, and the rest of this turn is hidden.".into(),
        Notice::NotStopped => "The agent was not told to stop: there is no connection, or strict mode has no word for it. Press Stop again once you are connected.".into(),
        Notice::NotEnded => "The server did not say that it stopped its agent. Try again, or stop it on the server's own page.".into(),
        Notice::GaveUp { after } => format!(
            "Gave up after {} without a sign of the agent. A late answer is still shown.",
            span(after.0)
        ),
        Notice::HistoryBlocked { remedy } => format!(
            "The server does not let this page read its history, so messages missed while disconnected cannot be fetched. Serve Parlor from the same origin through a reverse proxy, for example with nginx: {remedy}"
        ),
        Notice::CannotAnswer => "This could not be answered: in strict mode only the frames of the server's document are sent, and it has none for that. Turn Strict off in the settings.".into(),
        Notice::Forgotten => "The server no longer remembers this conversation. What you see here is this page's own copy.".into(),
        Notice::Aside { what, .. } => aside(*what).into(),
        Notice::Paused => "Paused.".into(),
        Notice::Resumed => "Resumed.".into(),
        Notice::MayBeMissing { count } => format!(
            "Up to {count} events may be missing here: the server created them while the connection was being made, and could not be asked for them. Reload the page to ask again."
        ),
        Notice::ToolServer { name, error: None } => format!("The tool server “{name}” is connected."),
        Notice::ToolServer { name, error: Some(error) } => {
            format!("The tool server “{name}” could not be connected: {error}")
        }
        Notice::Confirms(Confirmation::Never) => "From here on the agent does not ask before it acts.".into(),
        Notice::Confirms(Confirmation::Risky) => "From here on the agent asks before it does something risky.".into(),
        Notice::Confirms(Confirmation::Always) => "From here on the agent asks before each action.".into(),
        Notice::Said { text } => format!("The server says: {text}"),
        Notice::Closed { reason } => session_closed(reason),
        Notice::Goal { objective, state } => format!("Goal, {state}: {objective}"),
        Notice::Hook { text } => format!("A hook of the server's says: {text}"),
        Notice::Tools { count: 1 } => "The agent can use 1 tool now.".into(),
        Notice::Tools { count } => format!("The agent can use {count} tools now."),
    }
}

/// Why the server has closed the conversation's session, with the next step.
fn session_closed(reason: &str) -> String {
    let why = match reason {
        "" => String::new(),
        "user_disconnect" => " because its person left, here or elsewhere".into(),
        "idle_timeout" => " because nothing was said for a while".into(),
        "expired" | "timeout" => " because its time was over".into(),
        other => [" (", other, ")"].concat(),
    };
    format!(
        "The server closed this conversation{why}. Send a message to go on, or begin a new one."
    )
}

/// The heading of something that stands folded away.
#[must_use]
pub const fn aside(what: Aside) -> &'static str {
    match what {
        Aside::SystemPrompt => "System prompt",
        Aside::Workspace => "What the agent knows of the workspace",
        Aside::Knowledge => "What the agent looked up",
        Aside::Summary => "Summary of an older part",
        Aside::Inner => "Internal event",
    }
}

/// An item as the text that a person reads: an answer as its Markdown, a tool as its result.
#[must_use]
pub fn text(body: &Body) -> String {
    match body {
        Body::User(message) => message.text.clone(),
        Body::Agent(prose) | Body::Reasoning(prose) => prose.text.clone(),
        Body::Tool(tool) => tool.result_text(),
        Body::Approval(approval) => question(approval),
        Body::Notice(what) => notice(what),
        Body::Error(fault) => error(fault),
    }
}

/// An item as a screen reader says it, once it is finished; `html` says that an answer may be a
/// fragment of HTML.
#[must_use]
pub fn spoken(body: &Body, html: bool) -> String {
    match body {
        Body::Error(fault) => format!("Error: {}", error(fault)),
        Body::Agent(prose) => spoken_part(match fragment::html(&prose.text).filter(|_| html) {
            Some(html) => fragment::words(html),
            None => markdown::plain(&markdown::parse(&prose.text)),
        }),
        other => text(other),
    }
}

/// What a tool is called on its card. What the agent mode of General Bots shows is no call, and has
/// a name of ours.
#[must_use]
pub fn tool_name(name: &str) -> &str {
    match name {
        "terminal_output" => "Terminal",
        "todo_update" => "Tasks",
        "browser_ready" => "Browser",
        "agent_status" => "Status",
        "file_created" => "New file",
        name => name,
    }
}

/// How much of an answer is spoken by itself, in characters: some minutes.
const SPOKEN: usize = 2_000;

fn spoken_part(text: String) -> String {
    match text.char_indices().nth(SPOKEN) {
        None => text,
        Some((at, _)) => {
            let part = text.get(..at).unwrap_or_default();
            format!("{part} … The answer is longer; read the rest in the conversation.")
        }
    }
}

/// What an approval asks, and how dangerous that is.
#[must_use]
pub fn question(approval: &Approval) -> String {
    [asked(approval).as_str(), approval.risk.map_or("", risk)].concat()
}

/// What an approval asks.
#[must_use]
pub fn asked(approval: &Approval) -> String {
    match (&approval.description, approval.tool.as_str()) {
        (Some(description), "") => description.clone(),
        (Some(description), tool) => format!("The agent wants to use {tool}. {description}"),
        (None, "") => "The agent asks for your approval.".into(),
        (None, tool) => match several(approval) {
            Some((names, _)) => {
                let count = names.len();
                format!("The agent asks for {count} actions at once: {tool}.")
            }
            None => format!("The agent wants to use {tool}."),
        },
    }
}

/// The calls that one answer is for, where they are several: their names and their arguments.
fn several(approval: &Approval) -> Option<(Vec<&str>, &[Value])> {
    let names: Vec<&str> = approval.tool.split(", ").collect();
    let args = approval.args.as_array()?;
    (names.len() > 1 && names.len() == args.len()).then_some((names, args))
}

/// The calls that an approval is for, each with its name and its arguments; the only one has none.
#[must_use]
pub fn calls(approval: &Approval) -> Vec<(String, String)> {
    match several(approval) {
        None => vec![(String::new(), arguments(&approval.args))],
        Some((names, args)) => {
            let calls = names.into_iter().zip(args);
            let call = |(name, args): (&str, &Value)| (name.to_owned(), arguments(args));
            calls.map(call).collect()
        }
    }
}

/// How dangerous the server finds a call, behind the sentence that says what it is.
const fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Unknown => "",
        Risk::Low => " The server rates the risk as low.",
        Risk::Medium => " The server rates the risk as medium.",
        Risk::High => " The server rates the risk as high.",
    }
}

/// The arguments of a call: a command or a piece of code as it stands, anything else as JSON.
#[must_use]
pub fn arguments(args: &Value) -> String {
    let only = args.as_object().filter(|fields| fields.len() == 1);
    let text = only.and_then(|_| json::text(args, &["command", "code"]));
    text.map_or_else(|| json::brief(args), str::to_owned)
}

/// An error as a sentence.
#[must_use]
pub fn error(fault: &Fault) -> String {
    let named = fault.code.as_deref().and_then(status);
    match (fault.message.as_str(), named) {
        ("", Some(words)) => words.into(),
        ("", None) => "The server reported an error without saying which.".into(),
        (message, _) => message.to_owned(),
    }
}

/// What a server is busy with; a name that is not known stands as it is.
#[must_use]
pub fn progress(name: &str) -> String {
    match name
        .strip_prefix("step ")
        .and_then(|step| step.split_once('/'))
    {
        Some((step, of)) => format!("Step {step} of {of}"),
        None => status(name).map_or_else(|| name.to_owned(), str::to_owned),
    }
}

/// What a conversation has cost so far; `None` where the server counts neither money nor tokens.
#[must_use]
pub fn cost(cost: &Cost) -> Option<String> {
    let tokens = cost.prompt.saturating_add(cost.completion);
    let cents = cost.micros.div_ceil(10_000);
    match (cents, tokens) {
        (0, 0) => None,
        (0, _) => Some([&grouped(tokens), " tokens"].concat()),
        _ => {
            let tokens = grouped(tokens);
            Some(format!(
                "${}.{:02}, {tokens} tokens",
                cents / 100,
                cents % 100
            ))
        }
    }
}

/// How much of what a server takes in one message is taken, in bytes.
#[must_use]
pub fn room(taken: usize, most: usize) -> String {
    let count = |bytes: usize| grouped(u64::try_from(bytes).unwrap_or(u64::MAX));
    [&count(taken), " of ", &count(most), " bytes"].concat()
}

/// When a server that was asked too often is asked again.
#[must_use]
pub fn goes_on(seconds: u64) -> String {
    [
        "Your message goes out again in ",
        &seconds.to_string(),
        " s.",
    ]
    .concat()
}

/// How much of the model's window is taken; of one that holds 100 only that part is known.
#[must_use]
pub fn window(taken: u64, holds: u64, percent: u64) -> String {
    if holds == 100 {
        return format!("{percent} %");
    }
    let (taken, holds) = (grouped(taken), grouped(holds));
    format!("{taken} of {holds} tokens, {percent} %")
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1_000), number % 1_000),
    }
}

/// What the document of General Bots says by a code, and what OpenHands says by a name alone (`RuntimeStatus` of openhands-ai 0.59.0,
/// `AppConversationStartTaskStatus` and `SandboxStatus` of 1.11.0), with the next step; `None` for a name of a newer server.
#[must_use]
pub fn status(name: &str) -> Option<&'static str> {
    Some(match name {
        "STATUS$ERROR" => "The agent stopped because of an error. Send a message to go on.",
        "STATUS$ERROR_RUNTIME_DISCONNECTED" => "The agent's workspace was disconnected.",
        "STATUS$ERROR_LLM_AUTHENTICATION" => {
            "The model refused the server's key. Check the key in the server's settings."
        }
        "STATUS$ERROR_LLM_SERVICE_UNAVAILABLE" => {
            "The model's service is unavailable. Try again later."
        }
        "STATUS$ERROR_LLM_INTERNAL_SERVER_ERROR" => {
            "The model's service failed. Send a message to try again."
        }
        "STATUS$ERROR_LLM_OUT_OF_CREDITS" => "The account at the model's service is used up.",
        "STATUS$ERROR_LLM_CONTENT_POLICY_VIOLATION" => {
            "The model's service refused the content by its policy."
        }
        "CHAT_INTERFACE$AGENT_RATE_LIMITED_MESSAGE"
        | "CHAT_INTERFACE$AGENT_RATE_LIMITED_STOPPED_MESSAGE" => {
            "The model's service limits how often it may be asked. Wait, then send a message."
        }
        "STATUS$GIT_PROVIDER_AUTHENTICATION_ERROR" => {
            "The git provider refused the server's token. Check it in the server's settings."
        }
        "STATUS$ERROR_MEMORY" => "The agent's workspace is out of memory.",
        "STATUS$LLM_RETRY" => "Asking the model again",
        "STATUS$BUILDING_RUNTIME" => "Building the workspace",
        "STATUS$STARTING_RUNTIME" => "Starting the workspace",
        "STATUS$RUNTIME_STARTED" => "The workspace has started",
        "STATUS$SETTING_UP_WORKSPACE" => "Setting up the workspace",
        "STATUS$SETTING_UP_GIT_HOOKS" | "SETTING_UP_GIT_HOOKS" => "Setting up git hooks",
        "stuck" => "The agent went in circles, so it was stopped. Tell it how to go on.",
        "WORKING" => "The server begins the conversation",
        "WAITING_FOR_SANDBOX" | "STARTING" => "The sandbox is starting",
        "RESUMING" => "The sandbox is being woken",
        "PREPARING_REPOSITORY" => "Fetching the repository",
        "RUNNING_SETUP_SCRIPT" => "Running the repository's setup script",
        "SETTING_UP_SKILLS" => "Setting up the agent's skills",
        "STARTING_CONVERSATION" | "READY" => "The agent is starting",
        "RATE_LIMITED" => "The server is asked too often. Wait a moment, then go on.",
        "INVALID_FORMAT" => {
            "The server could not read what Parlor sent. Try the other dialect in the settings, or tell whoever runs the server."
        }
        "SESSION_NOT_FOUND" => UNKNOWN_CONVERSATION,
        "SUBSCRIPTION_FAILED" => {
            "The server does not let this page follow the conversation, so answers may not arrive. Begin a new one, or check the link and the key."
        }
        _ => return None,
    })
}

/// Why a message did not arrive, with the next step.
#[must_use]
pub fn failure(failure: Failure) -> &'static str {
    match failure {
        Failure::TooLarge => {
            "Too large for this server. Copy the text and send it in parts, or send a smaller file."
        }
        Failure::Unsupported => {
            "This server cannot take such an attachment. Remove it and send the text alone."
        }
        Failure::NotUploaded => {
            "The server did not take the files, so nothing was sent. Send it again, or delete it and send the text alone."
        }
        Failure::Refused => "The server refused this message. Send it again or delete it.",
        Failure::NotReceived => "The server never received it. Send it again or delete it.",
        Failure::NotAccepted => {
            "The server did not say that it takes this message. Send it again or delete it."
        }
    }
}

/// The connection in one sentence; `seconds` until the next try where one is due.
#[must_use]
pub fn connection(phase: &Phase, server: &str, seconds: u64) -> String {
    match phase {
        Phase::Idle => "Not connected".into(),
        Phase::Connecting { attempt: 0 } => format!("Connecting to {server} …"),
        Phase::Connecting { attempt } => format!("Connecting to {server} …, try {}", attempt + 1),
        Phase::Open { .. } => format!("Connected to {server}"),
        Phase::Waiting { code, ever, .. } => {
            let why = match ever {
                false if *code == 1006 => "The server cannot be reached.".into(),
                _ => closed(*code),
            };
            match seconds {
                0 => format!("{why} Trying again now."),
                _ => format!("{why} Trying again in {seconds} s."),
            }
        }
        Phase::Offline => "No network. Parlor connects again when it is back.".into(),
        Phase::Refused { why } => refusal(why),
    }
}

/// A close code in words (RFC 6455 section 7.4.1).
#[must_use]
pub fn closed(code: u16) -> String {
    match code {
        1000 => "The server ended the connection.".into(),
        1001 => "The server is going away.".into(),
        1006 => "The connection was lost.".into(),
        1009 => "The last message was too large for the server.".into(),
        1011 => "The server had an internal error.".into(),
        1012 => "The server restarts.".into(),
        1013 => "The server is too busy.".into(),
        code => format!("The server ended the connection (code {code})."),
    }
}

fn refusal(why: &Refusal) -> String {
    match why {
        Refusal::Address { reason } if reason.is_empty() => {
            "The browser refused this address. Check it in the settings.".into()
        }
        Refusal::Address { reason } => format!("The browser refused this address: {reason}"),
        Refusal::Gone(gone) => self::gone(gone),
        Refusal::Server { code, reason } if reason.is_empty() => closed(*code),
        Refusal::Server { code, reason } => format!("{} It says: {reason}", closed(*code)),
    }
}

/// A span of milliseconds in words, rounded to what a person wants to know.
#[must_use]
pub fn span(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..10_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        10_000..120_000 => format!("{} s", millis / 1_000),
        _ => format!("{} min", millis / 60_000),
    }
}

/// A run of which nothing was heard for so long.
#[must_use]
pub fn stalled(after: crate::model::Duration) -> String {
    format!(
        "Nothing has come from the agent for {}. It may still be working.",
        span(after.0)
    )
}

/// Why a server does not go on with us, with the next step.
fn gone(gone: &Gone) -> String {
    match gone {
        Gone::UnknownConversation => UNKNOWN_CONVERSATION.into(),
        Gone::Unauthorized => {
            "The server wants a key, or another one. Enter it in the settings.".into()
        }
        Gone::NotSetUp => {
            "The server has no model set up yet. Choose one in its own settings, then try again."
                .into()
        }
        Gone::Ended => {
            "The server ended this conversation's run. Send a message to start it again.".into()
        }
        Gone::TooMany => {
            "The server ended this conversation's run because too many run at once. Stop another, then connect again."
                .into()
        }
        Gone::Asleep => {
            "The agent's sandbox is paused. Wake it, or send a message, which wakes it.".into()
        }
        Gone::NotStarted(words) if words.is_empty() => {
            "The server did not begin the conversation. Try again, or look at the server's own page.".into()
        }
        Gone::NotStarted(words) => format!(
            "The server did not begin the conversation. It says: {words} Try again, or begin another."
        ),
        Gone::Broken => {
            "The agent's sandbox has failed: this conversation can be read and not continued. Begin a new one."
                .into()
        }
        Gone::Archived => {
            "The agent's sandbox is no more: this conversation can be read and not continued. Begin a new one."
                .into()
        }
        Gone::Blocked { remedy } => format!(
            "The server does not let this page begin a conversation. Start it with {remedy}, or serve Parlor from an origin that it allows."
        ),
        Gone::Said(words) => format!("The server refuses the connection. It says: {words}"),
    }
}
