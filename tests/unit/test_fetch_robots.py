import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.fetch.robots import LONGEST_DELAY, Robots, read_robots


def refuses(text: str, target: str, agent: str = "watcher") -> bool:
    return read_robots(text.encode(), agent).refusal(target) is not None


@pytest.mark.parametrize(
    ("pattern", "target", "forbidden"),
    [
        ("/", "/papers", True),
        ("/papers", "/papers/date/1", True),
        ("/papers/", "/papers", False),
        ("/Papers", "/papers", False),
        ("/*.pdf$", "/a/b.pdf", True),
        ("/*.pdf$", "/a/b.pdf?x", False),
        ("/*.pdf", "/a/b.pdf?x", True),
        ("/a*b*c", "/a-b-b-c-d", True),
        ("/a*b*c", "/a-c-b", False),
        ("/a*a$", "/a", False),
        ("/a*a$", "/aa", True),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("/*", "/", True),
        ("*/x", "/a/x", True),
        ("/*?", "/papers", False),
        ("/*?", "/papers?q=a", True),
        ("/%7Eana", "/~ana/x", True),
        ("/a%2fb", "/a/b", False),
        ("/a%2Fb", "/a%2fb", True),
        ("/é", "/%C3%A9", True),
        ("", "/papers", False),
        ("papers", "/papers", False),
    ],
)
def test_patterns(pattern: str, target: str, forbidden: bool) -> None:
    assert refuses(f"User-agent: *\nDisallow: {pattern}\n", target) is forbidden


def test_the_longest_pattern_decides_and_of_two_as_long_the_one_that_allows() -> None:
    text = "User-agent: *\nDisallow: /papers\nAllow: /papers/date\nDisallow: /x\nAllow: /x\n"
    assert not refuses(text, "/papers/date/2026-03-10")
    assert refuses(text, "/papers/week")
    assert not refuses(text, "/x")


def test_a_refusal_names_its_line() -> None:
    line = read_robots(b"# ours\r\nUser-Agent: *\r\n\r\nDisallow: /papers # not yet\r\n", "watcher").refusal("/papers")
    assert str(line) == "line 4, `Disallow: /papers`"


GROUPS = """\
User-agent: *
Disallow: /

User-agent: other
User-agent: Watcher/2.0
Crawl-delay: 2.5
Allow: /papers
Sitemap: https://a.example/s.xml
Disallow: /private

User-agent: watcher
Disallow: /more
"""


def test_the_groups_that_name_us_count_together_and_then_no_other() -> None:
    robots = read_robots(GROUPS.encode(), "watcher")
    assert [line.pattern for line in robots.lines] == ["/papers", "/private", "/more"]
    assert robots.delay == 2.5
    assert refuses(GROUPS, "/papers", agent="reader")
    assert read_robots(GROUPS.encode(), "reader").delay == 0


def test_a_group_that_names_us_and_says_nothing_allows_all() -> None:
    assert not refuses("User-agent: *\nDisallow: /\nUser-agent: watcher\nDisallow:\n", "/papers")


def test_rules_before_any_name_speak_to_nobody() -> None:
    assert not refuses("Disallow: /\n", "/papers")


@pytest.mark.parametrize(("said", "delay"), [("10", 10.0), ("0.5", 0.5), ("soon", 0.0), ("-1", 0.0), ("1e9", 0.0)])
def test_crawl_delay(said: str, delay: float) -> None:
    assert read_robots(f"User-agent: *\nCrawl-delay: {said}".encode(), "watcher").delay == delay


def test_an_endless_crawl_delay_is_cut() -> None:
    assert read_robots(b"User-agent: *\nCrawl-delay: 86400", "watcher").delay == LONGEST_DELAY


def test_a_byte_order_mark_and_odd_line_ends_do_no_harm() -> None:
    assert refuses("\ufeffUser-agent: *\rDisallow: /a\n\rDisallow: /b", "/b")


def test_robots_txt_itself_is_never_forbidden() -> None:
    assert not refuses("User-agent: *\nDisallow: /\n", "/robots.txt")


@pytest.mark.timeout(60)  # a hang is meant: what is right takes a moment
def test_a_hostile_file_costs_no_time() -> None:
    stars = "User-agent: *\n" + "Disallow: /" + "*a" * 200_000 + "b\n" + "Disallow: /*a*a*a*a*a*a*a*b$\n" * 3000
    read_robots(stars.encode(), "watcher").refusal("/" + "a" * 2000)


@given(st.binary(max_size=300), st.text(max_size=50))
def test_any_file_is_read(body: bytes, target: str) -> None:
    read_robots(b"User-agent: *\nDisallow: /" + body, "watcher").refusal(target)


def test_no_file_forbids_nothing() -> None:
    assert Robots().refusal("/") is None
