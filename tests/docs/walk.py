"""People at their machines: what they type and see, with servers of this machine in the places of the world's."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.integration.connect_proxy import lab_authority
from tests.integration.mailserver import MailServer, mail_server
from tests.integration.sites import say, serving
from tests.patience import PATIENCE
from tests.terminals import on_terminal
from watcher.demo.papers import DAY_ONE, DAY_TWO
from watcher.demo.site import Site

ROOT = Path(__file__).parents[2]
PASSWORD = "abcdefghijklmnop"
_WATCHER = (sys.executable, "-m", "watcher")
_INVISIBLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\")
"""Colours, and the addresses behind words."""


_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_PASSING = re.compile(
    rf"\b(?:{'|'.join(_DAYS.split())}|(?:{'|'.join(day[:3] for day in _DAYS.split())}) \d+|\d{{4}}-\d\d-\d\d|"
    rf"\d+ (?:{'|'.join(_MONTHS.split())}) \d{{4}}|{'|'.join(_MONTHS.split())}|\d\d:\d\d)\b|:\d+(?::\d+)?|─+|\s+"
)
"""What is another one each day: days, times, lines of the example, and the widths of what they stand in."""


def lasting(page: str) -> str:
    """The page without what is another one each day."""
    return _PASSING.sub(" ", page)


@dataclass
class Walk:
    """A folder in the place of a machine's disk, and the page that is written about what is typed there.

    ``env``: what the terminal has in its environment.
    ``shown``: a real folder → what the page calls it; the same in what is typed, the other way round.
    """

    home: Path
    env: dict[str, str]
    box: MailServer
    shown: dict[str, str]
    parts: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Add prose to the page."""
        self.parts.append(text.strip("\n"))

    def block(self, text: str, kind: str = "text") -> None:
        """Add a block of lines to the page."""
        self.parts.append(f"```{kind}\n{self.as_shown(text).rstrip()}\n```")

    def type(self, *commands: str, answers: Sequence[tuple[str, str]] = ()) -> None:
        """Run commands in the shell, on a terminal of 80 columns, and add what is seen."""
        self.block("".join(f"$ {command}\n{self.see(command, answers)}" for command in commands))

    def see(self, command: str, answers: Sequence[tuple[str, str]] = ()) -> str:
        """Return what a command writes to a terminal, without colours."""
        for real, shown in self.shown.items():
            command = command.replace(shown, real) if shown.startswith("/") else command
        return _INVISIBLE.sub("", on_terminal(["/bin/sh", "-c", command], self.env, self.home, answers)[0])

    def as_shown(self, text: str) -> str:
        """Return a text with the folders' names as the page has them, and no blanks at the ends of lines."""
        for real, shown in self.shown.items():
            text = text.replace(real, shown)
        return re.sub(r" +$", "", text, flags=re.MULTILINE)

    def set(self, name: str, value: str) -> None:
        """Set a variable of the terminal, as ``export`` does."""
        self.env[name] = value
        self.block(f"$ export {name}={value}")

    def retype(self, *commands: str) -> None:
        """Add commands to the last block, as one goes on typing."""
        before = self.parts.pop().removesuffix("\n```")
        self.type(*commands)
        self.parts.append(before + self.parts.pop().removeprefix("```text"))

    def write(self, path: Path, text: str, kind: str = "yaml") -> None:
        """Write a file, and show what is in it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o640)
        self.block(text, kind)

    def replace_in(self, path: Path, old: str, new: str, kind: str = "yaml") -> None:
        """Edit a file, and show what stands there then."""
        text = path.read_text()
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new))
        self.block(new, kind)

    def last_mail(self, *heads: str, to: str = "", lines: int | None = None) -> None:
        """Add the last mail that arrived (``to`` somebody), as a reader without HTML shows it; its first lines only."""
        mail, body = self._last_mail(to)
        cut = body if lines is None or len(body) <= lines else [*body[:lines], "[…]"]
        named = "".join(f"{name}: {mail[name]}\n" for name in ("From", "To", "Subject", *heads))
        self.parts.append(f"```text\n{named}\n" + "\n".join(cut) + "\n```")

    def foot_of_last_mail(self) -> None:
        """Add what stands below the papers of the last mail."""
        body = self._last_mail("")[1]
        self.parts.append("```text\n" + "\n".join(body[body.index("-- ") :]) + "\n```")

    def last_mail_as_text(self) -> tuple[EmailMessage, list[str]]:
        """Return the last mail that arrived, and the lines of its text."""
        return self._last_mail("")

    def _last_mail(self, to: str) -> tuple[EmailMessage, list[str]]:
        mails = [message_from_bytes(one.content, policy=default) for one in self.box.taken]
        mail = next(one for one in reversed(mails) if to in str(one["To"]))
        text = mail.get_body(("plain",))
        assert text is not None
        return mail, text.get_content().replace("\r\n", "\n").rstrip().split("\n")


@dataclass
class Laptop(Walk):
    """A home folder with a config."""

    @property
    def config(self) -> Path:
        return self.home / ".config" / "watcher" / "config.yaml"

    def replace(self, old: str, new: str, kind: str = "yaml") -> None:
        """Edit the config, and show what stands there then."""
        self.replace_in(self.config, old, new, kind)


@contextmanager
def at_a_laptop() -> Iterator[Laptop]:
    """A new home of Ana's, with Gmail."""
    with _machine("smtp.gmail.com") as (home, env, box):
        yield Laptop(home, env, box, {str(home): "/home/ana"})


