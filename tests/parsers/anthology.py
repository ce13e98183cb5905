"""The ACL Anthology's feed and collections, of our own making, in the shapes that its documentation describes."""

from __future__ import annotations

from collections.abc import Sequence

TITLE = "Proceedings of the 9th Workshop on Talking Tides (Volume 1: Long Papers)"


def item(number: int, id: str = "", more: str = "") -> str:
    """A paper of the feed. ``id``: of the paper, "" for one of a workshop."""
    own = id or f"2026.tides-long.{number}"
    said = f"Ada Amberg, Bo Brisk and Cy Dee in {TITLE}"
    return (
        f"<item><title>Talking to Tides, part {number}</title><link>https://aclanthology.org/{own}/</link>"
        f"<pubDate>Mon, 09 Mar 2026 00:00:00 +0000</pubDate><guid>{own}</guid>"
        f"<description>{more or said}</description></item>"
    )


def feed(items: Sequence[str]) -> bytes:
    """The feed of papers."""
    address = "https://aclanthology.org/papers/index.xml"
    return (
        '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Papers on ACL Anthology</title>'
        "<link>https://aclanthology.org/papers/</link><description>Recent content in Papers</description>"
        f'<atom:link href="{address}" rel="self" type="application/rss+xml" />{"".join(items)}</channel></rss>'
    ).encode()


def paper(number: int, more: str = "", *, doi: bool = True, title: str = "") -> str:
    """A paper of a collection. ``more``: elements beside the usual ones. ``doi``: it has one."""
    id = f"2026.tides-long.{number}"
    named = f"<doi>10.18653/v1/{id}</doi>" if doi else ""
    return (
        f'<paper id="{number}"><title>{title or f"Talking to <fixed-case>T</fixed-case>ides, part {number}"}</title>'
        '<author id="ada-amberg" orcid="0000-0002-1825-0097"><first>Ada</first><last>Amberg</last>'
        "<affiliation>Institute of Made-up Things</affiliation></author>"
        "<author><first>Bo</first><last>Brisk</last></author><pages>1–9</pages>"
        f"<abstract>We talk to <i>tides</i> and they answer: tide {number} says <tex-math>n^2</tex-math>.</abstract>"
        f'<url hash="61daae5b">{id}</url><bibkey>amberg-brisk-2026-talking</bibkey>{named}{more}</paper>'
    )


def volume(papers: Sequence[str], name: str = "long", ingested: str = "2026-03-09") -> str:
    """A volume of a collection."""
    meta = f"<booktitle>{TITLE}</booktitle><month>March</month><year>2026</year><venue>tides</venue>"
    front = '<frontmatter><url hash="0">2026.tides-long.0</url></frontmatter>'
    return (
        f'<volume id="{name}" type="proceedings" ingest-date="{ingested}"><meta>{meta}</meta>{front}'
        f"{''.join(papers)}</volume>"
    )


def collection(volumes: Sequence[str], id: str = "2026.tides") -> bytes:
    """A collection."""
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<collection id=\"{id}\">{''.join(volumes)}</collection>".encode()
