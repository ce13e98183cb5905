"""Tell which spellings of a web address are one: with http or https, with or without ``www.`` and a slash at the end.

RFC 3986, 6.2.3, has the default port and the empty path; browsers and readers take the rest for one as well, since no
site has two papers there.
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
    """Return the other spellings of a key that is an address; none of any other key."""
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
    """Whether a key is an address or an id of a site's own, which the site may change at any time."""
    return key.startswith(LINK) or (key.startswith("id:") and not _EVERYWHERE.match(key))
