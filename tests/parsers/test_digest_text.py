from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.huggingface.digest_text.text import parse

SENTENCE = "We measure {} on invented islands and find that lanterns help more than anybody had expected. "

TITLES = [
    "Borrowed Lanterns for Quiet Agents",
    "vKiln: How Hot Is Too Hot?",
    "Do Tide Gauges Dream? A Survey of Sparse Orchards, Noisy Kilns and Other Places Where Models Go to Rest",
    "Compost",
]
PAPERS = [(title, (SENTENCE.format(title.lower()) * 3).strip()) for title in TITLES]

HEAD = [
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
    "Oct 30",
]
META = [
    ["• 6 authors", "·", "Mar 29, 2020"],
    ["lanternlab LanternLab", "·", "Sep 29, 2024 2"],
    ["·", "Jul 7"],
    [],
]


def read(text: str | bytes) -> tuple[Entry, ...]:
    reading = parse(text if isinstance(text, bytes) else text.encode())
    assert isinstance(reading, Reading), reading
    assert (reading.day, reading.whole) == (None, True)
    assert all((entry.keys, entry.listed) == ((), None) for entry in reading.entries)
    assert [entry.rank for entry in reading.entries] == list(range(1, len(reading.entries) + 1))
    return reading.entries


def pairs(entries: tuple[Entry, ...]) -> list[tuple[str, str]]:
    return [(entry.title, entry.abstract) for entry in entries]


def refusal(text: str | bytes) -> str:
    parsed = parse(text if isinstance(text, bytes) else text.encode())
    assert isinstance(parsed, Unreadable), parsed
    return parsed.reason


def plain(blank: str = "") -> list[str]:
    return [line for title, abstract in PAPERS for line in (title, blank, abstract, blank)]


# --- layouts ---


def test_head_then_title_and_abstract_with_blank_lines_between() -> None:
    text = "\n\n".join(HEAD) + "\n\n" + "\n".join(plain())
    assert pairs(read(text)) == PAPERS


@pytest.mark.parametrize("title", ["Borrowed Lanterns for Quiet Agents", "vKiln", "$M^3$ilk", "Subscriptions"])
def test_no_blank_lines_and_subscribe_glued_to_the_first_title(title: str) -> None:
    lines = ["Get trending papers in your email inbox once a day!", f"Subscribe{title}"]
    lines += [PAPERS[0][1], *(line for line in plain()[4:] if line)]
    assert pairs(read("\n".join(lines))) == [(title, PAPERS[0][1]), *PAPERS[1:]]


def test_with_the_lines_around_each_paper() -> None:
    lines = [*HEAD]
    for (title, abstract), meta in zip(PAPERS, META, strict=True):
        lines += ["", title, "", abstract, "", *meta]
    entries = read("\n".join(lines))
    assert pairs(entries) == PAPERS
    assert [entry.published for entry in entries] == [
        datetime(2020, 3, 29, tzinfo=UTC),
        datetime(2024, 9, 29, tzinfo=UTC),
        None,
        None,
    ]
    assert [entry.comments for entry in entries] == [None, 2, None, None]
    assert [entry.organization for entry in entries] == [None, "LanternLab", None, None]


def test_the_lines_around_a_paper_may_be_one() -> None:
    lines = [*PAPERS[0], "• 6 authors · Mar 29, 2020 4", *PAPERS[1], "Lantern Lab · Sep 3, 2024"]
    first, second = read("\n".join(lines))
    assert (first.published, first.comments) == (datetime(2020, 3, 29, tzinfo=UTC), 4)
    assert (second.published, second.organization) == (datetime(2024, 9, 3, tzinfo=UTC), "Lantern Lab")


def test_a_date_without_a_year_is_of_the_year_in_the_head() -> None:
    lines = ["Daily Papers", "byAK and the research community", "Oct 30, 2025", *PAPERS[0], "·", "Jul 7 3"]
    (entry,) = read("\n".join(lines))
    assert (entry.published, entry.comments) == (datetime(2025, 7, 7, tzinfo=UTC), 3)


def test_a_day_that_is_not_in_its_month_is_unknown() -> None:
    (entry,) = read("\n".join([*HEAD, *PAPERS[0], "·", "Feb 30, 2024"]))
    assert entry.published is None


@pytest.mark.parametrize("blank", [[""], []])
def test_upvotes_stand_before_every_title_or_before_none(blank: list[str]) -> None:
    lines = [*HEAD]
    for (title, abstract), meta, upvotes in zip(PAPERS, META, ["12", "-", "7", "0"], strict=True):
        lines += [upvotes, *blank, title, *blank, abstract, *blank, *meta, *blank]
    entries = read("\n".join(lines))
    assert pairs(entries) == PAPERS
    assert [entry.upvotes for entry in entries] == [12, 0, 7, 0]
    assert [entry.comments for entry in entries] == [None, 2, None, None]


