//! Copying a text to the clipboard.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlDocument, HtmlElement, HtmlTextAreaElement};

use super::{document, window};

/// The browser lets this page copy nothing; the person has to select the text and copy it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the browser does not let this page copy; select the text and copy it by hand")]
pub struct CopyRefused;

/// Copies a text, for a press of a button.
///
/// # Errors
/// [`CopyRefused`] where neither way of copying works.
pub async fn write(text: &str) -> Result<(), CopyRefused> {
    if ask(text).await.is_ok() || by_selection(text) == Some(true) {
        return Ok(());
    }
    Err(CopyRefused)
}

/// The clipboard of today (Clipboard API). It is absent over `http:` and refused in a frame
/// without `allow="clipboard-write"`.
async fn ask(text: &str) -> Result<(), JsValue> {
    let window = window().ok_or(JsValue::NULL)?;
    let navigator = window.navigator();
    if js_sys::Reflect::get(&navigator, &"clipboard".into())?.is_undefined() {
        return Err(JsValue::UNDEFINED);
    }
    JsFuture::from(navigator.clipboard().write_text(text)).await?;
    Ok(())
}

/// The older way: a text area outside of the view, selected and copied. It works where the press
/// of the button is still fresh.
fn by_selection(text: &str) -> Option<bool> {
    let document = document()?;
    let focused = document.active_element();
    let area: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    area.set_value(text);
    area.set_read_only(true);
    let _ = area.set_attribute("aria-hidden", "true");
    for (property, value) in [("position", "fixed"), ("top", "0"), ("opacity", "0")] {
        let _ = area.style().set_property(property, value);
    }
    place(&document, focused.as_ref())?
        .append_child(&area)
        .ok()?;
    area.select();
    let copied = document
        .unchecked_ref::<HtmlDocument>()
        .exec_command("copy");
    area.remove();
    if let Some(focused) = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = focused.focus();
    }
    Some(copied.unwrap_or(false))
}

/// Where the text area can be focused: everything outside of an open modal dialog cannot.
fn place(document: &Document, focused: Option<&Element>) -> Option<Element> {
    let dialog = focused.and_then(|element| element.closest("dialog").ok().flatten());
    dialog.or_else(|| document.body().map(Into::into))
}
