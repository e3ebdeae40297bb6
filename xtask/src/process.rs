//! Running other programs, and saying in words what went wrong with them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, Outcome};

/// A program to be started in the workspace root.
pub(crate) fn program(path: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(path);
    command.current_dir(crate::project::root());
    command
}

/// Cargo, as the one that runs this program.
pub(crate) fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program whose output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command
        .status()
        .map_err(|error| unstartable(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(unsuccessful(command, &status.to_string()))
    }
}

/// Runs a program and shows its standard output while collecting it. The
/// second part says whether the program succeeded.
pub(crate) fn run_and_read(command: &mut Command) -> Outcome<(String, Outcome)> {
    if std::io::stdout().is_terminal() {
        command
            .env("CARGO_TERM_COLOR", "always")
            .env("FORCE_COLOR", "1");
    }
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| unstartable(command, &error))?;
    let mut text = String::new();
    if let Some(output) = child.stdout.take() {
        let mut lines = BufReader::new(output);
        let mut line = Vec::new();
        while lines
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            let shown = String::from_utf8_lossy(&line);
            print!("{shown}");
            let _ = std::io::stdout().flush();
            text.push_str(&shown);
            line.clear();
        }
    }
    let status = child.wait().map_err(|error| unstartable(command, &error))?;
    let result = if status.success() {
        Ok(())
    } else {
        Err(unsuccessful(command, &status.to_string()))
    };
    Ok((text, result))
}

/// A quiet program's standard output, or `None` where it cannot be started or
/// fails.
pub(crate) fn answer(path: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = program(path)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first executable of that name on the `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .find(|candidate| is_executable(candidate))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

fn name_of(command: &Command) -> String {
    let name = Path::new(command.get_program())
        .file_stem()
        .unwrap_or_default();
    let mut words = vec![name.to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// The sentence for a program that could not be started.
pub(crate) fn unstartable(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("could not start `{}`: {error}", name_of(command)))
}

/// The sentence for a program that ran and failed.
pub(crate) fn unsuccessful(command: &Command, status: &str) -> Failure {
    Failure::new(format!(
        "`{}` failed ({status}): its own words stand above",
        name_of(command)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_program_is_named_without_its_folder() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["fmt", "--check"]);
        assert!(
            unsuccessful(&command, "exit status: 1")
                .to_string()
                .starts_with("`cargo fmt --check` failed")
        );
    }

    #[test]
    fn output_is_shown_and_collected() {
        let (text, result) = run_and_read(cargo().arg("--version")).expect("cargo starts");
        assert!(text.starts_with("cargo ") && result.is_ok());
    }

    #[test]
    fn a_program_that_is_not_there_is_not_found() {
        assert_eq!(find("no-such-program-anywhere"), None);
        assert_eq!(answer("no-such-program-anywhere", &[]), None);
    }
}
