"""Put under each paper of a mail the signed links by which its reader says whether it was useful."""

from __future__ import annotations

from dataclasses import replace

from watcher.links.addresses import LinkMaker
from watcher.model import FIRST, Content, DeliveryKind, DigestItem, Endpoint
from watcher.notify import is_mail
from watcher.pipeline.context import Context


def with_thumb_links(content: Content, context: Context) -> Content:
    """Return what a mail says with these links, where the pages are public; anything else as it is."""
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
    """Return an item with both links; as it is where it is no news, or where they would be too long."""
    if item.occasion != FIRST:
        return item
    found = tuple(
        links.thumb_address(str(endpoint), item.paper.key, up, item.subscriptions, context.clock())
        for up in (True, False)
    )
    return replace(item, thumbs=found) if all(found) else item
