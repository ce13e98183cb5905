"""The page that makes a rule a subscription of the config: how the file would change, and a button to write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from watcher.config import Config, name_for, subscription_lines
from watcher.config.saving import SavedLines
from watcher.errors import ConfigError, Problem, RuleError, WatcherError
from watcher.web.frame import address, in_a_line, shown, site_of
from watcher.web.rule_test import receivers_of
from watcher.web.session import form_of, is_ours
from watcher.web.site import Buttons
from watcher.web.views.trying import rule_tried

USUAL_WHEN = "daily at 08:00"
TIMES = ("immediately", USUAL_WHEN, "weekdays at 08:00", "mondays at 08:00")
FIELDS = ("q", "file", "name", "to", "when")
KEYS = {"name": "name", "to": "to", "when": "when"}
"""Key of a subscription → field of the form."""

LONGEST = 200
"""Most characters of a name, a receiver and a schedule."""


@dataclass(frozen=True, slots=True)
class SaveTrial:
    """What would be saved, or why it cannot be.

    ``wrong``: field of the form → what is wrong with it and what to write; "" → what belongs to no field.
    """

    saved: SavedLines | None = None
    wrong: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WritableFile:
    """A file of the config that a subscription can be written into.

    ``names``: of its subscriptions.
    ``targets``: whom they can tell: whom those of the file tell already, and all receivers.
    """

    path: Path
    names: frozenset[str]
    targets: tuple[str, ...]


async def save_screen(request: Request) -> Response:
    """Show how the file would change, or write it."""
    site = site_of(request)
    form = await form_of(request) if request.method == "POST" else dict(request.query_params)
    asked = {name: form.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    back = address("/save", asked.items())
    if request.method == "POST" and not is_ours(request, form):
        what = "this needs the token, and a form of this session: load the page again"
        return in_a_line(request, what, 403, back=back)
    if not request.scope["visitor"].may_act:
        return RedirectResponse(address("/sign-in", back=back), 303)
    if site.buttons is None or site.buttons.save is None:
        raise HTTPException(409, "These pages write no file: `watcher add` does.")
    return await run_in_threadpool(_answer, request, site.buttons, asked)


def _answer(request: Request, buttons: Buttons, asked: dict[str, str]) -> Response:
    config = site_of(request).config()
    place = place_in(config, asked["file"])
    asked["to"] = asked["to"] or next(iter(place.targets if place else ()), "")
    asked["name"] = asked["name"] or (name_for(asked["q"], place.names if place else ()) if asked["q"] else "")
    asked["when"] = asked["when"] or USUAL_WHEN
    is_written = request.method == "POST"
    trial = _tried(buttons, asked, place, dry_run=not is_written)
    if is_written and trial.saved:
        return RedirectResponse(address("/search", [("q", asked["q"]), ("said", "saved")]), 303)
    return _page(request, asked, place, trial, status=400 if is_written else 200)


def place_in(config: Config, file: str) -> WritableFile | None:
    """Return a file of the config, None if the config has no such file.

    ``file``: an included file as people write it, "" for the main file.
    """
    path = config.includes.get(file) if file else config.path
    if path is None:
        return None
    owner = config.owner_of(path)
    told = [target for one in config.subscriptions if one.owner == owner for target in one.to]
    everybody = [one.receiver for one in receivers_of(config)]
    first, then = (told, everybody) if file else (everybody, told)
    targets = dict.fromkeys(one for one in (*first, *then) if config.endpoints_of(one))
    return WritableFile(path, frozenset(config.names_of(path)), tuple(targets))


def _tried(buttons: Buttons, asked: Mapping[str, str], place: WritableFile | None, *, dry_run: bool) -> SaveTrial:
    """Write the subscription, or with ``dry_run`` only try to; return the result or what is wrong."""
    assert buttons.save is not None
    if place is None:
        return SaveTrial(wrong={"file": ["choose one of the config's files"]})
    if wrong := _wrong(asked, place):
        return SaveTrial(wrong=wrong)
    try:
        return SaveTrial(buttons.save(asked["file"], lines_of(asked), dry_run))
    except ConfigError as error:
        return SaveTrial(wrong=_by_field([one for one in error.problems if one.fatal]))
    except WatcherError as error:
        return SaveTrial(wrong={"": [str(error)]})


def lines_of(asked: Mapping[str, str]) -> list[str]:
    """Return the lines of the subscription in a form."""
    return subscription_lines(asked["name"], asked["q"], [asked["to"]], asked["when"])


def _wrong(asked: Mapping[str, str], place: WritableFile) -> dict[str, list[str]]:
    """Return field → what is wrong, for mistakes that are found before anything is written."""
    found: dict[str, list[str]] = {}
    try:
        rule_tried(asked["q"])
    except RuleError as error:
        found["q"] = [str(error)]
    for name in ("name", "to", "when"):
        if len(asked[name]) > LONGEST or not asked[name].isprintable():
            found[name] = [f"write {LONGEST} characters at most, in one line"]
    if asked["name"] in place.names:
        found["name"] = ["there is a subscription of this name already"]
    if asked["to"] not in place.targets:
        found["to"] = ["choose one of the config's receivers"]
    return found


def _by_field(problems: Sequence[Problem]) -> dict[str, list[str]]:
    """Return field → the linter's errors about it. The line that an error points to shows the field."""
    found: dict[str, list[str]] = {}
    for one in problems:
        key = one.source_line.strip().removeprefix("- ").partition(":")[0]
        what = f"{one.what}; {one.hint}" if one.hint else one.what
        found.setdefault(KEYS.get(key, "q" if key == "rule" else ""), []).append(what)
    return found


def _page(
    request: Request, asked: Mapping[str, str], place: WritableFile | None, trial: SaveTrial, *, status: int
) -> Response:
    site = site_of(request)
    config = site.config()
    own: dict[str, Any] = {
        "asked": asked,
        "trial": trial,
        "times": TIMES,
        "targets": place.targets if place else (),
        "files": (config.path.name if config.path else "", *config.includes),
        "into": place.path if place else None,
        "lines": lines_of(asked) if place and set(trial.wrong) == {""} else (),
    }
    with site.store.reading() as tx:
        return shown(request, tx, "save.html", status=status, **own)