@contextmanager
def _machine(mail: str) -> Iterator[tuple[Path, dict[str, str], MailServer]]:
    """A new home, the program on its PATH, a digest of yesterday and today, and a mailbox at the server ``mail``."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="walk-")))
        names = f"DNS:huggingface.co,DNS:{mail}"
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
            "WALK_PLACES": f"huggingface.co={site.listener.getsockname()[1]} {mail}={box.port}",
            "WALK_AUTHORITY": str(folder / "authority.pem"),
        }
        yield home, env, box


@dataclass
class LabServer(Walk):
    """A server's ``/etc`` and ``/var`` in a folder, and the service, started and told to reload as its unit says.

    ``log``: what the service wrote to its journal.
    """

    log: Path = Path()
    service: subprocess.Popen[bytes] | None = None
    manager: socket.socket | None = None
    status: str = ""

    @property
    def etc(self) -> Path:
        return self.home / "etc" / "watcher"

    def start(self, secrets: dict[str, str]) -> None:
        """Start the service as ``ExecStart`` does, and wait until it says that it is ready."""
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.settimeout(PATIENCE)
        self.manager.bind(str(self.home / "notify"))
        with self.log.open("ab") as journal:
            env = self.env | secrets | {"NOTIFY_SOCKET": str(self.home / "notify"), "JOURNAL_STREAM": "1:1"}
            self.service = subprocess.Popen([*_WATCHER, "run"], env=env, cwd=self.home, stdout=journal, stderr=journal)
        self._hear_ready()

    def reload(self) -> int:
        """Tell the service to reload; return what ``ExecReload``'s check ends with, 0 where the reload counts."""
        assert self.service
        self.service.send_signal(signal.SIGHUP)
        self._hear_ready()
        check = [*_WATCHER, "check-config", "--as-run"]
        return subprocess.run(check, env=self.env, cwd=self.home, capture_output=True, check=False).returncode

    def stop(self) -> None:
        """Stop the service as systemd does; nothing where it does not run."""
        if self.service:
            self.service.terminate()
            self.service.wait(PATIENCE)
            self.service = None
        if self.manager:
            self.manager.close()

    def journal(self, words: str, worst: int = 7) -> None:
        """Add the lines of the journal with a priority of ``worst`` or worse, and one of these words."""
        found = re.findall(rf"^<([0-{worst}])>(.*(?:{words}).*)$", self.log.read_text(), re.MULTILINE)
        level = " -p warning" if worst == 4 else ""
        self.block(f"$ journalctl -u watcher -o cat{level}\n" + "\n".join(dict.fromkeys(text for _, text in found)))

    def _hear_ready(self) -> None:
        """Wait until the service says that it is ready, and keep its status."""
        assert self.manager
        while True:
            said = dict(line.split("=", 1) for line in self.manager.recv(65536).decode().splitlines())
            self.status = said.get("STATUS", self.status)
            if "READY" in said:
                return


@contextmanager
def at_a_lab_server() -> Iterator[LabServer]:
    """A server with nothing but the program, and the lab's mail server."""
    with _machine("smtp.lab.example") as (home, env, box):
        shown = {str(home / "etc"): "/etc", str(home / "var"): "/var", str(home): "/root"}
        server = LabServer(home, env, box, shown, log=home / "journal")
        state = home / "var" / "lib" / "watcher"
        state.mkdir(parents=True)
        server.env |= {"STATE_DIRECTORY": str(state), "WATCHER_CONFIG": str(server.etc / "config.yaml")}
        try:
            yield server
        finally:
            server.stop()
