"""Titles that look like a mail's head, from the paper to the mail server: one mail, and the title to read in it."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from tests.integration.receivers import mailbox
from tests.unit.mail_reader import LOOKALIKES, decoded, unfolded
from tests.unit.messages import digest, item, paper
from watcher.model import Outcome, Result
from watcher.notify import Notifier
from watcher.render.clean import one_line
from watcher.render.message import render_message

NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
USUAL = ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Watcher-Delivery", "MIME-Version"]


@pytest.mark.parametrize("title", LOOKALIKES.values(), ids=LOOKALIKES)
def test_one_mail_with_the_usual_head_shows_the_title(title: str) -> None:
    message = render_message(digest(item(paper(title=title, authors=(title,)), subscriptions=(title,))))
    with mailbox() as box, Notifier(clock=lambda: NOW) as notifier:
        url = f"mailto://127.0.0.1:{box.port}/?from=bot@lab.example&to=ana@lab.example"
        assert notifier.send(url, message, "key-1") == Outcome(Result.SENT)
    (taken,) = box.received
    assert (taken.mail_from, taken.rcpt_tos) == ("bot@lab.example", ["ana@lab.example"])
    assert isinstance(taken.content, bytes)
    fields, _ = unfolded(taken.content)
    assert [name for name, _ in fields] == [*USUAL, "Content-Type"]
    read = message_from_bytes(taken.content, policy=default)
    assert decoded(fields[0][1]) == read["Subject"] == message.subject
    text, page = (part.get_content() for part in read.iter_parts())
    assert one_line(title) in " ".join(text.split())
    assert one_line(title) in html.unescape(page)
