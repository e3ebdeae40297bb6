//! A WebSocket (WHATWG WebSockets), from its opening to its close.
//!
//! `web_sys` and not `gloo_net`'s wrapper: that one hides the close code of a connection that
//! never came to be, and `bufferedAmount`, without which nobody knows whether a message has left.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

use super::listener::Listener;
use super::timer::Timer;
use super::words;
use crate::io::{Closed, Frame, Happening, SocketId};
use crate::model::Duration;

/// The close code where the connection just ended (RFC 6455 section 7.1.5).
const ABNORMAL: u16 = 1006;
/// The code of a socket that is closed because nobody needs it any more.
const NORMAL: u16 = 1000;
/// How often the browser's buffer is looked at.
const LOOK: Duration = Duration::millis(25);

/// An open socket, or one that is being opened. Closes when dropped; nothing is heard after that.
pub struct Socket {
    inner: Rc<Inner>,
    _listeners: Vec<Listener>,
}

struct Inner {
    id: SocketId,
    socket: WebSocket,
    heard: Box<dyn Fn(Happening)>,
    /// Runs while the browser's buffer holds something.
    draining: RefCell<Option<Timer>>,
    /// The owner has let go.
    silent: Cell<bool>,
}

impl Socket {
    /// Begins to open a socket; `heard` is told everything about it, never within this call.
    ///
    /// # Errors
    /// [`Closed`] with `refused` where the browser takes no such address.
    pub fn open(
        id: SocketId,
        url: &str,
        heard: impl Fn(Happening) + 'static,
    ) -> Result<Self, Closed> {
        let socket = WebSocket::new(url).map_err(|thrown| {
            // It may quote the address, and a key may stand in its query.
            let mut reason = words(&thrown);
            reason.truncate(reason.find('?').unwrap_or(reason.len()));
            Closed {
                socket: id,
                code: ABNORMAL,
                reason,
                refused: true,
            }
        })?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let inner = Rc::new(Inner {
            id,
            socket,
            heard: Box::new(heard),
            draining: RefCell::default(),
            silent: Cell::new(false),
        });
        let listeners = listeners(&inner);
        Ok(Self {
            inner,
            _listeners: listeners,
        })
    }

    /// Sends a frame; [`Happening::Flushed`] follows once it has left the browser's buffer. A
    /// frame for a socket that is not open goes nowhere: its close is heard.
    pub fn send(&self, frame: &Frame) {
        let socket = &self.inner.socket;
        let sent = match frame {
            Frame::Text(text) => socket.send_with_str(text),
            Frame::Binary(bytes) => socket.send_with_u8_array(bytes),
        };
        match sent {
            Ok(()) => drained(&self.inner),
            Err(thrown) => super::warn(&words(&thrown)),
        }
    }

    /// Closes with a code: 1000, or 3000 to 4999.
    pub fn close(self, code: u16) {
        self.inner.shut(code);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.shut(NORMAL);
    }
}

impl Inner {
    fn tell(&self, happening: Happening) {
        if !self.silent.get() {
            (self.heard)(happening);
        }
    }

    fn shut(&self, code: u16) {
        if self.silent.replace(true) {
            return;
        }
        self.draining.take();
        if self.socket.close_with_code(code).is_err() {
            let _ = self.socket.close();
        }
    }

    fn closed(&self, event: &CloseEvent) {
        self.draining.take();
        self.tell(Happening::Closed(Closed {
            socket: self.id,
            code: event.code(),
            reason: event.reason(),
            refused: false,
        }));
    }

    fn received(&self, event: &MessageEvent) {
        if let Some(frame) = frame(&event.data()) {
            let socket = self.id;
            self.tell(Happening::Received { socket, frame });
        }
    }
}

fn listeners(inner: &Rc<Inner>) -> Vec<Listener> {
    let on = |name, heard: fn(&Inner, Event)| {
        let told = Rc::clone(inner);
        Listener::on(&inner.socket, name, move |event| heard(&told, event))
    };
    vec![
        on("open", |inner, _| inner.tell(Happening::Opened(inner.id))),
        on("message", |inner, event| {
            inner.received(event.unchecked_ref());
        }),
        on("close", |inner, event| inner.closed(event.unchecked_ref())),
    ]
}

fn frame(data: &JsValue) -> Option<Frame> {
    if let Some(text) = data.as_string() {
        return Some(Frame::Text(text));
    }
    let buffer = data.dyn_ref::<js_sys::ArrayBuffer>()?;
    Some(Frame::Binary(js_sys::Uint8Array::new(buffer).to_vec()))
}

/// Says that the buffer has drained, at once or as soon as it has. A closed socket's never does.
fn drained(inner: &Rc<Inner>) {
    let open = inner.socket.ready_state() == WebSocket::OPEN;
    let empty = inner.socket.buffered_amount() == 0;
    let again = Rc::downgrade(inner);
    let look = || {
        Timer::after(LOOK, move || {
            if let Some(inner) = again.upgrade() {
                drained(&inner);
            }
        })
    };
    inner.draining.replace((open && !empty).then(look));
    if open && empty {
        inner.tell(Happening::Flushed(inner.id));
    }
}
