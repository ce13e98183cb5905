"""Papers that are hard to cite, and how the formats are read back."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.unit.messages import paper
from watcher.citations.formats import FORMATS
from watcher.model import Paper
from watcher.render.clean import squeeze

bibtexparser: Any = pytest.importorskip("bibtexparser")
rispy: Any = pytest.importorskip("rispy")

NASTY_TITLES = (
    "100% of C# & R_2 cost $5 ~ or $6 ^ each {un}balanced } { braces",
    r"\input{/etc/passwd} \write18{touch pwned} \end{document} \def\x{\x}\x",
    r"$\alpha$-Kilns with $M^3$ViT, $\frac{a}{b}$, $x^a^b$, $\undefined{x}$ and $\mathbb{R}^{d_1}$",
    r"na\"{\i}ve Kilns of G\"odel, \textbf{bold} and \emph{so} on \\ with 56.0\%",
    "日本語の題名 и кириллица, αβγ, עברית, العربية, 👩‍👧 emoji, Nguyễn Đức ơn",
    "\u202eback\u202c \x1b[31mred \u200b=SUM(A1) @article{evil, title={x}} \n@misc{y,\n}",
    "``Quoted'' -- dashes --- and “curly” … ?` ,, <b>bold</b> | \"straight\"",
    "A Survey of mRNA, BERT and GPT-4: Q-learning, iPhone and LoRA+",
    '@string{x = "y"} % comment # {{7*7}} \\\\',
    "\\",
    "}",
    "ends with a backslash \\",
)
NASTY_AUTHORS = (
    "Ada van der Brisk", "Brisk, Jr., Ada", "John Fern III", "KILN Collaboration", "Moss and Sons", "Plato",
    "Łukasz Ångström", "Nguyễn Văn Đức", "José Ortega y Gasset", "王小明", "de la Cruz, Jo", "AND, And", "{x",
    "a, b, c, d", "Team for Kilns & Pots", "O'Neil-Smith, Di", "Fern, Ada and Bo", "d'Alembert, Jean", "\\evil{x}",
    "Cy %x Ivy", "أحمد علي",
)  # fmt: skip
VENUES = ("Kiln Letters", "Proceedings of the 9th Workshop on Pots", "NeurIPS 2026", "J. Clay & Fire", None)

DECODER: Any = pytest.importorskip("pylatexenc.latex2text").LatexNodes2Text(
    keep_braced_groups=False, math_mode="verbatim"
)

texts = (
    st.text(max_size=60)
    | st.text(alphabet="ab AB\\{}$%&#_^~<>\"'`-,@=+;: \n.é日α", max_size=40)
    | st.sampled_from(NASTY_TITLES)
)
names = st.text(max_size=30) | st.text(alphabet="ab AB,.{}\\&and ", max_size=20) | st.sampled_from(NASTY_AUTHORS)


@st.composite
def hard_papers(draw: st.DrawFn) -> Paper:
    """Papers with anything in their texts; ids are such as parsers let through."""
    id = draw(st.from_regex(r"2[0-6]0[1-9]\.\d{5}", fullmatch=True) | st.none())
    doi = draw(st.from_regex(r"10\.\d{4,5}/[a-z0-9()<>;:_%#{}.-]{1,20}", fullmatch=True) | st.none())
    return paper(
        key=f"arxiv:{id}" if id else f"doi:{doi}" if doi else f"url:{draw(texts)}",
        title=draw(texts),
        abstract=draw(texts),
        authors=tuple(draw(st.lists(names, max_size=4))),
        arxiv_id=id,
        doi=doi,
        note=draw(texts | st.none()),
        venue=draw(texts | st.sampled_from(VENUES)),
        keywords=tuple(draw(st.lists(texts, max_size=3))),
        categories=tuple(draw(st.lists(st.sampled_from(["cs.CL", "hep-th", "a}b"]), max_size=2))),
        url=draw(st.sampled_from(["https://kiln.example/a_b%20c?d=1#e", "https://kiln.example/{x}", None])),
    )


def written_as(name: str, *papers: Paper) -> str:
    """Papers in one of the formats."""
    return "".join(FORMATS[name].written((one, None) for one in papers))


def read_bibtex(text: str) -> list[dict[str, Any]]:
    """The entries of a bibliography as bibtexparser has them, with the authors in their parts."""
    layers = [bibtexparser.middlewares.SeparateCoAuthors(), bibtexparser.middlewares.SplitNameParts()]
    library = bibtexparser.parse_string(text, append_middleware=layers)
    assert library.failed_blocks == []
    return [{"key": one.key, "type": one.entry_type, **{f.key: f.value for f in one.fields}} for one in library.entries]


def decoded(text: str) -> str:
    """A field's text without TeX, but for its formulas."""
    plain: str = DECODER.latex_to_text(text)
    return plain


def said(text: str) -> str:
    """What a text says: its letters, digits and signs, without blanks, braces and the shapes of quotes and dashes."""
    plain = unicodedata.normalize("NFKC", squeeze(text)).translate(str.maketrans("‘’“”–—˜ˆ", "''\"\"--~^"))
    plain = plain.replace("''", '"').replace("`", "'").replace("ϕ", "φ").replace("ϵ", "ε")
    return re.sub(r"[\s{}$\\]|-+|\.\.\.|\"+|'+", "", plain)


def full_name(parts: Any) -> str:
    """A name as people read it, from the parts that bibtexparser found."""
    return decoded(" ".join([*parts.first, *parts.von, *parts.last, *parts.jr]))
