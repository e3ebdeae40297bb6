//! Reasoning that a model writes into its answer between `<think>` and `</think>`, cut anywhere.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Parts a text that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Parting {
    /// What comes now is reasoning.
    inside: bool,
    /// The end of what came, which may be the beginning of a tag.
    held: String,
}

impl Parting {
    /// The parts of a further piece, each with whether it is reasoning.
    pub(super) fn feed(&mut self, piece: &str) -> Vec<(bool, String)> {
        let held = std::mem::take(&mut self.held);
        let all = [&held, piece].concat();
        let mut rest = all.as_str();
        let mut parts = Vec::new();
        loop {
            let tag = if self.inside { CLOSE } else { OPEN };
            let Some((before, behind)) = rest.split_once(tag) else {
                break;
            };
            self.add(before, &mut parts);
            self.inside = !self.inside;
            rest = behind;
        }
        let tag = if self.inside { CLOSE } else { OPEN };
        let (said, held) = rest
            .split_at_checked(whole(rest, tag))
            .unwrap_or((rest, ""));
        self.add(said, &mut parts);
        held.clone_into(&mut self.held);
        parts
    }

    /// What was held back, now that nothing more comes.
    pub(super) fn end(&mut self) -> Vec<(bool, String)> {
        let mut parts = Vec::new();
        let held = std::mem::take(&mut self.held);
        self.add(&held, &mut parts);
        self.inside = false;
        parts
    }

    fn add(&self, text: &str, parts: &mut Vec<(bool, String)>) {
        if !text.is_empty() {
            parts.push((self.inside, text.to_owned()));
        }
    }
}

/// How much of a text is certainly no beginning of the tag.
fn whole(text: &str, tag: &str) -> usize {
    let longest = (1..tag.len()).rev();
    let begun = longest
        .filter_map(|length| tag.get(..length))
        .find(|begin| text.ends_with(begin));
    text.len() - begun.map_or(0, str::len)
}

/// The reasoning of a whole text, and what is left of it.
pub(super) fn part(text: &str) -> (String, String) {
    let mut parting = Parting::default();
    let mut parts = parting.feed(text);
    parts.extend(parting.end());
    let (mut thought, mut said) = (String::new(), String::new());
    for (reasoning, text) in parts {
        match reasoning {
            true => thought.push_str(&text),
            false => said.push_str(&text),
        }
    }
    match thought.is_empty() {
        true => (thought, said),
        false => (thought, said.trim_start().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_cut_anywhere_part_the_same_text() {
        let text = "a<think>b < c</think> d <thin e<think>f";
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let mut parting = Parting::default();
                let pieces = [&text[..first], &text[first..second], &text[second..]];
                let mut parts: Vec<_> = pieces
                    .iter()
                    .flat_map(|piece| parting.feed(piece))
                    .collect();
                parts.extend(parting.end());
                let of = |wanted: bool| -> String {
                    let parts = parts.iter().filter(|(reasoning, _)| *reasoning == wanted);
                    parts.map(|(_, text)| text.as_str()).collect()
                };
                assert_eq!(of(false), "a d <thin e", "{first} {second}");
                assert_eq!(of(true), "b < cf", "{first} {second}");
            }
        }
    }

    #[test]
    fn a_whole_text_is_parted_and_a_plain_one_left_as_it_is() {
        assert_eq!(part("<think>x</think>\n\ny"), ("x".into(), "y".into()));
        assert_eq!(part("  plain"), (String::new(), "  plain".into()));
        assert_eq!(part("<"), (String::new(), "<".into()));
    }
}
