"""Run ``watcher like``: show the stored papers that are like others."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watcher.cli import rules, show
from watcher.cli.completion import PERSON
from watcher.cli.desk import CliContext
from watcher.cli.numbers import AtLeast
from watcher.errors import UsageError
from watcher.files.read import NotRead, read_given
from watcher.model import STRONG_FROM, Hit, LikedPaper, Paper, rank_of, stars_of
from watcher.model.objects import paper_json
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.parsers.references import ReadLibrary
    from watcher.pipeline.liking.profiles import PhraseSample
    from watcher.rules.likes.profile import Profile
    from watcher.store import Transaction

LARGEST = 20_000_000
"""Most bytes of a file of references."""

SHOWN = 20
MISTAKES_SHOWN = 5

ComparedPaper = tuple[Paper, Hit]


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID|FILE]...")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="BibTeX, RIS, CSL JSON, or ids.")
@click.option("--starred", is_flag=True, help="What was starred (`watcher star`).")
@click.option("--by", metavar="PERSON", type=PERSON, help="Whose stars are meant.  [everybody's]")
@click.option(
    "--since", metavar="DAY", callback=rules.day_option, help="Only papers announced since then: 30d, 2026-03-01."
)
@click.option("--limit", type=AtLeast(0), metavar="N", help=f"The first N papers.  [{SHOWN}, --json all]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array with every paper, the closest first.")
@click.pass_obj
def like(
    desk: CliContext,
    ids: tuple[str, ...],
    files: tuple[Path, ...],
    starred: bool,
    by: str | None,
    since: date | None,
    limit: int | None,
    as_json: bool,
) -> int:
    """Show which stored papers are like some others, closest first, as a subscription with `like:` would tell them.

    ID is an arXiv id, a DOI, a link, a key or the title of a stored paper; FILE is BibTeX, RIS, CSL JSON or a list of
    ids. What is in the library itself is left out.
    """
    if by is not None and not starred:
        raise UsageError("--by says whose stars are meant: write --starred as well")
    named = [Path(one) for one in ids if _is_file(one)]
    ids = tuple(one for one in ids if not _is_file(one))
    library = (*library_of_files([*named, *files]), *([stars_of(by or "")] if starred else []))
    config = desk.config(required=False)
    with desk.open_store(config) as store, store.reading() as tx:
        from watcher.pipeline.liking.profiles import make_profile, read_sample

        library = (*_named(tx, ids), *library)
        if not library:
            raise UsageError("no paper to compare with: name ids, or a file such as refs.bib")
        say_textless(tx, library)
        sample = read_sample(tx)
        profile = make_profile(tx, library, sample.rarity)
        if not profile.liked:
            raise UsageError("no paper is starred" + (f" by {by}" if by else "") + "; `watcher star PAPER` stars one")
        found = list(_compared(tx, profile, sample, since))
        most = len(found) if as_json and limit is None else SHOWN if limit is None else limit
        if as_json:
            click.echo(show.json_text([paper_json(*one) for one in _shown(tx, profile, sample, found[:most])]))
            return 0
        close = sum(score >= STRONG_FROM for _, score in found)
        lines = _shown(tx, profile, sample, found[: min(close, most)])
        for line in _lines(profile, lines, close, len(found), since):
            click.echo("".join(show.visible(character) for character in line))
    return 0


def _is_file(word: str) -> bool:
    """Return whether an argument names a file; what is an arXiv id, a DOI or a link is none."""
    from watcher.parsers.references import read_ids

    return not read_ids([word]).papers and os.path.isfile(word)


def library_of_files(files: Sequence[Path]) -> tuple[LikedPaper, ...]:
    """Return the papers in files of references. Parts that cannot be read are named on stderr.

    Raises ``UsageError`` if nothing can be read.
    """
    from watcher.parsers.references import read_library

    papers: list[LikedPaper] = []
    for file in files:
        data = read_given(file, LARGEST)
        if isinstance(data, NotRead):
            raise UsageError(f"{file} cannot be read: {data.what}" + (f"; {data.hint}" if data.hint else ""))
        read = read_library(data)
        papers += read.papers
        _say_mistakes(str(file), read)
    if files and not papers:
        raise UsageError(f"no paper stands in {', '.join(map(str, files))}")
    return tuple(papers)


def say_textless(tx: Transaction, library: Sequence[LikedPaper]) -> None:
    """Say on stderr which papers count for nothing: they are not stored, and their files have no words of them."""
    from watcher.pipeline.liking.profiles import stored_of

    bare = [
        n for n, one in enumerate(library) if one.keys and one.starred_by is None and not (one.title or one.abstract)
    ]
    stored = stored_of(tx, [library[n] for n in bare])
    names = [library[number].keys[0].partition(":")[2] for n, number in enumerate(bare) if n not in stored]
    if not names:
        return
    more = f" and {len(names) - MISTAKES_SHOWN} more" if len(names) > MISTAKES_SHOWN else ""
    click.echo(
        f"warning: of {', '.join(names[:MISTAKES_SHOWN])}{more} nothing is known until a source lists "
        f"{'it' if len(names) == 1 else 'them'}; a file with titles and abstracts says what to look for",
        err=True,
    )


def _say_mistakes(file: str, read: ReadLibrary) -> None:
    for one in read.mistakes[:MISTAKES_SHOWN]:
        name = f"`{one.entry}`: " if one.entry else ""
        click.echo(f"{file}:{one.line}: warning: {name}{one.what}; {one.hint}", err=True)
    if (more := len(read.mistakes) - MISTAKES_SHOWN) > 0:
        click.echo(f"{file}: … and {counted(more, 'more')} that are not read", err=True)


def _named(tx: Transaction, ids: Sequence[str]) -> Iterator[LikedPaper]:
    """Yield the papers with these ids, keys, links or titles. Raises ``UsageError`` for an unknown paper."""
    from watcher.cli.naming import paper_named

    for id in ids:
        paper = paper_named(tx, id, "stored paper or file")
        yield LikedPaper(title=paper.title, keys=(paper.key,))


def _compared(
    tx: Transaction, profile: Profile, sample: PhraseSample, since: date | None
) -> Sequence[tuple[int, float]]:
    """Return (paper id, score) of all papers that are not in the library, best first."""
    from watcher.rules.likes.profile import score_of_closeness

    ranked = []
    for paper in tx.papers.all(since):
        if not profile.has(paper):
            score = score_of_closeness(profile.closeness(sample.vector(paper)), profile.line)
            ranked.append((rank_of(paper, score), paper.id, score))
    return [(id, score) for _, id, score in sorted(ranked)]


def _shown(
    tx: Transaction, profile: Profile, sample: PhraseSample, found: Sequence[tuple[int, float]]
) -> Iterator[ComparedPaper]:
    """Yield papers with their hits. Only those that would be told have a reason."""
    from watcher.rules import document_of
    from watcher.rules.likes.profile import because

    for at in range(0, len(found), 200):
        some = found[at : at + 200]
        for paper, (_, score) in zip(tx.papers.get(id for id, _ in some), some, strict=True):
            is_close = score >= STRONG_FROM
            why = because(profile, document_of(paper), sample.vector(paper)) if is_close else None
            yield paper, Hit(score, because=why)


def _lines(
    profile: Profile, papers: Iterator[ComparedPaper], close: int, compared: int, since: date | None
) -> Iterator[str]:
    """Yield the lines that show papers, 80 columns wide: score, day, title; which papers and words they are like."""
    days = f" since {since}" if since else ""
    yield f"compared {counted(compared, 'stored paper')}{days} with {counted(len(profile.liked), 'paper')}"
    yield f"{close} would be told (score from {STRONG_FROM:.2f} on)"
    shown = 0
    for paper, hit in papers:
        shown += 1
        id = paper.key.removeprefix("arxiv:")
        yield ""
        yield f"{hit.score:.2f}  {paper.digest_day}  {rules.fit_line(paper.title, max(60 - len(id), 20))}  {id}"
        if hit.because:
            yield from textwrap.wrap(
                hit.because.in_words, rules.WIDTH, initial_indent="      ", subsequent_indent="      "
            )
    if close > shown:
        yield f"… and {close - shown} more (--limit {close})"
