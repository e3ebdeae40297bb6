//! The colours that a server asks for, as the colours that can be read.
//!
//! A colour is taken where it is one (`#rgb`, `#rrggbb`, `rgb()`), and is made darker in the light
//! theme and lighter in the dark one until what is written in it has a contrast of 4.5 to 1 with
//! everything that it stands on (WCAG 2.2, 1.4.3). The accent stays on the side of its ground, so that
//! what is written on it can be read as well.

use crate::model::Dress;

/// The custom properties that are set for a dress, in the order of [`paint`].
pub const PROPERTIES: [&str; 6] = [
    "--dress-light",
    "--dress-light-strong",
    "--dress-dark",
    "--dress-dark-strong",
    "--dress-bubble",
    "--dress-bubble-text",
];

/// Red, green and blue.
type Color = [u8; 3];

/// The darkest ground that is written on in the light theme (`--hover`), and the lightest one in the
/// dark theme (`--surface`).
const LIGHT: Color = [0xe6, 0xe2, 0xd9];
const DARK: Color = [0x20, 0x1f, 0x25];
const BLACK: Color = [0; 3];
const WHITE: Color = [255; 3];
/// The least contrast of a text.
const LEAST: f64 = 4.5;

/// The values of [`PROPERTIES`]; `None` where Parlor's own stands.
#[must_use]
pub fn paint(dress: &Dress) -> [Option<String>; 6] {
    let accent = parse(&dress.color);
    let light = accent.map(|color| until_read(color, LIGHT, BLACK));
    let dark = accent.map(|color| until_read(color, DARK, WHITE));
    let bubble = parse(&dress.second);
    let words = bubble.map(|ground| match contrast(ground, BLACK) >= LEAST {
        true => BLACK,
        false => WHITE,
    });
    let strong = |color: Color, towards| (0..4).fold(color, |color, _| step(color, towards));
    [
        light,
        light.map(|color| strong(color, BLACK)),
        dark,
        dark.map(|color| strong(color, WHITE)),
        bubble,
        words,
    ]
    .map(|color| color.map(written))
}

/// Reads a colour; anything else is `None`.
fn parse(color: &str) -> Option<Color> {
    let color = color.trim().to_ascii_lowercase();
    match color.strip_prefix('#') {
        Some(digits) => hexadecimal(digits),
        None => {
            let inside = color.strip_prefix("rgb(")?.strip_suffix(')')?;
            let separate = |c: char| c == ',' || c.is_ascii_whitespace();
            let parts = inside.split(separate).filter(|part| !part.is_empty());
            three(parts.map(|part| part.parse().ok()))
        }
    }
}

fn hexadecimal(digits: &str) -> Option<Color> {
    let digits = digits.chars().map(|digit| digit.to_digit(16));
    let digits: Option<Vec<u32>> = digits.collect();
    let digits = digits?;
    let parts = match digits.len() {
        3 => digits.iter().map(|digit| digit * 17).collect(),
        6 => {
            let pairs = digits.chunks(2);
            pairs
                .map(|pair| pair.iter().fold(0, |sum, digit| sum * 16 + digit))
                .collect()
        }
        _ => Vec::new(),
    };
    three(parts.into_iter().map(|part| u8::try_from(part).ok()))
}

fn three(parts: impl Iterator<Item = Option<u8>>) -> Option<Color> {
    let parts: Option<Vec<u8>> = parts.collect();
    parts?.try_into().ok()
}

/// The colour, moved as far as it has to be to be read on that ground.
fn until_read(mut color: Color, ground: Color, towards: Color) -> Color {
    while contrast(color, ground) < LEAST && color != towards {
        color = step(color, towards);
    }
    color
}

/// A sixteenth of the way, and at least one.
fn step(color: Color, towards: Color) -> Color {
    let mut parts = color.into_iter().zip(towards);
    [(); 3].map(|()| {
        let (from, to) = parts.next().unwrap_or_default();
        match to {
            0 => from - from.div_ceil(16),
            _ => from + (to - from).div_ceil(16),
        }
    })
}

/// The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// How light a colour is, from 0 to 1 (WCAG 2.2, "relative luminance").
fn luminance([red, green, blue]: Color) -> f64 {
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn linear(part: u8) -> f64 {
    let part = f64::from(part) / 255.0;
    if part <= 0.04045 {
        return part / 12.92;
    }
    // To the power of 2.4: the square, times its fifth root after Newton.
    let base = (part + 0.055) / 1.055;
    let square = base * base;
    let root = (0..16).fold(1.0, |root: f64, _| {
        let fourth = root * root * root * root;
        (4.0 * root + square / fourth) / 5.0
    });
    square * root
}

fn written([red, green, blue]: Color) -> String {
    let [red, green, blue] = [red, green, blue].map(|part| part.to_string());
    ["rgb(", &red, " ", &green, " ", &blue, ")"].concat()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that finds nothing has failed")]
mod tests {
    use super::*;

    fn dress(color: &str, second: &str) -> Dress {
        Dress {
            title: String::new(),
            color: color.to_owned(),
            second: second.to_owned(),
        }
    }

    #[test]
    fn only_what_is_a_colour_is_one() {
        for (said, color) in [
            ("#fff", [255, 255, 255]),
            (" #0D2B55 ", [13, 43, 85]),
            ("rgb(13, 43,85)", [13, 43, 85]),
            ("rgb(13 43 85)", [13, 43, 85]),
        ] {
            assert_eq!(parse(said), Some(color), "{said}");
        }
        for none in [
            "",
            "red",
            "#ff",
            "#ffff",
            "#gggggg",
            "rgb(1,2)",
            "rgb(1,2,256)",
            "rgb(1,2,3,4)",
            "rgb(-1,2,3)",
            "url(x)",
            "#fff;color:red",
            "var(--x)",
            "#é00",
        ] {
            assert_eq!(parse(none), None, "{none}");
        }
        assert_eq!(paint(&dress("red", "x")), [const { None }; 6]);
    }

    #[test]
    fn the_contrast_is_that_of_the_guidelines() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 0.001);
        let grey = [0x76; 3];
        assert!((contrast(grey, WHITE) - 4.542).abs() < 0.001);
        assert!((contrast([255, 0, 0], WHITE) - 3.998).abs() < 0.001);
    }

    #[test]
    fn whatever_the_colour_its_text_can_be_read() {
        let parts = [0, 13, 64, 118, 128, 200, 255];
        for red in parts {
            for green in parts {
                for blue in parts {
                    let said = written([red, green, blue]);
                    let painted = paint(&dress(&said, &said));
                    let [light, light_strong, dark, dark_strong, bubble, words] =
                        painted.map(|value| parse(&value.unwrap()).unwrap());
                    for color in [light, light_strong] {
                        assert!(contrast(color, LIGHT) >= LEAST, "{said}");
                        assert!(contrast(color, WHITE) >= LEAST, "{said}: --on-accent");
                    }
                    for color in [dark, dark_strong] {
                        assert!(contrast(color, DARK) >= LEAST, "{said}");
                        assert!(contrast(color, [0x17, 0x15, 0x2b]) >= LEAST, "{said}");
                    }
                    assert_eq!(bubble, [red, green, blue]);
                    assert!(contrast(bubble, words) >= LEAST, "{said}");
                }
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_is() {
        let [light, _, dark, ..] = paint(&dress("#0d2b55", ""));
        assert_eq!(light.as_deref(), Some("rgb(13 43 85)"));
        assert_ne!(dark, light);
        let [.., bubble, words] = paint(&dress("#0d2b55", ""));
        assert_eq!((bubble, words), (None, None));
    }
}
