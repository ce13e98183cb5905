"""Find the parts of an author's name in the ways in which sites write it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GROUP = re.compile(
    r"(?i)\b(?:collaborations?|consorti(?:um|a)|teams?|group|project|initiative|institutes?|university|laborator(?:y|ies)|"
    r"labs?|network|alliance|committee|society|association|foundation|working|investigators|ai|research|inc\.?|gmbh)\b"
)
"""Matches words that show that a name is of a group of people, so that it has no forename."""

_BETWEEN = re.compile(r"(?i)(?:^|\s)(?:and|for|of|on behalf|the|&)(?:\s|$)|[:;/(\[]")
"""Matches what stands between the words of a group's name, but never in a person's."""

_SUFFIX = re.compile(r"(?i)(?:jr|sr)\.?|II|III|IV|(?:ph\.?d|m\.?d)\.?")
_PARTICLE = re.compile(r"[a-zà-öø-ÿ][\w'’.-]*")
"""Matches a word in small letters before a family name, such as van or de."""


@dataclass(frozen=True, slots=True)
class AuthorName:
    """The parts of a name.

    ``given``: given names or initials, "" for none.
    ``is_whole``: it is of a group, or of a person with a single name. Then only ``family`` is set.
    ``particle``: such as van der, de la.
    ``suffix``: such as Jr., III.
    """

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    is_whole: bool = False

    @property
    def full(self) -> str:
        """The name as people read it."""
        return " ".join(part for part in (self.given, self.particle, self.family, self.suffix) if part)


def author_name(text: str) -> AuthorName:
    """Return the parts of a name written as ``Ada van Brisk``, ``van Brisk, Ada`` or ``KILN Collaboration``."""
    if _GROUP.search(text) or _BETWEEN.search(text) or any(map(str.isdigit, text)):
        return AuthorName(text, is_whole=True)
    parts = [part.strip() for part in text.split(",")]
    if not all(parts) or len(parts) > 3:
        return AuthorName(text, is_whole=True)
    if len(parts) == 1:
        return _forename_first(text)
    if len(parts) == 2 and _SUFFIX.fullmatch(parts[1]):
        return _forename_first(f"{parts[0]} {parts[1]}")
    if len(parts) == 2:
        return _person(parts[0], parts[1], "")
    if _SUFFIX.fullmatch(parts[1]):
        return _person(parts[0], parts[2], parts[1])
    if _SUFFIX.fullmatch(parts[2]):
        return _person(parts[0], parts[1], parts[2])
    return AuthorName(text, is_whole=True)


def _forename_first(text: str) -> AuthorName:
    words = text.split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if len(words) < 2:
        return AuthorName(text, is_whole=True)
    start = len(words) - 1
    while start > 1 and _PARTICLE.fullmatch(words[start - 1]):
        start -= 1
    return AuthorName(words[-1], " ".join(words[:start]), " ".join(words[start:-1]), suffix)


def _person(last: str, given: str, suffix: str) -> AuthorName:
    words = last.split()
    start = 0
    while start < len(words) - 1 and _PARTICLE.fullmatch(words[start]):
        start += 1
    return AuthorName(" ".join(words[start:]), given, " ".join(words[:start]), suffix)
