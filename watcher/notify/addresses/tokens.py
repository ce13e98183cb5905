"""Check whether the tokens of well-known services have a form that the service gives out.

apprise accepts ``slack://T0/B0/x``, and no message would ever arrive. The forms are those that the services show and
document. They allow more than was seen, since a warning about something that works is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TokenForm:
    """The form of one token of a service.

    ``place``: the attribute of apprise's plugin that holds the token.
    ``pattern``: a regular expression that all such tokens match.
    ``says``: what the token is and how it looks, as the end of a sentence.
    """

    place: str
    pattern: str
    says: str


_SLACK = (
    TokenForm("token_a", r"T[A-Z0-9]{6,14}", "a Slack webhook begins with T and some eight capitals and digits"),
    TokenForm("token_b", r"B[A-Z0-9]{6,14}", "a Slack webhook's second part is B and some ten capitals and digits"),
    TokenForm("token_c", r"[A-Za-z0-9]{24}", "a Slack webhook ends in 24 letters and digits"),
    TokenForm("access_token", r"xox[a-z]-[\w.-]{24,}", "a Slack bot's token is xoxb- with numbers and 24 characters"),
)
_DISCORD = (
    TokenForm("webhook_id", r"\d{17,20}", "the ID of a Discord webhook has 17 to 20 digits"),
    TokenForm("webhook_token", r"[\w-]{60,80}", "the token of a Discord webhook has 68 letters, digits, - and _"),
)
_TEAMS = (
    TokenForm("workflow", r"[0-9A-Fa-f]{32}", "the ID of a Teams workflow has 32 digits and letters from a to f"),
    TokenForm("signature", r"[\w-]{43}", "the signature of a Teams workflow (sig=) has 43 letters, digits, - and _"),
)
_PUSHOVER = (
    TokenForm("user_key", r"[A-Za-z0-9]{30}", "a user's key of Pushover has 30 letters and digits"),
    TokenForm("token", r"[A-Za-z0-9]{30}", "an application's token of Pushover has 30 letters and digits"),
)
_TELEGRAM = (
    TokenForm("bot_token", r"\d{6,12}:[\w-]{33,40}", "a Telegram bot's token has digits, a colon and 35 characters"),
)
_NTFY = (TokenForm("token", r"(?!tk_).*|tk_[A-Za-z0-9]{29}", "an access token of ntfy is tk_ with 29 characters"),)
_GOTIFY = (TokenForm("token", r"[\w.-]{15}", "an application's token of Gotify has 15 characters"),)
_MATTERMOST = (TokenForm("token", r"[a-z0-9]{26}", "a Mattermost webhook's token has 26 small letters and digits"),)

_FORMS = {
    "slack": _SLACK,
    "discord": _DISCORD,
    "tgram": _TELEGRAM,
    "ntfy": _NTFY,
    "workflow": _TEAMS,
    "pover": _PUSHOVER,
    "gotify": _GOTIFY,
    "mmost": _MATTERMOST,
}
"""Service (without the s of TLS) → forms of its tokens."""


def impossible_token(schema: str, service: Any) -> str:
    """Return which token of a service's plugin has a form that the service never gives out, "" if none has.

    The text says how long the token is, and quotes no part of it.
    """
    schema = schema.removesuffix("s")
    if schema == "mmost" and getattr(service, "mode", "webhook") != "webhook":
        return ""  # a bot signs in by another token
    for form in _FORMS.get(schema, ()):
        token = getattr(service, form.place, None)
        if isinstance(token, str) and token and not re.fullmatch(form.pattern, token):
            return f"{form.says}, and this is none (it has {len(token)})"
    return ""
