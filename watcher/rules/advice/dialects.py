"""The table of operators that mean something in other query languages, and nothing in rules."""

from __future__ import annotations

import re

from watcher.rules.advice.doubts import START, Doubt
from watcher.rules.advice.signs import SIGNS
from watcher.rules.language.elsewhere import field_elsewhere
from watcher.rules.language.terms import COMPARED, DAYS, FIELDS


def _as_written(found: re.Match[str]) -> str:
    return f'write {found["field"]}:"{found["words"]}"; a topic beside it in small letters'


def _day_meant(found: re.Match[str]) -> str:
    years = re.findall(r"\d{4}", found[0])
    if not years or int(years[0]) < 1900:
        return "leave it out, only what is new is told; or write published>=2026-01-31"
    first = "<" if re.match(r"(?i)before|until", found[0]) else ">="
    until = f" published<{int(years[-1]) + 1}-01-01" if len(years) > 1 else ""
    return f"leave it out, only what is new is told; or write published{first}{years[0]}-01-01{until}"


def _of_tag(found: re.Match[str]) -> str:
    """Return what to write for a word with PubMed's tag behind it."""
    words, tag = re.sub('"+', '"…"', found["words"]), found["tag"].lower().partition(":")[0]
    tag = {"title": "ti", "author": "au", "mesh terms": "mh", "all fields": "all", "journal": "ta"}.get(tag, tag)
    field = field_elsewhere(tag)
    if field in DAYS:
        return _day_meant(found) if re.search(r"\d{4}", words) else "write published>=2026-01-31"
    if field is None:
        return "leave out what stands in brackets"
    return f"write {field}:{words}" if field else f"write {words} alone"


def _of_two_letters(found: re.Match[str]) -> str:
    """Return what to write for a field of the Web of Science."""
    field = field_elsewhere(found[0][:2].lower()) or _OF_TWO_LETTERS.get(found[0][:2])
    if field in DAYS:
        year = re.match(r"\d{4}", found.string[found.end() :])
        return f"write {field}>={year[0] if year else 2026}-01-01"
    return f"write {field}:word" if field else "write the word alone"


_ANY_FIELD = "|".join((*FIELDS, *COMPARED.split("|")))
_OPERATORS = {
    "Or": "OR",
    "ODER": "OR",
    "OU": "OR",
    "oder": "OR",
    "ou": "OR",
    "und": "AND",
    "et": "AND",
    "And": "AND",
    "UND": "AND",
    "ET": "AND",
    "AND/OR": "OR",
}
_OF_TWO_LETTERS = {"OG": "org", "AK": "keyword", "KP": "keyword", "WC": "category", "SU": "category", "DO": "id"}
"""Fields of the Web of Science that no other language calls so."""

