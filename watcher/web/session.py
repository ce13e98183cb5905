"""Sign in with the token, and sign out."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from watcher.web.frame import in_a_line, plain, site_of
from watcher.web.guard import COOKIE, SESSION, form_key, is_token, new_session

LARGEST_FORM = 16_384


class _TooLarge(Exception):
    pass


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form, none if it is no form or too large.

    Raises ``HTTPException`` if a field contains the character NUL: no stored text has one, and PostgreSQL refuses it.
    """
    try:
        body = await _body(request)
        fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=50))
    except (_TooLarge, ValueError):
        return {}
    if any("\0" in text for field in fields.items() for text in field):
        raise HTTPException(400, "A form of these pages holds no such character.")
    return fields


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_FORM:
            raise _TooLarge
    return body


def local(address: str) -> str:
    """Return an address if it belongs to these pages, else ``/``."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours and "\\" not in address else "/"


async def sign_in(request: Request) -> Response:
    """Ask for the token. A visitor who shows it gets the cookie of a session."""
    site = site_of(request)
    if request.method != "POST":
        back = local(request.query_params.get("back", "/"))
        return plain(request, "sign_in.html", has_token=bool(site.token), back=back, wrong=False)
    form = await form_of(request)
    back = local(form.get("back", "/"))
    if not is_token(form.get("token", "").strip(), site):
        return plain(request, "sign_in.html", status=403, has_token=bool(site.token), back=back, wrong=True)
    answer = RedirectResponse(back, 303)
    answer.set_cookie(
        COOKIE,
        new_session(site.token, site.clock()),
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=site.settings.public_url.startswith("https://"),
    )
    return answer


async def sign_out(request: Request) -> Response:
    """Delete the cookie of the session."""
    if not is_ours(request, await form_of(request)):
        return in_a_line(request, "this form is no longer good: load the page again", 403)
    answer = RedirectResponse("/?said=out", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def is_ours(request: Request, form: Mapping[str, str]) -> bool:
    """Return whether a form was made by these pages for this session. A script with the token needs no such form."""
    site, visitor = site_of(request), request.scope["visitor"]
    if not visitor.may_act:
        return False
    return not visitor.session or form.get("key") == form_key(site.token, visitor.session)
