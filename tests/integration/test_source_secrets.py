"""A token in the address of a source reaches its site, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from tests.integration.sites import Site, say, serving
from tests.parsers import pubmed
from tests.parsers.feeds import arxiv_list, rss
from tests.parsers.pages import sample_papers
from tests.sources import make_source
from watcher.cli import main
from watcher.config import Config
from watcher.daemon import logs
from watcher.fetch.asked import AskedAddress, has_no_secrets
from watcher.model import Source
from watcher.notify import Scrubber
from watcher.parsers import PARSERS

TOKEN = "s3cret/T0ken+with=signs"
QUOTED = "s3cret%2FT0ken%2Bwith%3Dsigns"
FEED = rss(["<title>Kilns</title><link>/1</link>"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(logs, "_scrub", Scrubber())
    return tmp_path


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def run(home: Path, *args: str, **env: str) -> int:
    return main(list(args), env={"STATE_DIRECTORY": str(home / "state"), "HOME": str(home), **env})


def configure(home: Path, source: str) -> None:
    (home / "config.yaml").write_text(f"""
timezone: UTC
operator: [me]
receivers: {{me: {{url: "console://"}}}}
sources: {{lab: {{kind: feed, {source}}}}}
subscriptions: [{{name: kilns, rule: kilns, to: me}}]
""")


def everything_kept(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (home / "state").rglob("*") if path.is_file())


def shown(home: Path, capsys: pytest.CaptureFixture[str], **env: str) -> str:
    """What the commands print that look at a source, in words and as JSON."""
    for command in (["status", "lab"], ["status"], ["try-source", "lab"], ["papers"], ["check-config"]):
        run(home, "-v", *command, **env)
        run(home, *command, "--json", **env)
    printed = capsys.readouterr()
    return printed.out + printed.err


PLACES = {
    "in a parameter": ("/feed?t={}", "/feed?t={}"),
    "in a path": ("/private/{}/feed", "/private/{}/feed"),
    "twice": ("/{}/feed?key={}&page=1", "/{}/feed?key={}&page=1"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_variable_is_put_in_for_the_site_alone(
    home: Path, site: Site, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    written, asked = PLACES[place]
    path = asked.replace("{}", QUOTED)
    configure(home, f'url: "{site.url}{written.replace("{}", "${TOKEN}")}"')
    site.answers[path] = say(body=FEED, ETag='"1"')
    assert run(home, "-v", "once", TOKEN=TOKEN) == 0
    site.answers[path] = say("304 Not Modified")
    assert run(home, "-v", "once", TOKEN=TOKEN) == 0
    site.answers[path] = say("500 Internal Server Error")
    assert run(home, "-v", "once", TOKEN=TOKEN) == 1
    site.answers[path] = say("302 Found", Location=f"gopher://elsewhere/{QUOTED}")
    assert run(home, "-v", "once", TOKEN=TOKEN) == 1
    said = shown(home, capsys, TOKEN=TOKEN)
    assert "lab: unchanged" in said and "${TOKEN}" in said
    for secret in (TOKEN, QUOTED):
        assert secret not in said
        assert secret.encode() not in everything_kept(home)


def test_a_password_is_kept_nowhere(home: Path, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    configure(home, f'url: "{site.url.replace("//", "//me:s3cretTOKEN@")}/feed#top"')
    site.answers["/feed"] = say(body=FEED, ETag='"1"')
    assert run(home, "-v", "once") == 0
    site.answers["/feed"] = say("304 Not Modified")
    assert run(home, "-v", "once") == 0
    said = shown(home, capsys)
    assert "lab: unchanged" in said and f"{site.url}/feed" in said
    assert "s3cretTOKEN" not in said and b"s3cretTOKEN" not in everything_kept(home)


ENCODED = {
    "in small letters": "s3cret%2ft0ken%2bwith%3dsigns",
    "in part": "s3cret/T0ken%2Bwith=signs",
    "twice": "login?next=%2Ffeed%3Ft%3Ds3cret%252FT0ken%252Bwith%253Dsigns",
    "far behind": "x" * 300 + "?t=" + QUOTED,
}


@pytest.mark.parametrize("form", ENCODED)
@pytest.mark.parametrize("scheme", ["gopher://elsewhere", ""])
def test_a_secret_in_a_redirect_is_kept_out_in_whatever_way_it_is_quoted(
    home: Path, site: Site, form: str, scheme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(home, f'url: "{site.url}/feed?t=${{TOKEN}}"')
    site.answers[f"/feed?t={QUOTED}"] = say("302 Found", Location=f"{scheme}/{ENCODED[form]}")
    site.answers[f"/{ENCODED[form]}"] = say(body=FEED)
    run(home, "-v", "once", TOKEN=TOKEN)
    said, kept = shown(home, capsys, TOKEN=TOKEN).lower(), everything_kept(home).lower()
    for piece in ("s3cret/t0ken", "s3cret%2ft0ken", "s3cret%252ft0ken", "t0ken"):
        assert piece not in said and piece.encode() not in kept


def test_a_site_is_sent_no_secret_but_its_own(home: Path, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """Places that a site writes itself, in a redirect and in the link to its next page."""
    with serving() as evil:
        (home / "config.yaml").write_text(f"""
