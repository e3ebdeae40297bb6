//! The recordings on disk.

use std::path::{Path, PathBuf};

use parlor::recording::{Line, choose, parse};

/// The folders of Saiki's and Dexto's recordings.
pub(crate) const SAIKI: [&str; 5] = [
    "saiki",
    "saiki_0.2.5",
    "saiki_0.2.8_doc_commit",
    "saiki_inbuilt",
    "dexto_1.1.3",
];

/// The folder of the recordings of OpenHands before 1.0.
pub(crate) const OPENHANDS_V0: &str = "openhands_v0";

pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) lines: Vec<Line>,
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Every recording of these folders, in order of their names.
pub(crate) fn all(folders: &[&str]) -> Vec<Recording> {
    let mut recordings = Vec::new();
    for server in folders {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder().join(server))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
            .collect();
        files.sort();
        recordings.extend(files.iter().map(|file| read(server, file)));
    }
    assert!(
        recordings.len() > 35,
        "the recordings are missing: {}",
        recordings.len()
    );
    recordings
}

fn read(server: &str, file: &Path) -> Recording {
    let text = std::fs::read(file).unwrap();
    let lines = parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Recording {
        name: format!("{server}/{}", file.file_stem().unwrap().to_string_lossy()),
        lines: choose(&lines, None),
    }
}
