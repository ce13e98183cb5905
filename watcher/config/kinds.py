"""What a config's texts can mean: durations, times, zones, schedules; each reads one text and says what to write."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from watcher.alerts.cron import read_cron
from watcher.config.nearest import did_you_mean
from watcher.errors import CronError
from watcher.model import Rate, Rhythm, When

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = r"(\d{1,20}\s{0,20}[smhdw]\s{0,20})+"
_RATE = r"(?P<most>\d{1,6}) ?(/|per) ?(?P<unit>s|m|h|d|sec|min|second|minute|hour|day)"
_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WHEN = re.compile(rf"(?P<rhythm>daily|weekdays|weekly on (?P<day>[a-z]+)) at (?P<at>{_TIME})")
_CRON = re.compile(r"""cron (?P<quote>["']?)(?P<fields>[^"']*)(?P=quote)""")
KEPT_HINT = "write a duration such as 90d, or forever"
A_CRON = 'cron "30 8 * * mon-fri"'
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def wrong(what: str, hint: str = "") -> PydanticCustomError:
    """An error in our words, for pydantic to carry to its place."""
    return PydanticCustomError("watcher", "{what}", {"what": what, "hint": hint})


def _text(value: Any, hint: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong("a text is missing here" if value in (None, "") else "a single text belongs here", hint)
    return value.strip()


def _duration(value: Any) -> timedelta:
    hint = "write a number and s, m, h, d or w, as in 30m or 1h"
    text = _text(value, hint).lower()
    if not re.fullmatch(_DURATION, text):
        raise wrong(f"`{text[:40]}` is no duration", hint)
    seconds = sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d{1,20})\s{0,20}([smhdw])", text))
    if seconds > 10 * 366 * 86400:
        raise wrong(f"`{text[:40]}` is too long", "ten years at most")
    return timedelta(seconds=seconds)


def _kept(value: Any) -> timedelta | None:
    text = _text(value, KEPT_HINT).lower()
    if text == "forever":
        return None
    kept = _duration(text)
    if kept < timedelta(days=1):
        raise wrong("less than a day is not worth keeping", KEPT_HINT)
    return kept


def _every(value: Any) -> timedelta | None:
    """None for ``auto``."""
    if isinstance(value, str) and value.strip().lower() == "auto":
        return None
    return _duration(value)


def _obey(value: Any) -> bool:
    text = _text(value, "write obey or ignore").lower()
    if text not in ("obey", "ignore"):
        raise wrong(f"`{text[:40]}` is neither obey nor ignore", "write obey or ignore")
    return text == "obey"


def _count(value: Any) -> int:
    text = _text(value, "write a whole number")
    if not re.fullmatch(r"\d{1,6}", text):
        raise wrong(f"`{text[:40]}` is no whole number", "write digits only")
    return int(text)


def _time(value: Any) -> time:
    text = _text(value, "write a time such as 08:00")
    found = re.fullmatch(_TIME, text)
    if not found:
        raise wrong(f"`{text[:40]}` is no time of day", 'write it as "08:00", in quotes')
    return time(int(found[1]), int(found[2]))


def _zone(value: Any) -> str:
    text = _text(value, "write a zone such as Europe/Paris")
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        hint = did_you_mean(text, available_timezones()) or "write a name such as Europe/Paris or UTC"
        raise wrong(f"there is no time zone `{text[:60]}`", hint) from None
    return text


def _when(value: Any) -> When:
    hint = 'write immediately, hourly, daily at 08:00, weekdays at 08:00, weekly on mon at 08:00, or cron "0 8 * * mon"'
    text = " ".join(_text(value, hint).lower().split())
    if text in (Rhythm.IMMEDIATELY, Rhythm.HOURLY):
        return When(Rhythm(text))
    if found := _CRON.fullmatch(text):
        return _cron(found["fields"].strip())
    found = _WHEN.fullmatch(text)
    if not found:
        raise wrong(f"`{text[:60]}` is no schedule", hint)
    weekday = _day(found["day"]) if found["day"] else None
    return When(Rhythm(found["rhythm"].split()[0]), _time(found["at"]), weekday)


def _cron(fields: str) -> When:
    try:
        read_cron(fields)
    except CronError as error:
        raise wrong(error.what, error.hint) from None
    return When(Rhythm.CRON, cron=fields)


def _day(text: str) -> int:
    """0 for Monday."""
    found = [n for n, day in enumerate(_DAYS) if len(text) >= 3 and day.startswith(text.lower())]
    if not found:
        raise wrong(f"`{text[:40]}` is no day of the week", "write mon, tue, wed, thu, fri, sat or sun")
    return found[0]


def _days(value: Any) -> frozenset[int]:
    days = frozenset(_day(text) for text in _texts(value))
    if len(days) == len(_DAYS):
        raise wrong("all seven days are quiet: nothing would ever be sent", "leave one out")
    return days


def _flag(value: Any) -> bool:
    text = _text(value, "write true or false").lower()
    if text not in _FLAGS:
        raise wrong(f"`{text[:40]}` is neither true nor false", "write true or false")
    return _FLAGS[text]


def _papers(value: Any) -> int:
    count = _count(value)
    if not count:
        raise wrong("a message without papers is no message", "write 1 or more, or leave it out")
    return count


def _rate(value: Any) -> Rate:
    hint = "write a number per second, minute, hour or day, as in 20 per hour or 1/s"
    text = " ".join(_text(value, hint).lower().split())
    found = re.fullmatch(_RATE, text)
    if not found:
        raise wrong(f"`{text[:40]}` is no rate", hint)
    if not int(found["most"]):
        raise wrong("nothing would ever be sent", hint)
    return Rate(int(found["most"]), timedelta(seconds=_UNITS[found["unit"][0]]))


def _backfill(value: Any) -> int:
    hint = "write none, or days such as 7d"
    text = _text(value, hint).lower()
    if text == "none":
        return 0
    found = re.fullmatch(r"(\d{1,4})\s*d(?:ays?)?", text)
    if not found:
        raise wrong(f"`{text[:40]}` is no number of days", hint)
    return int(found[1])


def _name(value: Any) -> str:
    text = _text(value, "write a name")
    if len(text) > 100 or not re.fullmatch(r"[\w][\w .+-]*", text):
        raise wrong(f"`{text[:60]}` cannot be a name", "use letters, digits, blanks, - _ . + and begin with a letter")
    return text


def _texts(value: Any) -> list[str]:
    """One text, or a list of texts."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or not value:
        raise wrong("a list is missing here", "write [one, two], or one item a line with - before it")
    for item in value:
        if not isinstance(item, str):
            raise wrong("each item is one text", "put it into quotes")
    return [item.strip() for item in value]


def _url(value: Any) -> str:
    text = _text(value, "write https://…")
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise wrong("this is no web address", "write https://…")
    return text


def _unsubscribe(value: Any) -> str:
    """A web address, or an e-mail address with ``mailto:`` before it."""
    hint = "write watcher@lab.example or https://…"
    text = _text(value, hint)
    if text.startswith(("http://", "https://")):
        return _url(text)
    text = text.removeprefix("mailto:")
    if not re.fullmatch(r"[\w.+-]+@[A-Za-z0-9][A-Za-z0-9.-]*(\?[^\s<>]*)?", text, re.ASCII):
        raise wrong("this is neither an e-mail address nor a web address", hint)
    return f"mailto:{text}"


def _string(pattern: str | None = None, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **({"pattern": f"^{pattern}$"} if pattern else {}), **more})


Text = Annotated[str, BeforeValidator(lambda value: _text(value, "write a text")), _string()]
Duration = Annotated[timedelta, BeforeValidator(_duration), _string(r"(\d+ *[smhdw] *)+", examples=["30m", "1h", "7d"])]
Kept = Annotated[timedelta | None, BeforeValidator(_kept), _string(examples=["90d", "52w", "forever"])]
Every = Annotated[
    timedelta | None, BeforeValidator(_every), _string(r"auto|(\d+ *[smhdw] *)+", examples=["auto", "30m", "1h"])
]
Obey = Annotated[bool, BeforeValidator(_obey), WithJsonSchema({"enum": ["obey", "ignore"]})]
Count = Annotated[int, BeforeValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0})]
Time = Annotated[time, BeforeValidator(_time), _string(_TIME, examples=["08:00"])]
Zone = Annotated[str, BeforeValidator(_zone), _string(examples=["Europe/Paris", "UTC"])]
Schedule = Annotated[
    When,
    BeforeValidator(_when),
    _string(
        examples=[
            "immediately",
            "hourly",
            "daily at 08:00",
            "weekdays at 08:00",
            "weekly on mon at 08:00",
            A_CRON,
        ]
    ),
]
Days = Annotated[
    frozenset[int],
    BeforeValidator(_days),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "examples": [["sat", "sun"]]}),
]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Papers = Annotated[int, BeforeValidator(_papers), WithJsonSchema({"type": "integer", "minimum": 1})]
PerTime = Annotated[Rate, BeforeValidator(_rate), _string(r"\d+ ?(/|per) ?[a-z]+", examples=["20 per hour", "1/s"])]
Backfill = Annotated[int, BeforeValidator(_backfill), _string(r"none|\d+ *d", examples=["none", "7d"])]
Name = Annotated[str, BeforeValidator(_name), _string()]
Unsubscribe = Annotated[str, BeforeValidator(_unsubscribe), _string(examples=["watcher@lab.example"])]
WebAddress = Annotated[str, BeforeValidator(_url), _string(format="uri")]
Texts = Annotated[
    list[str],
    BeforeValidator(_texts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": ["string", "number"]}}]}),
]
