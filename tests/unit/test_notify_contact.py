"""Each of apprise's services contacts the host in its address, or the address is refused."""

from __future__ import annotations

import gc
import sys

import pytest

from tests.unit.apprise_addresses import HOST, PHONE, PORT, addresses, contacted
from watcher.notify import problem_of, schema_of
from watcher.notify.addresses.addresses import load_plugin
from watcher.notify.addresses.samples import SERVICES
from watcher.notify.addresses.shapes import WEBHOOKS
from watcher.notify.services.table import plugins

FOR_DOMAINS = {"mailgun", "sendpulse", "smtp2go", "sparkpost", "xmatters"}
"""Services of a fixed site: what stands for the host is the sender's domain, or the site's beginning."""

NO_PORTS = [
    *("8O80", "abc", "5B7", "99587", "0", "-587", "80800", "８０８０", "٨٠", "", "+80", "8_0", "80.5", "0x50", "8 0"),
]
ODD_HOSTS = [
    *("push.example.org\\@evil.example", "push.example.org\\", "push.example.org%2Fevil", "push%2Eexample.org"),
    *(
        "pu sh.example.org",
        "pu\tsh.example.org",
        "push.example.org#x",
        "push.example.org,evil.example",
        "pu$h",
        "push_",
    ),
    *("push.example.org;evil.example", "push..example.org", "-push.example.org", ".", "..", "x" * 64 + ".example"),
    *("[::1", "::1", "[push.example.org]", "[::1]x", "1.2.3.4.5", "127.1", "0x7f.0.0.1", "push.example.org\u200b"),
    *("ｐush.example.org", "ⓟush.example.org", "push。example.org", "bücher.example", "xn--bcher-kva.example"),
    *("PUSH.example.org", "push.example.org.", "localhost", "push_", "[::1]", "[FE80::1]", "10.0.0.7", "push"),
]


def asks_for(url: str, host: str, port: str) -> bool:
    """Whether nothing but a host and a port is asked; any port will do where none is given."""
    ascii_host = host.strip("[]").rstrip(".").lower().encode("idna").decode()
    asked = {(one.strip("[]").rstrip(".").lower(), number) for one, number in contacted(url)}
    return all(one in (ascii_host, host.lower()) and port in ("", str(number)) for one, number in asked)


def with_host() -> list[str]:
    return sorted(url for urls in addresses().values() for url in urls if HOST in url)


def test_the_addresses_to_test_with_are_of_all_services_and_good() -> None:
    assert len(addresses()) > 150
    assert len({schema_of(url) for url in with_host()}) > 40
    refused = {url: problem for urls in addresses().values() for url in urls if (problem := problem_of(url))}
    assert refused == {}
    assert [url for url in SERVICES.values() if problem_of(url)] == []


def test_the_host_and_port_that_are_written_are_asked() -> None:
    assert [url for url in with_host() if f":{PORT}" in url and not asks_for(url, HOST, str(PORT))] == []


def test_no_mistyped_port_is_taken() -> None:
    wrong = [url.replace(f":{PORT}", "").replace(HOST, f"{HOST}:{port}") for url in with_host() for port in NO_PORTS]
    assert [url for url in wrong if problem_of(url) is None] == []


def test_a_hostile_host_is_refused_or_asked() -> None:
    elsewhere = []
    for url in with_host():
        port = str(PORT) if f":{PORT}" in url else ""
        changed = [] if schema_of(url) in FOR_DOMAINS else [url.replace(HOST, host) for host in ODD_HOSTS]
        elsewhere += [
            odd
            for host, odd in zip(ODD_HOSTS, changed, strict=False)
            if problem_of(odd) is None and not asks_for(odd, host, port)
        ]
    assert elsewhere == []


