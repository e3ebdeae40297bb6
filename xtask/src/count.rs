//! How many tests ran, read from what the test programs print.

use std::ops::AddAssign;

/// Tests that passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Count {
    /// Reads the closing lines of Rust's test harness, of wasm-bindgen's and
    /// of Playwright Test.
    pub(crate) fn read(output: &str) -> Self {
        let mut count = Self::default();
        for line in output.lines().map(plain) {
            let line = line.trim();
            let closing = line
                .strip_prefix("test result:")
                .map_or(line, |rest| rest.split_once(". ").map_or(rest, |it| it.1));
            for part in closing.split(';') {
                count += Self::part(part.trim());
            }
        }
        count
    }

    /// `12 passed`, `1 failed` or `12 passed (3.4s)`, and nothing else.
    fn part(part: &str) -> Self {
        let words: Vec<&str> = part.split_whitespace().collect();
        let (number, word) = match words.as_slice() {
            [number, word] => (*number, *word),
            [number, word, time] if time.starts_with('(') => (*number, *word),
            _ => return Self::default(),
        };
        match (number.parse(), word) {
            (Ok(passed), "passed") => Self { passed, failed: 0 },
            (Ok(failed), "failed") => Self { passed: 0, failed },
            _ => Self::default(),
        }
    }
}

/// The line without terminal colours.
fn plain(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\x1b') {
        text.push_str(before);
        rest = after.split_once('m').map_or("", |it| it.1);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: usize, failed: usize) -> Count {
        Count { passed, failed }
    }

    #[test]
    fn rust_results_of_several_programs_are_summed() {
        let output = "running 2 tests\ntest a ... ok\n\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: \x1b[31mFAILED\x1b[0m. 5 passed; 1 failed; 0 ignored\n";
        assert_eq!(Count::read(output), count(7, 1));
    }

    #[test]
    fn playwright_results_are_read() {
        let output = "Running 14 tests using 1 worker\n  \x1b[31m1 failed\x1b[39m\n    [chromium] › a.spec.ts:3:1 › one\n  13 passed (41.2s)\n";
        assert_eq!(Count::read(output), count(13, 1));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(
            Count::read("3 passed the bridge\nnothing\n; ;"),
            count(0, 0)
        );
    }
}
