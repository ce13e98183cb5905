"""Prints docs/warnings.md: the table of all that can be found in a config. ``make docs`` writes it."""

from __future__ import annotations

from watcher.config.lint.table import ERRORS, SECTIONS

HEAD = """\
# Warnings

What parses as something harmless instead of what was meant is warned of: by `watcher check-config`, at the
start and at a reload (once each), by `watcher add` and by `watcher subscriptions import`. Each warning has a
name, in brackets at its end.

What is meant just so is accepted by that name: in the subscription, source or receiver where it stands, or
at the top of the config, for all of its files.

```yaml
sources:
  hf-daily: {kind: huggingface}
receivers:
  me: {url: "console://"}
  night: {url: "${WATCHER_NIGHT_URL}", accept: [unused-receiver]}
operator: [me]
subscriptions:
  - name: acronyms
    any: [trick or treat]
    to: [me]
    accept: [operator-in-list-item]
accept: [missing-secret]
```

A name that is no warning's is an error, with the nearest one. One that is accepted and is not there is a
warning itself, `accepted-in-vain`, except for those that come and go (marked ~).

`watcher check-config` says `OK` where nothing is found, `OK, with 3 warnings` where nothing is wrong. With
`--strict` it ends with exit status 1 if there is a warning, for scripts and for files that several people
edit; with errors it is 2 in any case. `--json` has the name of each.

A subscription of the database keeps no `accept`: its warnings are said when it is imported, and then no more.
"""
END = """\
## Errors

They cannot be accepted. The names stand in `check-config --json`.
"""


def document() -> str:
    """The whole of docs/warnings.md."""
    parts = [HEAD]
    for title, kinds in SECTIONS.items():
        parts.append(f"## {title}\n\n| name | found | what comes of it | what to write |\n|---|---|---|---|")
        for one in kinds:
            cells = (f"`{one.name}`" + (" ~" if one.varies else ""), one.what, one.why, one.write)
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("")
    parts += [END, "| name | what is wrong |", "|---|---|"]
    parts += [f"| `{name}` | {what} |" for name, what in ERRORS.items()]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(document(), end="")
