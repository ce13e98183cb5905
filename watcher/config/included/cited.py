"""Read the papers whose citations are asked for or told, from files of references and from ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from watcher.config.checking import Checker
from watcher.config.checking import Path as Place
from watcher.config.included.libraries import LibraryFiles, references_in
from watcher.config.written_rule import place_of_item, with_places
from watcher.files.read import name_in_one_line
from watcher.model import Source
from watcher.parsers.openalex.citing import doi_of_key
from watcher.parsers.openalex.keys import cited_papers
from watcher.parsers.references import read_ids

MOST_CITED = 500
"""Most ids in one subscription: they become a rule, and rules are bounded."""


def cited_by(checker: Checker, path: Place, given: Sequence[str], files: LibraryFiles) -> tuple[str, ...]:
    """Return the keys (``arxiv:…``, ``doi:…``) of the papers that ``cites:`` names, each once.

    What is wrong is noted in ``checker`` at ``path``. A paper with an arXiv id and a DOI has two keys, since
    OpenAlex may have its preprint and its article.
    """
    found: dict[str, None] = {}
    for n, item in with_places(list(given)):
        place = place_of_item(checker, path, n)
        read = references_in(checker, place, item, files)
        if read is None:
            continue
        keys = [_asked_for(one.keys) for one in read.papers]
        if not any(keys) and read_ids([item]).papers:
            what = f"{name_in_one_line(item)} has a sign that OpenAlex cannot be asked for"
            checker.note(place, what, "leave it out", name="wrong-value")
            continue
        found |= dict.fromkeys(key for some in keys for key in some)
        if nameless := keys.count(()):
            what = f"{name_in_one_line(item)}: {nameless} of {len(keys)} papers have no arXiv id and no DOI"
            if odd := [key for one in read.papers for key in one.keys if not _asked_for(one.keys)]:
                what += f" that OpenAlex can be asked for ({', '.join(odd)[:60]})"
            checker.warn(place, what, "add eprint or doi to their entries", name="cited-without-id")
    return tuple(found)


def _asked_for(keys: Sequence[str]) -> tuple[str, ...]:
    """Return those of a paper's keys by which OpenAlex can be asked for it, each paper of arXiv by its arXiv id."""
    dois = {doi: key for key in reversed(keys) if (doi := doi_of_key(key)) is not None}
    return tuple(key for key in keys if key in dois.values())


def cites_rule(keys: Sequence[str]) -> str:
    """Return a rule for the papers that cite any of these."""
    return " OR ".join(f'cites:"{key}"' if set(key) & set("()[]{} ;*") else f"cites:{key}" for key in keys)


def warn_of_unasked(checker: Checker, path: Place, keys: Sequence[str], sources: Iterable[Source]) -> None:
    """Warn of papers that a subscription wants the citations of, while no source asks for them."""
    asked = {key for one in sources for key in cited_papers(one)}
    missing = [key for key in keys if key not in asked]
    if not missing:
        return
    shown = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    hint = "name them in a source, too: sources: {citing: {kind: openalex, cites: […]}}"
    checker.warn(path, f"no source asks who cites {shown}", hint, name="citations-not-asked")


def cited_rule(
    checker: Checker, path: Place, given: Sequence[str] | None, files: LibraryFiles, sources: Iterable[Source] | None
) -> str | None:
    """Return the rule of a subscription's ``cites:``, "" without that key, None if it names no paper, which is noted.

    ``sources``: those of the config, None if one of them is not valid.
    """
    if given is None:
        return ""
    cited = cited_by(checker, path, given, files)
    if len(cited) > MOST_CITED:
        what = f"these are {len(cited):,} ids, and a subscription has {MOST_CITED} at most"
        hint = "make several, or write rule: has:cites for all that the sources ask for"
        checker.note(path, what, hint, name="wrong-value")
        return None
    if not cited:
        if not checker.is_broken:
            checker.note(path, "no paper with an arXiv id or DOI is named", "write some", name="wrong-value")
        return None
    if sources is not None:
        warn_of_unasked(checker, path, cited, sources)
    return cites_rule(cited)
