//! One `RTCPeerConnection` (W3C WebRTC 1.0) for each tie of a room.
//!
//! What a room asks of a tie is done one thing after the other. Bound here and not by `web_sys`, which
//! lacks `restartIce()` and `setLocalDescription()` without an argument, and takes none of the throws.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, JSON, Object, Promise, Reflect};
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, EventTarget, MediaStream, MediaStreamTrack};

use super::listener::Listener;
use super::media::{Kind, Stream, get, settle};
use super::task::spawn;
use super::words;
use crate::meet::voice::Level;
use crate::meet::{Description, Happening, Ice, IceServer, LinkId, Start, Tie};

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    #[wasm_bindgen(extends = EventTarget, js_name = RTCPeerConnection)]
    type Connection;
    #[wasm_bindgen(constructor, catch, js_class = "RTCPeerConnection")]
    fn new(configuration: &JsValue) -> Result<Connection, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setLocalDescription)]
    fn describe(this: &Connection) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setRemoteDescription)]
    fn take(this: &Connection, description: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = addIceCandidate)]
    fn add_candidate(this: &Connection, candidate: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = addTrack)]
    fn add_track(
        this: &Connection,
        track: &MediaStreamTrack,
        stream: &MediaStream,
    ) -> Result<Sender, JsValue>;
    #[wasm_bindgen(method, catch, js_name = addTransceiver)]
    fn add_transceiver(
        this: &Connection,
        what: &JsValue,
        init: &JsValue,
    ) -> Result<Transceiver, JsValue>;
    #[wasm_bindgen(method, catch, js_name = restartIce)]
    fn restart(this: &Connection) -> Result<(), JsValue>;
    #[wasm_bindgen(method, js_name = getReceivers)]
    fn receivers(this: &Connection) -> Array;
    #[wasm_bindgen(method)]
    fn close(this: &Connection);

    type Receiver;
    #[wasm_bindgen(method, catch, js_name = getSynchronizationSources)]
    fn heard(this: &Receiver) -> Result<Array, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn track(this: &Receiver) -> MediaStreamTrack;

    #[derive(Clone)]
    type Transceiver;
    #[wasm_bindgen(method, getter)]
    fn sender(this: &Transceiver) -> Sender;
    #[wasm_bindgen(method, setter, catch)]
    fn set_direction(this: &Transceiver, direction: &str) -> Result<(), JsValue>;

    #[derive(Clone)]
    type Sender;
    #[wasm_bindgen(method, catch, js_name = replaceTrack)]
    fn replace(this: &Sender, track: Option<&MediaStreamTrack>) -> Result<JsValue, JsValue>;
}

/// What of ours goes to everybody: the camera with the microphone, and the screen.
#[derive(Clone, Debug)]
pub struct Ours {
    /// Camera and microphone.
    pub own: Stream,
    /// The screen. The same stream each time that it is shared.
    pub screen: Stream,
}

/// A tie. Closes when dropped; nothing is heard after that.
pub struct Link {
    inner: Rc<Inner>,
    /// Before the connection: it is told no more of what closing it leads to.
    listeners: Vec<Listener>,
}

struct Inner {
    id: LinkId,
    connection: Connection,
    heard: Box<dyn Fn(Happening)>,
    /// The streams of theirs have changed.
    seen: Rc<dyn Fn()>,
    ours: Ours,
    senders: RefCell<Senders>,
    streams: RefCell<Vec<Theirs>>,
    jobs: RefCell<VecDeque<Job>>,
    at_work: Cell<bool>,
    closed: Cell<bool>,
    started: Cell<bool>,
}

/// By what our tracks go out, as far as they ever did.
#[derive(Default)]
struct Senders {
    own: [Option<Sender>; 2],
    screen: [Option<Transceiver>; 2],
}

/// A stream of theirs.
struct Theirs {
    stream: Stream,
    _listeners: [Listener; 2],
}

/// One thing to do, after those before it.
enum Job {
    Describe,
    Take(Description),
    Add(Ice),
}

const KINDS: [Kind; 2] = [Kind::Audio, Kind::Video];

impl Link {
    /// Makes a tie; `heard` is told what the room is to know, `seen` that the streams of theirs have
    /// changed.
    ///
    /// # Errors
    /// In the browser's words, where it makes none.
    pub fn make(
        id: LinkId,
        start: Start,
        ice: &[IceServer],
        ours: Ours,
        heard: Box<dyn Fn(Happening)>,
        seen: Rc<dyn Fn()>,
    ) -> Result<Self, String> {
        let made = Connection::new(&configuration(ice));
        let connection = made.map_err(|thrown| words(&thrown))?;
        let inner = Rc::new(Inner {
            id,
            connection,
            heard,
            seen,
            ours,
            senders: RefCell::default(),
            streams: RefCell::default(),
            jobs: RefCell::default(),
            at_work: Cell::default(),
            closed: Cell::default(),
            started: Cell::default(),
        });
        let listeners = listeners(&inner);
        if start == Start::Offer {
            inner.begin();
            inner.receive();
        }
        Ok(Self { inner, listeners })
    }

