//! The clock of OpenHands: local time without a zone (`2026-11-21T00:06:46.429392`), of which only
//! the spans between events mean anything here.

use crate::model::Instant;

/// Milliseconds since the epoch, as if the server's clock were in UTC; 0 where it cannot be read.
pub fn read(stamp: &str) -> Instant {
    Instant(millis(stamp).unwrap_or_default())
}

fn millis(stamp: &str) -> Option<u64> {
    let (date, time) = stamp.split_once(['T', ' '])?;
    let mut date = date.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let time = time.trim_end_matches('Z');
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut clock = clock.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let seconds = ((days(year, month, day)? * 24 + hour) * 60 + minute) * 60 + second;
    Some(seconds * 1_000 + fraction.parse::<u64>().ok()?)
}

/// Days since the epoch in the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year = if month <= 2 {
        year.checked_sub(1)?
    } else {
        year
    };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day.checked_sub(1)?;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    (era * 146_097 + of_era).checked_sub(719_468)
}

/// The moment as the server's own page writes it: ISO 8601 in UTC, to the millisecond.
pub fn write(at: Instant) -> String {
    let (seconds, millis) = (at.0 / 1_000, at.0 % 1_000);
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// The date so many days after the epoch (Howard Hinnant's `civil_from_days`).
const fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_with_and_without_a_fraction_are_read() {
        assert_eq!(read("1970-01-01T00:00:00"), Instant(0));
        assert_eq!(
            read("2026-11-21T00:06:46.429392"),
            Instant(1_795_219_606_429)
        );
        assert_eq!(read("2024-02-29T12:00:00.5Z"), Instant(1_709_208_000_500));
    }

    #[test]
    fn what_is_written_is_read_as_the_same_moment() {
        assert_eq!(
            write(Instant(1_795_219_606_429)),
            "2026-11-21T00:06:46.429Z"
        );
        for day in 0..60_000 {
            let at = Instant(day * 86_400_000 + day % 86_400_000);
            assert_eq!(read(&write(at)), at);
        }
    }

    #[test]
    fn anything_else_is_no_time() {
        for stamp in ["", "yesterday", "2026-11-21", "2026-11-21T", "0-0-0T0:0:0"] {
            assert_eq!(read(stamp), Instant(0), "{stamp}");
        }
    }
}
