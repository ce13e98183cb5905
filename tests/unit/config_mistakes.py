"""List mistakes that people make in configs, with the findings that the linter owes.

``§`` stands before the character at which a finding has to point. ``MISTAKES`` has for each title the names of which
one has to be found there, and the config's text.
"""

from __future__ import annotations

from collections.abc import Iterator

TOP = {
    "timezone": "timezone: Europe/Paris",
    "operator": "operator: [me]",
    "sources": """\
sources:
  hf: {kind: huggingface}
  ax: {kind: arxiv, categories: [cs.LG]}""",
    "receivers": """\
receivers:
  me: {url: "console://"}""",
    "subscriptions": """\
subscriptions:
  - name: x
    rule: kite
    to: [me]""",
}
"""A config without a mistake, by its keys."""


def config(text: str = "", *without: str) -> str:
    """``text`` with those keys of ``TOP`` that it does not have itself, except for those ``without`` which it is."""
    own = {line.lstrip("§").partition(":")[0] for line in text.splitlines()}
    rest = [lines for key, lines in TOP.items() if key not in own and key not in without]
    return "\n".join([*rest, text]) + "\n"


def subscription(*lines: str, to: str = "to: [me]", name: str = "name: x") -> str:
    """A config with one subscription of these lines."""
    own = [one for one in (name, to) if one]
    inner = [own[0], *(part for line in lines for part in line.split("\n")), *own[1:]]
    return config("subscriptions:\n  - " + "\n    ".join(inner))


def beside(text: str) -> str:
    """The same config with a second subscription, which looks at all sources."""
    return text + "  - {name: z, rule: moon, to: [me]}\n"


def ruled(rule: str) -> str:
    """A config with one subscription of this rule, which YAML takes as it is."""
    return subscription(f"rule: >-\n  {rule}")


def source(line: str) -> str:
    """A config with one source of these keys, in braces or below each other."""
    return config(f"sources:\n  hf: {line}")


def proxied(exceptions: str) -> str:
    """A config with a proxy and these exceptions."""
    return config(f"proxy: http://proxy.lab.example:3128\nproxy_except: {exceptions}")


def receiver(line: str, *, uses: str = "me") -> str:
    """A config with one receiver of these keys."""
    theirs = uses.removeprefix("§")
    return config(
        f"receivers:\n  me: {line}\noperator: [{theirs}]\nsubscriptions:\n  - {{name: x, rule: kite, to: {uses}}}"
    )


def address(url: str) -> str:
    """A config with one receiver that has this address."""
    return receiver(f'{{url: §"{url}"}}')


WORD = "comparison-of-unknown-name"
WHERE = "where-without-comparison"
OPERATOR = "operator-in-list-item"
SEVERAL = "several-terms-in-list-item"
VARIABLE = "variable-outside-receivers"
NEVER = "matches-nothing"
ALWAYS = "matches-everything"
SIGN = "sign-without-meaning"
FOREIGN = "foreign-operator"
RULE = "wrong-rule"
VALUE = "wrong-value"
KEY = "unknown-key"
MISSING = "missing-key"
ADDRESS = "wrong-address"
YAML = "unreadable"
NO_RECEIVER = "unknown-receiver"
NO_SOURCE = "unknown-source"
CLEAR = "password-in-clear"
UNTOLD = "field-that-no-source-tells"
FILE = "wrong-file"
QUIET = "quiet-hours-cover-schedule"
QUOTES = "quotes-taken-by-yaml"
COMMENT = "comment-in-rule"

Case = tuple[str, str]
"""The names of which one has to be found, separated by blanks, and the config."""

