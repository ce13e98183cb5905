"""Hold what the pages work with, and what their buttons can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from watcher.config import Config, WebSettings, secret_file
from watcher.config.saving import SavedLines
from watcher.errors import WatcherError
from watcher.files.broken_pages import KeptPages
from watcher.files.read import NotRead, read_regular
from watcher.links.addresses import LinkMaker
from watcher.model import Endpoint, Hit, Outcome, Paper
from watcher.pipeline.liking.profiles import SimilarPapers
from watcher.store import Store
from watcher.web.views.trying import KeptTrials

if TYPE_CHECKING:
    from watcher.pipeline.context import Tally

SHORTEST_TOKEN = 16
LONGEST_TOKEN = 4_096


@dataclass(frozen=True, slots=True)
class Buttons:
    """What the buttons of the pages do. Only a daemon has them.

    ``poll``: polls the source of a name as soon as possible.
    ``wake``: says that there is something to tell or send.
    ``test_rule``: sends an endpoint a test of a rule with its matches; returns the outcome.
    ``save``: writes lines of a subscription into an included file ("" for the main file) and applies the config, or
        only tries that; None if there is no file. Raises ``ConfigError`` and ``WatcherError`` as ``SubscriptionFile``.
    """

    poll: Callable[[str], None]
    wake: Callable[[], None]
    test_rule: Callable[[str, Sequence[tuple[Paper, Hit]], Endpoint], Outcome]
    save: Callable[[str, Sequence[str], bool], SavedLines] | None = None


@dataclass(frozen=True, slots=True)
class WebSite:
    """The parts that the pages work with.

    ``config``: returns the config in force.
    ``token``: needed for reading and acting; "" for none, and then nobody may act.
    ``buttons``: None if these pages only show.
    ``kept``: where bodies of broken pages are kept, None for nowhere.
    ``links``: returns what made the signed links in messages, None to accept none.
    ``tally``: what this process has done, None if it does nothing but serve pages.
    ``trials``: the last trials of rules: their results, or how far they got.
    ``similar``: finds papers like a given one, and knows how rare phrases are.
    """

    store: Store
    config: Callable[[], Config]
    clock: Callable[[], datetime]
    settings: WebSettings
    token: str = ""
    buttons: Buttons | None = None
    kept: KeptPages | None = None
    links: Callable[[], LinkMaker | None] = lambda: None
    tally: Tally | None = None
    trials: KeptTrials = field(default_factory=KeptTrials)
    similar: SimilarPapers = field(default_factory=SimilarPapers)

    @property
    def can_act(self) -> bool:
        """Whether a visitor with the token may do anything."""
        return bool(self.token) and self.buttons is not None


def token_of(settings: WebSettings, folder: Path, env: Mapping[str, str]) -> str:
    """Return the token in the settings' file, "" if they name none. Raises ``WatcherError`` that quotes no token.

    ``folder``: where a relative name begins, unless the file is among the service's credentials.
    """
    if not settings.token_file:
        return ""
    path = secret_file(settings.token_file, env, folder) or folder / settings.token_file
    read = read_regular(path, LONGEST_TOKEN)
    how = f"write one with: (umask 077; openssl rand -hex 32 > {path})"
    if isinstance(read, NotRead):
        raise WatcherError(f"web: token_file {path} cannot be read: {read.what}; {how}")
    token = read.decode("ascii", "replace").strip()
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        raise WatcherError(
            f"web: the token in {path} can be guessed: it needs {SHORTEST_TOKEN} characters of ASCII or more; {how}"
        )
    return token
