//! What a message makes the bot do: the word in its brackets, as in `[stream 200 5]`.

use std::time::Duration;

/// The words, for `--help`.
pub const KEYWORDS: &str = "of all     [stream WORDS MS] [words MS] [cut] [bye CODE] [junk] [stall] [nothing] [markdown] [hostile] [huge KB]
  documented [whole] [tools] [tool MS] [mend] [unended] [orphan] [envelope] [twice] [other] [typing]
             [error CODE TIMES] [close REASON]
  releases   [html MS] [start] [suggest] [think] [tool] [dead] [theme] [warn] [context] [agent] [events]";

/// A message, as far as it chooses what happens.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// The first word in brackets; empty where there is none.
    pub(super) word: &'a str,
    args: Vec<&'a str>,
    pub(super) text: &'a str,
}

impl<'a> Asked<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        let bracket = text
            .split_once('[')
            .and_then(|(_, rest)| rest.split_once(']'));
        let mut words = bracket.map_or("", |(inside, _)| inside).split_whitespace();
        Self {
            word: words.next().unwrap_or_default(),
            args: words.collect(),
            text,
        }
    }

    /// What stands at that place behind the word.
    pub(super) fn arg(&self, at: usize) -> Option<&'a str> {
        self.args.get(at).copied()
    }

    pub(super) fn number(&self, at: usize, otherwise: u64) -> u64 {
        let given = self.arg(at).and_then(|arg| arg.parse().ok());
        given.unwrap_or(otherwise)
    }

    pub(super) fn millis(&self, at: usize, otherwise: u64) -> Duration {
        Duration::from_millis(self.number(at, otherwise))
    }

    /// The pieces of the answer, and the pause before each.
    pub(super) fn answer(&self) -> (Vec<String>, Duration) {
        let owned = |pieces: &[&str]| pieces.iter().map(|piece| (*piece).to_owned()).collect();
        let pieces = match self.word {
            "stream" => (0..self.number(0, 20))
                .map(|number| format!("word{number} "))
                .collect(),
            "words" => self.text.split_inclusive(' ').map(str::to_owned).collect(),
            "markdown" => owned(&MARKDOWN),
            "html" => owned(&HTML),
            "hostile" => owned(&HOSTILE),
            "huge" => (0..self.number(0, 1))
                .map(|_| "0123456789abcde ".repeat(64))
                .collect(),
            _ => vec!["You ".to_owned(), "said: ".to_owned(), self.text.to_owned()],
        };
        let pace = match self.word {
            "stream" => self.millis(1, 20),
            "html" | "words" => self.millis(0, 5),
            _ => Duration::from_millis(5),
        };
        (pieces, pace)
    }
}

/// Cut where it hurts.
const MARKDOWN: [&str; 5] = [
    "# Orders\n\n| id | sta",
    "te |\n|---|---|\n| 1",
    "2345 | **shipped** |\n\n```ru",
    "st\nfn main() { println!(\"<b>not html</b>\"); }\n``",
    "`\n\n- [x] done\n- [ ] open",
];

/// As the system prompt of release C orders it.
const HTML: [&str; 5] = [
    "<p>Your <stro",
    "ng>orders</strong>:</p><ul><li>one</li><li>t",
    "wo</li></ul><table><tr><th>id</th></tr><tr><td>12",
    "345</td></tr></table><p><a href=\"https://example.org/\">More</a>",
    "</p>",
];

const HOSTILE: [&str; 3] = [
    "<p onclick=\"alert(1)\">Harmless</p><script>alert(2)</script><img src=x onerror=\"alert(3)\">",
    "<a href=\"javascript:alert(4)\">link</a><iframe src=\"https://example.org/\"></iframe><p>end</p>",
    "<p style=\"color:red\"/style=x><style>p{}</style><base href=\"https://example.org/\"><meta http-equiv=\"refresh\" content=\"0\"><link rel=\"stylesheet\" href=\"https://example.org/x\"><object data=\"https://example.org/\"></object><svg/onload=alert(5)><style>p{}</style></svg>",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_in_brackets_and_what_follows_it_are_read() {
        let asked = Asked::read("please [stream 3 0] now");
        assert_eq!((asked.word, asked.arg(2)), ("stream", None));
        assert_eq!(asked.answer().0.concat(), "word0 word1 word2 ");
        let asked = Asked::read("[words 9] one by one");
        let pieces = ["[words ", "9] ", "one ", "by ", "one"].map(str::to_owned);
        assert_eq!(asked.answer(), (pieces.to_vec(), Duration::from_millis(9)));
        let asked = Asked::read("hello");
        assert_eq!(asked.answer().0.concat(), "You said: hello");
        assert_eq!(Asked::read("an [open bracket").word, "");
    }
}