IN_RULES: dict[str, Case] = {
    # comparisons
    "upvote for upvotes": (WORD, ruled("agent §upvote>=50")),
    "stars": (WORD, ruled("agent §stars>100")),
    "stars with blanks": (WORD, ruled("agent §stars > 100")),
    "likes": (WORD, ruled("§likes>20")),
    "upvots in where": (WORD, subscription("rule: agent", "where: §upvots >= 50")),
    "stars in where": (WORD, subscription("rule: agent", "where: §stars>100")),
    "likes in where": (WORD, subscription("rule: agent", "where: §likes > 20")),
    "date compared": (WORD, ruled("agent §date>2026-01-01")),
    "year compared": (WORD, ruled("agent §year>=2024")),
    "comment compared": (WORD, ruled("agent §comment>3")),
    "two signs of equality": (RULE, ruled("agent §upvotes==50")),
    "an arrow for at least": (RULE, ruled("agent §upvotes=>50")),
    "field with a colon and a sign": (f"{WORD} {RULE}", ruled("agent §upvotes:>50")),
    "field with a colon and a number": (f"{WORD} {RULE}", ruled("agent §upvotes:50")),
    "comparison without a number": (RULE, ruled("agent §upvotes>")),
    "comparison with a word": (RULE, ruled("agent §upvotes>many")),
    "comparison with a thousand's comma": (RULE, ruled("agent §upvotes>=1,000")),
    "comparison with k": (RULE, ruled("agent §upvotes>=1k")),
    "comparison turned round": (f"{WORD} {RULE} {SIGN}", ruled("agent §50<upvotes")),
    "exactly so many": ("comparison-for-equality", ruled("agent §upvotes=50")),
    "greater by a sign of its own": (f"{WORD} {RULE} {SIGN}", ruled("agent §upvotes≥50")),
    "published in plain words": (f"{WORD} {RULE} {SIGN}", ruled("agent §published > yesterday")),
    "day without zeros": (RULE, ruled("agent §published>=2026-1-1")),
    "day the other way round": (RULE, ruled("agent §published>=31.01.2026")),
    "a number without a comparison": ("number-without-comparison", ruled("agent §upvotes")),
    "a number in plain words": ("number-without-comparison", ruled("agent with more than 20 §upvotes")),
    "a field with =": (FOREIGN, ruled("agent §author=LeCun")),
    "a field with a tilde": (FOREIGN, ruled("§title~agent")),
    "a field with two =": (RULE, ruled('agent §title == "tool use"')),
    "a comparison without its name": (WORD, subscription("rule: kite", "where: '§>= 50'")),
    "comparisons with a comma": (RULE, subscription("rule: kite", "where: §upvotes >= 50, comments >= 3")),
    # where
    "where with a name alone": (WHERE, subscription("rule: agent", "where: §upvotes")),
    "where with words behind": (WHERE, subscription("rule: agent", "where: upvotes>50 §comments")),
    "where in plain words": (WHERE, subscription("rule: agent", "where: §more than 20 upvotes")),
    "where with a topic": (WHERE, subscription("rule: agent", "where: §robots")),
    "where with and": (f"{RULE} {WHERE}", subscription("rule: agent", "where: upvotes>5 §and comments>2")),
    "where with a comma": (f"{RULE} {WHERE} {SIGN}", subscription("rule: agent", "where: §upvotes>5, comments>2")),
    # list items
    "one term with a comma": (SEVERAL, subscription("any: §KV cache, quanti*")),
    "an item with a semicolon": (SEVERAL, subscription("any: [§KV cache; quanti*]")),
    "an item with a comma": (SEVERAL, subscription('all: ["§agent, robot"]')),
    "an item with a bar": (f"{SEVERAL} {OPERATOR}", subscription("any: [§agent | robot]")),
    "an item with a slash between blanks": (f"{SEVERAL} {OPERATOR}", subscription("any: [§agent / robot]")),
    "an item with OR": (OPERATOR, subscription("any: [§agent OR robot]")),
    "an item with AND": (OPERATOR, subscription("any:\n  - §agent AND robot\n  - kite")),
    "an item with NOT": (OPERATOR, subscription("any: [§agent NOT survey]")),
    "an item with or": (OPERATOR, subscription("none: [§survey or benchmark]", "any: [agent]")),
    "an item with ampersands": (OPERATOR, subscription("any: [§agent && robot]")),
    "an item in parentheses": (f"{OPERATOR} {RULE}", subscription("any: [§(agent OR robot)]")),
    "an item with a minus": (OPERATOR, subscription("any: [§agent -survey]")),
    "an item with a wrong field": (f"{RULE} {OPERATOR}", subscription('any: ["§titel:agent"]')),
    "an item that is a regex": (f"{RULE} {OPERATOR}", subscription("any: [§/agent/]")),
    "an item twice": ("named-twice", subscription("any: [agent, robot, §Agent]")),
    "an item with a blank behind its field": (FOREIGN, subscription('any: ["§title: agent"]')),
    "an item that is a number's name": ("number-without-comparison", subscription("any: [agent, §upvotes]")),
    "an item in brackets": (SIGN, subscription('any: ["§[agent]"]')),
    "an item in single quotes": (f"{SIGN} {RULE}", subscription("any: [\"§'agent'\"]")),
    "an item that begins with a minus": (RULE, subscription('any: [agent, "§-survey"]')),
    "an item that compares": (RULE, subscription('any: ["§upvotes>5"]')),
    "an item that compares an unknown name": (WORD, subscription('any: ["§stars>5"]')),
    "an item with a variable": (VARIABLE, subscription('any: ["§${TOPIC}"]')),
    "an item that is empty": (RULE, subscription('any: [agent, "§"]')),
    "an item that is a table": (VALUE, subscription("any: [§note: foo]")),
    "a where in a list": (VALUE, subscription("rule: agent", "where: §[upvotes>=5]")),
    # variables
    "a variable in a rule": (VARIABLE, ruled("agent §${TOPIC}")),
    "a rule that is a variable": (VARIABLE, subscription("rule: '§${TOPIC}'")),
    "a default of a variable": (f"{VARIABLE} {RULE}", ruled("agent §${TOPIC:-robot}")),
    "a dollar and a name": (f"{VARIABLE} {SIGN}", ruled("agent §$TOPIC")),
    "two braces": (f"{VARIABLE} {SIGN} {RULE}", ruled("agent §{{ topic }}")),
    "a percent sign and a name": (f"{VARIABLE} {SIGN} {RULE}", ruled("agent §%(topic)s")),
    # contradictions
    "asked and excluded": (NEVER, ruled("agent -§agent")),
    "asked and excluded in another form": (NEVER, ruled("agents NOT §agent")),
    "asked and excluded in lists": (NEVER, subscription("any: [agent]", "none: [§agents]")),
    "a part of a phrase excluded": (NEVER, ruled('"tool use" NOT §tool')),
    "all of any excluded": (NEVER, subscription("any: [agent, robot]", "none: [agent, §robot]")),
    "numbers that exclude each other": (NEVER, ruled("upvotes>50 AND §upvotes<20")),
    "days that exclude each other": (NEVER, ruled("agent published>2026-05-01 §published<2026-01-01")),
    "fewer than none": (NEVER, ruled("agent §upvotes<0")),
    "a field asked and excluded": (NEVER, ruled("title:agent -§title:agent")),
    "a prefix excluded": (NEVER, ruled("quantization -§quanti*")),
    "a title's word excluded everywhere": (NEVER, ruled("title:agent NOT §agent")),
    "a source that does not exist": ("source-not-in-config", ruled("agent §source:typo")),
    "a source that is not the subscription's": (NEVER, beside(subscription("rule: agent §source:hf", "sources: [ax]"))),
    "a category that no source has": ("archive-without-star", ruled("agent §category:cs")),
    "two categories in one": ("two-labels-in-one", ruled('agent §category:"cs.LG stat.ML"')),
    # nearly everything
    "an article": (ALWAYS, subscription("any: [§the, agent]")),
    "small words": (ALWAYS, ruled("§of OR kite")),
    "one letter": (ALWAYS, subscription("any: [agent, §a]")),
    "papers": (ALWAYS, ruled("§we OR agent")),
    "more than nothing": (ALWAYS, ruled("kite OR §upvotes>=0")),
    "a regex of any sign": (f"{ALWAYS} {RULE}", ruled("kite OR §title:/./")),
    "since long ago": (ALWAYS, ruled("§published>=1990-01-01")),
    "a branch of exclusions": (RULE, ruled("agent OR §-survey")),
    # the dialects of others
    "two bars": (f"{RULE} {FOREIGN}", ruled("agent §|| robot")),
    "a bar": (f"{RULE} {FOREIGN}", ruled("agent §| robot")),
    "a bar without blanks": (f"{RULE} {SIGN} {FOREIGN}", ruled("§agent|robot")),
    "two ampersands": (f"{RULE} {FOREIGN}", ruled("agent §&& robot")),
    "an exclamation mark": (f"{RULE} {SIGN} {FOREIGN}", ruled("agent §!survey")),
    "a plus before a word": (f"{RULE} {SIGN} {FOREIGN}", ruled("§+agent robot")),
    "Or": (f"{RULE} {FOREIGN}", ruled("agent §Or robot")),
    "And": (f"{RULE} {FOREIGN}", ruled("agent §And robot")),
    "or": (f"{RULE} {FOREIGN}", ruled("agent §or robot")),
    "and not": (f"{RULE} {FOREIGN}", ruled("agent §and not robot")),
    "NEAR with a number": (f"{RULE} {FOREIGN}", ruled("agent §NEAR/5 robot")),
    "NEAR": (f"{RULE} {FOREIGN}", ruled("agent §NEAR robot")),
    "ADJ": (f"{RULE} {FOREIGN}", ruled("agent §ADJ robot")),
    "a fuzzy word": (f"{RULE} {SIGN} {FOREIGN}", ruled("§agent~2")),
    "a boosted word": (f"{RULE} {SIGN} {FOREIGN}", ruled("§agent^2")),
    "a question mark for a letter": (f"{RULE} {SIGN} {FOREIGN}", ruled("§ag?nt")),
    "a comma between phrases": (RULE, ruled('"tool use"§, "KV cache"')),
    "a plus between words": (RULE, ruled("agent §+ robot")),
    "a regex with flags and without a field": (FOREIGN, ruled("§/agent/i")),
    "commas without blanks": (f"{RULE} {SIGN} {FOREIGN}", ruled("§agent,robot,planning")),
    "a comma between words": (f"{RULE} {SIGN} {FOREIGN}", ruled("§agent, robot, planning")),
    "semicolons between words": (f"{RULE} {SIGN} {FOREIGN}", ruled("§agent;robot")),
    "single quotes beside an OR": (RULE, ruled("agent OR §'tool use'")),
    "single quotes around words": (SIGN, ruled("§'agent' OR 'robot'")),
    "curly single quotes": (RULE, ruled("§‘tool use’")),
    "a placeholder in signs": (SIGN, ruled("agent §<topic>")),
    "a placeholder of a shell": (SIGN, ruled("agent §$topic")),
    "a placeholder of Windows": (SIGN, ruled("agent §%TOPIC%")),
    "a tilde before a word": (SIGN, ruled("§~agent")),
    "a field of PubMed behind a phrase": (FOREIGN, ruled('§"tool use"[tiab]')),
    "a field of Scopus": (FOREIGN, ruled("§TITLE-ABS-KEY(agent)")),
    "a field of Web of Science": (FOREIGN, ruled("§TS=(agent)")),
    "W/5": (FOREIGN, ruled("agent §W/5 robot")),
    "NEAR as a function": (FOREIGN, ruled("§NEAR(agent, robot)")),
    "a blank before a field's colon": (FOREIGN, ruled("§title :agent")),
    "a flag behind a blank": (FOREIGN, ruled("title:§/agent/ i")),
    "two small words": (ALWAYS, ruled("§the OR a")),
    "more than less than nothing": (ALWAYS, ruled("kite OR §upvotes>-1")),
    "single quotes in a rule": (f"{RULE} {SIGN} {FOREIGN}", ruled("§'tool use' agent")),
    "brackets in a rule": (f"{RULE} {SIGN} {FOREIGN}", ruled("§[agent robot]")),
    "flags behind a regex": (f"{RULE} {FOREIGN}", ruled("title:§/agent/i")),
    "flags behind a phrase's regex": (f"{RULE} {FOREIGN}", ruled("title:§/tool.use/i")),
    "a regex that is not closed": (f"{RULE} {SIGN} {FOREIGN}", ruled("title:§/agent")),
    "a regex without a field": (RULE, ruled("§/agent/")),
    "a blank behind a field": (f"{RULE} {FOREIGN}", ruled("§title: agent")),
    "a field in arXiv's form": (f"{RULE} {FOREIGN}", ruled("§ti:agent")),
    "a field in PubMed's form": (f"{RULE} {SIGN} {FOREIGN}", ruled("§agent[Title]")),
    "a long dash": (f"{RULE} {SIGN} {FOREIGN}", ruled("agent §–survey")),
    **{
        f"a dash as programs write it, U+{ord(dash):04X}": (f"{RULE} {SIGN} {FOREIGN}", ruled(f"agent §{dash}survey"))
        for dash in "—−‐‑‒―﹣⁃¬"
    },
    "a slash before a word": (f"{RULE} {SIGN} {FOREIGN}", ruled("§/agent robot")),
    "flags outside a regex": (f"{RULE} {SIGN} {FOREIGN}", ruled("§(?i)agent")),
    "a look-ahead": (RULE, ruled("§title:/agent(?!s)/")),
    "a star inside a word": (RULE, ruled("§ag*nt")),
    "a lone star": (RULE, ruled("§*")),
    "quotes in YAML": (QUOTES, subscription('rule: §"KV cache"')),
    "a comment in a rule": (COMMENT, subscription("rule: §agent #1 robot")),
    "a rule with two ways to read it": (RULE, ruled("§agent robot OR kite")),
    "a name without quotes": ("name-without-quotes", ruled("§author:Geoffrey Hinton")),
    "a category that arXiv does not have": ("unknown-category", ruled("kite §category:cs.XX")),
    "a lone field": (f"{RULE} {FOREIGN}", ruled("agent §title:")),
    "above beside everything": ("above-without-words", subscription("rule: everything", "above: §0.5")),
    "above beside comparisons": ("above-without-words", subscription("where: upvotes>=9 org:lab", "above: §0.5")),
    "an order by upvotes of arXiv": (UNTOLD, beside(subscription("rule: kite", "order: §upvotes", "sources: [ax]"))),
    "an order by what nobody counts": (
        UNTOLD,
        beside(subscription("rule: everything", "when: weekly on mon at 08:00", "order: §rising", "sources: [ax]")),
    ),
    "rising at once": (VALUE, subscription("rule: kite", "order: §rising")),
    "an unknown order": (VALUE, subscription("rule: kite", "order: §best")),
    "sort for order": (KEY, subscription("rule: kite", "§sort_by: upvotes")),
    # what is never told
    "never what a rule asks for": ("all-kept-back", "never: [kite]\n" + ruled("§title:kites moon")),
    "never a half of each phrase": ("all-kept-back", "never: [tool]\n" + ruled('§"tool use" OR "tool call"')),
    "never either of two": ("all-kept-back", "never: [moon, kite OR agent]\n" + ruled("§kite OR (agent robot)")),
    "never everything": (ALWAYS, config('never: ["§the"]')),
    "never nothing": (NEVER, config("never: [§kite AND NOT kite]")),
    "never two in an item": (f"{SEVERAL} {SIGN}", config('never: ["§survey, benchmark"]')),
    "never in another language": (f"{RULE} {FOREIGN}", config("never: ['(survey) §|| benchmark']")),
    "never a wrong rule": (RULE, config("never: ['survey §AND ']")),
    "never the same twice": ("named-twice", config("never: [survey, §survey]")),
    "never a field that none tells": (
        UNTOLD,
        config("sources:\n  ax: {kind: arxiv, categories: [cs.LG]}\nnever: ['§upvotes<3']"),
    ),
}

