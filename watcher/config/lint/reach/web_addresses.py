"""Read the web addresses, hosts and networks of a config."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any

from watcher.config.text.one_text import any_text, one_text, texts_of, wrong
from watcher.config.text.signs import problem_of_signs
from watcher.config.values import ListenAddress

_MEANT = (
    (r"[<\"'`(\[].*", "leave out the signs around it"),
    (r"\S+\s+(?:https?://|www\.).*", "one address stands here: write a part of its own for each other one"),
    (r"https?://\S+\s.*", "a blank in an address is written %20"),
    (r"feed:https?://.*", "leave out feed:"),
    (r"feed://.*|h\w{0,4}p?s?:/{1,3}[\w.-]+.*", "write https:// in place of what stands before its host"),
    (r"(?:www\.|[\w-]+\.)\S+", "write https:// before it"),
)
"""Patterns of texts that are no web address, each with what to write, which quotes nothing of them."""


def web_address(value: Any) -> str:
    text = any_text(value, "write https://…")
    if found := problem_of_signs(text):
        raise wrong(*found)
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        hint = next((hint for form, hint in _MEANT if re.fullmatch(form, text, re.IGNORECASE)), "write https://…")
        raise wrong("this is no web address", hint)
    if problem := _problem_of_host(text):
        raise wrong(problem, "write https://HOST/…, or https://HOST:PORT/…")
    return text


def _problem_of_host(url: str) -> str:
    """Return what is wrong with the host or port of a web address, "" if nothing is. They are not quoted."""
    where = re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0].rpartition("@")[2]
    if "$" in where or where.startswith("["):
        return ""
    host, colon, port = where.partition(":")
    if colon and not (re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 65536):
        return "what follows the host and a colon is no port: that is a number from 1 to 65535"
    if not re.fullmatch(r"[^\W_](?:[\w-]*\w)?(?:\.[^\W_](?:[\w-]*\w)?)*\.?", host):
        return "what stands in the place of the host is no host's name"
    return ""


def listen_address(value: Any) -> ListenAddress:
    """Return where the web pages listen, from a text such as ``127.0.0.1:8380`` or ``unix:/run/watcher/web.sock``."""
    hint = "write 127.0.0.1:8380, or unix:/run/watcher/web.sock"
    text = one_text(value, hint)
    if text.startswith(("unix:", "/")):
        path = text.removeprefix("unix:")
        if not path.startswith("/") or path.endswith("/"):
            raise wrong("the path of a socket begins with /, and ends with a name", hint)
        return ListenAddress(socket=path)
    found = re.fullmatch(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>\d{1,5})", text, re.ASCII)
    if found is None:
        raise wrong(f"`{text[:60]}` is no address to listen at", hint)
    if not 0 < int(found["port"]) < 65536:
        raise wrong(f"{found['port']} is no port", "a port is a number from 1 to 65535")
    return ListenAddress((found["v6"] or found["host"]).lower(), int(found["port"]))


def unsubscribe_address(value: Any) -> str:
    """Return the address of ``unsubscribe:``: a web address, or ``mailto:`` and an e-mail address."""
    hint = "write watcher@lab.example or https://…"
    text = any_text(value, hint)
    if text.startswith(("http://", "https://")):
        return web_address(text)
    text = text.removeprefix("mailto:")
    if not re.fullmatch(r"[\w.+-]+@[A-Za-z0-9][A-Za-z0-9.-]*(\?[^\s<>]*)?", text, re.ASCII):
        raise wrong("this is neither an e-mail address nor a web address", hint)
    return f"mailto:{text}"


def excepted(value: Any) -> list[str]:
    """Return the domains and networks that a key lists; ``[]`` means none."""
    return [] if value == [] else [_domain_or_network(text) for text in texts_of(value)]


def _domain_or_network(value: str) -> str:
    hint = "write domains and networks: [lab.example, 10.0.0.0/8]"
    text = one_text(value, hint).lower()
    if text == "*":
        raise wrong("nothing at all would be asked by the proxy", "remove proxy, or name what is asked without it")
    try:
        return str(ip_network(text.removeprefix("[").removesuffix("]")))
    except ValueError:
        pass
    try:
        return _domain(text)
    except ValueError:
        raise wrong(f"`{text[:60]}` is neither a domain nor a network", _excepted_meant(text) or hint) from None


def _domain(text: str) -> str:
    """Return a domain in ASCII, without the mark for subdomains, which always belong to it. Raises ``ValueError``."""
    name = text.removeprefix("*.").removeprefix(".").removesuffix(".").encode("idna").decode()
    if not re.fullmatch(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){0,20}", name) or re.fullmatch(r"[\d.]+", name):
        raise ValueError
    return name


def _excepted_meant(text: str) -> str:
    """Return the domain or network that was probably meant by a text, "" if nobody can tell."""
    try:
        return f"write {ip_network(text, strict=False)}"
    except ValueError:
        pass
    if found := re.fullmatch(r"([a-z0-9.-]{1,200}):\d{1,5}", text):
        return f"write {found[1]}: a port cannot be excepted"
    return ""
