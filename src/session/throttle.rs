//! A token bucket: so many messages a second, and as many at once.

use crate::model::{Duration, Instant};

/// One message's worth, in thousandths.
const ONE: u64 = 1_000;

/// The bucket.
#[derive(Debug)]
pub(super) struct Throttle {
    rate: u64,
    level: u64,
    at: Instant,
}

impl Throttle {
    /// A full bucket.
    pub(super) fn new(per_second: u32) -> Self {
        let rate = u64::from(per_second.max(1));
        Self {
            rate,
            level: rate * ONE,
            at: Instant(0),
        }
    }

    /// Takes one message's worth; `Err` says when there will be one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        let gained = now.since(self.at).0.saturating_mul(self.rate);
        self.level = self.level.saturating_add(gained).min(self.rate * ONE);
        self.at = self.at.max(now);
        match self.level.checked_sub(ONE) {
            Some(rest) => {
                self.level = rest;
                Ok(())
            }
            None => Err(now + Duration((ONE - self.level).div_ceil(self.rate))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_at_once_then_one_each_tenth_of_a_second() {
        let mut throttle = Throttle::new(10);
        let start = Instant(5_000);
        for _ in 0..10 {
            assert_eq!(throttle.take(start), Ok(()));
        }
        assert_eq!(throttle.take(start), Err(Instant(5_100)));
        assert_eq!(throttle.take(Instant(5_099)), Err(Instant(5_100)));
        assert_eq!(throttle.take(Instant(5_100)), Ok(()));
        assert!(throttle.take(Instant(5_150)).is_err());
    }

    #[test]
    fn a_clock_that_jumps_back_gives_nothing_for_free() {
        let mut throttle = Throttle::new(1);
        assert_eq!(throttle.take(Instant(10_000)), Ok(()));
        assert!(throttle.take(Instant(1_000)).is_err());
        assert!(throttle.take(Instant(10_500)).is_err());
    }
}
