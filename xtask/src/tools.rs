//! The programs that the build needs, at pinned versions: taken from the
//! `PATH` where they are there at the right version, else installed once per
//! machine into the cache.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::{cache, machine, process, progress, project};

/// The newest Trunk that the workspace's Rust version compiles.
const TRUNK: &str = "0.21.14";
/// `wasm-opt`.
const BINARYEN: &str = "132.0.0";
/// `sass`; the newest that runs on every supported Node.
const SASS: &str = "1.89.2";
/// `terser`, because Trunk's own minifier cannot read the glue.
const TERSER: &str = "5.51.2";

/// The folders that hold the tools, ready for a `PATH`.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    folders: Vec<PathBuf>,
}

impl Tools {
    /// Finds the tools and installs what is missing.
    pub(crate) fn ready() -> Outcome<Self> {
        machine::need_node()?;
        machine::need_wasm_target()?;
        let cache = cache::tools()?;
        let crates = [Crate::trunk(), Crate::wasm_bindgen()?];
        let packages = Packages::new(&cache);
        let missing: Vec<&Crate> = crates.iter().filter(|it| !it.is_there(&cache)).collect();
        if !missing.is_empty() || !packages.are_there() {
            println!(
                "Installing tools into {} (once per machine, some minutes)",
                cache.display()
            );
            let _lock = cache::lock(&cache)?;
            packages.install()?;
            install_crates(&missing, &cache)?;
        }
        let mut folders: Vec<PathBuf> = crates.iter().map(|it| it.folder(&cache)).collect();
        folders.push(packages.programs());
        Ok(Self { folders })
    }

    /// Puts the tools in front of the command's `PATH`.
    pub(crate) fn equip(&self, command: &mut Command) -> Outcome {
        command.env("PATH", self.path()?);
        Ok(())
    }

    /// The full path of one tool.
    pub(crate) fn program(&self, name: &str) -> Outcome<PathBuf> {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        self.folders
            .iter()
            .map(|folder| folder.join(&file))
            .find(|path| path.is_file())
            .or_else(|| process::find(name))
            .ok_or_else(|| {
                Failure::new(format!(
                    "{name} is missing although it was installed: delete {} and run again",
                    cache::tools()
                        .map_or_else(|_| "the tools".to_owned(), |it| it.display().to_string())
                ))
            })
    }

    fn path(&self) -> Outcome<OsString> {
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned();
        std::env::join_paths(folders.chain(std::env::split_paths(&inherited)))
            .map_err(|error| Failure::new(format!("the PATH cannot be extended: {error}")))
    }
}

/// A program from crates.io.
struct Crate {
    name: &'static str,
    program: &'static str,
    version: String,
    /// Whether its own lock file is used.
    locked: bool,
    /// How many crates are compiled for it.
    about: usize,
}

impl Crate {
    fn trunk() -> Self {
        Self {
            name: "trunk",
            program: "trunk",
            version: TRUNK.to_owned(),
            locked: true,
            about: 368,
        }
    }

    /// The same version as the crate that the page is compiled with; another
    /// one refuses the page. Its lock file names a version that is withdrawn.
    fn wasm_bindgen() -> Outcome<Self> {
        Ok(Self {
            name: "wasm-bindgen-cli",
            program: "wasm-bindgen",
            version: project::locked_version("wasm-bindgen")?,
            locked: false,
            about: 143,
        })
    }

    fn root(&self, cache: &Path) -> PathBuf {
        cache.join(format!("{}-{}", self.program, self.version))
    }

    /// Where the program lies: a folder of the cache, or of the `PATH`.
    fn folder(&self, cache: &Path) -> PathBuf {
        let cached = self.root(cache).join("bin");
        match self.on_path() {
            Some(program) if !self.is_cached(cache) => {
                program.parent().map_or(cached, Path::to_path_buf)
            }
            _ => cached,
        }
    }

    fn is_there(&self, cache: &Path) -> bool {
        self.is_cached(cache) || self.on_path().is_some()
    }

    fn is_cached(&self, cache: &Path) -> bool {
        let file = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        self.root(cache).join("bin").join(file).is_file()
    }

