//! The built page: Trunk compiles it, then what it wrote is checked.

use std::path::Path;

use crate::command::Profile;
use crate::failure::{Failure, Outcome};
use crate::tools::Tools;
use crate::{process, strict};

/// What Trunk tells of its work. Its minifier knows no `export { a as default }`
/// and says so of the glue each time; a compressing host makes up for it.
const LOG: &str = "warn,trunk::processing::minify=error";

/// Builds the page into `folder`.
pub(crate) fn build(tools: &Tools, profile: Profile, folder: &Path) -> Outcome {
    let mut trunk = process::program(tools.program("trunk")?);
    tools.equip(&mut trunk)?;
    trunk
        .args(["--log", LOG, "build", "--skip-version-check", "--locked"])
        .arg("--dist")
        .arg(folder);
    quiet_colours(&mut trunk);
    match profile {
        Profile::Release => {
            trunk.arg("--release");
        }
        // Trunk drops debug information from the page: compiling it is waste.
        Profile::Debug => {
            trunk.env("CARGO_PROFILE_DEV_DEBUG", "0");
        }
    }
    process::run(&mut trunk).map_err(|_| {
        Failure::new("the page could not be built: the compiler's words stand above")
    })?;
    strict::check(folder)
}

/// This Trunk takes `NO_COLOR=1` for a wrong value of an option of its own.
fn quiet_colours(trunk: &mut std::process::Command) {
    if std::env::var_os("NO_COLOR").is_some() {
        trunk
            .env_remove("NO_COLOR")
            .env("CARGO_TERM_COLOR", "never")
            .args(["--color", "never"]);
    }
}