def test_no_piece_of_a_path_becomes_a_part_of_the_host() -> None:
    elsewhere = []
    for url in with_host():
        base, question, query = url.partition("?")
        if "/" in base.partition("://")[2] and schema_of(url) not in FOR_DOMAINS:
            odd = [f"{base}{one}{question}{query}" for one in ("%2Fx", "%2Eevil.example", "%22", "%40evil.example")]
            elsewhere += [one for one in odd if problem_of(one) is None and not asks_for(one, HOST, "")]
    assert elsewhere == []


def test_no_control_character_is_taken_in_any_piece() -> None:
    taken = []
    for url in [url for urls in addresses().values() for url in urls if schema_of(url) != "console"]:
        base, question, query = url.partition("?")
        odd = [f"{base}{sign}{question}{query}" for sign in ("%0A", "%00", "%C2%85", "%1B", "%0D%0AX:y")]
        odd += [f"{url}{'&' if question else '?'}to=ana@lab.example%0Abo@evil.example"]
        taken += [one for one in odd if problem_of(one) is None]
    assert taken == []


def test_no_mail_address_is_taken_that_the_service_would_read_as_another() -> None:
    neils = ("o'neil@lab.example", "o%27neil@lab.example", "ana@lab.example(bo@evil.example)", "bo:ana@lab.example")
    taken = []
    for url in [url for urls in addresses().values() for url in urls]:
        if schema_of(url) not in WEBHOOKS | {"console", "mailto"}:
            taken += [one for neil in neils if problem_of(one := f"{url}{'&' if '?' in url else '?'}to={neil}") is None]
    assert taken == []


def test_no_mode_leads_away_from_the_host_that_is_written() -> None:
    elsewhere = []
    for url in with_host():
        modes = plugins()[schema_of(url)].template_args.get("mode", {}).get("values", ())
        in_modes = [f"{url}{'&' if '?' in url else '?'}mode={one}" for one in modes]
        elsewhere += [one for one in in_modes if problem_of(one) is None and not asks_for(one, HOST, "")]
    assert elsewhere == []


