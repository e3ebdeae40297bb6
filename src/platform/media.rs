//! Cameras, microphones, speakers and screens (W3C Media Capture and Streams, Screen Capture).

use js_sys::{Array, Function, JSON, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, EventTarget, HtmlMediaElement, MediaStream, MediaStreamTrack};

use super::listener::Listener;
use super::page::Place;
use super::window;
use crate::meet::{Device, DeviceKind, Lack};

/// What is asked of a camera: enough for a tile, and little enough to be sent to eight others.
const PICTURE: &str = r#""width":{"ideal":960},"height":{"ideal":540},"frameRate":{"max":30}"#;

/// What a track carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
}

/// Sound and pictures that belong together. Clones are the same stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream(MediaStream);

/// What is taken from a device or a screen. The device is let go of when it is dropped.
pub struct Track {
    track: MediaStreamTrack,
    ended: Option<Listener>,
}

impl Stream {
    /// One with nothing in it; `None` where the browser has no such thing.
    #[must_use]
    pub fn empty() -> Option<Self> {
        // Nothing is made that the browser does not know.
        let known = Reflect::has(window()?.as_ref(), &"MediaStream".into());
        known.ok().filter(|known| *known)?;
        MediaStream::new().ok().map(Self)
    }

    pub(super) const fn new(stream: MediaStream) -> Self {
        Self(stream)
    }

    pub(super) const fn raw(&self) -> &MediaStream {
        &self.0
    }

    /// Its id, which it has with the others as well.
    #[must_use]
    pub fn id(&self) -> String {
        self.0.id()
    }

    /// Whether anything of the kind is in it.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        self.first(kind).is_some()
    }

    pub(super) fn first(&self, kind: Kind) -> Option<MediaStreamTrack> {
        let tracks = match kind {
            Kind::Audio => self.0.get_audio_tracks(),
            Kind::Video => self.0.get_video_tracks(),
        };
        tracks.get(0).dyn_into().ok()
    }

    /// The id of its sound, where it has any.
    #[must_use]
    pub fn sound(&self) -> Option<String> {
        self.first(Kind::Audio).map(|track| track.id())
    }

    /// Puts a track into it.
    pub fn add(&self, track: &Track) {
        self.0.add_track(&track.track);
    }

    /// Takes a track out of it.
    pub fn remove(&self, track: &Track) {
        self.0.remove_track(&track.track);
    }

    /// Shows it in a `video` element that plays by itself.
    pub fn show_in(&self, element: &Element, muted: bool) {
        if let Some(video) = element.dyn_ref::<HtmlMediaElement>() {
            video.set_muted(muted);
            video.set_src_object(Some(&self.0));
        }
    }
}

/// Lets a `video` element play; false where the browser wants the person to ask for it (HTML, "not
/// allowed to play").
pub async fn play(element: Element) -> bool {
    let video = element.dyn_ref::<HtmlMediaElement>();
    let Some(Ok(begun)) = video.map(HtmlMediaElement::play) else {
        return true;
    };
    let failed = JsFuture::from(begun).await.err();
    failed.is_none_or(|thrown| get(&thrown, "name") != "NotAllowedError")
}

/// Lets go of what a `video` element shows, and of its sound.
pub fn clear(element: &Element) {
    if let Some(video) = element.dyn_ref::<HtmlMediaElement>() {
        video.set_src_object(None);
    }
}

impl Track {
    fn new(track: MediaStreamTrack) -> Self {
        let ended = None;
        Self { track, ended }
    }

    /// Calls when it ends by itself: a device was pulled out, or the browser's own button ends the
    /// sharing.
    pub fn on_end(&mut self, ended: impl Fn() + 'static) {
        let listener = Listener::on(&self.track, "ended", move |_| ended());
        self.ended = Some(listener);
    }

    /// Lets it be silent or dark for a while; the device stays taken.
    pub fn enable(&self, on: bool) {
        self.track.set_enabled(on);
    }
}

impl Drop for Track {
    fn drop(&mut self) {
        // It is not told that we end it.
        self.ended.take();
        self.track.stop();
    }
}

/// Takes a microphone or a camera: the one of that name, else the browser's choice.
///
/// # Errors
/// Why there is none.
pub async fn take(kind: Kind, device: &str) -> Result<Track, Lack> {
    let mut found = user_media(&[(kind, device)]).await;
    if matches!(found, Err(Lack::Missing)) && !device.is_empty() {
        // It has been pulled out since it was chosen.
        found = user_media(&[(kind, "")]).await;
    }
    found?.pop().ok_or(Lack::Missing)
}

/// Takes both at once, so that the person is asked once; each alone where both are not to be had.
pub async fn take_both(microphone: &str, camera: &str) -> [Result<Track, Lack>; 2] {
    let both = [(Kind::Audio, microphone), (Kind::Video, camera)];
    if let Ok(found) = user_media(&both).await {
        let mut found = found.into_iter();
        let mut next = || found.next().ok_or(Lack::Missing);
        return [next(), next()];
    }
    let sound = take(Kind::Audio, microphone).await;
    [sound, take(Kind::Video, camera).await]
}

