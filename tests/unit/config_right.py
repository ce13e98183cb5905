"""Configs that are right, and near to mistakes: the linter has nothing to say of them."""

from __future__ import annotations

from tests.unit.config_mistakes import address, beside, config, receiver, ruled, source, subscription

MAIL = "{url: 'mailtos://bot:${PW}@smtp.lab.example?from=bot@lab.example', address: to}"

RULES = (
    "agent",
    "agent robot",
    "agent AND robot",
    "agent OR robot OR planning",
    "(agent robot) OR kite",
    '"tool use" OR "function calling"',
    '"agent, robot and planning"',
    '"agent; robot"',
    '"what is attention?"',
    '"a | b"~5',
    '"agent robot"~5',
    "agent -survey -benchmark",
    "agent NOT survey NOT (benchmark OR dataset)",
    'agent NOT "agent survey"',
    '"KV cache" OR cache',
    "agent NOT agentic",
    "title:agent NOT abstract:survey",
    "agent NOT title:agent",
    "agent NOT about:agent",
    "about:agent",
    "quanti* -quantum",
    "=RAG OR =MCP",
    'author:"Y Bengio" OR author:LeCun',
    "title:/(?i)agent(s|ic)?/",
    "abstract:/video\\s+(generation|diffusion)/",
    "C++ OR C# OR .NET OR R&D OR AT&T",
    "GPT-4o OR Llama-3.1 OR AdS/CFT OR LoRA+",
    "what's OR Parkinson's OR o'neil",
    "β-VAE OR $\\beta$-VAE OR CO$_2$",
    "10,000 OR 1,2-dioxane",
    "non–convex",
    'kite category:"cell biology"',
    "kite upvotes>=50",
    "kite upvotes >= 50 comments > 3",
    "kite upvotes>=20 upvotes<100",
    "(kite upvotes>5) OR (kite comments>5)",
    "kite NOT upvotes<5",
    "kite listed>=2026-01-01",
    "kite listed>=2026-01-02 listed<2026-01-02",
    "kite published>=2026-01-01 published<2026-02-01",
    "category:cs.* kite",
    "category:cs.LG OR category:stat.ML",
    "category:quant-ph",
    "kite source:hf",
    "kite NOT source:ax",
    "kite AND (the OR moon)",
    '"the who"',
    "title:the title:who",
    '"Near" OR "XOR"',
    "venue:ICML",
    "org:lab kite",
    "id:2601.00001",
    "エージェント OR агент",
    "near OR adj OR within",
    "Orca OR Andes OR Notation",
    "R OR Julia",
    '"upvotes" OR comments',
    "A/B OR and/or",
    "RAG (retrieval OR generation)",
    "$\\alpha$ OR $x$",
    "'90s OR rock'n'roll",
    "W3C OR N2",
    "(title:/agent/ is) OR (title:/agent/ x-ray)",
    "k-means OR x=y",
    # near to the dialects of others
    "title：agent （robot OR map）",
    "「tool use」 －survey",
    "“tool use” OR ＂function calling＂",
    "agent AND NOT survey",
    "agent\u00a0OR\u00a0robot",
    "deep\u200blearning",
    'author:"Geoffrey Hinton" OR author:"Hinton, Geoffrey"',
    "author:LeCun JEPA",
    "author:bengio diffusion models",
    "venue:ICLR agent",
    "org:DeepMind robot",
    "SU(2) lattice",
    "BERT(base) kite",
    "#P OR #SAT",
    "OU process",
    '"what is attention?" OR "is all you need"',
    "\\alpha OR \\beta-VAE OR \\ell_1",
    "$L^p$ OR $x^2$",
    "GPT-3.5 OR 4.5",
    "100% OR 50%",
    "Wav2Vec2 OR R2D2",
    "the all-in-one all",
    "all agents",
    "β-VAE OR Шрёдингер",
    "category:cs.CL OR category:math.PR OR category:hep-th OR category:cond-mat.str-el",
    'category:"machine learning" OR category:nlp',
    "upvotes>=0 kite",
    "select OR match OR test",
    "like OR between OR where",
    "title:in title:is abstract:from",
    'kite "A OR B"',
    '"TRUE OR FALSE" kite',
    "-survey kite",
    "id:2601.00001 OR id:10.1000/xyz",
    "https OR doi",
)