    /// Which.
    #[must_use]
    pub fn id(&self) -> LinkId {
        self.inner.id
    }

    /// Makes a description of ours.
    pub fn describe(&self) {
        self.inner.queue(Job::Describe);
    }

    /// Takes theirs.
    pub fn take(&self, description: Description) {
        self.inner.queue(Job::Take(description));
    }

    /// Takes a candidate of theirs.
    pub fn add(&self, candidate: Ice) {
        self.inner.queue(Job::Add(candidate));
    }

    /// Looks for another way through the network.
    pub fn restart(&self) {
        // It throws for no connection that is open.
        let _ = self.inner.connection.restart();
    }

    /// Sends what of ours there is now.
    pub fn follow(&self) {
        if self.inner.started.get() {
            self.inner.begin();
        }
    }

    /// The streams of theirs, in the order in which they came.
    #[must_use]
    pub fn streams(&self) -> Vec<Stream> {
        let streams = self.inner.streams.borrow();
        streams.iter().map(|theirs| theirs.stream.clone()).collect()
    }

    /// How loud each track of theirs is now, of which anything was heard lately.
    #[must_use]
    pub fn levels(&self) -> Vec<Level> {
        let receivers = self.inner.connection.receivers();
        let levels = receivers.iter().filter_map(|receiver| {
            let receiver: Receiver = receiver.unchecked_into();
            let mut last: Option<(f64, f64)> = None;
            for source in receiver.heard().ok()?.iter() {
                let number = |name| get(&source, name).as_f64();
                // Pictures have no loudness.
                let heard = number("timestamp").zip(number("audioLevel"));
                if heard.is_some_and(|(at, _)| last.is_none_or(|(before, _)| before < at)) {
                    last = heard;
                }
            }
            let (at, loudness) = last?;
            let track = receiver.track().id();
            Some(Level {
                track,
                at,
                loudness,
            })
        });
        levels.collect()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.inner.closed.set(true);
        self.listeners.clear();
        self.inner.streams.borrow_mut().clear();
        self.inner.jobs.borrow_mut().clear();
        self.inner.connection.close();
    }
}

fn configuration(ice: &[IceServer]) -> JsValue {
    let server = |server: &IceServer| match server.username.as_str() {
        "" => json!({ "urls": server.urls }),
        username => json!({
            "urls": server.urls,
            "username": username,
            "credential": server.credential,
        }),
    };
    let servers: Vec<Value> = ice.iter().map(server).collect();
    parsed(&json!({ "iceServers": servers }))
}

/// A value of JSON as one of JavaScript.
fn parsed(value: &Value) -> JsValue {
    JSON::parse(&value.to_string()).unwrap_or(JsValue::UNDEFINED)
}

fn listeners(inner: &Rc<Inner>) -> Vec<Listener> {
    let on = |name, heard: fn(&Rc<Inner>, &Event)| {
        let told = Rc::downgrade(inner);
        Listener::on(&inner.connection, name, move |event| {
            if let Some(inner) = told.upgrade() {
                heard(&inner, &event);
            }
        })
    };
    vec![
        on("negotiationneeded", |inner, _| {
            (inner.heard)(Happening::Wanted(inner.id));
        }),
        on("icecandidate", |inner, event| inner.candidate(event)),
        on("signalingstatechange", |inner, _| {
            let stable = inner.state("signalingState") == "stable";
            let link = inner.id;
            (inner.heard)(Happening::Stable { link, stable });
        }),
        on("connectionstatechange", |inner, _| {
            let tie = match inner.state("connectionState").as_str() {
                "connected" => Tie::Connected,
                "disconnected" => Tie::Disconnected,
                "failed" => Tie::Failed,
                _ => Tie::Connecting,
            };
            let link = inner.id;
            (inner.heard)(Happening::Tied { link, tie });
        }),
        on("track", |inner, event| inner.tracked(event)),
    ]
}

impl Inner {
    fn state(&self, name: &str) -> String {
        get(&self.connection, name).as_string().unwrap_or_default()
    }

