//! A file that the person picked, pasted or dropped, read into memory and sent from there.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, FormData, HtmlAnchorElement, Url};

use crate::model::Attachment;

/// What a file without a media type is sent as (RFC 2046 section 4.5.1).
const UNKNOWN: &str = "application/octet-stream";

/// Why a file cannot go with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
    /// It is larger than the limit.
    #[error("the file has {bytes} bytes, and at most {limit} can be sent")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// It is no text, and the server keeps nothing else whole.
    #[error("this server keeps only pictures and text files, and would damage it")]
    NoText,
    /// The browser could not read it: it was moved, or it is a folder.
    #[error("the file could not be read")]
    Unreadable,
}

/// Reads a file as it is, up to `limit` bytes; `text` says that it has to hold text (UTF-8).
///
/// # Errors
/// [`FileError`]; nothing was read where it is too large.
pub async fn read(
    file: &Blob,
    name: &str,
    limit: usize,
    text: bool,
) -> Result<Attachment, FileError> {
    let bytes = bytes(file, limit).await?;
    if text && std::str::from_utf8(&bytes).is_err() {
        return Err(FileError::NoText);
    }
    let mime = match file.type_() {
        known if known.is_empty() => UNKNOWN.to_owned(),
        known => known,
    };
    Ok(Attachment {
        name: name.to_owned(),
        mime,
        base64: base64(&bytes),
    })
}

/// The bytes of a file, where there are any and not more than `limit`.
pub(super) async fn bytes(file: &Blob, limit: usize) -> Result<Vec<u8>, FileError> {
    let bytes = size(file);
    match bytes {
        0 => return Err(FileError::Empty),
        _ if bytes > limit => return Err(FileError::TooLarge { bytes, limit }),
        _ => {}
    }
    let buffer = JsFuture::from(file.array_buffer()).await;
    let buffer = buffer.map_err(|_| FileError::Unreadable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Files as form data (RFC 7578), all of them in one field.
pub(super) fn form(field: &str, files: &[Attachment]) -> Result<FormData, JsValue> {
    let form = FormData::new()?;
    for file in files {
        form.append_with_blob_and_filename(field, &blob(file)?, &file.name)?;
    }
    Ok(form)
}

pub(super) fn blob(file: &Attachment) -> Result<Blob, JsValue> {
    let window = super::window().ok_or(JsValue::NULL)?;
    let letters = window.atob(&file.base64)?;
    let mut bytes = Vec::with_capacity(letters.len());
    for letter in letters.chars() {
        // Each stands for one byte.
        let [byte, ..] = u32::from(letter).to_le_bytes();
        bytes.push(byte);
    }
    let bag = BlobPropertyBag::new();
    bag.set_type(&file.mime);
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    Blob::new_with_u8_array_sequence_and_options(&parts, &bag)
}

/// A blob's size in bytes.
pub(super) fn size(blob: &Blob) -> usize {
    // A float to an integer of Rust saturates; a size is whole and not negative.
    blob.size() as usize
}

/// RFC 4648 section 4, with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32| {
        let at = (bits & 63) as usize;
        LETTERS.get(at).copied().map_or('=', char::from)
    };
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        text.push(letter(bits >> 18));
        text.push(letter(bits >> 12));
        text.push(if chunk.len() > 1 {
            letter(bits >> 6)
        } else {
            '='
        });
        text.push(if chunk.len() > 2 { letter(bits) } else { '=' });
    }
    text
}

/// Saves a text as a file where the person keeps downloads. A browser that forbids it says so
/// itself, and tells nobody else.
pub fn save(name: &str, json: &str) {
    // It throws only where a page has no address to give.
    drop(offer(name, json));
}

fn offer(name: &str, json: &str) -> Result<(), JsValue> {
    let bag = BlobPropertyBag::new();
    bag.set_type("application/json");
    let parts = Array::of1(&json.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &bag)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let document = super::document().ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // What was clicked has been looked up by then (W3C File API, section 8.3).
    Url::revoke_object_url(&url)
}
