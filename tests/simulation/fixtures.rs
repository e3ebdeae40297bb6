//! The recordings on disk.

use std::path::{Path, PathBuf};

use parlor::recording::{Line, choose, connections, parse};

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

/// The folder of the recordings of OpenHands from 1.0.
pub(crate) const OPENHANDS_V1: &str = "openhands_v1";

/// The folder of the recordings of General Bots, in both of its dialects.
pub(crate) const GENERAL_BOTS: &str = "general_bots";

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
        recordings.extend(files.iter().flat_map(|file| read(server, file)));
    }
    assert!(
        recordings.len() > 35,
        "the recordings are missing: {}",
        recordings.len()
    );
    recordings
}

/// A recording as one client reads it; of OpenHands from 1.0, whose recorders opened several
/// sockets, each of these by itself, and as one that follows the first.
fn read(server: &str, file: &Path) -> Vec<Recording> {
    let text = std::fs::read(file).unwrap();
    let lines = parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let name = format!("{server}/{}", file.file_stem().unwrap().to_string_lossy());
    let names = connections(&lines);
    if server != OPENHANDS_V1 || names.len() < 2 {
        let lines = choose(&lines, None);
        return vec![Recording { name, lines }];
    }
    let alone = names.iter().map(|of| Recording {
        lines: choose(&lines, Some(of)),
        name: format!("{name}#{of}"),
    });
    let follows = names.iter().skip(1).filter(|_| names[0] == "A");
    let after = follows.map(|of| {
        let mut both = lines.clone();
        both.retain(|line| ["", "A", of].contains(&line.conn.as_str()));
        Recording {
            lines: both,
            name: format!("{name}#A+{of}"),
        }
    });
    alone.chain(after).collect()
}
