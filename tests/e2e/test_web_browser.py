"""The web pages in a browser: they fit a phone, break no policy, can be read, and work by keys and without scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import CHROMIUM, Browser, browsing
from tests.integration.webs import NOW, TOKEN, Web
from tests.web_pictures import PAGES, filled, open_page
from watcher.store.papers.marks import EVERYBODY, MarkKind

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")]

LEAST_CONTRAST = 4.5
"""Of text and what is behind it (WCAG 2.2, 1.4.3)."""

WEAK = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, under) => top.slice(0, 3).map((value, n) => value * top[3] / 255 + under[n] * (1 - top[3] / 255));
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.unshift(rgba(getComputedStyle(one).backgroundColor));
    return layers.reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const light = (color) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const parts = color.map((value) => linear(value / 255));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest("svg, title, option, .hidden, .skip") || !element.checkVisibility()) continue;
    const back = behind(element), front = over(rgba(getComputedStyle(element).color), back);
    const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    const name = `${element.tagName}.${element.className}: ${element.textContent.slice(0, 30)}`;
    if (ratio < LEAST) found.push(`${ratio.toFixed(2)} ${name}`);
  }
  return found;
})()
""".replace("LEAST", str(LEAST_CONTRAST))

TOO_WIDE = """
[...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1
  && !one.closest(".table, .figure, .body, .skip, .hidden")).map((one) => one.tagName + "." + one.className)
"""


NO_KEY_SCROLLS = """
[...document.querySelectorAll("body *")].filter((one) => one.scrollWidth > one.clientWidth + 1 && one.tabIndex < 0
  && ["auto", "scroll"].includes(getComputedStyle(one).overflowX)).map((one) => one.tagName + "." + one.className)
"""

AXE = os.environ.get("AXE_CORE", "")
"""The path of axe.min.js of the npm package axe-core, where somebody has it."""

AXE_FINDS = """
axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
  .then((found) => found.violations.map((one) => one.id + ": " + one.nodes[0].html.slice(0, 200)))
"""


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with filled() as web:
        yield web


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


def address(web: Web, path: str) -> str:
    return web.server().url.rstrip("/") + path


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("dark", [False, True])
def test_a_page_fits_and_can_be_read(name: str, width: int, dark: bool, web: Web, browser: Browser) -> None:
    browser.look_like(width, 800, dark=dark)
    open_page(browser, web, name)
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth"), browser.ask(TOO_WIDE)
    assert browser.ask(WEAK) == []
    assert browser.ask("violations") == []
    assert browser.ask(NO_KEY_SCROLLS) == []
    assert browser.ask("[...document.images].every((one) => one.complete && one.naturalWidth)")


@pytest.mark.skipif(not AXE, reason="$AXE_CORE names no axe.min.js")
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(name: str, web: Web) -> None:
    with browsing() as browser:
        for width, dark in ((360, False), (1440, False), (1440, True)):
            browser.look_like(width, 900, dark=dark)
            browser.run_strange_scripts()
            open_page(browser, web, name)
            browser.ask(Path(AXE).read_text(encoding="utf-8") + "; 0")
            assert browser.ask(AXE_FINDS) == []


def test_a_day_is_read_by_keys_alone(web: Web, browser: Browser) -> None:
    browser.look_like(1440, 900)
    browser.open(address(web, "/"))
    for key in ("j", "j", "k"):
        browser.press(key)
    assert browser.ask('document.querySelector(".card.here") === document.querySelectorAll(".card")[0]')
    assert browser.ask('document.activeElement.classList.contains("title")')
    for key, leads_to in (("h", "day=2026-03-09"), ("l", "day=2026-03-10"), ("/", "/search"), ("?", "?")):
        browser.about_to_leave()
        browser.press(key)
        browser.loaded()
        assert leads_to in browser.ask("location.href") or browser.ask("location.pathname") == "/keys"
        if key == "/":
            browser.ask("document.activeElement.blur()")


def test_why_a_paper_matched_is_one_key_away(web: Web, browser: Browser) -> None:
    browser.look_like(1440, 900)
    browser.open(address(web, "/"))
    browser.press("j")
    browser.about_to_leave()
    browser.press("w")
    browser.loaded()
    assert browser.ask("location.hash") == "#why"


