//! Seeded randomness for the pure half (SplitMix64, Steele, Lea and Flood 2014).

use crate::model::Duration;

/// A generator; the same seed gives the same numbers.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Starts from a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `most`, both included.
    pub const fn up_to(&mut self, most: u64) -> u64 {
        match most.checked_add(1) {
            Some(span) => self.next() % span,
            None => self.next(),
        }
    }

    /// How long to wait before a connection is tried again after so many failures: up to `base`,
    /// twice as long each time, and never outside of the two limits.
    pub fn backoff(
        &mut self,
        attempt: u32,
        base: Duration,
        floor: Duration,
        ceiling: Duration,
    ) -> Duration {
        let most = base.0.saturating_mul(1 << attempt.min(20));
        Duration(self.up_to(most.min(ceiling.0)).max(floor.0))
    }

    /// A version 4 UUID (RFC 9562 section 5.4).
    pub fn uuid(&mut self) -> String {
        let high = self.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000;
        let low = self.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xFFFF,
            high & 0xFFFF,
            low >> 48,
            low & 0xFFFF_FFFF_FFFF,
        )
    }
}
