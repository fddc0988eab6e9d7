"""The store knows by itself that a key is new, and forgets none, however often it is opened."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from adapters.intake import open_store
from adapters.intake.store import IntakeStore
from tests.contract.store.made import batch_of, journalled, key_of
from tests.fixtures.bench import until

OLD = range(1, 5001)
MIDDLE, NEW = range(5001, 5003), range(6000, 6100)


@pytest.fixture
async def again(store_url: str, tmp_path: Path) -> IntakeStore:
    """Opened for the second time, over a journal with keys."""
    store = open_store(store_url, tmp_path)
    await store.open()
    await store.commit(batch_of([journalled(seq, key=key_of(seq)) for seq in OLD]))
    await store.close()
    store = open_store(store_url, tmp_path)
    await store.load()
    return store


async def test_what_is_new_is_not_looked_up_and_what_is_old_is_known(again: IntakeStore) -> None:
    assert await again.known([key_of(1), key_of(9999)]) == {key_of(1)}  # nothing is learnt yet
    for seq in MIDDLE:
        await again.commit(batch_of([journalled(seq, key=key_of(seq))]))
    await until(lambda: again.heard.whole)
    pid = again.writer.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        assert await again.known([key_of(number) for number in NEW]) == set()  # nobody there could be asked
        asked = asyncio.ensure_future(again.known([key_of(number) for number in (*OLD, *MIDDLE, *NEW)]))
        await asyncio.sleep(0)
        assert not asked.done()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert await asked == {key_of(number) for number in (*OLD, *MIDDLE)}
    await again.close()


async def test_where_the_writer_ended_the_keys_are_learnt_anew(again: IntakeStore) -> None:
    await again.commit(batch_of([journalled(5001, key=key_of(5001))]))
    await until(lambda: again.heard.whole)
    pid = again.writer.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: again.writer.pid is None)
    await again.load()
    assert not again.heard.whole
    assert await again.known([key_of(1), key_of(5001), key_of(9999)]) == {key_of(1), key_of(5001)}
    await again.commit(batch_of([journalled(5002, key=key_of(5002))]))
    await until(lambda: again.heard.whole)
    assert await again.known([key_of(number) for number in OLD]) == {key_of(number) for number in OLD}
    await again.close()
