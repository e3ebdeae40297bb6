//! Parlor's task runner, `cargo xtask`. It installs the tools that the build
//! needs, builds the page, serves it and runs every test. It has no
//! dependencies, so that it is compiled and running within seconds.
//!
//! Where to start: `command` parses what was asked, `steps` names what a test
//! run consists of, `tools` holds the pinned versions.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)
)]

mod browser;
mod bundle;
mod cache;
mod command;
mod count;
mod failure;
mod http;
mod interop;
mod machine;
mod mime;
mod process;
mod progress;
mod project;
mod python;
mod serve;
mod size;
mod steps;
mod strict;
mod tools;
mod watch;

use std::process::ExitCode;

use command::Command;
use failure::Outcome;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Command::parse(&arguments).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Outcome {
    match command {
        Command::Serve(options) => serve::run(options),
        Command::Test(only) => steps::test(only),
        Command::Interop(server) => steps::interop(server),
        Command::Build(profile) => steps::build(profile),
        Command::Fmt => steps::format(),
        Command::Ci => steps::ci(),
        Command::Help => {
            println!("{}", command::USAGE);
            Ok(())
        }
    }
}
