"""Templates: watcher's own, and those that the config's folder puts in their place."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from watcher.render import escape
from watcher.render.view import counted

if TYPE_CHECKING:
    from jinja2 import Environment

NAMES = ("digest.txt", "digest.html", "digest.chat", "notice.txt", "notice.html", "notice.chat", "base.html")
"""Templates that can be replaced; ``base.html`` is what the other two HTML ones extend."""

WIDTH = 76


def page(name: str, context: Mapping[str, object], templates: Mapping[str, str]) -> tuple[str, str]:
    """A template's text, and why watcher's own was used in place of the one in ``templates``; empty where it was not.

    A template of the config's may fail in any way: a message is not lost over that.
    """
    if name in templates or (name.endswith(".html") and "base.html" in templates):
        try:
            return _environment(tuple(sorted(templates.items()))).get_template(name).render(context), ""
        except Exception as error:
            return _own(name).render(context), _words(name, error)
    return _own(name).render(context), ""


def template_problem(name: str, text: str) -> tuple[str, int] | None:
    """What is wrong with a template's syntax, and in which line; None where nothing is."""
    from jinja2 import TemplateSyntaxError

    try:
        _environment(()).parse(text, name)
    except TemplateSyntaxError as error:
        return error.message or "it is no template", error.lineno
    return None


def _own(name: str) -> Any:
    return _environment(None).get_template(name)


def _words(name: str, error: Exception) -> str:
    line = getattr(error, "lineno", None)
    at = getattr(error, "name", None) or name
    said = " ".join(str(error).split())[:200] or "it failed"
    return f"{at}{f':{line}' if line else ''}: {type(error).__name__}: {said}"


@lru_cache(maxsize=4)
def _environment(templates: tuple[tuple[str, str], ...] | None) -> Environment:
    """watcher's own templates, or in a sandbox those given, which see watcher's own under ``ours/``, too."""
    from jinja2 import ChoiceLoader, DictLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    own = PackageLoader("watcher.render")
    theirs = ChoiceLoader([DictLoader(dict(templates or ())), own, PrefixLoader({"ours": own})])
    kind = Environment if templates is None else ImmutableSandboxedEnvironment
    environment = kind(
        loader=own if templates is None else theirs,
        autoescape=lambda name: bool(name) and name.endswith(".html"),  # type: ignore[union-attr]
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"text_marked": escape.text_marked, "wrap": _wrap, "counted": counted}
    return environment


def _wrap(text: str, indent: int = 0, hanging: int = 0) -> str:
    """Filled lines of a plain-text message, all but the first ``hanging`` further in; addresses stay whole."""
    first, rest = " " * indent, " " * (indent + hanging)
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
