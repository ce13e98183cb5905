"""Slips in subscriptions and in YAML, as people make them, and words of the answer.

Most come of other programs' habits. A row is its title, words of the one finding that it has, and the config. ``§``
stands before the character at which the finding points.
"""

from __future__ import annotations

from tests.unit.config_mistakes import config, subscription

SLIPS: dict[str, tuple[str, str]] = {
    "sub: an item of two lines in quotes": ("one item for each", subscription('any: ["§agent\\nrobot"]')),
    "sub: rule as list": ("rule: agent OR robot", subscription("rule: §[agent, robot]")),
    "sub: rule as table": ("rule: agent OR robot", subscription("rule: §{any: [agent]}")),
    "sub: rule empty": ("rule: agent OR robot", subscription("rule: §''")),
    "sub: rule null": ("add rule: …", subscription("rule:§")),
    "sub: any as table": ("[one, two]", subscription("any: §{agent: true}")),
    "sub: any empty": ("[one, two]", subscription("any: §[]")),
    "sub: any nested list": ("put it into quotes", subscription("any: [agent, §[robot, arm]]")),
    "sub: any item empty quotes": ("a word or a phrase", subscription("any: [agent, '§']")),
    "sub: any star": ("a word", subscription("any: ['§*']")),
    "sub: any quoted in quotes": ("a list item is a phrase without quotes", subscription("any: ['§\"tool use']")),
    "sub: any with NOT field": ("rule: … in place of lists", subscription("any: ['§NOT survey']")),
    "sub: none alone": ("add any:, all: or where:", subscription("§none: [survey]")),
    "sub: any newline string": ("one item a line with - before it", subscription("any: §|\n  agent\n  robot")),
    "sub: any with hash": ("put the text that holds it into quotes", subscription("any: [agent, robot §#1]")),
    "sub: where only field colon": (
        "a comparison such as upvotes>=20",
        subscription("rule: agent", "where: '§upvotes: 20'"),
    ),
    "sub: where yaml table": ("where: upvotes >= 20", subscription("rule: agent", "where: §{upvotes: 20}")),
    "sub: where number": ("a comparison such as upvotes>=20", subscription("rule: agent", "where: §20")),
    "sub: where min": ("a comparison such as upvotes>=20", subscription("rule: agent", "where: §min 20 upvotes")),
    "sub: where and lower": ("AND for the operator", subscription("rule: agent", "where: upvotes>=5 §and comments>=2")),
    "sub: where >=20 unquoted": ("`where: upvotes >= 20`", subscription("rule: agent", "where: §>=20")),
    "sub: to list of tables": ("put it into quotes", subscription("rule: agent", to="to: [§{name: me}]")),
    "sub: to empty": ("[one, two]", subscription("rule: agent", to="to: §[]")),
    "sub: to null": ("[one, two]", subscription("rule: agent", to="to:§")),
    "sub: to with blank": ("[one, two]", subscription("rule: agent", to="to: §me ana")),
    "sub: to semicolon": ("[one, two]", subscription("rule: agent", to="to: §me; you")),
    "sub: to url": ("that name", subscription("rule: agent", to="to: §slack://A/B/C")),
    "sub: to case": ("`me`?", subscription("rule: agent", to="to: [§Me]")),
    "sub: to with @": ("`me`?", subscription("rule: agent", to="to: §'@me'")),
    "sub: name with slash": (
        "use letters, digits, blanks, - _ . + and begin w",
        subscription("rule: agent", name="name: §ana/agents"),
    ),
    "sub: name null": ("a name", subscription("rule: agent", name="name:§")),
    "sub: name as list": ("a name", subscription("rule: agent", name="name: §[a, b]")),
    "sub: name with colon": ("put the value into quotes", subscription("rule: agent", name="name: agents§: new")),
    "sub: name with @": (
        "put a text that begins with such a sign into quo",
        subscription("rule: agent", name="name: §@agents"),
    ),
    "sub: name emoji": (
        "use letters, digits, blanks, - _ . + and begin w",
        subscription("rule: agent", name="name: §🤖"),
    ),
    "sub: when every weekday 8am": ("weekdays at 08:00", subscription("rule: agent", "when: §every weekday 8am")),
    "sub: when daily at 25:00": ("daily at 08:00", subscription("rule: agent", "when: §daily at 25:00")),
    "sub: when monthly on 31": ("monthly on the 31st at 08:00", subscription("rule: agent", "when: §monthly on 31")),
    "sub: when daily 8:00 without at": ("daily at 08:00", subscription("rule: agent", "when: §daily 08:00")),
    "sub: when @ 8": ("daily at 08:00", subscription("rule: agent", "when: §daily @ 8")),
    "sub: when daily at 8.30": ("daily at 08:30", subscription("rule: agent", "when: §daily at 8.30")),
    "sub: when daily at 0830": ("daily at 08:30", subscription("rule: agent", "when: §daily at 0830")),
    "sub: when 8:00": ("daily at 08:00", subscription("rule: agent", "when: §8:00")),
    "sub: when weekly": ("weekly on mon at 08:00", subscription("rule: agent", "when: §weekly")),
    "sub: when weekly monday": ("weekly on mon at 08:00", subscription("rule: agent", "when: §weekly monday 08:00")),
    "sub: when Mondays": ("weekly on mon at 08:00", subscription("rule: agent", "when: §mondays at 08:00")),
    "sub: when weekly on mon,thu": (
        'cron "0 8 * * mon,thu"',
        subscription("rule: agent", "when: §weekly on mon, thu at 08:00"),
    ),
    "sub: when monthly": ("monthly on the 1st at 08:00", subscription("rule: agent", "when: §monthly")),
    "sub: when monthly on the first": (
        "monthly on the 1st at 08:00",
        subscription("rule: agent", "when: §monthly on the first at 08:00"),
    ),
    "sub: when monthly last": (
        "monthly on the 31st at 08:00",
        subscription("rule: agent", "when: §monthly on the last day at 08:00"),
    ),
    "sub: when monthly 32nd": ("1st to 31st", subscription("rule: agent", "when: §monthly on the 32nd at 08:00")),
    "sub: when every 3 hours": ('cron "0 */3 * * *"', subscription("rule: agent", "when: §every 3 hours")),
    "sub: when every 30 minutes": ('cron "*/30 * * * *"', subscription("rule: agent", "when: §every 30m")),
    "sub: when every day": ("daily at 08:00", subscription("rule: agent", "when: §every day at 08:00")),
    "sub: when every 2 weeks": ("every 14 days at 08:00", subscription("rule: agent", "when: §every 2 weeks at 08:00")),
    "sub: when instantly": ("immediately", subscription("rule: agent", "when: §instantly")),
    "sub: when now": ("immediately", subscription("rule: agent", "when: §now")),
    "sub: when never": (
        "immediately, hourly, daily at 08:00, weekdays at",
        subscription("rule: agent", "when: §never"),
    ),
    "sub: when @daily": ("daily at 00:00", subscription("rule: agent", "when: §'@daily'")),
    "sub: when bare cron": ('cron "0 8 * * *"', subscription("rule: agent", "when: §0 8 * * *")),
    "sub: when bare cron star first": ('cron "*/15 * * * *"', subscription("rule: agent", "when: §'*/15 * * * *'")),
    "sub: when cron L": ("it goes from 1 to 31", subscription("rule: agent", "when: §cron 0 8 L * *")),
    "sub: when cron minute 60": ("it goes from 0 to 59", subscription("rule: agent", "when: §cron 60 8 * * *")),
    "sub: when cron four": (
        "minute, hour, day, month and weekday, as in cron",
        subscription("rule: agent", "when: §cron 0 8 * *"),
    ),
    "sub: when list": (
        "immediately, hourly, daily at 08:00, weekdays at",
        subscription("rule: agent", "when: §[daily at 08:00, daily at 18:00]"),
    ),
    "sub: when two times": ('cron "0 8,18 * * *"', subscription("rule: agent", "when: §daily at 08:00 and 18:00")),
    "sub: when table": (
        "immediately, hourly, daily at 08:00, weekdays at",
        subscription("rule: agent", "when: §{daily: '08:00'}"),
    ),
    "sub: when with zone": ("daily at 08:00", subscription("rule: agent", "when: §daily at 08:00 CET")),
    "sub: when iso": (
        "immediately, hourly, daily at 08:00, weekdays at",
        subscription("rule: agent", "when: §2026-01-01T08:00"),
    ),
    "sub: when businessdays": ("weekdays at 08:00", subscription("rule: agent", "when: §business days at 08:00")),
    "sub: when German": ("daily at 08:00", subscription("rule: agent", "when: §täglich um 08:00")),
    "sub: when typo": ("daily at 08:00", subscription("rule: agent", "when: §dayly at 08:00")),
    "sub: quiet 24:00": ('it as "00:00"', subscription("rule: agent", 'quiet_hours: {from: "22:00", to: §"24:00"}')),
    "sub: quiet list": (
        'write {from: "22:00", to: "07:00"}',
        subscription("rule: agent", "quiet_hours: §['22:00', '07:00']"),
    ),
    "sub: quiet dash": ('write {from: "22:00", to: "07:00"}', subscription("rule: agent", "quiet_hours: §22-7")),
    "sub: quiet_days weekend": (
        "[sat, sun]",
        subscription("rule: agent", "quiet_days: §weekend"),
    ),
    "sub: quiet_days range": (
        "mon, tue, wed, thu, fri, sat or sun",
        subscription("rule: agent", "quiet_days: §sat-sun"),
    ),
    "sub: quiet_days number": (
        "mon, tue, wed, thu, fri, sat or sun",
        subscription("rule: agent", "quiet_days: §[6, 7]"),
    ),
    "sub: quiet covers weekly": (
        "choose another time",
        subscription("rule: agent", "when: weekly on sun at 08:00", "quiet_days: §[sat, sun]"),
    ),
    "sub: quiet covers monthly": (
        "choose another time",
        subscription("rule: agent", "when: monthly on the 1st at 03:00", 'quiet_hours: §{from: "22:00", to: "07:00"}'),
    ),
    "sub: tz EST5": ("a place such as Europe/Paris", subscription("rule: agent", "timezone: §EST5")),
    "sub: tz Berlin": ("`Europe/Berlin`?", subscription("rule: agent", "timezone: §Berlin")),
    "sub: tz europe/berlin": ("`Europe/Berlin`?", subscription("rule: agent", "timezone: §europe/berlin")),
    "sub: tz Europe/Berlin blank": ("`Europe/Berlin`?", subscription("rule: agent", "timezone: §Europe / Berlin")),
    "sub: tz UTC+1": ("a place such as Europe/Paris", subscription("rule: agent", "timezone: §UTC+1")),
    "sub: tz +01:00": ("a place such as Europe/Paris", subscription("rule: agent", "timezone: §'+01:00'")),
    "sub: tz New York": ("`America/New_York`?", subscription("rule: agent", "timezone: §America/New York")),
    "sub: tz Germany": ("write Europe/Berlin", subscription("rule: agent", "timezone: §Germany")),
    "sub: tz local": ("a place such as Europe/Paris", subscription("rule: agent", "timezone: §local")),
    "sub: tz Eastern Standard Time": (
        "a place such as Europe/Paris",
        subscription("rule: agent", "timezone: §Eastern Standard Time"),
    ),
    "sub: tz Asia/Calcuta": ("`Asia/Calcutta`?", subscription("rule: agent", "timezone: §Asia/Calcuta")),
    "sub: max_papers negative": ("digits only", subscription("rule: agent", "max_papers: §-1")),
    "sub: max_papers none": ("digits only", subscription("rule: agent", "max_papers: §none")),
    "sub: max_papers unlimited": ("digits only", subscription("rule: agent", "max_papers: §unlimited")),
    "sub: max_papers huge": ("digits only", subscription("rule: agent", "max_papers: §1e6")),
    "sub: backfill 1 week": ("none", subscription("rule: agent", "backfill: §1w")),
    "sub: backfill number": ("none", subscription("rule: agent", "backfill: §7")),
    "sub: backfill all": ("none", subscription("rule: agent", "backfill: §all")),
    "sub: bundle twice": ("true or false", subscription("rule: agent", "bundle: §2")),
    "sub: when_empty yes": ("skip or send", subscription("rule: agent", "when: daily at 08:00", "when_empty: §yes")),
    "sub: on_update all": ("ignore or notify", subscription("rule: agent", "on_update: §all")),
    "sub: on update": ("version or accepted", subscription("rule: agent", "on: §update")),
    "sub: on retraction": ("retracted", subscription("rule: agent", "on: §[code, retract]")),
    "sub: sign_of_life weekly": ("monthly", subscription("rule: agent", "sign_of_life: §weekly")),
    "sub: min_upvotes": ("here it is called `where`", subscription("rule: agent", "§min_upvotes: 20")),
    "sub: Rule capital": ("`rule`?", subscription("§Rule: agent")),
    "sub: accept text": ("their names are in docs/warnings.md", subscription("rule: agent", "accept: §all")),
    "sub: enabled": (
        "unknown key",
        subscription("rule: agent", "§enabled: false"),
    ),
    "sub: tags": ("unknown key", subscription("rule: agent", "§tags: [ml]")),
    "sub: sources star": ("leave `sources` out for all of them", subscription("rule: agent", "sources: [§'*']")),
    "sub: sources kind arxiv": ("known: hf, ax", subscription("rule: agent", "sources: [§arxiv]")),
    "sub: sources url": ("that name", subscription("rule: agent", "sources: [§'https://arxiv.org/list/cs.CL/new']")),
    "sub: sources empty": ("[one, two]", subscription("rule: agent", "sources: §[]")),
    "sub: sources category": ("known: hf, ax", subscription("rule: agent", "sources: [§cs.LG]")),
    "yaml: tab in list": ("indent with blanks", config("subscriptions:\n§\t- name: x\n\t  rule: kite\n\t  to: [me]")),
    "yaml: tab after dash": (
        "indent with blanks",
        config("subscriptions:\n  - name: x\n§\t    rule: kite\n    to: [me]"),
    ),
    "yaml: colon in value": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: agent§: robot\n    to: [me]"),
    ),
    "yaml: colon in rule title:": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: title§: agent\n    to: [me]"),
    ),
    "yaml: unquoted *": (
        "put a text that begins with such a sign into quo",
        config("subscriptions:\n  - name: x\n    rule: §*agent\n    to: [me]"),
    ),
    "yaml: unquoted !": (
        "put a text that begins with such a sign into quo",
        config("subscriptions:\n  - name: x\n    rule: §!survey agent\n    to: [me]"),
    ),
    "yaml: unquoted @": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: §@agent\n    to: [me]"),
    ),
    "yaml: unquoted {": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: §{agent OR robot} kite\n    to: [me]"),
    ),
    "yaml: unquoted %": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: §%agent%\n    to: [me]"),
    ),
    "yaml: unquoted &": (
        "put a text that begins with such a sign into quo",
        config("subscriptions:\n  - name: x\n    rule: §&agent\n    to: [me]"),
    ),
    "yaml: unquoted backtick": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: §`agent`\n    to: [me]"),
    ),
    "yaml: unquoted >": (
        "`where: upvotes >= 20`",
        config("subscriptions:\n  - name: x\n    rule: kite\n    where: §>20\n    to: [me]"),
    ),
    "yaml: unquoted |": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: §| agent\n    to: [me]"),
    ),
    "yaml: unquoted ?": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: §? agent\n    to: [me]"),
    ),
    "yaml: [ in rule": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: §[tiab] agent\n    to: [me]"),
    ),
    "yaml: missing blank after colon": (
        "`rule: …`",
        config("subscriptions:\n  - name: x\n    §rule:kite\n    to: [me]"),
    ),
    "yaml: missing blank after dash": (
        "`- name: …`",
        config("subscriptions:\n  §-name: x\n    rule: kite\n    to: [me]"),
    ),
    "yaml: missing dash": ("write - before name:", config("subscriptions:\n  §name: x\n  rule: kite\n  to: [me]")),
    "yaml: second without dash": (
        "it is on line 9 already",
        config("subscriptions:\n  - name: x\n    rule: kite\n    to: [me]\n    §name: y\n    rule: moon\n    to: [me]"),
    ),
    "yaml: indentation too deep": (
        "check the indentation",
        config("subscriptions:\n  - name: x\n      rule§: kite\n    to: [me]"),
    ),
    "yaml: indentation too shallow": (
        "check the indentation",
        config("subscriptions:\n  - name: x\n  §rule: kite\n    to: [me]"),
    ),
    "yaml: top key indented": ("check the indentation", config("  §retain: {polls: 90d}")),
    "yaml: = for colon": ("`rule: …`", config("subscriptions:\n  - name: x\n    §rule = kite\n    to: [me]")),
    "yaml: key without colon": ("`to: …`", config("subscriptions:\n  - name: x\n    rule: kite\n    §to\n      - me")),
    "yaml: duplicate key in subscription": (
        "it is on line 10 already",
        config("subscriptions:\n  - name: x\n    rule: kite\n    §rule: moon\n    to: [me]"),
    ),
    "yaml: duplicate receiver": (
        "it is on line 11 already",
        config('receivers:\n  me: {url: "console://"}\n  §me: {url: "json://127.0.0.1/"}'),
    ),
    "yaml: duplicate top key": (
        "it is on line 9 already",
        config("sources:\n  hf: {kind: huggingface}\n§sources:\n  ax: {kind: arxiv, categories: [cs.LG]}"),
    ),
    "yaml: alias": (
        "put a text that begins with such a sign into quo",
        config("subscriptions:\n  - name: x\n    rule: §*base\n    to: [me]"),
    ),
    "yaml: merge key": (
        "the keys themselves",
        config("subscriptions:\n  - §<<: {rule: kite}\n    name: x\n    to: [me]"),
    ),
    "yaml: unquoted time in quiet": (
        'it as "07:00"',
        config("subscriptions:\n  - name: x\n    rule: kite\n    to: [me]\n    quiet_hours: {from: 22:00, to: §0700}"),
    ),
    "yaml: smart quotes around rule": (
        '("tool use" x) OR y or "tool use" (x OR y)',
        config("subscriptions:\n  - name: x\n    rule: §“tool use” x OR y\n    to: [me]"),
    ),
    "yaml: smart quotes around url": ("plain quotes", config("receivers:\n  me: {url: §“console://”}")),
    "yaml: smart single quotes around url": ("plain quotes", config("receivers:\n  me: {url: §‘console://’}")),
    "yaml: smart quotes around time zone": ("plain quotes", config("timezone: §“Europe/Paris”")),
    "yaml: smart quotes around name": (
        "plain quotes",
        config("subscriptions:\n  - name: §“x”\n    rule: kite\n    to: [me]"),
    ),
    "yaml: smart quotes around receiver in to": (
        "`me`?",
        config("subscriptions:\n  - name: x\n    rule: kite\n    to: [§“me”]"),
    ),
    "yaml: nbsp after colon": ("`rule: …`", config("subscriptions:\n  - name: x\n    §rule:\xa0kite\n    to: [me]")),
    "yaml: nbsp in key": (
        "plain blanks in its place",
        config("subscriptions:\n  - name: x\n    rule: kite\n    §max\xa0papers: 5\n    to: [me]"),
    ),
    "yaml: zero-width in key": (
        "plain blanks in its place",
        config("subscriptions:\n  - name: x\n    rule: kite\n    §t\u200bo: [me]"),
    ),
    "yaml: zero-width before key": (
        "plain blanks in its place",
        config("subscriptions:\n  - name: x\n    §\u200brule: kite\n    to: [me]"),
    ),
    "yaml: zero-width in receiver's name": (
        "the name anew",
        config("subscriptions:\n  - name: x\n    rule: kite\n    to: [§me\u200b]"),
    ),
    "yaml: zero-width in zone": ("the text anew", config("timezone: §Europe/Paris\u200b")),
    "yaml: nbsp in when": (
        "the text anew",
        config("subscriptions:\n  - name: x\n    rule: kite\n    to: [me]\n    when: §daily\xa0at 08:00\u200b"),
    ),
    "yaml: fullwidth colon": ("`rule: …`", config("subscriptions:\n  - name: x\n    §rule： kite\n    to: [me]")),
    "yaml: list of one key tables for sources": (
        "leave out each -",
        config("sources:\n  §- hf: {kind: huggingface}"),
    ),
    "yaml: json comments": ("begin it with #", config("§// my config\nretain: {polls: 90d}")),
    "yaml: ini section": ("`sources:` and its keys below, indented", config("§[sources]\nkind = arxiv")),
    "yaml: toml": ("`timezone: …`", config('§timezone = "Europe/Paris"', "timezone")),
    "yaml: tag !env": ('"${NAME}" for a secret', config("receivers:\n  me: {url: §!env SLACK}")),
    "yaml: tag !secret": ('"${NAME}" for a secret', config("receivers:\n  me:\n    url: §!secret slack_url")),
    "yaml: folded with text on line": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: §>- agent OR robot\n    to: [me]"),
    ),
    "yaml: block scalar not indented": (
        "indent it more than its key",
        config("subscriptions:\n  - name: x\n    rule: >-\n    §agent OR robot\n    to: [me]"),
    ),
    "yaml: backslash in double quotes": (
        "put the text into single quotes",
        config('subscriptions:\n  - name: x\n    rule: §"title:/\\bagent/"\n    to: [me]'),
    ),
    "yaml: quote inside single quotes": (
        "`rule: >-` and the rule on a line of its own bel",
        config("subscriptions:\n  - name: x\n    rule: 'what'§s new'\n    to: [me]"),
    ),
    "yaml: comma missing": ("{key: value, key: value}", config("subscriptions:\n  - {name: x, rule: kite to§: [me]}")),
    "yaml: list with bracket open": (
        "the [ that is opened here is not closed,",
        config("subscriptions:\n  - name: x\n    any: §[agent, robot\n    to: [me]"),
    ),
    "yaml: extra bracket": (
        "check the indentation and the quotes",
        config("subscriptions:\n  - name: x\n    any: [agent, robot]§]\n    to: [me]"),
    ),
    "yaml: extra brace": ("check the indentation and the quotes", config("sources:\n  hf: {kind: huggingface}§}")),
    "yaml: trailing text": (
        "check the indentation and the quotes",
        config("sources:\n  hf: {kind: huggingface} §every: 1h"),
    ),
    "yaml: name no": (
        "name no in to:",
        config("receivers:\n  me: {url: 'console://'}\n  §no: {url: 'json://127.0.0.1/'}"),
    ),
    "yaml: to no (unknown)": ("known: me", config("subscriptions:\n  - name: x\n    rule: kite\n    to: [§no]")),
    "yaml: anchor": (
        "put a text that begins with such a sign into quo",
        config("subscriptions:\n  - §&a {name: x, rule: kite, to: [me]}"),
    ),
    "yaml: three dots": ("check the indentation", config("retain: {polls: 90d}\n...\n§contact: a@b.example")),
    "yaml: comment eats": (
        "rule: >- and the rule below",
        config("subscriptions:\n  - name: x\n    rule: §kite #moon\n    to: [me]"),
    ),
    "yaml: url with hash eaten": (
        'put the text into quotes, as in "${NAME}"',
        config("receivers:\n  me: {url: matrixs://u:§${PW}@m.example.org/ #room}"),
    ),
    "yaml: control char": ("remove it", config("contact: a§\x07@b.example")),
    "yaml: list item colon": (
        "put it into quotes",
        config("subscriptions:\n  - name: x\n    any:\n      - agent\n      - §graphs: a survey\n    to: [me]"),
    ),
    "yaml: any item with star": (
        "put a text that begins with such a sign into quo",
        config("subscriptions:\n  - name: x\n    any:\n      - §*agent\n    to: [me]"),
    ),
    "yaml: any item flow brace": (
        "put it into quotes",
        config("subscriptions:\n  - name: x\n    any: [agent, §{robot}]\n    to: [me]"),
    ),
    "yaml: whole doc is a list": (
        "begin with subscriptions:",
        config("§- sources", "sources", "operator", "timezone", "receivers", "subscriptions"),
    ),
    "yaml: a text": (
        "begin with subscriptions:",
        config("§hello world", "sources", "operator", "timezone", "receivers", "subscriptions"),
    ),
    "yaml: html page": ("begin with subscriptions:", "§<!DOCTYPE html>\n<html><body>404</body></html>\n"),
    "yaml: merge conflict": ("keep one of them", config().replace("sources:", "§<<<<<<< HEAD\nsources:")),
    "sub: order best": ("write score or upvotes or", subscription("rule: agent", "order: §best")),
    "sub: on": ("a time stands under `when`: write when: weekly on mon", subscription("rule: agent", "on: §monday")),
    "sub: sources with an address": (
        "put the address under sources: with a name",
        subscription("rule: agent", "sources: [§https://arxiv.org/list/cs.LG]"),
    ),
}
