//! A real agent server, started for a test and ended with it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::command::Real;
use crate::failure::{Failure, Outcome};
use crate::python::{Environment, Python};
use crate::{cache, process, project};

impl Real {
    /// Its name in links, and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenHandsV0 => "openhands-v0",
        }
    }

    /// The variable that tells the tests its address.
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::OpenHandsV0 => "PARLOR_OPENHANDS_V0",
        }
    }

    /// The tests' file, without its end.
    pub(crate) fn tests(self) -> &'static str {
        match self {
            Self::OpenHandsV0 => "openhands_v0",
        }
    }

    /// Installs the server's packages where they are missing.
    pub(crate) fn install(self, python: &Python) -> Outcome<Environment> {
        let requirements = self.folder().join("requirements.txt");
        Environment::ready(python, self.name(), &requirements)
    }

    /// Starts the server with a scripted model and waits until it is set up.
    pub(crate) fn start(self, environment: &Environment) -> Outcome<Server> {
        let log = project::target().join("interop");
        cache::create(&log)?;
        Server::start(
            environment,
            self.folder().join("serve.py"),
            log.join(format!("{}.log", self.name())),
        )
    }

    fn folder(self) -> PathBuf {
        project::root()
            .join("tests")
            .join("interop")
            .join(self.tests())
    }
}

/// A server that runs until this is dropped. It also ends with this program,
/// whatever ends that: the pipe to it is closed then, which is its sign to end.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
}

impl Server {
    fn start(environment: &Environment, script: PathBuf, log: PathBuf) -> Outcome<Self> {
        println!("  what it writes is in {}", log.display());
        let mut python = process::program(environment.python());
        python
            .arg(script)
            .arg(&log)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut server = Self {
            process: python
                .spawn()
                .map_err(|error| process::unstartable(&python, &error))?,
            address: String::new(),
        };
        server.address = server.listening().ok_or_else(|| {
            Failure::new(format!(
                "the server did not start: its last words are in {}",
                log.display()
            ))
        })?;
        println!("  it listens on {}", server.address);
        Ok(server)
    }

    fn listening(&mut self) -> Option<String> {
        let output = self.process.stdout.take()?;
        BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
