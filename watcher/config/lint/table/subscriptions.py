"""List the warnings about subscriptions."""

from __future__ import annotations

from watcher.config.lint.table.kind import WarningKind

OF_SUBSCRIPTIONS = (
    WarningKind(
        "empty-library",
        "`like` names no paper: a file of references without any",
        "nothing is close to nothing: nothing is told",
        "a file that has papers, or arXiv ids and DOIs",
    ),
    WarningKind(
        "unread-reference",
        "a part of a file of references cannot be read, or names no paper",
        "that paper does not count; the others do",
        "what the warning says, in that line of the file",
    ),
    WarningKind(
        "cited-without-id",
        "a file of references under `cites` has papers without arXiv id and DOI",
        "nobody is found who cites those",
        "`eprint` or `doi` in their entries",
    ),
    WarningKind(
        "citations-not-asked",
        "a subscription names papers under `cites`, and no source asks who cites them",
        "nothing is told of those",
        "them in a source as well: `{kind: openalex, cites: […]}`",
    ),
    WarningKind("named-twice", "a list names the same twice", "the second counts for nothing", "it once"),
    WarningKind(
        "same-as-another",
        "two subscriptions of a file ask for the same and tell the same receivers",
        "each paper is told twice",
        "one of them, or other receivers",
    ),
    WarningKind(
        "above-without-words",
        "`above` stands beside a rule that asks for no words, such as `everything` or `upvotes>=20`",
        "it counts for nothing: every match has the score 1",
        "`top`, or no `above`",
    ),
    WarningKind(
        "seldom-due",
        "a schedule comes on 29 February only",
        "nothing is told for four years",
        "`monthly on the 31st at 08:00`",
    ),
    WarningKind(
        "due-all-the-time",
        "a cron expression comes every minute",
        "nothing is found more often than sources are read, and each paper is a message of its own",
        '`immediately`, or a minute: `cron "0 8 * * *"`',
    ),
    WarningKind(
        "quiet-hours-of-no-length",
        "quiet hours begin when they end",
        "they are no hours at all, not the whole day",
        "two times; `quiet_days` for whole days",
    ),
    WarningKind(
        "quiet-hours-cover-schedule",
        "every time of a schedule lies in the quiet hours or days, of the subscription or of all its receivers",
        "it is always told when they end, not when the schedule says",
        "another time, or other quiet hours",
    ),
    WarningKind(
        "quiet-hours-leave-no-time",
        "quiet hours of a subscription and of its receiver cover the day between them",
        "the subscription's do not count",
        "hours that leave some time",
    ),
    WarningKind(
        "sign-of-life-beside-empty-digests",
        "`sign_of_life` stands beside `when_empty: send`",
        "it counts for nothing: each empty digest is a sign of life",
        "one of the two",
    ),
)