DIALECTS = (
    Doubt(
        "foreign-operator",
        re.compile(r'(?P<words>(?<!")"+|(?<![^\s"()\[\]])[^\s"()\[\]]+)\[(?P<tag>[A-Za-z][A-Za-z/:~\d ]{1,30})\]'),
        "a field stands before its word: what stands in brackets is read as words",
        _of_tag,
    ),
    Doubt(
        "foreign-operator",
        re.compile(
            rf"{START}(?:Or|And|Not|ANDNOT|AndNot|AND-NOT|AND/OR|OR-NOT|XOR|ODER|UND|NICHT)(?=[\s(])"
            r"|(?<=[a-z] )(?:OU|ET|SAUF)(?= [a-z])|(?<=\w )(?:und|oder|et(?! al)|ou)(?= \w)"
        ),
        "it is read as a word, not as an operator",
        lambda found: f"write {_OPERATORS.get(found[0], 'NOT')}",
    ),
    Doubt(
        "foreign-operator",
        re.compile(
            rf"{START}(?:(?:NEAR|ADJ|WITHIN|ONEAR|PRE|SAME|AROUND)(?:/?\d{{1,3}})?"
            r"|(?i:(?:near|[wn])/\d{1,3}|within \d{1,2} words(?: of)?))"
            r"(?:\s*\([^()]*\)|(?=[\s(]))"
        ),
        "it is read as a word, not as an operator",
        lambda found: 'for words near each other write "a b"~5',
    ),
    Doubt(
        "foreign-operator",
        re.compile(
            rf"(?i){START}\.?(?:(?:TITLE|ABS|KEY|AUTH|ALL|SRCTITLE|AFFIL|DOCTYPE|LANGUAGE|SUBJAREA|EXCLUDE|LIMIT|AUTHOR"
            r"|DOI|ISSN|EID|PMID|[A-Z]{2}(?==))"
            r"(?:-[A-Z-]+)?|select|contains|test|regexp?|match|lower|T[SI]|A[BU])=?\(.*"
        ),
        "what stands before a parenthesis is read as a word",
        lambda found: "write title:word, abstract:word or author:name of each word",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{START}(?:[A-Z]{{2}})=(?=[\w\"])"),
        "this is no field: it is read as a word",
        _of_two_letters,
    ),
    Doubt(
        "foreign-operator",
        re.compile(
            rf"{START}(?:SELECT|WHERE|(?:\w+\s+)?(?:LIKE|BETWEEN|CONTAINS))(?=\s).*|"
            rf"(?i:(?:{'|'.join(FIELDS)})\s+(?:in|is)\s(?=\(|not|null)).*|"
            rf"{START}(?i:(?:{'|'.join(FIELDS)})\s+(?:contains?|includes?|has|have|matches|equals|mentions?|like)(?=\s)).*|"
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
            rf"(?i){START}(?:(?:the )?(?:last|past|previous|next) \d+ (?:hours?|days?|weeks?|months?|years?)|"
            r"since (?:yesterday|last \w+|\d{4})|(?:after|before|until|from|in) (?:19|20)\d\d(?: to (?:19|20)\d\d)?"
            r"|(?:19|20)\d\d[-–—](?:19|20)\d\d)(?=[\s)]|$)"
        ),
        "no time is read here: these are words that have to stand in the paper",
        _day_meant,
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"(?i){START}(?:{_ANY_FIELD})\s+:(?=\s*[\w\"])"),
        "no blank stands before the colon of a field: this is read as words",
        lambda found: f"write {found[0].split()[0]}:word",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{START}\+(?=\w)"),
        "the + means nothing: every word has to be there",
        lambda found: "leave it out",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{START}(?:{_ANY_FIELD}|all(?:in)?title|(?:all)?intitle|inauthor|subject):(?=\s|$|\))"),
        "no blank stands between a field and its word: this is read as a word",
        lambda found: f"write {field_elsewhere(found[0][:-1]) or found[0][:-1]}:word",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{START}(?:{'|'.join(FIELDS)})\s*(?:==?|!=|=~|~)\s*(?=[^\s=])"),
        "a field takes a colon: this is read as words",
        lambda found: f"write {re.split('[=~! ]', found[0])[0]}:word",
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"{START}/[^\s/]+/[a-z]{{1,4}}(?=[\s)]|$)"),
        "a regex needs a field: this is read as words",
        lambda found: f"write title:/(?i){found[0].split('/')[1]}/",
    ),
    Doubt(
        "number-without-comparison",
        re.compile(rf"(?i){START}upvotes(?=[\s)]|$)(?!\s*[<>=≥≤!])"),
        "it is looked for as a word: it compares nothing",
        lambda found: "write a comparison such as upvotes>=20",
    ),
    Doubt(
        "number-without-comparison",
        re.compile(
            rf"(?i){START}(?:{COMPARED})\s?(?:[<>]=?|=)\s?\d+ "
            r"(?:(?:up-?)?votes?|likes?|points?|stars?|comments?|replies)(?=[\s)]|$)(?!\s*[<>=≥≤!])"
        ),
        "a number has no unit: the word behind it is looked for",
        lambda found: "leave it out",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(START + r"[a-z_]{3,}=[^\s()\"=]{3,}(?=[\s)]|$)"),
        "a = between two words means nothing: both have to be there",
        lambda found: "write title:word for a field, or the words alone",
    ),
    Doubt(
        "name-without-quotes",
        re.compile(
            rf"{START}(?P<field>author|venue|org):(?P<words>[^\s\"()*,]+(?:,?\s+(?!(?:OR|AND|NOT)\b)[A-Z](?:[a-z'-]+|\.?)(?=[\s)]|$))+)"
        ),
        "a field takes one word: what follows may stand anywhere",
        _as_written,
    ),
    Doubt(
        "name-without-quotes",
        re.compile(
            rf"{START}(?P<field>category):(?P<words>[A-Z][a-z]+(?:\s+(?!(?:OR|AND|NOT)\b)[A-Z][a-z]+)+)(?=[\s)]|$)"
            rf"|{START}(?P<where>venue):(?P<when>[^\s\"()*]+\s+(?:19|20)\d\d)(?=[\s)]|$)"
        ),
        "a field takes one word: what follows may stand anywhere",
        lambda found: f'write {found["field"] or found["where"]}:"{found["words"] or found["when"]}"',
    ),
    Doubt(
        "name-without-quotes",
        re.compile(rf"{START}author:[^\s\"()*:]+\s+OR\s+(?P<name>[A-Z](?=[\w'-]*[a-z])[\w'-]+)(?=[\s)]|$)"),
        "a field is of one term: the name behind the OR is looked for in title and abstract",
        lambda found: f"write author:{found['name']}; a topic in small letters",
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
    *SIGNS,
)