def test_a_rule_shows_what_it_finds_while_it_is_typed(web: Web, browser: Browser) -> None:
    browser.look_like(1440, 900)
    browser.open(address(web, "/search"))
    browser.ask('document.querySelector("#q").focus()')
    browser.type("garden")
    browser.wait_for('document.querySelectorAll("#found .card").length > 0')
    browser.wait_for('location.search.includes("q=garden")')
    browser.type(" AND OR")
    browser.wait_for('document.querySelector("#found mark.wrong")?.textContent === "OR"')
    assert browser.ask('document.querySelector("#q").value') == "garden AND OR"
    assert browser.ask("violations") == []


def test_a_rule_is_tried_without_scripts(web: Web, browser: Browser) -> None:
    browser.look_like(360, 800, scripts=False)
    browser.open(address(web, "/search"))
    browser.about_to_leave()
    browser.ask('document.querySelector("#q").value = "garden"; document.querySelector("form.box button").click()')
    browser.loaded()
    assert "q=garden" in browser.ask("location.search")
    assert browser.ask('document.querySelectorAll("#found .card").length') > 0
    browser.look_like(360, 800)


def test_a_newcomer_finds_tunes_tests_and_saves_a_rule(web: Web, browser: Browser) -> None:
    """The steps of docs/web.md, each by what a person sees and presses."""

    def press(button: str) -> None:
        browser.about_to_leave()
        pressed = (
            "[...document.querySelectorAll('main button, main a, .out')].find((one) => one.textContent.trim() === NAME)"
        )
        browser.ask(pressed.replace("NAME", repr(button)) + ".click()")
        browser.loaded()

    browser.look_like(1440, 900)
    browser.open(address(web, "/sign-in?back=/"))
    browser.ask(f'document.querySelector("#token").value = "{TOKEN}"')
    press("Sign in")
    browser.about_to_leave()
    browser.press("/")
    browser.loaded()
    browser.ask('document.querySelector("#q").focus()')
    browser.type("continual learning")
    browser.wait_for('document.querySelectorAll("#found .card").length > 0')
    found = 'Number(document.querySelector("#found .figures b").textContent.replace(",", ""))'
    before = browser.ask(found)
    browser.ask('document.querySelector("#q").select()')
    browser.type('title:"continual learning" -bees')
    browser.wait_for(f"location.search.includes('title') && {found} < {before}")
    assert "It would have told" in browser.ask('document.querySelector("#found").textContent')

    press("Send a test")
    assert "The receiver took the test" in browser.ask("document.body.textContent")
    assert web.tested[-1][0] == 'title:"continual learning" -bees'

    press("Save it into the config …")
    assert browser.ask('document.querySelector("#name").value') == "continual-learning-2", "a free name"
    assert "+  - name: continual-learning-2" in browser.ask('document.querySelector(".diff").textContent')
    press("Save it")
    assert "Saved: the daemon reads the config again" in browser.ask("document.body.textContent")
    assert web.config.path is not None
    assert "name: continual-learning-2" in web.config.path.read_text(encoding="utf-8")
    assert browser.ask("violations") == []


def test_signing_in_and_pressing_a_button(web: Web, browser: Browser) -> None:
    browser.look_like(1440, 900)
    browser.open(address(web, "/sign-in?back=/sources"))
    browser.about_to_leave()
    browser.ask(f'document.querySelector("#token").value = "{TOKEN}"; document.querySelector("main button").click()')
    browser.loaded()
    assert browser.ask("location.pathname") == "/sources"
    browser.about_to_leave()
    browser.ask('document.querySelector("main form button").click()')
    browser.loaded()
    assert "It is polled now" in browser.ask("document.body.textContent")
    assert web.polled == ["hf-daily"]
    assert browser.ask(WEAK) == [] and browser.ask("violations") == []


def signed_in(web: Web, browser: Browser, back: str) -> None:
    """Open a page with the token."""
    browser.look_like(1440, 900)
    browser.open(address(web, f"/sign-in?back={back}"))
    browser.about_to_leave()
    browser.ask(f'document.querySelector("#token").value = "{TOKEN}"; document.querySelector("main button").click()')
    browser.loaded()


