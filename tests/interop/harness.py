"""What the real servers need of this machine: processes that end with this one, and ports."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import psutil

# Importing a server takes 10 to 20 s on an idle machine.
START_SECONDS = 180

# In the environment of everything that a server starts, and of nothing else.
MARK = "PARLOR_INTEROP_FOLDER"


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


def in_background(server):
    """Has a server of `http.server` answer beside everything else."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def free_port():
    """A port that nobody has: not one of those that the system gives to clients, which could take
    it while its server is away."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Server:
    """A server's process at an address that it keeps, however often it is started.

    `command` is what starts it, without the options for host and port. Whatever it writes goes
    to `log`, each line with the server's name.
    """

    def __init__(self, name, command, folder, environment, log):
        self.name = name
        self.log = log
        self.folder = folder
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.command = command + ["--host", "127.0.0.1", "--port", str(port)]
        self.environment = environment

    def start(self):
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self.note, args=[self.process.stdout], daemon=True).start()

    def note(self, output):
        for line in output:
            self.log.write(self.name.encode() + b" | " + line)

    def kill(self):
        """Ends the process and its group without a word."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def wait_until_it_answers(self, path):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                sys.exit(f"the server {self.name} ended with code {self.process.returncode}")
            try:
                return self.ask("GET", path)
            except OSError:
                time.sleep(0.3)
        sys.exit(f"the server {self.name} did not answer within {START_SECONDS} s")

    def ask(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | (headers or {})
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()


@contextmanager
def temporary_folder():
    """A folder, with an end to all that was started while it was there."""
    with tempfile.TemporaryDirectory(
        prefix="parlor-openhands-", ignore_cleanup_errors=True
    ) as folder:
        os.environ[MARK] = folder
        try:
            yield Path(folder)
        finally:
            end_all(folder)


def end_all(folder):
    """Ends every process that was started for the folder, and what it started in turn.

    Some left their group: the servers of terminals, and the sandboxes that a server makes. Asked
    politely, a server would wait for its conversations; nothing in the folder is needed.
    """
    while marked := [process for process in psutil.process_iter() if is_marked(process, folder)]:
        for process in marked:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                pass
        psutil.wait_procs(marked, timeout=5)


def is_marked(process, folder):
    # This process is of the folder too, and is the one that ends the others.
    try:
        return process.pid != os.getpid() and process.environ().get(MARK) == folder
    except (psutil.Error, OSError):
        return False


class Answering(BaseHTTPRequestHandler):
    """Answers requests in JSON."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, value, status=200):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