SUBSCRIPTIONS = {
    "lists": subscription("any: [agent, tool use, =MCP]", "none: [survey]", "where: upvotes >= 50"),
    "a list below each other": subscription("any:\n  - KV cache\n  - quanti*"),
    "one term": subscription("any: KV cache"),
    "an exclusion in YAML's quotes": subscription("rule: 'agent -survey'"),
    "a phrase with and": subscription("any: [search and rescue, retrieval and generation]"),
    "a phrase with signs": subscription("any: [AdS/CFT, C#, R&D, non-convex, what's new, 'graphs: a survey']"),
    "a title": subscription("any: [The Past Is Not Past, Ask Or Assume, Time Is Not A Label]"),
    "a name with TeX": subscription("any: ['DR^{3}-Eval', 'M_{2}', '$M^3$ViT']"),
    "a number with a comma": subscription('any: ["10,000 cells", "1,2-dioxane"]'),
    "a phrase in quotes": subscription("any: ['\"agents, robots and planning\"', '\"tool use\"~5']"),
    "a field in a list": subscription("any: ['title:agent', 'author:\"Y Bengio\"', 'title:/(?i)agent/']"),
    "exclusions of a part": subscription("any: [agent, robot]", "none: [agent survey, robot survey]"),
    "one of any excluded": subscription("any: [agent, robot]", "none: [robot]"),
    "where alone": subscription("where: upvotes >= 100"),
    "where with fields": subscription("rule: kite", "where: source:hf upvotes>=5 title:moon"),
    "where with alternatives": subscription("rule: kite", "where: upvotes>=5 OR comments>=5"),
    "a phrase in YAML": subscription("rule: '\"KV cache\"'"),
    "a rule in YAML's quotes": subscription("rule: 'agent OR robot'"),
    "a comment behind a key": subscription("rule: kite\nwhen: daily at 08:00  # before breakfast"),
    "sources": beside(subscription("rule: kite", "sources: [hf]")),
    "all sources by name": subscription("rule: kite", "sources: [hf, ax]"),
    "upvotes of one source": beside(subscription("rule: kite", "where: upvotes>=5", "sources: [hf]")),
    "daily": subscription("rule: kite", "when: daily at 08:00"),
    "cron": subscription("rule: kite", 'when: cron "*/15 8-18 * * mon-fri"'),
    "the last of a month": subscription("rule: kite", "when: monthly on the 31st at 08:00"),
    "quiet nights": subscription("rule: kite", 'quiet_hours: {from: "22:00", to: "07:00"}'),
    "quiet nights before the time": subscription(
        "rule: kite", "when: daily at 08:00", 'quiet_hours: {from: "22:00", to: "08:00"}'
    ),
    "quiet at some of the times": subscription(
        "rule: kite", 'when: cron "0 6,12 * * *"', 'quiet_hours: {from: "22:00", to: "08:00"}'
    ),
    "quiet weekends": subscription("rule: kite", "when: daily at 08:00", "quiet_days: [sat, sun]"),
    "two quiets": config(
        'receivers:\n  me: {url: "console://", quiet_hours: {from: "08:00", to: "19:00"}}\n'
        'subscriptions:\n  - {name: x, rule: kite, to: me, quiet_hours: {from: "20:00", to: "08:00"}}'
    ),
    "a rule for everything": subscription("rule: everything -survey", "top: 10", "when: daily at 08:00"),
    "what rose in a week": subscription("rule: everything", "when: weekly on mon at 08:00", "order: rising"),
    "the newest first": subscription("rule: kite", "order: newest"),
    "everything of a number": subscription("rule: everything", "where: upvotes >= 20"),
    "words never told": config("never: [survey, case report, 'graphs: a survey', quanti*, AdS/CFT, =RAG]"),
    "rules never told": config(
        "never:\n  - '\"case report\" OR survey'\n  - upvotes < 3\n  - benchmark NOT (robot OR kite)\n"
        "  - category:cs.CR\n  - (kite moon) OR title:/KITE/\n"
    ),
    "everything": subscription(
        "rule: kite",
        "when: weekly on mon at 08:00",
        "timezone: America/New_York",
        "bundle: false",
        "max_papers: 20",
        "on_update: notify",
        "on: [version, accepted, published, code, withdrawn, retracted]",
        "sign_of_life: monthly",
        "backfill: 7d",
    ),
    "display names": config(
        "sources:\n  hf: {shown_as: 'Hugging Face: daily papers'}\n"
        "subscriptions:\n  - {name: x, rule: kite, to: me, shown_as: Ana’s kites – 凧 & more}"
    ),
    "empty digests": subscription("rule: kite", "when: daily at 08:00", "when_empty: send"),
    "the same rule for two": config(
        'receivers:\n  me: {url: "console://"}\n  you: {url: "json://127.0.0.1/"}\n'
        "subscriptions:\n  - {name: x, rule: kite, to: me}\n  - {name: y, rule: kite, to: you}"
    ),
    "the same rule at two times": config(
        "subscriptions:\n  - {name: x, rule: kite, to: me, when: daily at 08:00}\n  - {name: y, rule: kite, to: me}"
    ),
    "an accepted warning": subscription("any: [agent OR robot]", "accept: [operator-in-list-item]"),
    "nothing accepted": subscription("rule: kite", "accept: []"),
    "every form of a schedule": config(
        "subscriptions:\n"
        + "".join(
            f"  - {{name: s{n}, rule: kite {n}, to: me, when: {when}}}\n"
            for n, when in enumerate(
                [
                    "immediately",
                    "hourly",
                    "daily at 8:00",
                    "weekdays at 08:00",
                    "weekly on monday at 08:00",
                    "every 2 days at 08:00",
                    "monthly on the 31st at 08:00",
                    "cron 30 8 * * mon-fri",
                ]
            )
        )
    ),
    "a cron without quotes": subscription("rule: kite", "when: cron */30 8-18 * * 1-5"),
    "words of YAML": subscription("any: [no, yes, off, null, 08:30, 010]"),
    "a number as a rule": subscription("rule: 2026"),
    "a folded rule": subscription("rule: >-\n      agent OR robot\n      OR map"),
    "an item in a block": subscription("any:\n  - >-\n    tool use\n  - kite"),
}

