"""Word what surrounds the papers of a message: subject, head, table of contents, what is missing, why it came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote
from zoneinfo import ZoneInfo

from watcher.model import Content, DeliveryKind, DigestItem, Rank, Unread, rank_of, with_name
from watcher.model.words import counted, listed
from watcher.render.clean import clip, one_line, safe_url
from watcher.render.view import Group, badge_of, day_in_words, part_of, readable_title

LONGEST_SUBJECT = 78
"""Most characters of a subject: mail programs show these, and they fit into a line of the header (RFC 5322, 2.1.1)."""

LEAST_TITLE = 15
"""Characters of a title for which a subject has room, before it says what became of the paper."""

LONGEST_INSIDE = 160
MOST_TITLES = 10
"""Most titles of a group in the table of contents."""

LONG = 6
"""Fewest papers in full form with which a message begins with a table of contents."""


@dataclass(frozen=True, slots=True)
class Masthead:
    """The head of a message.

    ``name``: its subscriptions, in words.
    ``date``: weekday and day.
    ``count``: how many papers it has, of which digest days.
    """

    name: str
    date: str
    count: str


TESTED = "This is a test of a rule that may become a subscription. Nothing of it counts as told."
"""The first line of a test with papers."""


def names_of(content: Content) -> list[str]:
    """Return the names of the subscriptions that a message is for, each once, those with papers first."""
    told = [name for item in content.items for name in item.subscriptions]
    return [one_line(name, 100) for name in dict.fromkeys([*told, *(one.subscription for one in content.nothing)])]


def with_short_names(content: Content) -> Content:
    """Return a content with subscriptions shown without owners, unless two of them would become the same name.

    Their readers know whose they are; display names stay.
    """
    full = [name for name in names_of(content) if not content.names.subscriptions.get(name)]
    short = [name.rpartition("/")[2] for name in full]
    taken = Counter([*short, *content.names.subscriptions.values()])
    found = {name: last for name, last in zip(full, short, strict=True) if name != last and taken[last] == 1}
    names = replace(content.names, subscriptions={**content.names.subscriptions, **found})
    return replace(content, names=names) if found else content


def shown_names_of(content: Content) -> list[str]:
    """Return the display names of the subscriptions that a message is for, in the order of :func:`names_of`."""
    return [one_line(content.names.of_subscription(name), 100) for name in names_of(content)]


def subject_of(content: Content) -> str:
    """Return the subject: the number of papers, the subscription, the part, the title of the best paper."""
    names = shown_names_of(replace(content, nothing=()) if content.items else content)
    others = f" and {counted(len(names) - 1, 'other')}" if len(names) > 1 else ""
    whom = f" for {one_line(names[0], 30)}{others}" if names else ""
    if not content.items:
        read = sum(one.read for one in content.nothing)
        alive = content.delivery.kind is DeliveryKind.SIGN_OF_LIFE
        return f"{counted(read, 'paper')} read{whom}, none matched" if alive else f"no papers{whom}"
    best = min(content.items, key=_rank)
    part = f" ({content.delivery.part}/{content.delivery.parts})" if content.delivery.parts > 1 else ""
    test = "Test: " if content.delivery.kind is DeliveryKind.TEST else ""
    what = "update" if all(part_of(item) == "updates" for item in content.items) else "paper"
    head = f"{test}{counted(len(content.items), what)}{whom}{part}: "
    head += _became(best, LONGEST_SUBJECT - LEAST_TITLE - len(head)) if what == "update" else ""
    return head + clip(readable_title(best.paper), LONGEST_SUBJECT - len(head))


def _became(item: DigestItem, room: int) -> str:
    """Return what became of a paper, all of it or the gravest, as far as a subject has room."""
    said = badge_of(item)
    return next((f"{one}: " for one in (said, said.partition(";")[0]) if len(one) + 2 <= room), "")


def _rank(item: DigestItem) -> tuple[int, Rank]:
    return ("strong", "updates", "weak", "short", "also", "known").index(part_of(item)), rank_of(item.paper, item.score)


def masthead_of(content: Content) -> Masthead:
    """Return the head of a message."""
    names = shown_names_of(content)
    name = listed([*names[:1], counted(len(names) - 1, "other subscription")]) if len(names) > 2 else listed(names)
    days = sorted({item.paper.digest_day for item in content.items})
    papers = counted(len(content.items), "paper") if content.items else "no papers"
    span = "" if not days else f" of {day_in_words(days[0])}" if len(days) == 1 else f" from {len(days)} days"
    part = f", part {content.delivery.part} of {content.delivery.parts}" if content.delivery.parts > 1 else ""
    at = content.delivery.created_at.astimezone(ZoneInfo(content.timezone))
    return Masthead(name=name, date=f"{at:%A}, {day_in_words(at.date())}", count=f"{papers}{span}{part}")


def table_of_contents(groups: Sequence[Group]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (heading, titles) for each group; empty for a short message of one group.

    Titles are the first ones of the papers in full form. There are none in a short message.
    """
    is_long = sum(len(group.strong) for group in groups) >= LONG
    if len(groups) < 2 and not is_long:
        return ()
    titles = [tuple(clip(one.title, 90) for one in group.strong[:MOST_TITLES]) if is_long else () for group in groups]
    return tuple(zip(map(_heading, groups), titles, strict=True))


