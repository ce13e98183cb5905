"""A daemon whose way out changes while it runs."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import config
from tests.e2e.test_reload import reload
from tests.e2e.world import Home, Site, Webhook
from tests.integration.connect_proxy import connect_proxy

pytestmark = pytest.mark.e2e

PASSWORD = "s3cret/P@ss"


def test_a_reload_sends_a_daemon_by_another_proxy(home: Home, site: Site, hook: Webhook) -> None:
    routes = {"papers.example:80": urlsplit(site.url).port or 0, "hooks.example:80": urlsplit(hook.url).port or 0}
    text = (
        config(site, hook).replace(site.url, "http://papers.example/papers").replace(hook.url, "json://hooks.example/")
    )
    text = text.replace("every: 1h", "every: 1h, robots: ignore, look_back: 1")
    with connect_proxy(routes) as first, connect_proxy(routes, f"ana:{PASSWORD}") as second:
        home.write(f"proxy: http://{first.place}\n{text}")
        with home.daemon(PROXY_PASSWORD=PASSWORD) as process:
            hook.wait_for(lambda hook: bool(hook.posts))
            assert "GET http://papers.example/papers" in first.asked
            assert "POST http://hooks.example/" in first.asked
            home.write(f"proxy: 'http://ana:${{PROXY_PASSWORD}}@{second.place}'\n{text}")
            reload(process, home, "the config was read again: 1 source, 1 subscription")
            before = len(first.asked)
            assert "me: sent" in home.run("test-notify", "me").stdout
            assert len(first.asked) == before
            assert second.asked == ["POST http://hooks.example/"]
    assert PASSWORD not in home.log and "Traceback" not in home.log