AROUND = {
    "the least": config(),
    "a subscription in the database": config("subscriptions: []"),
    "a zone without a place": config("timezone: UTC"),
    "no zone and no time": config("", "timezone"),
    "an operator of its own": config(
        'receivers:\n  me: {url: "console://"}\n  ops: {url: "json://127.0.0.1/"}\noperator: [ops]'
    ),
    "files": config("include: there/*.yml"),
    "files by two endings": config("include: [there/*.yml, there/*.yaml]", "subscriptions").replace(
        "there/*.yaml", "there/a.yml"
    ),
    "no files": config("include: []"),
    "a contact": config("contact: ana@lab.example"),
    "a database's path": config("database: papers.db"),
    "a database's address": config("database: postgresql+psycopg://u:${PW}@127.0.0.1/w"),
    "a warning accepted for all": config("accept: [no-operator]", "operator"),
    "a proxy": config("proxy: http://proxy.lab.example:3128"),
    "a proxy with a password": config("proxy: 'http://ana:${PW}@proxy.lab.example:3128/'"),
    "a proxy with an encoded password": config("proxy: 'http://ana:p%40s%2Fs@[2001:db8::1]:8080'"),
    "a proxy of one word": config("proxy: http://gateway:80\nproxy_except: []"),
    "exceptions of a proxy": config(
        "proxy: http://proxy.lab.example:3128\n"
        "proxy_except: [lab.example, .uni.example, '*.dept.example', 10.0.0.0/8, 192.0.2.7, 'fd00::/8', bücher.example]"
    ),
    "history": config("retain: {polls: 30d, metrics: forever}"),
    "a feed": source('{kind: feed, url: "https://lab.example/feed.xml", every: 1d}'),
    "a site's own pages": source("{kind: huggingface, listing: daily, look_back: 5, every: auto}"),
    "two of a kind": config(
        "sources:\n  cl: {kind: arxiv, categories: [cs.CL]}\n  lg: {kind: arxiv, categories: [cs.LG]}"
    ),
    "a source accepted unused": config(
        "sources:\n  hf: {kind: huggingface}\n  ax: {kind: arxiv, categories: [cs.LG], accept: [unused-source]}\n"
        "subscriptions:\n  - {name: x, rule: kite, to: me, sources: [hf]}"
    ),
    "mail": config(
        f"receivers:\n  me: {MAIL}\noperator: ['me:ana@lab.example']\n"
        "subscriptions:\n  - {name: x, rule: kite, to: ['me:ana@lab.example', 'me:bo@lab.example']}"
    ),
    "an address for the database's subscriptions": config(f"receivers:\n  me: {{url: 'console://'}}\n  mail: {MAIL}"),
    "mail on this machine": address("mailto://bot:pw@127.0.0.1:2525?from=a@b.example&to=c@d.example").replace("§", ""),
    "mail without a password": address("mailto://smtp.lab.example?from=a@b.example&to=c@d.example").replace("§", ""),
    "mail with STARTTLS": address(
        "mailto://bot:pw@smtp.lab.example?mode=starttls&from=a@b.example&to=c@d.example"
    ).replace("§", ""),
    "a webhook with TLS": address("jsons://ana:pw@hook.lab.example/x").replace("§", ""),
    "ntfy": address("ntfys://ntfy.lab.example/papers").replace("§", ""),
    "Slack as it shows it": address(
        "https://hooks.slack.com/services/T0000000/B0000000/abcdefghijklmnopqrstuvwx"
    ).replace("§", ""),
    "a whole address from outside": address("${HOOK}").replace("§", ""),
    "several under labels": receiver('{urls: {ana: "json://127.0.0.1/a", bo: "json://127.0.0.1/b"}}'),
    "one address at two hours": config(
        'receivers:\n  me: {url: "json://127.0.0.1/"}\n'
        '  night: {url: "json://127.0.0.1/", quiet_hours: {from: "08:00", to: "20:00"}}\noperator: [me, night]'
    ),
    "a zone of many names": config("timezone: CET"),
    "a feed on this machine": source('{kind: feed, url: "http://localhost:8080/feed.xml"}'),
    "a feed of one word": source('{kind: feed, url: "http://wiki/feed.xml"}'),
    "a feed by IPv6": source('{kind: feed, url: "http://[2001:db8::1]:8080/feed.xml"}'),
    "a feed of a repository": source('{kind: feed, url: "https://github.com/a/b/releases.atom"}'),
    "a feed of another alphabet": source('{kind: feed, url: "https://bücher.example/feed.xml"}'),
    "a feed with a secret": source('{kind: feed, url: "https://lab.example/feed?t=${HOOK}"}'),
    "a page with selectors": source('{kind: html, url: "https://lab.example/papers", item: li.paper, title: h3 > a}'),
    "a mirror of the site": source('{kind: huggingface, url: "https://mirror.lab.example/papers"}'),
    "arXiv by its API": source('{kind: arxiv, via: api, query: "all:kite"}'),
    "an archive of arXiv": source("{kind: arxiv, categories: [cs, q-bio.NC, quant-ph]}"),
    "bioRxiv": source("{kind: biorxiv, categories: [neuroscience, Cell Biology, cancer_biology]}"),
    "medRxiv": source("{kind: medrxiv}"),
    "PubMed by a query": source("{kind: pubmed, query: '\"slow fire\"[tiab] AND kilns[mh]', email: ana@lab.example}"),
    "PubMed by a key": source('{kind: pubmed, query: kilns, api_key: "${HOOK}"}'),
    "PubMed by a feed": source(
        '{kind: pubmed, via: rss, url: "https://pubmed.ncbi.nlm.nih.gov/rss/search/1aBc_d-E/?limit=100"}'
    ),
    "a repository": source('{kind: oai, url: "https://repository.example/oai/request", set: com_2000_1}'),
    "arXiv's full feed": source(
        '{kind: oai, url: "https://oaipmh.arxiv.org/oai", metadata: arXivRaw, set: ["cs:cs:CL", physics:hep-ex]}'
    ),
    "OpenAlex by people": source(
        "{kind: openalex, author: [0000-0002-1825-0097, https://orcid.org/0000-0001-5109-3700]}"
    ),
    "OpenAlex by a key": source('{kind: openalex, query: "kelp AND tank", by: created, api_key: "${HOOK}"}'),
    "OpenAlex by filters": source('{kind: openalex, journal: 2049-3630, filter: ["type:article|review", language:en]}'),
    "OpenAlex by an address": source(
        '{kind: openalex, url: "https://api.openalex.org/works?filter=cites:W2741809807"}'
    ),
    "Crossref by journals": source("{kind: crossref, journal: [2049-3630, 12345679], by: indexed}"),
    "Crossref by words": source(
        "{kind: crossref, query: coral reef, filter: [type:journal-article, has-abstract:true]}"
    ),
    "OpenAlex often, with a key": config(
        "sources:\n"
        + "\n".join(f'  s{n}: {{kind: openalex, query: kelp {n}, api_key: "${{HOOK}}", every: 1h}}' for n in range(5))
    ),
    "Semantic Scholar by words": source(
        """{kind: semanticscholar, query: '"tide pool" + (kelp | reef) -urchin', api_key: "${HOOK}"}"""
    ),
    "Semantic Scholar by filters": source(
        '{kind: semanticscholar, filter: ["venue:Nature,Cell", openAccessPdf, "fieldsOfStudy:Biology"]}'
    ),
    "DBLP by streams": source("{kind: dblp, journal: [conf/icail, journals/tacl], query: retriev law}"),
    "DBLP by people": source('{kind: dblp, author: [65/9612, "https://dblp.org/pid/h/AdaAmberg.html"]}'),
    "OpenReview by words": source(
        "{kind: openreview, query: continual learning, journal: [ICLR.cc/2026/Conference, TMLR]}"
    ),
    "the ACL Anthology": source("{kind: aclanthology}"),
    "the ACL Anthology by collections": source("{kind: aclanthology, journal: [2026.acl, 2026.tacl, P97]}"),
    "two feeds of a site": config(
        'sources:\n  a: {kind: feed, url: "https://lab.example/feed"}\n'
        '  b: {kind: feed, url: "https://lab.example/feed?of=b"}'
    ),
    "overlapping categories": config(
        "sources:\n  a: {kind: arxiv, categories: [cs.CL]}\n  b: {kind: arxiv, categories: [cs.CL, cs.LG]}"
    ),
    "a database's absolute path": config("database: /tmp/papers-of-nobody.db"),
    "a database in the home": config("database: ~/papers.db"),
    "a database by SQLite's address": config("database: sqlite:////tmp/papers-of-nobody.db"),
    "a database by the short name": config("database: postgres://u:${PW}@db.lab.example:5432/papers"),
    "a database by a socket": config("database: postgresql:///papers?host=/run/postgresql"),
    **{
        f"{service} as it shows it": address(url).replace("§", "")
        for service, url in {
            "Slack, an early workspace": "https://hooks.slack.com/services/T024BE7/B0123456789/AbCdEfGhIjKlMnOpQrStUvWx",
            "Slack's bot": "slack://xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx/#papers",
            "Discord": f"https://discord.com/api/webhooks/123456789012345678/{'aB3_-' * 13}xyz",
            "Discord, a later one": f"discord://12345678901234567890/{'aB3_-' * 13}xyz",
            "Telegram": f"tgram://123456789:{'aB3_-' * 7}/12315544",
            "Telegram, an early bot": f"tgram://123456:{'aB3_-' * 7}/-1001234567890",
            "ntfy with a token": f"ntfys://tk_{'a' * 29}@ntfy.lab.example/papers",
            "ntfy with a password": "ntfys://ana:pw@ntfy.lab.example/papers",
            "Teams": "https://default0123.ef.environment.api.powerplatform.com:443/powerautomate/automations/direct/"
            f"workflows/{'0a' * 16}/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0"
            f"&sig={'aB3_-' * 8}abc",
            "Pushover": f"pover://u{'aB3' * 9}xy@a{'aB3' * 9}xy",
            "Gotify": "gotifys://push.lab.example/AbCdEf.GhI-K_mN",
            "Mattermost": f"mmosts://chat.lab.example/{'ab' * 13}",
        }.items()
    },
    "Matrix": address("matrixs://bot:${PW}@matrix.lab.example/#papers").replace("§", ""),
    "mail with a name": address(
        "mailtos://bot:${PW}@smtp.lab.example?from=Papers <bot@lab.example>&to=ana@lab.example"
    ).replace("§", ""),
    "mail with a password of blanks": address(
        "mailtos://bot:abcd efgh ijkl mnop@smtp.lab.example?from=bot@lab.example&to=ana@lab.example"
    ).replace("§", ""),
    "mail in a mode": address(
        "mailtos://bot:${PW}@smtp.lab.example?from=bot@lab.example&to=ana@lab.example&mode=starttls"
    ).replace("§", ""),
    "a topic called password": address("ntfys://ntfy.lab.example/password-resets").replace("§", ""),
    "a webhook with a port": address("jsons://hook.lab.example:8443/papers/x?+X-Key=${PW}").replace("§", ""),
    "a rate": receiver('{url: "console://", rate: 20 per hour}'),
}

RIGHT = {**{f"rule {rule}": ruled(rule) for rule in RULES}, **SUBSCRIPTIONS, **AROUND}