def test_no_parameter_is_taken_that_does_not_count() -> None:
    wrong = ("verfy=no", "tooo=ana@lab.example", "sekret", "verify=yes&verify=no", "verify=perhaps", "port=8O80")
    urls = [f"{url}{'&' if '?' in url else '?'}{one}" for urls in addresses().values() for url in urls for one in wrong]
    assert [url for url in urls if problem_of(url) is None] == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ntfy://ana:pw@push.example.org:8O80/alerts", "what follows its host and a colon is no port: write a number"),
        ("ntfy://push.example.org", "the public site of ntfy:// would get it, not the host that is written"),
        ("ntfy://pu$h/alerts", "the public site of ntfy:// would get it"),
        ("ntfy://push_/alerts", "the public site of ntfy:// would get it"),
        ("ntfy://ana:secret@push", "the public site of ntfy:// would get it"),
        ("ntfy://push.example.org/alerts?mode=cloud", "the public site of ntfy:// would get it"),
        ("notica://push.example.org", "the public site of notica:// would get it"),
        ("signal://lab.example:8O80/15551234567", "is no port"),
        ("hassio://lab.example:8O80/token", "is no port"),
        ("discord://4174216298:8080/JHMHI8qBe7bk2ZwO5U711o3dV_js", "discord:// takes no port"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?port=80", "discord:// takes no port"),
        ("mailto://127.0.0.1:abc?from=bot@lab.example&to=ana@lab.example", "is no port"),
        ("mailtos://ana:pw@smtp.example.org:5B7?from=bot@lab.example", "is no port"),
        ("mailto://127.0.0.1?port=5B7&from=bot@lab.example", "port= is no port"),
        ("mailto://127.0.0.1:25?port=587&from=bot@lab.example", "two ports"),
        ("mailto://lab.example?smtp=mail.example.org:2S&from=bot@lab.example", "smtp= is no host's name"),
        ("mailto://lab.example?smtp=mail.example.org:25&from=bot@lab.example", "a port in port="),
        ("mailto://lab.example?smtp=[mail.example.org]&from=bot@lab.example", "smtp= is no host's name"),
        ("mailto://[mail.example.org]:25?from=bot@lab.example", "no host's name"),
        ("mailto://bücher.example?from=bot@lab.example", "write its name in ASCII (xn--)"),
        ("mailto://?from=bot@lab.example", "it names no mail server"),
        ("mailto://_?from=bot@lab.example", "it names no mail server"),
        ("json://lab.example/?avatar_url=x", "json:// does not know its 1st parameter"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Qs?+X-Key=7", "slack:// does not know its 1st parameter"),
        ("mailto://lab.example?from=bot@lab.example&too=bo@lab.example", "does not know too=; did you mean to=?"),
        ("mailto://lab.example?form=bot@lab.example", "does not know form=; did you mean from=?"),
        ("mailto://lab.example?from=bot@lab.example&verfy=no", "does not know verfy=; did you mean verify=?"),
        ("mailtos://lab.example?from=bot@lab.example&verify=please", "verify= is neither yes nor no"),
        ("mailto://lab.example?from=bot@lab.example&to=a@lab.example&to=b@lab.example", "with commas between"),
        ("mailto://lab.example?from=bot@lab.example&TO=a@lab.example&to=b@lab.example", "to= is given more than once"),
        ("mailto://bot:secret@lab.example?pass=other", "more than one password"),
        ("mailto://bot@lab.example?pass=12;34", "a ; ends a parameter"),
        ("mailto://bot@lab.example?pass=12&34", "an & inside a value is written %26"),
        ("mailto://bot@lab.example?pass=12&sekret=4", "does not know its 2nd parameter"),
        ("mailto://bot:secret@lab.example?user=other", "two users"),
        ("mailto://bot:a:b@lab.example", "more than one colon"),
        ("mailto://bot:a@b@lab.example", "more than one @"),
        ("mailtos://bot:p@ss/w@smtp.example.org", "%40"),
        ("mailtos://bot:p@ss/w@smtp.example.org?from=bot@lab.example&to=ana@lab.example", "%40"),
        ("jsons://bot:p@ss/w@hooks.example.org/hook", "%40"),
        ("ntfys://bot:p@ss/w@push.example.org/alerts", "%40"),
        ("mailtos://bot:12/34@smtp.example.org?from=bot@lab.example&to=ana@lab.example", "%2F"),
        ("mailtos://bot:p/w@smtp.example.org", "%2F"),
        ("mailtos://bot:p?w@smtp.example.org", "%3F"),
        ("mailtos://bot:12?w@smtp.example.org&from=bot@lab.example", "%26"),
        ("mailtos://bot:12#w@smtp.example.org", "%23"),
        ("mailtos://bot:p\\w@smtp.example.org", "%5C"),
        ("json://lab.example/a#b", "what follows a # would be left out"),
        ("json://lab.example/a;b", "what follows a ; in its path would be left out"),
        ("json://lab.example/a\tb", "a control character"),
        ("json://ana:sekret%E9@lab.example/", "é is %C3%A9, not %E9"),
        ("mailto://ana:sekret%E9@lab.example?from=bot@lab.example", "é is %C3%A9, not %E9"),
        ("json://lab.example/?+X-Key=sekret%FF", "is no UTF-8"),
        ("https://prod-1.logic.azure.com/workflows/abc%80/triggers/manual/paths/invoke?sig=def", "is no UTF-8"),
        ("json://ana:sekret日@lab.example/", "they go out in Latin-1"),
        ("forms://ana@lab.example/?pass=%E6%97%A5", "they go out in Latin-1"),
        ("json://lab.example/?+X-Key=日", "the header in its 1st parameter has a letter that no header can have"),
        ("xml://lab.example/?+X-K%C3%A9y=1", "has a name that no header can have"),
        ("json://lab.example/?+X%20Key=1", "has a name that no header can have"),
        ("json://lab.example/?+content-length=0", "would break the message"),
        ("json://lab.example/?+Transfer-Encoding=chunked", "would break the message"),
        ("json://lab.example/a%0Ab", "a control character"),
        ("synology://nas.example/%22abcdef%22", "would become a part of the host's name"),
        ("zulip://bot@lab!evil/bcdefghijklmnopqrstuvwxyz0123456", "what stands before its path would be changed"),
        ("zulip://bot@lab.evil%2Fx/bcdefghijklmnopqrstuvwxyz0123456", "would end in the middle"),
        ("sendgrid://abcdefgh1:bot%20x@lab.example/ana@lab.example", "its sender would be another"),
        ("sendpulse://bot%20x@lab.example/bcdefghi/bcdefghi/ana@lab.example", "its sender would be another"),
        ("matrix://ana:pw@lab.example/#papers?mode=", "mode= says nothing"),
        ("json://lab.example/?x=1;template=/etc/passwd", "template= is not allowed"),
        ("https://notica.us.evil.example/?token", "only begins like that"),
        ("https://prod-1.logic.azure.com:99999/workflows/abc/triggers/manual/paths/invoke?sig=def", "is no port"),
        (
            "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?thread_id=7",
            "did you mean thread=?",
        ),
        ("ntfy://push.lab.example/papers?priority=urgent", "priority= has a value that would count for nothing: it"),
        ("jsons://hook.lab.example/x?cto=soon", "cto= is no number of seconds"),
        ("jsons://hook.lab.example/x?rto=1e3", "rto= is no number of seconds"),
    ],
)
def test_what_would_go_elsewhere_is_refused(url: str, words: str) -> None:
    problem = problem_of(url)
    assert problem is not None
    assert words in problem
    for piece in ("example", "sekret", "12", "34", "p@ss", "ana:", "8O80", "5B7", "evil"):
        assert piece not in problem.replace("mail.example", "").replace("ana@lab.example", "").replace("1st", "")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ntfy://lab.example/alerts,no%20topic!", "ntfy://"),
        (f"twilio://ACbcdef012:bcdefghi@{PHONE}/12345", "the receiver in its path would be left out or changed"),
        (f"twilio://ACbcdef012:bcdefghi@{PHONE}?to={PHONE}x,+15557654321", "the 1st of 2 receivers in to="),
        ("dapnet://DF1ABC:secret@DF1DEF,nobody", "the 2nd of 2 receivers before its path"),
        ("sendgrid://abcdefgh1:bot@lab.example/o'neil@lab.example", "the receiver in its path"),
        ("sendgrid://abcdefgh1:bot@lab.example?to=ana@lab.example,o'neil@lab.example", "the 2nd of 2 receivers in to="),
        ("sendgrid://abcdefgh1:bot@lab.example?to=ana@lab.example&cc=o%27neil@lab.example", "the receiver in cc="),
        (
            "sendgrid://abcdefgh1:bot@lab.example?to=ana@lab.example;bo@lab.example",
            "write a comma between two receivers",
        ),
        ("resend://abcdefgh1:bot@lab.example?to=ana@lab.example&reply=o'neil@lab.example", "the receiver in reply="),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Qs/#general,#random", "what follows a # would be left out"),
        ("https://ntfy.sh/alerts?to=no%20topic!", "the 2nd of 2 receivers in to="),
        ("pbul://abcdefgh1/o'neil@lab.example", "the receiver in its path"),
        ("pbul://abcdefgh1?to=ana@lab.example,o%27neil@lab.example", "the 2nd of 2 receivers in to="),
        ("zulip://bot@team/bcdefghijklmnopqrstuvwxyz0123456/o'neil@lab.example", "the 2nd of 2 receivers in its path"),
        ("kook://abcdefgh1?to=general", "the receiver in to="),
        ("voipms://secret:bot@lab.example/15551234567/442079460958", "the 2nd of 2 receivers in its path"),
    ],
)
def test_a_receiver_that_a_service_drops_is_named_by_its_place(url: str, words: str) -> None:
    problem = problem_of(url)
    assert problem is not None
    assert words in problem
    assert "neil" not in problem


