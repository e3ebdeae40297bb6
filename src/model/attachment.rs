//! What goes along with a text: attached files on the way out, content blocks on the way in.

/// A file that goes out with a message, already in the form the wire wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The name a person knows it by.
    pub name: String,
    /// The media type, such as `image/png`.
    pub mime: String,
    /// The bytes, in base64 without a `data:` prefix (RFC 4648 section 4).
    pub base64: String,
}

impl Attachment {
    /// Whether it is a picture to agents as well, to whom a drawing (SVG) is a text.
    #[must_use]
    pub fn is_image(&self) -> bool {
        self.mime.starts_with("image/") && self.mime != "image/svg+xml"
    }

    /// The whole as an address that shows it (RFC 2397).
    #[must_use]
    pub fn data_url(&self) -> String {
        data_url(&self.mime, &self.base64)
    }

    /// The size of the decoded bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let padding = self.base64.bytes().rev().take_while(|b| *b == b'=').count();
        (self.base64.len() / 4 * 3).saturating_sub(padding)
    }
}

/// A `data:` address (RFC 2397) of bytes in base64.
#[must_use]
pub fn data_url(mime: &str, base64: &str) -> String {
    ["data:", mime, ";base64,", base64].concat()
}

/// One block of a tool's result.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Plain text, shown as it stands.
    Text(String),
    /// A picture, in base64 without a `data:` prefix.
    Image {
        /// The media type; only PNG, JPEG, WebP and GIF are shown.
        mime: String,
        /// The bytes in base64.
        base64: String,
    },
    /// A change to a file, as a unified diff (POSIX `diff -u`).
    Diff(String),
    /// The code that a command ended with.
    Exit(i64),
    /// A list of things to do.
    Tasks(Vec<Task>),
    /// Anything else, shown as indented JSON.
    Json(serde_json::Value),
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What is to be done.
    pub title: String,
    /// How far it is.
    pub state: TaskState,
}

/// How far a thing to do is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Not begun.
    Open,
    /// Being done.
    Doing,
    /// Done.
    Done,
}

impl Task {
    /// The line of a Markdown list that says the same; `~` marks what is being done.
    #[must_use]
    pub fn text(&self) -> String {
        let mark = match self.state {
            TaskState::Open => ' ',
            TaskState::Doing => '~',
            TaskState::Done => 'x',
        };
        format!("- [{mark}] {}", self.title)
    }
}

impl Content {
    /// The block as text; a picture is named by its media type.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) | Self::Diff(text) => text.clone(),
            Self::Exit(code) => format!("exit code {code}"),
            Self::Tasks(tasks) => {
                let lines: Vec<String> = tasks.iter().map(Task::text).collect();
                lines.join("\n")
            }
            Self::Image { mime, .. } => format!("[{mime}]"),
            Self::Json(value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        }
    }
}
