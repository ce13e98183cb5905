"""All that can be found in a config: names, and of warnings why they matter and what to write (docs/warnings.md)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WarningKind:
    """One kind of warning.

    ``what``: what was found.
    ``why``: what comes of it.
    ``write``: what to do instead.
    ``varies``: it depends on more than the config's files, such as the environment or stored papers.
    """

    name: str
    what: str
    why: str
    write: str
    varies: bool = False


_RULES = (
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

_SUBSCRIPTIONS = (
    WarningKind("named-twice", "a list names the same twice", "the second counts for nothing", "it once"),
    WarningKind(
        "same-as-another",
        "two subscriptions of a file ask for the same and tell the same receivers",
        "each paper is told twice",
        "one of them, or other receivers",
    ),
    WarningKind(
        "seldom-due",
        "a schedule comes on 29 February only",
        "nothing is told for four years",
        "`monthly on the 31st at 08:00`",
    ),
    WarningKind(
        "due-all-the-time",
        "a cron expression comes every minute",
        "nothing is found more often than sources are read, and each paper is a message of its own",
        '`immediately`, or a minute: `cron "0 8 * * *"`',
    ),
    WarningKind(
        "quiet-hours-of-no-length",
        "quiet hours begin when they end",
        "they are no hours at all, not the whole day",
        "two times; `quiet_days` for whole days",
    ),
    WarningKind(
        "quiet-hours-cover-schedule",
        "every time of a schedule lies in the quiet hours or days, of the subscription or of all its receivers",
        "it is always told when they end, not when the schedule says",
        "another time, or other quiet hours",
    ),
    WarningKind(
        "quiet-hours-leave-no-time",
        "quiet hours of a subscription and of its receiver cover the day between them",
        "the subscription's do not count",
        "hours that leave some time",
    ),
    WarningKind(
        "sign-of-life-beside-empty-digests",
        "`sign_of_life` stands beside `when_empty: send`",
        "it counts for nothing: each empty digest is a sign of life",
        "one of the two",
    ),
)

_AROUND = (
    WarningKind(
        "no-timezone",
        "a schedule has a time of day, and nothing says of which zone",
        "it is in UTC",
        "`timezone: Europe/Paris`",
    ),
    WarningKind(
        "zone-without-summer-time",
        "a zone is a fixed offset, such as `EST` or `Etc/GMT+5` (which is five hours behind UTC)",
        "it stays an hour off for half of the year",
        "a place such as `America/New_York`",
    ),
    WarningKind(
        "no-operator",
        "the config has no `operator`",
        "nobody hears of sources that cannot be read and of receivers that fail",
        "`operator: [me]`",
    ),
    WarningKind("no-sources", "the config has no source", "nothing is read", "`sources:` (docs/sources.md)"),
    WarningKind("no-receivers", "the config has no receiver", "nobody can be told", "`receivers:`"),
    WarningKind(
        "no-subscriptions",
        "the config has no `subscriptions` and no `include`",
        "nothing is told, unless the database holds subscriptions",
        "`subscriptions:`, or `subscriptions: []` where the database has them all",
    ),
    WarningKind(
        "unused-receiver",
        "no subscription, `operator` or `allow` names a receiver",
        "it gets nothing, unless the database holds subscriptions for it",
        "its name in `to`, or the config without it",
    ),
    WarningKind(
        "unused-source",
        "every subscription names its sources, and none names this one",
        "it is read, and nothing of it is told",
        "its name in `sources` of a subscription, or the config without it",
    ),
    WarningKind(
        "same-address",
        "two sources, or two receivers, have one address",
        "pages are read twice, people told twice",
        "one of them",
    ),
    WarningKind(
        "include-without-files",
        "`include` has a pattern that fits no file",
        "whoever has subscriptions there is told nothing",
        "the pattern as seen from the config's folder; `~` is not read",
    ),
    WarningKind(
        "include-leaves-out-files",
        "beside the files of a pattern are some with the other ending, `.yml` or `.yaml`",
        "their subscriptions do not exist",
        "`[subs/*.yaml, subs/*.yml]`",
    ),
    WarningKind("empty-include", "an included file holds no subscriptions", "it adds nothing", "`subscriptions:`"),
    WarningKind("allow-without-file", "`allow` names a file that is not included", "it restricts nobody", "its name"),
    WarningKind(
        "allow-forgets-file",
        "`allow` stands there and does not name an included file",
        "that file may use every receiver; from 0.3.0 on its subscriptions are held until it is named",
        "the file's name with a list of those that it may use",
    ),
    WarningKind(
        "contact-without-address",
        "`contact` is neither an e-mail nor a web address",
        "sites whose operators want to reach you cannot",
        "an address",
    ),
    WarningKind(
        "proxy-except-without-proxy",
        "`proxy_except` stands there without `proxy`",
        "it counts for nothing: everything is asked directly",
        "`proxy: http://proxy.lab.example:3128`, or the config without it",
    ),
    WarningKind(
        "seldom-read",
        "a source is read less often than weekly",
        "most sources list papers for a day or two: what came between is missed",
        "`every: 1h`, or `1d` at most",
    ),
    WarningKind(
        "address-without-list",
        "the address of a source is a page that lists no papers, or is read by a kind of its own",
        "nothing is found there, or less than the site tells",
        "the kind of source that reads the site, without `url`; or the address of a feed",
    ),
    WarningKind(
        "url-without-kind",
        "a source has an address and no `kind`",
        "it is read as `huggingface`, whoever's address it is",
        "`kind: feed`, or `kind: html` with selectors",
    ),
    WarningKind(
        "misspelt-host",
        "the host of a source is `localhost` but for a letter or two",
        "no machine is called so",
        "`localhost`",
    ),
    WarningKind(
        "address-of-one-paper",
        "the address of a source is the page of one paper",
        "it never lists another one",
        "the address of the list or feed",
    ),
    WarningKind(
        "user-in-address",
        "the address of a source has a user's name or a password",
        "it is shown in messages and stored, as every source's address is",
        "an address without them",
    ),
    WarningKind(
        "readable-by-all",
        "everybody on the machine may read the config, in which a secret is written out, or a file that holds one",
        "they can send in your name, or read what is yours",
        "`chmod 600`, or `${NAME}`",
    ),
    WarningKind(
        "writable-by-all",
        "everybody on the machine may change the config",
        "they decide who is told",
        "`chmod o-w`",
    ),
    WarningKind(
        "placeholder-in-address",
        "a part of a receiver's address is a word that guides write in its place, such as `YOUR_TOKEN` or `changeme`",
        "nothing arrives there",
        "your own token, password or name",
    ),
    WarningKind(
        "password-in-clear",
        "a password goes over a connection without TLS",
        "everybody on the way can read it",
        "the service with an s at its end: `mailtos://`, `jsons://`",
        varies=True,
    ),
    WarningKind("folder-not-there", "an inbox's folder is missing", "nothing is read of it", "make it", varies=True),
    WarningKind(
        "missing-secret",
        "an environment variable or a file with a secret is missing",
        "nothing can be sent there",
        "it where watcher runs",
        varies=True,
    ),
    WarningKind(
        "unknown-template", "no template has the name of a file in `templates`", "it is not used", "one of their names"
    ),
    WarningKind("broken-template", "a template does not work", "watcher's own is used", "what the warning says"),
    WarningKind(
        "broken-include",
        "an included file is broken (`check-config --as-run` only)",
        "its last good version stays in force",
        "what the warning says",
        varies=True,
    ),
    WarningKind(
        "accepted-in-vain",
        "`accept` names a warning that there is not",
        "should it come some day, nobody would see it",
        "the list without it",
        varies=True,
    ),
)


def _of_papers(name: str, what: str, why: str, write: str) -> WarningKind:
    return WarningKind(name, what, why, write, varies=True)


_PAPERS = (
    _of_papers(
        "too-many-matches",
        "a rule matches more than a quarter of the stored papers",
        "the digest is as long as the site's",
        "a word more, or a field",
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

SECTIONS = {
    "Rules": _RULES,
    "Subscriptions": _SUBSCRIPTIONS,
    "The rest of the config": _AROUND,
    "Rules tried on stored papers": _PAPERS,
}
"""Every kind of warning, by what it is about; the last are found by ``check-config`` alone."""

WARNINGS = {one.name: one for some in SECTIONS.values() for one in some}

ERRORS = {
    "unreadable": "the file is no YAML, or uses a part of YAML that is not read",
    "empty-config": "the file holds nothing",
    "unknown-key": "there is no such key, or a source of that kind has none",
    "missing-key": "a key has to be there",
    "wrong-value": "a value is not what its key takes",
    "wrong-rule": "a rule cannot be read",
    "comparison-of-unknown-name": "a rule compares what papers do not have: `stars>100`",
    "variable-outside-receivers": "`${NAME}` stands where none is put in",
    "wrong-address": "the address of a receiver or of the proxy leads nowhere, or elsewhere",
    "wrong-database": "the database is of no kind that watcher can use",
    "unknown-receiver": "there is no such receiver, or it is named otherwise",
    "unknown-source": "there is no such source",
    "unknown-warning": "`accept` names what is no warning",
    "wrong-folder": "a folder is missing or cannot be read",
    "wrong-file": "an included file cannot be read, or lost what it held; `ca_bundle` names no file of certificates",
}
"""Every kind of error: what is wrong."""
