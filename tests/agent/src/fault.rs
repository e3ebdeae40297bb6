//! Faults that a test asks for in the address: `?cut=after:3&dup=5`.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

/// What goes wrong, and at which of the server's frames (counted from 0). Each happens once.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Faults {
    pub(crate) cut: Option<(Where, usize)>,
    /// Wait this long before the frame.
    pub(crate) delay: Option<(usize, u64)>,
    /// Send the frame twice.
    pub(crate) dup: Option<usize>,
    /// Send junk before the frame.
    pub(crate) garbage: Option<usize>,
    /// Close with this code instead of sending the frame.
    pub(crate) close: Option<(usize, u16)>,
    /// Refuse so many connections first.
    pub(crate) refuse: usize,
    /// Lose so many frames while the client is away.
    pub(crate) gap: usize,
    /// REST answers with this status, or with none (`Some(0)`).
    pub(crate) rest: Option<u16>,
}

/// Where in a frame the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    Before,
    Inside,
    After,
}

impl Faults {
    /// Reads the faults of a query; what is no fault is passed over.
    pub(crate) fn of(query: &HashMap<String, String>) -> Self {
        let number = |key: &str| query.get(key).and_then(|text| text.parse().ok());
        Self {
            cut: query.get("cut").and_then(|text| cut(text)),
            delay: pair(query, "delay"),
            dup: number("dup"),
            garbage: number("garbage"),
            close: pair(query, "close"),
            refuse: number("refuse").unwrap_or_default(),
            gap: number("gap").unwrap_or_default(),
            rest: query.get("rest").map(|text| text.parse().unwrap_or(0)),
        }
    }

    /// All that happens at that frame, taken out so that it happens once.
    pub(crate) fn at(&mut self, frame: usize) -> At {
        let delay = self.delay.take_if(|(at, _)| *at == frame);
        let close = self.close.take_if(|(at, _)| *at == frame);
        At {
            delay: Duration::from_millis(delay.map_or(0, |(_, millis)| millis)),
            before: self.cut_at(frame, Where::Before),
            inside: self.cut_at(frame, Where::Inside),
            after: self.cut_at(frame, Where::After),
            twice: self.dup.take_if(|at| *at == frame).is_some(),
            garbage: self.garbage.take_if(|at| *at == frame).is_some(),
            close: close.map(|(_, code)| code),
        }
    }

    /// The fault at that frame, taken out so that it happens once.
    pub(crate) fn cut_at(&mut self, frame: usize, place: Where) -> bool {
        self.cut.take_if(|cut| *cut == (place, frame)).is_some()
    }
}

fn cut(text: &str) -> Option<(Where, usize)> {
    let (place, frame) = text.split_once(':')?;
    let place = match place {
        "before" => Where::Before,
        "inside" => Where::Inside,
        "after" => Where::After,
        _ => return None,
    };
    Some((place, frame.parse().ok()?))
}

/// What happens at one frame.
#[derive(Debug)]
pub(crate) struct At {
    pub(crate) delay: Duration,
    before: bool,
    inside: bool,
    after: bool,
    pub(crate) twice: bool,
    garbage: bool,
    close: Option<u16>,
}

/// What becomes of the connection behind a frame.
#[derive(Debug)]
pub(crate) enum Then {
    GoesOn,
    Ends,
    Closes(u16),
}

impl At {
    /// What goes out in place of a frame, of which `garbage` is what no client can read.
    pub(crate) fn instead_of(&self, frame: &str, garbage: &str) -> (Vec<String>, Then) {
        match self.close {
            _ if self.before => return (Vec::new(), Then::Ends),
            Some(code) => return (Vec::new(), Then::Closes(code)),
            None => {}
        }
        let mut texts: Vec<String> = self
            .garbage
            .then(|| garbage.to_owned())
            .into_iter()
            .collect();
        if self.inside {
            texts.push(frame.chars().take(frame.chars().count() / 2).collect());
            return (texts, Then::Ends);
        }
        let times = 1 + usize::from(self.twice);
        texts.extend(vec![frame.to_owned(); times]);
        let then = if self.after { Then::Ends } else { Then::GoesOn };
        (texts, then)
    }
}

/// How long connections live.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lives {
    /// `cut_every=MS`: each connection is cut after about so long.
    cut_every: Option<u64>,
    /// `seed=N`: chooses the moments.
    seed: u64,
    /// `cuts=N`: only so many.
    cuts: Option<usize>,
}

impl Lives {
    pub(crate) fn of(query: &HashMap<String, String>) -> Self {
        Self {
            cut_every: number(query, "cut_every"),
            seed: number(query, "seed").unwrap_or_default(),
            cuts: number(query, "cuts"),
        }
    }

    /// How long that socket lives: from a half to one and a half of the mean, by the seed.
    pub(crate) fn life(&self, socket: usize) -> Option<Duration> {
        let mean = self.cut_every?;
        if self.cuts.is_some_and(|cuts| socket >= cuts) {
            return None;
        }
        let random = scramble(self.seed.wrapping_add(socket as u64)) % (mean + 1);
        Some(Duration::from_millis(mean / 2 + random))
    }
}

/// SplitMix64, so that neighbouring seeds have nothing in common.
pub(crate) const fn scramble(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The parameters of a text such as `cut=after:3&dup=5`.
pub(crate) fn parameters(text: &str) -> HashMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The number of that name.
pub(crate) fn number<T: FromStr>(query: &HashMap<String, String>, key: &str) -> Option<T> {
    query.get(key)?.parse().ok()
}

fn pair<T: FromStr>(query: &HashMap<String, String>, key: &str) -> Option<(usize, T)> {
    let (frame, value) = query.get(key)?.split_once(':')?;
    Some((frame.parse().ok()?, value.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_lives_and_another_gives_others() {
        let lives = |seed: &str| {
            let lives = Lives::of(&parameters(&format!("cut_every=300&seed={seed}&cuts=8")));
            (0..10).map(|socket| lives.life(socket)).collect::<Vec<_>>()
        };
        assert_eq!(lives("1"), lives("1"));
        assert_ne!(lives("1"), lives("2"));
        let (some, none) = (lives("1"), lives("1").split_off(8));
        let within = |life: &Duration| (150..=450).contains(&life.as_millis());
        assert!(some.iter().flatten().all(within));
        assert_eq!(none, [None, None]);
    }

    #[test]
    fn faults_are_read_and_happen_once() {
        let query = [
            ("cut", "inside:4"),
            ("delay", "2:500"),
            ("close", "7:1009"),
            ("refuse", "2"),
            ("dup", "x"),
        ];
        let query = query.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let mut faults = Faults::of(&HashMap::from(query));
        assert_eq!(faults.delay, Some((2, 500)));
        assert_eq!(faults.close, Some((7, 1009)));
        assert_eq!((faults.refuse, faults.dup), (2, None));
        assert!(!faults.cut_at(3, Where::Inside));
        assert!(faults.cut_at(4, Where::Inside));
        assert!(!faults.cut_at(4, Where::Inside));
    }
}
