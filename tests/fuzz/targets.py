"""List everything that reads input of strangers or users: these are the targets of fuzzing."""

from __future__ import annotations

import email.policy
import gzip
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from email.parser import BytesParser
from pathlib import Path

from tests import pictures
from tests.conftest import REPOSITORY
from tests.parsers import feeds, pages
from tests.parsers.test_told import PAGES
from watcher.config import load
from watcher.errors import UnknownPage, WatcherError
from watcher.fetch.body import BadBody, read_body
from watcher.fetch.mended_heads import MendedHead
from watcher.fetch.robots import read_robots
from watcher.model import Paper, Reading, Source, Unreadable
from watcher.model.masking import starred
from watcher.notify import problem_of
from watcher.notify.mime import mail_bytes, text_header
from watcher.notify.reasons import of_log
from watcher.parsers import PARSERS, recognise_all
from watcher.parsers.charsets.html import html_in_utf8
from watcher.parsers.charsets.text import given_body, xml_text
from watcher.parsers.common.dates import instant_in
from watcher.parsers.common.links import ids_of_link
from watcher.parsers.common.text_values import moment, people, shown_text
from watcher.render import render_message
from watcher.rules import compile_rule, doubtful, find_bounds, plainly_wrong
from watcher.rules.advice.advice import advise
from watcher.rules.match.document import document_of
from watcher.rules.match.explain import explain_match
from watcher.store.papers.withdrawals import is_withdrawn

Run = Callable[[bytes], object]
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
URL = "https://lab.example/list"
SAMPLES = pages.sample_papers(6)


@dataclass(frozen=True, slots=True)
class Target:
    """A reader of bytes: its good inputs, and the call that it gets changed ones by. It raises only for a fault."""

    seeds: Sequence[bytes]
    run: Run


def _parser(source: Source) -> Run:
    def run(body: bytes) -> None:
        found = PARSERS[source.kind].parse(body, URL, source)
        assert isinstance(found, Reading | Unreadable)
        PARSERS[source.kind].find(body, source)

    return run


def _of_kinds() -> Iterator[tuple[str, Target]]:
    sources: dict[str, list[tuple[Source, bytes]]] = {}
    for source, body in PAGES:
        sources.setdefault(source.kind, []).append((source, body))
    for kind, found in sources.items():
        for number, (source, _) in enumerate(found, start=1):
            yield f"{kind} {number}", Target([body for _, body in found], _parser(source))


def _recognise(body: bytes) -> None:
    with suppress(UnknownPage):
        for _ in recognise_all(body):
            pass


def _inflate(body: bytes) -> None:
    with suppress(BadBody):
        read_body([body[n : n + 1000] for n in range(0, len(body), 1000)], "gzip", most_sent=10**6, most=10**6)


def _answer(head: bytes) -> None:
    whole, bit_by_bit = MendedHead(), MendedHead()
    pieces = [bit_by_bit.passed(head[n : n + 7]) for n in range(0, len(head), 7)]
    assert b"".join([*pieces, bit_by_bit.passed(b"")]) == whole.passed(head) + whole.passed(b"")


LABELS = ("utf-8", "utf-16", "windows-1251", "gbk", "euc-jp", "iso-2022-jp", "big5", "shift_jis", "x-klingon", "")


def _charsets(body: bytes) -> None:
    for label in LABELS:
        given, _ = given_body(body, label)
        html_in_utf8(given).decode()
        xml_text(given).encode()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape" if len(data) % 2 else "replace")


def _texts(body: bytes) -> None:
    text = _text(body)
    shown_text(text)
    people([text])
    moment(text)
    instant_in(text)
    ids_of_link(text)
    starred(text)
    read_robots(body, "watcher").refusal("/list?page=2")
    of_log([text], ())
    is_withdrawn({"title": text, "note": text, "abstract": text})


def _paper(text: str) -> Paper:
    return Paper(id=1, key="title:1", title=text[:500], abstract=text, authors=(text[:90],), first_seen=NOW)


