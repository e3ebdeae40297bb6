"""Runs the real OpenHands V0 server (openhands-ai 0.59.0) against the scripted model.

Says "listening on http://..." once the server answers and is set up. Ends, and takes everything
that it started along, when its standard input is closed: so whatever ends the program that
started it, Ctrl+C and a kill included, ends the server too. By hand: `python serve.py`, and
Ctrl+D.

Runs in the environment of requirements.txt and needs nothing else. What the server writes is in
the file that the first argument names.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from model import Model

# Importing the server takes 10 to 20 s on an idle machine.
START_SECONDS = 180

CONFIG = """\
[core]
runtime = "cli"
workspace_base = "{workspace}"
enable_browser = false
run_as_openhands = false
max_iterations = 60
max_concurrent_conversations = 100

[llm]
model = "openai/gpt-4o"
api_key = "sk-test"
base_url = "{model}"
num_retries = 1
retry_min_wait = 1
retry_max_wait = 2

[agent]
enable_browsing = false
enable_jupyter = false
enable_mcp = false
"""


def main():
    log = Path(sys.argv[1] if len(sys.argv) > 1 else os.devnull)
    end_with(sys.stdin)
    with tempfile.TemporaryDirectory(
        prefix="parlor-openhands-", ignore_cleanup_errors=True
    ) as folder:
        workspace = Path(folder, "workspace")
        workspace.mkdir()
        model = Model(workspace)
        threading.Thread(target=model.serve_forever, daemon=True).start()
        with log.open("wb") as output, Server(Path(folder), model.address, output) as server:
            server.wait_until_it_answers()
            server.set_up(model.address)
            print(f"listening on {server.address}", flush=True)
            sys.exit(f"the server ended with code {server.process.wait()}")


def end_with(lifeline):
    """At the end of the input, this program ends as if it was asked to: in good order."""
    # What the terminal sends goes to everyone in it, and would end this one too early.
    for everyones in (signal.SIGINT, signal.SIGHUP):
        signal.signal(everyones, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())

    def wait():
        lifeline.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


class Server:
    """The server's process, with everything that it starts in a group of its own."""

    def __init__(self, folder, model, output):
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        config = CONFIG.format(workspace=folder / "workspace", model=model)
        Path(folder, "config.toml").write_text(config)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "openhands.server.listen:app"]
            + ["--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Asked politely, it would wait for its conversations; nothing in the folder is needed.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def wait_until_it_answers(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                sys.exit(f"the server ended with code {self.process.returncode}")
            try:
                return self.ask("/api/options/models")
            except OSError:
                time.sleep(0.3)
        sys.exit(f"the server did not answer within {START_SECONDS} s")

    def set_up(self, model):
        # With its analyzer, only what the model calls risky is asked about.
        settings = {
            "llm_model": "openai/gpt-4o",
            "llm_api_key": "sk-test",
            "llm_base_url": model,
            "confirmation_mode": True,
            "security_analyzer": "llm",
        }
        self.ask("/api/settings", settings)

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + path, data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()


def environment(folder):
    home = folder / "home"
    home.mkdir()
    return os.environ | {
        "HOME": str(home),
        # The in-process runtime goes to another folder, where parts of the server that read the
        # configuration anew do not find it, and would keep things elsewhere.
        "FILE_STORE": "local",
        "FILE_STORE_PATH": str(folder / "store"),
        "SERVE_FRONTEND": "false",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "OPENHANDS_TELEMETRY": "0",
        "SKIP_DEPENDENCY_CHECK": "1",
        "OPENHANDS_REPO_PATH": "",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
