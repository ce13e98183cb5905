"""Know what other programs call the keys of a config."""

from __future__ import annotations

from collections.abc import Collection

from watcher.config.text.nearest import near_or_known

_ELSEWHERE = {
    "when": "schedule frequency time at on cron send_at",
    "any": "keywords words terms topics include_words or should",
    "none": "exclude not without ignore must_not exclude_words",
    "all": "and must",
    "rule": "query filter filters search match matchers expr pattern",
    "to": "end until till before ends receiver recipient recipients notify channel email send_to notifiers",
    "receivers": "channels notifiers report contact_points targets notifications",
    "sources": "feeds sites jobs urls inputs subscriptions_to",
    "subscriptions": "alerts rules routes route watches queries",
    "every": "interval check_interval poll refresh refresh_interval frequency schedule",
    "timezone": "tz time_zone zone",
    "kind": "type",
    "url": "link address href uri location webhook webhook_url",
    "urls": "addresses webhooks",
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


def meant_key(key: str, names: Collection[str]) -> str:
    """Return a hint: which of the ``names`` an unknown key was probably meant for, or which there are."""
    lower = key.lower().replace("-", "_")
    meant = next((one for one, words in _ELSEWHERE.items() if one in names and lower in words.split()), "")
    return f"here it is called `{meant}`" if meant else near_or_known(key, names)
