import socket

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.model.network.hosts import address_as_written, is_loopback, is_public, may_be_public


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("239.1.1.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("2606:4700::1111", True),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:a00:1::", False),
        ("2002:5db8:d822::", True),
        ("64:ff9b:1::5db8:d822", False),
        ("2606:4700::5efe:a00:1", False),
        ("2606:4700::200:5efe:5db8:d822", True),
        ("192.88.99.1", False),
        ("192.0.0.8", False),
        ("3fff::1", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("site.localhost", True),
        ("127.0.0.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("notlocalhost", False),
        ("example.org", False),
    ],
)
def test_is_loopback(host: str, here: bool) -> None:
    assert is_loopback(host) is here


_PIECES = st.sampled_from(
    ["0", "1", "127", "255", "256", "0x7f", "0X7F", "0x", "017", "08", "65536", "2130706433", "a"]
)


@given(st.lists(_PIECES, min_size=1, max_size=5).map(".".join) | st.text("0123456789abx.", min_size=1, max_size=20))
@example("4294967296")
@example("127.0.0.1.")
@example("0x100000000")
def test_an_address_is_seen_wherever_the_resolver_sees_one(host: str) -> None:
    try:
        resolved = socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return
    assert address_as_written(host) == resolved
    assert may_be_public(host) is is_public(resolved)


@given(st.text())
@example("[")
@example("[::1]")
@example("fe80::1%eth0")
@example("9" * 5000)
@example("\N{ARABIC-INDIC DIGIT ONE}.1")
def test_any_host_is_judged(host: str) -> None:
    assert may_be_public(host) in (True, False)


@given(st.from_regex(r"[a-z0-9-]{1,10}", fullmatch=True))
def test_a_name_of_one_word_is_of_nobody_outside(name: str) -> None:
    address = address_as_written(name)
    assert may_be_public(name) is (address is not None and is_public(address))
    assert not may_be_public(f"wiki.{name}.local.")
