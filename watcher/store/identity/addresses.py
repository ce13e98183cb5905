"""Tell which spellings of a web address are one: ``http`` or ``https``, ``www.`` or not, a slash at the end or not.

RFC 3986, 6.2.3 says so of the default port and the empty path. Browsers and feed readers treat the rest alike, and no
site has two papers at such addresses.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product
from urllib.parse import urlsplit, urlunsplit

LINK = "url:"
_EVERYWHERE = re.compile(r"id:(?:tag|urn|oai|ark|hdl|info):", re.IGNORECASE)


@lru_cache(maxsize=8192)
def spellings(key: str) -> tuple[str, ...]:
    """Return the other spellings of a key that is an address, () for any other key."""
    if not key.startswith((f"{LINK}http://", f"{LINK}https://")):
        return ()
    try:
        place = urlsplit(key.removeprefix(LINK))
        host = place.netloc.removesuffix(f":{80 if place.scheme == 'http' else 443}").removeprefix("www.")
    except ValueError:
        return ()
    bare = place.path.rstrip("/")
    every = (
        f"{LINK}{urlunsplit((scheme, start + host, path, place.query, place.fragment))}"
        for scheme, start, path in product(("https", "http"), ("", "www."), (bare, f"{bare}/"))
    )
    return tuple(one for one in every if one != key)


def may_change(key: str) -> bool:
    """Return whether a site may change a key at any time: whether it is an address, or an id of the site's own."""
    return key.startswith(LINK) or (key.startswith("id:") and not _EVERYWHERE.match(key))


def may_grow(key: str) -> bool:
    """Return whether some feeds give a paper another key of this form at every poll: what may change, and any id."""
    return may_change(key) or key.startswith("id:")
