"""A backup taken while the gateway writes can be put back, and holds all that was committed before it began."""

import asyncio
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pgserver
import psycopg
import pytest
from sqlalchemy import make_url

from adapters.errors import StoreError
from adapters.intake import backup, open_store
from adapters.ports import Incoming, Store
from gateway.pipeline import Pipeline
from rules.effects import Send
from rules.events import LinkChanged
from tests.contract.store.made import alert_of, batch_of, incident_of, journalled, names_in
from tests.fixtures.bench import RULES, Hand, ringing, until


@pytest.fixture(autouse=True)
def postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(pgserver.__file__).parent / 'pginstall' / 'bin'}:{os.environ['PATH']}")


async def test_a_backup_made_beside_the_writer_can_be_restored(store: Store, store_url: str, tmp_path: Path) -> None:
    await store.commit(
        batch_of(
            [journalled(1)], incidents=[incident_of(1)], alerts=[alert_of("a")], sends=[Send("a", "desk")], last_id=1
        )
    )
    told: list[tuple[int, int]] = []
    target = tmp_path / "copy.backup"
    copying = asyncio.create_task(
        asyncio.to_thread(backup, store_url, tmp_path, target, lambda done, total: told.append((done, total)))
    )
    seq = 1
    while not copying.done():
        seq += 1
        await store.commit(batch_of([journalled(seq)], incidents=[incident_of(seq)], last_id=seq))
    await copying
    assert not [name for name in names_in(tmp_path) if ".part" in name]
    copy = open_store(restored(store_url, target), tmp_path)
    await copy.open()
    live = await copy.load()
    assert 1 <= live.seq <= seq
    assert live.pending == [Send("a", "desk")]
    assert [incident.id for incident in live.incidents] == list(range(1, live.seq + 1))
    await copy.close()
    if store_url.startswith("sqlite"):
        assert told
        assert told[-1][0] == told[-1][1]


async def test_a_restored_store_gives_out_no_id_and_no_number_again(store_url: str, tmp_path: Path) -> None:
    """Calls that came after the copy are lost with their ids, but receivers and people still know those."""
    clock, target = Hand(), tmp_path / "copy.backup"
    before = await ring_in_vain(store_url, tmp_path, clock, ("a",))
    await asyncio.to_thread(backup, store_url, tmp_path, target)
    clock.move(60)
    lost = await ring_in_vain(store_url, tmp_path, clock, ("b", "c"))
    clock.move(60)
    copy = restored(store_url, target)
    after = await ring_in_vain(copy, tmp_path, clock, ("d",))
    clock.move(60)
    later = await ring_in_vain(copy, tmp_path, clock, ("e",))  # a second start on it is like any other
    for known in (before, lost, after):
        assert not known & later
    assert not after & (before | lost)
    assert max(int(number.partition("-")[2]) for number in after | later if number[0] == "2") < 100_000


async def ring_in_vain(url: str, folder: Path, clock: Hand, calls: Iterable[str]) -> set[str]:
    """One life of a gateway. The keys of its new breaches, and the numbers of its new incidents."""
    store = open_store(url, folder)
    pipeline = Pipeline(store, RULES, clock)
    running = asyncio.create_task(pipeline.run())
    try:
        await until(lambda: not pipeline.ready)
        known = set(pipeline.state.alerts) | set(pipeline.state.by_number)
        for call in calls:
            await pipeline.submit([Incoming(ringing(call), clock())])
        clock.move(15)
        await pipeline.submit([Incoming(LinkChanged(source="main", state="online"), clock())])
        keys = {alert.key for alert in pipeline.state.alerts.values() if alert.kind == "breach"}
        return (keys | set(pipeline.state.by_number)) - known
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await store.close()


def restored(url: str, target: Path) -> str:
    """The copy put in place as the documentation says, beside the original; its URL."""
    if url.startswith("sqlite"):
        return f"sqlite:///{target.name}"
    parsed = make_url(url)
    name = f"{parsed.database}_restored"
    plain = parsed.set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    into = plain.set(database=name).render_as_string(hide_password=False)
    subprocess.run(["pg_restore", "--dbname", into, str(target)], check=True)  # noqa: S603, S607  # the test's own words
    return parsed.set(database=name).render_as_string(hide_password=False)


async def test_a_backup_never_overwrites_a_file(store: Store, store_url: str, tmp_path: Path) -> None:
    target = tmp_path / "copy.backup"
    target.write_text("yesterday's")
    with pytest.raises(StoreError, match="name a new file"):
        backup(store_url, tmp_path, target)
    assert target.read_text() == "yesterday's"


def test_a_store_that_is_not_there_makes_no_backup(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing to back up"):
        backup("sqlite:///hotline.db", tmp_path, tmp_path / "copy")
    assert names_in(tmp_path) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no folder"):
        backup("sqlite:///hotline.db", tmp_path, tmp_path / "nowhere" / "copy")


def test_a_damaged_store_makes_no_backup(tmp_path: Path) -> None:
    (tmp_path / "hotline.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(StoreError, match="no backup was made"):
        backup("sqlite:///hotline.db", tmp_path, tmp_path / "copy")
    assert names_in(tmp_path) == ["hotline.db"]