def test_a_thumb_is_given_by_a_key_without_leaving_the_page(web: Web, browser: Browser) -> None:
    signed_in(web, browser, "/")
    while not browser.ask('document.querySelector(".card.here form[data-thumb]") !== null'):
        browser.press("j")
    for key, which, state in (("u", "up", "true"), ("d", "down", "true"), ("d", "down", "false")):
        browser.press(key)
        button = f"document.querySelector(\".card.here [data-thumb='{which}'] button\")"
        browser.wait_for(f'{button}.getAttribute("aria-pressed") === "{state}"')
        with web.store.reading() as tx:
            ids = [one.id for one in tx.subscriptions.active()]
            given = [one.up for id in ids for one in tx.thumbs.of_subscription(id)]
        assert set(given) == ({which == "up"} if state == "true" else set())
    assert browser.ask("location.pathname") == "/" and browser.ask("violations") == []
    assert browser.ask(WEAK) == []


def test_stars_and_read_marks_are_set_by_keys_without_leaving_the_page(web: Web, browser: Browser) -> None:
    signed_in(web, browser, "/")
    browser.ask("window.stays = true")
    before = browser.ask('document.querySelectorAll(".card").length')
    browser.press("j")
    browser.press("j")
    key = browser.ask('document.querySelector(".card.here").dataset.key')
    for pressed, kind in (("s", MarkKind.STAR), ("m", MarkKind.READ)):
        had = is_marked(web, key, kind)
        for wanted in (not had, had):
            old = browser.ask(f'document.querySelector(".card.here {button_of(kind)}").title')
            browser.press(pressed)
            browser.wait_for(f'document.querySelector(".card.here {button_of(kind)}").title !== {old!r}')
            assert is_marked(web, key, kind) is wanted
            assert browser.ask('document.activeElement.closest(".card.here").dataset.key') == key
    assert browser.ask("[window.stays, location.pathname, violations]") == [True, "/", []]
    assert browser.ask('document.querySelectorAll(".card").length') == before
    browser.press("j")  # goes on from there
    assert browser.ask('[...document.querySelectorAll(".card")].findIndex((one) => one.matches(".here"))') == 2


def test_a_star_that_is_taken_back_leaves_the_list_of_stars(web: Web, browser: Browser) -> None:
    signed_in(web, browser, "/starred")
    before = browser.ask('document.querySelectorAll(".card").length')
    browser.press("j")
    key = browser.ask('document.querySelector(".card.here").dataset.key')
    browser.press("s")
    browser.wait_for(f'document.querySelectorAll(".card").length === {before - 1}')
    assert not is_marked(web, key, MarkKind.STAR)
    with web.store.transaction() as tx:
        paper = tx.papers.find(key)
        assert paper is not None
        tx.marks.add(paper.id, MarkKind.STAR, EVERYBODY, NOW)


def button_of(kind: MarkKind) -> str:
    return f"[data-act={kind.value}]"


def is_marked(web: Web, key: str, kind: MarkKind) -> bool:
    with web.store.reading() as tx:
        paper = tx.papers.find(key)
        assert paper is not None
        return kind in tx.marks.of_papers([paper.id], EVERYBODY).get(paper.id, set())


@pytest.mark.parametrize("scripts", [True, False])
def test_a_mails_link_counts_when_its_button_is_pressed(scripts: bool, web: Web, browser: Browser) -> None:
    maker = web.links()
    assert maker is not None
    with web.store.reading() as tx:
        saved = next(one for one in tx.subscriptions.active() if tx.matches.held(one.id))
        paper = next(iter(tx.matches.held(saved.id).values()))
        (key,) = (one.key for one in tx.papers.get([paper]))
    name, person = saved.subscription.full_name, str(saved.subscription.endpoints[0])
    link = maker.thumb_address(person, key, False, (name,), NOW).replace("https://papers.lab.example", address(web, ""))

    def given() -> list[bool]:
        with web.store.reading() as tx:
            return [one.up for one in tx.thumbs.of_subscription(saved.id)]

    browser.look_like(360, 800, scripts=scripts)
    browser.open(link)
    assert given() == [] and browser.ask('document.querySelectorAll("main form").length') == 1
    for heading, counted in (("Noted", [False]), ("Taken back", [])):
        browser.about_to_leave()
        browser.ask('document.querySelector("main button").click()')
        browser.loaded()
        assert browser.ask('document.querySelector("h1").textContent') == heading and given() == counted
    assert browser.ask(WEAK) == [] and browser.ask(TOO_WIDE) == []