def test_comments_on_a_line_of_their_own() -> None:
    lines = ["5", *PAPERS[0], "·", "Mar 29, 2020", "4", "6", *PAPERS[1], "·", "Mar 30, 2020"]
    assert [(entry.upvotes, entry.comments) for entry in read("\n".join(lines))] == [(5, 4), (6, None)]
    lines = [*PAPERS[0], "·", "Mar 29, 2020", "4", *PAPERS[1], "·", "Mar 30, 2020"]
    assert [(entry.upvotes, entry.comments) for entry in read("\n".join(lines))] == [(None, 4), (None, None)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("lanternlab LanternLab", "LanternLab"),
        ("Lantern Lantern University", "Lantern University"),
        ("IMT Institute Made-up Things", "Institute Made-up Things"),
        ("lantern-lab Quiet Agents Group", "Quiet Agents Group"),
        ("Lantern University", "Lantern University"),
        ("LanternLab", "LanternLab"),
    ],
)
def test_organisations_lose_the_handle_before_their_name(line: str, name: str) -> None:
    (entry,) = read("\n".join([*PAPERS[0], line, "·", "Mar 29, 2020"]))
    assert entry.organization == name


def test_lines_wrapped_by_a_mail_are_joined() -> None:
    blocks = [*HEAD[:3], "\n".join(HEAD[3:])]
    for title, abstract in PAPERS:
        blocks += ["\n".join(wrapped(text)) for text in (title, abstract)]
        blocks += ["• 6 authors\n·\nMar 29, 2020"]
    assert pairs(read("\n\n".join(blocks))) == PAPERS


def wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > 70:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def test_the_sites_frame_is_left_out() -> None:
    lines = ["Hugging Face", "Models", "Log In", *HEAD, *plain(), "Previous", "Next", "TOS", "© Hugging Face"]
    assert pairs(read("\n".join(lines))) == PAPERS


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
    ],
)
def test_encodings_and_line_ends(encode: object) -> None:
    assert callable(encode)
    assert pairs(read(encode("\n".join([*HEAD, *plain()])))) == PAPERS


# --- what is refused ---


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([*HEAD], "no titles with abstracts"),
        ([*HEAD, *PAPERS[0], PAPERS[1][0]], 'the text ends after the title "vKiln: How Hot Is Too Hot?"'),
        ([*HEAD, TITLES[0], TITLES[1], PAPERS[1][1]], 'line 8: looked for the abstract of "Borrowed Lanterns'),
        ([*HEAD, *PAPERS[0], "x" * 400, *PAPERS[1]], "line 9: looked for a title (a short line), found"),
        ([*HEAD, TITLES[0], "·", PAPERS[0][1]], "line 8: looked for the abstract"),
        ([*HEAD, "5", *PAPERS[0], "·", "Mar 29, 2020", "6"], "the text ends where a title is due"),
        (["A short text.", "", "And nothing else."], "looked for the abstract"),
        ([*PAPERS[0], *PAPERS[1]], "text with headings"),
        (["Methods", PAPERS[0][1], "Results", PAPERS[1][1], "Discussion", PAPERS[2][1]], "text with headings"),
        ([*HEAD, *(line for title in TITLES for line in (title, "y" * 100))], "it is cut off, or no digest page"),
    ],
)
def test_what_does_not_alternate_is_refused_with_its_place(lines: list[str], reason: str) -> None:
    assert reason in refusal("\n".join(lines))


def test_a_lost_line_never_shifts_titles_to_other_abstracts() -> None:
    lines = [*HEAD, *(line for line in plain() if line)]
    for missing in range(len(HEAD), len(lines)):
        refusal("\n".join(lines[:missing] + lines[missing + 1 :]))


@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_too_many_lines_are_refused_unread() -> None:
    assert "more than 150,000 are not read" in refusal(b"a\n" * 4_000_000)


def test_bytes_that_are_no_text_are_refused() -> None:
    assert "UTF-8" in refusal(b"\xff\xfe\x00")
    assert "UTF-8" in refusal(b"caf\xe9")
    assert "too many" in refusal(b" " * (2**24 + 1))


LINES = st.sampled_from([*HEAD, *TITLES, *(abstract for _, abstract in PAPERS), *META[0], *META[1], "", "-", "12"])


PROSE = {text for paper in PAPERS for text in paper}


def may_be_one_paper(lines: list[str]) -> set[tuple[str, str]]:
    """Every pair of a line and what stands below it, with no title and no abstract of another paper between them."""
    found = set()
    for n, title in enumerate(lines):
        for below in range(n + 1, len(lines)):
            found |= {(title, " ".join(lines[below:end])) for end in range(below + 1, len(lines) + 1)}
            if lines[below] in PROSE:
                break
    return found


