"""Pages with hidden depth are refused soon: deep nesting, multiplied open elements, disguised tags."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from tests.examples import times
from tests.sources import make_source
from watcher.model import Reading, Unreadable
from watcher.parsers import PARSERS
from watcher.parsers.common.html_weight import estimate, weigh
from watcher.parsers.common.html_written_out import depth_as_written
from watcher.parsers.html.keys import Selectors

pytestmark = pytest.mark.timeout(100)

MANY = 100_000
SOURCE = make_source(name="s", kind="html", url="https://a.example/", own=Selectors(item="article", title="h2"))


def page(body: str) -> bytes:
    return f"<!doctype html><html><body>{body}</html>".encode()


def parsed(body: bytes) -> Reading | Unreadable:
    return PARSERS["html"].parse(body, "https://a.example/", SOURCE)


DEEP = {
    "an end in a comment": "<div><!--</div>-->",
    "an end in a comment that ends oddly": "<div><!-- </div>--!>",
    "an end in a declaration": "<div><!x</div>>",
    "an end in an instruction": "<div><?</div?>",
    "an end that is none": "<div></ div>",
    "an end in an attribute": "<div><i t='</div>'></i>",
    "an end in an attribute without quotes": "<div><i t=</div></i>",
    "an end in a script": "<div><script></div></script>",
    "an end in a style": "<div><style></div></style>",
    "an end in a text field": "<div><textarea></div></textarea>",
    "an end in a title": "<div><title></div></title>",
    "an end in a frame": "<div><iframe></div></iframe>",
    "an end in old elements of text": "<div><xmp></div></xmp><noembed></div></noembed><noframes></div></noframes>",
    "an end in a script in a script": "<div><script><!--<script></script></div>--></script>",
    "an end in CDATA that is a comment": "<div><![CDATA[</div>]]>",
    "an end in CDATA of a picture": "<div><svg><![CDATA[></svg></div>]]></svg>",
    "a start in a style of a picture": "<svg><style><div></style></svg>",
    "a start in an element of text in a choice": "<select><xmp></select><div></xmp>",
    "an end of what an object is around": "<div><object></div></object>",
    "an end of what a table is around": "<div><table></div></table>",
    "an end of what a template is around": "<div><template></div></template>",
    "an end of what is in a block": "<span><div></span></div>",
    "an end of a paragraph that a block ended": "<p><div></p>",
    "an end of a form that an object held up": "<form><object></form></object></form>",
    "an end of a form in a table in a form": "<form><table><form></form></table></form>",
    "cells without a table": "<td><li></td><td><dd></td>",
    "names with colons": "<div:x></div>",
    "names with a vertical tab": "<div\x0bx></div>",
    "capitals": "<DIV><!--</DIV>-->",
    "empty elements in a picture": "<svg><link>",
    "elements that end themselves, behind a picture": "<svg><p></p><path/><path/></svg>",
    "elements that end themselves, in no picture": "<path/>",
    "items": "<ul><li>",
    "lists in turn": "<li><dd>",
    "tables": "<table><tr><td>",
    "elements that end themselves, behind a title that is none": "<svg><title><p></p></title><path/></svg>",
    "elements that end themselves, behind a formula's word": "<math><mi><p></mi><path/></math>",
    "framesets": "<frameset>",
    "formulas": "<math><mi><div></math>",
}


@pytest.mark.parametrize("unit", DEEP)
def test_a_page_that_is_deep_is_refused(unit: str) -> None:
    found = parsed(page(DEEP[unit] * MANY))
    assert isinstance(found, Unreadable)
    assert any(why in found.reason for why in ("nested", "may be text or elements", "more than 1,000,000 elements"))


OPEN = "".join(f"<b id={n}>" for n in range(240))
LARGE = {
    "formatting that every paragraph opens anew": f"<p>{OPEN}</p>" + "<p>x</p>" * MANY,
    "formatting that every line opens anew": f"<p>{OPEN}<p>" + "x<br>" * MANY,
    "links": "<a href=x><div>" * 2_000,
    "empty elements": "<br>" * 2_000_000,
    "elements": "<i></i>" * 1_000_000,
    "attributes in a tag": "<p " + "a=b " * MANY + ">",
    "attributes in a tag behind a quote in a comment": '<!--<a b="--><p ' + "a=b " * MANY + ' c="">',
    "attributes in a script's tag": "<script " + "a=b " * MANY + "></script>",
    "attributes in an end": "<p></p " + "a=b " * MANY + ">",
}


@pytest.mark.parametrize("body", LARGE)
def test_a_page_that_would_be_large_is_refused(body: str) -> None:
    assert isinstance(parsed(page(LARGE[body])), Unreadable)


HARMLESS = {
    "comments": "<!--></div><!--->" * MANY,
    "comments that hold what they like": "<!-- <div> < > </div> -->" * MANY,
    "signs": "< " * MANY + "<" * MANY,
    "ends": "</div>" * MANY,
    "elements side by side": "<div><p>x</p></div>" * MANY,
    "text": "x" * 1_000_000,
    "scripts": "<script>if (a<b && c>d) document.write('<div>' + '<p>')</script>" * 10_000,
    "pictures": "<svg viewBox='0 0 1 1'><g><path d='M0'/><circle r=1 /></g></svg>" * 10_000,
    "a picture's style": "<svg><style>.a>.b{fill:red}</style><style><![CDATA[.a>.b{}]]></style><title>x</title></svg>"
    * 1_000,
    "pictures with titles": "<svg><title>x</title><desc>y</desc><path/></svg><script>a<b</script>" * 10_000,
    "pictures with pages in them": "<svg><foreignObject><p>x</p></foreignObject><path/></svg><script>a<b</script>"
    * 1_000,
    "formulas": "<math><mrow><mi>x</mi><mo>=</mo><mspace/></mrow></math><script>a<b</script>" * 10_000,
    "choices": "<select><option>a<option selected>b</select><script>a<b</script>" * 1_000,
    "items without ends": "<ul>" + "<li>x" * 10_000 + "</ul>",
    "paragraphs without ends": "<p>x" * 10_000,
    "definitions without ends": "<dl>" + "<dt>x<dd>y" * 10_000 + "</dl>",
    "cells without ends": "<table><tr>" + "<td>x<th>y" * 10_000 + "</table>",
    "ends in another order": "<p><b>x</p></b><b><p>x</b></p>" * 1_000,
    "lists whose items have no ends": "<div><ul><li><p>x<li><p>y</ul></div>" * 1_000,
    "a long script in a comment": "<script><!--\nvar a = '<div>';\n//--></script>" * 1_000,
    "attributes that are long": f"<p title='{'a b=c ' * 10_000}'>x</p>",
    "a script with words": "<script>" + "a = b; " * 10_000 + "</script>",
}
ARTICLE = "<article><h2><a href=/1>Trees</a></h2></article>"


@pytest.mark.parametrize("body", HARMLESS)
def test_a_page_that_is_only_careless_is_read(body: str) -> None:
    found = parsed(page(ARTICLE + HARMLESS[body]))
    assert isinstance(found, Reading), found.reason
    assert [entry.title for entry in found.entries] == ["Trees"]


def test_as_deep_as_may_be() -> None:
    for depth, is_read in ((240, True), (260, False)):
        body = page("<div>" * depth + ARTICLE + "</div>" * depth)
        assert isinstance(parsed(body), Reading) is is_read


@pytest.mark.parametrize(
    "body",
    [
        "<article>" + "<h2>x</h2>" * 100_000 + "</article>",
        "<article><h2>" + "<h2 class=a>x" * 200 + "</h2>" * 200 + "y" * 1_000_000 + "</article>",
        "<article>" * 200 + "<h2>x</h2>" * 50_000,
    ],
    ids=["many titles", "titles within titles", "items within items"],
)
def test_what_selectors_find_too_often_is_refused(body: str) -> None:
    assert isinstance(parsed(page(body)), Unreadable)
    PARSERS["html"].find(page(body), SOURCE)


def test_texts_within_texts_are_read_once() -> None:
    """Each of 200 abstracts within each other holds all the text that follows."""
    selectors = Selectors(item="article", title="h2", abstract="div", authors="span", date="u")
    inner = "<div>" * 200 + "<b></b>" * 200_000 + "<span>" * 30 + "Ann Bee, Cy Dee"
    body = page(f"<article><h2>Trees</h2>{inner}</article>")
    found = PARSERS["html"].parse(body, "https://a.example/", make_source(name="s", kind="html", own=selectors))
    assert isinstance(found, Reading)
    assert found.entries[0].abstract == "Ann Bee, Cy Dee" and found.entries[0].authors == ("Ann Bee", "Cy Dee")


NAMES = (
    *("div", "p", "span", "b", "i", "a", "font", "li", "ul", "dl", "dd", "dt", "table", "tr", "td", "th", "tbody"),
    *(
        "caption",
        "colgroup",
        "form",
        "select",
        "option",
        "input",
        "textarea",
        "button",
        "object",
        "template",
        "svg",
        "g",
    ),
    *("path", "math", "mrow", "mi", "mtext", "foreignObject", "desc", "title", "style", "script", "xmp", "noframes"),
    *("frame", "h1", "section", "br", "img", "link", "nobr", "marquee", "ruby", "rt", "body", "x:y", "annotation-xml"),
)
TAGS = st.one_of(
    st.builds(
        "<{}{}>".format, st.sampled_from(NAMES), st.sampled_from(["", "", "", " id=1", ' t="</div>"', "/", " /"])
    ),
    st.builds("</{}>".format, st.sampled_from(NAMES)),
    st.sampled_from(
        ["x", "<!--", "-->", "<!-->", "--!>", "<![CDATA[", "]]>", "<!x>", "<?x>", "</>", "</ x>", "<", ">"]
    ),
)


@given(st.lists(TAGS, max_size=3), st.lists(TAGS, min_size=1, max_size=7))
@settings(max_examples=times(400))
def test_the_estimate_is_not_far_below_the_truth(before: list[str], unit: list[str]) -> None:
    """Whatever is repeated: where each time adds to the depth of the tree, it adds to the estimate."""
    body = page("".join(before) + "".join(unit) * 60)
    weight = weigh(body)
    if not weight.reason:
        assert depth(LexborHTMLParser(body)) <= 3 * weight.depth + 12


CLEAN = ("div", "p", "span", "a", "li", "ul", "td", "tr", "table", "svg", "path", "title", "script", "DIV", "Script")
ODD = (
    "=",
    " ",
    "/",
    '"',
    "'",
    "x",
    "x=",
    '="',
    '"x>"',
    ' ="x>"',
    " =x",
    "='>'",
    ">",
    "<",
    "<!--",
    "-->",
    "<b>",
    "</b>",
    "\n",
    "\f",
    "a b=c",
)


@st.composite
def elements(draw: st.DrawFn) -> str:
    """An element closed by its own end, with a sign here and there that may change the meaning of its tag."""
    name = draw(st.sampled_from(CLEAN))
    inner = "".join(
        draw(st.lists(st.one_of(st.deferred(elements), st.sampled_from(["x", "<!-- a -->", "<br>"])), max_size=2))
    )
    usual = ["", "", ' a="b"', " a='b' c", " a=b", ' a ="b"', " a = 'b'", " a= b", ' a  ="b"']
    attributes = draw(st.sampled_from(usual)) + draw(st.sampled_from(["", "", *ODD]))
    return f"<{name}{attributes}>{inner}{draw(st.sampled_from(['', '', *ODD]))}</{name}>"


@given(st.lists(elements(), min_size=1, max_size=3))
@settings(max_examples=times(400))
def test_what_is_written_out_is_as_deep_as_it_is_estimated(pages: list[str]) -> None:
    """Repeated, so that an unclosed element shows; without need of a parser, the estimate says the same."""
    body = page("".join(pages) * 40)
    written, estimated = depth_as_written(body), estimate(body)
    if written is not None:
        assert not estimated.reason
        assert estimated.depth <= written <= estimated.depth + 2
        assert depth(LexborHTMLParser(body)) <= written + 6


def test_most_pages_are_written_out() -> None:
    """Ends of their own, quotes, comments, pictures, scripts, texts: nothing has to be estimated."""
    body = page(
        """<!-- x --><title>a</title><script src="x" defer>if (a<b && c>d) { document.write('</p>') }</script>
        <svg viewBox="0 0 1 1"><path d="M0"></path><line x1="1"/></svg><ul><li>a<li>b</li></ul>
        <article><h2><a href='/1' title="a > b" data-x={"a":1}>Trees</a></h2>
        <img src=x><br/><p>one<p>two</p></article></body>"""
    )
    assert depth_as_written(body) == 7


def test_tags_with_blanks_around_an_equals_sign_are_written_out() -> None:
    """arXiv's lists write them so."""
    assert depth_as_written(page('<p><a href ="/abs/1" title = "a > b" id=\n"x" class= y>Trees</a></p></body>')) == 6


@pytest.mark.parametrize("tag", ['<div ="x>y">', '<div a=b ="x>y">', '<div a="b" ="x>y">', '<div a / ="x>y">'])
def test_an_equals_sign_without_a_name_before_it_has_no_value(tag: str) -> None:
    """The name begins with it, and the tag ends at the first ``>``."""
    body = page(f"{tag}</div></body>")
    assert depth_as_written(body) is None
    tree = LexborHTMLParser(body)
    assert tree.body is not None and tree.body.text() == 'y">'


def depth(tree: LexborHTMLParser) -> int:
    ahead, deepest = [(tree.root, 1)], 0
    while ahead:
        node, level = ahead.pop()
        if node is not None:
            deepest = max(deepest, level)
            ahead += [(child, level + 1) for child in node.iter()]
    return deepest