def _heading(group: Group) -> str:
    """Return the heading of a group: its names and how many papers it has, in full and in short form."""
    full = len(group.strong)
    apart = f": {full} in full, {group.count - full} in short" if full < group.count else ""
    return f"{group.names} ({group.count}{apart})"


def inside_of(groups: Sequence[Group]) -> str:
    """Return the preview line that mail programs show beside the subject: the titles after the first."""
    parts = ("strong", "updates", "weak")
    titles = [paper.title for part in parts for group in groups for paper in getattr(group, part)]
    return clip(" · ".join(titles[1:5]), LONGEST_INSIDE)


def nothing_lines(content: Content) -> list[str]:
    """Return one line for each subscription without papers."""
    zone = ZoneInfo(content.timezone)
    return [
        f"{one_line(content.names.of_subscription(one.subscription), 100)}: {counted(one.read, 'paper')} read since "
        f"{day_in_words(one.since.astimezone(zone).date())}, none matched"
        for one in content.nothing
    ]


def unread_lines(content: Content) -> list[str]:
    """Return one line for each source that cannot be read or misses something."""
    return [
        _unread_line(one, content.names.of_source(one.source), ZoneInfo(content.timezone)) for one in content.unread
    ]


def _unread_line(one: Unread, source: str, zone: ZoneInfo) -> str:
    if one.missing:
        return f"{one_line(source, 100)}: {one_line(one.missing, 300)}"
    since = one.since.astimezone(zone)
    how = "showed only a part of its papers" if one.partly else "could not be read"
    return f"{one_line(source, 100)} {how} since {since:%a} {day_in_words(since.date())}; papers may follow"


def why_line(content: Content) -> str:
    """Return a line that tells the reader the reason of this message, and the way to change it."""
    delivery = content.delivery
    if delivery.kind is DeliveryKind.TEST:
        return "You get this because somebody tried this rule on watcher's pages and chose you to be sent a test."
    # With the names: whoever is asked to change or end a subscription has to find it.
    names = [with_name(one_line(content.names.of_subscription(name), 100), name) for name in names_of(content)]
    many, them = ("s", "them") if len(names) > 1 else ("", "it")
    address = content.unsubscribe.removeprefix("mailto:").partition("?")[0]
    is_mail = content.unsubscribe.startswith("mailto:")
    how = f"write to {address}" if is_mail else f"edit {them} in watcher's config, or ask whoever keeps that"
    part = f" (part {delivery.part} of {delivery.parts})" if delivery.parts > 1 else ""
    return (
        f"You get this because of your watcher subscription{many} {listed(names)}{part}. "
        f"To get less of {them}, something else or nothing, {how}."
    )


def leave_of(content: Content) -> str:
    """Return where a reader unsubscribes, "" if nowhere: a web address, or a ``mailto:`` with a subject."""
    if not content.unsubscribe.startswith("mailto:"):
        return safe_url(content.unsubscribe) or ""
    if "?" in content.unsubscribe:
        return content.unsubscribe
    names = clip(", ".join(names_of(content)), LONGEST_SUBJECT)
    return f"{content.unsubscribe}?subject={quote(f'unsubscribe {names}', safe='')}"


def folded_line(content: Content) -> str:
    """Return a sentence that says how many unsent messages this one replaces, "" if none."""
    return f"In place of {counted(content.folded, 'message')} that could not be sent before." if content.folded else ""
