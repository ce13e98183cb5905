"""Read the texts of a config, such as durations, times and zones. Each error says what to write instead."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, WithJsonSchema

from watcher.config.lint.reach.web_addresses import excepted, listen_address, unsubscribe_address, web_address
from watcher.config.lint.schedule_words import time_meant
from watcher.config.lint.table import WARNINGS
from watcher.config.text.harmless import looks_like_address
from watcher.config.text.nearest import did_you_mean
from watcher.config.text.one_text import any_text, one_text, texts_of, wrong
from watcher.config.text.zones import zone_meant
from watcher.config.values import ListenAddress
from watcher.model import Rate

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT_NAMES = {
    "s sec secs second seconds": "s",
    "m min mins minute minutes": "m",
    "h hr hrs hour hours hourly": "h",
    "d day days daily": "d",
    "w wk wks week weeks weekly": "w",
    "mo month months monthly": "month",
    "y yr yrs year years yearly": "year",
}
"""Names that people write for a unit of time → its letter, or the name of a unit that has none."""

_DURATION = r"(\d{1,20}\s{0,20}[smhdw]\s{0,20})+"
_RATE = r"(?P<most>\d{1,6}) ?(/|per) ?(?P<unit>s|m|h|d|sec|min|second|minute|hour|day)"
TIME_OF_DAY = r"([01]?\d|2[0-3]):([0-5]\d)"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KEPT_HINT = "write a duration such as 90d, or forever"
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def _rule(value: Any) -> str:
    hint = "write rule: agent OR robot, or any: [agent, robot]"
    return any_text(value, hint)


def _where(value: Any) -> str:
    return any_text(value, "write where: upvotes >= 20")


def _duration_meant(text: str) -> str:
    """Return what to write for a duration in other words or signs, "" if nobody can tell."""
    if found := re.fullmatch(r"(?:every |each )?(\d{1,6}|an?|one)?[ -]?([a-z]+)", text):
        unit = next((one for name, one in _UNIT_NAMES.items() if found[2] in name.split()), "")
        count = int(found[1]) if found[1] and found[1].isdecimal() else 1
        count, unit = (count * 30, "d") if unit == "month" else (count * 365, "d") if unit == "year" else (count, unit)
        return f"write {count}{unit}" if unit else ""
    if re.fullmatch(r"\d{1,8}", text):
        return f"add its unit: {int(text)}m for minutes, {int(text)}h for hours, {int(text)}d for days"
    return ""


def _duration(value: Any) -> timedelta:
    hint = "write a number and s, m, h, d or w, as in 30m or 1h"
    written = one_text(value, hint)
    text = written.lower()
    if re.fullmatch(r"\d{1,6}\s?M", written):
        raise wrong(f"`{written}` may be minutes or months", f"write {text} for minutes, or days: 30d")
    if not re.fullmatch(_DURATION, text):
        raise wrong(f"`{text[:40]}` is no duration", _duration_meant(text) or hint)
    seconds = sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d{1,20})\s{0,20}([smhdw])", text))
    if seconds > 10 * 366 * 86400:
        raise wrong(f"`{text[:40]}` is too long", "ten years at most")
    return timedelta(seconds=seconds)


def _kept(value: Any) -> timedelta | None:
    text = one_text(value, KEPT_HINT).lower()
    if text == "forever":
        return None
    if re.fullmatch(r"0*[1-9]\d{0,5}", text):
        raise wrong(f"`{text}` is no duration", f"add its unit: {int(text)}d for days")
    kept = _duration(text)
    if kept < timedelta(days=1):
        raise wrong("less than a day is not worth keeping", KEPT_HINT)
    return kept


def _every(value: Any) -> timedelta | None:
    """Return a time between polls, None for ``auto``."""
    if isinstance(value, str) and value.strip().lower() == "auto":
        return None
    return _duration(value)


def _obey(value: Any) -> bool:
    text = one_text(value, "write obey or ignore").lower()
    if text not in ("obey", "ignore"):
        raise wrong(f"`{text[:40]}` is neither obey nor ignore", "write obey or ignore")
    return text == "obey"


def _count(value: Any) -> int:
    text = one_text(value, "write a whole number")
    if not re.fullmatch(r"\d{1,6}", text):
        raise wrong(f"`{text[:40]}` is no whole number", "write digits only")
    return int(text)


def time_of_day(value: Any) -> time:
    """Return the time that a value such as ``08:00`` or ``8:00`` means. Raises :func:`wrong` for other values."""
    text = one_text(value, "write a time such as 08:00")
    found = re.fullmatch(TIME_OF_DAY, text)
    if not found:
        raise wrong(f"`{text[:40]}` is no time of day", f'write it as "{time_meant(text)}", in quotes')
    return time(int(found[1]), int(found[2]))


def _zone(value: Any) -> str:
    text = one_text(value, "write a zone such as Europe/Paris")
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise wrong(f"there is no time zone `{text[:60]}`", zone_meant(text)) from None
    return text


def day_of_week(text: str) -> int:
    """Return the number of a weekday, 0 for Monday."""
    found = [n for n, day in enumerate(_DAYS) if len(text) >= 3 and day.startswith(text.lower())]
    if not found:
        raise wrong(f"`{text[:40]}` is no day of the week", "write mon, tue, wed, thu, fri, sat or sun")
    return found[0]


def _days(value: Any) -> frozenset[int]:
    texts = texts_of(value)
    if any(re.fullmatch(r"week-?ends?", text.strip().lower()) for text in texts if isinstance(text, str)):
        raise wrong("a weekend is two days", "write [sat, sun]")
    days = frozenset(day_of_week(one_text(text, "write [sat, sun]")) for text in texts)
    if len(days) == len(_DAYS):
        raise wrong("all seven days are quiet: nothing would ever be sent", "leave one out")
    return days


def _flag(value: Any) -> bool:
    text = one_text(value, "write true or false").lower()
    if text not in _FLAGS:
        raise wrong(f"`{text[:40]}` is neither true nor false", "write true or false")
    return _FLAGS[text]


NEAR_WORD = 0.7
"""How alike one of a few words has to be to be proposed alone."""


def one_of(value: Any, what: str, allowed: tuple[str, ...]) -> str:
    """Return a text if it is one of the ``allowed`` words.

    ``what``: what the value is, for the error.
    """
    either = f"write {' or '.join(allowed)}"
    text = one_text(value, either)
    if text not in allowed:
        raise wrong(f"there is no {what} `{text[:60]}`", did_you_mean(text, allowed, NEAR_WORD) or either)
    return text


def _papers(value: Any) -> int:
    count = _count(value)
    if not count:
        raise wrong("a message without papers is no message", "write 1 or more, or leave it out")
    return count


def _score(value: Any) -> float:
    hint = "write a number between 0 and 1, as in 0.5: strong matches have that or more"
    text = one_text(value, hint).strip()
    if not re.fullmatch(r"0?\.\d{1,4}|1(\.0+)?", text) or not float(text):
        raise wrong(f"`{text[:40]}` is no score to choose by", hint)
    return float(text)


def _rate(value: Any) -> Rate:
    hint = "write a number per second, minute, hour or day, as in 20 per hour or 1/s"
    text = " ".join(one_text(value, hint).lower().split())
    found = re.fullmatch(_RATE, text)
    if not found:
        raise wrong(f"`{text[:40]}` is no rate", hint)
    if not int(found["most"]):
        raise wrong("nothing would ever be sent", hint)
    return Rate(int(found["most"]), timedelta(seconds=_UNITS[found["unit"][0]]))


def _backfill(value: Any) -> int:
    hint = "write none, or days such as 7d"
    text = one_text(value, hint).lower()
    if text == "none":
        return 0
    found = re.fullmatch(r"(\d{1,4})\s*d(?:ays?)?", text)
    if not found:
        raise wrong(f"`{text[:40]}` is no number of days", hint)
    return int(found[1])


def _name(value: Any) -> str:
    text = one_text(value, "write a name")
    if len(text) > 100 or not re.fullmatch(r"[\w][\w .+-]*", text):
        raise wrong(f"`{text[:60]}` cannot be a name", "use letters, digits, blanks, - _ . + and begin with a letter")
    return text


def _path(value: Any, what: str = "a folder") -> str:
    text = any_text(value, f"write the path of {what}")
    if looks_like_address(text):
        raise wrong("an address cannot stand here", f"write the path of {what}")
    return text


def _patterns(value: Any) -> list[str]:
    return [] if value == [] else [_path(text, "a file, or a pattern such as subs/*.yaml") for text in texts_of(value)]


def _string(pattern: str | None = None, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **({"pattern": f"^{pattern}$"} if pattern else {}), **more})


Listen = Annotated[
    ListenAddress, BeforeValidator(listen_address), _string(examples=["127.0.0.1:8380", "unix:/run/w.sock"])
]
Folder = Annotated[str, BeforeValidator(_path), _string()]
PemFile = Annotated[str, BeforeValidator(lambda value: _path(value, "a file in PEM")), _string()]
RuleText = Annotated[str, BeforeValidator(_rule), _string()]
WhereText = Annotated[str, BeforeValidator(_where), _string()]
Text = Annotated[str, BeforeValidator(lambda value: any_text(value, "write a text")), _string()]
Duration = Annotated[timedelta, BeforeValidator(_duration), _string(r"(\d+ *[smhdw] *)+", examples=["30m", "1h", "7d"])]
Kept = Annotated[timedelta | None, BeforeValidator(_kept), _string(examples=["90d", "52w", "forever"])]
Every = Annotated[
    timedelta | None, BeforeValidator(_every), _string(r"auto|(\d+ *[smhdw] *)+", examples=["auto", "30m", "1h"])
]
Obey = Annotated[bool, BeforeValidator(_obey), WithJsonSchema({"enum": ["obey", "ignore"]})]
Count = Annotated[int, BeforeValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0})]
Time = Annotated[time, BeforeValidator(time_of_day), _string(TIME_OF_DAY, examples=["08:00"])]
Zone = Annotated[str, BeforeValidator(_zone), _string(examples=["Europe/Paris", "UTC"])]
DaysText = Annotated[
    frozenset[int],
    BeforeValidator(_days),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "examples": [["sat", "sun"]]}),
]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
PaperCount = Annotated[int, BeforeValidator(_papers), WithJsonSchema({"type": "integer", "minimum": 1})]
Score = Annotated[
    float,
    BeforeValidator(_score),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1, "examples": [0.5]}),
]
PerTime = Annotated[Rate, BeforeValidator(_rate), _string(r"\d+ ?(/|per) ?[a-z]+", examples=["20 per hour", "1/s"])]
Backfill = Annotated[int, BeforeValidator(_backfill), _string(r"none|\d+ *d", examples=["none", "7d"])]
Name = Annotated[str, BeforeValidator(_name), _string()]
Unsubscribe = Annotated[str, BeforeValidator(unsubscribe_address), _string(examples=["watcher@lab.example"])]
WebAddress = Annotated[str, BeforeValidator(web_address), _string(format="uri")]
_TEXTS = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": ["string", "number"]}}]})
Texts = Annotated[list[str], BeforeValidator(texts_of), _TEXTS]
Excepted = Annotated[list[str], BeforeValidator(excepted), _TEXTS]
Accept = Annotated[
    list[str],
    BeforeValidator(lambda value: [] if value == [] else texts_of(value)),
    WithJsonSchema({"type": "array", "items": {"enum": [*WARNINGS]}}),
]
Patterns = Annotated[list[str], BeforeValidator(_patterns), _TEXTS]
"""Names or patterns of files; the files need not exist."""
