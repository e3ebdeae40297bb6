//! A channel reaches every other one of its name, and no longer than it is kept.

use parlor::platform::channel::Channel;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::patch::Patch;
use crate::told::Told;

fn open(name: &str, told: &Told<String>) -> Channel {
    let told = told.clone();
    Channel::open(name, move |text| told.say(text))
}

#[wasm_bindgen_test]
async fn a_text_reaches_the_others_as_it_was() {
    let (one, two, other) = (Told::new(), Told::new(), Told::new());
    let first = open("channel 1", &one);
    let second = open("channel 1", &two);
    let _other = open("channel 1, another", &other);
    first.post("\"quoted\"\n日本 🙂\u{0}");
    assert_eq!(two.last().await, "\"quoted\"\n日本 🙂\u{0}");
    second.post("back");
    assert_eq!(one.last().await, "back");
    let counts = (one.count(), two.count(), other.count());
    assert_eq!(counts, (0, 0, 0), "nobody hears itself, or another name");
}

#[wasm_bindgen_test]
async fn what_is_dropped_hears_nothing() {
    let (gone, told) = (Told::new(), Told::new());
    let first = open("channel 2", &Told::new());
    let dropped = open("channel 2", &gone);
    let _kept = open("channel 2", &told);
    drop(dropped);
    first.post("hello");
    assert_eq!(told.last().await, "hello");
    assert_eq!(gone.count(), 0);
}

#[wasm_bindgen_test]
fn where_there_are_no_channels_nothing_happens() {
    for channel in [
        "undefined",
        "function () { throw new DOMException('opaque', 'SecurityError'); }",
    ] {
        let _none = Patch::property("window", "BroadcastChannel", channel);
        let told = Told::new();
        open("channel 3", &told).post("hello");
        assert_eq!(told.count(), 0);
    }
}
