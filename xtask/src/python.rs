//! Python, as the machine has it, and virtual environments in the tool cache.
//! Only the tests against real servers need it.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::{cache, process};

/// The version that the servers' packages are made for.
const VERSION: &str = "3.12";
/// Installs in seconds what pip needs minutes for.
const UV: &str = "uv==0.13.8";
/// In an environment that is whole: the requirements that it was made from.
const MADE_FROM: &str = ".parlor-requirements";

/// A Python of the right version.
#[derive(Debug, Clone)]
pub(crate) struct Python(PathBuf);

impl Python {
    /// The one that `PYTHON` names, else one of the `PATH`, else one of pyenv's;
    /// `None` where the version is another one.
    pub(crate) fn find() -> Option<Self> {
        if let Some(given) = std::env::var_os("PYTHON").filter(|given| !given.is_empty()) {
            return Self::fitting(PathBuf::from(given));
        }
        [&format!("python{VERSION}"), "python3", "python"]
            .into_iter()
            .filter_map(process::find)
            .chain(of_pyenv())
            .find_map(Self::fitting)
    }

    /// The sentence for a machine without it.
    pub(crate) fn missing() -> Failure {
        Failure::new(format!(
            "Python {VERSION} was not found: install it (with pyenv, or `uv python install \
             {VERSION}`), or set PYTHON to its path"
        ))
    }

    fn fitting(path: PathBuf) -> Option<Self> {
        // Version 2 has no f-strings, and then there is no answer.
        let version = "import sys; print(f'{sys.version_info[0]}.{sys.version_info[1]}')";
        let found = process::answer(&path, &["-c", version])?;
        (found == VERSION).then_some(Self(path))
    }
}

/// Pyenv's shims answer only for the versions that are chosen.
fn of_pyenv() -> Vec<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".pyenv")));
    let versions = root.and_then(|root| std::fs::read_dir(root.join("versions")).ok());
    let folders = versions.into_iter().flatten().flatten();
    folders
        .map(|folder| folder.path().join("bin").join(format!("python{VERSION}")))
        .filter(|python| python.is_file())
        .collect()
}

/// A virtual environment in the cache.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// The environment of that name with exactly what the file lists, made
    /// where it is missing or was made from another list.
    pub(crate) fn ready(python: &Python, name: &str, requirements: &Path) -> Outcome<Self> {
        let cache = cache::tools()?;
        let it = Self {
            folder: cache.join(format!("python-{name}")),
        };
        let wanted = std::fs::read_to_string(requirements)
            .map_err(|error| Failure::file("read", requirements, &error))?;
        if it.is_made_from(&wanted) {
            println!("  {} is there", it.folder.display());
            return Ok(it);
        }
        let _lock = cache::lock(&cache)?;
        // Another run may have made it while this one waited.
        if !it.is_made_from(&wanted) {
            it.make(python, requirements)?;
            let mark = it.folder.join(MADE_FROM);
            std::fs::write(&mark, wanted).map_err(|error| Failure::file("write", &mark, &error))?;
        }
        Ok(it)
    }

    /// The environment's Python.
    pub(crate) fn python(&self) -> PathBuf {
        self.program("python")
    }

    fn program(&self, name: &str) -> PathBuf {
        let programs = if cfg!(windows) { "Scripts" } else { "bin" };
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        self.folder.join(programs).join(file)
    }

    fn is_made_from(&self, wanted: &str) -> bool {
        let mark = self.folder.join(MADE_FROM);
        self.python().is_file() && std::fs::read_to_string(mark).is_ok_and(|old| old == wanted)
    }

    fn make(&self, Python(python): &Python, requirements: &Path) -> Outcome {
        println!("  {} (once per machine)", self.folder.display());
        remove(&self.folder)?;
        let created = process::program(python)
            .args(["-m", "venv"])
            .arg(&self.folder)
            .status();
        if !created.is_ok_and(|status| status.success()) {
            return Err(Failure::new(
                "python could not make a virtual environment: see above (Debian: apt-get install \
                 python3-venv)",
            ));
        }
        // Beside the environment, so that what is downloaded is linked and not copied.
        let downloads = self.folder.join("downloads");
        let mut pip = process::program(self.python());
        pip.args(["-m", "pip", "install", "--quiet", UV]);
        let mut uv = process::program(self.program("uv"));
        uv.args(["pip", "install", "--quiet", "--no-deps", "--requirement"])
            .arg(requirements)
            .arg("--python")
            .arg(self.python())
            .env("UV_CACHE_DIR", &downloads);
        process::run(&mut pip)
            .and_then(|()| process::run(&mut uv))
            .map_err(|_| {
                Failure::new(format!(
                    "the packages of {} could not be installed: check the connection to PyPI and \
                     run again",
                    requirements.display()
                ))
            })?;
        remove(&downloads)
    }
}

fn remove(folder: &Path) -> Outcome {
    if !folder.exists() {
        return Ok(());
    }
    std::fs::remove_dir_all(folder).map_err(|error| Failure::file("remove", folder, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_no_python_of_that_version_does_not_fit() {
        assert!(Python::fitting(PathBuf::from("no-such-python")).is_none());
        assert!(Python::fitting(PathBuf::from("cargo")).is_none());
    }

    #[test]
    fn a_missing_python_names_the_remedy() {
        let sentence = Python::missing().to_string();
        assert!(sentence.contains("3.12") && sentence.contains("PYTHON"));
    }

    #[test]
    fn an_environment_that_is_not_there_is_made_from_nothing() {
        let nowhere = Environment {
            folder: PathBuf::from("no-such-folder"),
        };
        assert!(!nowhere.is_made_from(""));
    }
}
