"""Somebody at a laptop: what is typed and seen, with servers of this machine in Hugging Face's and Gmail's places."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.integration.connect_proxy import lab_authority
from tests.integration.mailserver import MailServer, mail_server
from tests.integration.sites import say, serving
from tests.terminals import on_terminal
from watcher.demo.papers import DAY_ONE, DAY_TWO
from watcher.demo.site import Site

ROOT = Path(__file__).parents[2]
PASSWORD = "abcdefghijklmnop"
_INVISIBLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\")
"""Colours, and the addresses behind words."""


@dataclass
class Laptop:
    """A home folder, and the page that is written about it; ``env`` is what the terminal has in its environment."""

    home: Path
    env: dict[str, str]
    box: MailServer
    parts: list[str] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.home / ".config" / "watcher" / "config.yaml"

    def say(self, text: str) -> None:
        """Add prose to the page."""
        self.parts.append(text.strip("\n"))

    def type(self, *commands: str, answers: Sequence[tuple[str, str]] = ()) -> None:
        """Run commands in the shell, on a terminal of 80 columns, and add what is seen."""
        seen = [f"$ {command}\n{self._see(command, answers)}" for command in commands]
        seen = [re.sub(r" +$", "", one.replace(str(self.home), "/home/ana"), flags=re.MULTILINE) for one in seen]
        self.parts.append("```text\n" + "".join(seen).rstrip("\n") + "\n```")

    def _see(self, command: str, answers: Sequence[tuple[str, str]]) -> str:
        """Return what a command writes to a terminal, without colours."""
        return _INVISIBLE.sub("", on_terminal(["/bin/sh", "-c", command], self.env, self.home, answers)[0])

    def set(self, name: str, value: str) -> None:
        """Set a variable of the terminal, as ``export`` does."""
        self.env[name] = value
        self.parts.append(f"```text\n$ export {name}={value}\n```")

    def retype(self, *commands: str) -> None:
        """Add commands to the last block, as one goes on typing."""
        before = self.parts.pop().removesuffix("\n```")
        self.type(*commands)
        self.parts.append(before + self.parts.pop().removeprefix("```text"))

    def replace(self, old: str, new: str, kind: str = "yaml") -> None:
        """Edit the config, and show what stands there then."""
        text = self.config.read_text()
        assert text.count(old) == 1, old
        self.config.write_text(text.replace(old, new))
        self.parts.append(f"```{kind}\n{new.rstrip()}\n```")

    def last_mail(self) -> None:
        """Add the last mail that arrived, as a reader without HTML shows it."""
        mail = message_from_bytes(self.box.taken[-1].content, policy=default)
        text = mail.get_body(("plain",))
        assert text is not None
        body = text.get_content().replace("\r\n", "\n").rstrip()
        heads = "".join(f"{name}: {mail[name]}\n" for name in ("From", "To", "Subject"))
        self.parts.append(f"```text\n{heads}\n{body}\n```")


@contextmanager
def at_a_laptop() -> Iterator[Laptop]:
    """A new home, the program on its PATH, a digest of yesterday and today, and a mailbox."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="walk-")))
        names = "DNS:huggingface.co,DNS:smtp.gmail.com"
        authority = lab_authority(folder, names)
        site = stack.enter_context(serving(tls=authority.server))
        box = stack.enter_context(mail_server(tls=authority.server, password=PASSWORD))
        today = datetime.now(UTC).date()
        pages = Site({today - timedelta(days=1): DAY_ONE, today: DAY_TWO}, today)
        site.answers["/papers"] = say("302 Found", Location=f"/papers/date/{today}", Connection="close")
        for day in pages.days:
            site.answers[f"/papers/date/{day}"] = say(body=pages.page(day) or b"", Connection="close")
        home = folder / "home"
        program = home / ".local" / "bin" / "watcher"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m watcher "$@"\n')
        program.chmod(0o755)
        env = {
            "HOME": str(home),
            "PATH": f"{program.parent}:/usr/bin:/bin",
            "PYTHONPATH": f"{ROOT / 'tests' / 'docs' / 'elsewhere'}:{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TERM": "xterm",
            "TZ": "Europe/Paris",
            "TMPDIR": str(folder),
            "WALK_PLACES": f"huggingface.co={site.listener.getsockname()[1]} smtp.gmail.com={box.port}",
            "WALK_AUTHORITY": str(folder / "authority.pem"),
        }
        yield Laptop(home, env, box)
