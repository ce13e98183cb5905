"""No web page reads a table from end to end that grows for ever."""

from __future__ import annotations

from typing import Any

from tests.integration.test_plans import fill, heard, wrong_in_postgres, wrong_in_sqlite
from tests.integration.webs import Web, entry

PAGES = (
    *("/", "/?day=2020-11-11", "/paper?key=arxiv:2603.00001", "/search?q=lantern&days=7", "/incidents", "/keys"),
    *("/subscriptions", "/subscription?name=lanterns", "/receivers", "/receivers?receiver=ana&state=dead"),
    *("/sources", "/source?name=daily", "/feed.atom?subscription=lanterns", "/feed.json?source=daily"),
    *("/api/v1/paper?key=2603.00001", "/api/v1/papers?limit=5", "/api/v1/deliveries", "/-/ready"),
)


def test_no_page_reads_a_big_table_from_end_to_end(web: Web) -> None:
    web.list_papers(entry(1, "A Lantern"), entry(2, "Gardens"))
    client = web.client()
    asked: dict[str, tuple[str, Any]] = {}
    for path in PAGES:
        with heard() as statements:
            assert client.get(path).status_code == 200
        asked |= {f"{path}: {name}": one for name, one in statements.items()}
    with web.store.transaction() as tx:
        fill(tx.connection)
        wrong = wrong_in_postgres if tx.connection.dialect.name == "postgresql" else wrong_in_sqlite
        reads = {name: one for name, one in asked.items() if one[0].lstrip().startswith(("SELECT", "WITH"))}
        found = {name: why for name, one in reads.items() if (why := wrong(tx.connection, *one))}
        tx.connection.rollback()
    assert len(reads) > 100
    assert found == {}
