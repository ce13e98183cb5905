"""The table of operators and signs that mean something in other query languages, and nothing in rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from watcher.rules.language.terms import COMPARED, FIELDS


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pattern, and what is said about what it matches.

    ``what``: what is wrong.
    ``hint``: returns what to write instead of a match.
    ``in_quotes``: the pattern is for the whole text, even for what is in quotes.
    """

    name: str
    pattern: re.Pattern[str]
    what: str
    hint: Callable[[re.Match[str]], str]
    in_quotes: bool = False


def _as_written(found: re.Match[str]) -> str:
    return f'write {found["field"]}:"{found["words"]}"; a topic beside it in small letters'


def _day_meant(found: re.Match[str]) -> str:
    years = re.findall(r"\d{4}", found[0])
    if not years or int(years[0]) < 1900:
        return "leave it out, only what is new is told; or write published>=2026-01-31"
    first = "<" if re.match(r"(?i)before|until", found[0]) else ">="
    until = f" published<{int(years[-1]) + 1}-01-01" if len(years) > 1 else ""
    return f"leave it out, only what is new is told; or write published{first}{years[0]}-01-01{until}"


_ANY_FIELD = "|".join((*FIELDS, *COMPARED.split("|")))
_START = r"(?:(?<=[\s(])|^)"
_OPERATORS = {"Or": "OR", "ODER": "OR", "OU": "OR", "And": "AND", "UND": "AND", "ET": "AND", "AND/OR": "OR"}
_OF_TWO_LETTERS = {"AB": "abstract", "AU": "author", "SO": "venue", "OG": "org", "AK": "keyword", "KP": "keyword"}
DIALECTS = (
    Doubt(
        "foreign-operator",
        re.compile(
            rf"{_START}(?:Or|And|Not|ANDNOT|AndNot|AND-NOT|AND/OR|OR-NOT|XOR|ODER|UND|NICHT)(?=[\s(])"
            r"|(?<=[a-z] )(?:OU|ET|SAUF)(?= [a-z])"
        ),
        "it is read as a word, not as an operator",
        lambda found: f"write {_OPERATORS.get(found[0], 'NOT')}",
    ),
    Doubt(
        "foreign-operator",
        re.compile(
            rf"{_START}(?:(?:NEAR|ADJ|WITHIN|ONEAR|PRE|SAME|AROUND)(?:/?\d{{1,3}})?|(?i:(?:near|[wn])/\d{{1,3}}))"
            r"(?:\s*\([^()]*\)|(?=[\s(]))"
        ),
        "it is read as a word, not as an operator",
        lambda found: 'for words near each other write "a b"~5',
    ),
    Doubt(
        "foreign-operator",
        re.compile(
            rf"(?i){_START}\.?(?:(?:TITLE|ABS|KEY|AUTH|ALL|SRCTITLE|AFFIL|DOCTYPE|LANGUAGE|SUBJAREA|EXCLUDE|LIMIT|AUTHOR)"
            r"(?:-[A-Z-]+)?|select|contains|test|regexp?|match|lower|T[SI]|A[BU])=?\(.*"
        ),
        "what stands before a parenthesis is read as a word",
        lambda found: "write title:word, abstract:word or author:name of each word",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{_START}(?:[A-Z]{{2}})=(?=[\w\"])"),
        "this is no field: it is read as a word",
        lambda found: f"write {_OF_TWO_LETTERS.get(found[0][:2], 'title')}:word",
    ),
    Doubt(
        "foreign-operator",
        re.compile(
            rf"{_START}(?:SELECT|WHERE|(?:\w+\s+)?(?:LIKE|BETWEEN|CONTAINS))(?=\s).*|"
            rf"(?i:(?:{'|'.join(FIELDS)})\s+(?:in|is)\s(?=\(|not|null)).*|"
            rf"{_START}(?i:(?:{'|'.join(FIELDS)})\s+(?:contains?|includes?|has|have|matches|equals|mentions?|like)(?=\s)).*|"
            r"(?<=\S )in (?:the )?(?:titles?|abstracts?)\s*$"
        ),
        "this is read as words",
        lambda found: "write the words that a paper has to have, title:word for a field",
    ),
    Doubt(
        "foreign-operator",
        re.compile(r"(?<=[a-z]:)[a-z]{1,2}/[^\s/\"]+/[a-z]{0,4}(?=[\s)]|$)"),
        "a regex begins with /, right behind its field: this is read as words",
        lambda found: f"write /{found[0].split('/')[1]}/",
    ),
    Doubt(
        "foreign-operator",
        re.compile(r"^\s*(?i:all|anything|any|none|nothing|true|every|(?:all|any|every) papers?)\s*$"),
        "it is looked for as a word, and stands for nothing else",
        lambda found: "write the words that a paper has to have, or `everything` for all papers",
    ),
    Doubt(
        "foreign-operator",
        re.compile(
            rf"(?i){_START}(?:(?:the )?(?:last|past|previous|next) \d+ (?:hours?|days?|weeks?|months?|years?)|"
            r"since (?:yesterday|last \w+|\d{4})|(?:after|before|until|from|in) (?:19|20)\d\d(?: to (?:19|20)\d\d)?"
            r"|(?:19|20)\d\d[-–—](?:19|20)\d\d)(?=[\s)]|$)"
        ),
        "no time is read here: these are words that have to stand in the paper",
        _day_meant,
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"(?i){_START}(?:{_ANY_FIELD})\s+:(?=\S)"),
        "no blank stands before the colon of a field: this is read as words",
        lambda found: f"write {found[0].split()[0]}:word",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{_START}\+(?=\w)"),
        "the + means nothing: every word has to be there",
        lambda found: "leave it out",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{_START}(?:{_ANY_FIELD}|all(?:in)?title|(?:all)?intitle|inauthor|subject):(?=\s|$|\))"),
        "no blank stands between a field and its word: this is read as a word",
        lambda found: f"write {found[0]}word",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{_START}(?:{'|'.join(FIELDS)})\s*(?:==?|!=|=~|~)\s*(?=[^\s=])"),
        "a field takes a colon: this is read as words",
        lambda found: f"write {re.split('[=~! ]', found[0])[0]}:word",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{_START}/[^\s/]+/[a-z]{{1,4}}(?=[\s)]|$)"),
        "a regex needs a field: this is read as words",
        lambda found: f"write title:/(?i){found[0].split('/')[1]}/",
    ),
    Doubt(
        "number-without-comparison",
        re.compile(rf"(?i){_START}upvotes(?=[\s)]|$)(?!\s*[<>=≥≤!])"),
        "it is looked for as a word: it compares nothing",
        lambda found: "write a comparison such as upvotes>=20",
    ),
    Doubt(
        "number-without-comparison",
        re.compile(
            rf"(?i){_START}(?:{COMPARED})\s?(?:[<>]=?|=)\s?\d+ "
            r"(?:(?:up-?)?votes?|likes?|points?|stars?|comments?|replies)(?=[\s)]|$)(?!\s*[<>=≥≤!])"
        ),
        "a number has no unit: the word behind it is looked for",
        lambda found: "leave it out",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(_START + r"[a-z_]{3,}=[a-z]{3,}(?=[\s)]|$)"),
        "a = between two words means nothing: both have to be there",
        lambda found: "write title:word for a field, or the words alone",
    ),
    Doubt(
        "name-without-quotes",
        re.compile(
            rf"{_START}(?P<field>author|venue|org):(?P<words>[^\s\"()*,]+(?:,?\s+(?!(?:OR|AND|NOT)\b)[A-Z](?:[a-z'-]+|\.?)(?=[\s)]|$))+)"
        ),
        "a field takes one word: what follows may stand anywhere",
        _as_written,
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(r'(?:(?<=[\s(])|^)"-(?=[^\W\d])[^"]*"'),
        "a minus within quotes excludes nothing",
        lambda found: f'write -"{found[0][2:]}',
        in_quotes=True,
    ),
    Doubt(
        "foreign-operator",
        re.compile(r'(?:(?<=[\s(])|^)"[^"]*[a-z]\s+(?:OR|AND|NOT)\s+[a-z][^"]*"'),
        "within quotes this is no operator: the phrase has to stand as it is",
        lambda found: "write quotes around each phrase, and the operator between them",
        in_quotes=True,
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(
            r"(?<!\S)[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|"
            r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff](?=[\s\"():]|$)|"
            r"(?<![^\s(])(?:O[\u200b-\u200d\u2060]R|A[\u200b-\u200d\u2060]ND|N[\u200b-\u200d\u2060]OT)(?!\S)"
        ),
        "an invisible sign stands here, beside which no operator is read",
        lambda found: "remove it, or write the line anew",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(r"(?i)(?<![^\W\d_])(?=[^\W\d_]*[A-Z])(?=[^\W\d_]*[Ѐ-ӿ])[^\W\d_]+"),
        "letters of two alphabets are mixed in this word, which look alike",
        lambda found: "write it anew on one keyboard",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(r"&(?:amp|quot|lt|gt|nbsp|apos|#\d{1,5});"),
        "this is how HTML writes a sign: here it is read as a word",
        lambda found: "write the sign itself",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}[^\s\"()]*%(?:2[0-9A-F]|3[A-F])[^\s\"()]*"),
        "this is how addresses write a sign: here it is read as a word",
        lambda found: "write the sign itself",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}[^\s\"()]*\d\.{{2,3}}\d[^\s\"()]*"),
        "two dots are no range: these are words",
        lambda found: "write upvotes>=20 or published>=2026-01-31",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(
            r"\\(?:[bBwWdDsS](?=[+*?{\s)\\]|$)|b(?=\w+\\b)|[-+!(){}\[\]*?:/|&](?=\w)|(?=[\"\s]))|(?:(?<=\s)|^)\^(?=\w)"
        ),
        "signs of a regex, and backslashes, mean nothing outside of /…/",
        lambda found: "write the words alone, or title:/…/ for a regex",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(r"(?:(?<=\s)|^)[^\s$\"()]*\w\$\w*(?=[\s)]|$)"),
        "the $ stands for no letter, and for no end",
        lambda found: "write the words with OR, or the beginning of a word and *",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}`[^`]*`|``"),
        "this is no quote: these are words that may stand anywhere",
        lambda found: 'write "…" around a phrase',
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(r'(?<=")\^[\d.]*(?=[\s)]|$)'),
        "a phrase has no weight",
        lambda found: "leave it out",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(r'"[^"]*\w"\*'),
        "the * stands within the quotes",
        lambda found: f'write {found[0][:-2]}*"',
        in_quotes=True,
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}=\w[^\s\"()*]*\*"),
        "the * means nothing behind =: the word is taken as it stands",
        lambda found: f"write {found[0][1:]} for its beginning, or {found[0][:-1]}",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}@(?=\w)"),
        "the @ means nothing: it is looked for as a word",
        lambda found: "write author:name for a name",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}#(?=[a-z]{{2}})"),
        "the # means nothing: it is looked for as a word",
        lambda found: "write the word alone, or keyword:word",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}[^\s\"()]*\w\?(?=\s*$)"),
        "a rule is no question: every word has to stand in the paper",
        lambda found: "write the few words that matter, with OR between those of which one is enough",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}[–—−‐‑‒―﹣⁃¬](?=\w)"),
        "this sign is no minus: the word is asked for, not excluded",
        lambda found: "write - or NOT",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(r"(?<=[a-z]:)/[^\s/\"]*(?=\s|$|\))"),
        "a regex ends with /: this is read as words",
        lambda found: f"write {found[0]}/, or quotes around it",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}/\w[^\s/\"()]*(?=\s|$|\))"),
        "the / means nothing here: a regex stands behind a field, between two of them",
        lambda found: f"write title:{found[0]}/ for a regex, or the word alone",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}\(\?[a-z]{{1,4}}\)"),
        "these are flags of a regex, and mean nothing outside one",
        lambda found: "leave them out: capitals do not matter",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}['‘][^\s'’]+['’](?=[\s)]|$)"),
        "single quotes mean nothing in a rule",
        lambda found: f'write "{found[0][1:-1]}"',
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}(?:[^\s\"()]+,(?=\s|$)|[^\s\"(),;]+;|[^\s\"()]*[^\W\d],[^\W\d])[^\s\"()]*"),
        "the comma or semicolon means nothing: every word has to be there",
        lambda found: "write OR between words of which one is enough; put quotes around a phrase",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}!(?=\w)"),
        "the ! means nothing: the word is asked for, not excluded",
        lambda found: "write - or NOT",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}[^\s\"()|]+\|[^\s\"()]*"),
        "the bar means nothing: every word has to be there",
        lambda found: "write OR",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}\w(?:[^\s\"()~^]*~|[^\s\"()~^]{{2,}}\^)[\d.]*(?=[\s)]|$)"),
        "a word has neither a distance nor a weight: the sign is left out, a number is a word",
        lambda found: "write the word alone, or word* for its beginning",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}\w+\?\w[^\s\"()]*"),
        "the question mark stands for no letter: it is read as a blank",
        lambda found: "write the words with OR, or the beginning of a word and *",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{_START}(?:<\w[^\s<>]*>|%\w+%|\$[a-z]\w+(?![^\s]*\$)|~\w[\w-]*)"),
        "this is no placeholder, and its signs mean nothing",
        lambda found: "write the word alone",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(r"(?:(?<=[\s(\"])|^)[^\s\"()\[{]*(?<![\^_])[\[{][^\s\"()]*"),
        "brackets and braces mean nothing",
        lambda found: "write ( and ) for a group, title:word for a field",
    ),
)
