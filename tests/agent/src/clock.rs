//! The time as both OpenHands write it: to the microsecond, in a zone that they do not name.

use std::time::{SystemTime, UNIX_EPOCH};

/// `2026-11-21T00:06:42.277609`
pub(crate) fn now() -> String {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    text(since.as_secs(), since.subsec_micros())
}

fn text(seconds: u64, micros: u32) -> String {
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}")
}

/// The date so many days after 1 January 1970, by Howard Hinnant's `civil_from_days`: years are
/// counted from March, so that a leap day is the last of its year.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let leaps = day_of_era / 1_460 + day_of_era / 146_096 - day_of_era / 36_524;
    let year_of_era = (day_of_era - leaps) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn dates_are_right_around_leap_days_and_years() {
        assert_eq!(text(0, 0), "1970-01-01T00:00:00.000000");
        assert_eq!(text(951_825_599, 7), "2000-02-29T11:59:59.000007");
        assert_eq!(text(1_795_219_602, 277_609), "2026-11-21T00:06:42.277609");
        assert_eq!(text(1_767_225_599, 0), "2025-12-31T23:59:59.000000");
    }
}
