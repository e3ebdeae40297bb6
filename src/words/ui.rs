//! Labels, hints and short states on the screen.

use crate::model::{Confirmation, Kind, Risk, SendState, ToolState};
use crate::session::{Phase, Refusal};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $(#[doc = $text] pub const $name: &str = $text;)*
    };
}

words! {
    CONVERSATION = "Conversation";
    MESSAGE = "Message";
    COMPOSER = "Your message";
    MESSAGE_HINT = "Ask anything";
    SEND = "Send";
    STOP = "Stop";
    ATTACH = "Attach";
    RESET = "Reset conversation";
    RESET_SHORT = "Reset";
    RESET_KEEP = "Keep";
    RESET_QUESTION = "Reset this conversation?";
    RESET_EXPLAINED = "The agent forgets everything said so far, and this page is emptied. This cannot be undone.";
    END = "Stop the server's agent";
    END_SHORT = "Stop the agent";
    END_QUESTION = "Stop the server's agent?";
    END_EXPLAINED = "Everything that runs in its workspace stops with it. That makes room: a server lets only a few agents run at once. What was said stays, and your next message starts the agent again.";
    EXPORT = "Download this conversation as JSON";
    APPROVE = "Approve";
    DENY = "Deny";
    DENY_WHY = "Why? (optional)";
    ALLOW_ALWAYS = "Always allow from now on";
    ALLOW_ALWAYS_HINT = "Allow this, and do not ask again in this conversation";
    REMEMBER = "Remember";
    REMEMBER_HINT = "Do not ask again for this tool";
    EDIT = "Edit";
    SAVE = "Save";
    CANCEL = "Cancel";
    WITHDRAW = "Withdraw";
    SEND_NOW = "Send now";
    SEND_AGAIN = "Send again";
    DELETE = "Delete";
    COPY = "Copy";
    COPIED = "Copied";
    COPY_FAILED = "Copying is not allowed here";
    COPY_CODE = "Copy code";
    COPY_ANSWER = "Copy answer";
    SHOW_ALL = "Show all";
    SHOW_LESS = "Show less";
    ARGUMENTS = "Arguments";
    RESULT = "Result";
    REASONING = "Reasoning";
    DETAILS = "Details";
    INTERRUPTED = "Interrupted";
    SETTINGS = "Settings";
    SERVER = "Server";
    ADDRESS = "Address";
    STRICT = "Strict";
    STRICT_HINT = "Send only the frames that the server's document describes";
    DIALECT = "What the server speaks";
    DIALECT_AUTO = "Find out by itself";
    DIALECT_DOCUMENTED = "The document's protocol";
    DIALECT_NATIVE = "The released servers' protocol";
    DIALECT_HINT = "The document describes another protocol than the released servers speak. Parlor finds out which it is; choose one where that fails";
    KEY_IN_ADDRESS = "Key in the address";
    KEY_IN_ADDRESS_HINT = "Only for agent servers before 1.18.1, which look for the key nowhere else: what passes addresses on may write them down";
    KEY = "Key";
    KEY_NOW = "Forgotten when this tab is closed.";
    KEY_KEPT = "Kept by this browser until the box is unticked.";
    KEY_KNOWN = "A key is known. Leave this empty to go on with it.";
    KEY_REMEMBER = "Remember on this device";
    KEY_ENTER = "Enter the key";
    CONNECT = "Connect";
    DISCONNECT = "Disconnect";
    STAY = "Stay here";
    CLOSE = "Close";
    THEME = "Theme";
    THEME_SYSTEM = "System";
    THEME_LIGHT = "Light";
    THEME_DARK = "Dark";
    NEW = "New conversation";
    RUNNING = "Running";
    ON_SERVER = "On ";
    LIST_MORE = "Show more";
    CONVERSATIONS = "Conversations";
    SEARCH = "Search conversations";
    LIST_EMPTY = "No conversations found.";
    UNREAD = "Unread";
    RENAME = "Rename";
    TITLE = "Title";
    UNDO = "Undo";
    HELP = "Help";
    MORE = "Commands";
    COMMANDS_HINT = "Type to find a command";
    INSPECTOR = "Frame inspector";
    INSPECTOR_FILTER = "Filter";
    INSPECTOR_UNKNOWN = "Not understood only";
    INSPECTOR_CLEAR = "Clear";
    INSPECTOR_COPY = "Copy as fixture line";
    INSPECTOR_EMPTY = "No frame fits.";
    COMMANDS_EMPTY = "No command is called that.";
    DISMISS = "Dismiss";
    LATEST = "Jump to latest";
    TRY_NOW = "Try now";
    KEEP_WAITING = "Keep waiting";
    GIVE_UP = "Give up";
    CONTROLS = "Controls";
    LIGHT_THEME = "Light theme";
    DARK_THEME = "Dark theme";
    SYSTEM_THEME = "System theme";
    TABLE = "Table";
    TASK_DONE = "done";
    TASK_DOING = "in progress";
    PAUSE = "Pause the agent";
    RESUME = "Let the agent go on";
    PAUSED = "Paused. Let the agent go on, or send a message.";
    MESSAGE_ALLOWS = "An answer is waited for. A message sent now would allow what the agent asks for, so it waits.";
    HURRY_QUESTION = "Send it and allow the action?";
    HURRY_EXPLAINED = "The agent waits for your answer. To this server, a message that comes meanwhile means that you allow what the agent asks for.";
    HURRY_YES = "Send and allow";
    HURRY_NO = "Keep it queued";
    READ_ONLY = "This conversation can only be read.";
    ASKS = "When the agent asks before it acts";
    ASKS_UNKNOWN = "Asks: not known";
    WINDOW = "Model's window";
    WAKE = "Wake it";
    CONDENSE = "Condense the conversation";
    DISCARD = "Delete the sandbox …";
    DISCARD_QUESTION = "Delete the sandbox?";
    DISCARD_EXPLAINED = "Its files and everything that runs in it are gone for good. The conversation can only be read after that. This cannot be undone.";
    DISCARD_YES = "Delete the sandbox";
    DELETE_THERE = "Delete on the server too";
    DELETE_THERE_QUESTION = "Delete this conversation from the server?";
    DELETE_THERE_EXPLAINED = "The server forgets it, with what the agent keeps for it there. This cannot be undone.";
    BEGIN = "New conversation with …";
    BEGIN_TITLE = "New conversation";
    BEGIN_YES = "Begin";
    BEGIN_USUAL = "The server's usual";
    FOLDER = "Folder that the agent works in";
    FOLDER_HINT = "On the server's machine. Empty for the server's usual one.";
    TEMPLATE = "Sandbox";
    WILL_ASK = "The agent asks";
    MODEL = "Another model";
    MODEL_NAME = "Model";
    MODEL_NAME_HINT = "For example openai/gpt-5. Empty for the one that the server is set up with.";
    MODEL_URL = "Address of the model";
    MODEL_KEY = "Key to the model";
    MODEL_HINT = "The key goes to the server, which keeps it. It is not kept in this browser.";
    FILES = "Files of this conversation";
    FILES_EMPTY = "No files were sent in this conversation.";
    ELSEWHERE = "Open in another tab: ";
    STARTING = "The agent is starting";
    TASK_OPEN = "to do";
    LINK_QUESTION = "Connect to this server?";
    LINK_EXPLAINED = "A link asks Parlor to connect there. Your messages go to this server, so connect only if you trust it.";
    EMPTY_TITLE = "What shall we do?";
    EMPTY_DEMO = "This is a demo agent that lives in your browser. Try one of these, or choose a real server in the settings.";
    EMPTY_SERVER = "You are talking to your own agent. Type a message to begin.";
    CONNECTING = "Connecting";
    MEMORY_ONLY = "Storage is not available here, so nothing is remembered after a reload.";
    ALL_FULL = "No more of these can go with one message. Send this one first, or remove something.";
    NO_FILES = "only pictures can be sent here: PNG, JPEG, WebP or GIF";
    WRONG_FILE = "only PNG, JPEG, WebP and GIF pictures, PDF documents and audio can be sent here";
    SHRINKING = "Preparing";
    ASKING = "The agent waits for your answer";
    REMOVE = "Remove";
    NOTIFICATIONS = "Notifications";
    REMOTE_FAILED = "The picture could not be fetched. Open it in a new tab:";
    NEARLY_FULL = "This is nearly as much as the server takes in one message.";
    OVERFULL = "This is more than the server takes in one message. Shorten it, or send it in parts.";
    OVERFULL_PICTURE = "With the picture, this is more than the server takes in one message.";
    SHRINK = "Shrink the picture";
    CANNOT_SHRINK = "The picture cannot be made small enough for this message. Remove it, or shorten the text.";
    TOO_OFTEN = "The server asks for fewer messages.";
    OFFERS = "Suggestions";
    SWITCHERS = "Ways to answer";
    SHORTCUTS = "Keyboard shortcuts";
}

