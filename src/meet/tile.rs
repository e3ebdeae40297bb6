//! How a room is laid out: pure answers for the screen.

use super::Participant;

/// From how many people on a call is heavy: every browser sends its picture to each of the others.
pub const MANY: usize = 6;

/// In how many columns that many tiles stand on a wide screen, in a square as far as that goes.
#[must_use]
pub const fn columns(tiles: usize) -> usize {
    match tiles {
        0 | 1 => 1,
        2..=4 => 2,
        5..=9 => 3,
        _ => 4,
    }
}

/// What stands for somebody without a picture: the first letters of the first and the last name.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    let letters = first.into_iter().chain(last);
    let initials: String = letters.flat_map(char::to_uppercase).collect();
    match initials.is_empty() {
        true => "?".into(),
        false => initials,
    }
}

/// Whether a stream is somebody's screen: they say by its id which is, or its place among all that they
/// send does. Camera and microphone are one stream, which comes first then; somebody without either
/// sends the screen alone.
#[must_use]
pub fn is_screen((at, of): (usize, usize), id: &str, has_video: bool, who: &Participant) -> bool {
    match of {
        _ if !who.screen_stream.is_empty() => who.screen_stream == id,
        0 | 1 => has_video && who.screen && !who.video,
        _ => at > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meet::Tie;

    fn somebody(video: bool, screen: bool) -> Participant {
        Participant {
            id: "p".into(),
            name: "P".into(),
            link: None,
            tie: Tie::Connected,
            audio: true,
            video,
            screen,
            screen_stream: String::new(),
        }
    }

    #[test]
    fn up_to_nine_tiles_stand_in_a_square() {
        for tiles in 1..=9 {
            let wide = columns(tiles);
            assert!(wide * wide >= tiles, "{tiles}");
            assert!((wide - 1) * (wide - 1) < tiles, "{tiles}");
        }
    }

    #[test]
    fn initials_are_the_first_letters_of_the_first_and_last_name() {
        for (name, letters) in [
            ("Ada Lovelace", "AL"),
            ("ada", "A"),
            ("  Jean Paul  Sartre ", "JS"),
            ("ßeta", "SS"),
            ("", "?"),
            ("李 明", "李明"),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn a_second_stream_is_the_screen_and_an_only_one_where_they_say_so() {
        assert!(!is_screen((0, 2), "x", true, &somebody(true, true)));
        assert!(is_screen((1, 2), "x", true, &somebody(true, true)));
        assert!(is_screen((0, 1), "x", true, &somebody(false, true)));
        assert!(!is_screen((0, 1), "x", false, &somebody(false, true)));
        assert!(!is_screen((0, 1), "x", true, &somebody(true, false)));
    }

    #[test]
    fn a_screen_that_came_before_the_camera_is_the_screen_where_they_say_which() {
        let mut who = somebody(true, true);
        who.screen_stream = "s".into();
        assert!(is_screen((0, 2), "s", true, &who));
        assert!(!is_screen((1, 2), "c", true, &who));
    }
}
