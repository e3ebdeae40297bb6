//! The port between the pure half and the browser: what to do, and what happened.
//!
//! No clock and no browser type passes here. Socket and request numbers never repeat, so a
//! happening of something superseded is recognised and dropped in one place.

use crate::model::{Attachment, Duration};

/// One socket, from its opening to its close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// One HTTP request, from its start to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// One WebSocket message (RFC 6455 section 5.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
}

impl Frame {
    /// The frame as text; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Binary(bytes) => String::from_utf8_lossy(bytes),
        }
    }
}

/// An HTTP request that an adapter asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: &'static str,
    /// Absolute address.
    pub url: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The body; `None` sends none.
    pub body: Option<Payload>,
    /// It only asks, and much depends on the answer: it is made again where it fails in passing.
    pub again: bool,
    /// Its answer counts even where the connection is lost meanwhile.
    pub keep: bool,
}

/// What a request carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Text, of the media type that the headers name.
    Text(String),
    /// Files as form data (RFC 7578), for which the browser writes the header.
    Form {
        /// The field that all of them are in.
        field: &'static str,
        /// The files.
        files: Vec<Attachment>,
    },
}

/// What the browser half is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a WebSocket.
    Open {
        /// Its number from now on.
        socket: SocketId,
        /// `ws:` or `wss:` address; `demo:` is the agent that lives in the page.
        url: String,
    },
    /// Send a frame.
    Send {
        /// The socket.
        socket: SocketId,
        /// The frame.
        frame: Frame,
    },
    /// Close a socket; nothing more is heard of it.
    Close {
        /// The socket.
        socket: SocketId,
        /// 1000, or 3000 to 4999 (the WebSocket API allows no other).
        code: u16,
    },
    /// Make an HTTP request.
    Fetch {
        /// Its number from now on.
        request: RequestId,
        /// What to ask.
        what: Request,
    },
    /// Forget a request; no answer is wanted any more.
    Abort(RequestId),
}

/// What happened in the browser half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A socket is open.
    Opened(SocketId),
    /// A frame came.
    Received {
        /// The socket.
        socket: SocketId,
        /// The frame.
        frame: Frame,
    },
    /// Everything handed to the socket so far has left the browser's buffer.
    Flushed(SocketId),
    /// A socket is closed; it was open or it never came to be.
    Closed(Closed),
    /// A request was answered.
    Answered {
        /// The request.
        request: RequestId,
        /// HTTP status.
        status: u16,
        /// The body as text.
        body: String,
        /// How long to wait before asking again, as far as the server says it and this page may read
        /// it (RFC 9110 section 10.2.3, in seconds).
        retry_after: Option<Duration>,
    },
    /// The wait that an adapter asked for is over; it has the number that the adapter gave it.
    Waited(u8),
    /// A request got no answer at all: no network, or the server allows no reading from here.
    Failed {
        /// The request.
        request: RequestId,
    },
}

/// How a socket ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The socket.
    pub socket: SocketId,
    /// Close code (RFC 6455 section 7.4); 1006 where the connection just ended.
    pub code: u16,
    /// The server's reason, or the browser's refusal in words.
    pub reason: String,
    /// The browser refused the address itself (a malformed one, or `ws:` from an `https:` page).
    pub refused: bool,
}
