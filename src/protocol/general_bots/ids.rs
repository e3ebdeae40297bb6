//! Identifiers of our own: adapters know no randomness, so they follow from those that there are.

/// A UUID that follows from a text and a number, the same each time (RFC 9562, version 8).
pub(super) fn follows(text: &str, salt: u64) -> String {
    let seed = text
        .bytes()
        .fold(salt ^ 0xCBF2_9CE4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
    let high = mixed(seed);
    let low = mixed(high ^ salt);
    let high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000;
    let low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFFF,
        low >> 48,
        low & 0xFFFF_FFFF_FFFF,
    )
}

/// A step of SplitMix64 (Steele, Lea and Flood 2014).
const fn mixed(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
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
                assert_eq!((id.len(), id.get(14..15)), (36, Some("8")), "{id}");
                assert_eq!(id, follows(text, salt));
                assert!(!all.contains(&id), "{text} {salt}");
                all.push(id);
            }
        }
    }
}
