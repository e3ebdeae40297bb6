//! A text in portions, where the whole of it is more than a server takes in one message.

/// Cuts a text so that each portion weighs no more than `most`: between paragraphs where that can
/// be, else between lines, words or letters. `weigh` says what a message of such a text comes to; the
/// flag is set for the first, with which everything else goes. `None` where not even one letter fits.
#[must_use]
pub fn portions(
    text: &str,
    most: usize,
    weigh: &dyn Fn(&str, bool) -> usize,
) -> Option<Vec<String>> {
    let mut portions: Vec<String> = Vec::new();
    let mut rest = text.trim_end();
    while !rest.is_empty() {
        let first = portions.is_empty();
        let end = fitting(rest, most, &|part| weigh(part, first))?;
        let (end, next) = seam(rest, end);
        let (part, behind) = (rest.get(..end)?, rest.get(next..)?);
        if !part.trim().is_empty() {
            portions.push(part.to_owned());
        }
        rest = behind.trim_start_matches('\n');
    }
    (!portions.is_empty()).then_some(portions)
}

/// How much of the text fits, in bytes. A byte of text takes at least one byte of its frame, and
/// about as many as its neighbours do.
fn fitting(text: &str, most: usize, weigh: &dyn Fn(&str) -> usize) -> Option<usize> {
    let letter = text.chars().next().map_or(0, char::len_utf8);
    let around = weigh("x").saturating_sub(1);
    let room = most.checked_sub(around)?;
    let mut end = text.floor_char_boundary(room);
    while end > letter {
        let weight = weigh(text.get(..end)?);
        if weight <= most {
            return Some(end);
        }
        let taken = weight.saturating_sub(around).max(1);
        // The product of two sizes may be more than a size of 32 bits.
        let [held, room, taken] = [end, room, taken].map(|size| size as u64);
        let next = usize::try_from(held * room / taken).unwrap_or_default();
        end = text.floor_char_boundary(next.min(end - 1));
    }
    (weigh(text.get(..letter)?) <= most).then_some(letter)
}

/// Where a portion of at most `end` bytes ends, and where the next begins. One is not made much
/// smaller for the sake of a better place.
fn seam(text: &str, end: usize) -> (usize, usize) {
    let head = text.get(..end).unwrap_or_default();
    let between = [("\n\n", 2), ("\n", 1), (" ", 1)];
    let found = between.into_iter().find_map(|(between, long)| {
        let at = head.rfind(between)?;
        (at >= end / 2 && at > 0).then_some((at, at + long))
    });
    match found {
        Some(seam) if end < text.len() => seam,
        _ => (end, end),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    const MOST: usize = 65_536;

    /// As a server of frames in JSON counts.
    fn weigh(text: &str) -> usize {
        let frame = serde_json::json!({"type": "message", "session_id": "s", "content": text});
        frame.to_string().len()
    }

    fn cut(text: &str) -> Vec<String> {
        portions(text, MOST, &|part, _| weigh(part)).unwrap()
    }

    /// A text of these letters whose whole frame has exactly so many bytes.
    fn text_of(letters: &str, bytes: usize) -> String {
        let room = bytes - weigh("");
        let mut text = letters.repeat(room / letters.len());
        text.push_str(&"x".repeat(room - text.len()));
        assert_eq!(weigh(&text), bytes);
        text
    }

    #[test]
    fn a_frame_of_the_largest_size_goes_as_one_and_one_byte_more_as_two() {
        for letters in ["a", "é", "漢", "😀", "aé漢😀"] {
            for (bytes, count) in [(65_535, 1), (65_536, 1), (65_537, 2)] {
                let text = text_of(letters, bytes);
                let parts = cut(&text);
                assert_eq!(parts.len(), count, "{letters} {bytes}");
                assert_eq!(parts.concat(), text);
                assert!(parts.iter().all(|part| weigh(part) <= MOST));
            }
        }
    }

    #[test]
    fn the_cut_is_at_a_paragraph_else_a_line_else_a_word() {
        for between in ["\n\n", "\n", " "] {
            let (one, two) = ("a".repeat(40_000), "b".repeat(40_000));
            let parts = cut(&[one.as_str(), between, &two].concat());
            assert_eq!(parts, [one, two], "{between:?}");
        }
    }

    #[test]
    fn a_place_far_before_the_end_is_no_place_to_cut() {
        let long = "a".repeat(100_000);
        let parts = cut(&["b ", long.as_str()].concat());
        assert_eq!(parts.len(), 2);
        assert!(parts.first().unwrap().starts_with("b aaa"));
    }

    #[test]
    fn letters_that_take_more_than_one_byte_each_in_json_are_counted_so() {
        let text = "\"\u{1}".repeat(40_000);
        let parts = cut(&text);
        assert_eq!(parts.concat(), text);
        assert!(parts.iter().all(|part| weigh(part) <= MOST));
        assert!(parts.len() <= 6, "{}", parts.len());
    }

    #[test]
    fn what_goes_with_the_first_makes_it_shorter_and_may_leave_no_room() {
        let text = "a".repeat(60_000);
        let with = |more: usize| {
            let heavier = move |part: &str, first| weigh(part) + if first { more } else { 0 };
            portions(&text, MOST, &heavier)
        };
        assert_eq!(with(0).unwrap().len(), 1);
        let parts = with(50_000).unwrap();
        assert_eq!(parts.len(), 2);
        assert!(weigh(parts.first().unwrap()) + 50_000 <= MOST);
        assert_eq!(with(70_000), None);
        assert_eq!(portions("  \n", MOST, &|part, _| weigh(part)), None);
    }

    proptest! {
        #[test]
        fn every_portion_fits_and_only_white_space_is_lost(
            text in "([a-zé漢😀\"\n]{1,9}|\n\n| ){0,80}", most in 80_usize..200,
        ) {
            let words = |text: &str| text.split_whitespace().collect::<String>();
            match portions(&text, most, &|part, _| weigh(part)) {
                Some(parts) => {
                    prop_assert!(parts.iter().all(|part| weigh(part) <= most));
                    prop_assert_eq!(words(&parts.concat()), words(&text));
                }
                None => prop_assert!(text.trim().is_empty()),
            }
        }
    }
}
