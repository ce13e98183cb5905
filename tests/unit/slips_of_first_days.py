"""Slips of people who write their first config by what they know of other programs, and words of the answer.

A row is its title, words of the one finding that it has, and the config. ``§`` stands before the character at which
the finding points.
"""

from __future__ import annotations

from tests.unit.config_mistakes import address, config, receiver, ruled, source, subscription

TOKEN = "xoxb-1234567890-1234567890123-" + "k" * 24
BOT = "123456789:" + "A" * 35
APP = "k" * 16


def _scheduled(text: str) -> str:
    return subscription("rule: agent", f"when: §{text}")


def _zone(text: str) -> str:
    return config(f"timezone: §{text}")


_SCHEDULES = {
    "daily at noon": "daily at 12:00",
    "daily at midnight": "daily at 00:00",
    "noon": "daily at 12:00",
    "twice a day": 'cron "0 8,18 * * *"',
    "twice daily": 'cron "0 8,18 * * *"',
    "weekends at 10:00": 'cron "0 10 * * sat,sun"',
    "fortnightly": "every 14 days at 08:00",
    "biweekly on mon at 08:00": "every 14 days at 08:00",
    "every other monday at 09:00": "every 14 days at 09:00",
    "monthly on first monday at 08:00": "monthly on the 1st at 08:00",
    "quarterly": 'cron "0 8 1 1,4,7,10 *"',
    "annually at 9:30": 'cron "30 9 1 1 *"',
    "daily at 08:00 except weekends": "weekdays at 08:00",
    "1d": "daily at 08:00",
    "24h": "daily at 08:00",
    "P1D": "daily at 08:00",
    "7d": "weekly on mon at 08:00",
    "6h": 'cron "0 */6 * * *"',
    "1h": "hourly",
    "2w": "every 14 days at 08:00",
    "30m": 'cron "*/30 * * * *"',
    "P1M": "monthly on the 1st at 08:00",
    "daily at 08:00 Europe/Paris": "daily at 08:00, and the zone in timezone:",
}
_ZONES = {
    "Europe/Frankfurt": "write Europe/Berlin",
    "Asia/Beijing": "write Asia/Shanghai",
    "San Francisco": "write America/Los_Angeles",
    "New York": "`America/New_York`?",
    "Europe/Berln": "`Europe/Berlin`?",
    "Europe/Nowhereburg": "a few large cities",
}
_DURATIONS = {
    "1 hour": "write 1h",
    "hourly": "write 1h",
    "every day": "write 1d",
    "90min": "write 90m",
    "'60'": "60m for minutes",
    "1M": "write 1m for minutes",
    "2 weeks": "write 2w",
    "1 month": "write 30d",
}
_ADDRESSES = {
    TOKEN: "slack://TOKEN/%23CHANNEL",
    BOT: "tgram://TOKEN/CHAT_ID",
    f"slack://{TOKEN}": "add /%23CHANNEL",
    f"tgram://{BOT}": "add /CHAT_ID",
    "https://matrix.to/#/room:matrix.org": "matrixs://",
    "https://api.pushover.net/1/messages.json": "pover://USER_KEY@TOKEN",
    "https://maker.ifttt.com/trigger/papers": "ifttt://",
    "https://www.zotero.org/ana": "under keep:, as zotero:",
    "mailtos://ana@lab.example": "nobody signs in",
    "mailto://ana@gmail.com": "Google takes an app password",
    "mailtos://ana:hunter22@gmail.com": "apppasswords",
    f"mailtos://ana:{APP}@smtp.gmail.com": "add from=… and to=…",
    "mailtos://ana:pw@smtp.lab.example:587": "add from=… and to=…",
    "mailtos://ana:pw@hotmail.com": "microsoft-365.md",
    "mailtos://ana:pw@imap.lab.example?to=bo@lab.example": "the server for sending",
    "mailtos://ana:pw@lab.example:993?to=bo@lab.example": "the server for sending",
    "mailtos://ana:$SMTP_PASSWORD@lab.example": "stands in braces",
    "jsons://hook.lab.example/x?token=abc": "a - before its name",
}
_SITES = {
    "https://huggingface.co/papers/date/2026-03-10": "it reads the newest",
    "https://huggingface.co/papers/week/2026-W10": "it reads the newest",
    "https://huggingface.co/papers/trending": "listing: trending",
    "https://huggingface.co": "leave url out",
}
_PAGES = {
    "https://blog.lab.example/": "front page",
    "https://www.nature.com/nature": "NAME.rss",
    "https://www.youtube.com/@lab": "feeds/videos.xml",
    "https://www.reddit.com/r/papers/": "and .rss",
    "https://paperswithcode.com/latest": "closed",
}
_RULES = {
    "agent §AND-NOT survey": "write NOT",
    "agent §AND/OR robot": "write OR",
    "agent §OU robot": "write OR",
    "agent §SAUF survey": "write NOT",
    "§title contains agent": "title:word",
    "agent §in the abstract": "title:word",
    "§true": "everything",
    "§all papers": "everything",
    "agent §last 7 days": "no time is read here",
    "agent §since yesterday": "no time is read here",
    "§topic=agent": "title:word",
    "agent §upvotes>50 votes": "a number has no unit",
}
_KEYS_AT_THE_TOP = {
    "every: 1h": "it belongs into a source",
    "interval: 1h": "it is called `every`, and belongs into a source",
    "schedule: daily at 08:00": "it is called `when`, and belongs into a subscription",
    "to: [me]": "it belongs into a subscription",
    "max_papers: 10": "it belongs into a subscription",
    "quiet_hours: {from: '22:00', to: '07:00'}": "into a subscription or into a receiver",
    "listen: x": "it belongs under web",
    "email: ana@lab.example": "write receivers: {me: {url: …}}",
    "smtp: {host: smtp.lab.example}": "write receivers: {me: {url: …}}",
    "slack: {channel: papers}": "write receivers: {me: {url: …}}",
    "web: §8380": "listen, token_file, open, public_url",
    "retain: §30d": "attempts, polls, pages, metrics",
    "database: §postgresql+psycog://u@h/w": "no such driver",
    "database: §postgres": "a file of that name",
    "database: §file:w.db": "without file:",
}
_KEYS_OF_SOURCES = {
    "§rule: kite": "it belongs into a subscription",
    "§to: [me]": "it belongs into a subscription",
    "§proxy: x": "it belongs to the top of the config",
    "§enabled: false": "put # before each of its lines",
    "follow: §2": "counts for nothing",
}
_KEYS_OF_RECEIVERS = {
    "§host: smtp.lab.example, port: 587, user: ana, password: pw": "write all of it in url:",
    "§slack: x": "write all of it in url:",
    "url: 'console://', §to: bo@lab.example": "write all of it in url:",
    "url: 'console://', §when: hourly": "it belongs into a subscription",
    "url: 'jsons://hook.lab.example', address: §true": "write address: to",
}
_KEYS_OF_SUBSCRIPTIONS = {
    "§receivers: [me]": "here it is called `to`",
    "§never: [survey]": "it belongs to the top of the config",
    "§url: x": "it belongs into a source or into a receiver",
    "§paused: true": "`watcher pause NAME`",
    "quiet_days: §weekends": "[sat, sun]",
}


