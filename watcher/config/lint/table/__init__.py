"""List everything that can be found in a config (docs/warnings.md). Warnings have a reason and a remedy."""

from __future__ import annotations

from watcher.config.lint.table.around import OF_THE_REST
from watcher.config.lint.table.rules import OF_RULES, OF_STORED_PAPERS
from watcher.config.lint.table.subscriptions import OF_SUBSCRIPTIONS

SECTIONS = {
    "Rules": OF_RULES,
    "Subscriptions": OF_SUBSCRIPTIONS,
    "The rest of the config": OF_THE_REST,
    "Rules tried on stored papers": OF_STORED_PAPERS,
}
"""Subject → all warnings about it. Those on stored papers are found by ``check-config`` alone."""

WARNINGS = {one.name: one for some in SECTIONS.values() for one in some}

ERRORS = {
    "unreadable": "the file is no YAML, or uses a part of YAML that is not read",
    "empty-config": "the file holds nothing",
    "unknown-key": "there is no such key, or a source of that kind has none",
    "missing-key": "a key has to be there",
    "wrong-value": "a value is not what its key takes",
    "wrong-rule": "a rule cannot be read",
    "comparison-of-unknown-name": "a rule compares what papers do not have: `stars>100`",
    "variable-outside-receivers": "`${NAME}` stands where none is put in",
    "wrong-address": "the address of a receiver or of the proxy leads nowhere, or elsewhere",
    "wrong-database": "the database is of no kind that watcher can use",
    "unknown-receiver": "there is no such receiver, or it is named otherwise",
    "unknown-source": "there is no such source",
    "unknown-place": "`keep` names no place that stands under `keep:` of the main file",
    "unknown-warning": "`accept` names what is no warning",
    "wrong-folder": "a folder is missing or cannot be read",
    "wrong-file": "an included file cannot be read, or lost what it held; `ca_bundle` names no file of certificates",
}
"""Name of an error → what is wrong."""
