//! A lock is held by one at a time, and let go of with its value.

use parlor::platform::lock::Lock;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::patch::Patch;
use crate::told::Told;

fn request(name: &str, told: &Told<&'static str>, word: &'static str) -> Lock {
    let told = told.clone();
    Lock::request(name, move || told.say(word))
}

fn if_available(name: &str, told: &Told<bool>) -> Lock {
    let told = told.clone();
    Lock::if_available(name, move |held| told.say(held))
}

#[wasm_bindgen_test]
async fn the_next_holds_it_once_the_first_lets_go() {
    let told = Told::new();
    let first = request("lock 1", &told, "first");
    assert_eq!(told.count(), 0, "never within the call");
    assert_eq!(told.last().await, "first");
    let _second = request("lock 1", &told, "second");
    let _other = request("lock 1, another", &told, "other");
    assert_eq!(told.last().await, "other");
    assert_eq!(told.count(), 0, "the second waits");
    drop(first);
    assert_eq!(told.last().await, "second");
}

#[wasm_bindgen_test]
async fn it_is_taken_only_where_nobody_holds_it() {
    let told = Told::new();
    let first = if_available("lock 2", &told);
    assert!(told.last().await);
    let refused = if_available("lock 2", &told);
    assert!(!told.last().await);
    drop((refused, first));
    let waiting = Told::new();
    let _waiting = request("lock 2", &waiting, "free");
    assert_eq!(waiting.last().await, "free");
}

#[wasm_bindgen_test]
async fn who_stops_waiting_hears_nothing_and_is_in_nobodys_way() {
    let told = Told::new();
    let first = request("lock 3", &told, "first");
    assert_eq!(told.last().await, "first");
    let second = request("lock 3", &told, "second");
    let _third = request("lock 3", &told, "third");
    drop(second);
    drop(first);
    assert_eq!(told.last().await, "third");
    assert_eq!(told.count(), 0);
}

#[wasm_bindgen_test]
async fn where_there_are_no_locks_each_is_granted() {
    for locks in [
        "undefined",
        "{ request: () => { throw new TypeError('no'); } }",
        "{ request: () => Promise.reject(new DOMException('opaque', 'SecurityError')) }",
    ] {
        let _none = Patch::property("navigator", "locks", locks);
        let told = Told::new();
        let _first = request("lock 4", &told, "first");
        assert_eq!(told.count(), 0, "never within the call");
        assert_eq!(told.last().await, "first");
        let held = Told::new();
        let _second = if_available("lock 4", &held);
        assert!(held.last().await);
        drop(request("lock 4", &told, "dropped"));
        let _last = request("lock 4", &told, "last");
        assert_eq!(told.last().await, "last");
        assert_eq!(told.count(), 0);
    }
}
