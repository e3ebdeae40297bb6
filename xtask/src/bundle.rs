//! The built page: Trunk compiles it, then what it wrote is checked.

use std::path::Path;

use crate::command::Profile;
use crate::failure::{Failure, Outcome};
use crate::tools::Tools;
use crate::{process, strict};

/// What Trunk tells of its work. Its minifier knows no `export { a as default }`
/// and says so of the glue each time; terser does it in its place.
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
            if let Some(flag) = short_paths() {
                trunk.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flag);
            }
        }
        // Trunk drops debug information from the page: compiling it is waste.
        Profile::Debug => {
            trunk.env("CARGO_PROFILE_DEV_DEBUG", "0");
        }
    }
    process::run(&mut trunk).map_err(|_| {
        Failure::new("the page could not be built: the compiler's words stand above")
    })?;
    if profile == Profile::Release {
        minify(tools, folder)?;
    }
    strict::check(folder)
}

/// Makes the scripts small. Their names stay: the page links to them, and what
/// they were made of decides the hash in the name all the same.
fn minify(tools: &Tools, folder: &Path) -> Outcome {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::file("read the folder", folder, &error))?;
    let paths = entries.flatten().map(|entry| entry.path());
    for script in paths.filter(|path| path.extension().is_some_and(|kind| kind == "js")) {
        let mut terser = process::program(tools.program("terser")?);
        terser
            .arg(&script)
            .args(["--module", "--compress", "passes=2", "--mangle", "--output"])
            .arg(&script);
        process::run(&mut terser)
            .map_err(|_| Failure::new("terser could not minify the scripts: see above"))?;
    }
    Ok(())
}

/// A panic names the file that it comes from. The folder of the crates' sources says nothing to
/// a visitor but where the page was built.
fn short_paths() -> Option<String> {
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")))?;
    let sources = home.join("registry").join("src");
    let registries = std::fs::read_dir(&sources).ok()?;
    let flags = registries.flatten().filter_map(|entry| {
        let path = entry.path();
        Some(format!("--remap-path-prefix={}=", path.to_str()?))
    });
    let flags: Vec<String> = flags.filter(|flag| !flag.contains(' ')).collect();
    (!flags.is_empty()).then(|| flags.join(" "))
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
