"""Fill templates: the built-in ones, or those in the folder that the config names."""

from __future__ import annotations

import textwrap
import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from watcher.model import TemplateTrouble
from watcher.model.words import counted
from watcher.render import escape

if TYPE_CHECKING:
    from jinja2 import Environment

NAMES = ("digest.txt", "digest.html", "digest.chat", "notice.txt", "notice.html", "notice.chat", "base.html")
"""Templates that users can replace. The HTML ones extend ``base.html``."""

WIDTH = 76
LONGEST_UNBROKEN = 24


def page(name: str, context: Mapping[str, object], templates: Mapping[str, str]) -> tuple[str, TemplateTrouble | None]:
    """Return a filled template, and its trouble if the user's template failed and the built-in one was used, else None.

    A user's template may fail in any way; the message is sent all the same.

    ``context``: the values that the template uses.
    ``templates``: name → text of the user's templates.
    """
    if name in templates or (name.endswith(".html") and "base.html" in templates):
        try:
            return _environment(tuple(sorted(templates.items()))).get_template(name).render(context), None
        except Exception as error:
            return _own(name).render(context), _trouble(name, error, templates)
    return _own(name).render(context), None


class HtmlTemplates:
    """The HTML templates in the folder ``templates`` of a package. All values put into them are escaped.

    ``filters``: name → function that the templates may call.
    """

    def __init__(self, package: str, filters: Mapping[str, Callable[..., Any]]) -> None:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        self._environment = Environment(
            loader=PackageLoader(package),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters |= filters

    def filled(self, name: str, values: Mapping[str, object]) -> str:
        """Return a template filled with ``values``."""
        return self._environment.get_template(name).render(values)


def _own(name: str) -> Any:
    return _environment(None).get_template(name)


def _trouble(name: str, error: Exception, templates: Mapping[str, str]) -> TemplateTrouble:
    from jinja2 import TemplateError, TemplateSyntaxError

    said = " ".join(str(error).split())[:200] or "it failed"
    if isinstance(error, TemplateSyntaxError):
        return TemplateTrouble(error.name or name, error.lineno, said)
    # jinja puts a template's own name and line into the traceback.
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    at, line = next((one for one in reversed(frames) if one[0] in templates), (name, 0))
    return TemplateTrouble(at, line, said if isinstance(error, TemplateError) else f"{type(error).__name__}: {said}")


@lru_cache(maxsize=4)
def _environment(templates: tuple[tuple[str, str], ...] | None) -> Environment:
    """Return the built-in templates, or a sandbox with those given; these find the built-in ones under ``ours/``."""
    from jinja2 import (
        ChoiceLoader,
        Environment,
        FunctionLoader,
        PackageLoader,
        PrefixLoader,
        StrictUndefined,
        pass_context,
    )
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    own = PackageLoader("watcher.render")
    given = dict(templates or ())
    named = FunctionLoader(lambda name: (given[name], name, lambda: True) if name in given else None)
    theirs = ChoiceLoader([named, PrefixLoader({"ours": own}), own])
    kind = Environment if templates is None else ImmutableSandboxedEnvironment
    environment = kind(
        loader=own if templates is None else theirs,
        autoescape=lambda name: bool(name) and name.endswith(".html"),  # type: ignore[union-attr]
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= {
        "text_marked": escape.text_marked,
        "wrap": pass_context(_wrap),
        "counted": counted,
        "unbroken": _unbroken,
    }
    return environment


def _wrap(context: Mapping[str, object], text: str, indent: int = 0, hanging: int = 0) -> str:
    """Return a text broken into lines of a text message's width. Addresses are not broken.

    If the ``context`` has ``is_flowing``, it is one line without blanks before it: phones break lines themselves.

    ``indent``: blanks before the first line.
    ``hanging``: further blanks before all other lines.
    """
    if context.get("is_flowing"):
        return " ".join(text.split())
    first, rest = " " * indent, " " * (indent + hanging)
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _unbroken(text: str) -> str:
    """Return a text in which no line ends within a piece between middle dots, such as ``1 comment``."""
    parts = [part.replace(" ", "\u00a0") if len(part) <= LONGEST_UNBROKEN else part for part in text.split(" · ")]
    return " · ".join(parts)
