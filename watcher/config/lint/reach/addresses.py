"""Check the addresses of receivers, database and proxy, as far as the secrets in them are known."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from watcher.config.addresses import VARIABLE, Address, address_with, expand, file_of, secret_file
from watcher.config.checking import Checker, Path
from watcher.config.lint.reach.placeholders import is_placeholder
from watcher.config.lint.reach.way_out import problem_of_proxy
from watcher.config.lint.whole import address_key, hint_of_path
from watcher.config.text.harmless import is_words
from watcher.config.text.signs import problem_of_signs
from watcher.config.values import Config, Receiver
from watcher.errors import WatcherError
from watcher.model.doubts import AddressDoubt
from watcher.model.network.hosts import is_public_name
from watcher.parsers import PARSERS
from watcher.parsers.parser import SecretPlace, file_key

_PLAIN_PATH = re.compile(r"~?/?(?:[\w.-]+/)*[\w-]+\.(?:db|sqlite3?)")
_BRACED = re.compile(r"\$\{([^{}$]{0,200})\}")
_SHELL = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_UNBRACED = re.compile(r"(?<=[:/=@])\$[A-Z][A-Z0-9_]+(?=[@/&?]|$)")
_OTHER_VARIABLE = re.compile(r"\$[A-Za-z(]|%\w+%|\{\{|\$\$|env\.|!env\b")
_MAIL = re.compile(r"(?:mailto:)?([^\s:/@]+@[^\s:/@?]+\.[^\s:/@?]+)(?:\?\S*)?")


DoubtUrl = Callable[[str], AddressDoubt | None]
"""Returns a warning about an address that can be used, None for none."""


@dataclass(frozen=True, slots=True)
class AddressChecks:
    """The functions that check addresses. Each returns a problem, or a doubt, or None.

    ``env``: environment variables, for secrets.
    ``need_secrets``: a missing secret is an error.
    """

    env: Mapping[str, str]
    check_url: Callable[[str], str | None]
    doubt_url: DoubtUrl
    check_database: Callable[[str], str | None]
    need_secrets: bool = False


def check_addresses(checker: Checker, config: Config, checks: AddressChecks) -> None:
    """Note what is wrong with the addresses of sources, receivers, database and proxy."""
    for source in config.sources.values():
        if source.url and "${" in source.url:
            _check_source(checker, source.name, source.url, config, checks)
        for secret in PARSERS[source.kind].secrets(source):
            _check_secret(checker, source.name, secret, config, checks)
    for receiver in config.receivers.values():
        for label, address in receiver.urls.items():
            path = ("receivers", receiver.name, *address_key(receiver, label))
            _check_address(checker, path, receiver, address, config, checks)
    if config.web and config.web.token_file:
        _check_token(checker, config.web.token_file, config, checks)
    if config.database_text is not None:
        _check_database(checker, config.database_text, checks)
    if config.proxy_text is not None:
        _check_proxy(checker, config.proxy_text, checks)
    try:
        heartbeat = expand(config.heartbeat, checks.env)
        if heartbeat.startswith("http://") and is_public_name(urlsplit(heartbeat).hostname):
            what = "this address is a secret, and goes over a connection without TLS"
            checker.warn(("heartbeat",), what, "write https:// in place of http://", name="password-in-clear")
    except WatcherError as error:
        hint = "set it where watcher runs"
        checker.note(("heartbeat",), str(error), hint, fatal=checks.need_secrets, name="missing-secret")
    _check_places(checker, config, checks)


def _check_source(checker: Checker, name: str, url: str, config: Config, checks: AddressChecks) -> None:
    in_file = "${file:" in url
    path = ("sources", name, "url_file" if in_file else "url")
    if not in_file and (meant := _meant(url)):
        checker.note(path, *meant, name="wrong-address")
        return
    try:
        config.open_address(url, checks.env)
    except WatcherError as error:
        hint = "write the file where watcher runs" if in_file else "set it where watcher runs"
        checker.note(path, str(error), hint, fatal=checks.need_secrets, name="missing-secret")


def _check_secret(checker: Checker, name: str, secret: SecretPlace, config: Config, checks: AddressChecks) -> None:
    in_file = file_of(secret.place) is not None
    try:
        config.open_address(address_with(secret), checks.env)
    except WatcherError as error:
        path = ("sources", name, file_key(secret.key) if in_file else secret.key)
        hint = "write the file where watcher runs" if in_file else "set it where watcher runs"
        checker.note(path, str(error), hint, fatal=checks.need_secrets, name="missing-secret")


def _check_address(
    checker: Checker, path: Path, receiver: Receiver, address: Address, config: Config, checks: AddressChecks
) -> None:
    if meant := _meant(address.text):
        checker.note(path, *meant, name="wrong-address")
        return
    try:
        url = address.resolve(checks.env, config.folder)
    except WatcherError as error:
        hint = "set it where watcher runs" if not address.file else "write the file where watcher runs"
        checker.note(path, str(error), hint, fatal=checks.need_secrets, name="missing-secret")
        return
    if receiver.address:
        if not _is_parameter(receiver.address):
            what = "this is no parameter of an address: it names the one that takes an address, such as to"
            checker.note_once(("receivers", receiver.name, "address"), what, "write address: to", name="wrong-value")
            return
        url += ("&" if "?" in url else "?") + f"{receiver.address}=somebody@example.org"
    if is_placeholder(url):
        what, hint = "a part of it is still the word of a guide, such as YOUR_TOKEN or changeme", "write your own"
        is_wrong = checks.check_url(url) is not None
        checker.note(path, what, hint, fatal=is_wrong, name="wrong-address" if is_wrong else "placeholder-in-address")
    elif problem := checks.check_url(url):
        if receiver.address and checks.check_url(url.replace(f"{receiver.address}=somebody@", "to=somebody@")) is None:
            path = ("receivers", receiver.name, "address")
            what = "the service has no parameter of this name"
            checker.note_once(path, what, "write address: to, for mail; or leave it out", name="wrong-address")
            return
        checker.note(path, _shown(problem, url, address), "see docs/configuration.md, Receivers", name="wrong-address")
    elif doubt := checks.doubt_url(url):
        checker.warn(path, doubt.what, doubt.hint, name=doubt.name)


def _meant(text: str) -> tuple[str, str] | None:
    """Return (problem, remedy) of a text that is no address, None if it may be one.

    They may quote names of variables, never values.
    """
    for found in _BRACED.finditer(text):
        if VARIABLE.fullmatch(found[0]):
            continue
        if ":" in found[1]:
            return "a variable has no default here", "write ${NAME} alone, and set it where watcher runs"
        return "this is no variable's name", "write letters, digits and _ between ${ and }"
    if named := _SHELL.fullmatch(text):
        return "a variable stands in braces", f"write ${{{named[1]}}}" if named[1].isupper() else "write ${NAME}"
    if _UNBRACED.search(text):
        return "a variable stands in braces", "write ${NAME}; a $ that belongs to the value is written %24"
    if _OTHER_VARIABLE.match(text) or text.count("${") > len(_BRACED.findall(text)):
        return "this is no variable: one is written ${NAME}", "write ${NAME}, and set NAME where watcher runs"
    if odd := problem_of_signs(text.strip()) or _of_no_scheme(text.strip()):
        return odd
    if _MAIL.fullmatch(text):
        hint = "write mailtos://USER:${PASSWORD}@SERVER?from=…&to=…, in quotes"
        return "an e-mail address alone says not by which server to send", hint
    return None


_TOKEN = "a token alone does not say of which service it is"
_NO_SCHEME = (
    (r"xox[a-z]-[\w-]+", _TOKEN, "write slack://TOKEN/%23CHANNEL (docs/recipes/slack.md)"),
    (r"(?:bot)?\d{6,12}:[\w-]{30,40}", _TOKEN, "write tgram://TOKEN/CHAT_ID (docs/recipes/telegram.md)"),
    (r"<.*>|'.*'|\".*\"|`.*`", "quotes or brackets within the quotes belong to the address", "leave them out"),
    (r"(?:env|ENV)[:.]\s*\w+", "a variable is written ${NAME}", "write ${NAME}, and set NAME where watcher runs"),
    (r"file:(?!//).+|[~/.].*|[\w-]+\.(?:txt|env|url)", "this is a file's name", "write url_file: in place of url:"),
    (r"(?:stdout|console|print|terminal|screen|-)", "this is no address", "write console://"),
    (r"\+?[\d ()-]{6,}", "a telephone's number says not by which service to send", "write the address of a service"),
    (r"https?://(?:\w+\.)?zotero\.org(?:/\S*)?", "papers are kept there, not told", "write it under keep:, as zotero:"),
    (r"ntfy\.sh/\S+", "this lacks the service's name and ://", "write ntfys://TOPIC"),
    (r"hooks\.slack\.com/\S+|discord(?:app)?\.com/api/\S+", "this lacks its scheme", "write https:// before it"),
    (r"[a-z]{2,12}\s+://.*", "a blank stands before ://", "leave it out"),
    (r"[a-z]{2,12}:(?:/(?!/)|\\\\|(?!/)).*", "two slashes follow the service's name and colon", "write NAME://…"),
)
"""Patterns of texts that do not begin with a service's name and ``://``, with what is wrong and what to write."""