/// The keys, and what they do.
pub const KEYS: [(&str, &str); 8] = [
    ("Enter", "Send the message"),
    ("Shift + Enter", "New line"),
    ("↑", "Edit the last waiting message, in an empty box"),
    ("Ctrl + K", "Find a command"),
    ("F2, Delete", "Rename or delete a conversation, in the list"),
    ("Esc", "Close a dialog, else go to the message box"),
    ("?", "Show this help"),
    ("Tab", "Go to the next control"),
];

/// The connection in a word or two, without a countdown, for the status line; the server's name
/// follows where they end in a space.
#[must_use]
pub const fn status(phase: &Phase) -> &'static str {
    match phase {
        Phase::Idle => "Not connected",
        Phase::Connecting { attempt: 0 } => "Connecting to ",
        Phase::Open { .. } => "Connected to ",
        // One sentence for all the tries, so that it is said once.
        Phase::Connecting { .. } | Phase::Waiting { .. } => "Reconnecting to ",
        Phase::Offline => "Offline",
        // The person ended it, or it wants something of the person: the server was reached.
        Phase::Refused {
            why: Refusal::Gone(_),
        } => "Not connected to ",
        Phase::Refused { .. } => "Cannot reach ",
    }
}

/// The agent is at work, and for how many seconds, once that is worth saying.
#[must_use]
pub fn working(seconds: u64) -> String {
    match seconds {
        0..5 => "Working".into(),
        5..120 => format!("Working, {seconds} s"),
        _ => format!("Working, {} min", seconds / 60),
    }
}

