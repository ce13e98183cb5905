"""What runs in the booted machine: install as docs/operations.md says, then see the service work, and be hurt.

Needs only Debian's python3. Each check prints a line; the last line says how many failed.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import signal
import subprocess
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

PROGRAM = "/opt/watcher/bin/watcher"
CONFIG = Path("/etc/watcher/config.yaml")
ANAS = Path("/etc/watcher/subscriptions.d/ana.yaml")
DROP_IN = Path("/etc/systemd/system/watcher.service.d/proof.conf")
GIVEN = Path("/root/watcher")
HERE = "127.0.0.1:8000"

EDITED = f"""\
timezone: UTC
operator: [ops]
web: {{listen: /run/watcher/web.sock}}
sources:
  lab: {{kind: feed, url: "http://{HERE}/feed.xml", every: 1m}}
receivers:
  ops: {{url: "json://{HERE}/ops"}}
  team: {{url: "json://{HERE}/team?+X-Key=${{TEAM_KEY}}"}}
include: subscriptions.d/*.yaml
allow: {{ana.yaml: [team]}}
"""
MANY = "".join(f"  - {{name: hive-{n}, rule: hive{n}, to: [team]}}\n" for n in range(260))
"""So many rules that they are matched all at once, by numpy."""

RULES = f"""\
subscriptions:
  - {{name: bees, rule: bees, to: [team], when: immediately}}
{MANY}"""


class World:
    """The site and the receivers: what it serves, and what it was sent."""

    def __init__(self) -> None:
        self.papers: list[str] = ["Bees at dusk"]
        self.size = 0  # words "dance" in the newest paper
        self.asked = 0
        self.sent: list[tuple[str, str, str]] = []

    def feed(self) -> bytes:
        """Return the feed as it is now."""
        items = "".join(
            f"<item><title>{title}</title><link>https://lab.example/{abs(hash(title))}</link>"
            f"<description>On {title}. {'dance ' * (0 if n else self.size)}</description></item>"
            for n, title in enumerate(self.papers)
        )
        return f"<rss version='2.0'><channel><title>Lab</title>{items}</channel></rss>".encode()

    def serve(self) -> None:
        """Serve from now on, in a thread."""
        world = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                world.asked += 1
                body = world.feed()
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                world.sent.append((self.path, text, self.headers.get("X-Key", "")))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()


world = World()
failed: list[str] = []


def run(command: str, *, fails: bool = False) -> str:
    """Run a line of a shell and return what it printed. Raises ``AssertionError`` if it ends otherwise than said."""
    done = subprocess.run(
        command, check=False, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300
    )
    assert (done.returncode != 0) == fails, f"{command!r} ended with {done.returncode}: {done.stdout}"
    return done.stdout


def until(what: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds. Raises ``AssertionError`` if it does not within a time."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.2)


def check(step: Callable[[], str | None]) -> None:
    """Run one step, and print how it went."""
    began = time.monotonic()
    try:
        seen = step() or ""
    except Exception as error:
        failed.append(step.__name__)
        seen = f"{type(error).__name__}: {error}\n{traceback.format_exc(limit=-3)}"
        seen += run("systemctl status watcher --no-pager -n 30 || true")
    verdict = "FAILED" if step.__name__ in failed else "ok"
    took = time.monotonic() - began
    print(f"{verdict:6} {took:6.1f} s  {(step.__doc__ or '').strip()}\n" + seen.strip(), flush=True)


def property_of(name: str) -> str:
    """Return a property of the unit."""
    return run(f"systemctl show watcher --property={name} --value").strip()


def daemon() -> int:
    """Return the id of the daemon's process."""
    return int(property_of("MainPID"))


def workers() -> list[int]:
    """Return the ids of the processes that read pages."""
    found = run(f"pgrep -P {daemon()} || true").split()
    return [int(pid) for pid in found]


def journal(*words: str, since: str = "-1h") -> str:
    """Return the journal of the unit."""
    return run(f"journalctl -u watcher --no-pager -o short-monotonic --since={since} {' '.join(words)}")


def told(title: str) -> bool:
    """Return whether the team was told of a paper."""
    return any(path == "/team" and title in text for path, text, _ in world.sent)


def new_paper(title: str) -> None:
    """Let the site list one more."""
    world.papers.insert(0, title)


# --- the steps, in their order ---


def install() -> str:
    """Installed by the commands of docs/operations.md"""
    text = (GIVEN / "docs/operations.md").read_text()
    block = re.search(r"```sh\n(python3 -m venv /opt/watcher\n.*?)```", text, re.DOTALL)
    assert block
    os.chdir(GIVEN)
    commands = [line for line in block[1].splitlines() if "venv" not in line and "pip install" not in line]
    for command in commands:
        run(command)
    return "\n".join(commands) + "\n" + run("systemd-analyze security watcher.service --no-pager | tail -1 || true")


def start() -> str:
    """Started: ready, and hardened"""
    CONFIG.write_text(EDITED)
    ANAS.parent.mkdir(exist_ok=True)
    ANAS.write_text(RULES)
    run(
        "chown -R root:watcher /etc/watcher && chmod 640 /etc/watcher/config.yaml /etc/watcher/subscriptions.d/ana.yaml"
    )
    Path("/etc/watcher/secrets.env").write_text("TEAM_KEY=a-key-that-nobody-sees\n")
    os.chmod("/etc/watcher/secrets.env", 0o600)
    checked = run(f"TEAM_KEY=x {PROGRAM} -c {CONFIG} check-config")
    run("systemctl enable --now watcher")
    assert property_of("ActiveState") == "active"
    until(lambda: world.asked and workers())
    facts = Path(f"/proc/{daemon()}/status").read_text()
    kept = [line for line in facts.splitlines() if re.match(r"Uid|CapEff|NoNewPrivs|Seccomp:|VmRSS", line)]
    assert "Seccomp:\t2" in facts and "NoNewPrivs:\t1" in facts
    return checked + "\n".join(kept) + "\n" + property_of("StatusText")


def reading_apart() -> str:
    """The process that reads pages is bounded under the unit's filter of system calls"""
    (worker,) = workers()
    limits = Path(f"/proc/{worker}/limits")
    until(lambda: str(512 * 2**20) in limits.read_text())
    data = next(line for line in limits.read_text().splitlines() if line.startswith("Max data size"))
    adjusted = Path(f"/proc/{worker}/oom_score_adj").read_text().strip()
    assert adjusted == "1000"
    tasks = f"{property_of('TasksCurrent')} of {property_of('TasksMax')}"
    return f"{data}\noom_score_adj {adjusted}, tasks of the unit: {tasks}"


def tells() -> str:
    """A new paper is told, with the secret that only systemd can read"""
    new_paper("Bees at dawn")
    run(f"runuser -u watcher -- {PROGRAM} -c {CONFIG} status")
    until(lambda: told("Bees at dawn"), 120)
    assert all(key == "a-key-that-nobody-sees" for path, _, key in world.sent if path == "/team")
    assert "a-key-that-nobody-sees" not in journal()
    return json.dumps([path for path, _, _ in world.sent])


def worker_killed() -> str:
    """The process that reads is killed: the page is read by the next one"""
    (before,) = workers()
    os.kill(before, signal.SIGKILL)
    new_paper("Bees at noon")
    until(lambda: told("Bees at noon"), 150)
    return f"{before} → {workers()}"


def worker_hung() -> str:
    """The process that reads hangs: it is ended after two minutes, said, and the paper is told by the next look"""
    (before,) = workers()
    os.kill(before, signal.SIGSTOP)
    new_paper("Bees at night")
    until(lambda: told("Bees at night"), 330)
    return journal("-p", "warning")


def refused_reload() -> str:
    """A reload that is refused fails, says why, and changes nothing; a mended one is taken up"""
    CONFIG.write_text(EDITED.replace("every: 1m", "every: 1 fortnight"))
    said = run("systemctl reload watcher", fails=True)
    until(lambda: "refused" in property_of("StatusText") or "every" in property_of("StatusText"))
    status = property_of("StatusText")
    assert property_of("ActiveState") == "active"
    CONFIG.write_text(EDITED)
    run("systemctl reload watcher")
    until(lambda: "every" not in property_of("StatusText"))
    return f"{said}\n{status}\n→ {property_of('StatusText')}"


def broken_include() -> str:
    """A mistake in one person's file is a warning with file and line, and the others go on"""
    ANAS.write_text("subscriptions:\n  - {name: bees, rule: '(bees', to: [team]}\n")
    run("systemctl reload watcher || true")
    until(lambda: "ana.yaml" in journal("-p", "warning"))
    ANAS.write_text(RULES)
    run("systemctl reload watcher")
    new_paper("Bees in spring")
    until(lambda: told("Bees in spring"), 120)
    return "\n".join(line for line in journal("-p", "warning").splitlines() if "ana.yaml" in line)


def short_of_memory() -> str:
    """With less memory than a page wants, the page is broken and the daemon goes on"""
    before, known = daemon(), len(broken_pages())
    most = int(property_of("MemoryCurrent")) + 12 * 2**20
    run(f"systemctl set-property --runtime watcher.service MemoryMax={most} MemorySwapMax=0")
    world.size = 1_200_000
    new_paper("Bees in summer")
    try:
        until(lambda: len(broken_pages()) > known, 240)
        world.size = 0
        until(lambda: told("Bees in summer"), 240)
    finally:
        run("systemctl set-property --runtime watcher.service MemoryMax=75%")
    assert daemon() == before
    assert property_of("NRestarts") == "0"
    killed = run("journalctl -k --no-pager | grep -i 'killed process' || true")
    return f"at most {most // 2**20} MB: " + "\n".join([*broken_pages()[known:], killed])


def broken_pages() -> list[str]:
    """Return the lines of the journal about pages that could not be read."""
    return [line for line in journal("-p", "warning").splitlines() if "lab: broken" in line]


def group_reads() -> str:
    """A member of the group reads papers and the pages, others do not"""
    run("useradd -m -G watcher ana && useradd -m eve")
    papers = run(f"cd / && runuser -u ana -- {PROGRAM} papers --limit 2")
    other = run(f"cd / && runuser -u eve -- {PROGRAM} papers", fails=True)
    assert "usermod -aG watcher eve" in other
    ask = (
        "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/watcher/web.sock');"
        "s.sendall(b'GET / HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n');"
        "print(s.recv(60).splitlines()[0].decode())"
    )
    page = run(f'cd / && runuser -u ana -- python3 -c "{ask}"')
    run(f'cd / && runuser -u eve -- python3 -c "{ask}"', fails=True)
    return f"{papers}{other}{page}{run('ls -ld /run/watcher /var/lib/watcher && ls -l /run/watcher /var/lib/watcher')}"


def watchdog() -> str:
    """A daemon that hangs is started again by its watchdog, and tells what it missed"""
    DROP_IN.parent.mkdir(exist_ok=True)
    DROP_IN.write_text("[Service]\nWatchdogSec=15\nRestartSec=1\nTimeoutAbortSec=5\n")
    run("systemctl daemon-reload && systemctl restart watcher")
    before = daemon()
    until(workers, 120)
    new_paper("Bees in autumn")
    os.kill(before, signal.SIGSTOP)
    until(lambda: property_of("NRestarts") != "0" and daemon() not in {0, before}, 90)
    until(lambda: told("Bees in autumn"), 150)
    return f"{before} → {daemon()}, restarts: {property_of('NRestarts')}"


def killed() -> str:
    """A daemon that is killed is started again; no process of it is left, nothing is told twice"""
    before, reading = daemon(), workers()
    os.kill(before, signal.SIGKILL)
    until(lambda: daemon() not in {0, before}, 60)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in reading))
    until(workers, 120)
    times = {title: sum(title in text for path, text, _ in world.sent if path == "/team") for title in world.papers}
    assert all(number <= 1 for title, number in times.items()), times
    return json.dumps(times)


def backed_up() -> str:
    """A backup is made beside the running daemon, and restored while it is stopped"""
    run(f"cd / && runuser -u watcher -- {PROGRAM} -c {CONFIG} backup /var/lib/watcher/b.db")
    run("systemctl stop watcher")
    out = run(
        f"cd / && TEAM_KEY=x runuser -u watcher -- {PROGRAM} -c {CONFIG} restore /var/lib/watcher/b.db < /dev/null"
    )
    run("systemctl start watcher")
    return out


def stops() -> str:
    """An ordinary stop is no error"""
    run("systemctl stop watcher")
    assert property_of("Result") == "success"
    assert not run("pgrep -u watcher || true").split()
    return journal("-n", "6")


STEPS = (
    install,
    start,
    reading_apart,
    tells,
    worker_killed,
    worker_hung,
    refused_reload,
    broken_include,
    short_of_memory,
    group_reads,
    watchdog,
    killed,
    backed_up,
    stops,
)


def main() -> None:
    """Run every step; each is tried, whatever became of those before."""
    world.serve()
    for step in STEPS:
        check(step)
    print(f"{len(STEPS) - len(failed)} of {len(STEPS)} held; failed: {', '.join(failed) or 'none'}", flush=True)


if __name__ == "__main__":
    main()
