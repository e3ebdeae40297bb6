//! Identifiers of our own: adapters know no randomness, so they follow from those that there are.

use crate::random::Random;

/// A UUID that follows from a text and a number, the same each time: their hash (FNV-1a) is the seed.
pub(super) fn follows(text: &str, salt: u64) -> String {
    let bytes = text.bytes().chain(salt.to_le_bytes());
    let seed = bytes.fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    Random::new(seed).uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_and_each_number_has_its_own() {
        let mut all: Vec<String> = Vec::new();
        for text in ["", "a", "b", "550e8400-e29b-41d4-a716-446655440000"] {
            for salt in [0, 1, 2, 1_795_219_606_429] {
                let id = follows(text, salt);
                assert_eq!((id.len(), id.get(14..15)), (36, Some("4")), "{id}");
                assert_eq!(id, follows(text, salt));
                assert!(!all.contains(&id), "{text} {salt}");
                all.push(id);
            }
        }
    }
}
