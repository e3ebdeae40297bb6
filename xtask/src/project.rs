//! Where things lie in the working copy.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// The workspace root.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Where `build` puts the page.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// Where `serve` puts the page: apart from `dist`, which end-to-end tests may
/// be using at the same time.
pub(crate) fn served() -> PathBuf {
    root().join("target").join("serve")
}

/// Where `interop` puts the page, for the same reason.
pub(crate) fn tried() -> PathBuf {
    root().join("target").join("interop").join("page")
}

/// The folder of compiled programs.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// The version of `package` in Cargo.lock.
pub(crate) fn locked_version(package: &str) -> Outcome<String> {
    let path = root().join("Cargo.lock");
    let lock =
        std::fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
    version_in_lock(&lock, package)
        .ok_or_else(|| Failure::new(format!("Cargo.lock names no version of {package}")))
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.next()?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.50\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(
            version_in_lock(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(version_in_lock(lock, "leptos"), None);
    }

    #[test]
    fn the_root_holds_the_page() {
        assert!(root().join("index.html").is_file());
    }
}
