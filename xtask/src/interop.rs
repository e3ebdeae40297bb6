//! A real agent server, started for a test and ended with it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use crate::command::Real;
use crate::failure::{Failure, Outcome};
use crate::python::{Environment, Python};
use crate::{cache, process, project};

impl Real {
    pub(crate) const ALL: [Self; 2] = [Self::OpenHandsV0, Self::OpenHandsV1];

    /// Its name in links, and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenHandsV0 => "openhands-v0",
            Self::OpenHandsV1 => "openhands-v1",
        }
    }

    /// What of it needs an environment of its own, beside the server: the
    /// folder of its requirements.
    fn parts(self) -> &'static [&'static str] {
        match self {
            Self::OpenHandsV0 => &[],
            Self::OpenHandsV1 => &["app"],
        }
    }

    /// The variable that tells the tests its address.
    pub(crate) fn variable(self) -> String {
        format!("PARLOR_{}", self.tests().to_uppercase())
    }

    /// The tests' file, without its end.
    pub(crate) fn tests(self) -> String {
        self.name().replace('-', "_")
    }

    /// Installs the server's packages where they are missing.
    pub(crate) fn install(self, python: &Python) -> Outcome<Installed> {
        let ready = |name: &str, folder: PathBuf| {
            Environment::ready(python, name, &folder.join("requirements.txt"))
        };
        let server = ready(self.name(), self.folder())?;
        let parts = self.parts().iter();
        let parts = parts.map(|part| {
            let name = format!("{}-{part}", self.name());
            ready(&name, self.folder().join(part))
        });
        Ok(Installed {
            server,
            parts: parts.collect::<Outcome<_>>()?,
        })
    }

    /// Starts the server with a scripted model and waits until it is set up.
    pub(crate) fn start(self, installed: &Installed) -> Outcome<Server> {
        let log = project::target().join("interop");
        cache::create(&log)?;
        Server::start(
            installed,
            &self.folder().join("serve.py"),
            &log.join(format!("{}.log", self.name())),
        )
    }

    fn folder(self) -> PathBuf {
        project::root()
            .join("tests")
            .join("interop")
            .join(self.tests())
    }
}

/// The environments of a server.
pub(crate) struct Installed {
    server: Environment,
    parts: Vec<Environment>,
}

/// A server that runs until this is dropped. It also ends with this program,
/// whatever ends that: the pipe to it is closed then, which is its sign to end.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
}

impl Server {
    fn start(installed: &Installed, script: &Path, log: &Path) -> Outcome<Self> {
        println!("  what it writes is in {}", log.display());
        let mut python = process::program(installed.server.python());
        python
            .arg(script)
            .arg(log)
            .args(installed.parts.iter().map(Environment::python))
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
            .find_map(|line| {
                let address = line.strip_prefix("listening on ").map(str::to_owned);
                if address.is_none() {
                    println!("  {line}");
                }
                address
            })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
