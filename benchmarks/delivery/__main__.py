"""Deliveries a second through watcher's sender, beside apprise alone and beside bare smtplib and httpx."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.integration.mailserver import make_certificate

KINDS = ("mail", "mail, STARTTLS", "mail, TLS", "json")
WHO = ("watcher", "apprise", "bare", "daemon")
THREADS = (1, 4, 16)
MESSAGES = {"watcher": 96, "apprise": 32, "bare": 96, "daemon": 48}

Cell = tuple[str, int, str]
ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.delivery", description=__doc__)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--only", choices=KINDS, action="append")
    asked.add_argument("--out", type=Path, help="where the figures go as JSON")
    options = asked.parse_args()
    cells = [(kind, threads, who) for kind in options.only or KINDS for threads in THREADS for who in WHO]
    found = measured(cells, options.rounds)
    figures = [figures_of(kind, threads, found) for kind in options.only or KINDS for threads in THREADS]
    about = {"python": platform.python_version(), "rounds": options.rounds, "cores": os.cpu_count()}
    if options.out:
        options.out.write_text(json.dumps({**about, "figures": figures}, indent=1) + "\n")
    print(table(figures))
    return 0


def measured(cells: list[Cell], rounds: int) -> dict[Cell, list[dict[str, float]]]:
    """Start the servers and the senders, and return what each cell took in each round."""
    found: dict[Cell, list[dict[str, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        certificate, _ = make_certificate(Path(folder))
        env = {**os.environ, "SSL_CERT_FILE": _all_certificates(Path(folder), certificate), "PYTHONPATH": str(ROOT)}
        with process("sinks", env, str(certificate), str(certificate.with_name("key.pem"))) as sinks:
            ports = json.loads(sinks.stdout.readline())
            measure(cells, rounds, ports, env, found)
    return found


def measure(
    cells: list[Cell], rounds: int, ports: dict[str, int], env: dict[str, str], found: dict[Cell, list[Any]]
) -> None:
    """Fill ``found``: round by round, so that what else runs on the machine hits all alike."""
    with ExitStack() as stack:
        running = {who: stack.enter_context(process("senders", env)) for who in WHO}
        for round in range(rounds):
            for kind, threads, who in cells:
                print(f"\rround {round + 1}: {kind}, {threads}, {who:30}", end="", file=sys.stderr)
                found[kind, threads, who].append(ask(running[who], who, kind, ports[kind], threads))
    print("\r" + " " * 60, end="\r", file=sys.stderr)


def ask(sender: Any, who: str, kind: str, port: int, threads: int) -> dict[str, float]:
    """One cell, once: deliveries a second, and milliseconds of CPU for each."""
    n = MESSAGES[who]
    asked = {"who": who, "kind": kind, "port": port, "threads": threads, "messages": n}
    sender.stdin.write(json.dumps(asked) + "\n")
    sender.stdin.flush()
    took = json.loads(sender.stdout.readline())
    return {"rate": n / took["seconds"], "cpu_ms": 1000 * took["cpu"] / n}


def figures_of(kind: str, threads: int, found: dict[Cell, list[dict[str, float]]]) -> dict[str, Any]:
    """Medians over the rounds; ratios are of the same round."""
    ours = found[kind, threads, "watcher"]
    row: dict[str, Any] = {"kind": kind, "threads": threads}
    for who in WHO:
        theirs = found[kind, threads, who]
        for what in ("rate", "cpu_ms"):
            row[f"{who}_{what}"] = round(statistics.median(one[what] for one in theirs), 2)
        if who != "watcher":
            ratios = [a["rate"] / b["rate"] for a, b in zip(ours, theirs, strict=True)]
            row[f"ratio_to_{who}"] = round(statistics.median(ratios), 2)
    return row


def table(figures: list[dict[str, Any]]) -> str:
    """For people, and for a page of the documentation."""
    head = "| to | threads | watcher/s | apprise/s | bare/s | times apprise | times bare | with its database/s "
    head += "| CPU ms: watcher | apprise | bare | with its database |"
    lines = [head, "|" + "---|" * (head.count("|") - 1)]
    for row in figures:
        rates = [f"{row[f'{who}_rate']:.0f}" for who in ("watcher", "apprise", "bare")]
        ratios = [f"**{row['ratio_to_apprise']:.1f}**", f"{row['ratio_to_bare']:.2f}", f"{row['daemon_rate']:.0f}"]
        cpu = [f"{row[f'{who}_cpu_ms']:.1f}" for who in WHO]
        lines.append("| " + " | ".join([row["kind"], str(row["threads"]), *rates, *ratios, *cpu]) + " |")
    return "\n".join(lines)


@contextmanager
def process(name: str, env: dict[str, str], *args: str) -> Iterator[Any]:
    """A module of this package as a process, ended with the block."""
    line = [sys.executable, "-m", f"benchmarks.delivery.{name}", *args]
    with subprocess.Popen(line, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one:
        try:
            yield one
        finally:
            if one.stdin:
                one.stdin.close()
            one.wait(20)


def _all_certificates(folder: Path, own: Path) -> str:
    """The machine's authorities and ours: reading them has to cost what it costs."""
    import ssl

    usual = ssl.get_default_verify_paths()
    known = Path(usual.cafile or usual.openssl_cafile)
    text = known.read_text(encoding="utf-8") if known.is_file() else ""
    both = folder / "all.pem"
    both.write_text(text + own.read_text(encoding="utf-8"), encoding="utf-8")
    return str(both)


if __name__ == "__main__":
    sys.exit(main())