    fn candidate(&self, event: &Event) {
        let candidate = JSON::stringify(&get(event, "candidate")).map(String::from);
        let candidate = candidate
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok());
        let candidate = candidate.filter(|candidate: &Value| !candidate.is_null());
        let link = self.id;
        (self.heard)(Happening::Candidate { link, candidate });
    }

    /// A track of theirs is there, in the streams that it belongs to.
    fn tracked(&self, event: &Event) {
        let streams: Array = get(event, "streams").unchecked_into();
        for stream in streams.iter() {
            self.see(stream.unchecked_into());
        }
        if streams.length() == 0
            && let Ok(track) = get(event, "track").dyn_into()
            && let Ok(stream) = MediaStream::new()
        {
            stream.add_track(&track);
            self.see(stream);
        }
        (self.seen)();
    }

    fn see(&self, stream: MediaStream) {
        let stream = Stream::new(stream);
        let mut streams = self.streams.borrow_mut();
        streams.retain(|known| known.stream.has(Kind::Audio) || known.stream.has(Kind::Video));
        if streams.iter().any(|known| known.stream == stream) {
            return;
        }
        let on = |name| {
            let seen = Rc::clone(&self.seen);
            Listener::on(stream.raw(), name, move |_| seen())
        };
        let _listeners = [on("addtrack"), on("removetrack")];
        streams.push(Theirs { stream, _listeners });
    }

    /// Lets everything of ours that there is go out, and nothing else.
    fn begin(&self) {
        self.started.set(true);
        let mut senders = self.senders.borrow_mut();
        for (kind, sender) in KINDS.into_iter().zip(&mut senders.own) {
            let (track, stream) = (self.ours.own.first(kind), self.ours.own.raw());
            match (&sender, track) {
                (Some(sender), track) => replace(sender, track.as_ref()),
                (None, Some(track)) => *sender = self.connection.add_track(&track, stream).ok(),
                (None, None) => {}
            }
        }
        for (kind, way) in KINDS.into_iter().zip(&mut senders.screen) {
            let track = self.ours.screen.first(kind);
            match (&way, track) {
                (Some(way), track) => {
                    replace(&way.sender(), track.as_ref());
                    let direction = if track.is_some() { SENDS } else { "inactive" };
                    // It throws for no way that has not been stopped, and none is.
                    let _ = way.set_direction(direction);
                }
                (None, Some(track)) => *way = self.add_screen(&track),
                (None, None) => {}
            }
        }
    }

    /// The screen has a way of its own: one that a camera was received on would not be told apart.
    fn add_screen(&self, track: &MediaStreamTrack) -> Option<Transceiver> {
        let init = object(&[
            ("direction", SENDS.into()),
            ("streams", Array::of1(self.ours.screen.raw()).into()),
        ]);
        self.connection.add_transceiver(track, &init).ok()
    }

    /// Asks for their sound and pictures where we send none.
    fn receive(&self) {
        for (kind, sender) in KINDS.into_iter().zip(&self.senders.borrow().own) {
            if sender.is_none() {
                let kind = match kind {
                    Kind::Audio => "audio",
                    Kind::Video => "video",
                };
                let init = object(&[("direction", "recvonly".into())]);
                // It throws for no kind that there is.
                let _ = self.connection.add_transceiver(&kind.into(), &init);
            }
        }
    }

    fn queue(self: &Rc<Self>, job: Job) {
        self.jobs.borrow_mut().push_back(job);
        if self.at_work.replace(true) {
            return;
        }
        let inner = Rc::clone(self);
        spawn(async move {
            while let Some(job) = inner.next() {
                let happening = inner.done(job).await;
                if !inner.closed.get() {
                    (inner.heard)(happening);
                }
            }
            inner.at_work.set(false);
        });
    }

    fn next(&self) -> Option<Job> {
        self.jobs.borrow_mut().pop_front()
    }

    async fn done(&self, job: Job) -> Happening {
        let link = self.id;
        let done = match job {
            Job::Describe => self.described().await,
            Job::Take(description) => self.taken(description).await,
            Job::Add(candidate) => {
                let candidate = candidate.as_ref().map_or(JsValue::UNDEFINED, parsed);
                match settled(self.connection.add_candidate(&candidate)).await {
                    Ok(()) => return Happening::Added(link),
                    Err(why) => Err(why),
                }
            }
        };
        match done {
            Ok(description) => Happening::Described { link, description },
            Err(why) => Happening::Refused { link, why },
        }
    }

    /// Ours, as it stands after it was made anew.
    async fn described(&self) -> Result<Option<Description>, String> {
        if !self.started.get() {
            self.begin();
            self.receive();
        }
        settled(self.connection.describe()).await?;
        let made = get(&self.connection, "localDescription");
        let text = |name| get(&made, name).as_string();
        let sdp = text("sdp").map(|sdp| Description {
            offer: text("type").is_some_and(|kind| kind == OFFER),
            sdp,
        });
        Ok(sdp)
    }

    async fn taken(&self, theirs: Description) -> Result<Option<Description>, String> {
        let kind = if theirs.offer { OFFER } else { "answer" };
        let init = object(&[("type", kind.into()), ("sdp", theirs.sdp.into())]);
        settled(self.connection.take(&init)).await?;
        if !theirs.offer || self.closed.get() {
            return Ok(None);
        }
        // After theirs was taken: what we send goes where they receive it.
        self.begin();
        self.described().await
    }
}

const OFFER: &str = "offer";
const SENDS: &str = "sendonly";

fn replace(sender: &Sender, track: Option<&MediaStreamTrack>) {
    let now = get(sender, "track");
    let same = match track {
        Some(track) => now == *AsRef::<JsValue>::as_ref(track),
        None => now.is_null(),
    };
    if !same && let Ok(promise) = sender.replace(track) {
        settle(promise);
    }
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // It throws for no object of our own.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// Waits for what was begun.
async fn settled(begun: Result<Promise, JsValue>) -> Result<(), String> {
    let ended = match begun {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    ended.map(drop).map_err(|thrown| words(&thrown))
}
