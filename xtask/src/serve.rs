//! `cargo xtask serve`: builds the page, serves it to this machine, and builds
//! it again when a source changes.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::command::{Profile, Serve};
use crate::failure::Outcome;
use crate::http::Server;
use crate::progress::elapsed;
use crate::tools::Tools;
use crate::watch::Sources;
use crate::{bundle, process, project};

/// How often the sources are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Serves until the program is stopped.
pub(crate) fn run(options: Serve) -> Outcome {
    let folder = project::served();
    // First of all the port: a taken one should not be found out after a build.
    let server = Server::bind(options.port, &folder)?;
    let tools = Tools::ready()?;
    let seen = Sources::look(&project::root());
    build(&tools, options.profile)?;
    let address = format!("http://127.0.0.1:{}/", options.port);
    println!("\nParlor is served at {address} (Ctrl+C stops it; changes are built as you save)");
    if options.open {
        open(&address);
    }
    std::thread::spawn(move || rebuild_for_ever(&tools, options.profile, seen));
    server.run();
    Ok(())
}

fn build(tools: &Tools, profile: Profile) -> Outcome {
    let started = Instant::now();
    println!("Building the page");
    bundle::build(tools, profile, &project::served())?;
    println!("Built in {}", elapsed(started.elapsed()));
    Ok(())
}

fn rebuild_for_ever(tools: &Tools, profile: Profile, mut seen: Sources) {
    loop {
        std::thread::sleep(LOOK);
        let now = Sources::look(&project::root());
        if now == seen {
            continue;
        }
        seen = now;
        match build(tools, profile) {
            Ok(()) => println!("Reload the page to see it"),
            Err(failure) => eprintln!("{failure}; the last good page is still served"),
        }
    }
}

/// Shows the page in the person's browser where the machine knows how.
fn open(address: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let Some(path) = process::find(opener) else {
        return;
    };
    let _ = process::program(path)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
}
