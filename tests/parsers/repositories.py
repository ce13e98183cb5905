"""Answers of repositories (OAI-PMH 2.0) of our own making: Dublin Core and arXiv's forms, errors, tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

DAY = date(2026, 3, 9)
ABSTRACT = "Kilns cool by less than 3 K a minute where nobody looks. We looked."


def answer(body: str) -> bytes:
    """An answer with something in it."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://a.example/ x.xsd">'
        "<responseDate>2026-03-09T12:00:00Z</responseDate>"
        f'<request verb="ListRecords" metadataPrefix="oai_dc">https://repository.example/oai</request>{body}</OAI-PMH>'
    ).encode()


def records(found: Sequence[str], token: str | None = None, size: int | None = None, cursor: int = 0) -> bytes:
    """A page of records; the last page of several has an empty token."""
    counts = "" if size is None else f' completeListSize="{size}" cursor="{cursor}"'
    end = "" if token is None else f"<resumptionToken{counts}>{token}</resumptionToken>"
    return answer(f"<ListRecords>{''.join(found)}{end}</ListRecords>")


def error(code: str, says: str = "") -> bytes:
    """An error in place of records."""
    return answer(f'<error code="{code}">{says}</error>')


def record(identifier: str, metadata: str, day: date | str = DAY, sets: Sequence[str] = ("theses",)) -> str:
    """A record; one without metadata is deleted."""
    listed = "".join(f"<setSpec>{one}</setSpec>" for one in sets)
    status = "" if metadata else ' status="deleted"'
    inner = f"<metadata>{metadata}</metadata>" if metadata else ""
    head = f"<identifier>{identifier}</identifier><datestamp>{day}</datestamp>{listed}"
    return f"<record><header{status}>{head}</header>{inner}</record>"


def dublin_core(
    number: int, *, identifiers: Sequence[str] = (), more: str = "", title: str = "Slow Kilns, part {n}"
) -> str:
    """A thesis in Dublin Core, as repositories write it."""
    named = "".join(f"<dc:identifier>{one}</dc:identifier>" for one in identifiers)
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title.replace('{n}', str(number))}</dc:title>"
        "<dc:creator>Amberg, Ada B.</dc:creator><dc:creator>Brisk, Bo</dc:creator>"
        f"<dc:subject>Kilns</dc:subject><dc:subject>slow  fire</dc:subject><dc:description>{ABSTRACT}</dc:description>"
        f"<dc:date>2026-03-08T10:20:30Z</dc:date><dc:date>2025-11</dc:date>{named}"
        f"<dc:type>info:eu-repo/semantics/doctoralThesis</dc:type><dc:language>en</dc:language>{more}</oai_dc:dc>"
    )


def thesis(number: int, day: date | str = DAY, **more: object) -> str:
    """A record of a thesis."""
    link = f"http://hdl.handle.net/2000/{number}"
    metadata = dublin_core(number, **({"identifiers": (link,)} | more))  # type: ignore[arg-type]
    return record(f"oai:repository.example:2000/{number}", metadata, day)


def arxiv(number: str, *, created: str = "2026-03-07", more: str = "", day: date | str = DAY) -> str:
    """A record of arXiv in its own form."""
    metadata = (
        '<arXiv xmlns="http://arxiv.org/OAI/arXiv/" xsi:schemaLocation="http://arxiv.org/OAI/arXiv/ '
        f'http://arxiv.org/OAI/arXiv.xsd"><id>{number}</id><created>{created}</created>'
        "<authors><author><keyname>Amberg</keyname><forenames>Ada B.</forenames><affiliation>Institute of Kilns"
        "</affiliation></author><author><keyname>Brisk</keyname><forenames>Bo</forenames><suffix>Jr.</suffix></author>"
        f"</authors><title>Slow Kilns:\n  Of {number}</title><categories>cs.LG stat.ML</categories>"
        "<comments>9 pages; accepted at KILN 2026. Code: https://github.com/kilns/slow</comments>"
        f"<license>http://license.example/</license><abstract>  {ABSTRACT}\n</abstract>{more}</arXiv>"
    )
    return record(f"oai:arXiv.org:{number}", metadata, day, ("cs:cs:LG", "stat:stat:ML"))


def arxiv_raw(
    number: str, *, versions: Sequence[str] = ("Sat, 7 Mar 2026 10:00:00 GMT",), day: date | str = DAY
) -> str:
    """A record of arXiv with all its versions."""
    listed = "".join(
        f'<version version="v{n}"><date>{at}</date><size>9kb</size><source_type>D</source_type></version>'
        for n, at in enumerate(versions, start=1)
    )
    metadata = (
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{number}</id><submitter>Ada Amberg</submitter>{listed}'
        f"<title>Slow Kilns: Of {number}</title>"
        "<authors>Ada B. Amberg (1), Bo Brisk (2) and Cy Corvin (2) ((1) Institute of Kilns, (2) Clay)</authors>"
        "<categories>cs.LG stat.ML</categories><comments>9 pages</comments>"
        "<journal-ref>J. Kilns 3 (2026) 1-9</journal-ref>"
        f"<doi>10.5555/kilns.{number}</doi><abstract>{ABSTRACT}</abstract></arXivRaw>"
    )
    return record(f"oai:arXiv.org:{number}", metadata, day, ("cs:cs:LG",))
