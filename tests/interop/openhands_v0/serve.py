"""Runs the real OpenHands V0 server (openhands-ai 0.59.0) against the scripted model.

Says "listening on http://..." once the server answers and is set up. Ends, and takes everything
that it started along, when its standard input is closed: so whatever ends the program that
started it, Ctrl+C and a kill included, ends the server too. By hand: `python serve.py`, and
Ctrl+D.

Runs in the environment of requirements.txt and needs nothing else. What the server writes is in
the file that the first argument names.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from completions import Model
from harness import Server, end_with, in_background, temporary_folder
from model import script

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
    with log.open("wb", buffering=0) as output, temporary_folder() as folder:
        run(folder, output)


def run(folder, output):
    workspace = folder / "workspace"
    home = folder / "home"
    for each in (workspace, home):
        each.mkdir()
    model = in_background(Model(script(workspace))).address
    (home / "config.toml").write_text(CONFIG.format(workspace=workspace, model=model))
    command = [sys.executable, "-m", "uvicorn", "openhands.server.listen:app"]
    server = Server("server", command, home, environment(folder), output)
    server.start()
    server.wait_until_it_answers("/api/options/models")
    set_up(server, model)
    print(f"listening on {server.address}", flush=True)
    sys.exit(f"the server ended with code {server.process.wait()}")


def set_up(server, model):
    # With its analyzer, only what the model calls risky is asked about.
    settings = {
        "llm_model": "openai/gpt-4o",
        "llm_api_key": "sk-test",
        "llm_base_url": model,
        "confirmation_mode": True,
        "security_analyzer": "llm",
    }
    server.ask("POST", "/api/settings", settings)


def environment(folder):
    return {
        "HOME": str(folder / "home"),
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


if __name__ == "__main__":
    main()
