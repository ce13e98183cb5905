"""Run ``watcher schema``: print the config's JSON Schema."""

from __future__ import annotations

import json

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of the config, which editors complete and check by.

    `watcher init` writes it beside the config, and the config's first line points at it.
    """
    from watcher.config import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
