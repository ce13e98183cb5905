"""No text of strangers calls a person or a room in any chat, whatever stands before it, behind it or within it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.unit.messages import digest, item, paper, places
from watcher.model import Message
from watcher.notify import limit_of, problem_of
from watcher.notify.addresses.addresses import load_plugin
from watcher.notify.addresses.forms import put
from watcher.notify.addresses.samples import SERVICES
from watcher.render import dialects
from watcher.render.clean import defuse
from watcher.render.dialects import CHAT_HTML, MARKDOWN, SLACK, Dialect
from watcher.render.message import render_message
from watcher.render.snippet import Segment

CALLS = [
    *("@everyone", "@here", "@channel", "@all", "@room", "@group", "@team", "@Everyone", "@HERE", "＠all", "@online"),
    *("@ana", "@ana:matrix.example", "@lab/team", "@1", '@"guest/1"', "@**all**", "@_**ana**", "@*group*", "{@all}"),
    *("<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<!subteam^S1>", "<@U123>", "<@U123|ana>", "<@&123>"),
    *("<@!123>", "<@123>", "<@all>", "<users/all>", '<at user_id="all">all</at>', "<at>Ana</at>", "<at id=all></at>"),
    *(":skull:", ":rotating_light:", ":Ok_hand-2:", ":+1st:"),
    *("(met)all(met)", "(rol)1(rol)", "[~ana]", "@@everyone", "@\u200beveryone"),
]
BESIDE = [
    *("", " ", "_", "__", "*", "**", "~", "~~", "`", "\\", "|", "||", ".", "-", ":", "(", ")", "[", "]", "<", ">", "&"),
    *("&lt;", "&#64;", "/", "x", "é", "1", "@", "\u200d", "\u200c", "\u00a0", "\n", "#", "!", '"', "'", "木", "{", "}"),
]
TEXTS = st.lists(st.sampled_from(CALLS) | st.sampled_from(BESIDE) | st.text(max_size=3), max_size=8).map("".join)

# --- what services look for, as far as they say --------------------------------------------------------------------

DISCORD = re.compile(r"@(everyone|here)|<@[!&]?\d+>", re.IGNORECASE)
ZULIP = re.compile(r"@_?\*\*?[^*\s]")
KOOK = re.compile(r"\((met|rol|chn)\)\w+\(\1\)")
ANGLES = re.compile(r"<(?:[!@#]|users/|at\b)[^<>\\]*>", re.IGNORECASE)
WORD = re.compile(r"(?<![^\W_])[@＠][\w\"*{&!]")
ROOM = re.compile(r"[@＠](everyone|here|channel|all|room)\b(?![.-]\w)", re.IGNORECASE)
JIRA = re.compile(r"\[~\w")
PICTURE = re.compile(r":[0-9_+'-]*[a-z][\w+'-]*:", re.IGNORECASE)


def calls(words: str) -> list[str]:
    """Whatever in ``words``, as they are sent, some chat would take for a call."""
    patterns = (DISCORD, ZULIP, KOOK, ANGLES, WORD, ROOM, JIRA, PICTURE)
    return [found[0] for pattern in patterns if (found := pattern.search(words))] + mattermost(words)


def mattermost(words: str) -> list[str]:
    """What Mattermost finds: it makes @channel of Slack's <!channel>, and takes punctuation off a word's beginning."""
    for slack, own in (("<!channel>", "@channel"), ("<!here>", "@here"), ("<!all>", "@all")):
        words = words.replace(slack, own)
    tokens = re.findall(r"[\w:.@-]+", words)
    tokens += [part for token in tokens for part in re.split(r"[.:-]", token)]
    return [token for token in tokens if re.match(r"@(all|channel|here)\b", token.lstrip(":.-_"), re.IGNORECASE)]


def matrix(words: str) -> str:
    """The plain text beside HTML, in which Matrix looks for @room."""
    return html.unescape(re.sub(r"<[^>]*>", "", words))


WAYS: dict[str, Callable[[str], str]] = {
    "markdown": MARKDOWN.escape,
    "slack": SLACK.escape,
    "html": CHAT_HTML.escape,
    "html as text": lambda text: matrix(CHAT_HTML.escape(text)).replace("<", ""),
    "text": defuse,
}
DIALECTS = {"markdown": MARKDOWN, "slack": SLACK, "html": CHAT_HTML}


def test_every_dialect_is_tried() -> None:
    assert set(DIALECTS.values()) == {one for one in vars(dialects).values() if isinstance(one, Dialect)}
    assert {one.escape for one in DIALECTS.values()} <= set(WAYS.values())


def test_the_calls_are_calls() -> None:
    assert [call for call in CALLS if not calls(call)] == ["@\u200beveryone"]
    assert (
        mattermost("x _@all")
        and mattermost("a.@channel")
        and mattermost("\\<!here>")
        and not mattermost("\\<!here\\>")
        and not mattermost("a@all")
    )


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=times(100))
@given(TEXTS, st.sampled_from(CALLS), TEXTS)
@example("_", "@everyone", "")
@example("x", "@everyone", "")
@example("_", "@all", "_")
@example("\\", "<!channel>", "")
@example("", "<@&123>", "")
@example("@", "@here", "@")
@example("x", "@channel_", "")  # Mattermost takes underscores off
def test_no_dialect_calls(way: str, before: str, call: str, behind: str) -> None:
    assert calls(WAYS[way](before + call + behind)) == []


@pytest.mark.parametrize("way", WAYS)
def test_no_dialect_calls_between_any_two_signs(way: str) -> None:
    for call in CALLS:
        for sign in BESIDE:
            for text in (sign + call, call + sign, sign + call + sign, f"x{sign}{call}{sign}x"):
                assert calls(WAYS[way](text)) == [], text


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@settings(max_examples=times(100))
@given(st.lists(st.tuples(st.sampled_from([*CALLS, "@", "everyone", "all", "x", "ana@"]) | TEXTS, st.booleans())))
@example([("@", False), ("everyone", True)])
@example([("@", False), ("all", True)])
@example([("ana@", True), ("here", True)])
@example([("x", True), ("@room", False)])
@example([("_", False), ("@everyone", True)])
def test_no_match_in_bold_makes_a_call(dialect: Dialect, pieces: list[tuple[str, bool]]) -> None:
    words = dialect.marked(tuple(Segment(text, hit) for text, hit in pieces))
    plain = re.sub(r"</?b>", "", words)
    assert calls(words) == [] and calls(plain) == []
    assert dialect is not CHAT_HTML or calls(matrix(plain).replace("<", "")) == []


# --- whole messages ------------------------------------------------------------------------------------------------

URLS = {
    **{name: url for name, url in SERVICES.items() if name not in ("email", "json")},
    "slack, text": SERVICES["slack"] + "?format=text",
    "discord, text": SERVICES["discord"] + "?format=text",
    "mattermost, text": SERVICES["mattermost"] + "?format=text",
    "telegram, text": SERVICES["telegram"] + "?format=text",
    "zulip": "zulip://bot@lab.zulipchat.com/a4cf4ef6e4cb3d1a2f7c5b8e9d0f1a2b/stream",
    "revolt": "revolt://token/channel",
    "rocket": "rocket://AbCdEfGh/IjKlMnOpQrStUvWx@chat.example/#trees",
    "google": "gchat://workspace/key/token",
    "webex": "webex://" + "a" * 80,
    "feishu": "feishu://AbCdEfGhIjKlMnOpQrStUvWx",
    "cliq": "cliq://1000.abcdef/channel",
    "github": "github://token@owner/repo",
    "mastodon": "mastodon://token@chat.example",
    "nextcloud": "nctalk://user:word@chat.example/room",
    "gotify": "gotify://chat.example/AbCdEfGhIjKlMnO",
}


def given_to(url: str, message: Message) -> str:
    assert problem_of(url) is None
    body = put(message, load_plugin(url), url, limit_of(url))
    return f"{body.title}\n{body.text}"


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
@settings(max_examples=times(15))
@given(TEXTS, st.sampled_from(CALLS), TEXTS)
@example("_", "@everyone", "")
@example("~ana ", "", "")  # [~ana …](address) in Markdown
@example("met)all(met", "", "")
@example("A ", "<!channel> @here <@U123> (met)all(met)", " z")
def test_no_message_calls(url: str, before: str, call: str, behind: str) -> None:
    text = before + call + behind
    bad = paper(title=text, abstract=f"@pruning {text} @pruning", authors=(text, text), organization=text)
    # No picture is drawn in an address, which may have colons.
    bad = replace(
        bad, url=f"https://papers.example/{text.replace(':', '')}", code_url="https://code.example/@all/x@everyone"
    )
    found = item(bad, subscriptions=(text, "trees"), places=places(bad.abstract, "pruning"))
    # Markup of our own: an address's @ is written %40, a link's brackets are ours.
    assert calls(given_to(url, render_message(digest(found)))) == []


@pytest.mark.parametrize("url", ["json://lab.example/", "xml://lab.example/", "form://lab.example/"])
def test_a_program_is_given_the_text_as_it_is(url: str) -> None:
    message = render_message(digest(item(paper(title="@everyone <!channel>"))))
    assert "@everyone <!channel>" in given_to(url, message)


def test_what_shows_markdown_anyway_is_given_markdown() -> None:
    message = render_message(digest(item(paper(title="[x](https://evil.example) ![](https://evil.example/z.png)"))))
    for name in ("discord, text", "mattermost, text"):
        assert "[x](https://evil" not in given_to(URLS[name], message)
