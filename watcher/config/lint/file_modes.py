"""Warn of files with secrets that everybody on the machine can read, and of a config that everybody can change."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from watcher.config.addresses import VARIABLE, file_of, secret_file
from watcher.config.checking import Checker, Path
from watcher.config.lint.whole import address_key
from watcher.config.values import Config
from watcher.files.read import mode_of
from watcher.model.masking import has_token, secret_parts
from watcher.parsers import PARSERS
from watcher.parsers.parser import file_key


def warn_of_modes(checker: Checker, config: Config, env: Mapping[str, str]) -> None:
    """Warn of permissions of the config, and of the files with secrets that it names."""
    mode = mode_of(config.path) if config.path else None
    if mode is not None and mode & stat.S_IWOTH:
        what = "everybody on this machine may change this file, and with it who is told"
        checker.warn((), what, f"run chmod o-w {config.path}", name="writable-by-all")
    elif mode is not None and mode & stat.S_IROTH and (place := next(_written_out(config), None)):
        what = "everybody on this machine may read this file, in which a secret stands"
        checker.warn(place, what, f"run chmod 600 {config.path}, or write ${{NAME}}", name="readable-by-all")
    for path, file in _files(config):
        found = secret_file(file, env, config.folder)
        mode = mode_of(found) if found else None
        if mode is not None and mode & (stat.S_IROTH | stat.S_IWOTH):
            do = "change" if mode & stat.S_IWOTH else "read"
            what = f"everybody on this machine may {do} this file, which holds a secret"
            checker.warn(path, what, f"run chmod 600 {found}", name="readable-by-all")


def _written_out(config: Config) -> Iterator[Path]:
    """Yield the paths in the config at which a secret is written out."""
    for receiver in config.receivers.values():
        for label, address in receiver.urls.items():
            if _has_secret(address.text):
                yield ("receivers", receiver.name, *address_key(receiver, label))
    for source in config.sources.values():
        if source.url and any(part not in source.name for part in secret_parts(source.url)):
            yield ("sources", source.name, "url")
    if config.database_text and _has_secret(config.database_text):
        yield ("database",)
    if config.proxy_text and _has_secret(config.proxy_text):
        yield ("proxy",)


def _has_secret(address: str) -> bool:
    try:
        place = urlsplit(VARIABLE.sub("", address))
        return bool(place.password) or has_token(place.path) or has_token(place.netloc.rpartition("@")[0])
    except ValueError:
        return False


def _files(config: Config) -> Iterator[tuple[Path, str]]:
    for receiver in config.receivers.values():
        for label, address in receiver.urls.items():
            if address.file:
                yield ("receivers", receiver.name, *address_key(receiver, label)), address.file
    for source in config.sources.values():
        if source.url and (file := file_of(source.url)):
            yield ("sources", source.name, "url_file"), file
        for secret in PARSERS[source.kind].secrets(source):
            if file := file_of(secret.place):
                yield ("sources", source.name, file_key(secret.key)), file
    if config.web and config.web.token_file:
        yield ("web", "token_file"), config.web.token_file
