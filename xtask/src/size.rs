//! How much a visitor downloads: WebAssembly, scripts and styles, compressed
//! as a good host would.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::process;

/// The most that the page may weigh, in bytes.
const LIMIT: u64 = 433_000;
const KINDS: [&str; 3] = ["wasm", "js", "css"];

/// Node has brotli built in; its name and size per file, in the order given.
const COMPRESS: &str = "const fs=require('fs'),z=require('zlib'),c=z.constants;\
    for(const f of process.argv.slice(1)){const b=fs.readFileSync(f);\
    console.log(z.brotliCompressSync(b,{params:{[c.BROTLI_PARAM_QUALITY]:11,\
    [c.BROTLI_PARAM_LGWIN]:24,[c.BROTLI_PARAM_SIZE_HINT]:b.length}}).length)}";

/// Prints the three parts and fails where they are too heavy together.
pub(crate) fn check(folder: &Path) -> Outcome {
    let files = measured_files(folder)?;
    let sizes = compress(&files)?;
    let parts = Parts::sum(files.iter().map(PathBuf::as_path).zip(sizes));
    println!("{}", parts.table());
    parts.verdict()
}

fn measured_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .map_err(|error| Failure::file("read the folder", &folder, &error))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if kind(&path).is_some() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn compress(files: &[PathBuf]) -> Outcome<Vec<u64>> {
    let mut arguments = vec!["-e", COMPRESS];
    arguments.extend(files.iter().filter_map(|path| path.to_str()));
    process::answer("node", &arguments)
        .map(|text| text.lines().filter_map(|line| line.parse().ok()).collect())
        .filter(|sizes: &Vec<u64>| sizes.len() == files.len() && !sizes.is_empty())
        .ok_or_else(|| {
            Failure::new(
                "the built files could not be measured with Node: run `cargo xtask build` again",
            )
        })
}

fn kind(path: &Path) -> Option<usize> {
    let extension = path.extension()?.to_str()?;
    KINDS.iter().position(|kind| *kind == extension)
}

/// Compressed bytes of WebAssembly, scripts and styles.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts {
    bytes: [u64; 3],
}

impl Parts {
    fn sum<'a>(files: impl Iterator<Item = (&'a Path, u64)>) -> Self {
        let mut parts = Self::default();
        for (path, size) in files {
            if let Some(sum) = kind(path).and_then(|kind| parts.bytes.get_mut(kind)) {
                *sum += size;
            }
        }
        parts
    }

    fn total(&self) -> u64 {
        self.bytes.iter().sum()
    }

    fn table(&self) -> String {
        let mut lines: Vec<String> = KINDS
            .iter()
            .zip(self.bytes)
            .map(|(kind, bytes)| format!("  {kind:<6}{bytes:>9} bytes"))
            .collect();
        lines.push(format!(
            "  total {:>9} of {LIMIT} bytes (brotli 11)",
            self.total()
        ));
        lines.join("\n")
    }

    fn verdict(&self) -> Outcome {
        if self.bytes.contains(&0) {
            return Err(Failure::new(
                "the page is incomplete: it lacks its WebAssembly, script or style",
            ));
        }
        if self.total() <= LIMIT {
            return Ok(());
        }
        Err(Failure::new(format!(
            "the page weighs {} bytes, {} over its limit of {LIMIT}: make it lighter",
            self.total(),
            self.total() - LIMIT
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(files: &[(&str, u64)]) -> Parts {
        Parts::sum(files.iter().map(|(path, size)| (Path::new(*path), *size)))
    }

    #[test]
    fn files_are_summed_by_kind_and_others_left_out() {
        let parts = parts(&[
            ("a_bg.wasm", 10),
            ("a.js", 2),
            ("snippets/b.js", 3),
            ("main.css", 1),
            ("index.html", 99),
        ]);
        assert_eq!(parts.bytes, [10, 5, 1]);
        assert_eq!(parts.total(), 16);
    }

    #[test]
    fn the_limit_itself_is_allowed_and_one_more_is_not() {
        let at = parts(&[("a.wasm", LIMIT - 2), ("a.js", 1), ("a.css", 1)]);
        let over = parts(&[("a.wasm", LIMIT - 1), ("a.js", 1), ("a.css", 1)]);
        assert_eq!(at.verdict(), Ok(()));
        let sentence = over.verdict().expect_err("too heavy").to_string();
        assert!(sentence.contains("1 over its limit"), "{sentence}");
    }

    #[test]
    fn a_page_without_a_part_is_no_light_page() {
        assert!(parts(&[("a.js", 1)]).verdict().is_err());
    }
}
