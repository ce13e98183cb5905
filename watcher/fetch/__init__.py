"""Fetch pages over HTTP: politely, within limits, conditionally. Nothing that a server does raises an exception."""

from watcher.fetch.exchange import Limits
from watcher.fetch.fetcher import Fetcher, default_user_agent
from watcher.fetch.pace import pace_of
from watcher.fetch.turns import Book

__all__ = ["Book", "Fetcher", "Limits", "default_user_agent", "pace_of"]
