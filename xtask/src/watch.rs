//! Notices that the sources changed, by looking at their times.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the page is made from.
const SOURCES: [&str; 7] = [
    "src",
    "style",
    "public",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
];

/// The state of the sources at one moment: two that differ mean a change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sources {
    files: Vec<(PathBuf, Option<SystemTime>)>,
}

impl Sources {
    /// Looks at the sources under `root` now.
    pub(crate) fn look(root: &Path) -> Self {
        let mut files = Vec::new();
        let mut pending: Vec<PathBuf> = SOURCES.iter().map(|name| root.join(name)).collect();
        while let Some(path) = pending.pop() {
            match std::fs::read_dir(&path) {
                Ok(entries) => pending.extend(entries.flatten().map(|entry| entry.path())),
                Err(_) => {
                    let time = path.metadata().and_then(|it| it.modified()).ok();
                    files.push((path, time));
                }
            }
        }
        files.sort();
        Self { files }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_and_a_changed_file_are_noticed_and_rest_is_rest() {
        let root = std::env::temp_dir().join(format!("parlor-watch-{}", std::process::id()));
        let style = root.join("style");
        std::fs::create_dir_all(&style).expect("a folder");
        let before = Sources::look(&root);
        assert_eq!(before, Sources::look(&root));
        let file = style.join("a.scss");
        std::fs::write(&file, "").expect("a file");
        let with_file = Sources::look(&root);
        assert_ne!(before, with_file);
        let open = std::fs::File::options()
            .write(true)
            .open(&file)
            .expect("open");
        open.set_modified(SystemTime::UNIX_EPOCH).expect("a time");
        assert_ne!(with_file, Sources::look(&root));
        std::fs::remove_dir_all(&root).expect("removed");
    }
}
