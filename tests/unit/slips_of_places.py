"""Slips of place: keys in the wrong table, tables in place of lists, addresses of pages without papers.

A row is as in ``slips_of_first_days.py``.
"""

from __future__ import annotations

from tests.unit.config_mistakes import address, config, receiver, ruled, source, subscription


def _kept(text: str) -> str:
    return config(f"keep:\n  k: {{{text}}}")


_LISTED = {
    "- §x: {rule: kite, to: [me]}": "write name: x, and its other keys below it",
    "- §x:\n      rule: kite\n      to: [me]": "write name: x",
    "- §x:\n    rule: kite\n    to: [me]": "write name: x",
    "- {name: y, rule: kite, to: me}\n  - §x:\n      rule: moon\n      to: me": "write name: x",
    "- name: x\n  - §rule: kite\n  - to: [me]": "leave out the - before all keys but the first",
    "§name: x\n  rule: kite\n  to: [me]": "write - before name:",
    "§x: {rule: kite, to: [me]}": "write - name: x, and its other keys below name:",
    "§x:\n    rule: kite\n    to: [me]\n  y:\n    rule: moon\n    to: [me]": "write - name: x",
}
_INSIDE = {
    "§folder: notes": "into a place under keep or into a source of kind inbox",
    "§stars: true": "into a place under keep",
    "§author: Bengio": "write it in the rule: author:…",
    "§authors: [Bengio]": "write it in the rule: author:…",
    "§categories: [cs.LG]": "write it in the rule: category:…",
    "§venue: ICLR": "write it in the rule: venue:…",
    "§org: Lab": "write it in the rule: org:…",
    "§listing: daily": "into a source of kind huggingface",
    "§zotero: users/1": "into a place under keep",
    "quiet_hours: §'22-7'": 'write {from: "22:00", to: "07:00"}',
    "quiet_hours: §['22:00', '07:00']": 'write {from: "22:00", to: "07:00"}',
}
_OF_RETAIN = {
    "§every: 1h": "it belongs into a source",
    "§listen: x": "it belongs under web",
    "§papers: 90d": "papers, matches and messages are never deleted",
    "§messages: 90d": "papers, matches and messages are never deleted",
    "attempts: §3": "3d for days",
}
_OF_WEB = {
    "§folder: x": "into a place under keep",
    "§to: [me]": "into a subscription",
    "§tls: true": "listen, token_file",
}
_OF_PLACES = {
    "§path: notes, stars: true": "here it is called `folder`",
    "§bibtex: refs.bib, stars: true": "here it is called `bib`",
    "zotero: users/1, §api_key: '${PW}', stars: true": "here it is called `key`",
    "webhook: 'https://lab.example/', §template: x, stars: true": "here it is called `body`",
    "folder: notes, stars: true, §when: hourly": "into a subscription",
    "folder: notes, stars: true, §token: x": "known: folder, bib, zotero, webhook",
}
_OF_SOURCES = {
    "kind: openalex, query: kite, §email: a@lab.example": "write contact: at the top of the config",
    "kind: inbox, §path: there": "here it is called `folder`",
    "kind: html, url: 'https://lab.example/p', §selector: li, title: a": "here it is called `item`",
    "kind: arxiv, categories: cs.LG, §stars: true": "into a place under keep",
    "kind: huggingface, §body: x": "into a place under keep",
    "kind: huggingface, every: §1m": "write 1h, or auto",
    "kind: feed, url: 'https://lab.example/f', every: §4m": "write 1h, or auto",
    "kind: feed, url: §'feed://lab.example/f'": "write https:// in place of what stands before its host",
    "kind: feed, url: §'htp://lab.example/f'": "write https:// in place of what stands before its host",
    "kind: feed, url: §'https:/lab.example/f'": "write https:// in place of what stands before its host",
    "kind: feed, url: §'feed:https://lab.example/f'": "leave out feed:",
    "kind: feed, url: §'www.lab.example/f'": "write https:// before it",
    "kind: feed, url: §'lab.example/f'": "write https:// before it",
    "kind: feed, url: §'<https://lab.example/f>'": "leave out the signs around it",
    "kind: feed, url: §'https://lab.example/a b'": "%20",
    "kind: feed, url: §'https://lab.example/a https://lab.example/b'": "one address stands here",
    "kind: feed, url: §'http://www.nature.com/nature.rss'": "write https://",
    "kind: huggingface, url: §'http://huggingface.co/papers'": "write https://",
    "kind: feed, url: §'http://export.arxiv.org/rss/cs.AI+cs.CL'": "categories: [cs.AI, cs.CL]",
    "kind: feed, url: §'https://arxiv.org/list/math.AG/recent'": "categories: [math.AG]",
    "kind: feed, url: §'https://export.arxiv.org/api/query?search_query=all:kite'": "via: api",
    "kind: biorxiv, url: §'https://www.biorxiv.org/collection/neuroscience'": "categories: [neuroscience]",
    "kind: openalex, url: §'https://openalex.org/works?search=kite'": "without url",
    "kind: crossref, url: §'https://search.crossref.org/?q=kite'": "without url",
    "kind: oai, url: §'https://repository.example/'": "…/oai",
    "kind: html, url: §'https://dl.acm.org/journal/tods', item: li, title: a": "feed=rss&jc=tods",
    "kind: feed, url: §'https://dl.acm.org/journal/tods'": "feed=rss&jc=tods",
    "kind: html, url: §'https://onlinelibrary.wiley.com/journal/15214095', item: a, title: a": "15214095/most-recent",
    "kind: html, url: §'https://www.science.org/journal/sciadv', item: li, title: a": "jc=sciadv",
    "kind: feed, url: §'https://journals.plos.org/plosone/'": "plosone/feed/atom",
    "kind: html, url: §'https://www.sciencedirect.com/journal/kilns', item: li, title: a": "journal-feeds.md",
    "kind: feed, url: §'https://ieeexplore.ieee.org/xpl/RecentIssue.jsp?punumber=34'": "journal-feeds.md",
    "kind: feed, url: §'https://academic.oup.com/bioinformatics'": "journal-feeds.md",
}
_PUBMED = {
    "§{kind: pubmed, url: 'https://pubmed.ncbi.nlm.nih.gov/?term=slow+fire%5Btiab%5D'}": "query: 'slow fire[tiab]'",
    "§{kind: pubmed, url: 'https://pubmed.ncbi.nlm.nih.gov/?term=o%27neil'}": "query: 'o''neil', without url",
    "§{kind: pubmed}": "query: '\"spider silk\"[tiab]'",
}
_RULES = {
    "CRISPR §2020-2026": "published>=2020-01-01 published<2027-01-01",
    "CRISPR (§2020–2026)": "published>=2020-01-01 published<2027-01-01",
    "CRISPR §since 2020": "published>=2020-01-01",
    "CRISPR §after 2020": "published>=2020-01-01",
    "CRISPR §before 2020": "published<2020-01-01",
    "CRISPR §from 2020 to 2024": "published>=2020-01-01 published<2025-01-01",
    "§CRISPR > 2020": "published>2020-01-01",
}
_TOP = {
    "heartbeat: §http://hc-ping.example/3f9a6b20": "write https://",
    "heartbeat: §hc-ping.example/3f9a6b20": "write https:// before it",
    "include: §https://lab.example/a.yml": "a pattern such as subs/*.yaml",
    "§zotero: users/1": "into a place under keep",
    "§categories: [cs.LG]": "into a source of kind arxiv, biorxiv, medrxiv",
    "§item: li": "into a source of kind html",
}