/// What is asked for, sound before pictures.
async fn user_media(wanted: &[(Kind, &str)]) -> Result<Vec<Track>, Lack> {
    let mut constraints = String::new();
    for (kind, device) in wanted {
        constraints.push(if constraints.is_empty() { '{' } else { ',' });
        let (name, picture) = match kind {
            Kind::Audio => ("audio", ""),
            Kind::Video => ("video", PICTURE),
        };
        let device = match *device {
            "" => String::new(),
            device => {
                let device = serde_json::Value::from(device).to_string();
                // Merely wished for, it gives way to one that fits the rest better.
                ["\"deviceId\":{\"exact\":", &device, "}"].concat()
            }
        };
        let both = !device.is_empty() && !picture.is_empty();
        let comma = if both { "," } else { "" };
        constraints.push_str(&["\"", name, "\":{", &device, comma, picture, "}"].concat());
    }
    constraints.push('}');
    let stream: MediaStream = ask("getUserMedia", &constraints).await?.unchecked_into();
    let stream = Stream(stream);
    let tracks = wanted.iter().filter_map(|(kind, _)| stream.first(*kind));
    Ok(tracks.map(Track::new).collect())
}

/// Lets the person choose a screen, a window or a tab: its picture, and its sound where it has one.
///
/// # Errors
/// [`Lack::Refused`] or [`Lack::Framed`] where the person chose none, and where none may be chosen.
pub async fn take_screen() -> Result<Vec<Track>, Lack> {
    let stream = ask("getDisplayMedia", r#"{"video":true,"audio":true}"#).await?;
    let stream = Stream(stream.unchecked_into());
    let kinds = [Kind::Video, Kind::Audio].into_iter();
    Ok(kinds
        .filter_map(|kind| stream.first(kind))
        .map(Track::new)
        .collect())
}

/// Whether the browser can share a screen.
#[must_use]
pub fn can_share() -> bool {
    media_devices().is_some_and(|devices| function(&devices, "getDisplayMedia").is_some())
}

/// Whether it can be chosen where sound comes out.
#[must_use]
pub fn can_choose_speaker() -> bool {
    let made = super::document().and_then(|document| document.create_element("video").ok());
    made.is_some_and(|element| function(&element, SINK).is_some())
}

const SINK: &str = "setSinkId";

/// Lets the sound of an element come out of that speaker (W3C Audio Output Devices).
pub fn speak_through(element: &Element, speaker: &str) {
    if let Some(set) = function(element, SINK)
        && let Ok(promise) = set.call1(element, &speaker.into())
    {
        settle(promise);
    }
}

/// The devices that there are.
pub async fn devices() -> Vec<Device> {
    let Ok(found) = ask("enumerateDevices", "null").await else {
        return Vec::new();
    };
    let found: Array = found.unchecked_into();
    found.iter().filter_map(|info| device(&info)).collect()
}

fn device(info: &JsValue) -> Option<Device> {
    let text = |name: &str| get(info, name).as_string().unwrap_or_default();
    let (kind, id) = (DeviceKind::parse(&text("kind"))?, text("deviceId"));
    let label = text("label");
    // Without leave there is one of each kind, and it has no name.
    (!id.is_empty()).then_some(Device { kind, id, label })
}

/// Calls whenever a device comes or goes.
#[must_use]
pub fn on_change(changed: impl Fn() + 'static) -> Option<Listener> {
    let devices: EventTarget = media_devices()?.dyn_into().ok()?;
    Some(Listener::on(&devices, "devicechange", move |_| changed()))
}

fn media_devices() -> Option<JsValue> {
    let devices = get(&window()?.navigator(), "mediaDevices");
    devices.is_object().then_some(devices)
}

/// Asks the browser's devices by a function with one argument, as JSON.
async fn ask(name: &str, argument: &str) -> Result<JsValue, Lack> {
    let devices = media_devices().ok_or(Lack::Insecure)?;
    let function = function(&devices, name).ok_or(Lack::Insecure)?;
    let argument = JSON::parse(argument).unwrap_or(JsValue::UNDEFINED);
    let lack = |thrown: JsValue| {
        let name = get(&thrown, "name").as_string().unwrap_or_default();
        Lack::named(&name, Place::now().embedded)
    };
    let promise = function.call1(&devices, &argument).map_err(lack)?;
    let promise: Promise = promise.unchecked_into();
    JsFuture::from(promise).await.map_err(lack)
}

/// A field of what JavaScript has; `undefined` where there is none.
pub(super) fn get(from: &JsValue, name: &str) -> JsValue {
    Reflect::get(from, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn function(of: &JsValue, name: &str) -> Option<Function> {
    get(of, name).dyn_into().ok()
}

/// Lets a promise end without anybody waiting: what it rejects with is not for the console.
pub(super) fn settle(promise: JsValue) {
    super::task::spawn(async move {
        let promise: Promise = promise.unchecked_into();
        let _ = JsFuture::from(promise).await;
    });
}