@pytest.mark.parametrize(
    "url",
    [
        f"twilio://ACbcdef012:bcdefghi@{PHONE}?to=+1 (555) 123-4567,+44 20 7946 0958,{PHONE}",
        f"mobilemessage://ana:secret@{PHONE}/0412345678",
        "sendgrid://abcdefgh1:bot@lab.example?to=Ana <ana@lab.example>,bo+x@lab.example",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7Qs/#general/%23random",
        "ntfy://alerts", "ntfy://alerts/more?mode=cloud", "ntfy://ntfy.sh/alerts", "ntfy://ntfy.sh/alerts?mode=cloud",
        "ntfy://localhost/alerts", "ntfy://tk_secret@push/alerts", "ntfy://[::1]:8080/alerts",
        "mailtos://bot:secret@gmail.com?to=ana@lab.example", "mailtos://bot%40lab.example:secret@gmail.com",
        "mailtos://_?smtp=mail.lab.example&user=bot&pass=secret&from=bot@lab.example&to=ana@lab.example",
        "mailto://lab.example?smtp=mail.lab.example&port=2525&from=bot@lab.example", "mailto://ana@lab.example",
        "mailto://[::1]:2525?from=bot@lab.example", "mailto://lab.example?smtp=::1&from=bot@lab.example",
        "mailto://lab.example?smtp=[::1]&from=Papers&user=bot", "MAILTO://Bot@Lab.Example.",
        "mailto://box/ana%40lab.example?from=bot@lab.example",
        "json://lab.example/?to=o'neil@lab.example", "jsons://o'neil:secret@lab.example/hook",
        "zulip://papers-bot@team.zulipchat.com/bcdefghijklmnopqrstuvwxyz0123456/general",
        "tgram://bot123456789:bcdefghijklmnopqrstuvwxyz0123456789/12345", "freemobile://ana@p.w%2Fx",
        "synology://nas.example/?token=%22abcdef%22", "synology://nas.example/abcdef",
        "json://lab.example/hook/v1%20x/?method=PUT&+X-Key=a&+x-key=b&:team=trees&-page=2",
        f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{'x' * 24}",
        "https://prod-1.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke?api-version=1&sp=%2Fx&sv=1.0&sig=def",
        *(f"ntfy://push.lab.example/papers?priority={one}" for one in ("high", "hi", "3", "default", "norm")),
        "jsons://hook.lab.example/x?cto=2.5&rto=10",
    ],
)  # fmt: skip
def test_what_is_unusual_but_right_is_taken(url: str) -> None:
    assert problem_of(url) is None


@pytest.mark.parametrize(("url", "host"), [("mailto://[::1]:25?", "::1"), ("mailto://lab.example?smtp=[::1]&", "::1")])
def test_an_ipv6_address_is_asked_without_its_brackets(url: str, host: str) -> None:
    service = load_plugin(f"{url}from=bot@lab.example")
    assert service is not None
    assert service._server().host == host
    assert {one for one, _ in contacted(f"{url}from=bot@lab.example")} == {host}


def test_an_address_that_is_half_read_ends_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", heard.append)
    assert problem_of("aprs://DF1ABC:12345@DF1DEF?tz=nowhere") is not None
    gc.collect()
    assert heard == []


def test_an_address_that_a_plugin_stumbles_over_is_no_crash() -> None:
    assert problem_of("mailto://lab.example?from=bü@lab.example&name=Bot") is not None
    assert load_plugin("mailto://lab.example?from=bü@lab.example&name=Bot") is None
