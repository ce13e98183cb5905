"""The table of signs that mean something in other query languages, and nothing in rules."""

from __future__ import annotations

import re

from watcher.rules.advice.doubts import START, Doubt

SIGNS = (
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
        re.compile(rf"{START}[^\s\"()]*%(?:2[0-9A-F]|3[A-F])[^\s\"()]*"),
        "this is how addresses write a sign: here it is read as a word",
        lambda found: "write the sign itself",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}[^\s\"()]*\d\.{{2,3}}\d[^\s\"()]*"),
        "two dots are no range: these are words",
        lambda found: "write upvotes>=20 or published>=2026-01-31",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(
            rf"{START}[^\s\"():]*\.[*+][^\s\"()]*|(?<=[a-z]:)\^(?=\w)|"
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
        re.compile(rf"{START}`[^`]*`|``"),
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
        re.compile(rf"{START}\((?:[A-Z]{{1,3}}|[+±-])\)-\w[^\s\"()]*"),
        "parentheses hold terms together: a name that has some stands in quotes",
        lambda found: f'write "{found[0]}"',
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}\d[-+](?=[\s)]|$)"),
        "a charge alone is read as a number",
        lambda found: "write it right behind its ion, as in SO42-",
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
        re.compile(rf"{START}=\w[^\s\"()*]*\*"),
        "the * means nothing behind =: the word is taken as it stands",
        lambda found: f"write {found[0][1:]} for its beginning, or {found[0][:-1]}",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}@(?=\w)"),
        "the @ means nothing: it is looked for as a word",
        lambda found: "write author:name for a name",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}#(?=[a-z]{{2}})"),
        "the # means nothing: it is looked for as a word",
        lambda found: "write the word alone, or keyword:word",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}[^\s\"()]*\w\?(?=\s*$)"),
        "a rule is no question: every word has to stand in the paper",
        lambda found: "write the few words that matter, with OR between those of which one is enough",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}[–—−‐‑‒―﹣⁃¬](?=\s?\w)"),
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
        re.compile(rf"{START}/\w[^\s/\"()]*(?=\s|$|\))"),
        "the / means nothing here: a regex stands behind a field, between two of them",
        lambda found: f"write title:{found[0]}/ for a regex, or the word alone",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}\(\?[a-z]{{1,4}}\)"),
        "these are flags of a regex, and mean nothing outside one",
        lambda found: "leave them out: capitals do not matter",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}['‘][^\s'’]+['’](?=[\s)]|$)"),
        "single quotes mean nothing in a rule",
        lambda found: f'write "{found[0][1:-1]}"',
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}(?:[^\s\"()]+,(?=\s|$)|[^\s\"(),;]+;|[^\s\"()]*[^\W\d],[^\W\d])[^\s\"()]*"),
        "the comma or semicolon means nothing: every word has to be there",
        lambda found: "write OR between words of which one is enough; put quotes around a phrase",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}!(?=\w)"),
        "the ! means nothing: the word is asked for, not excluded",
        lambda found: "write - or NOT",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}[^\s\"()|]+\|[^\s\"()]*"),
        "the bar means nothing: every word has to be there",
        lambda found: "write OR",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}\w(?:[^\s\"()~^]*~|[^\s\"()~^]{{2,}}\^)[\d.]*(?=[\s)]|$)"),
        "a word has neither a distance nor a weight: the sign is left out, a number is a word",
        lambda found: "write the word alone, or word* for its beginning",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}\w+\?\w[^\s\"()]*"),
        "the question mark stands for no letter: it is read as a blank",
        lambda found: "write the words with OR, or the beginning of a word and *",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(rf"{START}(?:<\w[^\s<>]*>|%\w+%|\$[a-z]\w+(?![^\s]*\$)|~\w[\w-]*)"),
        "this is no placeholder, and its signs mean nothing",
        lambda found: "write the word alone",
    ),
    Doubt(
        "sign-without-meaning",
        re.compile(
            r"(?:(?<=[\s(])|^)(?!\[\d{1,3}m?[A-Z][a-z]?\])"
            r"(?:[^\s\"()\[{]+(?<![\^_])(?!\[[A-Za-z][A-Za-z/:~\d ]{1,30}\]))?[\[{][^\s\"()]*"
        ),
        "brackets and braces mean nothing",
        lambda found: "write ( and ) for a group, title:word for a field",
    ),
)
