//! Who speaks, by how loud each track is.

use crate::model::{Duration, Instant};

/// How often to listen.
pub const EVERY: Duration = Duration::millis(200);

/// Above this it is a voice and no noise: 40 dB below the loudest there is. WebKit tells steps of
/// 20 dB, rounded up.
const LOUD: f64 = 0.01;

/// A pause within what somebody says.
const PAUSE: Duration = Duration::millis(800);

/// What was heard last of a track (`RTCRtpSynchronizationSource`, W3C WebRTC 1.0).
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// `MediaStreamTrack.id`.
    pub track: String,
    /// When it was heard, in milliseconds since some time. What has not moved is silence: the browser
    /// tells of the last sound for 10 s.
    pub at: f64,
    /// From 0 to 1, the loudest there is.
    pub loudness: f64,
}

/// Who speaks.
#[derive(Clone, Debug, Default)]
pub struct Voices {
    /// What was heard last of each track, and when it was loud last.
    heard: Vec<(Level, Option<Instant>)>,
}

impl Voices {
    /// Takes what is heard now of every track that there is, and gives those in which somebody speaks.
    pub fn listen(&mut self, levels: Vec<Level>, now: Instant) -> Vec<String> {
        let before = std::mem::take(&mut self.heard);
        let heard = levels.into_iter().map(|level| {
            let known = before.iter().find(|(known, _)| known.track == level.track);
            let moved = known.is_none_or(|(known, _)| known.at < level.at);
            let loud = (moved && level.loudness > LOUD).then_some(now);
            let last = known.and_then(|(_, last)| *last);
            (level, loud.or(last))
        });
        self.heard = heard.collect();
        let speaks = |last: Option<Instant>| last.is_some_and(|last| now.since(last) < PAUSE);
        let speaking = self.heard.iter().filter(|(_, last)| speaks(*last));
        speaking.map(|(level, _)| level.track.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(track: &str, at: f64, loudness: f64) -> Level {
        let track = track.to_owned();
        Level {
            track,
            at,
            loudness,
        }
    }

    #[test]
    fn who_is_loud_speaks_and_a_pause_is_no_end() {
        let mut voices = Voices::default();
        let none: [String; 0] = [];
        assert_eq!(voices.listen(vec![level("a", 1.0, 0.01)], Instant(0)), none);
        let both = vec![level("a", 2.0, 0.2), level("b", 2.0, 0.005)];
        assert_eq!(voices.listen(both, Instant(200)), ["a"]);
        let quiet = vec![level("a", 3.0, 0.0), level("b", 3.0, 0.3)];
        assert_eq!(voices.listen(quiet, Instant(400)), ["a", "b"]);
        let quiet = vec![level("a", 4.0, 0.0), level("b", 4.0, 0.0)];
        assert_eq!(voices.listen(quiet, Instant(1_000)), ["b"]);
    }

    #[test]
    fn a_sound_that_the_browser_tells_of_again_is_silence() {
        let mut voices = Voices::default();
        let speaking = voices.listen(vec![level("a", 5.0, 0.5)], Instant(0));
        assert_eq!(speaking, ["a"]);
        let speaking = voices.listen(vec![level("a", 5.0, 0.5)], Instant(2_000));
        assert!(speaking.is_empty());
    }

    #[test]
    fn a_track_that_is_gone_is_forgotten() {
        let mut voices = Voices::default();
        voices.listen(vec![level("a", 5.0, 0.5)], Instant(0));
        assert!(voices.listen(Vec::new(), Instant(100)).is_empty());
        let speaking = voices.listen(vec![level("a", 6.0, 0.0)], Instant(200));
        assert!(speaking.is_empty());
    }
}
