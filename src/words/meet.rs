//! What is said in and about a video room.

use crate::meet::{DeviceKind, Lack, Participant, Signalling, Tie};

macro_rules! words {
    ($($name:ident = $text:literal;)*) => {
        $(#[doc = $text] pub const $name: &str = $text;)*
    };
}

words! {
    OPEN = "Video room …";
    LOBBY = "Join a video room";
    ROOM = "Room";
    ROOM_HINT = "Whoever joins the same room on this server is seen and heard.";
    NAME = "Your name";
    NAME_WANTED = "Enter the name that the others are to see.";
    ROOM_WANTED = "Enter a room.";
    JOIN = "Join";
    JOIN_DARK = "Join without camera";
    ASKING = "Your browser may ask for the camera and the microphone.";
    UNABLE = "This browser cannot make video calls. Open this page in another one.";
    USUAL = "The browser's choice";
    MICROPHONE = "Microphone";
    LEVEL = "How loud you are";
    CAMERA = "Camera";
    SHARE = "Share screen";
    DEVICES = "Devices";
    PEOPLE = "People";
    LEAVE = "Leave";
    CLOSE = "Close";
    CONTROLS = "Controls of the video room";
    CHAT = "Chat";
    BACK = "Video room";
    YOU = "You";
    NAMELESS = "Somebody";
    MUTED = "microphone off";
    DARK = "camera off";
    SHARES = "shares the screen";
    YOUR_SCREEN = "Your screen";
    UNSHARED = "The screen could not be shared. Allow it in the browser or in the system's settings, then try again.";
    MANY = "With this many people every browser sends a lot. If pictures stutter, turn cameras off.";
    RETRY = "Try again";
    STUCK = "Your browser plays nothing of the others before you ask for it.";
    PLAY = "Play";
    COPY_LINK = "Copy link to this room";
    UNREACHED = "The server's video rooms could not be reached. It is tried again by itself.";
    LOST = "The connection to the server was lost. Whom you see stays connected; joining again goes on by itself.";
}

/// The kind of a device.
#[must_use]
pub const fn device(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Microphone => MICROPHONE,
        DeviceKind::Camera => CAMERA,
        DeviceKind::Speaker => "Speaker",
    }
}

/// A device without a name.
#[must_use]
pub fn nameless(kind: DeviceKind, number: usize) -> String {
    [device(kind), " ", &number.to_string()].concat()
}

/// Who it is.
#[must_use]
pub fn name(who: &Participant) -> &str {
    match who.name.as_str() {
        "" => NAMELESS,
        name => name,
    }
}

/// The name of a tile, with what is off.
#[must_use]
pub fn tile(name: &str, audio: bool, video: bool) -> String {
    let mut said = name.to_owned();
    for (on, word) in [(audio, MUTED), (video, DARK)] {
        if !on {
            said.push_str(", ");
            said.push_str(word);
        }
    }
    said
}

/// The name of somebody's screen.
#[must_use]
pub fn screen_of(name: &str) -> String {
    ["The screen of ", name].concat()
}

/// How many are here.
#[must_use]
pub fn people(count: usize) -> String {
    match count {
        1 => "1 person".into(),
        count => count.to_string() + " people",
    }
}

/// How the tie to somebody is.
#[must_use]
pub const fn tie(tie: Tie) -> &'static str {
    match tie {
        Tie::Connecting => "Connecting",
        Tie::Connected => "Connected",
        Tie::Disconnected => "Connection interrupted",
        Tie::Failed => "Connection lost, trying another way",
    }
}

