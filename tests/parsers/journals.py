"""Feeds of journals of our own making, each in the shape in which its publisher writes them."""

from __future__ import annotations

ABSTRACT = "Kilns cool by less than 3 K a minute where nobody looks. We looked."
RDF = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
)
PRISM = (
    'xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0"'
)

_N = "s41586-026-00007-7"
NATURE = f"""<?xml version="1.0" encoding="UTF-8"?><rdf:RDF {RDF}>
<channel rdf:about="http://feeds.nature.com/nature/rss/current"><title>Nature</title><description>Weekly.</description>
<link>http://feeds.nature.com/nature/rss/current</link><dc:publisher>A Publisher</dc:publisher>
<prism:publicationName>Nature</prism:publicationName>
<items><rdf:Seq><rdf:li rdf:resource="https://www.nature.com/articles/{_N}"/></rdf:Seq></items></channel>
<item rdf:about="https://www.nature.com/articles/{_N}"><title><![CDATA[Slow kilns]]></title>
<link>https://www.nature.com/articles/{_N}</link>
<content:encoded><![CDATA[<p>Nature, Published online: 09 March 2026; <a href="https://a.example/">doi:10.1038/{_N}</a>
</p>{ABSTRACT}]]></content:encoded>
<dc:title><![CDATA[Slow kilns]]></dc:title><dc:creator>Ada B. Amberg</dc:creator><dc:creator>Bo Brisk</dc:creator>
<dc:identifier>doi:10.1038/{_N}</dc:identifier>
<dc:source>Nature, Published online: 2026-03-09; | doi:10.1038/{_N}</dc:source>
<dc:date>2026-03-09</dc:date><prism:publicationName>Nature</prism:publicationName><prism:doi>10.1038/{_N}</prism:doi>
<prism:url>https://www.nature.com/articles/{_N}</prism:url></item></rdf:RDF>"""


def _atypon(host: str, journal: str, doi: str, cited: str, abstract: str = ABSTRACT) -> str:
    link = f"https://{host}/doi/abs/{doi}?af=R"
    return f"""<?xml version="1.0" encoding="UTF-8"?><rdf:RDF {RDF}>
<channel rdf:about="https://{host}/loi/kiln?af=R"><title>Publisher: {journal}: Table of Contents</title>
<description>Table of Contents for {journal}.</description><link>https://{host}/loi/kiln?af=R</link>
<prism:publicationName>{journal}</prism:publicationName><items><rdf:Seq/></items></channel>
<item rdf:about="{link}"><title>Slow kilns</title><link>{link}</link>
<description>{cited} &lt;br/&gt;{abstract}</description><dc:title>Slow kilns</dc:title>
<dc:identifier>doi:{doi}</dc:identifier>
<dc:source>{journal}</dc:source><dc:date>2026-03-09T08:00:00Z</dc:date><dc:creator>Ada B. Amberg</dc:creator>
<dc:creator>Bo Brisk</dc:creator><prism:publicationName>{journal}</prism:publicationName>
<prism:coverDate>2026-03-09T08:00:00Z</prism:coverDate></item></rdf:RDF>"""


SCIENCE = _atypon(
    "www.science.org",
    "Science",
    "10.1126/science.abk0007",
    "Science, Volume 391, Issue 6790, Page 100-104, March 2026.",
)
ACM = _atypon(
    "dl.acm.org",
    "ACM Transactions on Kilns",
    "10.1145/3700000.3700007",
    'ACM Transactions on Kilns, &lt;a href="/toc/kiln/58/3"&gt;Volume 58, Issue 3&lt;/a&gt;, Page 1-35, March 2026.',
)
ACM_AHEAD = _atypon(
    "dl.acm.org",
    "ACM Transactions on Kilns",
    "10.1145/3700000.3700007",
    "ACM Transactions on Kilns, Ahead of Print.",
    "",
)

