"""Put under each paper of a mail or chat the signed links by which its reader says whether it was useful."""

from __future__ import annotations

from dataclasses import replace

from watcher.links.addresses import LinkMaker
from watcher.model import Content, DeliveryKind, DigestItem, Endpoint
from watcher.notify import limit_of, size_in, takes_links
from watcher.pipeline.context import Context
from watcher.policy.deliveries.bundle import OVERHEAD
from watcher.render.view import part_of

HEAD = OVERHEAD / 2
"""Share of a message's limit that is left for its head and foot when links are added."""


def with_thumb_links(content: Content, context: Context) -> Content:
    """Return what a mail or a chat says with these links, where the pages are public; anything else as it is.

    Where they do not fit all, the papers that come first have them.
    """
    delivery = content.delivery
    if delivery.kind is not DeliveryKind.DIGEST:
        return content
    url = context.config.address_or_empty(delivery.endpoint, context.env)
    links = context.links() if takes_links(url) else None
    if links is None:
        return content
    size = size_in(url, content.names)
    room = limit_of(url) * (1 - HEAD) - sum(map(size, content.items))
    items = []
    for item in content.items:
        linked = _with_links(item, delivery.endpoint, links, context)
        room -= size(linked) - size(item) if linked is not item else 0
        items.append(linked if room >= 0 else item)
    return replace(content, items=tuple(items))


def _with_links(item: DigestItem, endpoint: Endpoint, links: LinkMaker, context: Context) -> DigestItem:
    """Return an item with both links; as it is where it is not told in full, or where they would be too long."""
    if part_of(item) != "strong":
        return item
    found = tuple(
        links.thumb_address(str(endpoint), item.paper.key, up, item.subscriptions, context.clock())
        for up in (True, False)
    )
    return replace(item, thumbs=found) if all(found) else item
