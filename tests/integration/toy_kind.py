"""A kind of source that is made up, with all that adding it takes: each part may be left out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY

PAGE = b"BULLETIN of the lab\ntides | Kelp and tides | https://bulletin.example/1\nwind | Kites | https://bulletin.example/2\n"

KIND = '''
"""Bulletins: a text with a word at its head and one paper a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watcher.model import Entry, Reading, Source, Unreadable
from watcher.parsers.parser import Key, Mistake, Parser, SavedForm, key, own_keys

HEAD = b"BULLETIN of "


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinKeys:
    """Which section is read."""

    section: str | None = key("Which section of the bulletin.")


def parse(body: bytes, section: str | None) -> Reading | Unreadable:
    """Read the papers of a section, of all where none is named."""
    if not body.startswith(HEAD):
        return Unreadable("looked for a bulletin, found none")
    rows = [line.split("|") for line in body.decode("utf-8", "replace").splitlines()[1:] if line.count("|") == 2]
    return Reading(
        entries=tuple(
            Entry(title=title.strip(), url=url.strip(), keys=(f"url:{url.strip()}",))
            for where, title, url in rows
            if section in (None, where.strip())
        )
    )


def mistakes(source: Source) -> Iterator[Mistake]:
    """Say what is wrong with a source of this kind."""
    if own_keys(source, BulletinKeys).section == "":
        yield Mistake("section", "an empty section", "name one")


PARSER = Parser(
    kind="bulletin",
    version=1,
    own=BulletinKeys,
    check=mistakes,
    starts=lambda source, today: (source.url or "https://bulletin.example/",),
    tells=lambda source: frozenset({"title"}),
    parse=lambda body, url, source: parse(body, own_keys(source, BulletinKeys).section),
    saves="bulletins",
    saved=(SavedForm("bulletin", lambda body: body.data.startswith(HEAD), lambda body: parse(body.data, None)),),
)
'''

Edit = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the addition: a file of the repository, and what it becomes; a new one is "" before."""

    path: str
    edit: Edit


def _behind(anchor: str, more: str) -> Edit:
    """Put ``more`` behind the one place at which ``anchor`` stands."""

    def edit(text: str) -> str:
        assert text.count(anchor) == 1, f"{anchor!r} stands there {text.count(anchor)} times"
        return text.replace(anchor, anchor + more)

    return edit


def _line_in_the_table(text: str) -> str:
    text = _behind("import kind as biorxiv\n", "from watcher.parsers.bulletin import kind as bulletin\n")(text)
    return _behind("    html.PARSER,\n", "    bulletin.PARSER,\n")(text)


def _schema(text: str) -> str:
    schema = json.loads(text)
    keys = schema["$defs"]["SourceKeys"]["properties"]
    keys["section"] = keys["via"] | {"description": "Which section of the bulletin.", "title": "Section"}
    keys["kind"]["enum"].insert(-1, "bulletin")
    return json.dumps(schema)


def _fields_that_stay_empty(text: str) -> str:
    """The kind fills titles alone: it stands in every row, and rows come for what all other kinds fill."""
    before, table = text.split("| field | stays empty in |\n|---|---|\n")
    rows, after = table.split("\n\n", 1)
    filled = [row.removesuffix(" |") + ", `bulletin` |" for row in rows.splitlines()]
    others = ("abstract", "author", "published")
    filled += [f"| `{field}` | `bulletin` |" for field in others if f"| `{field}` |" not in rows]
    return f"{before}| field | stays empty in |\n|---|---|\n" + "\n".join(filled) + f"\n\n{after}"


PROGRAM: dict[str, Part] = {
    "the folder": Part("watcher/parsers/bulletin/__init__.py", lambda text: '"""Bulletins."""\n'),
    "its kind": Part("watcher/parsers/bulletin/kind.py", lambda text: KIND),
    "the line in the table": Part("watcher/parsers/__init__.py", _line_in_the_table),
}
"""What the program needs to read the kind."""

PARTS: dict[str, Part] = PROGRAM | {
    "its row in sources.md": Part(
        "docs/sources.md",
        _behind(
            "`https://api.biorxiv.org/details/medrxiv/` | quiet |\n",
            "| `bulletin` | what a bulletin lists | `section` | `https://bulletin.example/` | quiet |\n",
        ),
    ),
    "its section in sources.md": Part(
        "docs/sources.md", _behind("\n## `biorxiv`, `medrxiv`\n", "\nPreprints.\n\n## `bulletin`\n")
    ),
    "what it leaves empty in sources.md": Part("docs/sources.md", _fields_that_stay_empty),
    "its key in configuration.md": Part(
        "docs/configuration.md", _behind("# Configuration\n", "\n`section` is the one that is read of a bulletin.\n")
    ),
    "its room in architecture.md": Part(
        "docs/architecture.md",
        _behind(
            "| `watcher/parsers/biorxiv/` | bioRxiv and medRxiv | |\n",
            "| `watcher/parsers/bulletin/` | bulletins | |\n",
        ),
    ),
    "the schema": Part("watcher.schema.json", _schema),
    "the hostile pages": Part(
        "tests/integration/test_hostile_pages.py",
        _behind('Source(name="s", kind="medrxiv"),\n', '    "bulletin": Source(name="s", kind="bulletin"),\n'),
    ),
    "a page that tells all": Part(
        "tests/parsers/test_told.py",
        _behind("feeds.rss([ITEM])),\n", f'    (Source(name="x", kind="bulletin"), {PAGE!r}),\n'),
    ),
    "its version": Part(
        "tests/parsers/test_versions.py", _behind("READ = {\n", '    "bulletin": (1, "9162893dfd25"),\n')
    ),
    "the line in the changelog": Part(
        "CHANGELOG.md", _behind("## [Unreleased]\n\n### Added\n\n", "- Sources of the kind `bulletin`.\n")
    ),
}
"""All that is asked of who adds a kind."""


def add_to(folder: Path, parts: Mapping[str, Part], without: str = "") -> None:
    """Add the kind to a copy of the repository in a folder, without one of its parts."""
    for path in {part.path for part in parts.values()}:
        before = REPOSITORY / path
        text = before.read_text(encoding="utf-8") if before.exists() else ""
        for name, part in parts.items():
            if part.path == path and name != without:
                text = part.edit(text)
        (folder / path).parent.mkdir(exist_ok=True)
        if text:
            (folder / path).write_text(text, encoding="utf-8")
        else:
            (folder / path).unlink(missing_ok=True)


def copy_to(folder: Path, *names: str) -> Path:
    """Copy files and folders of the repository into a folder; return it."""
    for name in names:
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(REPOSITORY / name, folder / name)
    return folder
