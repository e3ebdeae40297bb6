//! What the app says aside from the conversation: trouble with links, settings and configuration.

/// Goes out with a picture that has no words: some servers refuse an empty text.
pub const SEE_ATTACHMENT: &str = "See the attached file.";

/// Messages that waited when an earlier version was left, and are not whole any more.
pub const GIVEN_BACK: &str =
    "What had not been sent is in the message box again. Send it here, or delete it.";

/// A message waited with a picture or a file, which the first version of the storage did not keep.
pub const ATTACHMENT_LOST: &str = "An earlier version of Parlor did not keep what was attached to a waiting message. Attach it again.";

/// A conversation was deleted; `there` says that its server still lists it.
#[must_use]
pub fn deleted(title: &str, there: bool) -> String {
    let from = match there {
        true => " from this browser. The server still has it",
        false => "",
    };
    ["“", title, "” was deleted", from, "."].concat()
}

/// A conversation was deleted where its server keeps it.
#[must_use]
pub fn deleted_there(title: &str) -> String {
    ["“", title, "” was deleted from the server."].concat()
}

/// The server has given a conversation this title.
#[must_use]
pub fn renamed(title: &str) -> String {
    ["Renamed to “", title, "”."].concat()
}

/// The server did not do what was asked of it; its own words may be empty.
#[must_use]
pub fn not_done(why: &str) -> String {
    match why {
        "" => "The server could not be asked for that. Try again once you are connected.".into(),
        why => ["The server did not do that. It says: ", why].concat(),
    }
}

/// There is nothing to save.
pub const NOTHING_TO_SAVE: &str =
    "Nothing of this conversation is kept here. Connect, then try again.";

/// What an empty conversation with a real agent offers; the agent of General Bots works in no
/// directory.
#[must_use]
pub fn suggestions(protocol: &str) -> [&'static str; 3] {
    let last = match protocol {
        "general-bots" => "What should I know first?",
        _ => "What files are in this directory?",
    };
    ["What can you do?", "Which tools do you have?", last]
}

/// A parameter of the link is not known.
#[must_use]
pub fn unknown_parameter(key: &str) -> String {
    format!("The link has a parameter “{key}” that Parlor does not know; it was ignored.")
}

/// An entry of `ice_servers` in `config.json` cannot be used.
#[must_use]
pub fn broken_ice_server(at: usize) -> String {
    format!(
        "Entry {at} of “ice_servers” in config.json was ignored: it wants “urls” that begin with stun: or turn:, and a “username” for turn:."
    )
}

/// A parameter of the link cannot be read.
#[must_use]
pub fn broken_parameter(key: &str) -> String {
    format!("The link's parameter “{key}” cannot be read; it was ignored.")
}

/// `config.json` cannot be read.
#[must_use]
pub fn broken_config(why: &str) -> String {
    format!("config.json cannot be read, so Parlor's own settings are used: {why}")
}

/// The link or the settings name a server that there is not.
#[must_use]
pub fn unknown_server(name: &str) -> String {
    format!("There is no server type “{name}”. Choose one in the settings.")
}

/// The link names an address and no server type.
#[must_use]
pub const fn no_server() -> &'static str {
    "The link names an address but no server type. Choose one in the settings."
}

/// The link names a server type and no address.
#[must_use]
pub fn no_address(label: &str) -> String {
    format!("The link names {label} but no address. Type it in the settings.")
}

/// The address has no host.
#[must_use]
pub fn no_host(typed: &str) -> String {
    format!("“{typed}” is no address of a server. It looks like ws://localhost:3001/.")
}

/// The address begins with something else than `ws:` or `wss:`.
#[must_use]
pub fn wrong_scheme(scheme: &str) -> String {
    format!("An address begins with ws:// or wss://, not with {scheme}://.")
}

/// The address holds a name or a password.
#[must_use]
pub const fn credentials_in_address() -> &'static str {
    "An address must not hold a name or a password. Remove what stands before the @."
}

/// Rows of the store that cannot be read.
#[must_use]
pub fn unreadable(count: usize) -> String {
    match count {
        1 => "One part of what this browser kept cannot be read. It is left as it is; the rest is here.".into(),
        _ => format!("{count} parts of what this browser kept cannot be read. They are left as they are; the rest is here."),
    }
}

/// The store did not keep something, for this reason.
#[must_use]
pub fn not_kept(why: &str) -> String {
    format!("Not everything could be kept: {why}. The conversation goes on here.")
}
