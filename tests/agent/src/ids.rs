//! Identifiers as real servers make them: random UUIDs, with dashes or without.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::fault::scramble;

static COUNT: AtomicU64 = AtomicU64::new(0);

fn random() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    scramble(scramble(count) ^ u64::from(since.subsec_nanos()) ^ since.as_secs())
}

/// A UUID of version 4: `cdf1bdae-78bb-4abb-b091-7b528de24718`
pub(crate) fn uuid() -> String {
    let digits = format!("{:016x}{:016x}", random(), random());
    let (mut dashed, mut number) = (String::new(), 0);
    for digit in digits.chars() {
        if matches!(number, 8 | 12 | 16 | 20) {
            dashed.push('-');
        }
        dashed.push(match number {
            12 => '4',
            16 => '8',
            _ => digit,
        });
        number += 1;
    }
    dashed
}

/// A UUID with its dashes, from either form; none from what is no UUID.
pub(crate) fn dashed(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|letter| *letter != '-').collect();
    let dashes = text.len() - digits.len();
    let fits = digits.len() == 32 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    if !fits || !(dashes == 0 || dashes == 4) {
        return None;
    }
    let mut parts = Vec::new();
    let mut rest = digits.as_str();
    for length in [8, 4, 4, 4, 12] {
        let (part, more) = rest.split_at_checked(length)?;
        parts.push(part.to_ascii_lowercase());
        rest = more;
    }
    Some(parts.join("-"))
}

/// The form without dashes, which the app server answers with.
pub(crate) fn bare(id: &str) -> String {
    id.replace('-', "")
}

/// A word of letters and digits, as sandboxes are named and keys are made.
pub(crate) fn word(length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let letter = |_| {
        let at = usize::try_from(random() % LETTERS.len() as u64).unwrap_or_default();
        LETTERS.get(at).map_or('A', |letter| char::from(*letter))
    };
    (0..length).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_uuid_are_one_and_other_words_are_none() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(dashed(&bare(&id)).as_deref(), Some(id.as_str()));
        assert_eq!(dashed(&id).as_deref(), Some(id.as_str()));
        assert_eq!(dashed("not-a-uuid"), None);
        assert_ne!(uuid(), uuid());
    }
}
