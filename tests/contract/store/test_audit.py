"""The audit on both databases: appended in order, chained, and refused to be changed; accounts beside it."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from adapters.errors import StoreError
from adapters.intake import database_of
from adapters.intake.store import IntakeStore
from gateway.access.audit import GENESIS, Audit, Note, chained, hash_of, verify


def notes(count: int) -> list[Note]:
    return [Note("王 008", "number_shown", f"2026-{n}", "10.0.0.1", {"n": n}) for n in range(count)]


async def test_entries_are_kept_in_order_and_the_chain_holds(store: IntakeStore) -> None:
    audit = Audit(store, lambda: 5)
    for note in notes(3):
        await audit.write(note)
    found = await verify(store)
    assert (found.entries, found.broken) == (3, None)
    page = await store.audit(limit=2)
    assert [item["seq"] for item in page.items] == [3, 2]
    assert page.items[0]["detail"] == {"n": 2}
    rest = await store.audit(limit=2, cursor=page.next)
    assert [item["seq"] for item in rest.items] == [1]
    assert rest.next is None


async def test_many_who_write_at_once_make_one_chain_and_a_restart_goes_on(store: IntakeStore) -> None:
    audit = Audit(store, lambda: 5)
    await asyncio.gather(*(audit.write(note) for note in notes(40)))
    await asyncio.gather(*(Audit(store, lambda: 6).write(note) for note in notes(1)))
    found = await verify(store)
    assert (found.entries, found.broken) == (41, None)


async def test_it_is_found_by_who_what_and_about_what(store: IntakeStore) -> None:
    audit = Audit(store, lambda: 5)
    await audit.write(Note("a", "signed_in"), Note("b", "signed_in"), Note("a", "number_shown", "n-1"))
    assert [item["seq"] for item in (await store.audit(limit=9, who="a")).items] == [3, 1]
    assert [item["seq"] for item in (await store.audit(limit=9, what="signed_in")).items] == [2, 1]
    assert [item["seq"] for item in (await store.audit(limit=9, target="n-1")).items] == [3]
    assert (await store.audit(limit=9, since_us=6)).items == []


async def test_the_database_itself_refuses_to_change_it(store: IntakeStore, store_url: str, tmp_path: Path) -> None:
    await Audit(store, lambda: 5).write(*notes(2))
    engine = database_of(store_url, tmp_path).engine()
    for deed in ("UPDATE audit SET who = 'nobody'", "DELETE FROM audit"):
        with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
            connection.execute(text(deed))
    assert (await verify(store)).broken is None


def _unguarded(store_url: str, tmp_path: Path, *deeds: str) -> None:
    """As somebody who owns the database may."""
    engine = database_of(store_url, tmp_path).engine()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER audit_no_update"))
            connection.execute(text("DROP TRIGGER audit_no_delete"))
        for deed in deeds:
            connection.execute(text(deed))


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE seq = 2", "entry 2 was changed"),
        ("UPDATE audit SET at_us = 6 WHERE seq = 2", "entry 2 was changed"),
        ("DELETE FROM audit WHERE seq = 2", "entry 2 is missing"),
        ("DELETE FROM audit WHERE seq = 1", "entry 1 is missing"),
    ],
)
async def test_who_owns_the_database_cannot_change_it_unseen(
    store: IntakeStore, store_url: str, tmp_path: Path, deed: str, why: str
) -> None:
    await Audit(store, lambda: 5).write(*notes(4))
    _unguarded(store_url, tmp_path, deed)
    broken = (await verify(store)).broken
    assert broken is not None
    assert why in broken.why


async def test_an_end_that_was_cut_off_is_seen_by_who_noted_it(
    store: IntakeStore, store_url: str, tmp_path: Path
) -> None:
    await Audit(store, lambda: 5).write(*notes(4))
    whole = await verify(store)
    assert (await verify(store, (whole.seq, whole.hash))).broken is None
    _unguarded(store_url, tmp_path, "DELETE FROM audit WHERE seq = 4")
    assert (await verify(store)).broken is None
    broken = (await verify(store, (whole.seq, whole.hash))).broken
    assert broken is not None
    assert broken.seq == 4


async def test_accounts_and_what_tells_of_them_are_one_transaction(store: IntakeStore) -> None:
    audit = Audit(store, lambda: 5)
    await audit.write(Note("a", "account_added", "wang"), kept={"account/wang": "{}"})
    assert await store.access() == {"account/wang": "{}"}
    with pytest.raises(StoreError):  # an entry that is there already: nothing of it holds
        await store.keep_access({"account/li": "{}"}, [], chained(0, GENESIS, 5, notes(1)))
    assert await store.access() == {"account/wang": "{}"}
    await audit.write(Note("a", "account_removed", "wang"), dropped=["account/wang"])
    assert await store.access() == {}
    assert (await verify(store)).entries == 2


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9), st.dictionaries(st.text(max_size=5), st.text()))),
    st.data(),
)
def test_no_entry_can_be_changed_without_a_break(
    told: list[tuple[str, str, dict[str, str]]], data: st.DataObject
) -> None:
    rows = chained(0, GENESIS, 7, [Note(who, what, detail=detail) for who, what, detail in told])
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    before = GENESIS
    for row in rows:
        assert row.hash == hash_of(row, before)
        before = row.hash
    if rows:
        place = data.draw(st.integers(0, len(rows) - 1))
        changed = rows[place]._replace(who=rows[place].who + "x")
        assert hash_of(changed, rows[place - 1].hash if place else GENESIS) != rows[place].hash
