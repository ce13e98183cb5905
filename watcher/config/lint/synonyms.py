"""Know what other programs call the keys of a config."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from watcher.config.text.nearest import did_you_mean, known
from watcher.config.text.tree import ConfigNode, Items, Scalar, Table
from watcher.model.fields import FieldKind, rule_names

_FIELDS = rule_names(FieldKind.TEXT, FieldKind.PEOPLE, FieldKind.LABEL)

_ELSEWHERE = {
    "when": "schedule frequency time at on cron send_at",
    "any": "keywords words terms topics include_words or should",
    "none": "exclude not without ignore must_not exclude_words",
    "all": "and must",
    "rule": "query filter filters search match matchers expr pattern",
    "to": "end until till before ends receiver receivers recipient recipients notify channel email send_to notifiers",
    "receivers": "channels notifiers report contact_points targets notifications",
    "sources": "feeds sites jobs urls inputs subscriptions_to",
    "subscriptions": "alerts rules routes route watches queries",
    "every": "interval check_interval poll refresh refresh_interval frequency schedule",
    "timezone": "tz time_zone zone",
    "kind": "type",
    "categories": "subject subjects collection collections areas section sections",
    "journal": "issn issns eissn venue",
    "query": "term terms q search search_query search_term searchterm keywords",
    "author": "authors orcid",
    "url": "link base_url address href uri location webhook webhook_url",
    "urls": "addresses webhooks",
    "folder": "path dir directory",
    "bib": "bibtex bibliography bib_file",
    "key": "api_key apikey zotero_key",
    "body": "template payload json",
    "item": "selector css css_selector",
    "database": "db storage cache",
    "operator": "admin admins owner maintainer on_error",
    "name": "id",
    "shown_as": "title label display_name displayname caption heading alias",
    "quiet_hours": "quiet do_not_disturb silence mute_time_intervals",
    "rate": "limit rate_limit",
    "where": "min_upvotes upvotes threshold min_score",
    "max_papers": "max limit max_items",
    "above": "min_relevance relevance score cutoff",
    "top": "best first top_n",
    "learn": "feedback personalize personalise train adaptive ranking_model",
    "order": "sort sort_by order_by ordering orderby rank_by",
    "never": "blocklist blacklist blocked banned stopwords ignore_always never_tell mute_words",
    "include": "includes import config_files",
    "retain": "retention keep",
    "heartbeat": "healthcheck healthchecks health_check ping ping_url dead_man deadman watchdog watchdog_url",
    "proxy": "http_proxy https_proxy all_proxy proxies proxy_url",
    "proxy_except": "no_proxy proxy_exclude noproxy bypass proxy_bypass",
    "ca_bundle": "ca ca_file cafile ca_cert ca_certs cacert ca_path certificates ssl_cert_file verify",
    "web": "http server ui dashboard page",
    "listen": "bind host port address addr",
    "token_file": "token password password_file auth",
    "public_url": "base_url external_url root_url web_external_url",
    "from": "start begin since after starts",
}
"""Key → its names in the configs of other programs, separated by blanks."""


_WORDS_FOR_PIECES = """
host hostname server port user username login password pass token api_key type kind service channel channels chat_id
room topic webhook webhook_url from to email e_mail mail smtp imap tls ssl starttls slack discord telegram teams msteams
matrix mattermost ntfy pushover signal console
"""
_PIECES = frozenset(_WORDS_FOR_PIECES.split())
"""Keys by which other programs describe a receiver, whose address has all of it here."""

_NEVER_DELETED = frozenset(["papers", "matches", "alerts", "deliveries", "messages", "history", "database"])
"""Names of what ``retain`` does not shorten."""

_OF_A_KIND = "of kind"
"""What the name of a place has that is a source of some kinds alone."""

_WORDS_FOR_SWITCHES = "enabled enable disabled disable active inactive is_active paused pause skip"
_SWITCHES = frozenset(_WORDS_FOR_SWITCHES.split())
"""Keys by which other programs switch a part off."""

NEAR_KEY = 0.7
"""How similar a key has to be to the one that was meant, from 0 to 1."""

ONE_ADDRESS = "a receiver is one address"
"""How the hint for a key begins that is a piece of a receiver's address."""


def meant_key(key: str, names: Collection[str], places: Mapping[str, Collection[str]] | None = None) -> str:
    """Return a hint for an unknown key: the key among ``names`` that was meant, its right place, or all ``names``.

    ``places``: place in the config, in words → names of the keys there; None to look at ``names`` alone.
    """
    lower = key.lower().replace("-", "_")
    if lower in names:
        return f"did you mean `{lower}`?"
    if lower in _SWITCHES:
        return "put # before each of its lines; `watcher pause NAME` holds a subscription back"
    if meant := synonym_of(lower, names):
        return f"here it is called `{meant}`"
    if "urls" in names and lower in _PIECES:
        return f"{ONE_ADDRESS}: write all of it in url:, in the form that docs/recipes/ has for the service"
    if "attempts" in names and lower in _NEVER_DELETED:
        return f"papers, matches and messages are never deleted; {known(names)}"
    fields = [one for one in _FIELDS if lower in (one, f"{one}s", f"{one[:-1]}ies")] if "rule" in names else []
    if fields:
        return f"write it in the rule: {fields[0]}:…"
    belongs = [where for where, there in (places or {}).items() if lower in there]
    is_piece = "receivers" in names and lower in _PIECES
    if belongs and not (is_piece and all(_OF_A_KIND in where for where in belongs)):
        return f"it belongs {' or '.join(belongs)}"
    if is_piece:
        return f"{ONE_ADDRESS}: write receivers: {{me: {{url: …}}}}, in the form that docs/recipes/ has for the service"
    if near := did_you_mean(key, names, NEAR_KEY):
        return near
    is_top = "receivers" in names
    for where, there in (places or {}).items():
        if where.startswith("under ") and not is_top:
            continue
        if meant := synonym_of(lower, there):
            return f"it is called `{meant}`, and belongs {where}"
    return known(names)


def synonym_of(lower: str, names: Collection[str]) -> str:
    """Return which of the keys ``names`` other programs call so, "" for none."""
    return next((one for one, words in _ELSEWHERE.items() if one in names and lower in words.split()), "")


_EXAMPLES = {
    "sources": "hf: {kind: huggingface}",
    "receivers": "me: {url: …}",
    "keep": "notes: {folder: …}",
    "allow": "ana.yaml: [me]",
    "urls": "phone: …",
}
"""Key whose table has free names → an entry of it."""


def table_meant(node: ConfigNode | None, key: str, names: Collection[str]) -> str:
    """Return what to write where something else stands in the place of the table of a ``key``.

    ``names``: keys of that table, none if they are free.
    """
    if isinstance(node, Scalar) and "://" in node.text and "url" in names:
        return "write {url: …} around the address"
    if isinstance(node, Items) and any(isinstance(one, Table) for one in node.items):
        return "this is a list: leave out each -, and write each name as a key, its own keys indented below"
    if set(names) == {"from", "to"}:
        return 'write {from: "22:00", to: "07:00"}'
    if isinstance(node, Scalar) and "rule" in names:
        return "write `- name: …`, and rule: and to: below it, indented alike"
    line = "write key: value, one a line, indented"
    return f"{line}; {known(names)}" if names else line + (f", as in {_EXAMPLES[key]}" if key in _EXAMPLES else "")
