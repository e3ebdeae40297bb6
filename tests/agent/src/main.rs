//! `cargo run -p agent -- [saiki/tool_stream] [--port N] [--dist DIR] [--speed X] [--fixtures DIR]`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use agent::Setup;

const USAGE: &str =
    "usage: agent [<server>/<scenario>] [--port N] [--dist DIR] [--speed X] [--fixtures DIR]";

struct Args {
    scenario: Option<String>,
    port: u16,
    setup: Setup,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "agent: {why}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<(), String> {
    let args = args()?;
    let address = (std::net::Ipv4Addr::LOCALHOST, args.port);
    let listener = tokio::net::TcpListener::bind(address).await;
    let listener = listener
        .map_err(|error| format!("port {}: {error}; choose another with --port", args.port))?;
    let port = listener
        .local_addr()
        .map_err(|error| error.to_string())?
        .port();
    let mut out = std::io::stdout();
    let _ = writeln!(out, "agent listening on http://127.0.0.1:{port}/");
    let path = args
        .scenario
        .map_or_else(|| "saiki".to_owned(), |scenario| format!("play/{scenario}"));
    let _ = writeln!(out, "connect to ws://127.0.0.1:{port}/{path}");
    let _ = out.flush();
    let served = axum::serve(listener, agent::router(args.setup)).with_graceful_shutdown(async {
        // Open sockets are not waited for.
        let _ = tokio::signal::ctrl_c().await;
        std::process::exit(0);
    });
    served.await.map_err(|error| error.to_string())
}

fn args() -> Result<Args, String> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let dist = std::env::var_os("PARLOR_DIST").map(PathBuf::from);
    let mut args = Args {
        scenario: None,
        port: 3001,
        setup: Setup {
            fixtures,
            dist,
            speed: 4.0,
        },
    };
    let mut given = std::env::args().skip(1);
    while let Some(arg) = given.next() {
        let mut value = || {
            given
                .next()
                .ok_or_else(|| format!("{arg} wants a value; {USAGE}"))
        };
        match arg.as_str() {
            "--port" => args.port = value()?.parse().map_err(|_| USAGE)?,
            "--dist" => args.setup.dist = Some(value()?.into()),
            "--fixtures" => args.setup.fixtures = value()?.into(),
            "--speed" => {
                args.setup.speed = value()?
                    .parse()
                    .ok()
                    .filter(|speed| *speed > 0.0)
                    .ok_or(USAGE)?
            }
            flag if flag.starts_with('-') => return Err(format!("unknown option {flag}; {USAGE}")),
            _ => args.scenario = Some(arg),
        }
    }
    known(&args)?;
    Ok(args)
}

fn known(args: &Args) -> Result<(), String> {
    let Some(scenario) = &args.scenario else {
        return Ok(());
    };
    let file = args.setup.fixtures.join(format!("{scenario}.jsonl"));
    match file.is_file() {
        true => Ok(()),
        false => Err(format!("there is no recording {}", file.display())),
    }
}
