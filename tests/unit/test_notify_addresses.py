"""Which addresses are taken, how much they take, what they hide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.messages import digest, item, paper
from watcher.notify import doubt_of, limit_of, problem_of, schema_of, scrub, secrets_of
from watcher.notify.addresses.addresses import load_plugin
from watcher.notify.addresses.forms import cut_at_line, forms_of, put
from watcher.notify.addresses.limits import measure_of
from watcher.notify.addresses.samples import SERVICES
from watcher.render.message import render_message

TOKEN = "TIiajkdnlazkcOXrIdevi7Qs"
SLACK = f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}"


@pytest.mark.parametrize(
    "url",
    [
        "console://",
        "mailto://127.0.0.1:2525/?from=bot@lab.example&to=ana@lab.example",
        "mailtos://bot:p%40ss%2Fw%23rd@smtp.lab.example?from=bot@lab.example&to=ana@lab.example",
        "json://127.0.0.1:8080/hook",
        "ntfys://ntfy.lab.example/topic",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
        SLACK,
        f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{TOKEN}",
    ],
    ids=schema_of,
)
def test_good_addresses(url: str) -> None:
    assert problem_of(url) is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "it is no apprise URL"),
        ("ana@lab.example", "it is no apprise URL"),
        ("mailt://bot@lab.example", "apprise knows no service mailt://; did you mean mailto://?"),
        ("syslog://", "syslog:// is not allowed"),
        ("dbus://", "not allowed"),
        ("gio://", "not allowed"),
        ("macosx://", "not allowed"),
        ("windows://", "not allowed"),
        ("apprise://127.0.0.1/token", "not allowed"),
        ("json://127.0.0.1/?optional=yes", "optional= is not allowed: it would report a failure as success"),
        (f"{SLACK}?template=/etc/passwd", "template= is not allowed: it reads a file"),
        ("mailto://a:b@lab.example?pgp=yes&pgppub=/etc/passwd", "pgp= is not allowed"),
        ("mailto://a:b@lab.example?PGPPRV=/etc/passwd", "pgpprv= is not allowed"),
        ("json://127.0.0.1/?redirect=yes", "redirect= is not allowed"),
        ("json://127.0.0.1/?retry=3", "retry= is not allowed"),
        ("json://127.0.0.1/?overflow=split", "overflow= is not allowed"),
        ("slack://short", "does not take this slack:// address"),
        ("mailtos://bot:p@ss/w#rd@smtp.lab.example", "%40, %2F, %23"),
        ("mailto://127.0.0.1?from=bot@lab.example&to=nobody", "names nobody to send to"),
        ("https://papers.example/hook", "does not take this https:// address"),
    ],
)
def test_bad_addresses(url: str, words: str) -> None:
    problem = problem_of(url)
    assert problem is not None
    assert words in problem
    assert "\n" not in problem
    for piece in ("/etc/passwd", "p@ss", "w#rd", "papers.example", "lab.example"):
        assert piece not in problem


@pytest.mark.parametrize(
    ("url", "limit"),
    [
        ("", 30_000),
        ("mailtos://bot:pass@smtp.lab.example", 100_000),
        (SLACK, 35_000),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", 1_900),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", 3_996),
        ("ntfy://ntfy.lab.example/topic", 3_900),
        ("https://ntfy.sh/topic", 3_900),
        ("46elks://user:password@+15551234567/+15551234567", 160),
        ("nosuch://x", 30_000),
        ("syslog://", 30_000),
    ],
)
def test_limits(url: str, limit: int) -> None:
    assert limit_of(url) == limit


@pytest.mark.parametrize(("url", "counted"), [("ntfy://ntfy.lab.example/topic", 12), (SLACK, 4), ("", 4)])
def test_what_services_count(url: str, counted: int) -> None:
    assert measure_of(url)("木の根っ"[:4]) == counted


@given(st.text(max_size=60), st.integers(0, 80))
def test_what_is_cut_fits_in_bytes_too(text: str, limit: int) -> None:
    for url in ("ntfy://ntfy.lab.example/topic", ""):
        measure = measure_of(url)
        cut = cut_at_line(text, limit, measure)
        assert measure(cut) <= limit
        assert cut == text or measure(text) > limit


@pytest.mark.parametrize(
    "url",
    [
        *SERVICES.values(),
        "console://",
        "json://lab.example/",
        "https://ntfy.sh/topic",
        "mailto://bot:pass@mail.example?to=ana@lab.example&format=text",
        "pover://user@token",
        "zulip://bot@lab.zulipchat.com/a4cf4ef6e4cb3d1a2f7c5b8e9d0f1a2b/stream",
        "gchat://space/key/token",
    ],
)
def test_the_forms_that_are_written_are_those_that_are_sent(url: str) -> None:
    content = digest(item())
    service, limit = load_plugin(url), limit_of(url)
    forms = forms_of(url)
    assert put(render_message(content, forms=forms), service, url, limit) == put(
        render_message(content), service, url, limit
    )
    assert 1 <= len(forms) <= 2


def test_a_message_that_had_to_be_cut_says_where_the_rest_is() -> None:
    papers = "{% for one in groups[0].strong %}{{ one.title }} {{ one.title }}\n{% endfor %}"
    content = digest(*(item(paper(n)) for n in range(1, 60)))
    for name, form in (("slack", "mrkdwn"), ("telegram", "chat_html"), ("discord", "markdown"), ("ntfy", "flowing")):
        message = render_message(content, {"digest.chat": papers * 9, "digest.txt": papers * 9}, {form})
        body = put(message, load_plugin(SERVICES[name]), SERVICES[name], limit_of(SERVICES[name])).text
        assert body.endswith("\n… cut short here; watcher history has the rest")
        assert measure_of(SERVICES[name])(body) <= limit_of(SERVICES[name])


def test_secrets_of_mail() -> None:
    secrets = secrets_of("mailtos://bot:p%40ss%2Fw%23rd@smtp.lab.example:587/?from=bot@lab.example&to=ana@lab.example")
    assert {"p@ss/w#rd", "p%40ss%2Fw%23rd"} <= secrets
    reason = "smtp.lab.example refused bot@lab.example: p@ss/w#rd is wrong for ana@lab.example"
    assert scrub(reason, secrets) == "smtp.lab.example refused bot@lab.example: *** is wrong for ana@lab.example"


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        (SLACK, ["T1JJ3T3L2", "A1BRTD4JD", TOKEN]),
        ("discord://WebhookId42/js_Token", ["WebhookId42", "js_Token"]),
        (
            "json://user:word@hooks.lab.example/path%20secret?+X-Key=k3y-value",
            ["user", "word", "path secret", "k3y-value"],
        ),
        (
            "jsons://hooks.lab.example/?+Authorization=Bearer%20k3y-value&-n=Token+n3w-value",
            ["Bearer k3y-value", "k3y-value", "n3w-value"],
        ),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", ["abcdefg_hijklmnop", "12315544"]),
    ],
    ids=["slack", "discord", "json", "header", "tgram"],
)
def test_secrets_of_the_rest(url: str, hidden: list[str]) -> None:
    assert set(hidden) <= secrets_of(url)
    assert scrub(" ".join(hidden), secrets_of(url)).replace("*", "").strip() == ""


@pytest.mark.parametrize(
    "said",
    [
        "Authorization: Basic Ym90OnMzY3JldC13b3JkIQ==",  # bot:s3cret-word!
        "token czNjcmV0LXdvcmQh is wrong",
        "%73%33%63%72%65%74%2D%77%6F%72%64%21",
        "%2573%2533cret-word%2521",
        "S3CRET-WORD! was refused",
        "password=s3cret-word%21&x",
    ],
)
def test_a_secret_is_removed_in_every_form_in_which_it_may_come_back(said: str) -> None:
    scrubbed = scrub(said, secrets_of("jsons://bot:s3cret-word%21@hooks.lab.example/x"))
    assert "***" in scrubbed
    assert not any(form in scrubbed.lower() for form in ("s3cret", "ym90", "cznj", "%73%33", "%2573", "t-word"))


def test_a_host_is_no_secret() -> None:
    secrets = secrets_of("json://hooks.lab.example:8443/a/token")
    assert scrub("cannot reach hooks.lab.example", secrets) == "cannot reach hooks.lab.example"


def test_longer_secrets_go_first_and_short_ones_stay() -> None:
    assert scrub("secretive secret abc", {"secret", "secretive", "abc"}) == "*** *** abc"


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("smtp://bot:pw@smtp.lab.example", "did you mean mailtos://?"),
        ("telegram://1:a/2", "did you mean tgram://?"),
        ("slack://abc", "it is written slack://TOKEN_A/TOKEN_B/TOKEN_C"),
        ("mmost://x", "it is written mmost://HOST/TOKEN"),
        ("https://lab.example/hook", "for a webhook of your own write jsons://HOST/PATH"),
    ],
)
def test_what_is_no_address_says_what_to_write(url: str, hint: str) -> None:
    assert hint in (problem_of(url) or "")


def test_a_name_that_is_like_a_service_by_chance_is_not_taken_for_it() -> None:
    said = "apprise knows no service file://; for notes in files write keep: {notes: {folder: …}}"
    assert problem_of("file:///tmp/x") == said


@pytest.mark.parametrize(
    ("url", "is_clear"),
    [
        ("mailto://ana:pw@smtp.lab.example?from=a@b.example&to=c@d.example", True),
        ("mailto://ana@smtp.lab.example?pass=pw&from=a@b.example&to=c@d.example", True),
        ("mailto://ana:pw@smtp.lab.example?mode=starttls&from=a@b.example&to=c@d.example", False),
        ("mailtos://ana:pw@smtp.lab.example?from=a@b.example&to=c@d.example", False),
        ("mailto://ana:pw@localhost?from=a@b.example&to=c@d.example", False),
        ("mailto://smtp.lab.example?from=a@b.example&to=c@d.example", False),
        ("json://hook.lab.example/?%2BAuthorization=x", True),
        ("json://ana:pw@[::1]/", False),
        ("matrix://u:p@chat.lab.example/#r", True),
        ("slack://bot@T00000000/B00000000/AAAAAAAAAAAAAAAAAAAAAAAA", False),
        ("sendgrid://key:a@b.example", False),
    ],
)
def test_a_password_in_clear_is_doubted(url: str, is_clear: bool) -> None:
    assert problem_of(url) is None
    doubt = doubt_of(url)
    assert (doubt is not None and doubt.name == "password-in-clear") == is_clear
