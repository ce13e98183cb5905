"""Root's commands on the service's data leave files for the service, or say why they cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from tests.e2e.test_daemon import stop, until
from tests.e2e.world import Home, Site, playing
from tests.parsers.pages import login_page, sample_papers

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")

SERVICE, OTHER = (4242, 4343), (4545, 4646)
"""User and group that this machine need not have."""

AS_USER = """
import importlib, os, pkgutil, sys
import watcher
for module in pkgutil.walk_packages(watcher.__path__, "watcher."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from watcher.cli import main
from watcher.daemon import opening
from watcher.sandbox.here import ParseHere

opening.ParseApart = lambda *_, **__: ParseHere()  # the user may not be allowed to start this interpreter either
uid, gid, rehearsal, *args = sys.argv[1:]
out = os.dup(1), os.dup(2)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1), os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
main(args, os.environ | {"STATE_DIRECTORY": rehearsal})
os.dup2(out[0], 1), os.dup2(out[1], 2)
os.setgroups([])
os.setgid(int(gid))
os.setuid(int(uid))
sys.exit(main(args))
"""
"""Runs a command as another user, who may not be allowed to read this interpreter: a rehearsal as root loads it all."""

CONFIG = """
timezone: UTC
accept: [no-operator]
sources:
  hf: {{kind: huggingface, url: "{site}"}}
  drop: {{kind: inbox, folder: inbox}}
receivers:
  me: {{url: "console://"}}
