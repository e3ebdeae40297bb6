//! What was asked for on the command line.

use crate::failure::{Failure, Outcome};

/// Shown for `cargo xtask` and `cargo xtask help`.
pub(crate) const USAGE: &str = "\
cargo xtask <task>

  serve [--port N] [--no-open] [--release]   build, serve on 127.0.0.1 and open the page
  test [--only host|agent|wasm|e2e]          run every test, or one kind
  interop openhands-v0|openhands-v1          the page against the real server, in a real browser
  build [--debug]                            build dist/ and check its size
  fmt                                        format the code
  ci                                         what continuous integration runs

Tools are kept in $PARLOR_CACHE, else in $XDG_CACHE_HOME/parlor or ~/.cache/parlor.";

/// The port that `serve` takes when none is given.
const DEFAULT_PORT: u16 = 8080;

/// One task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Serve(Serve),
    Test(Option<Suite>),
    Interop(Real),
    Build(Profile),
    Fmt,
    Ci,
    Help,
}

/// How to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Serve {
    pub(crate) port: u16,
    pub(crate) open: bool,
    pub(crate) profile: Profile,
}

/// A kind of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suite {
    Host,
    Agent,
    Wasm,
    EndToEnd,
}

/// A real agent server that can be installed and started here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Real {
    OpenHandsV0,
    OpenHandsV1,
}

/// How the page is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Debug,
    Release,
}

impl Command {
    /// Reads the words after `cargo xtask`.
    pub(crate) fn parse(words: &[String]) -> Outcome<Self> {
        let mut words = words.iter().map(String::as_str);
        let Some(task) = words.next() else {
            return Ok(Self::Help);
        };
        match task {
            "serve" => Serve::parse(words).map(Self::Serve),
            "test" => parse_test(words).map(Self::Test),
            "interop" => parse_interop(words),
            "build" => parse_build(words).map(Self::Build),
            "fmt" => nothing_more(words, Self::Fmt),
            "ci" => nothing_more(words, Self::Ci),
            "help" | "--help" | "-h" => Ok(Self::Help),
            other => Err(unknown(other)),
        }
    }
}

impl Serve {
    fn parse<'a>(mut words: impl Iterator<Item = &'a str>) -> Outcome<Self> {
        let mut serve = Self {
            port: DEFAULT_PORT,
            open: true,
            profile: Profile::Debug,
        };
        while let Some(word) = words.next() {
            match word {
                "--port" => serve.port = parse_port(words.next())?,
                "--no-open" => serve.open = false,
                "--release" => serve.profile = Profile::Release,
                other => return Err(unknown(other)),
            }
        }
        Ok(serve)
    }
}

fn parse_port(word: Option<&str>) -> Outcome<u16> {
    word.and_then(|word| word.parse().ok())
        .filter(|port| *port != 0)
        .ok_or_else(|| Failure::new("--port wants a number from 1 to 65535, as in --port 8081"))
}

fn parse_test<'a>(mut words: impl Iterator<Item = &'a str>) -> Outcome<Option<Suite>> {
    let mut only = None;
    while let Some(word) = words.next() {
        match word {
            "--only" => only = Some(parse_suite(words.next())?),
            other => return Err(unknown(other)),
        }
    }
    Ok(only)
}

fn parse_suite(word: Option<&str>) -> Outcome<Suite> {
    match word {
        Some("host") => Ok(Suite::Host),
        Some("agent") => Ok(Suite::Agent),
        Some("wasm") => Ok(Suite::Wasm),
        Some("e2e") => Ok(Suite::EndToEnd),
        _ => Err(Failure::new(
            "--only wants one of host, agent, wasm and e2e, as in --only e2e",
        )),
    }
}

fn parse_interop<'a>(mut words: impl Iterator<Item = &'a str>) -> Outcome<Command> {
    let named = words.next();
    let server = Real::ALL
        .into_iter()
        .find(|server| named == Some(server.name()));
    match server {
        Some(server) => nothing_more(words, Command::Interop(server)),
        None => Err(Failure::new(format!(
            "interop wants one of {}, as in `cargo xtask interop openhands-v1`",
            Real::ALL.map(Real::name).join(" and ")
        ))),
    }
}

fn parse_build<'a>(words: impl Iterator<Item = &'a str>) -> Outcome<Profile> {
    let mut profile = Profile::Release;
    for word in words {
        match word {
            "--debug" => profile = Profile::Debug,
            other => return Err(unknown(other)),
        }
    }
    Ok(profile)
}

fn nothing_more<'a>(
    mut words: impl Iterator<Item = &'a str>,
    command: Command,
) -> Outcome<Command> {
    match words.next() {
        None => Ok(command),
        Some(word) => Err(unknown(word)),
    }
}

fn unknown(word: &str) -> Failure {
    Failure::new(format!("`{word}` is not understood here\n\n{USAGE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Outcome<Command> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Command::parse(&words)
    }

    #[test]
    fn serve_opens_the_page_on_its_usual_port() {
        let Ok(Command::Serve(serve)) = parse("serve") else {
            panic!("not parsed as serve");
        };
        assert_eq!((serve.port, serve.open), (DEFAULT_PORT, true));
    }

    #[test]
    fn serve_takes_its_options_in_any_order() {
        let expected = Command::Serve(Serve {
            port: 9000,
            open: false,
            profile: Profile::Release,
        });
        assert_eq!(parse("serve --no-open --release --port 9000"), Ok(expected));
        assert_eq!(parse("serve --port 9000 --release --no-open"), Ok(expected));
    }

    #[test]
    fn a_port_that_is_no_port_is_refused_in_words() {
        for line in [
            "serve --port",
            "serve --port x",
            "serve --port 0",
            "serve --port 70000",
        ] {
            let failure = parse(line).expect_err(line);
            assert!(
                failure.to_string().contains("--port wants a number"),
                "{line}"
            );
        }
    }

    #[test]
    fn test_runs_everything_or_one_suite() {
        assert_eq!(parse("test"), Ok(Command::Test(None)));
        assert_eq!(
            parse("test --only e2e"),
            Ok(Command::Test(Some(Suite::EndToEnd)))
        );
        assert!(parse("test --only everything").is_err());
    }

    #[test]
    fn interop_wants_a_server_by_its_name() {
        for server in Real::ALL {
            let line = format!("interop {}", server.name());
            assert_eq!(parse(&line), Ok(Command::Interop(server)));
            assert!(parse(&format!("{line} now")).is_err(), "{line}");
        }
        for line in ["interop", "interop openhands"] {
            let failure = parse(line).expect_err(line).to_string();
            assert!(failure.contains("openhands-v0 and openhands-v1"), "{line}");
        }
    }

    #[test]
    fn build_is_a_release_unless_asked_otherwise() {
        assert_eq!(parse("build"), Ok(Command::Build(Profile::Release)));
        assert_eq!(parse("build --debug"), Ok(Command::Build(Profile::Debug)));
    }

    #[test]
    fn an_unknown_word_shows_the_usage() {
        for line in ["sevre", "fmt --all", "ci now", "build --fast"] {
            let failure = parse(line).expect_err(line);
            assert!(failure.to_string().contains("cargo xtask <task>"), "{line}");
        }
    }

    #[test]
    fn no_word_at_all_asks_for_help() {
        assert_eq!(parse(""), Ok(Command::Help));
    }
}
