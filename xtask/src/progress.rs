//! Shows how far a long compilation is. Cargo draws no bar where its output is
//! not a terminal, and its bar for an installation has no time on it.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::process;

/// How often a line is written where the output is a file.
const QUIET_INTERVAL: Duration = Duration::from_secs(15);
/// How much of cargo's output is repeated after a failure.
const KEPT_LINES: usize = 40;

/// Minutes and seconds, for people.
pub(crate) fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{}.{} s", seconds, time.subsec_millis() / 100)
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// Runs a cargo command and counts the crates it compiles; `about` is how many
/// there were when the version was pinned.
pub(crate) fn compile(label: &str, about: usize, command: &mut Command) -> Outcome {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .spawn()
        .map_err(|error| process::unstartable(command, &error))?;
    let (sender, lines) = channel();
    if let Some(output) = child.stderr.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    let mut meter = Meter::new(label, about);
    meter.follow(&lines);
    let status = child
        .wait()
        .map_err(|error| process::unstartable(command, &error))?;
    meter.finish(status.success());
    if status.success() {
        return Ok(());
    }
    Err(meter.failure())
}

struct Meter {
    label: String,
    about: usize,
    compiled: usize,
    started: Instant,
    written: Instant,
    last_lines: VecDeque<String>,
}

impl Meter {
    fn new(label: &str, about: usize) -> Self {
        let now = Instant::now();
        Self {
            label: label.to_owned(),
            about,
            compiled: 0,
            started: now,
            written: now,
            last_lines: VecDeque::new(),
        }
    }

    fn follow(&mut self, lines: &Receiver<String>) {
        loop {
            match lines.recv_timeout(Duration::from_millis(500)) {
                Ok(line) => self.take(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.show();
        }
    }

    fn take(&mut self, line: String) {
        if line.trim_start().starts_with("Compiling ") {
            self.compiled += 1;
        }
        if self.last_lines.len() == KEPT_LINES {
            self.last_lines.pop_front();
        }
        self.last_lines.push_back(line);
    }

    fn line(&self) -> String {
        format!(
            "  {}: {} of about {} crates compiled, {}",
            self.label,
            self.compiled,
            self.about.max(self.compiled),
            elapsed(self.started.elapsed())
        )
    }

    fn show(&mut self) {
        if std::io::stdout().is_terminal() {
            print!("\r{}\x1b[K", self.line());
            let _ = std::io::stdout().flush();
        } else if self.written.elapsed() >= QUIET_INTERVAL {
            self.written = Instant::now();
            println!("{}", self.line());
        }
    }

    fn finish(&self, succeeded: bool) {
        if std::io::stdout().is_terminal() {
            print!("\r\x1b[K");
        }
        let word = if succeeded { "installed" } else { "failed" };
        println!(
            "  {}: {word} after {} crates, {}",
            self.label,
            self.compiled,
            elapsed(self.started.elapsed())
        );
    }

    fn failure(&self) -> Failure {
        for line in &self.last_lines {
            eprintln!("    {line}");
        }
        let text: Vec<&str> = self.last_lines.iter().map(String::as_str).collect();
        Failure::new(remedy(&self.label, &text.join("\n")))
    }
}

fn remedy(label: &str, output: &str) -> String {
    let offline = ["failed to download", "Could not resolve", "network failure"]
        .iter()
        .any(|sign| output.contains(sign));
    if offline {
        format!("{label} could not be downloaded: check the connection to crates.io and run again")
    } else if output.contains("linker `cc` not found") {
        format!("{label} needs a C linker: install one (Debian: apt-get install build-essential)")
    } else {
        format!("{label} could not be compiled: cargo's last words stand above")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_compiled_crates_are_counted() {
        let mut meter = Meter::new("trunk", 2);
        meter.take("  Downloaded a v1.0.0".to_owned());
        meter.take("   Compiling a v1.0.0".to_owned());
        assert!(meter.line().starts_with("  trunk: 1 of about 2 crates"));
    }

    #[test]
    fn the_last_words_are_kept_and_the_first_dropped() {
        let mut meter = Meter::new("trunk", 1);
        for number in 0..100 {
            meter.take(number.to_string());
        }
        assert_eq!(meter.last_lines.len(), KEPT_LINES);
        assert_eq!(meter.last_lines.back().map(String::as_str), Some("99"));
    }

    #[test]
    fn a_missing_network_has_its_own_sentence() {
        let sentence = remedy("trunk", "error: failed to download from crates.io");
        assert!(sentence.contains("check the connection"));
    }

    #[test]
    fn time_is_written_for_people() {
        assert_eq!(elapsed(Duration::from_millis(4_230)), "4.2 s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2 min 05 s");
    }
}