IN_SUBSCRIPTIONS: dict[str, Case] = {
    "quiet hours by other keys": (
        "unknown-key",
        subscription("rule: kite", 'quiet_hours: {§start: "22:00", to: "07:00"}'),
    ),
    "a name misspelt": (KEY, subscription("rule: kite", name="§nme: x")),
    "all as a source": (NO_SOURCE, subscription("rule: kite", "sources: [§all]")),
    "no rule": (MISSING, config("subscriptions:\n  - §name: x\n    to: [me]")),
    "no receivers": (MISSING, config("subscriptions:\n  - §name: x\n    rule: kite")),
    "a rule and lists": (VALUE, subscription("rule: kite", "§any: [agent]")),
    "tho": (KEY, subscription("rule: kite", "§tho: [me]")),
    "keywords": (KEY, subscription("§keywords: [kite]", "any: [agent]")),
    "schedule for when": (KEY, subscription("rule: kite", "§schedule: daily at 08:00")),
    "receivers with a comma": (NO_RECEIVER, subscription("rule: kite", to="to: §me, you")),
    "a bare e-mail address": (NO_RECEIVER, subscription("rule: kite", to="to: §ana@lab.example")),
    "a receiver's address of a name": (NO_RECEIVER, subscription("rule: kite", to="to: [§console]")),
    "a receiver named twice": ("named-twice", subscription("rule: kite", to="to: [me, §me]")),
    "a receiver without its address": (
        NO_RECEIVER,
        config(
            'receivers:\n  me: {url: "mailtos://bot:${PW}@smtp.lab.example?from=bot@lab.example", address: to}\n'
            "operator: [me:ana@lab.example]\nsubscriptions:\n  - {name: x, rule: kite, to: §me}"
        ),
    ),
    "an unknown source": (NO_SOURCE, subscription("rule: kite", "sources: [§hff]")),
    "a source named twice": ("named-twice", subscription("rule: kite", "sources: [hf, ax, §hf]")),
    "sources with a comma": (NO_SOURCE, subscription("rule: kite", "sources: §hf, ax")),
    "a source's kind": (NO_SOURCE, subscription("rule: kite", "sources: [§huggingface]")),
    "upvotes of arXiv": (UNTOLD, beside(subscription("rule: kite", "where: §upvotes>=20", "sources: [ax]"))),
    "an organisation of arXiv": (UNTOLD, beside(subscription("rule: §org:lab kite", "sources: [ax]"))),
    "venue of Hugging Face": (UNTOLD, beside(subscription("rule: §venue:NeurIPS", "sources: [hf]"))),
    "category of Hugging Face": (UNTOLD, beside(subscription("rule: kite §category:cs.LG", "sources: [hf]"))),
    "published of arXiv's feed": (UNTOLD, beside(subscription("rule: kite §published>=2026-01-01", "sources: [ax]"))),
    "two of a name": (
        VALUE,
        config("subscriptions:\n  - {name: x, rule: kite, to: me}\n  - {name: §x, rule: agent, to: me}"),
    ),
    "twice the same": (
        "same-as-another",
        config("subscriptions:\n  - {name: x, rule: kite, to: me}\n  - {name: y, rule: §kite, to: me}"),
    ),
    "twice the same in another order": (
        "same-as-another",
        config(
            "subscriptions:\n  - {name: x, rule: kite OR agent, to: me}\n  - {name: y, rule: §agent OR kite, to: me}"
        ),
    ),
    "31 February": (VALUE, subscription("rule: kite", 'when: §cron "0 8 31 2 *"')),
    "30 February": (VALUE, subscription("rule: kite", "when: §cron 0 8 30 2 *")),
    "31 April": (VALUE, subscription("rule: kite", 'when: §cron "0 8 31 4 *"')),
    "29 February": ("seldom-due", subscription("rule: kite", 'when: §cron "0 8 29 2 *"')),
    "every minute": ("due-all-the-time", subscription("rule: kite", 'when: §cron "* * * * *"')),
    "every minute of an hour": ("due-all-the-time", subscription("rule: kite", 'when: §cron "* 8 * * *"')),
    "six fields": (VALUE, subscription("rule: kite", 'when: §cron "0 0 8 * * *"')),
    "daily alone": (VALUE, subscription("rule: kite", "when: §daily")),
    "8am": (VALUE, subscription("rule: kite", "when: §daily at 8am")),
    "24:00": (VALUE, subscription("rule: kite", "when: §daily at 24:00")),
    "a day as a German writes it": (VALUE, subscription("rule: kite", "when: §weekly on montag at 08:00")),
    "quiet from eight to eight": (
        "quiet-hours-of-no-length",
        subscription("rule: kite", 'quiet_hours: §{from: "08:00", to: "08:00"}'),
    ),
    "quiet without an end": (MISSING, subscription("rule: kite", 'quiet_hours: §{from: "22:00"}')),
    "quiet as a text": (VALUE, subscription("rule: kite", "quiet_hours: §22:00-07:00")),
    "quiet over its time": (
        QUIET,
        subscription("rule: kite", "when: daily at 08:00", 'quiet_hours: §{from: "22:00", to: "09:00"}'),
    ),
    "quiet days over its day": (
        QUIET,
        subscription("rule: kite", "when: weekly on sat at 08:00", "quiet_days: §[sat, sun]"),
    ),
    "quiet over its cron": (
        QUIET,
        subscription("rule: kite", 'when: cron "0 7 * * mon-fri"', 'quiet_hours: §{from: "20:00", to: "08:00"}'),
    ),
    "a receiver's quiet over its time": (
        QUIET,
        config(
            'receivers:\n  me: {url: "console://", quiet_hours: {from: "22:00", to: "09:00"}}\n'
            "subscriptions:\n  - {name: x, rule: kite, to: me, when: §daily at 08:00}"
        ),
    ),
    "two quiets that leave nothing": (
        "quiet-hours-leave-no-time",
        config(
            'receivers:\n  me: {url: "console://", quiet_hours: {from: "08:00", to: "20:00"}}\n'
            'subscriptions:\n  - {name: x, rule: kite, to: me, quiet_hours: §{from: "20:00", to: "08:00"}}'
        ),
    ),
    "all days quiet": (VALUE, subscription("rule: kite", "quiet_days: §[mon, tue, wed, thu, fri, sat, sun]")),
    "empty digests at once": (VALUE, subscription("rule: kite", "when_empty: §send")),
    "a sign of life beside empty digests": (
        "sign-of-life-beside-empty-digests",
        subscription("rule: kite", "when: daily at 08:00", "when_empty: send", "sign_of_life: §monthly"),
    ),
    "no papers in a message": (VALUE, subscription("rule: kite", "max_papers: §0")),
    "a display name of two lines": (VALUE, subscription("rule: kite", 'shown_as: §"Kites\\nand more"')),
    "a display name that hides something": (VALUE, subscription("rule: kite", 'shown_as: §"Kites\\u202eevil"')),
    "a long display name": (VALUE, subscription("rule: kite", f"shown_as: §{'kites ' * 20}")),
    "an address as display name": (VALUE, subscription("rule: kite", "shown_as: §https://kites.example/x")),
    "no display name": (VALUE, subscription("rule: kite", 'shown_as: §""')),
    "a display name of a source": (
        VALUE,
        config("sources:\n  hf: {shown_as: §[Hugging, Face]}\nsubscriptions:\n  - {name: x, rule: kite, to: me}"),
    ),
    "a number in words": (VALUE, subscription("rule: kite", "max_papers: §ten")),
    "backfill in words": (VALUE, subscription("rule: kite", "backfill: §last week")),
    "maybe": (VALUE, subscription("rule: kite", "bundle: §maybe")),
    "a zone in a subscription": (VALUE, subscription("rule: kite", "timezone: §Berlin")),
    "an unknown warning is accepted": ("unknown-warning", subscription("rule: kite", "accept: [§quiet-hour]")),
    "an error is accepted": ("unknown-warning", subscription("rule: kite", "accept: [§wrong-rule]")),
    "accepted in vain": ("accepted-in-vain", subscription("rule: kite", "accept: [§comment-in-rule]")),
    "accepted twice": (
        "named-twice",
        subscription('rule: "KV cache"', "accept: [quotes-taken-by-yaml, §quotes-taken-by-yaml]"),
    ),
    "accepted in vain in a source": ("accepted-in-vain", source("{kind: huggingface, accept: [§unused-source]}")),
    "accepted in vain at the top": ("accepted-in-vain", config("accept: [§no-operator]")),
    "subscriptions by name": (VALUE, config("subscriptions:\n  §x: {rule: kite, to: me}")),
    "subscriptions as a text": (VALUE, config("subscriptions: §kite")),
}