/// Where the signalling is, where that is worth saying.
#[must_use]
pub fn signalling(signalling: &Signalling) -> String {
    match signalling {
        Signalling::Idle | Signalling::Joined => String::new(),
        Signalling::Connecting => "Joining the room.".into(),
        Signalling::Waiting { .. } => UNREACHED.into(),
        Signalling::NoRooms { echo: true } => {
            "This server has no video rooms: it only sends back what it gets. Leave, and ask its operator for a server with rooms."
                .into()
        }
        Signalling::NoRooms { echo: false } => {
            "This server has no video rooms: a chat answers where they should be. Leave, and ask its operator for a server with rooms."
                .into()
        }
        Signalling::Unreachable => {
            "The server's video rooms cannot be reached. It may have none. Check the address in the settings, or try again."
                .into()
        }
        Signalling::Full => {
            "The room is full: it holds nine people. Choose another room, or try again later."
                .into()
        }
        Signalling::Refused(words) if words.is_empty() => {
            "The server does not let you in. Check the key in the settings, then try again.".into()
        }
        Signalling::Refused(words) => {
            ["The server does not let you in. It says: ", words].concat()
        }
    }
}

/// Why the others do not hear and see us.
#[must_use]
pub fn lacks([microphone, camera]: [Option<Lack>; 2]) -> String {
    match (microphone, camera) {
        (None, None) => String::new(),
        (Some(sound), Some(picture)) => {
            let why = match sound == picture {
                true => lack(sound, "Camera and microphone"),
                false => [lack(sound, MICROPHONE_OF), lack(picture, CAMERA_OF)].join(" "),
            };
            why + " You see and hear the others all the same; they do not see and hear you."
        }
        (Some(why), None) => lack(why, MICROPHONE_OF) + " The others do not hear you.",
        (None, Some(why)) => lack(why, CAMERA_OF) + " The others do not see you.",
    }
}

/// Both, at the beginning of a sentence.
const MICROPHONE_OF: &str = "The microphone";
const CAMERA_OF: &str = "The camera";

fn lack(why: Lack, what: &'static str) -> String {
    let is = match why {
        Lack::Refused => {
            " may not be used by this page. Allow that beside the browser's address, then press the button of what you want on."
        }
        Lack::Framed => {
            " may not be used here. Allow that beside the browser's address; where the browser does not ask, the page around this one has to allow it. Then press the button of what you want on."
        }
        Lack::Missing => " could not be found. Plug in what is missing, then press its button.",
        Lack::Busy => {
            " could not be started: another program may use what you want on. Close that, then press the button here."
        }
        Lack::Insecure => " can be used only on a page that came over https.",
        Lack::Ended => " stopped. Check that it is plugged in, then press its button.",
    };
    [what, is].concat()
}

/// Somebody has come.
#[must_use]
pub fn joined(name: &str) -> String {
    [name, " joined."].concat()
}

/// Somebody has gone, or nothing leads to them any more.
#[must_use]
pub fn gone(who: &Participant) -> String {
    let what = match who.tie {
        Tie::Connected => " left.",
        _ => " is not connected any more.",
    };
    [name(who), what].concat()
}

/// The tie to somebody is bad, or good again.
#[must_use]
pub fn tied(name: &str, now: Tie) -> String {
    [name, ": ", tie(now), "."].concat()
}

/// Somebody shows their screen, or no longer.
#[must_use]
pub fn shares(name: &str, on: bool) -> String {
    let what = if on {
        " shares the screen."
    } else {
        " no longer shares the screen."
    };
    [name, what].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_device_has_its_own_reason_and_one_reason_is_told_once() {
        let both = lacks([Some(Lack::Refused); 2]);
        assert!(both.starts_with("Camera and microphone may not be used"));
        let each = lacks([Some(Lack::Missing), Some(Lack::Refused)]);
        assert!(
            each.starts_with("The microphone could not be found"),
            "{each}"
        );
        assert!(each.contains("The camera may not be used"), "{each}");
        assert_eq!(lacks([None, None]), "");
    }

    #[test]
    fn who_was_not_connected_has_not_left() {
        let mut who = Participant {
            id: "b".into(),
            name: "Bo".into(),
            link: None,
            tie: Tie::Connected,
            audio: true,
            video: true,
            screen: false,
            screen_stream: String::new(),
        };
        assert_eq!(gone(&who), "Bo left.");
        who.tie = Tie::Disconnected;
        assert_eq!(gone(&who), "Bo is not connected any more.");
    }
}
