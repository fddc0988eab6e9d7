"""One gateway owns a store; a second is refused at once, and may have it when the first has ended, however it ended."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pytest

from adapters.errors import StoreError
from adapters.intake import open_store
from adapters.intake.store import IntakeStore
from adapters.ports import LiveState, Store
from tests.contract.store.made import batch_of, journalled, key_of
from tests.fixtures.bench import until

KILLS = 2
LARGE = b"x" * 500_000  # a hundred and more pages of the WAL
WRITER = "tests.contract.store.writing_process"


async def test_a_second_gateway_is_refused_within_a_second_and_told_who_owns_it(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    # A machine under load may be slow once; who waited for the lock would be slow each time.
    assert min([await refused_after_s(store_url, tmp_path) for _ in range(3)]) < 1
    await store.commit(batch_of([journalled(1)]))  # the first is not disturbed
    assert (await store.load()).seq == 1


async def test_kill_9_of_the_writer_loses_nothing_that_was_acknowledged(store_url: str, tmp_path: Path) -> None:
    acknowledged = 0
    for turn in range(KILLS):
        acknowledged = await killed_while_writing(store_url, tmp_path, after_lines=5 + turn * 40, least=acknowledged)
        store = await opened(store_url, tmp_path)
        live = await store.load()
        assert live.seq >= acknowledged
        entries = await store.journal(after_seq=0, limit=100_000)
        assert [entry.seq for entry in entries] == list(range(1, live.seq + 1))
        # A batch is there whole or not at all: each entry has its key, its incident and its obligation.
        assert await store.known([key_of(seq) for seq in range(1, live.seq + 1)]) == {
            key_of(seq) for seq in range(1, live.seq + 1)
        }
        assert [incident.id for incident in live.incidents] == list(range(1, live.seq + 1))
        page = await store.obligations(state="open", limit=100_000)
        assert [item["id"] for item in page.items] == list(range(live.seq, 0, -1))
        await store.close()


async def seen_to_end(store: IntakeStore, process: int) -> None:
    await until(lambda: store.writer.pid != process)


async def test_kill_9_of_the_writers_process_fails_or_keeps_the_batch_and_the_next_goes_through(
    store_url: str, tmp_path: Path
) -> None:
    store = await opened(store_url, tmp_path)
    seq = 0
    for _ in range(KILLS):
        committing = asyncio.ensure_future(store.commit(batch_of([journalled(seq + 1, key=key_of(seq + 1))])))
        killed = store.writer.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await asyncio.wait([committing])
        await seen_to_end(store, killed)  # it may have answered first
        kept = (await loaded(store)).seq
        assert kept == (seq if committing.exception() else seq + 1)
        seq = kept + 1
        await store.commit(batch_of([journalled(seq, key=key_of(seq))]))
    assert [entry.seq for entry in await store.journal(after_seq=0, limit=100)] == list(range(1, seq + 1))
    await store.close()


@pytest.mark.parametrize("commits", [97, 98, 99])
async def test_kill_9_while_the_wal_is_copied_loses_nothing_that_was_acknowledged(commits: int, tmp_path: Path) -> None:
    store = open_store("sqlite:///hotline.db", tmp_path)
    await store.open()
    for seq in range(1, commits + 1):  # the 96th brings the WAL to 12,000 pages
        await store.commit(batch_of([journalled(seq, key=key_of(seq), raw=LARGE)]))
    killed = store.writer.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    await seen_to_end(store, killed)
    assert (await loaded(store)).seq == commits
    await store.commit(batch_of([journalled(commits + 1)]))
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "hotline.db")) as after:
        assert after.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert after.execute("SELECT sum(length(raw)) FROM journal").fetchone() == (commits * len(LARGE),)


async def test_the_writers_process_ends_with_a_gateway_that_is_killed(store_url: str, tmp_path: Path) -> None:
    await killed_while_writing(store_url, tmp_path, after_lines=3, least=0)
    await (await opened(store_url, tmp_path)).close()


async def refused_after_s(url: str, folder: Path) -> float:
    second = open_store(url, folder)
    began_s = time.monotonic()
    with pytest.raises(StoreError, match="owned by another gateway"):
        await second.open()
    took_s = time.monotonic() - began_s
    await second.close()
    return took_s


async def killed_while_writing(url: str, folder: Path, *, after_lines: int, least: int) -> int:
    """The last entry that the process said was committed, before it was killed in the middle of its work."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", WRITER, url, str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    lines = 0
    last = least
    async for line in process.stdout:
        last = int(line)
        lines += 1
        if lines == after_lines:
            process.kill()  # what it still says before it dies counts too
    await process.wait()
    assert lines >= after_lines
    return last


async def opened(url: str, folder: Path) -> IntakeStore:
    """PostgreSQL needs a moment to see that the owner has gone."""
    deadline = time.monotonic() + 60
    while True:
        store = open_store(url, folder)
        try:
            await store.open()
        except StoreError:
            await store.close()
            if time.monotonic() > deadline:
                raise
        else:
            return store


async def loaded(store: IntakeStore) -> LiveState:
    """As `opened`, for a store that lost its writer."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return await store.load()
        except StoreError:
            if time.monotonic() > deadline:
                raise
