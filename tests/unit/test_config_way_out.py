"""A config's proxy and certificates are read, or the reason names the key."""

from __future__ import annotations

import base64
import os
import shutil
import ssl
from pathlib import Path

import pytest

from tests.integration.connect_proxy import lab_authority
from watcher.config import Config, load
from watcher.errors import ConfigError, Problem, WatcherError
from watcher.files.authorities import trust
from watcher.model.network.way_out import WayOut
from watcher.notify import problem_of
from watcher.rules import compile_rule

REST = """
timezone: UTC
operator: [me]
sources: {hf: {kind: huggingface}}
receivers: {me: {url: "console://"}}
subscriptions: [{name: kilns, rule: kilns, to: me}]
"""
PROXY = "http://ana:${PW}@proxy.lab.example:3128"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> str:
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificates")
    return lab_authority(tmp_path_factory.mktemp("tls")).pem


def read(folder: Path, lines: str, **env: str) -> Config:
    path = folder / "config.yaml"
    path.write_text(lines + REST)
    path.chmod(0o600)
    return load(path, env=env, check_url=problem_of, check_rule=compile_rule)


def refused(folder: Path, lines: str) -> Problem:
    with pytest.raises(ConfigError) as raised:
        read(folder, lines)
    [problem] = raised.value.problems
    return problem


def test_a_password_is_put_into_the_proxys_address(tmp_path: Path) -> None:
    config = read(tmp_path, f"proxy: '{PROXY}'\n", PW="p@ss/w#rd")
    assert config.way_out({"PW": "p@ss/w#rd"}).proxy == "http://ana:p%40ss%2Fw%23rd@proxy.lab.example:3128"
    token = base64.b64encode(b"ana:p@ss/w#rd").decode()
    assert {"p@ss/w#rd", "p%40ss%2Fw%23rd", token} <= config.secrets({"PW": "p@ss/w#rd"})
    assert not [one for one in config.secrets({"PW": "p@ss/w#rd"}) if one in ("ana", "proxy.lab.example")]
    assert "p%40ss" not in repr(config.way_out({"PW": "p@ss/w#rd"}))


def test_a_whole_address_may_stand_in_a_variable(tmp_path: Path) -> None:
    env = {"PROXY": "http://proxy.lab.example:3128\n"}
    assert read(tmp_path, "proxy: ${PROXY}\n", **env).way_out(env).proxy_for("papers.example") == env["PROXY"].strip()


def test_a_missing_password_is_a_warning_and_said_where_it_is_needed(tmp_path: Path) -> None:
    config = read(tmp_path, f"proxy: '{PROXY}'\n")
    assert [(one.name, one.fatal) for one in config.problems] == [("missing-secret", False)]
    way = config.way_out({})
    assert way.proxy_for("localhost") == ""
    with pytest.raises(WatcherError, match=r"the proxy cannot be used: \$\{PW\} is not set"):
        way.proxy_for("papers.example")


def test_a_password_that_is_written_out_for_all_to_read_is_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    for password, names in {"s3cretPW": ["readable-by-all"], "${PW}": []}.items():
        path.write_text(f"proxy: 'http://ana:{password}@proxy.lab.example:3128'\n{REST}")
        path.chmod(0o644)
        config = load(path, env={"PW": "s3cretPW"}, check_url=problem_of, check_rule=compile_rule)
        assert [one.name for one in config.problems] == names


def test_without_a_proxy_all_is_asked_directly() -> None:
    assert WayOut().proxy_for("papers.example") == ""


