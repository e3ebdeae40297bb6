"""The app server of openhands-ai 1.11.0, with four faults of its process sandboxes mended.

They concern only where it runs, not what it says to a client:

- It takes a server that waits for requests, which sleeps, for one that is still starting.
- Inside a container it looks for its sandboxes on the container's host.
- Two sandboxes that start at the same time are given the same port.
- It gives a sandbox half a minute to start, which a machine with much to do may not manage.
"""

import psutil
from harness import free_port
from openhands.app_server.sandbox import process_sandbox_service as sandboxes
from openhands.app_server.utils import docker_utils

WAITING = (psutil.STATUS_SLEEPING, psutil.STATUS_DISK_SLEEP, psutil.STATUS_IDLE)

its_own_status = sandboxes.ProcessSandboxService._get_process_status
its_own_wait = sandboxes.ProcessSandboxService._wait_for_server_ready


def status(self, info):
    try:
        now = psutil.Process(info.pid).status()
    except psutil.NoSuchProcess:
        return sandboxes.SandboxStatus.MISSING
    if now in WAITING:
        return sandboxes.SandboxStatus.RUNNING
    # One that ended stays until somebody asks how, and nobody does.
    if now == psutil.STATUS_ZOMBIE:
        return sandboxes.SandboxStatus.MISSING
    return its_own_status(self, info)


def wait(self, port):
    return its_own_wait(self, port, timeout=120)


docker_utils.is_running_in_docker = lambda: False
sandboxes.ProcessSandboxService._get_process_status = status
sandboxes.ProcessSandboxService._wait_for_server_ready = wait
sandboxes.ProcessSandboxService._find_unused_port = lambda _: free_port()

from openhands.app_server.app import app  # noqa: E402, F401
