"""Prints docs/laptop-walk.md: a first day at a laptop, walked by the program itself. ``make docs`` writes it."""

from __future__ import annotations

from tests.docs.walk import PASSWORD, Laptop, at_a_laptop

PLACE, TOPICS, HIDDEN = "[this terminal]: ", "[three examples]: ", "password, not shown [later]: "
"""What ``watcher init`` asks."""

HEAD = """\
# A first day at a laptop

Every command that a new user types, and every line that is seen, on a terminal of 80 columns. The papers are
invented. Two servers of the same machine stand in the places of `huggingface.co` and `smtp.gmail.com`, with
certificates and a password as there; all else is what you would see. `python -m tests.docs.laptop` walks it
again and prints this page.

## Install

[Installing](install.md) has the ways. With uv, in a checkout, the last of some forty lines are:

```text
$ uv tool install .
 + urllib3==2.8.0
Installed 1 executable: watcher
$ watcher --version
watcher 0.2.0
```
"""


def document() -> str:
    """The whole of docs/laptop-walk.md."""
    with at_a_laptop() as laptop:
        laptop.parts.append(HEAD.rstrip("\n"))
        for step in (_begin, _mail, _digest, _edit, _add, _mistake, _look):
            step(laptop)
    with at_a_laptop() as other:
        _answers(other)
        _morning(other)
    return "\n\n".join(laptop.parts + other.parts) + "\n"


def _begin(laptop: Laptop) -> None:
    laptop.say("## A config that works as it is")
    laptop.type("watcher init ~/.config/watcher/config.yaml", answers=[(PLACE, "\n"), (TOPICS, "\n")])
    laptop.say(
        "Enter is the answer to both questions here: it watches one source for three subscriptions that stand there\n"
        "as examples, and tells on the terminal. [Other answers](#the-same-by-two-answers) come further down."
    )
    laptop.type("watcher check-config", "watcher once")
    laptop.say(
        "The first subscription tells at once, and so its three papers are printed in full. The second waits for its\n"
        "time, 08:00. The third found nothing."
    )


def _mail(laptop: Laptop) -> None:
    laptop.say(
        "## By mail\n\nThe receiver becomes a Gmail account ([where the password comes from](recipes/gmail.md)). "
        "In the config, under\n`receivers:`, the line of `me` becomes"
    )
    laptop.replace('me: {url: "console://"}', 'me: {url: "mailtos://ana:${GMAIL_APP_PASSWORD}@gmail.com"}', "text")
    laptop.type("watcher check-config")
    laptop.say("The variable is not there yet. The first try has a typing error in it:")
    laptop.set("GMAIL_APP_PASSWORD", "abcdefghijklmnoq")
    laptop.retype("watcher test-notify me")
    laptop.say("Without it:")
    laptop.set("GMAIL_APP_PASSWORD", PASSWORD)
    laptop.retype("watcher test-notify me")


def _digest(laptop: Laptop) -> None:
    laptop.say("## The digest\n\nWhat will the message of 08:00 say?")
    laptop.type("watcher preview popular-agents")
    laptop.say("Not to wait for the morning, this once:")
    laptop.type("watcher once --flush")
    laptop.say("What arrived, as a reader without HTML shows it:")
    laptop.last_mail()
    laptop.say("Again: nothing is told twice.")
    laptop.type("watcher once --flush")


def _edit(laptop: Laptop) -> None:
    laptop.say("## Edit a rule\n\nThe rule of `continual-learning` becomes")
    laptop.replace(
        '"continual learning" OR "catastrophic forgetting"', '"continual learning" OR forgetting OR "two-bit"', "text"
    )
    laptop.type("watcher once")
    laptop.say(
        "The paper that matches now and did not before counts as known. Here it is, and how to be told all the same:"
    )
    laptop.type("watcher history continual-learning", "watcher replay --known continual-learning")


def _add(laptop: Laptop) -> None:
    laptop.say(
        "## Another subscription\n\n`watcher add` tries a rule on what is stored, and writes it into the config."
    )
    laptop.type("watcher add 'quanti* OR \"two-bit\"' --to me --when 'weekly on mon at 08:00'", "watcher once")


def _mistake(laptop: Laptop) -> None:
    laptop.say("## A mistake\n\n`upvotes` is what papers have, not `stars`:")
    laptop.replace("where: upvotes >= 20", "where: stars >= 20", "text")
    laptop.type("watcher once")
    laptop.say("Nothing was done. With the mistake mended, it goes on:")
    laptop.replace("where: stars >= 20", "where: upvotes >= 20", "text")
    laptop.type("watcher check-config")


def _look(laptop: Laptop) -> None:
    laptop.say("## Look around")
    laptop.type("watcher papers agent", "watcher explain popular-agents 9912.99004", "watcher status")
    laptop.say("`cancelled` is the test with the wrong password: it is not tried again.")


def _answers(laptop: Laptop) -> None:
    laptop.say(
        "## The same by two answers\n\nAnother new home. Who knows what to answer has the mail from the start."
        " The first password here is the\naccount's own, which Google does not take; nothing of a password is shown:"
    )
    laptop.type(
        "watcher init ~/.config/watcher/config.yaml",
        answers=[
            (PLACE, "ana@gmail.com\n"),
            (HIDDEN, "swordfish\n"),
            (HIDDEN, "abcd efgh ijkl mnop\n"),
            (TOPICS, "continual learning, tool use OR agent*\n"),
            (TOPICS, 'continual learning, "tool use" OR agent*\n'),
        ],
    )
    laptop.type("watcher check-config", "watcher test-notify me", "watcher once")


def _morning(laptop: Laptop) -> None:
    laptop.say(
        "## Every morning\n\nWhat is left is that it runs by itself: [cron](recipes/cron.md),"
        " [systemd for one user](recipes/systemd-user.md) or\n[launchd](recipes/launchd.md)."
    )


if __name__ == "__main__":
    print(document(), end="")
