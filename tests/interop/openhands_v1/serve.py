"""Runs the real OpenHands V1 servers against the scripted model: two agent servers 1.58.0, an open
one and one with a key, and the app server of openhands-ai 1.11.0.

Says "listening on http://..." once all of them answer and are set up. That is the address of a
side door for tests, which says where they are:

    GET  /             {"agent": {"address", "key"}, "keyed": .., "app": .., "llm", "workspace"}
    POST /NAME/kill    ends that server without a word
    POST /NAME/start   starts it again with its address and its data, and waits until it answers

Ends, and takes everything that it started along, when its standard input is closed: so whatever
ends the program that started it, Ctrl+C and a kill included, ends the servers too. By hand:
`python serve.py`, and Ctrl+D.

Runs in the environment of requirements.txt and needs nothing else. What the servers write is in
the file that the first argument names. The second is the Python of the app server's environment
(app/requirements.txt); without it there is no app server.
"""

import json
import os
import signal
import sys
from http.server import ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from completions import NAME, Model
from harness import Answering, Server, end_with, in_background, temporary_folder
from model import Script

KEY = "test-key"

ANYWHERE = {
    "DO_NOT_TRACK": "1",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "OPENHANDS_SUPPRESS_BANNER": "1",
    # What the servers would fetch from GitHub is no part of the tests.
    "GIT_ALLOW_PROTOCOL": "file",
}

# Of an agent server, in a sandbox or not.
PLAIN = {"OH_ENABLE_VSCODE": "false", "OH_ENABLE_BROWSER": "false", "OH_PRELOAD_TOOLS": "false"}


def main():
    log = Path(sys.argv[1] if len(sys.argv) > 1 else os.devnull)
    end_with(sys.stdin)
    with log.open("wb", buffering=0) as output, temporary_folder() as folder:
        workspace = folder / "workspace"
        workspace.mkdir()
        model = in_background(Model(Script(workspace)))
        facts = {"llm": llm(model.address), "workspace": str(workspace)}
        servers = [Agent("agent", folder, output), Agent("keyed", folder, output, KEY)]
        servers += [App(python, folder, output) for python in sys.argv[2:3]]
        make_ready(servers, facts["llm"])
        door = in_background(SideDoor(servers, facts))
        print(f"listening on http://127.0.0.1:{door.server_port}", flush=True)
        signal.pause()


def llm(address):
    """The model as a conversation names it."""
    return {
        "model": f"openai/{NAME}",
        "api_key": "sk-test",
        "base_url": address,
        "stream": True,
        # A call is tried twice.
        "num_retries": 2,
        "retry_min_wait": 1,
        "retry_max_wait": 1,
    }


def settings(llm):
    """The model, and that only what it calls risky is asked about."""
    return {
        "agent_settings_diff": {"llm": llm},
        "conversation_settings_diff": {"confirmation_mode": True, "security_analyzer": "llm"},
    }


def make_ready(servers, llm):
    """All at once: what takes its time is reading their code."""
    for server in servers:
        server.start()
    for server in servers:
        server.wait()
        server.set_up(llm)
        print(f"{server.name}: {server.address}", flush=True)


class Agent(Server):
    """An agent server; with a key, nobody without it is let in."""

    def __init__(self, name, folder, log, key=None):
        own = folder / name
        own.mkdir()
        self.key = key
        environment = ANYWHERE | PLAIN | {
            "HOME": str(own),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            # A server ends the terminals that it finds there without an owner.
            "TMUX_TMPDIR": str(own),
            "OH_SECRET_KEY": "the-same-after-a-new-start-of-it",
            "OH_CONVERSATIONS_PATH": str(own / "conversations"),
            "OH_WORKSPACE_PATH": str(own / "project"),
            "OH_BASH_EVENTS_DIR": str(own / "bash_events"),
        }
        if key:
            environment["OH_SESSION_API_KEYS_0"] = key
        command = [sys.executable, "-m", "openhands.agent_server"]
        super().__init__(name, command, own, environment, log)

    def wait(self):
        self.wait_until_it_answers("/ready")

    def set_up(self, llm):
        headers = {"X-Session-API-Key": self.key} if self.key else {}
        self.ask("PATCH", "/api/settings", settings(llm), headers)


class App(Server):
    """The app server, which makes an agent server for each conversation."""

    key = None

    def __init__(self, python, folder, log):
        own = folder / "app"
        own.mkdir()
        environment = ANYWHERE | {
            "HOME": str(own),
            "PATH": f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": f"{HERE / 'app'}{os.pathsep}{HERE.parent}",
            "RUNTIME": "process",
            "SERVE_FRONTEND": "false",
            "OH_PERSISTENCE_DIR": str(own / "store"),
            "OH_SANDBOX_KIND": "ProcessSandboxServiceInjector",
            "OH_SANDBOX_BASE_WORKING_DIR": str(own / "sandboxes"),
            "OH_SANDBOX_AGENT_SERVER_MODULE": "sandbox",
        }
        command = [python, "-m", "uvicorn", "app_server:app"]
        super().__init__("app", command, own, environment, log)
        # Its sandboxes tell it what happens in them.
        sandbox = PLAIN | {
            "TMUX_TMPDIR": str(own),
            "OH_WEBHOOKS_0_BASE_URL": f"{self.address}/api/v1/webhooks",
            "OH_WEBHOOKS_0_EVENT_BUFFER_SIZE": "5",
            "OH_WEBHOOKS_0_FLUSH_DELAY": "2",
        }
        environment["OH_AGENT_SERVER_ENV"] = json.dumps(sandbox)

    def wait(self):
        self.wait_until_it_answers("/ready")

    def set_up(self, llm):
        self.ask("POST", "/api/v1/settings", settings(llm))


class SideDoor(ThreadingHTTPServer):
    def __init__(self, servers, facts):
        super().__init__(("127.0.0.1", 0), Ordered)
        self.servers = {server.name: server for server in servers}
        self.facts = facts


class Ordered(Answering):
    def do_GET(self):
        servers = self.server.servers.items()
        known = {name: {"address": it.address, "key": it.key} for name, it in servers}
        self.answer(known | self.server.facts)

    def do_POST(self):
        _, name, order = (self.path + "//").split("/")[:3]
        server = self.server.servers.get(name)
        if not server or order not in ("kill", "start"):
            return self.answer({"error": "There is no such server, or no such order."}, 404)
        if order == "kill":
            server.kill()
        else:
            server.start()
            server.wait()
        self.answer({})


if __name__ == "__main__":
    main()
