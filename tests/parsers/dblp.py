"""Answers of DBLP, of our own making, in the shapes that its documentation describes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

SEARCH = "https://dblp.org/search/publ/api"
DAY = date(2026, 3, 9)


def hit(number: int, day: date = DAY, **values: Any) -> dict[str, Any]:
    """A hit of the search, with everything that is read of it."""
    info = {
        "authors": {
            "author": [
                {"@pid": "65/9612", "text": "Ada Amberg"},
                {"@pid": "12/345-6", "text": "Bo Brisk 0006"},
            ]
        },
        "title": f"Sorting Shells &amp; Sand, part {number}.",
        "venue": "SHELL",
        "pages": f"{number}-{number + 9}",
        "year": str(day.year),
        "type": "Conference and Workshop Papers",
        "access": "open",
        "key": f"conf/shell/AmbergB26x{number}",
        "doi": f"10.5555/SHELL.{number}",
        "ee": f"https://doi.org/10.5555/SHELL.{number}",
        "url": f"https://dblp.org/rec/conf/shell/AmbergB26x{number}",
        **values,
    }
    return {"@score": "2", "@id": str(number), "info": info, "url": f"URL#{number}"}


def hits(found: Sequence[object], total: int | None = None, code: str = "200") -> bytes:
    """An answer of the search."""
    about = {"@total": str(len(found) if total is None else total), "@computed": str(len(found))}
    listed = {**about, "@sent": str(len(found)), "@first": "0", **({"hit": list(found)} if found else {})}
    status = {"@code": code, "text": "OK" if code == "200" else "Service Unavailable"}
    result = {"query": "shell*", "status": status, "time": {"@unit": "msecs", "text": "1.2"}}
    return json.dumps({"result": {**result, "completions": {"@total": "0"}, "hits": listed}}).encode()


def record(number: int, name: str = "inproceedings", more: str = "", **attributes: str) -> str:
    """A publication in the record of a person. ``more``: elements beside the usual ones, or in place of them."""
    given = {"key": f"conf/shell/AmbergB26x{number}", "mdate": "2026-03-09", **attributes}
    usual = (
        f"<title>Sorting Shells &amp; <i>Sand</i>, part {number}.</title>"
        "<pages>1-9</pages><year>2026</year><booktitle>SHELL</booktitle>"
        f"<ee>https://doi.org/10.5555/SHELL.{number}</ee><url>db/conf/shell/shell2026.html#AmbergB26</url>"
    )
    people = (
        '<author pid="65/9612" orcid="0000-0002-1825-0097">Ada Amberg</author>'
        '<author pid="12/345-6">Bo Brisk 0006</author>'
    )
    pairs = " ".join(f'{key}="{value}"' for key, value in given.items())
    return f"<r><{name} {pairs}>{people}{more or usual}</{name}></r>"


def person(records: Sequence[str]) -> bytes:
    """The record of a person."""
    about = '<person key="homepages/65/9612" mdate="2020-01-01"><author pid="65/9612">Ada Amberg</author></person>'
    others = '<coauthors n="1"><co c="0"><na pid="12/345-6">Bo Brisk 0006</na></co></coauthors>'
    head = f'<dblpperson name="Ada Amberg" pid="65/9612" n="{len(records)}">'
    return f'<?xml version="1.0"?>{head}{about}{"".join(records)}{others}</dblpperson>'.encode()
