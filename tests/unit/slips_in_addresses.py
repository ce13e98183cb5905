"""Slips in addresses and what stands around them, as people make them, and words of the answer.

Most come of other programs' habits. A row is its title, words of the one finding that it has, and the config. ``§``
stands before the character at which the finding points.
"""

from __future__ import annotations

from tests.unit.config_mistakes import address, beside, config, receiver, source, subscription

SLIPS: dict[str, tuple[str, str]] = {
    "source: arXiv list page as feed": (
        "kind: arxiv and categories: [cs.CL], without url",
        source('{kind: feed, url: §"https://arxiv.org/list/cs.CL/new"}'),
    ),
    "source: arXiv cs without CL": (
        "kind: arxiv and categories: [cs], without url",
        source('{kind: feed, url: §"https://arxiv.org/list/cs"}'),
    ),
    "source: arXiv url for arxiv kind": (
        "kind: arxiv and categories: [cs], without url",
        source('{kind: arxiv, categories: [cs.CL], url: §"https://arxiv.org/list/cs"}'),
    ),
    "source: arXiv categories cs.XX": ("categories: [cs.CL, cs.LG]", source("{kind: arxiv, categories: [§cs.XX]}")),
    "source: arXiv categories lower": ("cs.CL", source("{kind: arxiv, categories: [§cs.cl]}")),
    "source: arXiv categories CS.CL": ("cs.CL", source("{kind: arxiv, categories: [§CS.CL]}")),
    "source: arXiv categories cl": ("cs.CL", source("{kind: arxiv, categories: [§CL]}")),
    "source: arXiv categories words": ("cs.CL", source("{kind: arxiv, categories: [§Computation and Language]}")),
    "source: arXiv categories comma text": (
        "categories: [cs.CL, cs.LG]",
        source('{kind: arxiv, categories: §"cs.CL, cs.LG"}'),
    ),
    "source: arXiv categories plus": (
        "categories: [cs.CL, cs.LG]",
        source("{kind: arxiv, categories: [§cs.CL+cs.LG]}"),
    ),
    "source: arXiv categories cat:": ("cs.CL", source("{kind: arxiv, categories: [§'cat:cs.CL']}")),
    "source: arXiv categories star": ("`cs.*` is no category of arXiv", source("{kind: arxiv, categories: [§'cs.*']}")),
    "source: arXiv categories empty": ("[one, two]", source("{kind: arxiv, categories: §[]}")),
    "source: arXiv category singular": ("`categories`?", source("{kind: arxiv, §category: cs.CL}")),
    "source: arXiv via rss2": ("rss, listing or api", source("{kind: arxiv, categories: [cs.CL], via: §atom}")),
    "source: arXiv announce": (
        "some of new, cross, replace",
        source("{kind: arxiv, categories: [cs.CL], announce: §[all]}"),
    ),
    "source: bioRxiv category unknown": (
        "them as its site does: categories: [neuroscience",
        source("{kind: biorxiv, categories: [§brain science]}"),
    ),
    "source: bioRxiv caps": ("neuroscience", source("{kind: biorxiv, categories: [§Neuro Science]}")),
    "source: PubMed without a query": ("write query: ", source("§{kind: pubmed}")),
    "source: PubMed's way": ("write api or rss", source("{kind: pubmed, query: kilns, via: §feed}")),
    "source: PubMed by medline": ("here it is called `pubmed`", source("{kind: §medline, query: kilns}")),
    "source: PubMed's feed without address": ("choose Create RSS", source("§{kind: pubmed, via: rss}")),
    "source: PubMed's feed with a query": (
        "remove it, or write via: api",
        source('{kind: pubmed, via: rss, url: "https://pubmed.ncbi.nlm.nih.gov/rss/search/1x/", query: §kilns}'),
    ),
    "source: PubMed with the address of a search": (
        "remove url, or write via: rss for a feed",
        source('{kind: pubmed, query: kilns, url: §"https://eutils.ncbi.nlm.nih.gov/entrez/eutils/esearch.fcgi"}'),
    ),
    "source: PubMed's e-mail": ("write email: you@example.org", source("{kind: pubmed, query: kilns, email: §ana}")),
    "source: PubMed of nothing": ("write query: ", source('{kind: pubmed, query: §"()"}')),
    "source: PubMed key in two ways": (
        "remove one of them",
        source('{kind: pubmed, query: kilns, api_key: "${PW}", api_key_file: §key}'),
    ),
    "source: PubMed key in no file": (
        "write the name of a file",
        source('{kind: pubmed, query: kilns, api_key_file: §"my key"}'),
    ),
    "source: PubMed's page as feed": (
        "write kind: pubmed and what is searched for",
        source('{kind: feed, url: §"https://pubmed.ncbi.nlm.nih.gov/?term=kilns"}'),
    ),
    "source: repository without address": ("write url: https://REPOSITORY/oai", source("§{kind: oai}")),
    "source: repository's request": (
        "write what stands before the ?",
        source('{kind: oai, url: §"https://repository.example/oai?verb=ListRecords"}'),
    ),
    "source: repository's form": (
        "write oai_dc, arXiv or arXivRaw",
        source('{kind: oai, url: "https://repository.example/oai", metadata: §marc21}'),
    ),
    "source: repository's set": (
        "write its setSpec",
        source('{kind: oai, url: "https://repository.example/oai", set: [§Our Theses]}'),
    ),
    "source: repository by its software": (
        "here it is called `oai`",
        source('{kind: §dspace, url: "https://repository.example/oai"}'),
    ),
    "source: repository's records as a feed": (
        "write kind: oai",
        source('{kind: feed, url: §"https://repository.example/oai?verb=ListRecords&metadataPrefix=oai_dc"}'),
    ),
    "source: OpenAlex without anything": ("write author, journal, topic, query", source("§{kind: openalex}")),
    "source: OpenAlex author's name": ("write an ORCID or an id", source("{kind: openalex, author: [§Ada Amberg]}")),
    "source: OpenAlex ORCID typo": (
        "write an ORCID or an id",
        source("{kind: openalex, author: §0000-0002-1825-0098}"),
    ),
    "source: OpenAlex authors": ("`author`?", source("{kind: openalex, topic: T10028, §autor: [A5012345678]}")),
    "source: OpenAlex key written out": (
        "write ${NAME}, and set NAME where watcher runs",
        source("{kind: openalex, topic: T10028, api_key: §Oa3xampleKey}"),
    ),
    "source: OpenAlex filter": ("write name:value", source("{kind: openalex, filter: §type=article}")),
    "source: Semantic Scholar without anything": ("write query or filter", source("§{kind: semanticscholar}")),
    "source: Semantic Scholar's operators": (
        "write |: 'kelp + (forest | reef)",
        source("{kind: semanticscholar, query: §kelp OR reef}"),
    ),
    "source: Semantic Scholar filter": (
        "write name:value with fieldsOfStudy",
        source("{kind: semanticscholar, filter: [§type:article]}"),
    ),
    "source: Semantic Scholar key written out": (
        "write ${NAME}, and set NAME where watcher runs",
        source("{kind: semanticscholar, query: kelp, api_key: §S2xampleKey}"),
    ),
    "source: Semantic Scholar's short name": ("semanticscholar", source("{kind: §semantic-scholar, query: kelp}")),
    "source: Semantic Scholar's author": (
        "it belongs to sources of kind openalex",
        source("{kind: semanticscholar, query: kelp, §author: [A5012345678]}"),
    ),
    "source: DBLP without anything": ("write author, journal or query", source("§{kind: dblp}")),
    "source: DBLP person's name": ("behind dblp.org/pid/", source("{kind: dblp, author: [§Ada Amberg]}")),
    "source: DBLP conference's name": ("behind dblp.org/db/", source("{kind: dblp, journal: [§ICAIL]}")),
    "source: DBLP phrase": ("a hyphen between neighbours", source("{kind: dblp, query: §'\"sand castle\"'}")),
    "source: OpenReview by venue alone": (
        "write query: continual learning",
        source("§{kind: openreview, journal: [ICLR.cc/2026/Conference]}"),
    ),
    "source: OpenReview venue's name": (
        "behind group?id=",
        source("{kind: openreview, query: x, journal: [§ICLR 2026]}"),
    ),
    "source: OpenReview phrase": ("write words alone", source("{kind: openreview, query: §'\"deep ponds\"'}")),
    "source: ACL Anthology venue's name": (
        "write a year and a venue",
        source("{kind: aclanthology, journal: [§ACL 2026]}"),
    ),
    "source: Crossref journal's name": (
        "write ISSNs: journal: [1234-5679]",
        source("{kind: crossref, journal: §Nature}"),
    ),
    "source: Crossref ISSN typo": ("write ISSNs", source("{kind: crossref, journal: [§2049-3631]}")),
    "source: Crossref by": ("write created or indexed", source("{kind: crossref, journal: 2049-3630, by: §published}")),
    "source: HF listing": (
        "daily, weekly, monthly, trending or search",
        source("{kind: huggingface, listing: §today}"),
    ),
    "source: HF url page": (
        "leave url out: kind: huggingface reads its paper",
        source('{kind: huggingface, url: §"https://huggingface.co/models"}'),
    ),
    "source: kind hf": ("here it is called `huggingface`", source("{kind: §hf}")),
    "source: kind HuggingFace caps": ("`huggingface`?", source("{kind: §HuggingFace}")),
    "source: kind arXiv caps": ("`arxiv`?", source("{kind: §arXiv, categories: [cs.CL]}")),
    "source: kind web": ("here it is called `html`", source('{kind: §web, url: "https://lab.example/"}')),
    "source: kind scopus": (
        "huggingface or arxiv or biorxiv or medrxiv or ",
        source("{kind: §scopus, query: agent}"),
    ),
    "source: kind atom": ("here it is called `feed`", source('{kind: §atom, url: "https://lab.example/feed"}')),
    "source: kind missing with url": ("kind: feed", source('{url: §"https://lab.example/feed"}')),
    "source: kind missing with categories": ("add kind: arxiv", source("{§categories: [cs.CL]}")),
    "source: localhost typo": ("http://localhost/…", source('{kind: feed, url: §"http://locahost:8080/feed"}')),
    "source: http:/ one slash": ("write https:// in place of", source('{kind: feed, url: §"http:/lab.example/feed"}')),
    "source: htp": ("write https:// in place of", source('{kind: feed, url: §"htp://lab.example/feed"}')),
    "source: https//": ("https://…", source('{kind: feed, url: §"https//lab.example/feed"}')),
    "source: www only": ("write https:// before it", source("{kind: feed, url: §www.lab.example/feed}")),
    "source: space in url": ("%20", source('{kind: feed, url: §"https://lab.example/my feed.xml"}')),
    "source: url port letters": ("https://HOST/…", source('{kind: feed, url: §"https://lab.example:8O80/feed"}')),
    "source: url port range": ("https://HOST/…", source('{kind: feed, url: §"https://lab.example:80800/feed"}')),
    "source: url no host": ("https://", source('{kind: feed, url: §"https:///feed"}')),
    "source: url two dots": ("https://HOST/…", source('{kind: feed, url: §"https://lab..example/feed"}')),
    "source: url comma": ("https://HOST/…", source('{kind: feed, url: §"https://lab,example/feed"}')),
    "source: url underscore host dash": ("https://HOST/…", source('{kind: feed, url: §"https://-lab.example/feed"}')),
    "source: url angle": ("leave out the signs", source('{kind: feed, url: §"<https://lab.example/feed>"}')),
    "source: url markdown": ("leave out the signs", source("{kind: feed, url: §'[feed](https://lab.example/feed)'}")),
    "source: url list": ("https://…", source('{kind: feed, url: §["https://lab.example/a", "https://lab.example/b"]}')),
    "source: url two in one": (
        "one address stands here",
        source('{kind: feed, url: §"https://lab.example/a https://lab.example/b"}'),
    ),
    "source: url GitHub repo": (
        "its feed: …/releases.atom or …/commits.atom",
        source('{kind: feed, url: §"https://github.com/a/b"}'),
    ),
    "source: url scholar": (
        "another source",
        source('{kind: feed, url: §"https://scholar.google.com/scholar?q=agent"}'),
    ),
    "source: url twitter": ("a feed", source('{kind: html, item: li, title: a, url: §"https://x.com/_akhaliq"}')),
    "source: url openreview paper": (
        "the address of the list or feed",
        source('{kind: html, item: li, title: a, url: §"https://openreview.net/forum?id=abc"}'),
    ),
    "source: url doi": ("the address of the list or feed", source('{kind: feed, url: §"https://doi.org/10.1000/xyz"}')),
    "source: url pdf": (
        "the address of the list or feed",
        source('{kind: feed, url: §"https://lab.example/paper.pdf"}'),
    ),
    "source: url hf paper": (
        "the address of the list or feed",
        source('{kind: feed, url: §"https://huggingface.co/papers/2601.00001"}'),
    ),
    "source: html without title": (
        "add title: with a CSS selector",
        source('§{kind: html, url: "https://lab.example/", item: li}'),
    ),
    "source: html xpath": (
        "one such as li.paper, h3 > a or [itemprop=name]",
        source('{kind: html, url: "https://lab.example/", item: §//li, title: a}'),
    ),
    "source: html bad selector": (
        "one such as li.paper, h3 > a or [itemprop=name]",
        source('{kind: html, url: "https://lab.example/", item: §"li[", title: a}'),
    ),
    "source: html jquery selector": (
        "one such as li.paper, h3 > a or [itemprop=name]",
        source('{kind: html, url: "https://lab.example/", item: §"li:eq(1)", title: a}'),
    ),
    "source: html selector regex": (
        "one such as li.paper, h3 > a or [itemprop=name]",
        source('{kind: html, url: "https://lab.example/", item: li, title: §"a::text"}'),
    ),
    "source: html unknown selector": (
        "unknown key",
        source('{kind: html, url: "https://lab.example/", item: li, title: a, §body: p}'),
    ),
    "source: html selector attr": (
        "one such as li.paper, h3 > a or [itemprop=name]",
        source('{kind: html, url: "https://lab.example/", item: li, title: a, link: §"a@href"}'),
    ),
    "source: html css class as bare": (
        "one such as li.paper, h3 > a or [itemprop=name]",
        source('{kind: html, url: "https://lab.example/", item: §".", title: a}'),
    ),
    "source: inbox without folder": ("add folder: with the folder to read", source("§{kind: inbox}")),
    "source: inbox ~": ("the whole path", source("{kind: inbox, folder: §~/papers}")),
    "source: inbox $HOME": ("the whole path", source("{kind: inbox, folder: §$HOME/papers}")),
    "source: inbox is file": ("there", source("{kind: inbox, folder: §there/a.yml}")),
    "source: every hourly": (
        "write 1h",
        source("{kind: huggingface, every: §hourly}"),
    ),
    "source: every 1 hour": (
        "write 1h",
        source("{kind: huggingface, every: §1 hour}"),
    ),
    "source: every daily at": (
        "a number and s, m, h, d or w, as in 30m or 1h",
        source("{kind: huggingface, every: §daily at 08:00}"),
    ),
    "source: every 0": ("more often than once a minute is impolit", source("{kind: huggingface, every: §0m}")),
    "source: every -1h": ("a number and s, m, h, d or w, as in 30m or 1h", source("{kind: huggingface, every: §-1h}")),
    "source: every 1.5h": (
        "a number and s, m, h, d or w, as in 30m or 1h",
        source("{kind: huggingface, every: §1.5h}"),
    ),
    "source: every cron": (
        "a number and s, m, h, d or w, as in 30m or 1h",
        source("{kind: huggingface, every: §'*/5 * * * *'}"),
    ),
    "source: every 1y": ("write 365d", source("{kind: huggingface, every: §1y}")),
    "source: robots no": ("obey or ignore", source("{kind: huggingface, robots: §no}")),
    "source: look_back 0": ("look_back counts 1 to 31 digest days", source("{kind: huggingface, look_back: §0}")),
    "source: look_back 3d": ("digits only", source("{kind: huggingface, look_back: §3d}")),
    "source: follow -1": ("digits only", source("{kind: huggingface, follow: §-1}")),
    "source: limit": ("unknown key", source("{kind: huggingface, §limit: 50}")),
    "source: interval": ("here it is called `every`", source("{kind: huggingface, §interval: 1h}")),
    "source: query on hf": ("listing: search", source("{kind: huggingface, query: §agent}")),
    "source: source a list": ("key: value, one a line, indented", source("§[huggingface]")),
    "source: user agent": (
        "unknown key",
        source('{kind: feed, url: "https://lab.example/feed", §user_agent: x}'),
    ),
    "source: headers": (
        "unknown key",
        source('{kind: feed, url: "https://lab.example/feed", §headers: {A: b}}'),
    ),
    "source: duplicates under two names (arXiv)": (
        "remove one of them",
        config(
            "sources:\n  ax: {kind: arxiv, categories: [cs.CL, cs.LG]}\n"
            "  ay: §{kind: arxiv, categories: [cs.LG, cs.CL]}"
        ),
    ),
    "source: duplicates with slash": (
        "remove one of them",
        config(
            'sources:\n  a: {kind: feed, url: "https://lab.example/feed"}\n  b: {kind: feed, url: §"https://lab.example/feed/"}'
        ),
    ),
    "source: duplicates http/https": (
        "remove one of them",
        config(
            'sources:\n  a: {kind: feed, url: "https://lab.example/feed"}\n  b: {kind: feed, url: §"http://lab.example/feed"}'
        ),
    ),
    "source: duplicates case of host": (
        "remove one of them",
        config(
            'sources:\n  a: {kind: feed, url: "https://lab.example/feed"}\n  b: {kind: feed, url: §"https://LAB.example/feed"}'
        ),
    ),
    "source: HF daily twice": (
        "remove one of them",
        config("sources:\n  a: {kind: huggingface}\n  b: §{kind: huggingface, listing: daily}"),
    ),
    "source: upvotes on arXiv": (
        "add hf to its sources",
        beside(subscription("rule: kite upvotes>=§5", "sources: [ax]").replace("upvotes>=§5", "§upvotes>=5")),
    ),
    "source: name with blank": (
        "use letters, digits, - _ and .",
        config("sources:\n  §my source: {kind: huggingface}"),
    ),
    "source: name url": (
        "use letters, digits, - _ and .",
        config("sources:\n  §https://lab.example/feed: {kind: feed}"),
    ),
    "receiver: two @": (
        "more than one @ stands before its path: an @",
        address("mailtos://ana@lab.example:${PW}@smtp.lab.example?from=a@b.example&to=c@d.example"),
    ),
    "receiver: missing port digits": (
        "what follows its host and a colon is no port",
        address("mailtos://bot:${PW}@smtp.lab.example:?from=a@b.example&to=c@d.example"),
    ),
    "receiver: slack with webhook url": (
        "an address stands within the address: write",
        address("slack://https://hooks.slack.com/services/T0000000/B0000000/abcdefghijklmnopqrstuvwx"),
    ),
    "receiver: slack with hooks.slack.com": (
        "https://hooks.slack.com/services/…",
        address("slack://hooks.slack.com/services/T0000000/B0000000/abcdefghijklmnopqrstuvwx"),
    ),
    "receiver: slack services": ("https://hooks.slack.com/services/…", address("slack://T0000000/B0000000")),
    "receiver: slack hook truncated": (
        "https://hooks.slack.com/services/…",
        address("https://hooks.slack.com/services/T0000000"),
    ),
    **{
        f"receiver: a token of {what}": (words, address(url))
        for what, (words, url) in {
            "Slack, made up": ("begins with T and some eight capitals", "slack://T0/B0/x"),
            "Slack, cut": (
                "ends in 24 letters and digits, and this is none (it has 9)",
                "slack://T00000000/B00000000/AbCdEfGhI",
            ),
            "Slack, of another part": ("second part is B", f"slack://T00000000/T00000000/{'aB3' * 8}"),
            "Slack's bot, cut": ("xoxb- with numbers and 24", "slack://xoxb-1234-1234-abc124/#papers"),
            "Discord, the channel's": ("has 17 to 20 digits", f"discord://123/{'aB3_-' * 13}xyz"),
            "Discord, cut": ("has 68 letters", "https://discord.com/api/webhooks/123456789012345678/AbCdEf"),
            "Telegram, cut": ("a colon and 35 characters", "tgram://123456789:abcdefg_hijklmnop/12315544"),
            "ntfy, cut": ("tk_ with 29 characters", "ntfys://ntfy.lab.example/papers?token=tk_abc"),
            "Teams, cut at its end": (
                "(sig=) has 43 letters",
                (
                    f"https://prod-1.westeurope.logic.azure.com:443/workflows/{'0a' * 16}/triggers/manual/paths/invoke"
                    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=AbCdEf"
                ),
            ),
            "Teams, a connector's": (
                "it is written as Teams shows it",
                "https://lab.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d",
            ),
            "Pushover, the e-mail address's": ("a user's key of Pushover has 30", f"pover://ana@{'aB3' * 10}"),
            "Pushover, cut": ("an application's token of Pushover has 30", f"pover://{'aB3' * 10}@abc"),
            "Gotify, cut": ("of Gotify has 15 characters", "gotifys://push.lab.example/AbC"),
            "Mattermost, cut": ("26 small letters", "mmosts://chat.lab.example/abc"),
        }.items()
    },
    "receiver: slack app page": (
        "https://hooks.slack.com/services/…",
        address("https://app.slack.com/client/T0000000/C000000"),
    ),
    "receiver: slack workspace": ("https://hooks.slack.com/services/…", address("https://lab.slack.com")),
    "receiver: discord truncated": ("https://discord.com/api/webhooks/…", address("https://discord.com/api/webhooks/")),
    "receiver: discord channel page": (
        "https://discord.com/api/webhooks/…",
        address("https://discord.com/channels/1/2"),
    ),
    "receiver: discord invite": ("https://discord.com/api/webhooks/…", address("https://discord.gg/abcdef")),
    "receiver: discord with url": (
        "an address stands within the address: write",
        address("discord://https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"),
    ),
    "receiver: tgram with blanks": (
        "a blank stands in its path: remove it",
        address("tgram://123456789:abcdefg_hijklmnop/ 12315544"),
    ),
    "receiver: tgram colon only": ("NAME://…", address("tgram:123456789:abcdefg_hijklmnop")),
    "receiver: telegram https": (
        "it is written tgram://BOT_TOKEN/CHAT_ID",
        address("https://api.telegram.org/bot123456789:abcdefg_hijklmnop/sendMessage"),
    ),
    "receiver: t.me": ("it is written tgram://BOT_TOKEN/CHAT_ID", address("https://t.me/mybot")),
    "receiver: empty host": ("its host, or", address("mailtos://?from=a@b.example&to=c@d.example")),
    "receiver: empty host json": ("it is written json://HOST", address("json://")),
    "receiver: json no slashes": ("NAME://…", address("json:127.0.0.1/x")),
    "receiver: xxxx": ("your own", address("slack://xxxx/xxxx/xxxx")),
    "receiver: YOUR_TOKEN": ("your own", address("discord://YOUR_WEBHOOK_ID/YOUR_TOKEN")),
    "receiver: changeme": (
        "your own",
        address("mailtos://bot:changeme@smtp.lab.example?from=a@b.example&to=c@d.example"),
    ),
    "receiver: password": (
        "your own",
        address("mailtos://bot:password@smtp.lab.example?from=a@b.example&to=c@d.example"),
    ),
    "receiver: <password>": (
        "your own",
        address("mailtos://bot:<password>@smtp.lab.example?from=a@b.example&to=c@d.example"),
    ),
    "receiver: user:pass of docs": (
        "your own",
        address("mailtos://USER:PASSWORD@SERVER?from=a@b.example&to=c@d.example"),
    ),
    "receiver: TODO": ("it is no apprise URL", address("TODO")),
    "receiver: token in dots": ("your own", address("tgram://TOKEN/CHAT_ID")),
    "receiver: ...": ("your own", address("slack://...")),
    "receiver: example slack": ("your own", address("slack://TOKEN_A/TOKEN_B/TOKEN_C")),
    "receiver: gmail page": ("it is written mailtos://USER:PASSWORD@SERVER", address("https://mail.google.com")),
    "receiver: mailto gmail user @": (
        "more than one @ stands before its path: an @",
        address("mailto://ana@gmail.com:${PW}@smtp.gmail.com"),
    ),
    "receiver: smtp port 25": (
        "what follows its host and a colon is no port",
        address("mailtos://bot:${PW}@smtp.lab.example:25x?from=a@b.example&to=c@d.example"),
    ),
    "receiver: to without @": (
        "this mailtos:// address names nobody to send",
        address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example&to=ana"),
    ),
    "receiver: to two with semicolon": (
        "a com",
        address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example&to=c@d.example;e@f.example"),
    ),
    "receiver: to twice": (
        "to= is given more than once",
        address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example&to=c@d.example&to=e@f.example"),
    ),
    "receiver: &amp;": ("& a", address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example&amp;to=c@d.example")),
    "receiver: two ?": (
        "the address in from= is no e-mail address",
        address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example?to=c@d.example"),
    ),
    "receiver: comma for &": (
        "from= has more than one address",
        address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example,to=c@d.example"),
    ),
    "receiver: mailto: RFC": (
        "mailtos://USER:${PASSWORD}@SERVER?from=…&to=…",
        address("mailto:ana@lab.example?subject=x"),
    ),
    "receiver: one slash": ("NAME://…", address("mailtos:/bot:${PW}@smtp.lab.example")),
    "receiver: backslashes": ("NAME://…", address("mailtos:\\\\\\\\bot@smtp.lab.example")),
    "receiver: blank at the front of scheme": (
        "leave it out",
        address("mailtos ://bot:${PW}@smtp.lab.example?from=a@b.example&to=c@d.example"),
    ),
    "receiver: in angle brackets": (
        "leave them out",
        address("<mailtos://bot:${PW}@smtp.lab.example?from=a@b.example&to=c@d.example>"),
    ),
    "receiver: quotes in quotes": ("leave them out", address("'console://'")),
    "receiver: console typo": ("apprise knows no service consol://", address("consol://")),
    "receiver: print": ("apprise knows no service print://", address("print://")),
    "receiver: stdout": ("console://", address("stdout")),
    "receiver: ntfy topic only": ("it is no apprise URL", address("my-topic")),
    "receiver: ntfy.sh web": ("ntfys://TOPIC", address("ntfy.sh/mytopic")),
    "receiver: ntfy port": (
        "what follows its host and a colon is no port",
        address("ntfys://ntfy.lab.example:443a/mytopic"),
    ),
    "receiver: teams new url": (
        "https://….logic.azure.com/workflows/…?…&sig=",
        address("https://prod-01.westeurope.logic.azure.com/workflows/abc"),
    ),
    "receiver: teams old": ("apprise knows no service msteams://", address("msteams://TokenA/TokenB/TokenC")),
    "receiver: mattermost hook": (
        "it is written mmosts://HOST/TOKEN for Matter",
        address("https://mattermost.lab.example/hooks/abcdefghijklmnopqrstuvwxyz"),
    ),
    "receiver: rocket": (
        "it is written rockets://TOKEN_A/TOKEN_B@HOST",
        address("https://rocket.lab.example/hooks/abc/def"),
    ),
    "receiver: generic hook": (
        "apprise does not take this https:// address:",
        address("https://hooks.zapier.com/hooks/catch/1/2"),
    ),
    "receiver: ifttt": (
        "it is written ifttt://",
        address("https://maker.ifttt.com/trigger/x/with/key/abc"),
    ),
    "receiver: webhook site": ("apprise knows no service webhook://", address("webhook://hook.lab.example/x")),
    "receiver: phone": ("the address of a service", address("+49 151 1234567")),
    "receiver: signal": ("what stands in the place of its host is no h", address("signal://+491511234567")),
    "receiver: sms": ("apprise knows no service sms://", address("sms://+491511234567")),
    "receiver: whatsapp": ("it is written whatsapp://TOKEN@FROM_PHONE_ID", address("whatsapp://+491511234567")),
    "receiver: pushover": ("it is written pover://USER_KEY@TOKEN", address("pover://user")),
    "receiver: rss": ("apprise knows no service rss://", address("rss://feed")),
    "receiver: $SLACK/x": ("${SLACK}", address("$SLACK")),
    "receiver: ${slack-url}": ("letters, digits and _ between ${ and }", address("${slack-url}")),
    "receiver: $(cat file)": ("${NAME}", address("$(cat slack)")),
    "receiver: env:SLACK": ("${NAME}", address("env:SLACK")),
    "receiver: file:token": ("url_file: in place of url:", address("file:slack_url")),
    "receiver: path": ("url_file: in place of url:", address("/etc/watcher/slack_url")),
    "receiver: two urls comma": ("eac", address("console://, json://127.0.0.1/")),
    "receiver: two urls blank": ("eac", address("json://127.0.0.1/a json://127.0.0.1/b")),
    "receiver: jsons two @": (
        "more than one @ stands before its path: an @",
        address("jsons://ana:p@ss@hook.lab.example/x"),
    ),
    "receiver: json port": ("what follows its host and a colon is no port", address("json://127.0.0.1:80800/x")),
    "receiver: mail host only": ("it is written mailtos://USER:PASSWORD@SERVER", address("mailtos://smtp.lab.example")),
    "receiver: verify=maybe": (
        "verify= is neither yes nor no",
        address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example&to=c@d.example&verify=maybe"),
    ),
    "receiver: mode=tls": (
        "mode= is one of insecure, ssl, starttls",
        address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example&to=c@d.example&mode=tls"),
    ),
    "receiver: ssl=true": (
        "mailtos:// does not know its 3rd parameter",
        address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example&to=c@d.example&ssl=true"),
    ),
    "receiver: port= and host": (
        "it has two ports, one behind its host and on",
        address("mailtos://bot:${PW}@smtp.lab.example:587?port=465&from=a@b.example&to=c@d.example"),
    ),
    "receiver: zero-width in address": (
        "the text anew",
        address("mailtos://bot:${PW}@smtp.lab.example\u200b?from=a@b.example&to=c@d.example"),
    ),
    "receiver: smart quote in address": (
        "plain quotes",
        address("mailtos://bot:${PW}@smtp.lab.example?from=a@b.example&to=c@d.example”"),
    ),
    "receiver: url list": ("a text", receiver('{url: §["console://", "json://127.0.0.1/"]}')),
    "receiver: urls list": (
        "key: value, one a line, indented",
        receiver('{urls: §["console://", "json://127.0.0.1/"]}'),
    ),
    "receiver: urls empty": (
        "give it one of url, url_file and urls",
        receiver("{urls: §{}}").replace("§{}", "{}").replace("  me: {urls", "  §me: {urls"),
    ),
    "receiver: webhook key": (
        "here it is called `url`",
        receiver('{§webhook: "https://hooks.slack.com/services/a/b/c"}'),
    ),
    "receiver: token key": (
        "unknown key",
        receiver('{url: "console://", §token: abc}'),
    ),
    "receiver: rate words": (
        "a number per second, minute, hour or day, as in",
        receiver('{url: "console://", rate: §twenty}'),
    ),
    "receiver: rate 5 per 10 minutes": (
        "a number per second, minute, hour or day, as in",
        receiver('{url: "console://", rate: §5 per 10 minutes}'),
    ),
    "receiver: rate 20/hr": (
        "a number per second, minute, hour or day, as in",
        receiver('{url: "console://", rate: §20/hr}'),
    ),
    "receiver: rate every": (
        "a number per second, minute, hour or day, as in",
        receiver('{url: "console://", rate: §every 5m}'),
    ),
    "receiver: address wrong param": (
        "the service has no parameter of this name",
        receiver(
            "{url: 'mailtos://bot:${PW}@smtp.lab.example?from=bot@lab.example', address: §recipient}",
            uses="'me:ana@lab.example'",
        ),
    ),
    "receiver: address value": (
        "address: to",
        receiver(
            "{url: 'mailtos://bot:${PW}@smtp.lab.example?from=bot@lab.example', address: §ana@lab.example}",
            uses="'me:ana@lab.example'",
        ),
    ),
    "receiver: url_file missing": ("the file where watcher runs", receiver("{url_file: §slack_url}")),
    "receiver: url_file is ~": ("the file where watcher runs", receiver("{url_file: §~/slack_url}")),
    "receiver: url_file folder": ("the file where watcher runs", receiver("{url_file: §there}")),
    "receiver: url_file address": (
        "the file where watcher runs",
        receiver("{url_file: §'https://hooks.slack.com/services/T0/B0/x'}"),
    ),
    "db: postgre": ("postgre is not supported", config("database: §postgre://u:${PW}@127.0.0.1/w")),
    "db: postgres": ("a colon stands before the two slashes", config("database: §postgres//u@127.0.0.1/w")),
    "db: pgsql": ("pgsql is not supported", config("database: §pgsql://u@127.0.0.1/w")),
    "db: jdbc": ("this is no address of a database", config("database: §'jdbc:postgresql://127.0.0.1/w'")),
    "db: mysql": ("mysql is not supported", config("database: §mysql+pymysql://u@127.0.0.1/w")),
    "db: mariadb": ("mariadb is not supported", config("database: §mariadb://u@127.0.0.1/w")),
    "db: mongodb": ("mongodb is not supported", config("database: §mongodb://127.0.0.1/w")),
    "db: redis": ("redis is not supported", config("database: §redis://127.0.0.1/0")),
    "db: sqlite two slashes": ("an SQLite database needs a path and nothing", config("database: §sqlite://papers.db")),
    "db: sqlite one slash": ("two slashes follow the colon", config("database: §sqlite:/papers.db")),
    "db: sqlite colon": ("two slashes follow the colon", config("database: §'sqlite:papers.db'")),
    "db: sqlite none": ("an SQLite database needs a path and nothing", config("database: §sqlite://")),
    "db: sqlite memory": ("an SQLite database needs a path and nothing", config("database: §'sqlite:///:memory:'")),
    "db: memory": ("a database in memory forgets what was told", config("database: §':memory:'")),
    "db: sqlite3": ("this is not supported", config("database: §sqlite3:///papers.db")),
    "db: $HOME": ("a shell's variables are not read here", config("database: §$HOME/w.db")),
    "db: folder slash": ("this is a folder", config("database: §there/")),
    "db: file url": ("file is not supported", config("database: §file:///var/lib/w.db")),
    "db: table": ("a single text belongs here", config("database: §{url: 'sqlite:///w.db'}")),
    "db: pg port": ("this is no address of a database", config("database: §postgresql://u@127.0.0.1:5432x/w")),
    "db: dsn": ("this is the form of libpq", config("database: §host=127.0.0.1 dbname=w user=u")),
    "db: empty": ("a text is missing here", config("database: §''")),
    "db: txt": ("a file so called holds no database", config("database: §config.yaml")),
    "path: include ~": ("the whole path", config("include: §~/subs/*.yaml")),
    "path: include $HOME": ("the whole path", config("include: §$HOME/subs/*.yaml")),
    "path: include folder": ("there/*.yaml", config("include: §there")),
    "path: include folder slash": ("there/*.yaml", config("include: §there/")),
    "path: include missing": ("it counts from the config's folder", config("include: §nodir/x.yaml")),
    "path: include ${}": ("it is read in receivers, in the url of sources", config("include: §'${HOME}/x.yaml'")),
    "path: include itself": ("leave it out", config("include: §config.yaml")),
    "path: include comma": ("a list: [a.yaml, b.yaml]", config("include: §there/a.yml, there/b.yml")),
    "path: include url": ("a pattern such as subs/*.yaml", config("include: §https://lab.example/subs.yaml")),
    "path: include backslash": ("/ between folders", config("include: §there\\a.yml")),
    "path: templates ~": ("make it", config("templates: §~/templates")),
    "path: templates $HOME": ("make it", config("templates: §$HOME/templates")),
    "path: templates file": ("make it", config("templates: §there/a.yml")),
    "path: ca_bundle ~": ("the whole path", config("ca_bundle: §~/ca.pem")),
    "web: port alone": ("127.0.0.1:8380", config("web: {listen: §8380, token_file: there/a.yml}")),
    "web: colon port": ("127.0.0.1:8380", config("web: {listen: §':8380', token_file: there/a.yml}")),
    "web: 0.0.0.0 no port": ("127.0.0.1:8380", config("web: {listen: §0.0.0.0, token_file: there/a.yml}")),
    "web: 0.0.0.0 without token": ("listen at 127.0.0.1:8380", config("web: {listen: §'0.0.0.0:8380'}")),
    "web: star": ("127.0.0.1:8380", config("web: {listen: §'*:8380', token_file: there/a.yml}")),
    "web: http": ("127.0.0.1:8380", config("web: {listen: §'http://127.0.0.1:8380', token_file: there/a.yml}")),
    "web: token missing": ("the token into it, where watcher runs", config("web: {token_file: §token}")),
    "web: token ~": ("the whole path", config("web: {token_file: §~/token}")),
    "web: token written out": ("here it is called `token_file`", config("web: {§token: abcdefabcdef}")),
    "web: true": ("key: value, one a line, indented", config("web: §true")),
    "web: empty": ("web: {token_file: web-token}", config("§web:")),
    "web: port 99999": (
        "a port is a number from 1 to 65535",
        config("web: {listen: §'127.0.0.1:99999', token_file: there/a.yml}"),
    ),
    "web: open yes please": ("true or false", config("web: {open: §please}")),
    "web: public_url without scheme": (
        "write https:// before it",
        config("web: {token_file: there/a.yml, public_url: §papers.lab.example}"),
    ),
    "web: hostname": ("listen at 127.0.0.1:8380", config("web: {listen: §'papers.lab.example:8380'}")),
    "web: ipv6 bare": ("127.0.0.1:8380", config("web: {listen: §'::1:8380', token_file: there/a.yml}")),
    "top: timezone list": ("a zone such as Europe/Paris", config("timezone: §[Europe/Paris]")),
    "top: operator text with comma": ("[one, two]", config("operator: §me, you")),
    "top: operator mail": ("its name and a colon before the address", config("operator: §ana@lab.example")),
    "top: operator table": ("[one, two]", config("operator: §{url: 'console://'}")),
    "top: operator true": ("known: me", config("operator: §true")),
    "top: contact url without": ("you@lab.example", config("contact: §lab")),
    "top: unsubscribe words": ("watcher@lab.example or https://…", config("unsubscribe: §mail me")),
    "top: unreachable_after 1 day": (
        "write 1d",
        config("unreachable_after: §1 day"),
    ),
    "top: retain text": ("key: value, one a line, indented", config("retain: §90d")),
    "top: retain unknown": ("never deleted", config("retain: {§papers: 90d}")),
    "top: retain never": ("a number and s, m, h, d or w, as in 30m or 1h", config("retain: {polls: §never}")),
    "top: version": ("unknown key", config("§version: 2")),
    "top: logging": ("unknown key", config("§logging: {level: debug}")),
    "top: smtp": ("unknown key", config("§smtp: {host: smtp.lab.example}")),
    "top: subscription singular": (
        "`subscriptions`?",
        config("§subscription:\n  - {name: x, rule: kite, to: me}", "subscriptions"),
    ),
    "top: Sources capital": ("`sources`?", config("§Sources:\n  hf: {kind: huggingface}", "sources")),
    "top: receivers list of urls": ("key: value, one a line, indented", config("receivers: §['console://']")),
    "top: allow text": ("key: value, one a line, indented", config("include: there/*.yml\nallow: §me")),
    "top: allow list": ("key: value, one a line, indented", config("include: there/*.yml\nallow: §[me]")),
    "top: proxy true": ("http://HOST:PORT, such as http://proxy.lab.examp", config("proxy: §true")),
    "top: proxy ${HTTP_PROXY}": ("set it where watcher runs", config("proxy: §'${HTTP_PROXY}'")),
    "top: accept wrong": ("`no-operator`?", config("accept: [§no-operator-warning]")),
    "top: strict": ("unknown key", config("§strict: true")),
    "top: daemon": ("unknown key", config("§daemon: true")),
    "receiver: a file": ("keep: {notes: {folder:", address("file:///home/ana/papers.txt")),
    "receiver: gmail": ("did you mean mailtos://?", address("gmail://ana:${PW}@gmail.com")),
}
