"""The agent server of a sandbox, which is to listen to this machine only.

Its terminals have a folder of their own: servers of this version all give them the same name.
"""

import os
import runpy
import sys
import tempfile

os.environ["TMUX_TMPDIR"] = tempfile.mkdtemp(dir=os.environ["TMUX_TMPDIR"])
sys.argv[1:1] = ["--host", "127.0.0.1"]
runpy.run_module("openhands.agent_server", run_name="__main__")
