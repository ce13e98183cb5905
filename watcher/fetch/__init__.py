"""Fetching: polite, bounded, conditional; nothing that a server does raises."""

from watcher.fetch.fetcher import Fetcher, Limits, default_user_agent

__all__ = ["Fetcher", "Limits", "default_user_agent"]
