//! The name of a room, for people to read out and to type.

/// A name no longer than this is taken as it is.
const SHORT: usize = 24;

const CONSONANTS: [char; 16] = [
    'b', 'd', 'f', 'g', 'h', 'j', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'z',
];
const VOWELS: [char; 4] = ['a', 'e', 'i', 'o'];

/// The room of a conversation: the same for everybody in it, short, and to be spoken. It has 48 bits of
/// the conversation's identifier, so that nobody comes into it by chance.
#[must_use]
pub fn of(conversation: &str) -> String {
    if conversation.len() <= SHORT {
        return conversation.to_owned();
    }
    let mut bits = hash(conversation);
    let mut name = String::new();
    for syllable in 0..8 {
        if matches!(syllable, 3 | 6) {
            name.push('-');
        }
        for letters in [&CONSONANTS[..], &VOWELS[..]] {
            let count = letters.len() as u64;
            let at = usize::try_from(bits % count).unwrap_or_default();
            name.extend(letters.get(at));
            bits /= count;
        }
    }
    name
}

/// FNV-1a of 64 bits, folded so that the lower bits hold of the upper ones too.
fn hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_identifier_gives_a_name_that_can_be_spoken() {
        let name = of("5f0c8a3e-4f6e-4f0e-9a55-2f1f6f0c7d11");
        assert_eq!(name.len(), 18, "{name}");
        assert_eq!(name.split('-').count(), 3, "{name}");
        assert_eq!(name, of("5f0c8a3e-4f6e-4f0e-9a55-2f1f6f0c7d11"));
        assert_ne!(name, of("5f0c8a3e-4f6e-4f0e-9a55-2f1f6f0c7d12"));
    }

    #[test]
    fn a_short_name_is_kept() {
        assert_eq!(of("team-breakfast"), "team-breakfast");
    }
}