@example([TITLES[0], "Mar 29, 2020", "-", PAPERS[0][1]])
@given(st.lists(LINES, max_size=25))
def test_whatever_is_read_never_mixes_papers(lines: list[str]) -> None:
    """An abstract stood below its title, in one line or several; only facts about the paper lay between."""
    parsed = parse("\n".join(lines).encode())
    if isinstance(parsed, Reading):
        assert set(pairs(parsed.entries)) <= may_be_one_paper([line for line in lines if line])


def test_mixed_papers_are_seen() -> None:
    """The test above can fail: another paper's abstract is no pair, nor is one behind another title."""
    (first, its), (second, others) = PAPERS[:2]
    pairs_of = may_be_one_paper([first, "12", its, second, others])
    assert {(first, its), (second, others)} <= pairs_of
    assert not {(first, others), (second, its)} & pairs_of


@pytest.mark.parametrize(
    "body",
    [
        b"a\n" * 50_000,
        b"References\n" * 20_000,
        (b"word " * 14 + b"\n") * 5_000,
        b"> " * 50_000,
        b">" * 100_000 + b"\n",
    ],
    ids=lambda body: str(body[:12]),
)
@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_many_lines_take_time_in_proportion(body: bytes) -> None:
    refusal(body)


LONG = "We measure lanterns on invented islands and find that they help more than anybody had expected. " * 4


def labelled_entries(text: str) -> tuple[Entry, ...]:
    reading = parse(text.encode())
    assert isinstance(reading, Reading), reading
    return tuple(reading.entries)


def labelled(*titles: str, link: str = "PDF: ", summary: str = "Summary: ") -> str:
    """Records with labels, one for each title."""
    records = (
        f"Title: {title}\n{link}https://arxiv.org/pdf/2504.0970{n}\n{summary}{LONG.strip()}\n\n"
        for n, title in enumerate(titles)
    )
    return "".join(records)


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (
            "Lanterns on Collaborative Islands\n  Tasks of Seven Kinds",
            "Lanterns on Collaborative Islands Tasks of Seven Kinds",
        ),
        ("Are Lanterns\n  Challenges?", "Are Lanterns Challenges?"),
        ("Lanterns: New\n\tChallenges!", "Lanterns: New Challenges!"),
        ("Lanterns\n  and Kilns\n  (and More)", "Lanterns and Kilns (and More)"),
        ("On Multi-\n  Agent Lanterns", "On Multi-Agent Lanterns"),
        ("Challenges Today.", "Challenges Today."),
        ("Lanterns of Islands\nTasks of Seven Kinds", "Lanterns of Islands Tasks of Seven Kinds"),
        ("Lanterns in the Year\n  2026", "Lanterns in the Year 2026"),
        ("Lanterns since\n  March 9, 2026", "Lanterns since March 9, 2026"),
        ("Lanterns\n\u00a0\u00a0of Islands", "Lanterns of Islands"),
        ("Lanterns of Self\u00ad\n  made Islands", "Lanterns of Selfmade Islands"),
        ("Lanterns\n  a\n  b\n  c\n  d\n  e\n  f\n  g", "Lanterns a b c d e f g"),
        ("Lanterns\n  of Islands\n", "Lanterns of Islands"),
        ("Lanterns\n  of Islands\nCategories: cs.XX", "Lanterns of Islands"),
    ],
)
def test_a_labelled_title_goes_on_over_indented_lines(written: str, title: str) -> None:
    first, *others = labelled_entries(labelled(written, "Kilns One", "Kilns Two"))
    assert (first.title, first.abstract) == (title, LONG.strip())
    assert [one.title for one in others] == ["Kilns One", "Kilns Two"]
    assert [one.arxiv_id for one in (first, *others)] == ["2504.09700", "2504.09701", "2504.09702"]


@pytest.mark.parametrize(
    "label",
    [
        "Summary: ",
        "Abstract: ",
        "TL;DR: ",
        "TLDR: ",
        "Overview: ",
        "Key findings: ",
        "Summary: Abstract: ",
        "summary: ",
    ],
)
def test_a_label_is_no_part_of_the_abstract(label: str) -> None:
    entries = labelled_entries(labelled("Kilns One", "Kilns Two", "Kilns Three", summary=f"{label} "))
    assert [one.abstract for one in entries] == [LONG.strip()] * 3


def test_labels_may_be_bold() -> None:
    text = labelled("Kilns One\n  and Two", "Kilns Three").replace("Title:", "**Title:**").replace("PDF:", "**Link:**")
    entries = labelled_entries(text.replace("Summary:", "**Abstract:**"))
    assert [(one.title, one.abstract) for one in entries] == [
        ("Kilns One and Two", LONG.strip()),
        ("Kilns Three", LONG.strip()),
    ]


def test_a_word_like_a_label_stays() -> None:
    (first, *_) = labelled_entries(labelled("Kilns One", "Kilns Two", summary="Summary of kilns: "))
    assert first.abstract and first.abstract.startswith("Summary of kilns: We measure")