SLIPS: dict[str, tuple[str, str]] = {
    **{f"listed: {text}": (words, config(f"subscriptions:\n  {text}")) for text, words in _LISTED.items()},
    **{f"in a subscription: {text}": (words, subscription("rule: kite", text)) for text, words in _INSIDE.items()},
    **{f"in retain: {text}": (words, config(f"retain: {{{text}}}")) for text, words in _OF_RETAIN.items()},
    **{f"in web: {text}": (words, config(f"web: {{open: true, {text}}}")) for text, words in _OF_WEB.items()},
    **{f"in keep: {text}": (words, _kept(text)) for text, words in _OF_PLACES.items()},
    **{f"in a source: {text}": (words, source(f"{{{text}}}")) for text, words in _OF_SOURCES.items()},
    **{f"pubmed: {text}": (words, source(text)) for text, words in _PUBMED.items()},
    **{f"years: {text}": (words, ruled(text)) for text, words in _RULES.items()},
    **{f"at the top: {text}": (words, config(text)) for text, words in _TOP.items()},
    "keep: Zotero without a key": ("write key:", config("keep:\n  k: {zotero: §users/1, stars: true}")),
    "receiver: labels as a list": ("as in phone: …", receiver("{urls: §['console://']}")),
    "mail: the server's own name": ("add from=… and to=…", address("mailtos://ana:pw@mail.lab.example")),
    "ntfy: a guide's topic": ("write your own", address("ntfys://ntfy.sh/my-topic")),
}