@pytest.mark.parametrize(
    ("host", "is_direct"),
    [
        ("papers.example", False),
        ("93.184.216.34", False),
        ("2606:4700::1111", False),
        ("[2606:4700::1111]", False),
        ("1572395042", False),
        ("lab.example", True),
        ("LAB.example.", True),
        ("wiki.lab.example", True),
        ("mylab.example", False),
        ("lab.example.com", False),
        ("uni.example", True),
        ("x.uni.example", True),
        ("a.dept.example", True),
        ("xn--bcher-kva.example", True),
        ("192.0.2.7", True),
        ("203.0.113.9", True),
        ("93.184.216.0", True),
        ("localhost", True),
        ("app.localhost", True),
        ("127.0.0.1", True),
        ("127.9", True),
        ("0177.0.0.1", True),
        ("0x7f000001", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.1.2.3", True),
        ("172.16.1", True),
        ("169.254.169.254", True),
        ("fe80::1", True),
        ("fd00::1", True),
        ("0.0.0.0", True),
        ("0", True),
        ("4294967296", True),
        ("1.2.3.256", True),
        ("a.1.2.3.4", True),
        ("intranet", True),
        ("localhost.localdomain", True),
        ("proxy.lab2.example", True),
        ("Proxy.lab2.example.", True),
        ("www.lab2.example", False),
        ("a.proxy.lab2.example", False),
        ("printer.local", True),
        ("metadata.google.internal", True),
    ],
)
def test_who_is_asked_by_the_proxy(tmp_path: Path, host: str, is_direct: bool) -> None:
    exceptions = "[lab.example, .uni.example, '*.Dept.example', bücher.example, 203.0.113.0/24, 93.184.216.0/31]"
    config = read(tmp_path, f"proxy: http://proxy.lab2.example:3128\nproxy_except: {exceptions}\n")
    assert config.way_out({}).proxy_for(host) == ("" if is_direct else "http://proxy.lab2.example:3128")


# --- certificates ---


def test_firms_authorities_are_trusted_on_every_python(pem: str) -> None:
    """Python 3.13 refuses authorities without some fields, earlier ones a certificate that is below an authority."""
    context = ssl.create_default_context()
    context.verify_flags = (context.verify_flags | ssl.VERIFY_X509_STRICT) & ~ssl.VERIFY_X509_PARTIAL_CHAIN
    usual = len(context.get_ca_certs())
    trust(context, "")
    assert context.verify_flags & ssl.VERIFY_X509_STRICT
    trust(context, pem)
    assert context.verify_flags & ssl.VERIFY_X509_PARTIAL_CHAIN and not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert len(context.get_ca_certs()) == usual + 1
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname


def test_certificates_are_read_beside_the_config(tmp_path: Path, pem: str) -> None:
    text = f"\ufeff# Főtanúsítvány\r\n{pem}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n\n  {pem}"
    (tmp_path / "lab.pem").write_text(text.replace("\n", "\r\n"))
    assert read(tmp_path, "ca_bundle: lab.pem\n").way_out({}).authorities == pem * 2
    assert read(tmp_path, f"ca_bundle: {tmp_path}/lab.pem\n").way_out({}).authorities == pem * 2
    (tmp_path / "lab.pem").write_text(f"\ufeff{pem}")
    assert read(tmp_path, "ca_bundle: lab.pem\n").way_out({}).authorities == pem


def test_a_changed_file_is_another_config(tmp_path: Path, pem: str) -> None:
    (tmp_path / "lab.pem").write_text(pem)
    before = read(tmp_path, "ca_bundle: lab.pem\n").digest
    (tmp_path / "lab.pem").write_text(pem * 2)
    assert read(tmp_path, "ca_bundle: lab.pem\n").digest != before


def test_a_file_that_holds_no_certificates_is_refused_at_its_place(tmp_path: Path, pem: str) -> None:
    block = pem.splitlines()
    contents = {
        "": "no certificate stands in this file",
        "hello\n": "no certificate stands in this file",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n": "no certificate stands in this file",
        "\n".join(block[:-1]): "the file ends within a certificate",
        pem + "\n".join([block[0], *block[2:]]): f"certificate 2 of the file, in line {len(block) + 1}, is damaged",
        f"{block[0]}\n!!!\n{block[-1]}\n": "certificate 1 of the file, in line 1, is damaged",
        f"{block[0]}\n{block[-1]}\n": "certificate 1 of the file, in line 1, is damaged",
        pem + "#" * 4_000_000: "the certificates cannot be read: larger than 4 MB",
    }
    for content, what in contents.items():
        (tmp_path / "lab.pem").write_text(content)
        problem = refused(tmp_path, "ca_bundle: lab.pem\n")
        assert (problem.what, problem.line, problem.column) == (what, 1, 12)
        assert problem.hint


def test_a_file_in_der_is_refused_with_what_to_run(tmp_path: Path, pem: str) -> None:
    (tmp_path / "lab.crt").write_bytes(base64.b64decode("".join(pem.splitlines()[1:-1])))
    problem = refused(tmp_path, "ca_bundle: lab.crt\n")
    assert problem.what == "this file is in DER, not in PEM" and "openssl x509 -inform der" in problem.hint


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path, "ca_bundle: pipe\n").what == "the certificates cannot be read: a named pipe, not a file"
    assert refused(tmp_path, "ca_bundle: .\n").what == "the certificates cannot be read: a folder, not a file"
    assert refused(tmp_path, "ca_bundle: /dev/zero\n").what == "the certificates cannot be read: a device, not a file"
    assert refused(tmp_path, "ca_bundle: no.pem\n").what == "the certificates cannot be read: No such file or directory"


def test_a_home_is_not_looked_up(tmp_path: Path) -> None:
    assert refused(tmp_path, "ca_bundle: ~/lab.pem\n").hint == "`~` is not read here: write the whole path"


@pytest.mark.parametrize(
    ("key", "meant"),
    [("no_proxy: [lab.example]", "proxy_except"), ("https_proxy: x", "proxy"), ("cacert: lab.pem", "ca_bundle")],
)
def test_other_programs_words_are_known(tmp_path: Path, key: str, meant: str) -> None:
    assert refused(tmp_path, f"{key}\n").hint == f"here it is called `{meant}`"


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("10.1.2.3/8", "write 10.0.0.0/8"),
        ("lab.example:8080", "write lab.example: a port cannot be excepted"),
        ("lab.example,10.0.0.0/8", "write domains and networks: [lab.example, 10.0.0.0/8]"),
    ],
)
def test_an_exception_that_is_none_is_said_with_what_to_write(tmp_path: Path, written: str, hint: str) -> None:
    lines = f"proxy: http://proxy.lab.example:3128\nproxy_except: ['{written}']\n"
    assert refused(tmp_path, lines).hint == hint
