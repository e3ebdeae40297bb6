"""The agent server of a sandbox, which is to listen to this machine only."""

import runpy
import sys

sys.argv[1:1] = ["--host", "127.0.0.1"]
runpy.run_module("openhands.agent_server", run_name="__main__")
