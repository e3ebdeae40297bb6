//! `cargo run -p agent -- [saiki/tool_stream] [--port N] [--dist DIR] [--speed X] [--fixtures DIR]`
//!
//! Without a recording the small servers are there to talk to: Saiki, OpenHands V0 and V1.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use agent::Setup;

const USAGE: &str =
    "usage: agent [<server>/<scenario>] [--port N] [--dist DIR] [--speed X] [--fixtures DIR]";

const HELP: &str = "
  ws://HOST/saiki                      a small Saiki; words: tool ask image error slow stall huge remote
  http://HOST/openhands-v0             a small OpenHands V0; words: run slow edit ask browse tasks mcp
                                       think finish error limit crowd stall long N
  http://HOST/openhands-v1/RUN         a small OpenHands V1: the agent server; its words are below
  http://HOST/openhands-v1-app/RUN     the app server that starts such servers in sandboxes
  ws://HOST/general-bots/RUN/SERVER/ws   the chat of a small General Bots, its requests beside
                                       it at ../api/: documented, releases a a2 b c;
                                       roster joincast relay are documented, echo is c
  ws://HOST/general-bots/RUN/ws/meet?kind=KIND   a room server of General Bots' Meet:
                                       roster joincast relay; echo chat gone are none;
                                       also as /general-bots/RUN/KIND/ws/meet
  ws://HOST/play/<server>/<scenario>   a recording, also as http:// for OpenHands V0
  http://HOST/play/openhands_v1/<scenario>~RUN   a recording of V1: its sockets and its requests

faults, in the address or by POST /control {\"run\":..,\"faults\":..}:
  all        refuse=N delay=N:MS cut=before|inside|after:N close=N:CODE dup=N garbage=N rest=STATUS
  play       gap=N conn=NAME run=NAME
  openhands  cut_every=MS seed=N cuts=N disconnect=N deny=object|string[:N] silent=N noping=1
             ping=MS:MS lose=[K:]N gap=1 double=1 slow=MS early=1 starting=MS
  of V1, by POST /control only, where frames count from the order on
    sockets  old=1 nodelta=1 silent=N double=1 replay=MS auth=MS cut_every=MS seed=N cuts=N
    requests nocors=1 fail=STATUS[:K[:cors]] slow=MS at=PART busy=1 limit=1 app_key=K
             upstream=STATUS
    agent    pace=MS stats=after   start boot=MS|read start=error
  of General Bots, by POST /control only, where frames count from the order on
    all      slow=MS cut_every=MS seed=N cuts=N
    chat     auth=401|address|open large=close largest=BYTES nopong=1 strict=1 replay=1
             forget=1 rate=N all=1 idle=MS hello=MS
    Meet     lose=N (signals) deny=CODE linger=MS back=1 adopt=1

asked of the server:
  POST /control {\"run\":..,\"drop\":true,\"down\":true|false,\"key\":..,\"do\":..}   GET /log?run=..
    do       of V1: restart freeze thaw say:TEXT user:TEXT, and with all sandboxes of the run:
             pause resume rekey sandbox:STARTING|RUNNING|PAUSED|ERROR|MISSING
             of General Bots: cut:NAME, the sockets of a room's participant, and in all
             documented sessions say:TEXT close:REASON error:CODE
  GET /openhands-v0/report/<conversation>, where a run is a conversation's id
  GET /openhands-v1/report/RUN   GET /general-bots/report/RUN

words of OpenHands V1, best in brackets as in [stream 200 5]:";

const WORDS: &str = "words of General Bots, in brackets:";

struct Args {
    scenario: Option<String>,
    port: u16,
    setup: Setup,
}

#[tokio::main]
async fn main() -> ExitCode {
    if std::env::args().any(|arg| arg == "--help" || arg == "-h") {
        let _ = writeln!(
            std::io::stdout(),
            "{USAGE}\n{HELP}\n  {}\n\n{WORDS}\n  {}",
            agent::KEYWORDS,
            agent::GENERAL_BOTS_KEYWORDS
        );
        return ExitCode::SUCCESS;
    }
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
    let small = args.scenario.is_none();
    let path = args
        .scenario
        .map_or_else(|| "saiki".to_owned(), |scenario| format!("play/{scenario}"));
    let _ = writeln!(out, "connect to ws://127.0.0.1:{port}/{path}");
    if small {
        let _ = writeln!(out, "or to http://127.0.0.1:{port}/openhands-v0");
        let _ = writeln!(out, "or to http://127.0.0.1:{port}/openhands-v1/RUN");
    }
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
