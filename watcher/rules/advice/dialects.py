"""The table of operators and signs that mean something in other languages, and nothing in rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from watcher.rules.language.terms import COMPARED, FIELDS


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pattern of bare text, and what to say of what it finds."""

    name: str
    pattern: re.Pattern[str]
    what: str
    hint: Callable[[re.Match[str]], str]


_ANY_FIELD = "|".join((*FIELDS, *COMPARED.split("|")))
_START = r"(?:(?<=[\s(])|^)"
DIALECTS = (
    Doubt(
        "foreign-operator",
        re.compile(rf"{_START}(?:Or|And|Not|ANDNOT|AndNot|XOR)(?=[\s(])"),
        "it is read as a word, not as an operator",
        lambda found: f"write {'OR' if found[0] == 'Or' else 'AND' if found[0] == 'And' else 'NOT'}",
    ),
    Doubt(
        "foreign-operator",
        re.compile(
            rf"{_START}(?:(?:NEAR|ADJ|WITHIN|ONEAR|PRE|SAME)(?:/?\d{{1,3}})?|[WN]/\d{{1,3}})(?:\s*\([^()]*\)|(?=[\s(]))"
        ),
        "it is read as a word, not as an operator",
        lambda found: 'for words near each other write "a b"~5',
    ),
    Doubt(
        "foreign-operator",
        re.compile(rf"(?i){_START}(?:TITLE-ABS-KEY|TITLE|ABS|KEY|AUTH|TS|TI|AB|AU)=?\("),
        "what stands before a parenthesis is read as a word",
        lambda found: "write title:word, or abstract:word, of each word",
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
        re.compile(rf"{_START}(?:{_ANY_FIELD}):(?=\s|$|\))"),
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
        "sign-without-meaning",
        re.compile(rf"{_START}[–—−‐](?=\w)"),
        "this dash is no minus: the word is asked for, not excluded",
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
        re.compile(rf"{_START}\w[^\s\"()~^]*[~^][\d.]*(?=[\s)]|$)"),
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
