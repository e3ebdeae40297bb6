//! A picture from elsewhere, fetched because the person asked for it.
//!
//! The page's policy shows only pictures of its own origin and from `data:`, so that nothing in a
//! message can make the browser call out. A wanted one is fetched without cookies or referrer and
//! becomes a `data:` address; a server that allows no reading from this origin is out of reach.

use gloo_net::http::Request;
use web_sys::{ReferrerPolicy, RequestCredentials};

use super::file::base64;

/// The picture could not be had: no network, no permission, or no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the picture could not be fetched")]
pub struct Unreachable;

/// The largest picture that is shown, in bytes.
const LARGEST: usize = 20_000_000;

/// Fetches a picture; gives its `data:` address.
///
/// # Errors
/// [`Unreachable`].
pub async fn load(url: &str) -> Result<String, Unreachable> {
    let request = Request::get(url)
        .credentials(RequestCredentials::Omit)
        .referrer_policy(ReferrerPolicy::NoReferrer);
    let answer = request.send().await.map_err(|_| Unreachable)?;
    let bytes = answer.binary().await.map_err(|_| Unreachable)?;
    let mime = mime(&bytes).filter(|_| answer.ok() && bytes.len() <= LARGEST);
    let mime = mime.ok_or(Unreachable)?;
    Ok(format!("data:{mime};base64,{}", base64(&bytes)))
}

/// The kind of picture that the bytes say they are, whatever the server says.
fn mime(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}
