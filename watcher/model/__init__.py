"""The values that the program is about. All frozen; no IO, no clock, no library but the standard one.

Instants are timezone-aware and in UTC; days are plain dates (UTC days for Hugging Face).
"""

from watcher.model.papers import Listing, Paper
from watcher.model.reading import (
    Entry,
    Fetched,
    Judged,
    NotModified,
    Page,
    Reading,
    Source,
    Unreachable,
    Unreadable,
    Validators,
    Verdict,
)
from watcher.model.subscriptions import Endpoint, QuietHours, Rhythm, Saved, Subscription, When
from watcher.model.telling import (
    Content,
    Decision,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Fate,
    Hit,
    Incident,
    IncidentKind,
    Item,
    Message,
    Outcome,
    Place,
    Result,
    Told,
)

__all__ = [
    "Content",
    "Decision",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "Endpoint",
    "Entry",
    "Fate",
    "Fetched",
    "Hit",
    "Incident",
    "IncidentKind",
    "Item",
    "Judged",
    "Listing",
    "Message",
    "NotModified",
    "Outcome",
    "Page",
    "Paper",
    "Place",
    "QuietHours",
    "Reading",
    "Result",
    "Rhythm",
    "Saved",
    "Source",
    "Subscription",
    "Told",
    "Unreachable",
    "Unreadable",
    "Validators",
    "Verdict",
    "When",
]