def _of_no_scheme(text: str) -> tuple[str, str] | None:
    if _MAIL.fullmatch(text) or (text[:7] == "mailto:" and "@" in text and text[7:9] != "//"):
        return None
    return next(((what, hint) for form, what, hint in _NO_SCHEME if re.fullmatch(form, text)), None)


def _is_parameter(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z_-]{1,30}", text) is not None


def _shown(problem: str, url: str, address: Address) -> str:
    """Return the problem of an address with the name of its service, unless that may be a password."""
    scheme, written = url.partition("://")[0].lower(), address.text.partition("://")[0]
    is_secret = "${" in written and VARIABLE.fullmatch(address.text) is None
    if scheme in problem and (is_secret or not re.fullmatch(r"[a-z][a-z0-9+.-]{0,19}", scheme)):
        return "apprise does not take this address"
    return problem


def _check_token(checker: Checker, file: str, config: Config, checks: AddressChecks) -> None:
    if secret_file(file, checks.env, config.folder) is None:
        what = f"there is no file {file} with the token" if is_words(file) else "there is no file of this name"
        hint = hint_of_path(file) or "write the token into it, where watcher runs"
        checker.note(("web", "token_file"), what, hint, fatal=checks.need_secrets, name="missing-secret")


def _check_database(checker: Checker, text: str, checks: AddressChecks) -> None:
    try:
        address = expand(text, checks.env)
        # A plain path needs no look, and what looks takes long to import.
        problem = None if _PLAIN_PATH.fullmatch(address) else checks.check_database(address)
        problem = problem or _problem_of_folder(address)
    except WatcherError as error:
        checker.note(
            ("database",), str(error), "set it where watcher runs", fatal=checks.need_secrets, name="missing-secret"
        )
        return
    if problem:
        what, _, hint = problem.partition("; ")
        checker.note(("database",), what, hint, name="wrong-database")


