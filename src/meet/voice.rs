//! Who speaks, by how loud each tie is.

use super::LinkId;
use crate::model::{Duration, Instant};

/// How often to listen.
pub const EVERY: Duration = Duration::millis(200);

/// From here on it is a voice and no noise: 40 dB below the loudest there is.
const LOUD: f64 = 0.01;

/// A pause within what somebody says.
const PAUSE: Duration = Duration::millis(800);

/// What was heard last by a tie (`RTCRtpSynchronizationSource`, W3C WebRTC 1.0).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Which tie.
    pub link: LinkId,
    /// When it was heard, in milliseconds since some time. What has not moved is silence: the browser
    /// tells of the last sound for 10 s.
    pub at: f64,
    /// From 0 to 1, the loudest there is.
    pub loudness: f64,
}

/// Who speaks.
#[derive(Clone, Debug, Default)]
pub struct Voices {
    /// What was heard last by each tie, and when it was loud last.
    heard: Vec<(Level, Option<Instant>)>,
}

impl Voices {
    /// Takes what is heard now by every tie that there is, and gives those by which somebody speaks.
    pub fn listen(&mut self, levels: Vec<Level>, now: Instant) -> Vec<LinkId> {
        let before = std::mem::take(&mut self.heard);
        let heard = levels.into_iter().map(|level| {
            let known = before.iter().find(|(known, _)| known.link == level.link);
            let moved = known.is_none_or(|(known, _)| known.at < level.at);
            let loud = (moved && level.loudness >= LOUD).then_some(now);
            let last = known.and_then(|(_, last)| *last);
            (level, loud.or(last))
        });
        self.heard = heard.collect();
        let speaks = |last: Option<Instant>| last.is_some_and(|last| now.since(last) < PAUSE);
        let speaking = self.heard.iter().filter(|(_, last)| speaks(*last));
        speaking.map(|(level, _)| level.link).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(link: u32, at: f64, loudness: f64) -> Level {
        let link = LinkId(link);
        Level { link, at, loudness }
    }

    #[test]
    fn who_is_loud_speaks_and_a_pause_is_no_end() {
        let mut voices = Voices::default();
        let none: [LinkId; 0] = [];
        assert_eq!(voices.listen(vec![level(1, 1.0, 0.001)], Instant(0)), none);
        let both = vec![level(1, 2.0, 0.2), level(2, 2.0, 0.005)];
        assert_eq!(voices.listen(both, Instant(200)), [LinkId(1)]);
        let quiet = vec![level(1, 3.0, 0.0), level(2, 3.0, 0.3)];
        assert_eq!(voices.listen(quiet, Instant(400)), [LinkId(1), LinkId(2)]);
        let quiet = vec![level(1, 4.0, 0.0), level(2, 4.0, 0.0)];
        assert_eq!(voices.listen(quiet, Instant(1_000)), [LinkId(2)]);
    }

    #[test]
    fn a_sound_that_the_browser_tells_of_again_is_silence() {
        let mut voices = Voices::default();
        let speaking = voices.listen(vec![level(1, 5.0, 0.5)], Instant(0));
        assert_eq!(speaking, [LinkId(1)]);
        let speaking = voices.listen(vec![level(1, 5.0, 0.5)], Instant(2_000));
        assert_eq!(speaking, []);
    }

    #[test]
    fn a_tie_that_is_gone_is_forgotten() {
        let mut voices = Voices::default();
        voices.listen(vec![level(1, 5.0, 0.5)], Instant(0));
        assert_eq!(voices.listen(Vec::new(), Instant(100)), []);
        let speaking = voices.listen(vec![level(1, 6.0, 0.0)], Instant(200));
        assert_eq!(speaking, []);
    }
}
