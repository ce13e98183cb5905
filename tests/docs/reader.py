"""Prints docs/reader-walk.md: somebody who only reads mail and wants less of it. ``make docs`` writes it."""

from __future__ import annotations

import re
import socket

import httpx
from selectolax.lexbor import LexborHTMLParser

from tests.docs.walk import PASSWORD, LabServer, at_a_lab_server
from tests.patience import PATIENCE

CONFIG = """\
timezone: Europe/Paris
operator: [mail:admin@lab.example]
unsubscribe: papers@lab.example
sources:
  hf-daily: {kind: huggingface, listing: daily, every: 1h, shown_as: Hugging Face}
receivers:
  mail:
    url: "mailtos://papers:${SMTP_PASSWORD}@smtp.lab.example?from=papers@lab.example&name=Papers"
    address: to
subscriptions:
  - name: cy-agents
    shown_as: Agents and their memory
    any: [agent, memory, learning, forgetting]
    to: [mail:cy@lab.example]
    when: weekdays at 08:00
"""

HEAD = """\
# Less of it: somebody who only reads the mails

Cy gets a mail each weekday, has no login on the server, and wants less. This page has what Cy sees, whom Cy asks,
and what the person who keeps watcher types for each wish: it is one line, and what it does can be seen before the next
mail. The papers are invented; `python -m tests.docs.reader` walks it again and prints the page, with servers of the
same machine in the places of `huggingface.co` and `smtp.lab.example`.
"""


def document() -> str:
    """The whole of docs/reader-walk.md."""
    with at_a_lab_server() as lab:
        lab.parts.append(HEAD.rstrip("\n"))
        lab.env["SMTP_PASSWORD"] = PASSWORD
        for step in (_mail, _weekly, _best, _shorter, _topic, _never, _holidays, _one_paper, _alone, _end):
            step(lab)
        return "\n\n".join(lab.parts) + "\n"


def _mail(lab: LabServer) -> None:
    config = lab.etc / "config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG)
    config.chmod(0o600)
    lab.see("watcher once --flush")
    lab.say("## What Cy sees\n\nThe mail's head and first paper:")
    lab.last_mail("List-Unsubscribe", lines=17)
    lab.say("and its foot:")
    lab.foot_of_last_mail()
    lab.say(
        "The mail program's own *Unsubscribe* button writes to the address in `List-Unsubscribe`, with the\n"
        "subscription's name as the subject. For all else Cy writes to `papers@lab.example`, as the foot says, and\n"
        "names what is in brackets there: `cy-agents`. Both come from `unsubscribe:` in the config; somebody has to\n"
        "read what arrives there."
    )
    lab.say("In the config, Cy's subscription is")
    lab.block(CONFIG[CONFIG.index("  - name: cy") :], "yaml")


def _taken_up(lab: LabServer) -> None:
    """Show the line that comes of an edit: with a daemon ``watcher reload`` takes it up, here the next ``once``."""
    lab.type("watcher once")


def _weekly(lab: LabServer) -> None:
    lab.say('## "Once a week is enough"')
    lab.replace_in(lab.etc / "config.yaml", "when: weekdays at 08:00", "when: weekly on fri at 16:00", "text")
    lab.say(
        "With a daemon, `watcher reload` takes it up (as a service `systemctl reload watcher`); without one, the next\n"
        "`watcher once`:"
    )
    _taken_up(lab)


def _best(lab: LabServer) -> None:
    lab.say(
        '## "The best three, please"\n\nThe best are those with the highest [score](rules.md#about-strong-and-weak), '
        "then upvotes. Of the others the\ntitles stay, on a line each."
    )
    _also(lab, "when: weekly on fri at 16:00\n    top: 3")


def _shorter(lab: LabServer) -> None:
    lab.say(
        '## "Only what is really about it"\n\nA paper that mentions an agent in passing has a score below 0.5. With '
        "`above: 0.5` its title is enough:"
    )
    _also(lab, "when: weekly on fri at 16:00\n    above: 0.5")


def _also(lab: LabServer, lines: str) -> None:
    """Edit the schedule's line, and show the titles of what would have been told, and how many are in full."""
    config = lab.etc / "config.yaml"
    before = config.read_text()
    lab.replace_in(config, "when: weekly on fri at 16:00", lines, "text")
    lab.type("watcher preview cy-agents --since 7d 2>/dev/null | sed -n '3,4p; /^also/,/^--/p'")
    config.write_text(before)


def _topic(lab: LabServer) -> None:
    lab.say('## "No surveys, and nothing on learning as such"\n\nWhich words bring what, and what would be left?')
    lab.type(
        "watcher backtest --subscription cy-agents --limit 0 | sed -n '/^term/,$p'",
        "watcher backtest --rule '(agent OR memory OR forgetting) -survey' --limit 0 | head -4",
    )
    lab.replace_in(
        lab.etc / "config.yaml",
        "any: [agent, memory, learning, forgetting]",
        "any: [agent, memory, forgetting]\n    none: [survey]",
        "text",
    )
    _taken_up(lab)


