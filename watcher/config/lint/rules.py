"""Find warnings and errors in a subscription's rule, however it is written, at the part that they are about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from watcher.config.checking import Checker, Path
from watcher.config.text.harmless import looks_like_address, quoted_value, secret_from
from watcher.config.text.nearest import near_or_known
from watcher.errors import RuleError
from watcher.parsers.arxiv.taxonomy import ARCHIVES
from watcher.parsers.common.categories import category_meant, is_unknown_to_arxiv
from watcher.rules import Rule, cause_of, doubtful, find_bounds, misread_item, plainly_wrong
from watcher.rules.language.tree import Exact, Label, Near, TextTerm, leaves

ReadRule = Callable[[str], Rule]


def is_plainly_wrong(checker: Checker, path: Path, text: str, *, is_item: bool = False) -> bool:
    """Note everything in a rule that can only be meant otherwise than it would be read; return whether there was any.

    ``is_item``: the text is an item of a list, not a whole rule.
    """
    found = plainly_wrong(text, is_item=is_item)
    if found is None:
        return False
    error = RuleError(found.what, start=found.start, hint=found.hint)
    cause = cause_of(text, error)
    is_before = cause.start < error.start
    checker.note_rule(path, cause if is_before else error, "wrong-rule" if is_before else found.name)
    return True


def warn_of_item(checker: Checker, path: Path, item: str) -> None:
    """Warn if an item of a list is probably not meant as a single term."""
    if found := misread_item(item):
        checker.warn(path, *_shown(item, found.what, found.hint), name=found.name, at=found.start)


def warn_of_misread(checker: Checker, path: Path, text: str) -> None:
    """Warn of parts of a valid rule that were probably meant otherwise."""
    for found in doubtful(text):
        checker.warn(path, *_shown(text, found.what, found.hint), name=found.name, at=found.start)


def warn_of_words(checker: Checker, path: Path, where: Rule) -> bool:
    """Warn of the first plain word in ``where:``; return whether there is one."""
    for leaf, (start, _) in zip(leaves(where.tree), where.spans, strict=True):
        if isinstance(leaf, TextTerm | Near | Exact) and leaf.field is None and not leaf.about:
            what = f"{quoted_value(leaf.written)} is looked for as a word: it compares nothing"
            hint = "write a comparison such as upvotes>=20; words belong into rule:, any: or all:"
            checker.warn(path, what, hint, name="where-without-comparison", at=start)
            return True
    return False


def warn_of_bounds(
    checker: Checker, pieces: Iterable[tuple[Path, str]], rule: Rule, read: ReadRule, sources: Sequence[str]
) -> None:
    """Warn of parts that make a rule impossible, or make it fit everything.

    ``pieces``: (path, text) of the parts of the rule, in the order of the rule's leaves.
    ``read``: compiles a rule.
    ``sources``: names of the sources that the subscription reads, empty for all.
    """
    found = list(find_bounds(rule, sources))
    places = _places(pieces, read) if found else []
    for one in found:
        path, start, text = places[one.leaf]
        checker.warn(path, *_shown(text, one.what, one.hint), name=one.name, at=start)


def warn_of_labels(
    checker: Checker, pieces: Iterable[tuple[Path, str]], rule: Rule, read: ReadRule, sources: Collection[str]
) -> None:
    """Warn of sources that the config does not have, categories that arXiv does not have, and arXiv's archives.

    ``pieces``: (path, text) of the parts of the rule, in the order of the rule's leaves.
    """
    wrong = [(n, leaf) for n, leaf in enumerate(leaves(rule.tree)) if isinstance(leaf, Label) and not leaf.is_prefix]
    if not wrong:
        return
    places = _places(pieces, read)
    known = {name.lower() for name in sources}
    for n, leaf in wrong:
        path, start, _ = places[n]
        if leaf.field == "source" and leaf.value not in known and " " not in leaf.value:
            what, hint = f"the config has no source {quoted_value(leaf.value)}", near_or_known(leaf.value, sources)
            checker.warn(path, what, hint, name="source-not-in-config", at=start)
        elif leaf.field == "category" and leaf.value in ARCHIVES:
            what = f"no paper of arXiv is in {leaf.value} itself"
            checker.warn(path, what, f"write category:{leaf.value}.*", name="archive-without-star", at=start)
        elif leaf.field == "category" and is_unknown_to_arxiv(leaf.value):
            meant = category_meant(leaf.value)
            hint = f"write category:{meant}" if meant else "see arxiv.org/category_taxonomy"
            what = f"arXiv has no category {quoted_value(leaf.value)} that is known here"
            checker.warn(path, what, hint, name="unknown-category", at=start)


def _places(pieces: Iterable[tuple[Path, str]], read: ReadRule) -> list[tuple[Path, int, str]]:
    """Return (path, offset in the text, text) for each leaf of a rule."""
    places: list[tuple[Path, int, str]] = []
    for path, text in pieces:
        is_whole = path[-1] in ("rule", "where")
        places += [(path, start if is_whole else 0, text) for start, _ in read(text).spans]
    return places


def _shown(text: str, what: str, hint: str) -> tuple[str, str]:
    """Return both texts, replaced if they may quote a secret that stands in place of a rule."""
    if looks_like_address(text) or secret_from(text) < len(text):
        return "this is probably not read as it is meant", "see docs/rules.md"
    return what, hint
