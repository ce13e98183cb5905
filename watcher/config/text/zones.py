"""Guess which time zone was meant by a name that is none."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from watcher.config.text.nearest import did_you_mean

_ABBREVIATED = {
    **dict.fromkeys(("PST", "PDT", "PT"), "America/Los_Angeles"),
    **dict.fromkeys(("EDT", "ET"), "America/New_York"),
    **dict.fromkeys(("CST", "CDT", "CT"), "America/Chicago"),
    **dict.fromkeys(("MDT", "MT"), "America/Denver"),
    **dict.fromkeys(("BST", "UK"), "Europe/London"),
    **dict.fromkeys(("CEST", "MEZ", "MESZ"), "Europe/Berlin"),
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
    **dict.fromkeys(("JST",), "Asia/Tokyo"),
    **dict.fromkeys(("IST",), "Asia/Kolkata"),
    **dict.fromkeys(("MSK",), "Europe/Moscow"),
    **dict.fromkeys(("Z", "ZULU"), "UTC"),
}


_CITIES = {
    "Europe/Berlin": "frankfurt munich muenchen hamburg cologne koeln stuttgart heidelberg bonn dresden germany",
    "Europe/Paris": "lyon marseille toulouse grenoble strasbourg france",
    "Europe/London": "oxford cambridge manchester edinburgh england britain scotland united_kingdom",
    "Europe/Zurich": "geneva basel lausanne bern switzerland zuerich",
    "Europe/Rome": "milan turin bologna pisa italy",
    "Europe/Madrid": "barcelona valencia spain",
    "America/New_York": "boston washington philadelphia atlanta princeton pittsburgh baltimore",
    "America/Los_Angeles": "san_francisco seattle san_diego stanford berkeley palo_alto california",
    "America/Chicago": "houston dallas austin texas",
    "America/Toronto": "montreal ottawa",
    "Asia/Shanghai": "beijing shenzhen guangzhou hangzhou china peking",
    "Asia/Kolkata": "bangalore bengaluru mumbai delhi new_delhi chennai hyderabad pune india",
    "Asia/Tokyo": "kyoto osaka japan",
    "Asia/Jerusalem": "haifa israel",
    "Australia/Sydney": "canberra",
    "America/Sao_Paulo": "rio_de_janeiro rio brasilia brazil",
}
"""Zones, each with places that people name for it and after which no zone is called."""


def zone_meant(text: str) -> str:
    """Return what to write instead of an unknown zone, never just a zone with a similar name."""
    place = "write a place such as Europe/Paris, or UTC"
    if found := _ABBREVIATED.get(text.upper()):
        return f"write {found}, or another place that has it"
    if re.search(r"[+\d]", text) or ("/" not in text and text.isupper()):
        return f"{place}: a place knows its summer time"
    named = re.sub(r"[\s-]+", "_", text.rpartition("/")[2].strip()).lower()
    if zone := next((zone for zone, cities in _CITIES.items() if named in cities.split()), ""):
        return f"no zone is called so: write {zone}, which has its time"
    # The place is compared, not the continent: all of Europe is alike by its first seven letters.
    places: dict[str, list[str]] = {}
    for name in available_timezones():
        if "/" in name:
            places.setdefault(name.rpartition("/")[2], []).append(name)
    near = did_you_mean(named, places, 0.7)
    if not near:
        return f"{place}: zones are called after a few large cities, take one with your clock"
    meant = places[near.split("`")[1]]
    begin = text.partition("/")[0].lower()
    return f"did you mean `{min(meant, key=lambda one: (one.partition('/')[0].lower() != begin, len(one), one))}`?"
