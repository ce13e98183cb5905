"""Clean texts of strangers before they are shown: one line, nothing invisible, safe links."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

LONGEST_URL = 1000
"""Most characters of a link; a longer one is left out rather than cut."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])?")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # soft hyphen, bidi, zero width
    "\ufffe\uffff"  # no characters; no XML may hold them
    "\U000e0000-\U000e007f"  # tags
    "]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"[\s\u2800\u3164\uffa0]+")  # and what is drawn as nothing, of Braille and Hangul
# Zero-width joiners are kept: Persian and emoji need them. Without a letter before them they only hide.
_LOOSE = re.compile("(?:\\A|(?<= ))[\u034f\u115f\u1160\u17b4\u17b5\u200c\u200d\ufe00-\ufe0f]+ ?")
_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
# No script needs more marks on a letter; a flood of them is drawn over the lines above and below.
_FLOOD = re.compile(f"({_MARK}{{8}}){_MARK}+")

# An @ between two letters or digits is a mail address or a metric (Pass@k), and calls nobody but before a room's word:
# Discord sees @everyone and @here within others. Every other @ may call somebody, whatever stands before it (Mattermost
# takes dots, colons, hyphens and underscores off first) and behind it (Zulip has @**all**).
_AT = re.compile(
    r"""[@＠](?![\s\u200b])(?:
        (?<![^\W_][@＠]) | (?![^\W_])
        | (?=everyone|here) | (?=(?:channel|all|room|group|team|online|topic)(?![^\W_]|[.-]\w))
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Kook's (met)all(met), Jira's [~ana], Google's <users/all>, Feishu's <at id=all>. A round or square bracket of our own
# (a link's, say) may stand before the text.
_BRACKET = re.compile(r"(?:\(|\A)(?=(?:met|rol|chn)\))|(?:\[|\A)(?=~)|<(?=users/|at\b)", re.IGNORECASE)
# Slack, Mattermost, Teams and Discord draw a picture for :skull:.
_PICTURE = re.compile(r":(?=[0-9_+'-]{0,40}[a-z][\w+'-]{0,60}:)", re.IGNORECASE)
_ANGLE = re.compile(r"<(?=[!@#])")  # Slack's and Discord's <!here>, <@1>, <#1>


def squeeze(text: str) -> str:
    """Return ``text`` on one line: white space as single blanks, no control characters, no invisible characters."""
    visible = _INVISIBLE.sub("", _ANSI.sub("", text))
    spaced = _SPACE.sub(" ", _SURROGATE.sub("\ufffd", visible))
    return _FLOOD.sub("\\1", _LOOSE.sub("", spaced))


def one_line(text: str, longest: int = 500) -> str:
    """Return ``text`` in one line with single blanks, cut to ``longest`` characters."""
    # Cut first: a title of a megabyte must not cost a megabyte's work in every form.
    return clip(squeeze(text[: longest * 4]).strip(), longest)


def clip(text: str, longest: int) -> str:
    """Return ``text``, cut to at most ``longest`` characters with an ellipsis; between words if that loses little."""
    if len(text) <= longest:
        return text
    if longest < 2:
        return "…"[:longest]
    head = text[: longest - 1]
    word_end = head.rfind(" ")
    if word_end >= longest * 2 // 3:
        head = head[:word_end]
    return head.rstrip(" ,;:.-–") + "…"


def cut_mentions(text: str) -> str:
    """Return ``text`` with a zero-width blank inside everything that may mention a person or a room, or be a picture.

    An @ at the end is treated, too, since the next piece of text may be a name. ``<`` and ``>`` must be escaped
    already. No letter is put before an @, so that all other escaping may come before or after.
    """
    return _PICTURE.sub("\\g<0>\u200b", _BRACKET.sub("\\g<0>\u200b", _AT.sub("\\g<0>\u200b", text)))


def defuse(text: str) -> str:
    """Return ``text`` changed so that a service that is given it as it is notifies nobody."""
    return _ANGLE.sub("\\g<0>\u200b", cut_mentions(text))


def safe_url(url: str | None) -> str | None:
    """Return ``url`` with unusual characters percent-encoded, None if it is no plain http or https address."""
    if not url or len(url) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    # A user name before the host only ever serves to make an address look like another.
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not re.fullmatch(r"[a-z0-9._-]+", host):
        return None
    rest = parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    quoted = quote(_SURROGATE.sub("", rest), safe="%/:?#@!$&+,;=~-._")
    return f"{parts.scheme}://{host}{port}" + _AT.sub("%40", quoted)
