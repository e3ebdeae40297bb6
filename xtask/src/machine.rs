//! What the machine must have before anything can be installed: Node with npm,
//! and rustc with the WebAssembly target.

use std::path::Path;

use crate::failure::{Failure, Outcome};
use crate::process;

/// The target triple of the page.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The oldest Node that the npm tools run on.
const OLDEST_NODE: u32 = 18;

/// Fails unless a Node that is new enough is there, with npm.
pub(crate) fn need_node() -> Outcome {
    let remedy = format!(
        "install Node {OLDEST_NODE} or newer with npm (nodejs.org or your package manager)"
    );
    let Some(version) = process::answer("node", &["--version"]) else {
        return Err(Failure::new(format!("Node is missing: {remedy}")));
    };
    if major(&version).is_none_or(|major| major < OLDEST_NODE) {
        return Err(Failure::new(format!("Node {version} is too old: {remedy}")));
    }
    if process::find("npm").is_none() {
        return Err(Failure::new(format!("npm is missing: {remedy}")));
    }
    Ok(())
}

/// Adds the WebAssembly target to the toolchain where it is missing.
pub(crate) fn need_wasm_target() -> Outcome {
    if has_wasm_target() {
        return Ok(());
    }
    println!("  adding the Rust target {WASM}");
    let added = process::run(process::program("rustup").args(["target", "add", WASM]));
    if added.is_ok() && has_wasm_target() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "rustc lacks the target {WASM}: run `rustup target add {WASM}`, or install that part of \
         your distribution's Rust"
    )))
}

/// Adds a component such as clippy to the toolchain where it is missing.
pub(crate) fn need_component(name: &str, subcommand: &str) -> Outcome {
    if process::answer("cargo", &[subcommand, "--version"]).is_some() {
        return Ok(());
    }
    println!("  adding the Rust component {name}");
    process::run(process::program("rustup").args(["component", "add", name])).map_err(|_| {
        Failure::new(format!(
            "cargo {subcommand} is missing: run `rustup component add {name}`"
        ))
    })
}

fn has_wasm_target() -> bool {
    process::answer("rustc", &["--print", "target-libdir", "--target", WASM])
        .is_some_and(|folder| Path::new(&folder).is_dir())
}

fn major(version: &str) -> Option<u32> {
    version
        .trim_start_matches('v')
        .split('.')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("nonsense"), None);
    }
}
