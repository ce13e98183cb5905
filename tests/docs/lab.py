"""Prints docs/lab-walk.md: the first day of a lab's server, walked by the program itself. ``make docs`` writes it."""

from __future__ import annotations

from tests.docs.walk import PASSWORD, LabServer, at_a_lab_server

CONFIG = """\
timezone: Europe/Paris
operator: [mail:admin@lab.example]
contact: admin@lab.example
unsubscribe: papers@lab.example

sources:
  hf-daily: {kind: huggingface, listing: daily, every: 1h, shown_as: Hugging Face}

receivers:
  mail:
    url: "mailtos://papers:${SMTP_PASSWORD}@smtp.lab.example?from=papers@lab.example&name=Papers"
    address: to

subscriptions: []
include: subscriptions.d/*.yaml
allow: {ana.yaml: [mail], bo.yaml: [mail]}
"""
ANA = """\
subscriptions:
  - name: agents
    any: [agent, tool use, =MCP]
    none: [survey]
    to: [mail:ana@lab.example]
    when: weekly on mon at 08:00
  - name: our-topic
    rule: >-
      "continual learning" OR "catastrophic forgetting"
    to: [mail:ana@lab.example]
"""
BO = """\
subscriptions:
  - {name: robots, any: [robot, manipulation], to: [mail:bo@lab.example]}
"""

HEAD = """\
# A first day of a lab's server

An administrator installs the service, two people keep a file each, and one of everything goes wrong that goes
wrong on a first day. Every command that is typed and every line that is seen, on a terminal of 80 columns. The papers
are invented.

**What is real here and what is not.** `python -m tests.docs.lab` walks this again and prints the page. It runs the
program, on a folder in the place of `/etc` and `/var`; two servers of the same machine stand in the places of
`huggingface.co` and `smtp.lab.example`. There is no systemd: what `systemctl` does here is what
`deploy/watcher.service` tells it to do, the same command for the start, the same signal and the same check for a
reload, the same socket for the status. On a machine that really booted systemd, `python -m tests.booted` sees the
installing, the start, the refused reload and the broken file of this page, and what is done to the service there.

## Install

As root, in a checkout, line by line as [operations](operations.md#as-a-service) has it. The last lines are

```text
# systemd-sysusers
# systemd-tmpfiles --create
# watcher init --defaults /etc/watcher/config.yaml
# chgrp watcher /etc/watcher/config.yaml
# chmod 640 /etc/watcher/config.yaml
# systemctl daemon-reload
```
"""


def document() -> str:
    """The whole of docs/lab-walk.md."""
    with at_a_lab_server() as lab:
        lab.parts.append(HEAD.rstrip("\n"))
        for step in (_files, _start, _told, _mistake, _refused, _members, _watched):
            step(lab)
        return "\n\n".join(lab.parts) + "\n"


def _files(lab: LabServer) -> None:
    lab.say("## The files\n\nThe administrator keeps sources and receivers; `/etc/watcher/config.yaml` becomes")
    lab.write(lab.etc / "config.yaml", CONFIG)
    lab.say("Ana keeps `/etc/watcher/subscriptions.d/ana.yaml`:")
    lab.write(lab.etc / "subscriptions.d" / "ana.yaml", ANA)
    lab.say("and Bo `/etc/watcher/subscriptions.d/bo.yaml`:")
    lab.write(lab.etc / "subscriptions.d" / "bo.yaml", BO)
    lab.say(
        "The mail server's password goes into `/etc/watcher/secrets.env` (mode 600), which systemd alone reads:"
        f"\n\n```text\nSMTP_PASSWORD={PASSWORD}\n```"
    )
    lab.type("watcher check-config")
    lab.say("The one warning is right: in this terminal there is no password. The service has it.")


def _start(lab: LabServer) -> None:
    lab.say("## Start")
    lab.start({"SMTP_PASSWORD": PASSWORD})
    lab.box.wait_for(lambda box: any("ana@lab.example" in one.recipients for one in box.taken))
    lab.block(f'# systemctl enable --now watcher\n# systemctl status watcher\n     Status: "{lab.status}"')
    lab.journal(r"hf-daily|our-topic|robots|agents")
    lab.type("watcher status")


def _told(lab: LabServer) -> None:
    lab.say(
        "## The first mail\n\nAna's `our-topic` tells at once, and so its mail is there already; `agents` waits for "
        "Monday. It begins"
    )
    lab.last_mail("List-Unsubscribe", to="ana@lab.example", lines=14)
    lab.say("What will Monday's say? Anybody in the group `watcher` can look:")
    lab.type("watcher preview ana/agents | head -12")


def _mistake(lab: LabServer) -> None:
    lab.say("## A mistake in one file\n\nBo adds a second subscription, and forgets a bracket:")
    path = lab.etc / "subscriptions.d" / "bo.yaml"
    lab.write(path, BO + "  - {name: maps, rule: (map OR atlas, to: [mail:bo@lab.example]}\n")
    before = len(lab.box.taken)
    lab.reload()
    lab.box.wait_for(lambda box: len(box.taken) >= before + 2)
    lab.block("# systemctl reload watcher")
    lab.journal(r"bo\.yaml", worst=4)
    lab.block(f'# systemctl status watcher\n     Status: "{lab.status}"')
    lab.say("Nobody else is touched. The operator hears of it, and Bo, since his address can be read in the file:")
    lab.last_mail(to="bo@lab.example")
    lab.say("With the bracket closed (`rule: (map OR atlas)`) and another reload, both hear that it is over.")
    path.write_text(path.read_text().replace("atlas,", "atlas),"))
    lab.reload()
    lab.box.wait_for(lambda box: len(box.taken) >= before + 4)
    lab.block(f'# systemctl reload watcher\n# systemctl status watcher\n     Status: "{lab.status}"')
    lab.last_mail(to="admin@lab.example", lines=3)


def _refused(lab: LabServer) -> None:
    lab.say("## A mistake in the main file\n\nAn edit of the sources goes wrong:")
    config = lab.etc / "config.yaml"
    lab.replace_in(config, "every: 1h,", "every: hourly-ish,", "text")
    status = lab.reload()
    lab.type("watcher check-config --as-run")
    lab.say(
        f"`systemctl reload watcher` fails (that check is a part of it, and ends with {status}), the old config stays "
        "in force, and the status says why:"
    )
    lab.block(f'# systemctl status watcher\n     Status: "{lab.status}"')
    config.write_text(CONFIG)
    lab.reload()
    lab.say("Mended, and reloaded:")
    lab.block(f'# systemctl status watcher\n     Status: "{lab.status}"')


def _members(lab: LabServer) -> None:
    lab.say(
        '## What people ask\n\n"Why did I not get this one?" Members of the group `watcher` look themselves, on the'
        " server:"
    )
    lab.type("watcher history ana/our-topic", "watcher explain ana/agents 9912.99004")
    lab.say("Who only reads mail and wants less of it: [another page](reader-walk.md).")


def _watched(lab: LabServer) -> None:
    lab.say("## Is all well?\n\nFor monitoring, exit status 1 where anything is in trouble:")
    lab.type("watcher status --check >/dev/null; echo $?", "watcher backup /var/lib/watcher/today.db | cut -d, -f3")
    lab.stop()
    lab.say("An ordinary stop is no error:")
    lab.block("# systemctl stop watcher")
    lab.journal("stopping")
    lab.say(
        "From here: [day by day](operations.md#day-by-day), [a lab's server](recipes/lab-server.md) with the\n"
        "rights of each file, [backups](operations.md)."
    )


if __name__ == "__main__":
    print(document(), end="")
