//! What a test run consists of: named steps, one after another, with a table
//! of their times at the end. The first that fails ends the run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::command::{Profile, Real, Suite};
use crate::count::Count;
use crate::failure::{Failure, Outcome};
use crate::machine::{self, WASM};
use crate::progress::elapsed;
use crate::python::Python;
use crate::tools::Tools;
use crate::{browser, bundle, process, project, size};

/// `cargo xtask fmt`.
pub(crate) fn format() -> Outcome {
    machine::need_component("rustfmt", "fmt")?;
    process::run(process::cargo().args(["fmt", "--all"]))
}

/// `cargo xtask build`.
pub(crate) fn build(profile: Profile) -> Outcome {
    let mut run = Run::default();
    let tools = run.prepare()?;
    run.build(&tools, profile)?;
    println!("\nThe page is in {}", project::dist().display());
    Ok(())
}

/// `cargo xtask test`.
pub(crate) fn test(only: Option<Suite>) -> Outcome {
    let mut run = Run::default();
    let result = run.tests(only);
    run.close(result)
}

/// `cargo xtask interop`.
pub(crate) fn interop(server: Real) -> Outcome {
    let python = Python::find().ok_or_else(Python::missing)?;
    let mut run = Run::default();
    let result = run
        .page_to_try()
        .and_then(|page| run.interop(server, &python, &page));
    run.close(result)
}

/// `cargo xtask ci`.
pub(crate) fn ci() -> Outcome {
    let mut run = Run::default();
    let result = run
        .lints()
        .and_then(|()| run.tests(None))
        .and_then(|()| run.interop_if_possible());
    run.close(result)
}

/// A run under way: the steps done so far.
#[derive(Default)]
struct Run {
    done: Vec<(String, Duration)>,
    left_out: Vec<String>,
    count: Count,
}

impl Run {
    fn lints(&mut self) -> Outcome {
        machine::need_component("rustfmt", "fmt")?;
        machine::need_component("clippy", "clippy")?;
        machine::need_wasm_target()?;
        self.step("format", |_| {
            process::run(process::cargo().args(["fmt", "--all", "--check"]))
                .map_err(|_| Failure::new("the code is not formatted: run `cargo xtask fmt`"))
        })?;
        self.step("clippy, host", |_| {
            let mut clippy = process::cargo();
            clippy.args(["clippy", "--locked", "--workspace", "--all-targets"]);
            process::run(clippy.args(["--", "-D", "warnings"]))
        })?;
        self.step("clippy, wasm", |_| {
            let mut clippy = process::cargo();
            clippy.args(["clippy", "--locked", "-p", "parlor", "--target", WASM]);
            clippy.args(["--lib", "--bins"]);
            if has_browser_tests() {
                clippy.args(["--test", "browser"]);
            }
            process::run(clippy.args(["--", "-D", "warnings"]))
        })
    }

    fn tests(&mut self, only: Option<Suite>) -> Outcome {
        let wanted = |suite| only.is_none_or(|only| only == suite);
        if wanted(Suite::Host) {
            self.cargo_test("host tests", &["-p", "parlor", "-p", "xtask"], |_| Ok(()))?;
        }
        if wanted(Suite::Agent) {
            self.cargo_test("agent tests", &["-p", "agent"], |_| Ok(()))?;
        }
        if !(wanted(Suite::Wasm) || wanted(Suite::EndToEnd)) {
            return Ok(());
        }
        let tools = self.prepare()?;
        if wanted(Suite::Wasm) {
            self.browser_tests(&tools)?;
        }
        if wanted(Suite::EndToEnd) {
            self.build(&tools, Profile::Release)?;
            self.end_to_end()?;
        }
        Ok(())
    }

    fn prepare(&mut self) -> Outcome<Tools> {
        self.step("tools", |_| Tools::ready())
    }

    fn build(&mut self, tools: &Tools, profile: Profile) -> Outcome {
        let name = match profile {
            Profile::Debug => "page, debug",
            Profile::Release => "page, release",
        };
        self.step(name, |_| {
            bundle::build(tools, profile, &project::dist())?;
            match profile {
                Profile::Debug => Ok(()),
                Profile::Release => size::check(&project::dist()),
            }
        })
    }

    fn cargo_test(
        &mut self,
        name: &str,
        selection: &[&str],
        prepare: impl FnOnce(&mut Command) -> Outcome,
    ) -> Outcome {
        self.step(name, |count| {
            let mut test = process::cargo();
            test.args(["test", "--locked"]).args(selection);
            prepare(&mut test)?;
            counted(&mut test, count)
        })
    }

    fn browser_tests(&mut self, tools: &Tools) -> Outcome {
        if !has_browser_tests() {
            println!("\nThere are no browser tests yet");
            return Ok(());
        }
        browser::chromium()?;
        let driver = browser::driver()?;
        let runner = tools.program("wasm-bindgen-test-runner")?;
        self.cargo_test(
            "browser tests",
            &["-p", "parlor", "--target", WASM, "--test", "browser"],
            |test| {
                tools.equip(test)?;
                test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
                    .env("CARGO_PROFILE_DEV_DEBUG", "0")
                    .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
                    .env("CHROMEDRIVER", driver);
                Ok(())
            },
        )
    }

    fn end_to_end(&mut self) -> Outcome {
        let folder = project::root().join("tests").join("e2e");
        if !folder.join("package.json").is_file() {
            println!("\nThere are no end-to-end tests yet");
            return Ok(());
        }
        self.playwright("end-to-end tests", &project::dist(), |_| {})
    }