timezone: UTC
operator: [me]
receivers: {{me: {{url: "console://"}}}}
sources:
  cs: {{kind: arxiv, via: listing, categories: [cs.CL], robots: ignore, url: "{site.url}/list/cs.CL/new"}}
  lab: {{kind: feed, url: "{site.url}/feed?t=${{TOKEN}}"}}
subscriptions: [{{name: kilns, rule: kilns, to: me}}]
""")
        places = "$%7BSMTP_PASSWORD%7D/$%7BTOKEN%7D/${TOKEN}/${file:config.yaml}"
        site.answers["/list/cs.CL/new"] = say("302 Found", Location=f"{evil.url}/list/{places}/new")
        page = arxiv_list({"New submissions": sample_papers(3)}, day=datetime.now(UTC).date(), total=70)
        for path in (f"/list/{places}/new", f"/list/{places.replace('{', '%7B').replace('}', '%7D')}/new"):
            evil.answers[path] = say(body=page)
        run(home, "-v", "once", TOKEN=TOKEN, SMTP_PASSWORD="the-mail-password")
        assert evil.asked and not [one for one in evil.asked if "the-mail-password" in one or "s3cret" in one]
    assert "the-mail-password" not in shown(home, capsys) and b"the-mail-password" not in everything_kept(home)


def test_a_secret_that_is_too_short_to_be_kept_out_of_sight_is_refused(
    home: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(home, f'url: "{site.url}/feed?t=${{TOKEN}}"')
    assert run(home, "check-config", "--secrets", TOKEN="k9x4q") == 2
    assert "${TOKEN} has fewer than 6 characters" in capsys.readouterr().out
    assert run(home, "once", TOKEN="k9x4q") == 1
    assert site.asked == []


RELATIVE = rss(["<title>Kilns</title><link>p/1</link>", "<title>More kilns</title><link>/p/2</link>"])


@pytest.mark.parametrize("form", ["url", "url_file"])
def test_a_link_that_would_hold_the_secret_is_left_out(
    home: Path, site: Site, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if form == "url":
        configure(home, f'url: "{site.url}/private/${{TOKEN}}/feed"')
    else:
        configure(home, "url_file: lab_url")
        (home / "lab_url").write_text(f"{site.url}/private/{QUOTED}/feed")
        (home / "lab_url").chmod(0o600)
    site.answers[f"/private/{QUOTED}/feed"] = say(body=RELATIVE)
    assert run(home, "once", TOKEN=TOKEN) == 0
    said = capsys.readouterr().out
    assert "2 new papers" in said and f"{site.url}/p/2" in said
    assert "TOKEN" not in said and "%7B" not in said and "/p/1" not in said and "lab_url" not in said


def test_a_file_whose_address_redirects_shows_nothing_of_its_path(
    home: Path, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(home, "url_file: lab_url")
    (home / "lab_url").write_text(f"{site.url}/private/hunter2secret/feed.xml?n=5")
    (home / "lab_url").chmod(0o600)
    site.answers["/private/hunter2secret/feed.xml?n=5"] = say("302 Found", Location="/private/hunter2secret/")
    site.answers["/private/hunter2secret/"] = say(body=RELATIVE)
    assert run(home, "-v", "once") == 0
    assert "hunter2secret" not in shown(home, capsys) and b"hunter2secret" not in everything_kept(home)


def test_a_secret_that_is_changed_meanwhile_is_hidden_as_it_was_read(home: Path) -> None:
    config = Config(
        folder=home, sources={"lab": Source(name="lab", kind="feed", url="https://h.example/${file:lab_url}")}
    )
    (home / "lab_url").write_text("https://h.example/old-private-path/feed")
    asked = AskedAddress("https://h.example/${file:lab_url}", lambda url: config.open_address(url, {}))
    (home / "lab_url").write_text("https://h.example/new-private-path/feed")
    assert "old-private" not in asked.shown(asked.target) + asked.shown(
        httpx.URL("https://h.example/old-private-path/")
    )


def test_a_reason_is_not_garbled_by_harmless_parameters() -> None:
    asked = AskedAddress("https://h.example/rss?edition=in&mode=no", has_no_secrets)
    assert asked.reason("no connection in time; looking up h.example") == "no connection in time; looking up h.example"
    assert asked.reason("redirected to x://h.example/?mode=no") == "redirected to x://h.example/?mode=***"


def test_an_address_in_a_file(home: Path, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    configure(home, "url_file: lab_url")
    (home / "lab_url").write_text(f"{site.url}/private/{QUOTED}/feed?t=0123456789\n")
    (home / "lab_url").chmod(0o600)
    site.answers[f"/private/{QUOTED}/feed?t=0123456789"] = say(body=FEED)
    assert run(home, "-v", "once") == 0
    said = shown(home, capsys)
    assert f"{site.url}/${{file:lab_url}}" in said and "1 new paper" in said
    for secret in (QUOTED, "0123456789"):
        assert secret not in said
        assert secret.encode() not in everything_kept(home)


@pytest.mark.parametrize("key", ["api_key: '${TOKEN}'", "api_key_file: key"])
def test_a_key_of_an_api_is_sent_to_its_site_alone(
    home: Path, site: Site, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(home, "")
    text = (
        (home / "config.yaml")
        .read_text()
        .replace("kind: feed, ", f"kind: pubmed, query: kilns, url: {site.url}, {key}")
    )
    (home / "config.yaml").write_text(text)
    (home / "key").write_text(f"{TOKEN}\n")
    (home / "key").chmod(0o600)
    starts = PARSERS["pubmed"].starts(make_source(kind="pubmed", query="kilns", url=site.url), date(2026, 3, 9))
    for start, ids in zip(starts, ([], [7]), strict=True):
        site.answers[f"{start.removeprefix(site.url)}&api_key={QUOTED}"] = say(body=pubmed.search(ids))
    part = f"/efetch.fcgi?db=pubmed&retmode=xml&id=7&tool=watcher&api_key={QUOTED}"
    site.answers[part] = say(body=pubmed.records([pubmed.article(7)]))
    assert run(home, "-v", "once", TOKEN=TOKEN) == 0
    site.answers[part] = say("500 Internal Server Error")
    assert run(home, "-v", "once", TOKEN=TOKEN) == 1
    said = shown(home, capsys, TOKEN=TOKEN)
    assert "lab: unreachable: HTTP 500" in said
    for secret in (TOKEN, QUOTED):
        assert secret not in said
        assert secret.encode() not in everything_kept(home)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('url: "{site}/feed?t=${{TOKEN}}"', "${TOKEN} is not set in the environment"),
        ("url_file: missing", "there is no url_file missing"),
        ("url_file: config.yaml", "url_file config.yaml holds no web address"),
        ("kind: pubmed, query: kilns, api_key: '${{TOKEN}}'", "${TOKEN} is not set in the environment"),
        ("kind: pubmed, query: kilns, api_key_file: missing", "there is no file missing"),
        ("kind: pubmed, query: kilns, api_key_file: config.yaml", "file config.yaml holds no secret"),
    ],
)
def test_a_secret_that_is_missing_is_said(
    home: Path, site: Site, source: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(home, source.format(site=site.url))
    if source.startswith("kind: "):
        text = (home / "config.yaml").read_text()
        (home / "config.yaml").write_text(text.replace("kind: feed, ", ""))
    assert run(home, "check-config", "--secrets") == 2
    assert reason in capsys.readouterr().out
    assert run(home, "check-config") == 0
    assert reason in capsys.readouterr().out
    assert run(home, "once") == 1
    assert f"lab: unreachable: {reason}" in capsys.readouterr().out


@pytest.mark.parametrize("address", ["http://[::1/feed", "http://[x]/feed", "https://lab.example:8O80/feed"])
def test_a_file_whose_address_has_no_host(home: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(home, "url_file: odd")
    (home / "odd").write_text(f"{address}\n")
    assert run(home, "check-config", "--secrets") == 2
    assert "url_file odd holds no web address" in capsys.readouterr().out
    assert run(home, "once") == 1
    assert "lab: unreachable: url_file odd holds no web address" in capsys.readouterr().out


@pytest.mark.parametrize(
    "source",
    ['url: "{site}/feed?t=${{TO KEN}}"', 'url: "{site}/feed?t=${{TOKEN:-x}}"', 'url: "{site}/a", url_file: b'],
)
def test_what_is_no_variable_is_refused(
    home: Path, site: Site, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(home, source.format(site=site.url))
    assert run(home, "check-config", TOKEN=TOKEN) == 2
    assert "config.yaml:5:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "address",
    [
        "/feed?token=s3cretTOKEN",
        "/feed?page=1&u=s3cretTOKEN",
        "/f/s3cretTOKENs3cretTOKEN/feed",
        "/feed?page=2&sig=s3cretTOKEN&x=1",
    ],
)
def test_a_token_that_is_written_out_is_not_shown(
    home: Path, site: Site, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(home, f'url: "{site.url}{address}"')
    for answer in (say(body=FEED), say("302 Found", Location=f"x://elsewhere{address}"), say(body=b"<rss></x>")):
        site.answers[address] = answer
        run(home, "-v", "once")
    said = shown(home, capsys)
    assert "s3cretTOKEN" not in said and "***" in said


def test_what_is_listed_is_shown(home: Path, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    configure(home, f'url: "{site.url}/feed?q=kilns&page=2&category=cs.CL"')
    site.answers["/feed?q=kilns&page=2&category=cs.CL"] = say(body=FEED)
    run(home, "once")
    assert "/feed?q=kilns&page=2&category=cs.CL" in shown(home, capsys)