def _problem_of_folder(text: str) -> str | None:
    """Return why no database can be at a path: it is a folder. Relative paths begin at the state folder."""
    path = os.path.expanduser(text)
    is_folder = os.path.isabs(path) and os.path.isdir(path)
    return "this is a folder; write the path of a file in it, such as papers.db" if is_folder else None


def _check_proxy(checker: Checker, text: str, checks: AddressChecks) -> None:
    if meant := _meant(text):
        checker.note(("proxy",), *meant, name="wrong-address")
        return
    try:
        problem = problem_of_proxy(expand(text, checks.env).strip())
    except WatcherError as error:
        hint = "set it where watcher runs"
        checker.note(("proxy",), str(error), hint, fatal=checks.need_secrets, name="missing-secret")
        problem = problem_of_proxy(VARIABLE.sub("x", text)) if VARIABLE.fullmatch(text) is None else None
    if problem:
        checker.note(("proxy",), *problem, name="wrong-address")


def _check_places(checker: Checker, config: Config, checks: AddressChecks) -> None:
    """Note missing secrets of places under ``keep``."""
    for name, place in config.keep.items():
        try:
            place.with_secrets(checks.env, config.folder)
        except WatcherError as error:
            what, hint = str(error).removeprefix(f"keep {name}: "), "set it where watcher runs"
            checker.note(("keep", name), what, hint, fatal=checks.need_secrets, in_key=True, name="missing-secret")
