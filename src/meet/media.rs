//! What the browser half gives and lacks: devices, pictures, sound.

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// Takes sound.
    Microphone,
    /// Takes pictures.
    Camera,
    /// Gives sound.
    Speaker,
}

impl DeviceKind {
    /// Every one, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Microphone, Self::Camera, Self::Speaker];

    /// The word of `MediaDeviceInfo.kind` (W3C Media Capture and Streams).
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Microphone => "audioinput",
            Self::Camera => "videoinput",
            Self::Speaker => "audiooutput",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A microphone, a camera or a speaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What it is.
    pub kind: DeviceKind,
    /// To choose it by.
    pub id: String,
    /// Its name; empty until the person has let the page at one of its kind.
    pub label: String,
}

/// Why there is no sound or no picture of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The person, or the browser for them, does not let the page at it.
    Refused,
    /// The same in a frame, where it may be the page around it that does not.
    Framed,
    /// There is no such device.
    Missing,
    /// Another program has it, or it does not work.
    Busy,
    /// The page came over a connection where browsers give no devices (`http:`).
    Insecure,
    /// It worked, and has ended.
    Ended,
}

impl Lack {
    /// From the name of what `getUserMedia()` threw (W3C Media Capture and Streams, section 10.2), in a
    /// frame or not.
    #[must_use]
    pub fn named(name: &str, framed: bool) -> Self {
        match name {
            "NotAllowedError" | "SecurityError" if framed => Self::Framed,
            "NotAllowedError" | "SecurityError" => Self::Refused,
            "NotFoundError" | "OverconstrainedError" => Self::Missing,
            _ => Self::Busy,
        }
    }
}

/// What of ours the others get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct On {
    /// The microphone is on.
    pub audio: bool,
    /// The camera is on.
    pub video: bool,
    /// The screen is shared.
    pub screen: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_device_is_known_by_its_word_and_no_other_is() {
        for kind in DeviceKind::ALL {
            assert_eq!(DeviceKind::parse(kind.word()), Some(kind));
        }
        assert_eq!(DeviceKind::parse("videooutput"), None);
    }

    #[test]
    fn what_is_thrown_says_why_a_device_is_not_there() {
        for (name, why) in [
            ("NotAllowedError", [Lack::Refused, Lack::Framed]),
            ("NotFoundError", [Lack::Missing; 2]),
            ("OverconstrainedError", [Lack::Missing; 2]),
            ("NotReadableError", [Lack::Busy; 2]),
            ("AbortError", [Lack::Busy; 2]),
        ] {
            let both = [false, true].map(|framed| Lack::named(name, framed));
            assert_eq!(both, why, "{name}");
        }
    }
}
