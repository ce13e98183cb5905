"""Write texts so that LaTeX shows them as they are: formulas stay formulas, and nothing else in them is a command."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from watcher.citations.formulas import LONGEST, is_settable
from watcher.citations.signs import ACCENTS, IN_MATHS, LETTERS, NOT_EVERYWHERE
from watcher.render.readable import is_formula, readable

_FORMULA = re.compile(rf"(?<!\\)\$([^$]{{1,{LONGEST}}})(?<!\\)\$|\\\(((?:(?!\\\)).){{1,{LONGEST}}})\\\)")
_APART = "\0"
"""Put between characters that TeX would otherwise join."""

_ASCII = {
    _APART: "{}",
    "\\": r"\textbackslash{}", "{": r"\ensuremath{\lbrace}", "}": r"\ensuremath{\rbrace}", "$": r"\$", "&": r"\&",
    "%": r"\%", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}", "|": r"\ensuremath{|}", "`": r"\textasciigrave{}",
}  # fmt: skip
_PUNCTUATION = {
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\ldots{}",
}
_LIGATURE = re.compile(r"--+|,,+|''+|[?!]`")
_WORD = re.compile(r"(\s+)")
_SENTENCE_END = ":?!.–—"
_SMALL_WORDS = frozenset(
    ["with", "from", "into", "over", "than", "that", "under", "between", "through", "without", "using"]
)
"""Words that are written small in titles in which all other words begin with a capital."""

_BASE = re.compile(r"[A-Za-zı]")


def tex_of(text: str) -> str:
    """Return a text in TeX. Formulas in it are kept, other TeX in it is made readable first."""
    return "".join(f"${formula}$" if formula else escaped(plain) for plain, formula in _pieces(text))


def tex_title(title: str) -> str:
    """Return a title in TeX, with braces around what no style may write small: BERT, mRNA, A in a name, formulas."""
    pieces = list(_pieces(title))
    keeps_capitals = _is_sentence("".join(plain for plain, _ in pieces))
    written, is_start = list[str](), True
    for plain, formula in pieces:
        if formula:
            written.append(f"{{${formula}$}}")
            is_start = False
            continue
        for word in _WORD.split(plain):
            written.append(_word(word, is_start=is_start, keeps_capitals=keeps_capitals))
            is_start = word.endswith(tuple(_SENTENCE_END)) if word.strip() else is_start
    return "".join(written)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield (plain text, "") and ("", formula) pairs in the order of the text."""
    at = 0
    for found in _FORMULA.finditer(text):
        formula = found[1] or found[2]
        if (found[2] or is_formula(formula)) and is_settable(formula):
            yield readable(text[at : found.start()]), ""
            yield "", formula
            at = found.end()
    yield readable(text[at:]), ""


def _is_sentence(title: str) -> bool:
    """Return whether a title is written like a sentence, so that words with capitals are names."""
    words = [word for word in title.split()[1:] if len(word) > 3 and word.isalpha() and word not in _SMALL_WORDS]
    return sum(word[0].islower() for word in words) * 2 >= max(len(words), 1)


def _word(word: str, *, is_start: bool, keeps_capitals: bool) -> str:
    letters = [letter for letter in word if letter.isalpha()]
    is_name = keeps_capitals and not is_start
    has_capital = any(letter.isupper() for letter in (letters if is_name else letters[1:]))
    is_letter = len(letters) == 1 and letters[0].isupper() and len(word.strip(".,;:!?()")) > 1
    is_first_of_parts = bool(re.match(r"\W*[A-Z]-", word))
    if not (has_capital or is_letter or is_first_of_parts):
        return escaped(word)
    before, core, after = re.fullmatch(r"([^\w\\]*)(.*?)([\W_]*)", word, re.DOTALL).groups()  # type: ignore[union-attr]
    written = escaped(core)
    # BibTeX takes a brace before a command for a letter with an accent, and would make what it holds small.
    kept = f"{{{{{written}}}}}" if written.startswith("\\") else f"{{{written}}}"
    return f"{escaped(before)}{kept}{escaped(after)}"


def escaped(text: str) -> str:
    """Return a text in TeX in which no character has a special meaning."""
    apart = _LIGATURE.sub(lambda found: _APART.join(found[0]), unicodedata.normalize("NFC", text.replace(_APART, "")))
    return "".join(map(_sign, apart))


def _sign(sign: str) -> str:
    if sign.isascii():
        return _ASCII.get(sign, sign)
    if sign in LETTERS:
        return f"{{\\{LETTERS[sign]}}}"
    if sign in IN_MATHS:
        return f"\\ensuremath{{\\{IN_MATHS[sign]}}}"
    if sign in _PUNCTUATION:
        return _PUNCTUATION[sign]
    return _accented(sign) or sign


def _accented(sign: str) -> str:
    """Return a letter with accents as TeX commands, "" for other characters. BibTeX's styles cut names by bytes."""
    apart = unicodedata.normalize("NFD", sign)
    base, marks = apart[:1], apart[1:]
    if not marks or not _BASE.fullmatch(base) or not all(mark in ACCENTS for mark in marks):
        return ""
    for mark in marks:
        command = ACCENTS[mark]
        base = f"\\{command}{{{base}}}" if command.isalpha() or len(base) > 1 else f"\\{command}{base}"
    return f"{{{base}}}"


def stand_ins(written: Iterable[str]) -> Iterator[str]:
    """Yield definitions that LaTeX must read before these texts, so that no character or command in them stops it.

    pdfLaTeX shows the number of a character that it does not know. If the document has a font with the character, or in
    XeLaTeX and LuaLaTeX, the character itself is shown.

    ``written``: the texts, in TeX.
    """
    commands: set[str] = set()
    others: set[str] = set()
    for text in written:
        commands.update(re.findall(r"\\[A-Za-z]+", text))
        others.update(sign for sign in text if not sign.isascii())
    yield from (NOT_EVERYWHERE[one] for one in sorted(commands & NOT_EVERYWHERE.keys()))
    if others:
        yield (
            r"\providecommand{\watcherlacks}[2]{\ifdefined\XeTeXrevision\else\ifdefined\directlua\else"
            r"\ifcsname u8:\detokenize{#1}\endcsname\else"
            r"\expandafter\gdef\csname u8:\detokenize{#1}\endcsname{#2}\fi\fi\fi}"
        )
    for sign in sorted(others):
        yield f"\\watcherlacks{{{sign}}}{{{_shown_instead(sign)}}}"


def _shown_instead(sign: str) -> str:
    """Return what is shown for an unknown character: a Latin letter's base, nothing for a mark, or else the number."""
    base = unicodedata.normalize("NFKD", sign)[:1]
    if base.isascii() and base.isalnum():
        return base
    return "" if unicodedata.category(sign) in ("Mn", "Me", "Cf", "Cc") else f"[{ord(sign):04X}]"
