"""List the warnings about rules: about their text, and about what they match among stored papers."""

from __future__ import annotations

from watcher.config.lint.table.kind import WarningKind

OF_RULES = (
    WarningKind(
        "where-without-comparison",
        "`where` has a plain word",
        "the word has to stand in the paper; `where: upvotes` compares nothing",
        "a comparison such as `upvotes>=20`, or a field; words belong into `rule` or the lists",
    ),
    WarningKind(
        "number-without-comparison",
        "a rule has the word `upvotes` without a comparison",
        "the word has to stand in the paper",
        "`upvotes>=20`",
    ),
    WarningKind(
        "comparison-for-equality",
        "a number is compared by `=`",
        "a paper with 51 upvotes does not have 50",
        "`upvotes>=50`",
    ),
    WarningKind(
        "operator-in-list-item",
        "an item of a list has an operator, a sign of one, or parentheses",
        "an item is one phrase: `agent OR robot` is looked for as three words in a row",
        "one item for each term, what is excluded under `none`; or `rule` in place of the lists",
    ),
    WarningKind(
        "several-terms-in-list-item",
        "an item of a list has a comma, a semicolon or a bar",
        "an item is one phrase: `KV cache, quanti*` is looked for as words in a row",
        "`[KV cache, quanti*]`, or one item a line with `-` before it",
    ),
    WarningKind(
        "foreign-operator",
        "a rule has an operator of another language, such as `NEAR`, `Or`, `+word`, `/…/i`",
        "it is read as a word, or counts for nothing",
        'what the warning says: `"a b"~5`, `OR`, `-word`, `(?i)` within the regex',
    ),
    WarningKind(
        "sign-without-meaning",
        "a word of a rule has a sign that means nothing here, such as `,` `;` `~` `^` `?` `[`",
        "it is read as a blank: `ag?nt` are the words ag and nt",
        "the word without it, or quotes around a phrase that has it",
    ),
    WarningKind(
        "matches-nothing",
        "no paper can fit a part of the rule: it asks for what it excludes, or for numbers that exclude each other",
        "the subscription, or that part of it, is silent for ever",
        "the rule without one of the two",
    ),
    WarningKind(
        "matches-everything",
        "a term fits nearly every paper: a word such as `the`, `upvotes>=0`, `upvotes>=-5`, a regex of any sign",
        "everything is told",
        "the rule without it",
    ),
    WarningKind(
        "all-kept-back",
        "an item of `never` fits all that a rule matches",
        "the subscription is silent for ever",
        "the list without it, or no such subscription",
    ),
    WarningKind(
        "name-without-quotes",
        "`author:`, `venue:` or `org:` has a name of several words without quotes",
        "only the first word is the field's: the others have to stand in the title or the abstract",
        '`author:"Geoffrey Hinton"`',
    ),
    WarningKind(
        "archive-without-star",
        "`category:` has an archive of arXiv, not one of its categories",
        "papers are in cs.LG or cs.CL, none is in cs itself",
        "`category:cs.*`",
    ),
    WarningKind(
        "unknown-category",
        "a category has the form of arXiv's and is none of them, or a source asks for one that its site does not have",
        "no paper is in it, unless the site has a new one",
        "the site's own name of it: `cs.CL`, `cell biology`",
    ),
    WarningKind(
        "two-labels-in-one",
        "`source:`, `id:` or a category of arXiv has a value with a blank",
        "none is called so",
        "two terms: `category:cs.LG OR category:stat.ML`",
    ),
    WarningKind(
        "source-not-in-config",
        "`source:` in a rule names no source of the config",
        "no paper is listed there, unless one of that name was read before",
        "the name of a source",
    ),
    WarningKind(
        "field-that-no-source-tells",
        "a rule asks for a field that none of its sources has, such as `upvotes` of arXiv",
        "it never holds, unless another source lists the same paper",
        "another source, or the rule without it",
    ),
    WarningKind(
        "quotes-taken-by-yaml",
        'YAML takes the quotes of `rule: "KV cache"`',
        "these are two words that may stand anywhere, not a phrase",
        "`rule: '\"KV cache\"'`, or `>-` and the rule on the next line",
    ),
    WarningKind(
        "comment-in-rule",
        "YAML takes what follows ` #` for a comment",
        "it is no part of the rule",
        "`>-` and the rule on the next line",
    ),
)


def _of_papers(name: str, what: str, why: str, write: str) -> WarningKind:
    return WarningKind(name, what, why, write, varies=True)


OF_STORED_PAPERS = (
    _of_papers(
        "too-many-matches",
        "a rule matches more than a quarter of the stored papers",
        "the digest is as long as the site's",
        "a word more, or a field",
    ),
    _of_papers(
        "unknown-papers",
        "`like` names papers by ids alone, and they are not stored",
        "nothing is known of them: they count for nothing",
        "a file of references that has their titles and abstracts",
    ),
    _of_papers(
        "no-stars",
        "`like: starred`, and nobody has starred a paper",
        "nothing is close to nothing: nothing is told",
        "a star: ☆ on the page of a paper, `watcher star PAPER`; or another library",
    ),
    _of_papers(
        "no-matches",
        "a rule matches none of the stored papers of two weeks or more",
        "perhaps it never will",
        "see its terms: `watcher backtest`",
    ),
    _of_papers(
        "mostly-mentions",
        "most matches of a rule only mention its words",
        "much of what is told is about something else",
        "`above: 0.5`, or `about:word`",
    ),
    _of_papers("missed-forms", "a rule misses papers with other forms of its word", "they are not told", "a prefix"),
    _of_papers(
        "several-meanings",
        "an acronym of a rule has several meanings in what it matches",
        "much of what is told is about something else",
        '`NOT "the other meaning"`, or a second word',
    ),
)