PAPER = _paper("Continual Learning (CL) of Müller's β-cells, 3.5-GHz and C++: a state-of-the-art survey of LLM agents")


def _rule(body: bytes) -> None:
    text = _text(body[:3_000])
    plainly_wrong(text, is_item=True)
    doubtful(text)
    with suppress(WatcherError):
        rule = compile_rule(text)
        find_bounds(rule)
        explain_match(rule, document_of(PAPER))
        compile_rule(str(rule))


WORDS = ("agent", '"state of the art"~3', "title:learn* NOT survey", r"title:/c\+\+/", "β cell")
RULES = [compile_rule(text) for text in WORDS]


def _match(body: bytes) -> None:
    documents = [document_of(_paper(_text(body)[:20_000]))]
    for rule in RULES:
        explain_match(rule, documents[0])
    advise({"a": RULES[0]}, documents)


def _mail(body: bytes) -> None:
    text = _text(body)
    content = pictures.morning()
    hostile = {"title": text[:500], "abstract": text[:5_000], "authors": (text[:90],)}
    items = tuple(
        replace(item, paper=replace(item.paper, **hostile), places=())  # type: ignore[arg-type]
        for item in content.items[:2]
    )
    message = render_message(replace(content, items=items))
    assert "<script" not in message.html.lower()
    wire = mail_bytes([text_header("Subject", message.subject)], message.text, message.html)
    read = BytesParser(policy=email.policy.compat32).parsebytes(wire)
    assert sorted(name.lower() for name in read) == ["content-type", "mime-version", "subject"]
    assert not read.defects, read.defects
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def _config(body: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_bytes(body)
        with suppress(WatcherError):
            load(path, env={}, check_url=problem_of, check_rule=compile_rule)


LISTED = [f"{paper['title']}\nAnn Bee, Cy Dee\n\nWe show it.\n" for paper in SAMPLES]
DIGEST = "\n".join(["Daily Papers", "Mar 9", *LISTED]).encode()
ARXIV_LIST = feeds.arxiv_list({"New submissions": SAMPLES}, date(2026, 3, 9))
ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.0 200 OK\nno header\n folded\nETag: x\n\npage",
]
LETTERS = [
    "<?xml version='1.0' encoding='euc-jp'?><a>深層学習</a>".encode("euc_jp"),
    "<html><head><meta charset=gbk><title>x</title></head>深度学习".encode("gbk"),
    "<!doctype html><meta http-equiv=content-type content='text/html; charset=koi8-r'>Глубокое".encode("koi8-r"),
    "<rss>Žižek, naïve</rss>".encode("utf-16-le"),
]
NAMES = [DIGEST, b"Bee, A., Dee, C. and Eff, G.", b"Mon, 09 Mar 2026 08:00:00 GMT", URL.encode()]
TITLES = [PAPER.title.encode(), *(str(paper).encode() for paper in SAMPLES)]

TARGETS: Mapping[str, Target] = {
    **dict(_of_kinds()),
    "saved pages": Target([*(body for _, body in PAGES), DIGEST, ARXIV_LIST], _recognise),
    "inflating": Target([gzip.compress(DIGEST, mtime=0), gzip.compress(bytes(10**6), mtime=0)], _inflate),
    "heads of answers": Target(ANSWERS, _answer),
    "charsets": Target(LETTERS, _charsets),
    "texts of sites": Target(NAMES, _texts),
    "rules": Target([b'title:("large language model" OR llm) AND upvotes >= 10 -survey /a+b/', b"agent*"], _rule),
    "papers and rules": Target(
        [PAPER.title.encode(), *(entry.encode() for entry in (str(p) for p in SAMPLES))], _match
    ),
    "mails": Target([PAPER.title.encode(), b"Trees =?utf-8?q?A=0D=0ABcc:_eve@evil.example?= end", DIGEST], _mail),
    "configs": Target([(REPOSITORY / "config.example.yaml").read_bytes()], _config),
}
