//! What Markdown is made of.

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A heading of level 1 to 6.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text.
        content: Vec<Inline>,
    },
    /// A code block.
    Code {
        /// The first word after the fence, such as `rust`.
        language: Option<String>,
        /// The code as it stands, without the last line end.
        text: String,
    },
    /// A list.
    List {
        /// The first number of a numbered list; `None` for bullets.
        start: Option<u64>,
        /// Its items.
        items: Vec<Item>,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// A table.
    Table {
        /// One for each column.
        alignments: Vec<Alignment>,
        /// The cells of the header row.
        header: Vec<Vec<Inline>>,
        /// The cells of the other rows.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A thematic break.
    Rule,
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Item {
    /// Whether it is a task, and done.
    pub task: Option<bool>,
    /// Its blocks; a single paragraph in a tight list.
    pub blocks: Vec<Block>,
}

/// How a column is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// As the reader's language is.
    None,
    /// At the start.
    Start,
    /// In the middle.
    Center,
    /// At the end.
    End,
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Text as it stands.
    Text(String),
    /// Code as it stands.
    Code(String),
    /// Emphasised text.
    Emphasis(Vec<Inline>),
    /// Strong text.
    Strong(Vec<Inline>),
    /// Struck text.
    Strikethrough(Vec<Inline>),
    /// A link, or its text alone where the address is not one to follow.
    Link {
        /// Where to.
        target: Link,
        /// Its text.
        content: Vec<Inline>,
    },
    /// A picture.
    Image {
        /// Where from.
        source: Image,
        /// What stands for it.
        alt: String,
    },
    /// A line end in the source; a space on the screen.
    SoftBreak,
    /// A line break.
    HardBreak,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// `http:`, `https:` or `mailto:`.
    Safe {
        /// The whole address.
        url: String,
        /// Whose it is: the host, or the address of the mail.
        host: String,
    },
    /// Anything else, `javascript:` first of all. It is not to be followed.
    Refused,
}

/// Where a picture comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// It is in the message: a `data:` address of PNG, JPEG, WebP or GIF.
    Inline(String),
    /// It is somewhere else: to be fetched only when the person says so.
    Remote {
        /// The whole address, `http:` or `https:`.
        url: String,
        /// Whose it is.
        host: String,
    },
    /// Anything else. It is not to be fetched.
    Refused,
}
