"""Check how requests leave this machine: the proxy's address, and the certificates of ``ca_bundle``."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from watcher.config.checking import Checker
from watcher.files.authorities import read_authorities

_FORM = "write http://HOST:PORT, such as http://proxy.lab.example:3128"
_ENCODED = "in a user's name or password write %40 for @, %2F for /, %23 for #, or all of it as ${NAME}"

Found = tuple[str, str]
"""(what is wrong, what to write instead), without any part of the address."""


def problem_of_proxy(address: str) -> Found | None:
    """Return what is wrong with the address of a proxy, None if nothing is."""
    scheme, has_scheme, _ = address.partition("://")
    if not has_scheme:
        return "a proxy's address begins with http://", _FORM
    if problem := _problem_of_scheme(scheme.lower()):
        return problem
    try:
        place = urlsplit(address)
        port = place.port
    except ValueError:
        return "this is no address: the port is a number up to 65535", f"{_FORM}; {_ENCODED}"
    if problem := _problem_of_place(place):
        return problem
    if not port:
        return "the proxy's port is missing", "write it behind the host: :3128, :8080 or, where it is that, :80"
    return None


def _problem_of_scheme(scheme: str) -> Found | None:
    if scheme == "http":
        return None
    if scheme == "https":
        what = "a proxy that is itself spoken to by TLS cannot be used"
        return what, "write http://…: what is asked of https sites by it is encrypted up to the site all the same"
    if scheme.startswith("socks"):
        return "SOCKS proxies cannot be used", "write the address of an HTTP proxy, or put one before it"
    return "this is no proxy that can be used", _FORM


def _problem_of_place(place: SplitResult) -> Found | None:
    if re.search(r"(?:\.pac|\.dat)$", place.path, re.IGNORECASE):
        return "this is the address of a script that names proxies", "write the proxy itself, as the script returns it"
    if re.search(r"\s", place.netloc) or place.path not in ("", "/") or place.query or place.fragment:
        return "nothing follows the port of a proxy", f"{_FORM}; {_ENCODED}"
    if not re.fullmatch(r"[\w.:-]+", place.hostname or "", re.ASCII):
        return "the proxy's host is missing", _FORM
    return None


def authorities_of(checker: Checker, name: str | None, folder: Path) -> str:
    """Return the certificates in the file of ``ca_bundle``, in PEM; "" after noting what is wrong with the file.

    ``name``: the file, None for none.
    ``folder``: where a relative name begins.
    """
    if name is None:
        return ""
    found = read_authorities(folder / name)
    if isinstance(found, str):
        return found
    hint = "`~` is not read here: write the whole path" if name.startswith("~") else found.hint
    checker.note(("ca_bundle",), found.what, hint, name="wrong-file")
    return ""
