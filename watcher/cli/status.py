"""Run ``watcher status``: show how sources, receivers and deliveries are doing, and what is stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from watcher.cli import show
from watcher.cli.completion import SOURCE
from watcher.cli.desk import CliContext
from watcher.cli.status_rows import section
from watcher.cli.tables import NamedText, clock_time
from watcher.model.display_names import with_name

if TYPE_CHECKING:
    from watcher.pipeline.report import Report

WAITS_FOR = {
    "allow": "held: `allow` does not name its file",
    "start": "not read in yet: `watcher run`, `once` or `reload`",
}
"""Why a subscription does not work yet, by its ``waits_for`` in the report."""


@click.command()
@click.argument("source", type=SOURCE, required=False)
@click.option("--check", is_flag=True, help="For monitoring: exit status 1 also where anything is in trouble.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(desk: CliContext, source: str | None, check: bool, as_json: bool) -> int:
    """Say how sources, subscriptions, receivers and deliveries are doing; or one SOURCE, with its last looks.

    Exit status 1 if a daemon runs and has not told something that it should have told by now; with SOURCE, if its last
    look found it broken or out of reach; with --check, also if a source, a receiver or a file of the config is in
    trouble.
    """
    if source is not None:
        from watcher.cli.status_source import print_source

        return print_source(desk, source, as_json=as_json)
    from watcher.pipeline.report import LASTING, report_of

    config = desk.config(required=False)
    with desk.open_store(config) as store:
        report = report_of(store, config, store.clock())
    if as_json:
        click.echo(show.json_text(report))
    else:
        _print(report, config.timezone)
    in_trouble = check and any(one["told"] and one["kind"] in LASTING for one in report["incidents"])
    return 1 if in_trouble or (report["late"] and report["daemon"]) else 0


def _print(report: Report, zone: str) -> None:
    many = len(report["daemons"])
    daemon = f"{many} daemons run" if many > 1 else "a daemon runs" if report["daemon"] else "no daemon runs"
    papers = "1 paper" if report["papers"] == 1 else f"{report['papers']} papers"
    click.echo(f"{daemon}; {papers} stored; times are {zone}")
    shown = {one["subscription"]: one["shown_as"] for one in report["subscriptions"]}
    shown |= {one["source"]: one["shown_as"] for one in report["sources"]}
    _print_daemons(report, zone)
    _print_watched(report, zone)
    _print_never(report, zone)
    section(
        "muted papers",
        ("paper", "until", "title~"),
        [(one["subject"], one["until"], one["title"]) for one in report["muted"] if one["title"]],
        zone,
    )
    section(
        "unsubscribed",
        ("receiver", "subscription", "since"),
        [tuple(one[name] for name in ("receiver", "subscription", "since")) for one in report["unsubscribed"]],
        zone,
    )
    section(
        "failing receivers",
        ("receiver", "since", "tries>", "next try", "reason"),
        [
            tuple(one[name] for name in ("receiver", "since", "failures", "next_try", "reason"))
            for one in report["failing"]
        ],
        zone,
    )
    section(
        "open incidents",
        ("what", "subject", "since", "reason"),
        [
            (one["kind"], NamedText(one["subject"], shown.get(one["subject"])), one["since"], one["reason"])
            for one in report["incidents"]
        ],
        zone,
    )
    section("deliveries", ("state", "count>"), list(report["deliveries"].items()), zone)
    section(
        "late",
        ("what", "for", "count>", "since"),
        [
            (one["what"], NamedText(one["subject"], shown.get(one["subject"])), one["count"], one["since"])
            for one in report["late"]
        ],
        zone,
    )


def _print_watched(report: Report, zone: str) -> None:
    section(
        "sources",
        ("source", "last poll", "verdict", "new>", "next"),
        [
            (
                NamedText(one["source"], one["shown_as"]),
                one["at"] or "never",
                *(one[name] for name in ("verdict", "new", "next")),
            )
            for one in report["sources"]
        ],
        zone,
    )
    for one in report["sources"]:
        if one["reason"]:
            name = with_name(one["shown_as"] or "", one["source"])
            click.echo(f"{name}: {one['verdict']}: {one['reason']}")
    section(
        "subscriptions",
        ("subscription", "when", "held>", "next due"),
        [
            (NamedText(one["subscription"], one["shown_as"]), _when(one, zone), one["held"], one["next_due"])
            for one in report["subscriptions"]
        ],
        zone,
    )
    if report["subscriptions_in_database"]:
        click.echo(f"{report['subscriptions_in_database']} in the database: `watcher subscriptions list`")


def _print_never(report: Report, zone: str) -> None:
    """Print how many papers each item of the ``never:`` lists keeps back."""
    owners = [(one["owner"],) for one in report["never"]] if any(one["owner"] for one in report["never"]) else []
    section(
        "never told",
        ("item~", "kept back>", *(("for",) if owners else ())),
        [(one["item"], one["kept_back"], *((one["owner"] or "all",) if owners else ())) for one in report["never"]],
        zone,
    )


def _print_daemons(report: Report, zone: str) -> None:
    if len(report["daemons"]) > 1:
        columns = ("host", "pid>", "release", "since", "heard", "config")
        section(
            "daemons", columns, [tuple(one[name.rstrip(">")] for name in columns) for one in report["daemons"]], zone
        )
    for one in report["daemons"]:
        if not one["in_step"]:
            counts = f"{report['config']['digest']} counts since {clock_time(report['config']['since'], zone)}"
            click.echo(f"the daemon {one['pid']} on {one['host']} runs with another config, {one['config']}: {counts}")


def _when(one: Report, zone: str) -> str:
    waits = WAITS_FOR.get(one["waits_for"])
    said = [waits] if waits else ["paused"] if one["paused"] else []
    said += [f"muted until {clock_time(one['muted_until'], zone)}"] if one["muted_until"] else []
    return f"{one['when']} ({', '.join(said)})" if said else str(one["when"])
