//! The browser that the tests drive: Chromium and its driver, as the machine
//! has them.

use std::path::PathBuf;

use crate::failure::{Failure, Outcome};
use crate::process;

const CHROMIUM: Wanted = Wanted {
    what: "Chromium",
    variables: &["CHROMIUM", "CHROME"],
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
    debian: "chromium",
};

const DRIVER: Wanted = Wanted {
    what: "chromedriver",
    variables: &["CHROMEDRIVER"],
    names: &["chromedriver"],
    debian: "chromium-driver",
};

/// The browser, installed where it is missing and can be.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    CHROMIUM.ready()
}

/// The browser's driver, likewise.
pub(crate) fn driver() -> Outcome<PathBuf> {
    DRIVER.ready()
}

struct Wanted {
    what: &'static str,
    variables: &'static [&'static str],
    names: &'static [&'static str],
    debian: &'static str,
}

impl Wanted {
    fn ready(&self) -> Outcome<PathBuf> {
        if let Some(path) = self.given()? {
            return Ok(path);
        }
        if let Some(path) = self.found() {
            return Ok(path);
        }
        if can_install() {
            install()?;
        }
        self.found().ok_or_else(|| self.missing())
    }

    fn given(&self) -> Outcome<Option<PathBuf>> {
        let set = |name: &&str| std::env::var_os(name).filter(|value| !value.is_empty());
        let Some(path) = self.variables.iter().find_map(set).map(PathBuf::from) else {
            return Ok(None);
        };
        if path.is_file() {
            return Ok(Some(path));
        }
        Err(Failure::new(format!(
            "{} is set to {}, where there is no program: correct or unset it",
            self.variables.join(" or "),
            path.display()
        )))
    }

    fn found(&self) -> Option<PathBuf> {
        self.names.iter().find_map(|name| process::find(name))
    }

    fn missing(&self) -> Failure {
        Failure::new(format!(
            "{} is missing: install it (Debian: apt-get install {}), or set {} to its path",
            self.what,
            self.debian,
            self.variables.first().unwrap_or(&"the PATH")
        ))
    }
}

/// Debian as root: a container or a build machine, where asking is no use.
fn can_install() -> bool {
    process::find("apt-get").is_some()
        && process::answer("id", &["-u"]).is_some_and(|user| user == "0")
}

fn install() -> Outcome {
    println!("  installing chromium and chromium-driver with apt-get");
    let quiet = |words: &[&str]| {
        let mut apt = process::program("apt-get");
        apt.args(words)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(std::process::Stdio::null());
        process::run(&mut apt)
    };
    quiet(&["update", "-qq"])
        .and_then(|()| {
            quiet(&[
                "install",
                "-y",
                "-qq",
                "--no-install-recommends",
                CHROMIUM.debian,
                DRIVER.debian,
            ])
        })
        .map_err(|_| {
            Failure::new(
                "apt-get could not install chromium and chromium-driver: check the connection to \
                 the package mirror and run again",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_browser_names_the_remedy() {
        let sentence = CHROMIUM.missing().to_string();
        assert!(sentence.contains("apt-get install chromium") && sentence.contains("CHROMIUM"));
    }

    #[test]
    fn what_is_nowhere_is_not_found() {
        let nowhere = Wanted {
            names: &["no-such-browser"],
            ..CHROMIUM
        };
        assert_eq!(nowhere.found(), None);
    }
}