include: people/*.yaml
"""


class Service(Home):
    """A home that everybody may look into, with a state folder and an inbox of the service's user."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.state, self.inbox = folder / "state", folder / "inbox"

    def make(self, config: str) -> None:
        self.write(config)
        for path in (self.state, self.inbox):
            path.mkdir(mode=0o750)
            os.chown(path, *SERVICE)
        (self.folder / "people").mkdir()
        (self.folder / "people" / "ana.yaml").write_text("subscriptions:\n  - {name: a, rule: part, to: me}\n")

    def as_user(self, user: tuple[int, int], *args: str, names_config: bool = True) -> subprocess.CompletedProcess[str]:
        rehearsal = tempfile.mkdtemp(dir=self.folder)
        named = ("-c", str(self.config)) if names_config else ()
        command = [sys.executable, "-c", AS_USER, *map(str, user), rehearsal, *named, *args]
        done = subprocess.run(
            command, check=False, env=self.env, cwd=self.folder, capture_output=True, text=True, timeout=60
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def owners(self) -> dict[str, tuple[int, int]]:
        """Return the owners of the files in the service's folders, without files that others put there."""
        found = [self.state, *self.state.rglob("*"), self.inbox, *self.inbox.rglob("*")]
        made = [path for path in found if path.name not in ("odd.html", "odd2.html")]
        return {str(path.relative_to(self.folder)): (path.stat().st_uid, path.stat().st_gid) for path in made}


@pytest.fixture
def site() -> Iterator[Site]:
    day = date(2026, 3, 10)
    with playing(Site({day: sample_papers(3)}, day)) as site:
        yield site


@contextmanager
def open_to_all() -> Iterator[Path]:
    """A folder for a service; not below pytest's, which is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="watcher-service-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def service(site: Site) -> Iterator[Service]:
    with open_to_all() as folder:
        service = Service(folder)
        service.make(CONFIG.format(site=site.url))
        yield service


@pytest.fixture(scope="module")
def used() -> Iterator[Path]:
    """The folder of a service that has run."""
    with open_to_all() as folder:
        service = Service(folder)
        service.make("timezone: UTC\nreceivers: {me: {url: 'console://'}}\ninclude: people/*.yaml\n")
        assert service.as_user(SERVICE, "once").returncode == 0
        yield folder


@pytest.fixture
def running(used: Path) -> Iterator[Service]:
    """A service that has run, to be spoiled."""
    with open_to_all() as folder:
        subprocess.run(["cp", "-a", f"{used}/.", str(folder)], check=True)
        yield Service(folder)


def drop(service: Service, name: str) -> None:
    (service.inbox / name).write_text("no page")
    os.utime(service.inbox / name, (1.0, 1.0))
    os.chown(service.inbox / name, *SERVICE)


def test_what_roots_once_leaves_the_service_can_use(service: Service, site: Site) -> None:
    site.fault = lambda body: (200, login_page())  # a page that is kept
    drop(service, "odd.html")
    service.run("once")
    ana = service.folder / "people" / "ana.yaml"
    subscribed = ana.read_text()
    ana.unlink()
    service.run("once")
    made = service.owners()
    names = {path.split("/")[1] for path in made if path.startswith("state/")}
    assert names == {"watcher.db", "watcher.db.mark", "write.lock", "daemon.lock", "includes", "broken"}
    assert "state/includes/.ana.yaml.gone" in made and "inbox/failed/odd.html.reason.txt" in made
    assert set(made.values()) == {SERVICE}, made
    ana.write_text(subscribed)
    site.fault = None
    drop(service, "odd2.html")
    (service.folder / "people" / "bob.yaml").write_text(subscribed)
    after = service.as_user(SERVICE, "once")
    assert "hf: new, 3 new papers" in after.stdout, after.stdout + after.stderr
    assert "cannot be moved" not in after.stdout and not after.stderr
    assert (service.state / "includes" / "bob.yaml").exists()
    assert not (service.state / "includes" / ".ana.yaml.gone").exists()


def test_what_root_restores_the_service_can_use(service: Service) -> None:
    service.run("once")
    backup = service.folder / "root.db"
    assert service.run("backup", str(backup)).returncode == 0
    assert (backup.stat().st_uid, backup.stat().st_mode & 0o777) == (0, 0o600)
    assert service.run("restore", str(backup)).returncode == 0
    names = {path.name.split(".before-")[0] for path in service.state.iterdir()}
    assert names == {"watcher.db", "watcher.db.mark", "write.lock", "daemon.lock", "includes"}
    assert set(service.owners().values()) == {SERVICE}
    refused = service.as_user(SERVICE, "restore", str(backup))
    assert refused.returncode == 1 and "root.db" in refused.stderr and "ermission denied" in refused.stderr
    assert service.as_user(SERVICE, "migrate").returncode == 0
    os.chown(backup, *SERVICE)
    assert "restored from" in service.as_user(SERVICE, "restore", str(backup)).stdout


@pytest.mark.parametrize(
    "command", [("import", "page.html"), ("migrate",), ("subscriptions", "add", "b", "part", "--to", "me")]
)
def test_what_other_commands_leave(service: Service, site: Site, command: tuple[str, ...]) -> None:
    (service.folder / "page.html").write_bytes(site.page(next(iter(site.days))))
    assert service.run(*command).returncode == 0
    assert set(service.owners().values()) == {SERVICE}, service.owners()


def test_the_log_of_a_database_in_use(service: Service, site: Site) -> None:
    with service.daemon() as process:
        until(lambda: "hf: new" in service.log, "the source was read")
        owners = service.owners()
        assert stop(process) == 0
    assert {"state/watcher.db-wal", "state/watcher.db-shm"} <= owners.keys()
    assert set(owners.values()) == {SERVICE}


def test_a_folder_that_is_not_there_yet_belongs_to_the_owner_of_the_one_above(service: Service) -> None:
    service.env["STATE_DIRECTORY"] = str(service.state / "deep" / "er")
    service.run("migrate")
    assert (service.state / "deep" / "er" / "watcher.db").exists()
    assert set(service.owners().values()) == {SERVICE}


def test_roots_own_folder_is_roots(service: Service) -> None:
    service.env["STATE_DIRECTORY"] = str(service.folder / "mine")
    service.run("migrate")
    assert {path.stat().st_uid for path in (service.folder / "mine").rglob("*")} == {0}


def roots(*names: str) -> Callable[[Service], None]:
    """Someone restored these as root, or ran an older watcher."""

    def spoil(service: Service) -> None:
        for name in names:
            os.chown(service.state / name, 0, 0)

    return spoil


def mode(name: str, mode: int) -> Callable[[Service], None]:
    return lambda service: (service.state / name).chmod(mode)


STATE = "{state}"
SUDO = f"{STATE} belongs to 4242: run this as the user 4242, `sudo -u '#4242' watcher …`"
DENIED = {
    "a restored database": (
        roots("watcher.db"),
        SERVICE,
        "once",
        f"{STATE}/watcher.db belongs to root: as root, `chown -R 4242:4343 {STATE}/watcher.db`",
    ),
    "everything": (
        roots("watcher.db", "write.lock", "daemon.lock", "includes"),
        SERVICE,
        "migrate",
        f"`chown -R 4242:4343 {STATE}/daemon.lock {STATE}/includes {STATE}/watcher.db {STATE}/write.lock`",
    ),
    "the lock of writers": (
        roots("write.lock"),
        SERVICE,
        "once",
        f"{STATE}/write.lock belongs to root: as root, `chown -R 4242:4343 {STATE}/write.lock`",
    ),
    "the lock of the daemon": (
        roots("daemon.lock"),
        SERVICE,
        "once",
        f"{STATE}/daemon.lock belongs to root: as root, `chown -R 4242:4343 {STATE}/daemon.lock`",
    ),
    "the good copies": (
        roots("includes"),
        SERVICE,
        "once",
        f"{STATE}/includes belongs to root: as root, `chown -R 4242:4343 {STATE}/includes`",
    ),
    "a database of one's own": (
        mode("watcher.db", 0o400),
        SERVICE,
        "test-notify me",
        f"{STATE}/watcher.db has the mode 0400 and cannot be written: `chmod u+rwX {STATE}/watcher.db`",
    ),
    "a stranger who writes": (mode("watcher.db", 0o640), OTHER, "once", SUDO),
    "a stranger who reads": (
        mode("watcher.db", 0o640),
        OTHER,
        "papers",
        f"{SUDO}, or join its group, `usermod -aG 4343 4545`",
    ),
    "a member of the group who writes": (
        mode("watcher.db", 0o640),
        (4545, 4343),
        "migrate",
        f"{STATE}/watcher.db belongs to 4242: run this as the user 4242, `sudo -u '#4242' watcher …`",
    ),
}


@pytest.mark.parametrize("case", DENIED)
def test_what_is_denied_is_said_with_the_command_that_mends_it(running: Service, case: str) -> None:
    spoil, user, command, words = DENIED[case]
    spoil(running)
    done = running.as_user(user, *command.split())
    assert done.returncode == 1
    assert words.replace(STATE, str(running.state)) in done.stderr and done.stderr.startswith("watcher: ")
    assert done.stderr.count("\n") == 1, done.stderr
    if "as root" in words or case == "everything":
        mend = done.stderr.partition("`")[2].partition("`")[0]
        subprocess.run(["/bin/sh", "-c", mend], check=True)
        assert set(running.owners().values()) == {SERVICE}


def test_a_place_where_nothing_can_be_made(running: Service) -> None:
    running.env["STATE_DIRECTORY"] = f"{running.folder}/nowhere/state"
    done = running.as_user(OTHER, "once")
    assert done.returncode == 1
    assert f"{running.folder} belongs to root, so that {running.folder}/nowhere/state cannot be made: " in done.stderr


def test_a_config_in_a_folder_for_its_group_alone(running: Service) -> None:
    running.config.unlink()
    private = running.folder / "private"
    private.mkdir(mode=0o750)
    os.chown(private, 0, SERVICE[1])
    running.env["HOME"] = str(private)
    done = running.as_user((4545, 4545), "papers", names_config=False)
    assert done.stderr == (
        f"watcher: {private} belongs to root, for its group to read: join its group, `usermod -aG {SERVICE[1]} 4545`\n"
    )
    assert done.returncode == 2
