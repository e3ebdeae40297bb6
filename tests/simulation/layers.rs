//! Who imports whom: the table of the crate's documentation, held against the code.

use std::path::{Path, PathBuf};

/// Each layer, and the layers it may name in `use crate::`.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("io", &["model"]),
    ("wire", &["model"]),
    ("random", &["model"]),
    ("markdown", &[]),
    ("protocol", &["io", "model", "random", "wire"]),
    ("session", &["io", "model", "protocol", "random"]),
    ("meet", &["model", "random", "wire"]),
    ("storage", &["model", "wire"]),
    ("embed", &["model", "wire"]),
    (
        "words",
        &["markdown", "meet", "model", "protocol", "session", "wire"],
    ),
    ("demo", &["io", "model", "protocol"]),
    ("recording", &["io", "model", "protocol", "session", "wire"]),
    (
        "app",
        &[
            "demo", "embed", "io", "markdown", "meet", "model", "protocol", "random", "session",
            "storage", "wire", "words",
        ],
    ),
    (
        "projection",
        &["app", "markdown", "model", "protocol", "session", "words"],
    ),
    (
        "platform",
        &["io", "markdown", "meet", "model", "storage", "words"],
    ),
    (
        "driver",
        &[
            "app",
            "embed",
            "io",
            "meet",
            "model",
            "platform",
            "projection",
            "storage",
        ],
    ),
    (
        "ui",
        &[
            "app",
            "driver",
            "markdown",
            "meet",
            "model",
            "platform",
            "projection",
            "protocol",
            "session",
            "wire",
            "words",
        ],
    ),
    ("main", &["parlor"]),
    ("lib", &[]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn layer(file: &Path, root: &Path) -> String {
    let first = file
        .strip_prefix(root)
        .unwrap()
        .components()
        .next()
        .unwrap();
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

#[test]
fn each_layer_imports_only_what_it_may() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut checked = 0;
    for file in files {
        let layer = layer(&file, &root);
        let allowed = ALLOWED.iter().find(|(name, _)| *name == layer);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{} is in no layer", file.display()));
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let code: String = code.collect::<Vec<_>>().join("\n");
        for named in code.split("crate::").skip(1) {
            let target: String = named
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let fine = target == layer || allowed.contains(&target.as_str());
            assert!(fine, "{} may not import {target}", file.display());
            checked += 1;
        }
    }
    assert!(checked > 50, "the test must look at something: {checked}");
}

#[test]
fn nothing_dangerous_stands_in_the_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for word in [
            "inner_html",
            "outer_html",
            "insert_adjacent_html",
            "document.write",
            "unsafe {",
        ] {
            assert!(!text.contains(word), "{} has {word}", file.display());
        }
    }
}
