"""Send a receiver a test of a rule: its newest matches, as a subscription would tell them."""

from __future__ import annotations

from datetime import date
from itertools import islice

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from watcher.config import Config
from watcher.errors import UsageError
from watcher.model import Endpoint, Hit, Paper, Result
from watcher.pipeline.searching import Search
from watcher.rules import Rule
from watcher.web.frame import site_of
from watcher.web.site import Buttons
from watcher.web.turns import done_in_turn, gone_of
from watcher.web.views.trying import rule_tried, until_time_is_up

TEST_RULE = "test-rule"
NEWEST = 5
"""Most matches that a test tells."""


def receivers_of(config: Config) -> list[Endpoint]:
    """Return the endpoints of all receivers in the config."""
    return [endpoint for name in config.receivers for endpoint in config.endpoints_of(name)]


async def rule_tested(request: Request, buttons: Buttons, name: str, text: str) -> str:
    """Send a test of a rule; return the key in ``SAID`` of what the page then says.

    ``name``: of the receiver.
    ``text``: the rule.

    Raises ``UsageError`` with the reason if there is no such receiver, no match, or the message was not taken.
    """
    rule = rule_tried(text)
    endpoint = next((one for one in receivers_of(site_of(request).config()) if str(one) == name), None)
    if endpoint is None:
        raise UsageError("there is no receiver of this name in the config")
    matches = await done_in_turn(lambda request: _newest(request, rule), request)
    if not matches:
        raise UsageError("no stored paper matches this rule: there is nothing to send")
    outcome = await run_in_threadpool(buttons.test_rule, rule.text, matches, endpoint)
    if outcome.result is not Result.SENT:
        raise UsageError(f"{endpoint} did not take the test: {outcome.reason or outcome.result.value}")
    return TEST_RULE


def _newest(request: Request, rule: Rule) -> list[tuple[Paper, Hit]]:
    """Return the newest matches of a rule that are found within its time."""
    with site_of(request).store.reading() as tx:
        search = Search(tx, rule, date.min, stop=until_time_is_up(gone_of(request)))
        return list(islice(search.matches(rule), NEWEST))