    /// The page that was named, else one that is built for this.
    fn page_to_try(&mut self) -> Outcome<PathBuf> {
        if let Some(page) = std::env::var_os("PARLOR_DIST").filter(|page| !page.is_empty()) {
            let page = project::root().join(page);
            println!("The page of PARLOR_DIST is tested: {}", page.display());
            return Ok(page);
        }
        let tools = self.prepare()?;
        let page = project::tried();
        self.step("page, debug", |_| {
            bundle::build(&tools, Profile::Debug, &page)
        })?;
        Ok(page)
    }

    /// Behind the end-to-end tests, with the page that they had.
    fn interop_if_possible(&mut self) -> Outcome {
        let Some(python) = Python::find() else {
            let servers = Real::ALL.map(Real::name).join(" and ");
            self.left_out
                .push(format!("interop {servers}: {}", Python::missing()));
            return Ok(());
        };
        Real::ALL
            .into_iter()
            .try_for_each(|server| self.interop(server, &python, &project::dist()))
    }

    fn interop(&mut self, server: Real, python: &Python, page: &Path) -> Outcome {
        let name = |what| format!("{}, {what}", server.name());
        let installed = self.step(&name("install"), |_| server.install(python))?;
        let running = self.step(&name("start"), |_| server.start(&installed))?;
        self.playwright(&name("tests"), page, |playwright| {
            playwright
                .args(["--config", "interop.config.ts", &server.tests()])
                .env(server.variable(), &running.address);
        })
    }

    fn playwright(
        &mut self,
        name: &str,
        page: &Path,
        prepare: impl FnOnce(&mut Command),
    ) -> Outcome {
        let folder = project::root().join("tests").join("e2e");
        let chromium = browser::chromium()?;
        self.step("agent", |_| {
            process::run(process::cargo().args(["build", "--locked", "-p", "agent"]))
        })?;
        self.step("end-to-end packages", |_| install_packages(&folder))?;
        self.step(name, |count| {
            let mut playwright = process::program("npx");
            playwright
                .current_dir(&folder)
                .args(["--no-install", "playwright", "test"])
                .env("PARLOR_DIST", page)
                .env("PARLOR_AGENT", agent())
                .env("CHROMIUM", &chromium);
            prepare(&mut playwright);
            counted(&mut playwright, count)
        })
    }

    fn step<T>(&mut self, name: &str, work: impl FnOnce(&mut Count) -> Outcome<T>) -> Outcome<T> {
        println!("\n== {name}");
        let started = Instant::now();
        let result = work(&mut self.count);
        let took = started.elapsed();
        println!("== {name}: {}, {}", word(&result), elapsed(took));
        self.done.push((name.to_owned(), took));
        result.map_err(|failure| Failure::new(format!("{name}: {failure}")))
    }

    fn close(&self, result: Outcome) -> Outcome {
        println!("\n{}", self.table());
        for what in &self.left_out {
            println!("  left out: {what}");
        }
        if self.count != Count::default() {
            println!("{} passed, {} failed", self.count.passed, self.count.failed);
        }
        result
    }

    fn table(&self) -> String {
        let total = self.done.iter().map(|(_, took)| *took).sum();
        self.done
            .iter()
            .map(|(name, took)| (name.as_str(), *took))
            .chain([("together", total)])
            .map(|(name, took)| format!("  {name:<22}{:>14}", elapsed(took)))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Runs tests and adds what they counted; a run that finds no test has failed.
fn counted(command: &mut Command, count: &mut Count) -> Outcome {
    let (output, result) = process::run_and_read(command)?;
    let found = Count::read(&output);
    *count += found;
    result?;
    if found == Count::default() {
        return Err(Failure::new("no test ran: the tests were not found"));
    }
    Ok(())
}

fn has_browser_tests() -> bool {
    let tests = project::root().join("tests");
    tests.join("browser").join("main.rs").is_file() || tests.join("browser.rs").is_file()
}

fn agent() -> std::path::PathBuf {
    project::target()
        .join("debug")
        .join(format!("agent{}", std::env::consts::EXE_SUFFIX))
}

/// `npm ci`, unless the lock file is the one that was installed last.
fn install_packages(folder: &Path) -> Outcome {
    let lock = std::fs::read(folder.join("package-lock.json")).unwrap_or_default();
    let installed = folder.join("node_modules").join(".parlor-lock");
    if !lock.is_empty() && std::fs::read(&installed).is_ok_and(|old| old == lock) {
        return Ok(());
    }
    let mut npm = process::program("npm");
    npm.current_dir(folder)
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::run(&mut npm).map_err(|_| {
        Failure::new(
            "npm could not install the packages of tests/e2e: check the connection to the npm \
             registry and run again",
        )
    })?;
    std::fs::write(&installed, lock).map_err(|error| Failure::file("write", &installed, &error))
}

fn word<T>(result: &Outcome<T>) -> &'static str {
    if result.is_ok() { "done" } else { "failed" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_names_its_step_and_is_in_the_table() {
        let mut run = Run::default();
        let result: Outcome = run
            .step("one", |_| Ok(()))
            .and_then(|()| run.step("two", |_| Err(Failure::new("it broke: mend it"))));
        assert_eq!(result, Err(Failure::new("two: it broke: mend it")));
        let table = run.table();
        assert!(table.contains("one") && table.contains("two") && table.contains("together"));
    }

    #[test]
    fn tests_that_find_nothing_have_failed() {
        let mut count = Count::default();
        let result = counted(process::cargo().arg("--version"), &mut count);
        assert!(result.is_err_and(|failure| failure.to_string().contains("no test ran")));
    }
}