AROUND: dict[str, Case] = {
    "no zone": (
        "no-timezone",
        "§" + config("subscriptions:\n  - {name: x, rule: kite, to: me, when: daily at 08:00}", "timezone"),
    ),
    "an abbreviated zone": (VALUE, config("timezone: §PST")),
    "an offset for a zone": (VALUE, config("timezone: §GMT+1")),
    "UTC with an offset": (VALUE, config("timezone: §UTC+2")),
    "a city alone": (VALUE, config("timezone: §Paris")),
    "a typo in a zone": (VALUE, config("timezone: §Europe/Berln")),
    "a key misspelt": (KEY, config("§timezon: Europe/Berlin", "timezone")),
    "a zone of fixed offset": ("zone-without-summer-time", config("timezone: §EST")),
    "a zone with the sign turned": ("zone-without-summer-time", config("timezone: §Etc/GMT+5")),
    "recievers": (KEY, config('§recievers:\n  me: {url: "console://"}', "receivers")),
    "channels": (KEY, config('§channels: {me: "console://"}')),
    "on": (KEY, config("§on: [me]")),
    "no operator": ("no-operator", "§" + config("", "operator")),
    "an operator twice": ("named-twice", config("operator: [me, §me]")),
    "an operator that is left empty": ("no-operator", config("operator:§", "operator")),
    "a folder that is not there": ("folder-not-there", source("{kind: inbox, folder: §nodir}")),
    "an operator that is nobody": (NO_RECEIVER, config("operator: [§mee]")),
    "no sources": ("no-sources", "§" + config("", "sources")),
    "empty sources": ("no-sources", config("sources: §{}")),
    "no subscriptions": ("no-subscriptions", "§" + config("", "subscriptions")),
    "no receivers at all": ("no-receivers", config("receivers: §{}\nsubscriptions: []", "operator")),
    "an empty file": ("empty-config", "§"),
    "comments alone": ("empty-config", "§# watcher\n"),
    "a receiver that nobody uses": (
        "unused-receiver",
        config('receivers:\n  me: {url: "console://"}\n  §you: {url: "json://127.0.0.1/"}'),
    ),
    "a place that nobody keeps papers in": ("unused-place", config("keep:\n  §notes: {folder: notes}")),
    "a place that is none": ("missing-key", config("keep:\n  §notes: {stars: true}")),
    "two places in one": ("wrong-value", config("keep:\n  §notes: {folder: notes, bib: refs.bib, stars: true}")),
    "a key of another kind of place": (
        "wrong-value",
        config("keep:\n  n: {bib: r.bib, stars: true, collection: §Reading}"),
    ),
    "a library that is none": ("wrong-value", config('keep:\n  z: {zotero: §ana, key: "abcdefgh", stars: true}')),
    "a library without its key": ("wrong-value", config("keep:\n  z: {zotero: §users/7, stars: true}")),
    "a key of a library that is not set": (
        "missing-secret",
        config('keep:\n  §z: {zotero: users/7, key: "${NO_SUCH_KEY}", stars: true}'),
    ),
    "a webhook without a body": ("wrong-value", config('keep:\n  w: {webhook: §"https://a.example/", stars: true}')),
    "a body that is no JSON": (
        "wrong-value",
        config("""keep:\n  w: {webhook: "https://a.example/", body: §'{"a": }', stars: true}"""),
    ),
    "a body with a place for nothing": (
        "wrong-value",
        config("""keep:\n  w: {webhook: "https://a.example/", body: §'{"a": "{titel}"}', stars: true}"""),
    ),
    "a place called as a receiver": ("wrong-value", config("keep:\n  §me: {folder: notes, stars: true}")),
    "a place that is not there": ("unknown-place", subscription("rule: kite", "keep: [§nots]")),
    "a source that nobody reads": (
        "unused-source",
        config(
            "sources:\n  hf: {kind: huggingface}\n  §ax: {kind: arxiv, categories: [cs.LG]}\n"
            "subscriptions:\n  - {name: x, rule: kite, to: me, sources: [hf]}"
        ),
    ),
    "files that are not there": ("include-without-files", config("include: §nodir/*.yaml")),
    "a file that is not there": ("include-without-files", config("include: [§people.yaml]")),
    "files in the home": ("include-without-files", config("include: §~/subs/*.yaml")),
    "files by another ending": ("include-leaves-out-files", config("include: §there/*.yaml")),
    "foo as a database": ("wrong-database", config("database: §foo://bar")),
    "postgre": ("wrong-database", config("database: §postgre://u@127.0.0.1/w")),
    "mysql": ("wrong-database", config("database: §mysql://u@127.0.0.1/w")),
    "less than a day is kept": (VALUE, config("retain: {polls: §1h}")),
    "a duration without a unit": (VALUE, config("unreachable_after: §24")),
    "contact in words": ("contact-without-address", config("contact: §the lab")),
    "unsubscribe in words": (VALUE, config("unsubscribe: §ask me")),
    "templates that are not there": ("wrong-folder", config("templates: §nodir")),
    "allow for no file": ("allow-without-file", config("include: there/*.yml\nallow: {a.yml: [me], §b.yaml: [me]}")),
    "a hook": (KEY, config("§interval: 1h")),
    "urlwatch's report": (KEY, config("§report: {email: {enabled: true}}")),
    "Alertmanager's route": (KEY, config("§route: {receiver: me}")),
    # sources
    "a kind misspelt": (VALUE, source("{kind: §hugingface}")),
    "a kind as others call it": (VALUE, source('{kind: §rss, url: "https://lab.example/rss"}')),
    "a source as an address": (VALUE, source("§https://huggingface.co/papers")),
    "a list of sources": (VALUE, config("sources:\n  §- {kind: huggingface}")),
    "every without a unit": (VALUE, source("{kind: huggingface, every: §60}")),
    "every second": (VALUE, source("{kind: huggingface, every: §10s}")),
    "every ten days": ("seldom-read", source("{kind: huggingface, every: §10d}")),
    "feed's scheme": (VALUE, source('{kind: feed, url: §"feed://lab.example/rss"}')),
    "ftp": (VALUE, source('{kind: feed, url: §"ftp://lab.example/rss"}')),
    "a file's address": (VALUE, source('{kind: feed, url: §"file:///tmp/rss"}')),
    "an address with an open bracket": (VALUE, source('{kind: feed, url: §"http://[::1/rss"}')),
    "an address with brackets around a name": (VALUE, source('{kind: feed, url: §"http://[x]/rss"}')),
    "an address with a port of letters": (VALUE, source('{kind: feed, url: §"http://lab.example:8O80/rss"}')),
    "an address with a port beyond all": (VALUE, source('{kind: feed, url: §"http://lab.example:99999/rss"}')),
    "an address whose host is another's sign": (VALUE, source('{kind: feed, url: §"http://lab\\u2100.example/rss"}')),
    "an address without a scheme": (VALUE, source("{kind: feed, url: §lab.example/rss}")),
    "an address with an @": ("user-in-address", source('{kind: feed, url: §"https://ana:pw@lab.example/rss"}')),
    "a variable of a source that is not set": (
        "missing-secret",
        source('{kind: feed, url: §"https://lab.example/${KEY}"}'),
    ),
    "a variable with a default": ("wrong-address", source('{kind: feed, url: §"https://lab.example/${KEY:-1}"}')),
    "a variable in a selector": (
        VARIABLE,
        source('{kind: html, url: "https://lab.example/", item: li, title: §"${B}"}'),
    ),
    "a file without an address": ("missing-secret", source("{kind: feed, url_file: §nowhere}")),
    "an address and a file": (
        VALUE,
        source('{kind: feed, url: "https://lab.example/feed", url_file: §nowhere}'),
    ),
    "a feed without an address": (MISSING, source("§{kind: feed}")),
    "a list of arXiv as a feed": (
        "address-without-list",
        source('{kind: feed, url: §"https://arxiv.org/list/cs.CL/new"}'),
    ),
    "an address without a kind": ("url-without-kind", source('{url: §"https://lab.example/feed.xml"}')),
    "a host but for a letter": ("misspelt-host", source('{kind: feed, url: §"http://localhots:8080/feed.xml"}')),
    "a page of one paper": ("address-of-one-paper", source('{kind: feed, url: §"https://arxiv.org/abs/2601.00001"}')),
    "a page for a feed": (
        "address-of-one-paper",
        source('{kind: html, item: li, title: a, url: §"https://arxiv.org/pdf/2601.00001"}'),
    ),
    "arXiv without categories": (MISSING, source("§{kind: arxiv}")),
    "no category of arXiv": (VALUE, source("{kind: arxiv, categories: [§machine learning]}")),
    "a key of another kind": (KEY, source("{kind: huggingface, §categories: [cs.LG]}")),
    "look_back in words": (VALUE, source("{kind: huggingface, look_back: §3 days}")),
    "too long a look-back": (VALUE, source("{kind: huggingface, look_back: §90}")),
    "sources of one address": (
        "same-address",
        config(
            'sources:\n  hf: {kind: feed, url: "https://lab.example/rss"}\n  ax: {kind: feed, url: §"https://lab.example/rss"}'
        ),
    ),
    # receivers
    "receivers as a list": (VALUE, config('receivers:\n  §- name: me\n    url: "console://"')),
    "sources as a list, used by name": (
        VALUE,
        beside(
            subscription("rule: kite", "sources: [hf]")
            .replace("  hf: {kind", "  §- {name: hf, kind")
            .replace("  ax: {kind", "  - {name: ax, kind")
        ),
    ),
    "a receiver in Alertmanager's form": (KEY, config("receivers:\n  me: {§email: ana@lab.example}")),
    "a list in braces without brackets": (KEY, source("{kind: arxiv, categories: cs.LG, §cs.CL}")),
    "a variable that is not closed": (ADDRESS, address("${HOOK")),
    "a variable of a template": (ADDRESS, address("{{ HOOK }}")),
    "a variable of Windows": (ADDRESS, address("%HOOK%")),
    "a variable of a shell at the beginning": (ADDRESS, address("$HOOK/x")),
    "a receiver as an address": (VALUE, config('receivers:\n  me: §"console://"')),
    "a receiver without an address": (MISSING, config("receivers:\n  §me: {rate: 1/s}")),
    "two ways to an address": (VALUE, config('receivers:\n  §me: {url: "console://", url_file: x}')),
    "an apprise tag": (KEY, config('receivers:\n  me: {url: "console://", §tag: lab}')),
    "a token of a guide": ("placeholder-in-address", address("mailtos://bot:changeme@smtp.lab.example?to=a@b.example")),
    "a mail's password in clear": (CLEAR, address("mailto://ana:pw@smtp.example.org?from=a@b.example&to=c@d.example")),
    "a webhook's password in clear": (CLEAR, address("json://ana:pw@hook.example.org/x")),
    "ntfy's password in clear": (CLEAR, address("ntfy://ana:pw@ntfy.example.org/alerts")),
    "a variable as a password in clear": (
        CLEAR,
        address("mailto://bot:${PW}@smtp.example.org?from=a@b.example&to=c@d.example"),
    ),
    "a slash in a password": (ADDRESS, address("mailtos://bot:p@ss/w@smtp.example.org")),
    "a second @": (ADDRESS, address("mailtos://bot:p@ss@smtp.example.org?from=a@b.example&to=c@d.example")),
    "a # in a password": (ADDRESS, address("mailtos://bot:p#w@smtp.example.org?from=a@b.example&to=c@d.example")),
    "a letter in a port": (ADDRESS, address("ntfy://ana:pw@push.example.org:8O80/alerts")),
    "a port too high": (ADDRESS, address("mailto://127.0.0.1:99999?from=a@b.example&to=c@d.example")),
    "a port in words": (ADDRESS, address("mailto://127.0.0.1:smtp?from=a@b.example&to=c@d.example")),
    "too": (ADDRESS, address("mailtos://bot:${PW}@smtp.example.org?from=a@b.example&too=c@d.example")),
    "verfy": (ADDRESS, address("mailtos://bot:${PW}@smtp.example.org?from=a@b.example&to=c@d.example&verfy=no")),
    "a variable in sh's form": (ADDRESS, address("$SLACK")),
    "a variable with a blank": (ADDRESS, address("${MY SLACK}")),
    "a default for a variable": (ADDRESS, address("${SLACK:-console://}")),
    "a variable that is not set": ("missing-secret", address("${NOT_SET}")),
    "smtp": (ADDRESS, address("smtp://bot:${PW}@smtp.example.org")),
    "a file": (ADDRESS, address("file:///tmp/x")),
    "slak": (ADDRESS, address("slak://A/B/C")),
    "a short token": (ADDRESS, address("slack://abc")),
    "any web address": (ADDRESS, address("https://example.org/hook")),
    "an e-mail address": (ADDRESS, address("ana@lab.example")),
    "mailto without slashes": (ADDRESS, address("mailto:ana@lab.example")),
    "a service of this machine": (ADDRESS, address("syslog://")),
    "two of one address": (
        "same-address",
        config('receivers:\n  me: {url: "json://127.0.0.1/"}\n  you: {url: §"json://127.0.0.1/"}\noperator: [me, you]'),
    ),
    "a rate of nothing": (VALUE, receiver('{url: "console://", rate: §0 per hour}')),
    "a rate per week": (VALUE, receiver('{url: "console://", rate: §20 per week}')),
    # the way out
    "a proxy without a scheme": (ADDRESS, config("proxy: §proxy.lab.example:3128")),
    "a proxy with a user and no scheme": (ADDRESS, config("proxy: §ana:pw@proxy.lab.example:3128")),
    "a proxy by TLS": (ADDRESS, config("proxy: §https://proxy.lab.example:3128")),
    "a SOCKS proxy": (ADDRESS, config("proxy: §socks5h://proxy.lab.example:1080")),
    "a proxy of another kind": (ADDRESS, config("proxy: §ftp://proxy.lab.example:21")),
    "a proxy without a port": (ADDRESS, config("proxy: §http://proxy.lab.example")),
    "a proxy with port 0": (ADDRESS, config("proxy: §http://proxy.lab.example:0")),
    "a proxy with letters in its port": (ADDRESS, config("proxy: §http://proxy.lab.example:3l28")),
    "a proxy without a host": (ADDRESS, config("proxy: §http://:3128")),
    "a script that names proxies": (ADDRESS, config("proxy: §http://wpad.lab.example:80/proxy.pac")),
    "a proxy with a path": (ADDRESS, config("proxy: §http://proxy.lab.example:3128/out")),
    "a proxy with a slash in its password": (ADDRESS, config("proxy: §'http://ana:p/w@proxy.lab.example:3128'")),
    "a proxy with a number sign in its password": (ADDRESS, config("proxy: §'http://ana:p#w@proxy.lab.example:3128'")),
    "a proxy with two at signs": (ADDRESS, config("proxy: §'http://ana:p@w@proxy.lab.example:3128/x'")),
    "a proxy of an unset variable": (
        "missing-secret",
        config("proxy: §'http://ana:${NOT_SET}@proxy.lab.example:3128'"),
    ),
    "a proxy of a variable that holds another address": (ADDRESS, config("proxy: §'${HOOK}'")),
    "a proxy with a default": (ADDRESS, config("proxy: §'${PW:-http://proxy.lab.example:3128}'")),
    "a proxy of two": (VALUE, config("proxy: §[http://a.lab.example:3128, http://b.lab.example:3128]")),
    "no_proxy": (KEY, config("§no_proxy: [lab.example]")),
    "http_proxy": (KEY, config("§http_proxy: http://proxy.lab.example:3128")),
    "exceptions in one text": (VALUE, proxied("§lab.example,10.0.0.0/8")),
    "an exception's scheme": (VALUE, proxied("§[https://lab.example]")),
    "an exception's port": (VALUE, proxied("§[lab.example:8080]")),
    "an exception for everything": (VALUE, proxied("§['*']")),
    "a network that begins within itself": (VALUE, proxied("§[10.1.2.3/8]")),
    "a network without its end": (VALUE, proxied("§[10.0.0]")),
    "exceptions without a proxy": ("proxy-except-without-proxy", config("§proxy_except: [lab.example]")),
    "certificates that are not there": (FILE, config("ca_bundle: §nowhere.pem")),
    "certificates in a folder": (FILE, config("ca_bundle: §there")),
    "certificates in a file without any": (FILE, config("ca_bundle: §there/a.yml")),
    "certificates at an address": (VALUE, config("ca_bundle: §https://lab.example/authority.pem")),
    # YAML
    "a colon forgotten": (YAML, config("subscriptions:\n  - name: x\n    rule: kite\n    §to [me]")),
    "a tab": (YAML, config("sources:\n§\thf: {kind: huggingface}")),
    "quotes that end early": (YAML, subscription('rule: "a" §OR b')),
    "a brace forgotten": (YAML, config("sources:\n  hf: §{kind: huggingface, every: 1h\nretain: {polls: 90d}")),
    "a quote forgotten": (YAML, subscription("rule: §'agent")),
    "a value that begins with a star": (YAML, subscription("any: [§*agent]")),
    "a key that stands twice": (YAML, config("sources:\n  hf: {kind: huggingface, §kind: arxiv}")),
    "variables in braces without quotes": (YAML, config("receivers:\n  me: {url: §${SLACK}}")),
    "no-break spaces before a key": (KEY, config("§\u00a0\u00a0retain: {polls: 90d}")),
    "no-break spaces before a list": (YAML, config("subscriptions:\n§\u00a0\u00a0- name: x\n    rule: kite")),
    "a second document": (YAML, config("§---\nretain: {polls: 90d}")),
    "an anchor": (YAML, config("sources:\n  hf: §&base {kind: huggingface}")),
}

MISTAKES: dict[str, Case] = {**IN_RULES, **IN_SUBSCRIPTIONS, **AROUND}


def cases() -> Iterator[tuple[str, frozenset[str], str, tuple[int, int]]]:
    """Title, names of which one has to be found, the config's text, and line and column of the place."""
    for title, (names, marked) in MISTAKES.items():
        before, _, after = marked.partition("§")
        assert "§" not in after, title
        line = before.count("\n") + 1
        yield title, frozenset(names.split()), before + after, (line, len(before) - before.rfind("\n"))
