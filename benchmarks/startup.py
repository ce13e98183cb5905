"""What it costs to start: CPU of ``watcher --help`` and of each command's imports, memory of an idle daemon.

Run with the interpreter that watcher is installed for: ``.venv/bin/python benchmarks/startup.py``.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WATCHER = [sys.executable, "-m", "watcher"]
REPEATS = 5
SETTLING_SECONDS = 10.0
IDLE_SECONDS = 60.0

CONFIG = """\
timezone: UTC
sources:
  nothing: {{kind: huggingface, url: "http://127.0.0.1:{port}/papers"}}
receivers:
  me: {{url: "console://"}}
subscriptions:
  - {{name: example, rule: "example", to: [me]}}
"""


class NothingHere(BaseHTTPRequestHandler):
    """A site without pages: the daemon polls it once, and then waits."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        return


def cpu_seconds(*arguments: str) -> float:
    """User and system CPU of one run, the median of several."""
    runs = []
    for _ in range(REPEATS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*WATCHER, *arguments], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        runs.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return statistics.median(runs)


def idle_daemon() -> dict[str, float]:
    """Memory of ``watcher run`` and its children in MiB and its CPU in ms a minute, after its first poll (Linux)."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), NothingHere)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.yaml")
        config.write_text(CONFIG.format(port=site.server_port))
        env = {**os.environ, "STATE_DIRECTORY": folder}
        daemon = subprocess.Popen([*WATCHER, "-c", str(config), "run"], env=env, stderr=subprocess.DEVNULL)
        try:
            wait(SETTLING_SECONDS)
            before = cpu_ticks(daemon.pid)
            wait(IDLE_SECONDS)
            ticks = cpu_ticks(daemon.pid) - before
            rss = sum(status_mib(pid, "VmRSS") for pid in (daemon.pid, *children_of(daemon.pid)))
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(30)
            site.shutdown()
    per_minute = ticks / os.sysconf("SC_CLK_TCK") * 1000 * 60 / IDLE_SECONDS
    return {"rss_mib": round(rss, 1), "cpu_ms_per_minute": round(per_minute, 1)}


def wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def children_of(pid: int) -> list[int]:
    """The children of a process: its worker, where it has read a page."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def status_mib(pid: int, key: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(key)


def main() -> None:
    from watcher.cli import COMMANDS

    bare = statistics.median(bare_python() for _ in range(REPEATS))
    figures: dict[str, object] = {
        "python_cpu_s": round(bare, 3),
        "help_cpu_s": round(cpu_seconds("--help"), 3),
        "command_help_cpu_s": {name: round(cpu_seconds(name, "--help"), 3) for name in COMMANDS},
        "idle_daemon": idle_daemon(),
    }
    print(json.dumps(figures, indent=2))


def bare_python() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", ""], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
