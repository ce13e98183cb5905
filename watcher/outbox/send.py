"""Gather, render and send claimed deliveries, outside any writing transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from watcher.errors import StoreError, WatcherError
from watcher.model import Content, Delivery, DeliveryKind, Message, Outcome, Result
from watcher.notify import is_mail
from watcher.outbox.thumb_links import with_thumb_links
from watcher.pipeline.context import Context
from watcher.pipeline.subscriptions.config_incidents import record_template_troubles
from watcher.pipeline.telling.content import contents_of
from watcher.render.clean import one_line
from watcher.render.message import render_message
from watcher.store.deliveries.contents import TO_READERS

log = logging.getLogger(__name__)

NO_MESSAGE = Message(subject="", text="", html="", markdown="")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A claimed delivery on its way through the sender.

    ``content``: all that it says.
    ``message``: the message rendered from that, empty before rendering.
    ``outcome``: None if it was not attempted; the claim is then given up, unless one of the next two says otherwise.
    ``cancelled``: why it is never to be sent, "" if it is.
    ``unknown``: it may have been sent. The claim is left as it is, until its lease ends.
    """

    content: Content
    message: Message = NO_MESSAGE
    outcome: Outcome | None = None
    cancelled: str = ""
    unknown: bool = False

    @property
    def delivery(self) -> Delivery:
        """The delivery that is attempted."""
        return self.content.delivery

    @property
    def has_no_consequence(self) -> bool:
        """Whether its message was sent as the delivery was made, to an endpoint that worked before.

        Then nothing but the attempt has to be recorded.
        """
        is_as_made = self.delivery.kind is not DeliveryKind.EMPTY
        return bool(self.outcome and self.outcome.result is Result.SENT) and not self.delivery.is_probe and is_as_made


def gather(deliveries: Sequence[Delivery], context: Context) -> list[Attempt]:
    """Read what deliveries say; return an attempt for each.

    A delivery whose content cannot be read is refused; the others are not affected.
    """
    try:
        with context.store.reading() as tx:
            contents = contents_of(deliveries, tx, context.config)
    except StoreError:
        raise
    except Exception as error:
        if len(deliveries) > 1:
            return [found for one in deliveries for found in gather([one], context)]
        (one,) = deliveries
        return [Attempt(_empty(one, context), outcome=_unspeakable(one, error))]
    return [
        Attempt(with_thumb_links(contents[one.id], context))
        if one.id in contents
        else Attempt(_empty(one, context), cancelled="nothing left to tell")
        for one in deliveries
    ]


def render(attempt: Attempt, context: Context) -> Attempt:
    """Return the attempt with its message rendered for the service. If rendering fails, the outcome is refused."""
    delivery = attempt.delivery
    if context.config.keeps_at(delivery.endpoint) or delivery.kind is DeliveryKind.KEEP:
        papers = [one.paper for one in attempt.content.items]
        subject = f"keep {one_line(papers[0].title, 100)}" if papers else delivery.kind.value
        return replace(attempt, message=replace(NO_MESSAGE, subject=subject, text="\n".join(one.key for one in papers)))
    try:
        url = context.config.address_or_empty(delivery.endpoint, context.env)
        forms = context.forms_of(url)
        message = render_message(_with_links(attempt.content, url, context), context.config.templates, forms)
        record_template_troubles(context, message.troubles)
    except StoreError:
        raise
    except Exception as error:  # a message that cannot be rendered must not hold up all others
        return replace(attempt, outcome=_unspeakable(delivery, error))
    return replace(attempt, message=message)


def send(attempt: Attempt, context: Context) -> Attempt:
    """Send the message to its service; return the attempt with its outcome: ``down`` if the endpoint has no address."""
    if attempt.outcome:
        return attempt
    outcome = _outcome_of(attempt, context)
    # A service may answer with anything, and what cannot be stored would be sent again and again.
    return replace(attempt, outcome=replace(outcome, reason=one_line(outcome.reason)))


def _outcome_of(attempt: Attempt, context: Context) -> Outcome:
    delivery = attempt.delivery
    if context.config.keeps_at(delivery.endpoint) or delivery.kind is DeliveryKind.KEEP:
        return _kept(attempt, context)
    try:
        url = context.config.address(delivery.endpoint, context.env)
    except WatcherError as error:
        return Outcome(Result.DOWN, str(error))
    return context.notifier.send(url, attempt.message, delivery.id)


def _with_links(content: Content, url: str, context: Context) -> Content:
    """Return a mail's content with its reader's link to unsubscribe, or unchanged if the web pages are not public."""
    links = context.links() if is_mail(url) and content.delivery.kind in TO_READERS else None
    if links is None:
        return content
    told = [name for item in content.items for name in item.subscriptions]
    names = tuple(dict.fromkeys([*told, *(one.subscription for one in content.nothing)]))
    leave = links.leave_address(str(content.delivery.endpoint), names, context.clock())
    return replace(content, unsubscribe=leave, is_one_click=True) if leave and names else content


def _kept(attempt: Attempt, context: Context) -> Outcome:
    """Keep the paper of a delivery at its place; return the outcome."""
    delivery, items = attempt.delivery, attempt.content.items
    if delivery.kind is not DeliveryKind.KEEP or not items:
        return Outcome(Result.REFUSED, "papers are kept there, and nothing is told: star one to try it")
    if not context.config.keeps_at(delivery.endpoint):
        return Outcome(Result.DOWN, f"{delivery.endpoint} is a receiver now, and no place under keep")
    try:
        target = context.config.keep_target(delivery.endpoint.receiver, context.env)
    except WatcherError as error:
        return Outcome(Result.DOWN, str(error))
    return context.keeper.keep(target, items[0].paper, delivery.id)


def _empty(delivery: Delivery, context: Context) -> Content:
    return Content(delivery=delivery, timezone=context.config.timezone)


def _unspeakable(delivery: Delivery, error: Exception) -> Outcome:
    log.error("%s cannot be put into words: %s: %s", delivery.id, type(error).__name__, error)
    return Outcome(Result.REFUSED, f"could not be put into words: {type(error).__name__}")