def _marked(text: str) -> str:
    return text if "§" in text else f"§{text}"


SLIPS: dict[str, tuple[str, str]] = {
    **{f"when: {text}": (words, _scheduled(text)) for text, words in _SCHEDULES.items()},
    **{f"zone: {text}": (words, _zone(text)) for text, words in _ZONES.items()},
    **{f"every: {text}": (words, source(f"{{every: §{text}}}")) for text, words in _DURATIONS.items()},
    **{f"address: {text}": (words, address(text)) for text, words in _ADDRESSES.items()},
    **{f"page: {text}": (words, source(f'{{kind: huggingface, url: §"{text}"}}')) for text, words in _SITES.items()},
    **{f"feed: {text}": (words, source(f'{{kind: feed, url: §"{text}"}}')) for text, words in _PAGES.items()},
    **{f"rule: {text}": (words, ruled(text)) for text, words in _RULES.items()},
    **{f"top: {text}": (words, config(_marked(text))) for text, words in _KEYS_AT_THE_TOP.items()},
    **{
        f"source: {text}": (words, source(f"{{kind: huggingface, {text}}}")) for text, words in _KEYS_OF_SOURCES.items()
    },
    **{f"receiver: {text}": (words, receiver(f"{{{text}}}")) for text, words in _KEYS_OF_RECEIVERS.items()},
    **{f"sub: {text}": (words, subscription("rule: agent", text)) for text, words in _KEYS_OF_SUBSCRIPTIONS.items()},
    "source: as an address": ("write {url: …}", source("§https://huggingface.co/papers")),
    "source: as a list": ("leave out each -", config("sources:\n  §- kind: huggingface")),
    "receiver: as an address": ("write {url: …}", receiver("§'console://'")),
    "receiver: as a list": ("leave out each -", config("receivers:\n  §- name: me\n    url: 'console://'")),
    "source: subject of bioRxiv": ("called `categories`", source("{kind: biorxiv, §subject: neuroscience}")),
    "sources: a name": ("as in hf: {kind: huggingface}", config("sources: §huggingface")),
    "receivers: a name": ("me: {url: …}", config("receivers: §slack")),
    "subscriptions: a rule as an item": ("rule: and to: below it", config("subscriptions:\n  - §kite OR moon")),
    "top: a key like no other": ("known: ", config("§threads: 4")),
    **{
        f"yaml: {sign} before an item": ("`- name: …`", config(f"subscriptions:\n  §{sign} name: x\n    to: [me]"))
        for sign in ("*", "+", "•", "1.")
    },
    "source: Kind": ("`kind`?", source("{§Kind: arxiv, categories: [cs.LG]}")),
    "source: categories without kind": ("add kind: arxiv", source("{§categories: [cs.LG]}")),
    "source: term for query": ("here it is called `query`", source("{kind: pubmed, §term: kite}")),
    "source: issn for journal": ("here it is called `journal`", source("{kind: crossref, §issn: 1234-5679}")),
    "source: no blank behind its colon": ("a blank is missing", config("sources:\n  §hf:{kind: huggingface}")),
    "yaml: no blank behind the first colon": ("`timezone: …`", f"§timezone:UTC\n{config('', 'timezone')}"),
    "yaml: no blank in a list's first line": (
        "`name: …`",
        config("subscriptions:\n  - §name:x\n    rule: kite\n    to: [me]"),
    ),
    "yaml: // for a comment": ("begin it with #", f"§// mine\n{config()}"),
    "yaml: prose first": ("write key: value", f"§My config\n{config()}"),
    "yaml: ini": ("sections in brackets are not read", "§[watcher]\ntimezone = UTC\n"),
}
