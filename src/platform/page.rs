//! The page itself: where it stands, whether it is seen, how it looks.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, PageTransitionEvent, VisibilityState};

use super::listener::Listener;
use super::{document, window};
use crate::model::Instant;

/// Something that happened to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageEvent {
    /// The network came (`true`) or went.
    Online(bool),
    /// The page is seen again.
    Shown,
    /// The page is hidden, and may never be seen again.
    Hidden,
}

/// Where the page stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The query without `?`, still percent-encoded.
    pub query: String,
    /// The page's origin; `null` for a page in a sandbox.
    pub origin: String,
    /// Whether the page came over `https:`.
    pub secure: bool,
    /// Whether it stands in a frame of another page.
    pub embedded: bool,
}

impl Place {
    /// Reads it from the window.
    #[must_use]
    pub fn now() -> Self {
        let Some(window) = window() else {
            return Self::default();
        };
        let location = window.location();
        let query = location.search().unwrap_or_default();
        let top = window.top().ok().flatten();
        Self {
            query: query.strip_prefix('?').unwrap_or(&query).to_owned(),
            origin: window.origin(),
            secure: location.protocol().is_ok_and(|scheme| scheme == "https:"),
            embedded: top.is_none_or(|top| top != window),
        }
    }
}

/// Milliseconds since the Unix epoch, by a clock that is never set back.
#[must_use]
pub fn now() -> Instant {
    let clock = window().and_then(|window| window.performance());
    let millis = clock.map_or_else(js_sys::Date::now, |clock| clock.time_origin() + clock.now());
    // A float to an integer of Rust saturates; the epoch is far from either end.
    Instant(millis as u64)
}

/// A random number from the browser's own source.
#[must_use]
pub fn seed() -> u64 {
    let mut bytes = [0; 8];
    let crypto = window().and_then(|window| window.crypto().ok());
    let filled = crypto.and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).ok());
    match filled {
        Some(_) => u64::from_le_bytes(bytes),
        None => js_sys::Math::random().to_bits() ^ now().0,
    }
}

/// Whether the browser says that there is a network.
#[must_use]
pub fn is_online() -> bool {
    window().is_none_or(|window| window.navigator().on_line())
}

/// Whether the page is seen.
#[must_use]
pub fn is_shown() -> bool {
    document().is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}

/// Whether the person points with something as precise as a mouse, which mostly means that there
/// are keys as well.
#[must_use]
pub fn has_mouse() -> bool {
    fits("(pointer: fine)")
}

/// Whether there is room for a column beside the conversation.
#[must_use]
pub fn is_wide() -> bool {
    fits("(min-width: 64rem)")
}

fn fits(query: &str) -> bool {
    let query = window().and_then(|window| window.match_media(query).ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Tells of everything that happens to the page, for as long as the listeners are kept.
#[must_use = "nothing is heard once the listeners are dropped"]
pub fn watch(heard: impl Fn(PageEvent) + Clone + 'static) -> Vec<Listener> {
    let (Some(window), Some(document)) = (window(), document()) else {
        return Vec::new();
    };
    let (online, offline, shown) = (heard.clone(), heard.clone(), heard.clone());
    let (restored, left) = (heard.clone(), heard);
    vec![
        Listener::on(&window, "online", move |_| online(PageEvent::Online(true))),
        Listener::on(&window, "offline", move |_| {
            offline(PageEvent::Online(false));
        }),
        Listener::on(&document, "visibilitychange", move |_| {
            shown(match is_shown() {
                true => PageEvent::Shown,
                false => PageEvent::Hidden,
            });
        }),
        Listener::on(&window, "pageshow", move |event| {
            let event: &PageTransitionEvent = event.unchecked_ref();
            if event.persisted() {
                restored(PageEvent::Shown);
            }
        }),
        Listener::on(&window, "pagehide", move |_| left(PageEvent::Hidden)),
    ]
}

/// The page's address, without what it was asked for.
#[must_use]
pub fn address() -> String {
    let href = window().and_then(|window| window.location().href().ok());
    let href = href.unwrap_or_default();
    href.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Calls when the page goes away; it may come back as it was.
#[must_use = "nothing is heard once the listener is dropped"]
pub fn on_leave(left: impl Fn() + 'static) -> Option<Listener> {
    let window = window()?;
    Some(Listener::on(&window, "pagehide", move |_| left()))
}

/// Sets `data-theme` on the root element: `system`, `light` or `dark`.
pub fn set_theme(word: &str) {
    let root = document().and_then(|document| document.document_element());
    if let Some(root) = root
        && root.get_attribute("data-theme").as_deref() != Some(word)
    {
        let _ = root.set_attribute("data-theme", word);
    }
}

/// Sets a custom property of the root element, or takes it away.
pub fn set_property(name: &str, value: Option<&str>) {
    let root = document().and_then(|document| document.document_element());
    let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    // It throws for no property of the page's own.
    let _ = match value {
        Some(value) => root.style().set_property(name, value),
        None => root.style().remove_property(name).map(|_| ()),
    };
}

/// Puts a query in place of the one in the page's address, with nothing to go back to.
pub fn set_query(query: &str) {
    if let Some(window) = window()
        && let (Ok(history), Ok(path)) = (window.history(), window.location().pathname())
    {
        let hash = window.location().hash().unwrap_or_default();
        let address = [&path, query, &hash].concat();
        // A page in a sandbox may be told that the address is not its own to change.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

/// Sets the document's title.
pub fn set_title(title: &str) {
    if let Some(document) = document()
        && document.title() != title
    {
        document.set_title(title);
    }
}
