"""List the warnings about sources, receivers and everything else around the subscriptions."""

from __future__ import annotations

from watcher.config.lint.table.kind import WarningKind

OF_THE_REST = (
    WarningKind(
        "no-timezone",
        "a schedule has a time of day, and nothing says of which zone",
        "it is in UTC",
        "`timezone: Europe/Paris`",
    ),
    WarningKind(
        "zone-without-summer-time",
        "a zone is a fixed offset, such as `EST` or `Etc/GMT+5` (which is five hours behind UTC)",
        "it stays an hour off for half of the year",
        "a place such as `America/New_York`",
    ),
    WarningKind(
        "no-operator",
        "the config has no `operator`",
        "nobody hears of sources that cannot be read and of receivers that fail",
        "`operator: [me]`",
    ),
    WarningKind("no-sources", "the config has no source", "nothing is read", "`sources:` (docs/sources.md)"),
    WarningKind("no-receivers", "the config has no receiver", "nobody can be told", "`receivers:`"),
    WarningKind(
        "no-subscriptions",
        "the config has no `subscriptions` and no `include`",
        "nothing is told, unless the database holds subscriptions",
        "`subscriptions:`, or `subscriptions: []` where the database has them all",
    ),
    WarningKind(
        "unused-receiver",
        "no subscription, `operator` or `allow` names a receiver",
        "it gets nothing, unless the database holds subscriptions for it",
        "its name in `to`, or the config without it",
    ),
    WarningKind(
        "unused-place",
        "no subscription names a place under `keep`, and what is starred does not go there",
        "papers are kept there by the button of a page, or the API, alone",
        "its name in `keep` of a subscription, or `stars: true`",
    ),
    WarningKind(
        "unused-source",
        "every subscription names its sources, and none names this one",
        "it is read, and nothing of it is told",
        "its name in `sources` of a subscription, or the config without it",
    ),
    WarningKind(
        "same-address",
        "two sources, or two receivers, have one address",
        "pages are read twice, people told twice",
        "one of them",
    ),
    WarningKind(
        "include-without-files",
        "`include` has a pattern that fits no file",
        "whoever has subscriptions there is told nothing",
        "the pattern as seen from the config's folder; `~` is not read",
    ),
    WarningKind(
        "include-leaves-out-files",
        "beside the files of a pattern are some with the other ending, `.yml` or `.yaml`",
        "their subscriptions do not exist",
        "`[subs/*.yaml, subs/*.yml]`",
    ),
    WarningKind("empty-include", "an included file holds no subscriptions", "it adds nothing", "`subscriptions:`"),
    WarningKind("allow-without-file", "`allow` names a file that is not included", "it restricts nobody", "its name"),
    WarningKind(
        "allow-forgets-file",
        "`allow` stands there and does not name an included file",
        "that file may use every receiver; from 0.3.0 on its subscriptions are held until it is named",
        "the file's name with a list of those that it may use",
    ),
    WarningKind(
        "contact-without-address",
        "`contact` is neither an e-mail nor a web address",
        "sites whose operators want to reach you cannot",
        "an address",
    ),
    WarningKind(
        "proxy-except-without-proxy",
        "`proxy_except` stands there without `proxy`",
        "it counts for nothing: everything is asked directly",
        "`proxy: http://proxy.lab.example:3128`, or the config without it",
    ),
    WarningKind(
        "seldom-read",
        "a source is read less often than weekly",
        "most sources list papers for a day or two: what came between is missed",
        "`every: 1h`, or `1d` at most",
    ),
    WarningKind(
        "often-read",
        "a source of a public site is read more often than every five minutes",
        "sites shut out who asks so often, and list papers a few times a day",
        "`every: 1h`, or `auto`",
    ),
    WarningKind(
        "http-for-https",
        "the address of a source begins with `http://`, though its site has https",
        "what it lists can be read and changed on the way",
        "`https://`",
    ),
    WarningKind(
        "over-allowance",
        "the sources of one site ask for more requests a day than it answers, even with one page for each list",
        "what is too much is not sent: the sources are `unreachable` until midnight, UTC",
        "a longer `every` for some of them, or a key that allows more",
    ),
    WarningKind(
        "follow-in-vain",
        "`follow` counts no more days than `look_back`",
        "it counts for nothing: these days are read at every look",
        "more days than `look_back`, or none",
    ),
    WarningKind(
        "address-without-list",
        "the address of a source is a page that lists no papers, or is read by a kind of its own",
        "nothing is found there, or less than the site tells",
        "the kind of source that reads the site, without `url`; or the address of a feed",
    ),
    WarningKind(
        "url-without-kind",
        "a source has an address and no `kind`",
        "it is read as `huggingface`, whoever's address it is",
        "`kind: feed`, or `kind: html` with selectors",
    ),
    WarningKind(
        "misspelt-host",
        "the host of a source is `localhost` but for a letter or two",
        "no machine is called so",
        "`localhost`",
    ),
    WarningKind(
        "address-of-one-paper",
        "the address of a source is the page of one paper",
        "it never lists another one",
        "the address of the list or feed",
    ),
    WarningKind(
        "user-in-address",
        "the address of a source has a user's name or a password",
        "it is shown in messages and stored, as every source's address is",
        "an address without them",
    ),
    WarningKind(
        "readable-by-all",
        "everybody on the machine may read the config, in which a secret is written out, or a file that holds one",
        "they can send in your name, or read what is yours",
        "`chmod 600`, or `${NAME}`",
    ),
    WarningKind(
        "writable-by-all",
        "everybody on the machine may change the config",
        "they decide who is told",
        "`chmod o-w`",
    ),
    WarningKind(
        "placeholder-in-address",
        "a part of a receiver's address is a word that guides write in its place, such as `YOUR_TOKEN` or `changeme`",
        "nothing arrives there",
        "your own token, password or name",
    ),
    WarningKind(
        "impossible-token",
        "a token of Slack, Discord, Telegram, ntfy, Teams, Pushover, Gotify or Mattermost has another length or other "
        "signs than any that the service gives out",
        "nothing arrives there",
        "the whole address, copied from the service again",
    ),
    WarningKind(
        "unlikely-mail",
        "an address of mail asks a server that only gives mail out, has a user and no password, sends to the user at "
        "the server's own name, or has a password that Google or Microsoft does not take",
        "no mail arrives",
        "what the warning says (docs/recipes/)",
    ),
    WarningKind(
        "nobody-named",
        "the address of a bot of Slack or Telegram names no channel or chat",
        "Slack's writes into #general, Telegram's to whoever wrote to it last",
        "`/%23CHANNEL`, `/CHAT_ID` at its end",
    ),
    WarningKind(
        "password-in-clear",
        "a password goes over a connection without TLS",
        "everybody on the way can read it",
        "the service with an s at its end: `mailtos://`, `jsons://`",
        varies=True,
    ),
    WarningKind("folder-not-there", "an inbox's folder is missing", "nothing is read of it", "make it", varies=True),
    WarningKind(
        "missing-secret",
        "an environment variable or a file with a secret is missing",
        "nothing can be sent there",
        "it where watcher runs",
        varies=True,
    ),
    WarningKind(
        "unknown-template", "no template has the name of a file in `templates`", "it is not used", "one of their names"
    ),
    WarningKind("broken-template", "a template does not work", "watcher's own is used", "what the warning says"),
    WarningKind(
        "broken-include",
        "an included file is broken (`check-config --as-run` only)",
        "its last good version stays in force",
        "what the warning says",
        varies=True,
    ),
    WarningKind(
        "accepted-in-vain",
        "`accept` names a warning that there is not",
        "should it come some day, nobody would see it",
        "the list without it",
        varies=True,
    ),
)
