"""PubMed's answers of our own making: searches, records with all that they may hold, feeds of saved searches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

DAY = date(2026, 3, 9)
DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2026//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_260101.dtd">'
)
RETRACTED = '<PublicationType UI="D016441">Retracted Publication</PublicationType>'


def search(ids: Sequence[int], count: int | None = None, more: str = "", term: str = "kilns") -> bytes:
    """What ESearch answers."""
    listed = "".join(f"<Id>{one}</Id>\n" for one in ids)
    count = len(ids) if count is None else count
    return (
        '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
        '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
        f"<eSearchResult><Count>{count}</Count><RetMax>{len(ids)}</RetMax><RetStart>0</RetStart>"
        f"<IdList>{listed}</IdList><TranslationSet/><QueryTranslation>{escape(term)}</QueryTranslation>{more}"
        "</eSearchResult>"
    ).encode()


def records(articles: Sequence[str]) -> bytes:
    """What EFetch answers."""
    return f'<?xml version="1.0" ?>\n{DOCTYPE}\n<PubmedArticleSet>{"".join(articles)}</PubmedArticleSet>'.encode()


def ymd(day: date) -> str:
    return f"<Year>{day.year}</Year><Month>{day.month:02}</Month><Day>{day.day:02}</Day>"


def author(first: str, last: str, *places: str) -> str:
    listed = "".join(
        f"<AffiliationInfo><Affiliation>{escape(place)}</Affiliation></AffiliationInfo>" for place in places
    )
    return (
        f'<Author ValidYN="Y"><LastName>{last}</LastName><ForeName>{first}</ForeName><Initials>{first[0]}</Initials>'
        f'<Identifier Source="ORCID">0000-0002-1825-0097</Identifier>{listed}</Author>'
    )


AUTHORS = (
    author("Ada B", "Amberg", "Institute of Kilns, Claytown.", "Pottery Hospital, Claytown.")
    + author("Bo", "Brisk", "Institute of Kilns, Claytown.")
    + '<Author ValidYN="Y"><CollectiveName>Slow Fires Consortium</CollectiveName></Author>'
    + '<Author ValidYN="N"><LastName>Wrong</LastName><ForeName>Entry</ForeName></Author>'
)
ABSTRACT = (
    '<AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">Kilns cool &lt; 3 K a minute.</AbstractText>'
    '<AbstractText Label="RESULTS" NlmCategory="RESULTS">CO<sub>2</sub> rises in <i>all</i> of them.</AbstractText>'
    "<CopyrightInformation>Copyright of nobody.</CopyrightInformation>"
)


def article(
    number: int,
    day: date = DAY,
    *,
    title: str = "Slow fires in <i>Fornax argillae</i>, part {n}.",
    abstract: str = ABSTRACT,
    authors: str = AUTHORS,
    types: str = "",
    notices: str = "",
    doi: str = "10.5555/kilns.{n}",
    printed: str = "<Year>2026</Year><Month>Apr</Month>",
    online: date | None = DAY,
) -> str:
    """A record, which came to PubMed on a day; ``{n}`` in a text is its number."""
    title, doi = title.replace("{n}", str(number)), doi.replace("{n}", str(number))
    online_day = f'<ArticleDate DateType="Electronic">{ymd(online)}</ArticleDate>' if online else ""
    noticed = f"<CommentsCorrectionsList>{notices}</CommentsCorrectionsList>" if notices else ""
    ids = f'<ArticleId IdType="doi">{doi}</ArticleId>' if doi else ""
    return f"""
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM" IndexingMethod="Automated">
<PMID Version="1">{number}</PMID><DateRevised>{ymd(day)}</DateRevised>
<Article PubModel="Print-Electronic"><Journal><ISSN IssnType="Electronic">0000-0000</ISSN>
<JournalIssue CitedMedium="Internet"><Volume>3</Volume><Issue>2</Issue><PubDate>{printed}</PubDate></JournalIssue>
<Title>Journal of made-up kilns</Title><ISOAbbreviation>J Made-Up Kilns</ISOAbbreviation></Journal>
<ArticleTitle>{title}</ArticleTitle><Pagination><StartPage>1</StartPage></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">{doi}</ELocationID><Abstract>{abstract}</Abstract>
<AuthorList CompleteYN="Y">{authors}</AuthorList><Language>eng</Language>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>{types}</PublicationTypeList>
{online_day}</Article><MedlineJournalInfo><MedlineTA>J Made Up Kilns</MedlineTA></MedlineJournalInfo>{noticed}
<MeshHeadingList><MeshHeading><DescriptorName UI="D000001" MajorTopicYN="Y">Ceramics</DescriptorName>
<QualifierName UI="Q000002" MajorTopicYN="N">chemistry</QualifierName></MeshHeading></MeshHeadingList>
<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">slow fire</Keyword><Keyword>Ceramics</Keyword></KeywordList>
</MedlineCitation><PubmedData><History>
<PubMedPubDate PubStatus="received">{ymd(date(2025, 11, 2))}</PubMedPubDate>
<PubMedPubDate PubStatus="entrez">{ymd(day)}<Hour>6</Hour><Minute>3</Minute></PubMedPubDate>
</History><PublicationStatus>ppublish</PublicationStatus>
<ArticleIdList><ArticleId IdType="pubmed">{number}</ArticleId>{ids}
<ArticleId IdType="pmc">PMC9{number}</ArticleId></ArticleIdList>
<ReferenceList><Reference><Citation>Another paper.</Citation><ArticleIdList><ArticleId IdType="pubmed">111</ArticleId>
<ArticleId IdType="doi">10.5555/of-another</ArticleId></ArticleIdList></Reference></ReferenceList>
</PubmedData></PubmedArticle>"""


def notice(kind: str, source: str, pmid: int | None = None) -> str:
    number = f'<PMID Version="1">{pmid}</PMID>' if pmid else ""
    return f'<CommentsCorrections RefType="{kind}"><RefSource>{source}</RefSource>{number}</CommentsCorrections>'


CHAPTER = f"""<PubmedBookArticle><BookDocument><PMID Version="1">71</PMID>
<ArticleIdList><ArticleId IdType="bookaccession">NBK71</ArticleId></ArticleIdList>
<Book><Publisher><PublisherName>Clay Press</PublisherName></Publisher><BookTitle book="kilns">StatKilns</BookTitle>
<PubDate><Year>2026</Year><Month>01</Month></PubDate>
<AuthorList Type="editors"><Author><LastName>Editor</LastName><ForeName>E</ForeName></Author></AuthorList></Book>
<ArticleTitle book="kilns" part="a">Cracked Glazes</ArticleTitle><Language>eng</Language>
<AuthorList Type="authors" CompleteYN="Y">{author("Cy", "Corvin", "Clay School")}</AuthorList>
<PublicationType UI="D000072643">Study Guide</PublicationType>
<Abstract><AbstractText>Glazes crack.</AbstractText></Abstract>
<ContributionDate>{ymd(DAY)}</ContributionDate></BookDocument>
<PubmedBookData><History><PubMedPubDate PubStatus="pubmed">{ymd(DAY)}</PubMedPubDate>
<PubMedPubDate PubStatus="entrez">{ymd(DAY)}</PubMedPubDate></History>
<ArticleIdList><ArticleId IdType="pubmed">71</ArticleId></ArticleIdList></PubmedBookData></PubmedBookArticle>"""


def feed_item(number: int, abstract: str = "BACKGROUND: Kilns cool.") -> str:
    """An item of the feed of a saved search."""
    title = f"Slow fires in Fornax argillae, part {number}"
    cited = f"J Made Up Kilns. 2026 Mar 9;3(2):1-9. doi: 10.5555/kilns.{number}. Online ahead of print."
    says = "ABSTRACT" if abstract else "NO ABSTRACT"
    ids = f"PMID:{number} | PMC:PMC9{number} | DOI:10.5555/kilns.{number}"
    link = f"https://pubmed.ncbi.nlm.nih.gov/{number}/?utm_source=curl&amp;utm_medium=rss&amp;fc=20260309&amp;ff=202603"
    return (
        f"<title>{title}</title><link>{link}</link><description>{cited}{says}{abstract}{ids}</description>"
        f"<content:encoded><![CDATA[<div><p style='color: #4aa564;'>{cited}</p><p><b>{says}</b></p><p>{abstract}</p>"
        f'<p style="color: lightgray">PMID:<a href="https://pubmed.ncbi.nlm.nih.gov/{number}/">{number}</a></p></div>]]>'
        f'</content:encoded><guid isPermaLink="false">pubmed:{number}</guid>'
        "<pubDate>Mon, 09 Mar 2026 06:00:00 -0400</pubDate>"
        "<dc:creator>Ada B Amberg</dc:creator><dc:creator>Bo Brisk</dc:creator><dc:date>2026-03-09</dc:date>"
        f"<dc:source>Journal of made-up kilns</dc:source><dc:title>{title}</dc:title>"
        f"<dc:identifier>pmid:{number}</dc:identifier><dc:identifier>pmc:PMC9{number}</dc:identifier>"
        f"<dc:identifier>doi:10.5555/kilns.{number}</dc:identifier>"
    )


def saved_search(items: Sequence[str]) -> bytes:
    """The feed of a saved search."""
    listed = "".join(f"<item>{item}</item>" for item in items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" version="2.0"><channel>'
        "<title>kilns</title><link>https://pubmed.ncbi.nlm.nih.gov/rss-feed/?feed_id=1x&amp;utm_source=curl</link>"
        "<description>kilns: Latest results from PubMed</description>"
        '<atom:link href="https://pubmed.ncbi.nlm.nih.gov/rss-feed/?feed_id=1x" rel="self"/>'
        f"<docs>http://www.rssboard.org/rss-specification</docs><language>en</language>{listed}</channel></rss>"
    ).encode()
