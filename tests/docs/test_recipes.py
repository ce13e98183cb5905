"""The recipes: addresses ask the hosts that the page names, and no other; units, jobs and image files can be read."""

from __future__ import annotations

import plistlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.configs import ENV, ROOT, Block, config_blocks, files_of, loaded
from tests.unit.apprise_addresses import contacted
from watcher.config import Config
from watcher.notify import problem_of, schema_of
from watcher.notify.addresses.addresses import load_plugin

RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.md"))
WITH_RECEIVERS = [one for one in config_blocks() if one.page in RECIPES and "receivers:" in one.body]
CONTACTS = re.compile(r"^Contacts: (.*)$", re.MULTILINE)
HOST = re.compile(r"`([\w.-]+):(\d+)`")


def stated(block: Block) -> set[tuple[str, int]]:
    """The hosts and ports that a page names after a block, or else anywhere."""
    lines = CONTACTS.findall(block.rest) or CONTACTS.findall(block.page.read_text(encoding="utf-8"))
    return {(host, int(port)) for line in lines for host, port in HOST.findall(line)}


ENCRYPTION = {"starttls": "with STARTTLS", "ssl": "with TLS", "insecure": "in the clear"}
"""How apprise calls what keeps a mail from being read on the way → how the pages do."""


def addresses(config: Config) -> list[str]:
    """The addresses of all receivers, those with a parameter for one person's."""
    names = [f"{name}:ana@lab.example" if one.address else name for name, one in config.receivers.items()]
    return [config.address(endpoint, ENV) for name in names for endpoint in config.endpoints_of(name)]


def test_there_are_recipes_with_receivers() -> None:
    assert len({one.page for one in WITH_RECEIVERS}) > 9


@pytest.mark.parametrize("block", [pytest.param(one, id=one.name) for one in WITH_RECEIVERS])
def test_an_address_asks_whom_its_page_names(block: Block, tmp_path: Path) -> None:
    asked = [contacted(url) for url in addresses(loaded(block, tmp_path))]
    assert all(asked), "nobody was asked"
    assert {place for places in asked for place in places} <= stated(block)


@pytest.mark.parametrize("block", [pytest.param(one, id=one.name) for one in WITH_RECEIVERS])
def test_mail_is_encrypted_as_its_page_says(block: Block, tmp_path: Path) -> None:
    mails = [url for url in addresses(loaded(block, tmp_path)) if schema_of(url) in ("mailto", "mailtos")]
    ways = {ENCRYPTION[service.secure_mode] for url in mails if (service := load_plugin(url))}
    lines = CONTACTS.findall(block.rest) or CONTACTS.findall(block.page.read_text(encoding="utf-8"))
    assert ways <= {words for words in ENCRYPTION.values() for line in lines if words in line}


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_a_recipe_says_what_was_tried(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert page.stem == "index" or "**Tried here:**" in text
    index = (page.parent / "index.md").read_text(encoding="utf-8")
    assert page.stem == "index" or f"({page.name})" in index


def test_teams_addresses_of_each_form_are_asked_where_they_lead() -> None:
    (pasted,) = files_of(ROOT / "docs" / "recipes" / "teams.md").values()
    now, old = pasted.strip(), "prod-12.westeurope.logic.azure.com"
    routed = now.replace("/direct/", "/direct/cu/08/")
    before = now.replace("/powerautomate/automations/direct/", "/").replace(now.split("/")[2], f"{old}:443")
    assert len({now, routed, before}) == 3
    assert [url for url in (now, routed, before) if problem_of(url)] == []
    assert contacted(routed) == contacted(now) != contacted(before) == {(old, 443)}


def test_the_units_of_a_user_are_verified_in_silence(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    units = files_of(ROOT / "docs" / "recipes" / "systemd-user.md")
    program = tmp_path / ".local" / "bin" / "watcher"
    program.parent.mkdir(parents=True)
    program.symlink_to("/bin/true")
    (name, text), *others = units.items()
    assert not others and name.endswith("/watcher.service")
    unit = tmp_path / "watcher.service"
    unit.write_text(text)
    short = "/run"  # where sockets of other units would lie: the names of sockets have a limit
    verified = subprocess.run(
        ["systemd-analyze", "--user", "verify", "--man=no", str(unit)],
        env={"HOME": str(tmp_path), "XDG_RUNTIME_DIR": short, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_a_users_unit_waits_restarts_and_reloads_as_the_services_does() -> None:
    """The page has the lines of ``deploy/watcher.service`` that are not about a machine with several users."""

    def settings(text: str) -> dict[str, str]:
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))

    (text,) = files_of(ROOT / "docs" / "recipes" / "systemd-user.md").values()
    users, service = settings(text), settings((ROOT / "deploy" / "watcher.service").read_text())
    same = ("Type", "NotifyAccess", "Restart", "RestartSec", "TimeoutStartSec", "WatchdogSec")
    assert {name: users[name] for name in same} == {name: service[name] for name in same}
    assert users["RestartPreventExitStatus"] in service["RestartPreventExitStatus"].split()


def test_the_job_of_launchd_is_a_property_list() -> None:
    (text,) = files_of(ROOT / "docs" / "recipes" / "launchd.md").values()
    job = plistlib.loads(text.encode())
    assert job["ProgramArguments"][1:] == ["run"] and job["ProgramArguments"][0].startswith("/Users/")
    assert job["RunAtLoad"] is True and job["KeepAlive"] == {"SuccessfulExit": False}
    assert not any("~" in str(value) or "$" in str(value) for value in job.values())
    assert set(job) <= {
        *("Label", "ProgramArguments", "RunAtLoad", "KeepAlive", "ThrottleInterval", "StandardErrorPath"),
    }


INSTRUCTIONS = {"FROM", "COPY", "RUN", "USER", "ENV", "VOLUME", "ENTRYPOINT", "CMD"}


def test_each_line_of_the_image_file_is_an_instruction_and_what_it_copies_is_there() -> None:
    text = (ROOT / "deploy" / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    assert lines[0][0] == "FROM" and {word for word, _ in lines} <= INSTRUCTIONS
    stages = {rest.split()[-1] for word, rest in lines if word == "FROM" and " AS " in rest}
    for word, rest in lines:
        if word == "COPY":
            *sources, _ = [part for part in rest.split() if not part.startswith("--")]
            stage = re.search(r"--from=(\S+)", rest)
            assert stage[1] in stages if stage else all((ROOT / one).exists() for one in sources)
    extras = re.findall(r'"/src\[([\w,]+)\]"', text)
    assert extras and set(extras[0].split(",")) <= {"postgres", "web"}
