"""The config blocks of the documents: read from their pages, filled up where they show a part, and loaded."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import certifi

from watcher.config import Config, load
from watcher.notify import doubt_of, problem_of
from watcher.rules import compile_rule
from watcher.store import database_problem

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if not page.name.endswith("-walk.md")),
]
"""All but those that a program makes of what it did: tests/e2e/test_walk.py walks them again."""

ENV = {
    "WATCHER_NIGHT_URL": "jsons://night.example/",
    "WATCHER_MAIL_URL": "mailto://mail.example?from=a@b.example&to=c@d.example",
    "WATCHER_DATABASE": "postgresql+psycopg://watcher:p%40ss@db.lab.example/watcher",
    "MAIL_PASSWORD": "p@ss/w#rd",
    "SMTP_PASSWORD": "p@ss/w#rd:?",
    "PROXY_PASSWORD": "secret",
    "HOOK_PASSWORD": "secret",
    "GMAIL_APP_PASSWORD": "abcdefghijklmnop",
    "HEARTBEAT_ID": "5f1c7a40-0000-4000-8000-5a1d3c2b9e77",
    "TENANT_ID": "00000000-0000-4000-8000-000000000000",
    "CLIENT_ID": "11111111-1111-4111-8111-111111111111",
    "CLIENT_SECRET": "AbC8Q~dEfGhI.jKlMnOpQrStUvWxYz0123456789",
    "TELEGRAM_TOKEN": "123456789:ABCdefGhIJKlmNoPQRsTUVwxyZ123456789",
    "NTFY_TOPIC": "papers-5f0c9a1b7e3d2c48",
    "NTFY_TOKEN": "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2",
    "OPENALEX_KEY": "Oa3xampleKey0123456789",
    "S2_KEY": "S2xampleKey0123456789",
    "ZOTERO_KEY": "P9NiFoyLeZu2bZNvvuQPDWsd",
    "READWISE_TOKEN": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX",
    "LINKDING_TOKEN": "0123456789abcdef0123456789abcdef01234567",
    "NOTION_TOKEN": "ntn_1234567890abcdefghijklmnopqrstuvwxyzABCDEFGHI",
    "NCBI_API_KEY": "0123456789abcdef0123456789abcdef0123",
    "MATRIX_TOKEN": "syt_cGFwZXJz_abcdefghijklmnopqrst_0abcde",
    "MATRIX_PASSWORD": "p@ss/w#rd:?",
}
"""What the environment holds where a page's config is used: the forms that the services give out."""

AROUND = {
    "timezone": "timezone: Europe/Paris\n",
    "sources": "sources:\n  hf-daily: {kind: huggingface}\n",
    "receivers": "receivers:\n  me: {url: 'console://'}\n",
    "operator": "operator: [me]\n",
    "subscriptions": "subscriptions: []\n",
}
"""What a block that shows a part of a config leaves out."""

_BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<body>.*?)^```$(?P<rest>.*?)(?=^```yaml|\Z)", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"[Tt]he file `(?P<name>[^`]+)` holds(?: one line)?:\n\n```\w+\n(?P<body>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A config on a page. ``rest``: the text of the page between it and the next config."""

    page: Path
    number: int
    body: str
    rest: str

    @property
    def name(self) -> str:
        """The page and which of its blocks this is."""
        return f"{self.page.relative_to(ROOT)}-{self.number}"


def files_of(page: Path) -> dict[str, str]:
    """The files that a page says stand beside the config: name → contents."""
    return {found["name"]: found["body"] for found in _FILE.finditer(page.read_text(encoding="utf-8"))}


def config_blocks() -> Iterator[Block]:
    """Every config of every page, without the files beside it."""
    for page in PAGES:
        beside = files_of(page).values()
        text = page.read_text(encoding="utf-8")
        found = [one for one in _BLOCK.finditer(text) if one["kind"] == "yaml" and one["body"] not in beside]
        for n, one in enumerate(found):
            yield Block(page, n, one["body"], one["rest"])


def as_config(block: str) -> str:
    """A block as a file: what it leaves out stands around it."""
    if re.match(r"(any|all|none|where|rule):", block):
        inner = "".join(f"    {line}\n" for line in block.splitlines())
        block = f"subscriptions:\n  - name: x\n    to: [me]\n{inner}"
    own = re.findall(r"^(\w+):", block, re.MULTILINE)
    found = re.search(r"^receivers:\n  (?P<name>[\w-]+):(?P<rest>.*?)(?=^\S|\Z)", block, re.MULTILINE | re.DOTALL)
    receiver = "me"
    if found:
        receiver = found["name"] + (":ana@lab.example" if re.search(r"\baddress: to\b", found["rest"]) else "")
    around = {key: text.replace("[me]", f"['{receiver}']") for key, text in AROUND.items()}
    return "".join(text for key, text in around.items() if key not in own) + block


def loaded(block: Block, folder: Path) -> Config:
    """The config that a block is, with all that the pages say lies beside it, judged as strictly as it can be."""
    files = {
        "slack_url": "json://slack.example/",
        "web_token": "a token of many letters",
        "subscriptions.d/ana.yaml": "subscriptions: [{name: a, rule: kite, to: me}]\n",
        **files_of(block.page),
    }
    for name, body in files.items():
        if not name.startswith(("/", "~")):
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(body)
            path.chmod(0o600)
    shutil.copy(certifi.where(), folder / "lab-authority.pem")
    for name in ("mails", "inbox"):
        (folder / name).mkdir()
    path = folder / "config.yaml"
    path.write_text(as_config(block.body))
    return load(
        path,
        env=ENV,
        check_url=problem_of,
        doubt_url=doubt_of,
        check_database=database_problem,
        check_rule=compile_rule,
        strict=True,
    )
