//! How loud a stream is (W3C Web Audio API).

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::MediaStream;

use super::media::{Stream, settle};
use super::timer::Timer;
use crate::model::Duration;

/// How often it is measured.
const EVERY: Duration = Duration::millis(100);

/// So many samples are looked at, the newest: what an `AnalyserNode` has by itself.
const SAMPLES: usize = 2_048;

/// Silence, as a sample.
const SILENCE: u8 = 128;

#[wasm_bindgen]
extern "C" {
    type AudioContext;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<AudioContext, JsValue>;
    #[wasm_bindgen(method, catch, js_name = createMediaStreamSource)]
    fn source(this: &AudioContext, stream: &MediaStream) -> Result<Source, JsValue>;
    #[wasm_bindgen(method, catch, js_name = createAnalyser)]
    fn analyser(this: &AudioContext) -> Result<Analyser, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn resume(this: &AudioContext) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn close(this: &AudioContext) -> Result<Promise, JsValue>;

    type Source;
    #[wasm_bindgen(method, catch)]
    fn connect(this: &Source, to: &Analyser) -> Result<JsValue, JsValue>;

    type Analyser;
    #[wasm_bindgen(method, js_name = getByteTimeDomainData)]
    fn samples(this: &Analyser, into: &mut [u8]);
}

/// Tells how loud a stream is until it is dropped. It is heard nowhere by this.
pub struct Level {
    context: AudioContext,
    _source: Source,
    timer: Rc<RefCell<Option<Timer>>>,
}

impl Level {
    /// Measures the sound that is in a stream now, and tells of it ten times in a second: 0 is
    /// silence, 100 as loud as can be. `None` where the browser does not do it.
    #[must_use]
    pub fn of(stream: &Stream, told: impl Fn(u32) + 'static) -> Option<Self> {
        let context = AudioContext::new().ok()?;
        let source = context.source(stream.raw()).ok()?;
        let analyser = context.analyser().ok()?;
        source.connect(&analyser).ok()?;
        // It waits for a press of the person's, where the browser wants one.
        if let Ok(promise) = context.resume() {
            settle(promise.into());
        }
        let timer = Rc::default();
        measure(analyser, Box::new(told), &timer);
        Some(Self {
            context,
            _source: source,
            timer,
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.timer.take();
        if let Ok(promise) = self.context.close() {
            settle(promise.into());
        }
    }
}

fn measure(analyser: Analyser, told: Box<dyn Fn(u32)>, timer: &Rc<RefCell<Option<Timer>>>) {
    let again = Rc::downgrade(timer);
    let next = Timer::after(EVERY, move || {
        let Some(timer) = again.upgrade() else {
            return;
        };
        let mut samples = [SILENCE; SAMPLES];
        analyser.samples(&mut samples);
        let most = samples.iter().map(|sample| sample.abs_diff(SILENCE)).max();
        told(u32::from(most.unwrap_or_default()) * 100 / u32::from(SILENCE));
        measure(analyser, told, &timer);
    });
    timer.replace(Some(next));
}
