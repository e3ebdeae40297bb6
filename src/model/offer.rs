//! What a server offers beside its answers: texts to say, ways to answer, a dress for the screen.

/// A text that the server proposes to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestion {
    /// What the person reads.
    pub label: String,
    /// What is sent as a message when it is chosen; empty where it only turns a switcher on.
    pub says: String,
    /// The switcher that is turned on with it; empty where there is none.
    pub switcher: String,
}

/// A way to answer that can be turned on and off, such as "as a table".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switcher {
    /// The server's name for it.
    pub id: String,
    /// What the person reads.
    pub label: String,
    /// It is on.
    pub on: bool,
}

/// How the server wants its conversation to look. Everything is as the server wrote it: whether a
/// colour is one, and can be read, is for the screen to judge. Empty where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dress {
    /// Its name.
    pub title: String,
    /// The colour of what can be pressed.
    pub color: String,
    /// The colour behind it.
    pub second: String,
}
