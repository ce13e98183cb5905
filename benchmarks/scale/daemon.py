"""Run ``watcher run`` with a number of sending threads, and count its statements.

``python -m benchmarks.scale.daemon CONFIG STATE THREADS``: the count is written to ``statements`` in STATE.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

from sqlalchemy import Engine, event

from watcher.cli import main
from watcher.cli.desk import CliContext
from watcher.model import Tuning

counted: Counter[str] = Counter()


def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
    """One more of this form."""
    counted[" ".join(statement.split())[:60]] += 1


def write(file: Path) -> None:
    """Write down the counts, again and again."""
    while True:
        sleep(0.5)
        file.with_suffix(".new").write_text("\n".join(f"{n} {form}" for form, n in counted.most_common()))
        file.with_suffix(".new").replace(file)


if __name__ == "__main__":
    config, state, threads = sys.argv[1:]
    event.listen(Engine, "before_cursor_execute", count)
    Thread(target=write, args=(Path(state) / "statements",), daemon=True).start()
    desk = CliContext(env={**os.environ, "STATE_DIRECTORY": state}, tuning=Tuning(threads=int(threads)))
    sys.exit(main(["-c", config, "run"], desk=desk))
