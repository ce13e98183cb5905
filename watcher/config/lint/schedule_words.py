"""Guess which schedule was meant by words that are none."""

from __future__ import annotations

import re
from difflib import get_close_matches

_NOW = re.compile(r"now|instant(?:ly)?|asap|always|real-?time|immediate?ly|immediate|live|at once|sofort")
_WEEKDAYS = re.compile(
    r"week-?days?|work(?:ing)?-? ?days?|business ?days?|mon(?:day)? ?(?:-|to) ?fri(?:day)?|werktags?"
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = re.compile(rf"\b({'|'.join(_DAYS)})(?:s|days?|sdays?|nesdays?|rsdays?|urdays?|nes|rs|r)?\b")
_CRON = re.compile(r"[\d*][\d*/,-]*(?: [\d*a-z?#/,-]+){4}")
_AT_SIGN = {
    "@hourly": "hourly",
    "@daily": "daily at 00:00",
    "@midnight": "daily at 00:00",
    "@weekly": "weekly on sun at 00:00",
    "@monthly": "monthly on the 1st at 00:00",
}
_TIME = re.compile(
    r"(?:at |@ ?|um |^|and |, ?| )(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d))? ?(?P<half>am|pm)?(?![\d:])(?!st|nd|rd|th)"
    r"|\b(?P<long>\d\d)(?P<rest>[0-5]\d)\b"
)
_ZONE = re.compile(r"\b(?:utc|gmt|[a-z]{1,2}[se]t|[a-z]{1,2}[sd]t|[a-z]+/[a-z_]+)$")
_EVERY = re.compile(r"every (?P<count>\d{1,3}|other|second|two|three) ?(?P<unit>hour|h|min|m|week|w|day|d)[a-z]*\b")
_MONTHLY = re.compile(r"month|\b\d{1,2}(?:st|nd|rd|th)\b|first of|last day")
_MONTH_DAY = re.compile(r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)\b|on (?:the )?(?P<bare>\d{1,2})(?![\d:.])")
_WEEKEND = re.compile(r"week-?ends?|wochenende|sat(?:urday)?s? ?(?:-|to|and|&|,) ?sun(?:day)?s?")
_NOT_ON_WEEKENDS = re.compile(r"(?:except|but|not|without|no|skip)\b.*week-?ends?")
_FORTNIGHT = re.compile(r"fortnight|bi-?weekly|every (?:other|second) (?:week|mon|tue|wed|thu|fri|sat|sun)")
_TWICE = re.compile(r"twice|two times|2x|bidaily")
_SPAN = re.compile(r"(?P<iso>pt?)?(?P<count>[1-9]\d{0,2}) ?(?P<unit>[hdwm])")
_FIXED = (
    (re.compile(r"quarter"), 'cron "{minute} {hours} 1 1,4,7,10 *"'),
    (re.compile(r"year|annual"), 'cron "{minute} {hours} 1 1 *"'),
)
"""Patterns of rhythms that only a cron expression has, each with that expression."""

_DAILY = re.compile(r"da[iy]l?y|day|morning|evening|night|noon|t[aä]glich|jeden|^\d|^at ")
_WORDS = ("immediately", "hourly", "daily", "weekdays", "weekly", "monthly")


def time_meant(text: str) -> str:
    """Return the time that was probably meant by a text, as HH:MM; 08:00 if nobody can tell."""
    hours, minute = _times(f"at {text.lower()}")
    return f"{int(hours.partition(',')[0]):02d}:{minute}"


def schedule_meant(text: str) -> str:
    """Return the schedule that was probably meant by a text in lower case, "" if nobody can tell."""
    if re.match(r"\d{4}-", text):
        return ""
    if _CRON.fullmatch(text):
        return f'cron "{text}"'
    if text in _AT_SIGN:
        return _AT_SIGN[text]
    if _NOW.fullmatch(text):
        return "immediately"
    if span := _SPAN.fullmatch(text):
        return _of_span(int(span["count"]), "month" if span["iso"] == "p" and span["unit"] == "m" else span["unit"])
    found = _rhythm(text, *_times(text))
    return found + ", and the zone in timezone:" if found and _ZONE.search(text) else found


def _times(text: str) -> tuple[str, str]:
    """Return the hours in a text, joined by commas, and the minute; 8 and 00 if there are none."""
    hours: list[int] = []
    minute = 0
    text = re.sub(r"\bmid-?night\b", "at 00:00", re.sub(r"\b(?:noon|midday)\b", "at 12:00", text))
    text = re.sub(r"\bat at\b", "at", text)
    for found in _TIME.finditer(text):
        before = text[: found.start()]
        if before.endswith("every") or re.search(r"\b(?:on|the)$", before):
            continue
        hour = int(found["hour"] or found["long"]) + (12 if found["half"] == "pm" and found["hour"] != "12" else 0)
        if hour > 24:
            continue
        hours.append(hour % 24)
        minute = int(found["minute"] or found["rest"] or 0)
    return ",".join(map(str, hours[:4] or [8])), f"{minute if minute < 60 else 0:02d}"


def _of_span(count: int, unit: str) -> str:
    """Return the schedule that comes every so many minutes, hours, days, weeks or months."""
    if unit == "month":
        return "monthly on the 1st at 08:00"
    if unit == "m":
        return f'cron "*/{count} * * * *"' if 1 < count < 60 else "hourly" if count > 1 else "immediately"
    hours = count * {"h": 1, "d": 24, "w": 168}[unit]
    if hours <= 1:
        return "hourly"
    if hours < 24:
        return f'cron "0 */{hours} * * *"'
    days = hours // 24
    return (
        "daily at 08:00"
        if days <= 1
        else "weekly on mon at 08:00"
        if days == 7
        else f"every {min(days, 366)} days at 08:00"
    )


def _of_odd_rhythm(text: str, hours: str, minute: str) -> str:
    """Return the schedule of weekends, fortnights, quarters, years and twice a day, "" for any other rhythm."""
    first = hours.partition(",")[0]
    if _NOT_ON_WEEKENDS.search(text):
        return f"weekdays at {int(first):02d}:{minute}"
    if _WEEKEND.search(text):
        return f'cron "{int(minute)} {hours} * * sat,sun"'
    if _FORTNIGHT.search(text):
        return f"every 14 days at {int(first):02d}:{minute}"
    if _TWICE.search(text) and "," not in hours and "week" not in text:
        return f'cron "{int(minute)} {first},{max(int(first) + 10, 18) % 24} * * *"'
    fixed = (cron for form, cron in _FIXED if form.search(text))
    return next(fixed, "").format(minute=int(minute), hours=first)


def _rhythm(text: str, hours: str, minute: str) -> str:
    if odd := _of_odd_rhythm(text, hours, minute):
        return odd
    if every := _EVERY.search(text):
        return _every(every, hours, minute)
    days = list(dict.fromkeys(found[1] for found in _DAY.finditer(text)))
    on_weekdays = _WEEKDAYS.search(text) is not None
    if "," in hours or (len(days) > 1 and not on_weekdays):
        which = "mon-fri" if on_weekdays else ",".join(days) or "*"
        return f'cron "{int(minute)} {hours} * * {which}"'
    at = f"{int(hours):02d}:{minute}"
    if on_weekdays:
        return f"weekdays at {at}"
    if days and "month" not in text:
        return f"weekly on {days[0]} at {at}"
    if _MONTHLY.search(text):
        return _monthly(text, at)
    if "week" in text:
        return f"weekly on mon at {at}"
    if "hour" in text:
        return "hourly"
    if _DAILY.search(text):
        return f"daily at {at}"
    near = get_close_matches(text.partition(" ")[0], _WORDS, 1, 0.75)
    return "" if not near else near[0] if near[0] in _WORDS[:2] else _rhythm(near[0], hours, minute)


def _every(found: re.Match[str], hours: str, minute: str) -> str:
    count = int(found["count"]) if found["count"].isdecimal() else 3 if found["count"] == "three" else 2
    at = f"{int(hours.partition(',')[0]):02d}:{minute}"
    match found["unit"][0]:
        case "h":
            return "hourly" if count == 1 else f'cron "0 */{min(max(count, 2), 23)} * * *"'
        case "m":
            return f'cron "*/{min(max(count, 2), 59)} * * * *"'
        case "w":
            count *= 7
    return f"every {min(count, 366)} days at {at}" if count > 1 else f"daily at {at}"


def _monthly(text: str, at: str) -> str:
    found = _MONTH_DAY.search(text)
    day = int(found["day"] or found["bare"]) if found else 31 if "last" in text else 1
    ending = {1: "st", 21: "st", 31: "st", 2: "nd", 22: "nd", 3: "rd", 23: "rd"}.get(day, "th")
    return f"monthly on the {day}{ending} at {at}" if 1 <= day <= 31 else f"monthly on the 31st at {at}"