def _never(lab: LabServer) -> None:
    lab.say(
        '## "Never anything on postage"\n\nWhat nobody of the lab wants to hear of stands at the top of the config, '
        "for\nall subscriptions; in a file of Cy's own, for Cy's "
        "([never](configuration.md#what-nobody-wants-to-hear-of))."
    )
    lab.replace_in(lab.etc / "config.yaml", "operator:", "never: [postage]\noperator:", "text")
    _taken_up(lab)
    lab.type("watcher explain cy-agents 9912.99006 | grep -v '^  '")


def _holidays(lab: LabServer) -> None:
    lab.say('## "I am away for three weeks"\n\nEither it is kept, and comes as one mail afterwards:')
    lab.type("watcher pause cy-agents", "watcher unpause cy-agents")
    lab.say("or it is never told:")
    lab.type("watcher mute cy-agents --for 3w", "watcher mute", "watcher unmute cy-agents")


def _one_paper(lab: LabServer) -> None:
    lab.say('## "Not this paper again"\n\nA new version of a paper, or its coming back in a digest, is not told of:')
    lab.type("watcher mute 9912.99002 --for 52w")


def _alone(lab: LabServer) -> None:
    """Give the pages a public address: what Cy then does without asking anybody."""
    port = _free_port()
    config = lab.etc / "config.yaml"
    before = config.read_text()
    lab.say(
        "## Without asking anybody\n\nWhere the [pages](web.md) have an address that Cy's browser can reach, the mails "
        "carry links of Cy's own. In the config:"
    )
    web = 'web: {listen: "127.0.0.1:%s", public_url: "https://papers.lab.example", token_file: token}'
    (lab.etc / "token").write_text(f"{PASSWORD * 2}\n")
    (lab.etc / "token").chmod(0o600)
    config.write_text(before.replace("unsubscribe: papers@lab.example", web % port))
    lab.block(web % 8380, "yaml")
    lab.say(
        "The next mail (here the last one once more, by `watcher replay`) has at its head and under its first paper"
    )
    lab.see("watcher replay $(watcher deliveries --json | grep -o '\"id\": \"[0-9a-f]*' | tail -1 | cut -d'\"' -f4)")
    lab.see("watcher once --flush")
    mail, body = lab.last_mail_as_text()
    links = [line.strip() for line in body if "papers.lab.example/" in line]
    head = [f"{name}: {mail[name]}" for name in ("List-Unsubscribe", "List-Unsubscribe-Post")]
    lab.block("\n".join(_in_short(line) for line in (*head, "", *links[:2])))
    lab.start({"SMTP_PASSWORD": PASSWORD})
    lab.say("*Not for me* opens a page with one button. Pressed, it says")
    lab.block(_pressed(links[1], port))
    lab.say("and whoever keeps watcher sees what was said; with `learn: true` it moves what comes:")
    lab.type("watcher thumbs cy-agents --show")
    lab.say(
        "The mail program's *Unsubscribe* button, or the link at the mail's foot, needs no letter either. It ends this "
        "subscription\nfor Cy alone, and its page takes that back:"
    )
    lab.block(_pressed(str(mail["List-Unsubscribe"]).strip("<>"), port))
    lab.type("watcher status | sed -n '/^unsubscribed/,/^$/p'")
    lab.stop()
    config.write_text(before)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _in_short(line: str) -> str:
    """The line with the signed part of its address cut."""
    return re.sub(r"link=([\w-]{4})[\w.-]+", r"link=\1…", line)


def _pressed(line: str, port: int) -> str:
    """What the page behind a link says once its button was pressed."""
    path = line[line.index("https://papers.lab.example") :].removeprefix("https://papers.lab.example")
    answer = httpx.post(f"http://127.0.0.1:{port}{path}", headers={"Host": "papers.lab.example"}, timeout=PATIENCE)
    answer.raise_for_status()
    shown = LexborHTMLParser(answer.text).css_first("main")
    assert shown is not None
    return "\n".join(" ".join(one.text().split()) for one in shown.css("h1, p"))


def _end(lab: LabServer) -> None:
    lab.say('## "None at all"\n\nThe subscription is taken out of the config.')
    config = lab.etc / "config.yaml"
    text = config.read_text()
    config.write_text(text[: text.index("subscriptions:")] + "subscriptions: []\n")
    _taken_up(lab)
    lab.say("What is still kept of Cy, and how that goes too ([people's data](people.md)):")
    lab.type("watcher forget mail:cy@lab.example --dry-run")


if __name__ == "__main__":
    print(document(), end="")
