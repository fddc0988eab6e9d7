"""Every question that the API and the writer ask is answered from an index: ten million events change nothing."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Table, text

from adapters.intake import database_of, open_store
from adapters.intake.listing import listing_query
from adapters.intake.reads import compiled, page_query
from adapters.intake.schema import alert, incident, journal, obligation

CURSOR = {("opened_us", "id"): "1.1", ("id",): "1", ("raised_us", "id"): "1.a", ("seq",): "1"}
PAGES: dict[str, tuple[Table, tuple[str, ...], list[Any]]] = {
    "incidents": (incident, ("opened_us", "id"), []),
    "incidents since": (incident, ("opened_us", "id"), [incident.c.opened_us >= 1]),
    "incidents by number": (incident, ("opened_us", "id"), [incident.c.number == "n"]),
    "incidents by outcome": (incident, ("opened_us", "id"), [incident.c.outcome == "missed"]),
    "incidents by caller": (incident, ("opened_us", "id"), [incident.c.caller == "138"]),
    "incidents by unit": (
        incident,
        ("opened_us", "id"),
        [incident.c.unit == "100-4002", incident.c.unit != text("''")],
    ),
    "obligations": (obligation, ("id",), []),
    "obligations by state": (obligation, ("id",), [obligation.c.state == "open"]),
    "alerts": (alert, ("raised_us", "id"), []),
    "alerts by state": (alert, ("raised_us", "id"), [alert.c.state == "raised"]),
    "unread": (journal, ("seq",), [journal.c.error.is_not(None)]),
}
OTHERS = {
    "known": "SELECT key FROM journal WHERE key IN ('a', 'b')",
    "last entry": "SELECT seq, at_us FROM journal ORDER BY seq DESC LIMIT 1",
    "last number": "SELECT number FROM incident ORDER BY id DESC LIMIT 1",
    "pending": "SELECT alert, notifier FROM outbox WHERE state = 'pending' ORDER BY seq, place",
    "live alerts": "SELECT body FROM alert WHERE live",
    "events of an incident": "SELECT * FROM journal WHERE incident = 5 AND incident > 0 ORDER BY seq",
    "notes of an incident": "SELECT * FROM note WHERE incident = 5 ORDER BY id",
    "alerts of an incident": "SELECT * FROM alert WHERE incident = 5 AND incident > 0",
    "obligations of incidents": "SELECT * FROM obligation WHERE incident IN (5, 6) ORDER BY id",
    "replay": "SELECT seq, at_us, body FROM journal WHERE seq > 5 ORDER BY seq LIMIT 9",
}
# Whole, but by themselves no longer than what is open.
MAY_SCAN = {"SCAN alert USING INDEX alert_live", "SCAN outbox USING INDEX outbox_pending"}
MAY_SORT = {"incidents by number", "obligations of incidents", "alerts of an incident"}  # a page's worth at most


@pytest.fixture
async def ready_url(store_url: str, tmp_path: Path) -> str:
    store = open_store(store_url, tmp_path)
    await store.open()
    await store.close()
    return store_url


def asked(url: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Each question's name and text, values written out; pages from a cursor on."""
    database = database_of(url, folder)
    for name, (table, key, where) in PAGES.items():
        statement, values = compiled(database, page_query(table, key, 10, CURSOR[key], where))
        for value in values:
            statement = statement.replace("?" if "?" in statement else "%s", repr(value), 1)
        yield name, statement
    statement, _ = compiled(database, listing_query("RulesTaken", 10, 5))
    yield "listed", statement.replace("?", "5").replace("%s", "5").replace("kind = 5", "kind = 'RulesTaken'")
    yield from OTHERS.items()


async def test_no_question_reads_a_whole_table_or_sorts_one(ready_url: str, tmp_path: Path) -> None:
    for name, statement in asked(ready_url, tmp_path):
        on_sqlite = ready_url.startswith("sqlite")
        plan = sqlite_plan(tmp_path, statement) if on_sqlite else postgres_plan(ready_url, statement)
        for step in plan:
            if name not in MAY_SORT:
                assert "TEMP B-TREE" not in step, (name, plan)
                assert "Sort" not in step, (name, plan)
            assert "Seq Scan" not in step, (name, plan)
            bounded = step in MAY_SCAN or name in {"last entry", "last number"}
            assert bounded or not step.startswith("SCAN"), (name, plan)


def sqlite_plan(folder: Path, statement: str) -> list[str]:
    connection = sqlite3.connect(folder / "hotline.db")
    try:
        return [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    finally:
        connection.close()


def postgres_plan(url: str, statement: str) -> list[str]:
    """Its tables are empty here, so it must be told that reading them whole or sorting them is dear."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("SET enable_seqscan = off")
        connection.execute("SET enable_bitmapscan = off")
        connection.execute("SET enable_sort = off")
        return [str(row[0]) for row in connection.execute(f"EXPLAIN {statement}".encode())]
