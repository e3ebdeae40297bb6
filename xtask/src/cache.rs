//! The folder that outlives a clone: tools are installed there once per
//! machine, and continuous integration keeps its compiled crates there.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};

/// The cache folder; created where missing.
pub(crate) fn folder() -> Outcome<PathBuf> {
    let folder = choose(
        std::env::var_os("PARLOR_CACHE"),
        std::env::var_os("XDG_CACHE_HOME"),
        std::env::home_dir().map(PathBuf::into_os_string),
    )
    .ok_or_else(|| {
        Failure::new("there is no home directory to keep tools in: set PARLOR_CACHE to a folder")
    })?;
    create(&folder)?;
    Ok(folder)
}

/// Where the tools are installed.
pub(crate) fn tools() -> Outcome<PathBuf> {
    let tools = folder()?.join("tools");
    create(&tools)?;
    Ok(tools)
}

/// Holds back other runs on this machine that would install the same tools;
/// released on drop.
pub(crate) fn lock(tools: &Path) -> Outcome<File> {
    let path = tools.join("lock");
    let file = File::create(&path).map_err(|error| Failure::file("write", &path, &error))?;
    if file.try_lock().is_err() {
        println!("  another run is installing tools: waiting for it");
        file.lock()
            .map_err(|error| Failure::file("lock", &path, &error))?;
    }
    Ok(file)
}

/// Creates a folder and its parents.
pub(crate) fn create(folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::file("create the folder", folder, &error))
}

fn choose(
    parlor: Option<OsString>,
    xdg: Option<OsString>,
    home: Option<OsString>,
) -> Option<PathBuf> {
    let given = |value: Option<OsString>| value.filter(|value| !value.is_empty());
    given(parlor)
        .map(PathBuf::from)
        .or_else(|| given(xdg).map(|xdg| Path::new(&xdg).join("parlor")))
        .or_else(|| given(home).map(|home| Path::new(&home).join(".cache").join("parlor")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_cache_wins_then_xdg_then_home() {
        let some = |text: &str| Some(OsString::from(text));
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(choose(some("/c"), some("/x"), some("/h")), path("/c"));
        assert_eq!(choose(None, some("/x"), some("/h")), path("/x/parlor"));
        assert_eq!(choose(some(""), None, some("/h")), path("/h/.cache/parlor"));
        assert_eq!(choose(None, None, None), None);
    }
}
