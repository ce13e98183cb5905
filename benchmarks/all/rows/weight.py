"""How large it is: the idle daemon, and what is installed."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from benchmarks.all.row import Asked, NotHere, Row, Samples
from benchmarks.startup import idle_daemon

ITSELF = "paper-watcher"
_NAME = re.compile(r"[\w.-]+")


def _idle_memory(asked: Asked) -> Samples:
    return Samples([idle_daemon()["rss_mib"]])


def _idle_cpu(asked: Asked) -> Samples:
    return Samples([idle_daemon()["cpu_ms_per_minute"]])


def _installed(asked: Asked) -> Samples:
    """What `pip install .` brings without extras, and pip, by the files that each package names (MB)."""
    sizes: dict[str, int] = {}
    ahead = [ITSELF, "pip"]
    while ahead:
        name = ahead.pop()
        if name in sizes:
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            if name == ITSELF:
                raise NotHere(f"{ITSELF} is not installed") from None
            continue  # for another Python or system
        files = [found.locate_file(one) for one in found.files or ()]
        sizes[name] = sum(one.stat().st_size for one in map(_path, files) if one.is_file())
        ahead += [_NAME.findall(one)[0].lower() for one in found.requires or () if "extra ==" not in one]
    return Samples([sum(sizes.values()) / 1e6])


def _path(one: object) -> Path:
    return Path(str(one))


ROWS = (
    Row(
        name="idle-memory",
        what="memory of an idle daemon, children included",
        unit="MiB",
        measure=_idle_memory,
        must=110,
        reach=85,
        is_long=True,
    ),
    Row(
        name="idle-cpu",
        what="CPU of an idle daemon in a minute",
        unit="ms",
        measure=_idle_cpu,
        must=60,
        reach=40,
        is_long=True,
    ),
    Row(name="installed", what="what is installed, without extras", unit="MB", measure=_installed, must=140, reach=90),
)
