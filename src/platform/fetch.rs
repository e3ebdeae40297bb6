//! HTTP requests (WHATWG Fetch): no cookies, no referrer, no cache, abortable.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit,
    RequestRedirect, Response,
};

use super::once::once;
use super::task::spawn;
use super::timer::Timer;
use super::{file, window};
use crate::io::{Payload, Request};
use crate::model::Duration;

/// A page that is being left has its requests fail while it is still called. So a failure is only
/// told this much later: by then such a page is gone.
const A_MOMENT: Duration = Duration::millis(250);

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The media type with its parameters, as far as the server gave one.
    pub media: String,
    /// The body as text.
    pub body: String,
    /// How long to wait before asking again, where the server says it and lets this page read it.
    pub retry_after: Option<Duration>,
}

/// A request under way; aborted when dropped, and then nothing is heard of it.
#[must_use = "the request is aborted when this is dropped"]
pub struct Call {
    abort: Option<AbortController>,
    silent: Rc<Cell<bool>>,
}

impl Call {
    /// Sends a request. `done` hears of its answer, never within this call; `None` where there is
    /// none: no network, or the server lets no page of this origin read it.
    pub fn start(what: Request, done: impl FnOnce(Option<Answer>) + 'static) -> Self {
        let abort = AbortController::new().ok();
        let silent = Rc::new(Cell::new(false));
        let (hushed, controller) = (Rc::clone(&silent), abort.clone());
        spawn(async move {
            let answer = exchange(&what, controller).await.ok();
            if answer.is_none() {
                pause(A_MOMENT).await;
            }
            if !hushed.get() {
                done(answer);
            }
        });
        Self { abort, silent }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.silent.set(true);
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}

async fn pause(span: Duration) {
    let (say, heard) = once();
    let _timer = Timer::after(span, move || say.say(()));
    heard.await;
}

async fn exchange(what: &Request, abort: Option<AbortController>) -> Result<Answer, JsValue> {
    let window = window().ok_or(JsValue::NULL)?;
    let init = init(what, abort)?;
    let response = JsFuture::from(window.fetch_with_str_and_init(&what.url, &init)).await?;
    let response: Response = response.dyn_into()?;
    let body = JsFuture::from(response.text()?).await?;
    Ok(Answer {
        status: response.status(),
        media: response.headers().get("content-type")?.unwrap_or_default(),
        body: body.as_string().unwrap_or_default(),
        retry_after: seconds(response.headers().get("retry-after")?),
    })
}

/// A date instead of a number (RFC 9110 section 10.2.3) is passed over.
fn seconds(header: Option<String>) -> Option<Duration> {
    Some(Duration::secs(header?.trim().parse::<u32>().ok()?.into()))
}

fn init(what: &Request, abort: Option<AbortController>) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &what.headers {
        headers.append(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(what.method);
    init.set_headers_headers(&headers);
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_cache(RequestCache::NoStore);
    // What goes along for this server, a key for one, is not for another that it points to.
    if !what.headers.is_empty() {
        init.set_redirect(RequestRedirect::Error);
    }
    match &what.body {
        Some(Payload::Text(text)) => init.set_body_opt_str(Some(text)),
        Some(Payload::Form { field, files }) => init.set_body(&file::form(field, files)?.into()),
        None => {}
    }
    init.set_signal(abort.map(|abort| abort.signal()).as_ref());
    Ok(init)
}