    fn on_path(&self) -> Option<PathBuf> {
        let program = process::find(self.program)?;
        let answer = process::answer(&program, &["--version"])?;
        (answer.split_whitespace().nth(1) == Some(&self.version)).then_some(program)
    }

    /// Compiled quickly rather than well: a debug build without debug
    /// information, and no feature, since Trunk downloads nothing here. Only
    /// what reads whole WebAssembly files is optimised.
    fn install(&self, cache: &Path, target: &Path) -> Outcome {
        let mut command = process::cargo();
        command
            .args(["install", self.name, "--version", &self.version])
            .args(["--debug", "--no-default-features", "--force", "--root"])
            .arg(self.root(cache))
            .current_dir(cache)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", "0")
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTFLAGS");
        if self.locked {
            command.arg("--locked");
        }
        for fast in ["walrus", "wasmparser", "wasm-bindgen-cli-support"] {
            if self.program == "wasm-bindgen" {
                let setting = format!("profile.dev.package.{fast}.opt-level=2");
                command.args(["--config", &setting]);
            }
        }
        progress::compile(self.name, self.about, &mut command)
    }
}

fn install_crates(missing: &[&Crate], cache: &Path) -> Outcome {
    let target = cache.join("compiling");
    for tool in missing {
        // Another run may have installed it while this one waited.
        if !tool.is_cached(cache) {
            tool.install(cache, &target)?;
        }
    }
    if target.exists() {
        std::fs::remove_dir_all(&target)
            .map_err(|error| Failure::file("remove", &target, &error))?;
    }
    Ok(())
}

/// The programs from npm, in one folder named for their versions.
struct Packages {
    folder: PathBuf,
}

impl Packages {
    fn new(cache: &Path) -> Self {
        Self {
            folder: cache.join(format!(
                "npm-binaryen-{BINARYEN}-sass-{SASS}-terser-{TERSER}"
            )),
        }
    }

    fn programs(&self) -> PathBuf {
        self.folder.join("node_modules").join(".bin")
    }

    fn are_there(&self) -> bool {
        ["wasm-opt", "sass", "terser"]
            .iter()
            .all(|name| self.programs().join(name).exists())
    }

    fn install(&self) -> Outcome {
        if self.are_there() {
            return Ok(());
        }
        println!("  npm: binaryen {BINARYEN}, sass {SASS}, terser {TERSER}");
        cache::create(&self.folder)?;
        let manifest = self.folder.join("package.json");
        std::fs::write(&manifest, "{ \"private\": true }\n")
            .map_err(|error| Failure::file("write", &manifest, &error))?;
        let mut npm = process::program("npm");
        npm.current_dir(&self.folder)
            .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
            .args(["--omit=optional", "--save-exact"])
            .arg(format!("binaryen@{BINARYEN}"))
            .arg(format!("sass@{SASS}"))
            .arg(format!("terser@{TERSER}"));
        process::run(&mut npm).map_err(|_| {
            Failure::new(
                "npm could not install binaryen, sass and terser: check the connection to the npm \
                 registry and run again",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_a_folder_of_its_own() {
        let cache = Path::new("/cache");
        let old = Crate {
            version: "0.2.1".to_owned(),
            ..Crate::trunk()
        };
        assert_ne!(old.root(cache), Crate::trunk().root(cache));
    }

    #[test]
    fn the_tools_stand_before_the_inherited_path() {
        let tools = Tools {
            folders: vec![PathBuf::from("/cache/trunk/bin")],
        };
        let path = tools.path().expect("a path");
        let first = std::env::split_paths(&path).next();
        assert_eq!(first, Some(PathBuf::from("/cache/trunk/bin")));
    }

    #[test]
    fn the_cli_has_the_version_that_the_page_is_compiled_with() {
        let cli = Crate::wasm_bindgen().expect("a locked version");
        let manifest = std::fs::read_to_string(project::root().join("Cargo.toml")).expect("read");
        assert!(manifest.contains(&format!("wasm-bindgen = \"={}\"", cli.version)));
    }
}
