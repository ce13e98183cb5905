"""Read the files of an inbox: store and match each, then move it out of the way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from watcher.errors import Overtaken, Stopped, UnknownPage, WatcherError
from watcher.files.inbox_folder import DONE, FAILED, Inbox, WaitingFiles, shown_name
from watcher.model import Judged, Reading, Source, Verdict
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import broken_by, conclude, verdict_before
from watcher.pipeline.polling.polled import Polled
from watcher.pipeline.polling.updates import record_updates
from watcher.pipeline.record import Intake
from watcher.pipeline.saved_pages import read_any
from watcher.pipeline.subscriptions.apply import present_of
from watcher.policy.alerts import fate
from watcher.policy.polls.rhythm import Wait
from watcher.sandbox.mishaps import reason_of
from watcher.store import Transaction

AGAIN = timedelta(minutes=1)
"""When to look into the folder again if a file is still being written, or more than ``AT_ONCE`` wait."""

AT_ONCE = 500
"""Most files that one poll reads; the others wait for the next poll."""

SHOWN = 5


@dataclass
class _Done:
    """What one poll of an inbox has done so far.

    ``failed``: "name: reason" of files that could not be read.
    ``partial``: "name: reason" of files that were not whole.
    """

    new: int = 0
    matched: int = 0
    files: int = 0
    failed: list[str] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)


IsMine = Callable[[Transaction], bool]


def poll_inbox(source: Source, context: Context, is_mine: IsMine = lambda tx: True) -> Polled:
    """Read the files in the folder of ``source`` that are completely written.

    A file is moved after its papers were stored. After a crash in between it is read again, and nothing is told twice
    since its papers are known by then. An unforeseen error over one file makes that file a failed one, and the next
    file is read.

    ``is_mine``: asked in each storing transaction whether this process still has the source's turn.
    """
    try:
        return _look_into(source, context, is_mine)
    except WatcherError:
        raise
    except Exception as error:
        return broken_by(error, source, (), context, is_mine)


def _look_into(source: Source, context: Context, is_mine: IsMine) -> Polled:
    done, waiting, missing = _Done(), WaitingFiles((), 0), ""
    inbox = Inbox.opened(PARSERS[source.kind].folder(source) or "")
    if isinstance(inbox, str):
        missing = inbox
    else:
        with closing(inbox):
            waiting = inbox.waiting(context.clock())
            for name in waiting.names[:AT_ONCE]:
                if context.stopping.is_set():
                    raise Stopped(f"{source.name}: stopped while being read")
                _take(inbox, name, source, context, is_mine, done)
    judged, now = _judge(done, missing), context.clock()
    wait = Wait(AGAIN, "files are still being written") if waiting.unfinished else None
    if len(waiting.names) > AT_ONCE:
        wait = Wait(AGAIN, f"{len(waiting.names) - AT_ONCE} files more")
    with context.store.transaction() as tx:
        if not is_mine(tx):
            raise Overtaken(f"{source.name}: read by another daemon meanwhile")
        before = verdict_before(tx, source)
        wait = conclude(tx, source, judged, done.new, done.files, context, now, wait)
    return Polled(source.name, judged, done.new, done.matched, wait=wait, before=before)


def _take(inbox: Inbox, name: str, source: Source, context: Context, is_mine: IsMine, done: _Done) -> None:
    """Store a file and move it. A file that cannot be moved counts as failed, too."""
    reason = _store(inbox, name, source, context, is_mine, done)
    done.files += 1
    if reason:
        done.failed.append(f"{shown_name(name)}: {reason}")
    try:
        inbox.move(name, FAILED if reason else DONE, reason)
    except OSError as error:
        done.failed.append(f"{shown_name(name)} cannot be moved: {error.strerror}")


def _store(inbox: Inbox, name: str, source: Source, context: Context, is_mine: IsMine, done: _Done) -> str:
    """Store a file, a large collection batch by batch; return why it could not be read, "" if it was."""
    try:
        body, sources = inbox.read(name), context.config.sources.values()
        if isinstance(body, str):
            return body
        for page in read_any(body, sources, context.parsing, context.clock().date()):
            _store_reading(page.reading, source, context, is_mine, done)
            if not page.reading.whole:
                done.partial.append(f"{shown_name(name)}: {'; '.join(page.reading.warnings) or 'not read whole'}")
    except UnknownPage as error:
        return str(error)
    except WatcherError:
        raise
    except Exception as error:
        return reason_of(error)
    return ""


def _store_reading(reading: Reading, source: Source, context: Context, is_mine: IsMine, done: _Done) -> None:
    now = context.clock()
    with context.store.transaction() as tx:
        if not is_mine(tx):
            raise Overtaken(f"{source.name}: read by another daemon meanwhile")
        intake = Intake(tx, context.rules, now)
        intake.add(reading.entries, source.name, whole=reading.whole)
        present = _present(tx, source, context, now)
        matched = intake.match(
            lambda saved, paper, hit: fate.of_dropped_in(paper, saved.subscription.sources, present), unchanged=True
        )
        matched += record_updates(tx, intake.updates, now, heirs=intake.heirs)
    done.new += intake.new
    done.matched += matched


def _present(tx: Transaction, source: Source, context: Context, now: datetime) -> fate.Present:
    """Return what counts as present. For this source the look-back is counted from its last poll, not from now.

    So a file that was dropped in while watcher did not run is told as if it had been read at once.
    """
    present = present_of(tx, context.config, now)
    last = tx.missing.last_whole(source.name)
    mine = fate.last_days(source.look_back, min(now, last) if last else now)
    return replace(present, by_source={**present.by_source, source.name: mine})


def _judge(done: _Done, missing: str) -> Judged:
    if missing:
        return Judged(Verdict.UNREACHABLE, missing)
    for verdict, reasons in ((Verdict.BROKEN, done.failed), (Verdict.PARTIAL, done.partial)):
        if reasons:
            more = f"; and {len(reasons) - SHOWN} more files" if len(reasons) > SHOWN else ""
            return Judged(verdict, "; ".join(reasons[:SHOWN]) + more)
    if done.new:
        return Judged(Verdict.NEW)
    return Judged(Verdict.UNCHANGED if done.files else Verdict.QUIET)
