"""Put two signed links under each paper of a mail, by which its reader says whether the paper was useful."""

from __future__ import annotations

from dataclasses import replace

from watcher.links.addresses import LinkMaker
from watcher.model import FIRST, Content, DeliveryKind, DigestItem, Endpoint
from watcher.notify import is_mail
from watcher.pipeline.context import Context


def with_thumb_links(content: Content, context: Context) -> Content:
    """Return a mail's content with thumb links, or any content unchanged if the web pages are not public."""
    delivery = content.delivery
    if delivery.kind is not DeliveryKind.DIGEST:
        return content
    url = context.config.address_or_empty(delivery.endpoint, context.env)
    links = context.links() if is_mail(url) else None
    if links is None:
        return content
    items = tuple(_with_links(item, delivery.endpoint, links, context) for item in content.items)
    return replace(content, items=items)


def _with_links(item: DigestItem, endpoint: Endpoint, links: LinkMaker, context: Context) -> DigestItem:
    """Return an item with both links; the same item if it is no new paper, or if the links would be too long."""
    if item.occasion != FIRST:
        return item
    found = tuple(
        links.thumb_address(str(endpoint), item.paper.key, up, item.subscriptions, context.clock())
        for up in (True, False)
    )
    return replace(item, thumbs=found) if all(found) else item