WILEY = f"""<?xml version="1.0" encoding="UTF-8"?><rss {PRISM}><channel>
<title>Wiley: Advanced Kilns: Table of Contents</title><link>https://onlinelibrary.wiley.com/journal/15000007?af=R</link>
<description>Table of Contents for Advanced Kilns.</description>
<item><title>Slow kilns</title><link>https://onlinelibrary.wiley.com/doi/10.1002/adki.202600007?af=R</link>
<pubDate>Mon, 09 Mar 2026 08:00:00 -0700</pubDate><dc:date>2026-03-09T08:00:00-07:00</dc:date>
<source url="https://onlinelibrary.wiley.com/journal/15000007?af=R">Wiley: Advanced Kilns: Table of Contents</source>
<guid isPermaLink="false">10.1002/adki.202600007</guid><description>Advanced Kilns, EarlyView. </description>
<content:encoded>&lt;h2&gt;ABSTRACT&lt;/h2&gt;&lt;p&gt;{ABSTRACT}&lt;/p&gt;</content:encoded>
<dc:creator>
Ada B. Amberg,
Bo Brisk
</dc:creator><category>RESEARCH ARTICLE</category><dc:title>Slow kilns</dc:title>
<dc:identifier>10.1002/adki.202600007</dc:identifier><prism:publicationName>Advanced Kilns</prism:publicationName>
<prism:doi>10.1002/adki.202600007</prism:doi><prism:coverDate/></item></channel></rss>"""

PLOS = f"""<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>PLOS Kilns</title>
<link rel="self" href="https://journals.plos.org/ploskilns/feed/atom"/>
<link rel="alternate" href="https://journals.plos.org/ploskilns/"/><author><name>PLOS</name></author>
<id>https://journals.plos.org/ploskilns/feed/atom</id><updated>2026-03-09T14:00:00Z</updated>
<entry><title>Slow kilns</title><author><name>Ada B. Amberg</name></author>
<link rel="alternate" href="https://journals.plos.org/ploskilns/article?id=10.1371/journal.pkil.0000007"/>
<link rel="related" type="application/pdf" href="https://journals.plos.org/ploskilns/article/file?id=10.1371/x"/>
<id>10.1371/journal.pkil.0000007</id>
<updated>2026-03-09T14:00:00Z</updated><published>2026-03-09T14:00:00Z</published>
<content type="html">&lt;p&gt;by Ada B. Amberg, Bo Brisk&lt;/p&gt; {ABSTRACT}</content></entry></feed>"""

SCIENCEDIRECT = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>
<title>ScienceDirect Publication: Journal of Kilns</title><link>https://www.sciencedirect.com/journal/journal-of-kilns</link>
<description>ScienceDirect RSS</description><item><title><![CDATA[Slow kilns]]></title>
<link>https://www.sciencedirect.com/science/article/pii/S0000000026000077?dgcid=rss_sd_all</link>
<guid isPermaLink="false">https://www.sciencedirect.com/science/article/pii/S0000000026000077</guid>
<description><![CDATA[<p>Publication date: May 2026</p><p><b>Source:</b> Journal of Kilns, Volume 354</p>
<p>Author(s): Ada B. Amberg, Bo Brisk</p>]]></description></item></channel></rss>"""

IEEE = f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>
<title><![CDATA[IEEE Transactions on Kilns - new TOC]]></title><link>http://ieeexplore.ieee.org</link>
<description>TOC Alert for Publication# 7</description><year>2026</year><month>March</month><day>09</day>
<item><title><![CDATA[Slow kilns]]></title><link><![CDATA[http://ieeexplore.ieee.org/document/10000007]]></link>
<description><![CDATA[{ABSTRACT}]]></description><authors><![CDATA[Ada B. Amberg;Bo Brisk;]]></authors>
<pubDate><![CDATA[Mon, 09 Mar 2026 13:16:37 -0400]]></pubDate><guid isPermaLink="false">10000007</guid>
<volume>48</volume><issue>3</issue><startPage>1</startPage><endPage>9</endPage></item></channel></rss>"""