/// How far a message is, where that is worth saying.
#[must_use]
pub fn delivery(state: &SendState) -> &'static str {
    match state {
        SendState::Queued => "Waiting to be sent",
        SendState::Sending => "Sending",
        SendState::Sent => "Sent",
        SendState::Confirmed => "",
        SendState::Failed(why) => super::failure(*why),
        SendState::MaybeSent => "The connection was lost while sending; it may not have arrived.",
    }
}

/// How far a tool is.
#[must_use]
pub const fn tool(state: ToolState) -> &'static str {
    match state {
        ToolState::Running => "Running",
        ToolState::Asked => "Waits for your answer",
        ToolState::Done => "Done",
        ToolState::Failed => "Failed",
        ToolState::Denied => "Denied",
        ToolState::Interrupted => "Interrupted",
    }
}

/// How dangerous a call is.
#[must_use]
pub const fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Unknown => "Unknown risk",
        Risk::Low => "Low risk",
        Risk::Medium => "Medium risk",
        Risk::High => "High risk",
    }
}

/// For which calls the agent waits for the person, as shortly as it can be said.
#[must_use]
pub const fn asks(when: Confirmation) -> &'static str {
    match when {
        Confirmation::Never => "Asks: never",
        Confirmation::Risky => "Asks: if risky",
        Confirmation::Always => "Asks: always",
    }
}

/// The same as a choice for a conversation that is to begin.
#[must_use]
pub const fn will_ask(when: Confirmation) -> &'static str {
    match when {
        Confirmation::Never => "Never, it acts by itself",
        Confirmation::Risky => "Before something risky",
        Confirmation::Always => "Before each action",
    }
}

/// Who speaks, for the article's name.
#[must_use]
pub const fn speaker(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "You",
        Kind::Agent => "Agent",
        Kind::Reasoning => "Reasoning",
        Kind::Tool => "Tool",
        Kind::Approval => "Approval",
        Kind::Notice => "Notice",
        Kind::Error => "Error",
    }
}

/// What became of an approval.
#[must_use]
pub fn decision(state: &str) -> &'static str {
    match state {
        "approved" => "Approved",
        "denied" => "Denied",
        "expired" => "Expired: the server stopped waiting",
        _ => "",
    }
}

/// A picture that waits for a click.
#[must_use]
pub fn blocked_picture(host: &str, alt: &str) -> String {
    match alt {
        "" => format!("Show picture from {host}"),
        alt => format!("Show picture “{alt}” from {host}"),
    }
}

/// A size for people.
#[must_use]
pub fn bytes(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// What is done with one of several conversations.
#[must_use]
pub fn with(what: &str, title: &str) -> String {
    [what, " “", title, "”"].concat()
}

/// How long ago something was, in milliseconds, as shortly as one wants to know.
#[must_use]
pub fn ago(millis: u64) -> String {
    let minutes = millis / 60_000;
    let (count, unit) = match minutes {
        0 => return "Just now".into(),
        1..60 => (minutes, " min ago"),
        60..1_440 => (minutes / 60, " h ago"),
        1_440..2_880 => return "Yesterday".into(),
        2_880..20_160 => (minutes / 1_440, " days ago"),
        20_160..86_400 => (minutes / 10_080, " weeks ago"),
        86_400..1_051_200 => (minutes / 43_200, " months ago"),
        _ => (minutes / 525_600, " years ago"),
    };
    count.to_string() + unit
}

/// What is attached, after it was prepared.
#[must_use]
pub fn prepared(name: &str, width: u32, height: u32, now: usize, original: usize) -> String {
    match now == original {
        true => format!("{name}, {width} × {height}, {}", bytes(now)),
        false => format!(
            "{name}, {width} × {height}, {} (was {})",
            bytes(now),
            bytes(original)
        ),
    }
}

/// What the inspector counts.
#[must_use]
pub fn counts(unknown: u64, dropped: u64) -> String {
    format!("{unknown} not understood, {dropped} of other conversations or late")
}

/// A text that is too large for one message goes as so many.
#[must_use]
pub fn send_as(count: usize) -> String {
    match count {
        1 => SEND.into(),
        _ => ["Send as ", &count.to_string(), " messages"].concat(),
    }
}
