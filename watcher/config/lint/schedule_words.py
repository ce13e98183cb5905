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
_ZONE = re.compile(r"\b(?:utc|gmt|[a-z]{1,2}[se]t|[a-z]{1,2}[sd]t)$")
_EVERY = re.compile(r"every (?P<count>\d{1,3}|other|second|two|three) ?(?P<unit>hour|h|min|m|week|w|day|d)[a-z]*\b")
_MONTHLY = re.compile(r"month|\b\d{1,2}(?:st|nd|rd|th)\b|first of|last day")
_MONTH_DAY = re.compile(r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)\b|on (?:the )?(?P<bare>\d{1,2})(?![\d:.])")
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
    found = _rhythm(text, *_times(text))
    return found + ", and the zone in timezone:" if found and _ZONE.search(text) else found


def _times(text: str) -> tuple[str, str]:
    """Return the hours in a text, joined by commas, and the minute; 8 and 00 if there are none."""
    hours: list[int] = []
    minute = 0
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


def _rhythm(text: str, hours: str, minute: str) -> str:
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
    if days:
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
