//! A socket says how it ended, and nothing once it is let go.

use parlor::io::{Closed, Frame, Happening, SocketId};
use parlor::platform::socket::Socket;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::told::Told;

/// Nobody listens there.
const NOBODY: &str = "ws://127.0.0.1:59999/";

fn open(id: u64, url: &str, told: &Told<Happening>) -> Result<Socket, Closed> {
    let told = told.clone();
    Socket::open(SocketId(id), url, move |happening| told.say(happening))
}

#[wasm_bindgen_test]
fn an_address_that_is_none_is_refused_in_words() {
    let told = Told::new();
    let refused = open(1, "nonsense://there", &told).err().expect("refused");
    assert!(refused.refused);
    assert_eq!((refused.socket, refused.code), (SocketId(1), 1006));
    assert!(!refused.reason.is_empty());
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_a_close_and_no_refusal() {
    let told = Told::new();
    let _socket = open(2, NOBODY, &told).expect("a socket");
    let Happening::Closed(closed) = told.last().await else {
        panic!("no close");
    };
    assert!(!closed.refused);
    assert_eq!((closed.socket, closed.code), (SocketId(2), 1006));
}

#[wasm_bindgen_test]
async fn nothing_is_heard_of_a_socket_that_was_let_go() {
    let (silent, told) = (Told::new(), Told::new());
    open(3, NOBODY, &silent).expect("a socket").close(1000);
    drop(open(4, NOBODY, &silent).expect("a socket"));
    let _later = open(5, NOBODY, &told).expect("a socket");
    assert!(matches!(told.last().await, Happening::Closed(_)));
    assert_eq!(silent.count(), 0);
}

#[wasm_bindgen_test]
async fn a_frame_for_a_socket_that_is_not_open_yet_goes_nowhere() {
    let told = Told::new();
    let socket = open(6, NOBODY, &told).expect("a socket");
    socket.send(&Frame::Text("too early".to_owned()));
    assert!(matches!(told.last().await, Happening::Closed(_)));
    assert_eq!(told.count(), 0, "it was never flushed");
}
