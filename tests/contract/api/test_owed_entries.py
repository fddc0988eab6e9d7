"""A deed that is done stays done where the audit cannot be told: it is answered so, and the entry comes later."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import StoreError
from adapters.intake.store import IntakeStore
from adapters.ports import AuditRow, Page
from gateway.access.audit import Audit, Note, verify
from tests.fixtures.served import TOKEN, Served, serve


class Forgetful:
    """A store that keeps events, and no entries of the audit while it is `down`. Implements AccessStore."""

    def __init__(self, store: IntakeStore) -> None:
        self.down = True
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._store = store

    async def keep_access(self, kept: Mapping[str, str], dropped: Sequence[str], audit: Sequence[AuditRow]) -> None:
        self.asked.set()
        await self.may_answer.wait()
        if self.down:
            raise StoreError("no entry can be kept")
        await self._store.keep_access(kept, dropped, audit)

    async def access(self) -> dict[str, str]:
        return await self._store.access()

    async def audit(self, *, limit: int, cursor: str | None = None, **which: Any) -> Page:
        return await self._store.audit(limit=limit, cursor=cursor, **which)

    async def audit_rows(self, *, after_seq: int, limit: int) -> list[AuditRow]:
        return await self._store.audit_rows(after_seq=after_seq, limit=limit)

    async def last_audit_row(self) -> AuditRow | None:
        return await self._store.last_audit_row()


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as running:
        yield running


@pytest.fixture
async def store(served: Served) -> Forgetful:
    """Beneath the audit of `served`."""
    store = Forgetful(served.store)
    served.signing_in.register.audit = Audit(store, served.pipeline.now_us)
    return store


async def _entries(served: Served) -> list[tuple[str, str]]:
    found = (await served.store.audit(limit=50)).items
    return [(one["what"], one["target"]) for one in reversed(found)]


async def test_a_deed_whose_entry_cannot_be_written_is_answered_as_done_and_told_before_the_next(
    served: Served, store: Forgetful
) -> None:
    number = served.number(await served.ring())
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"{served.url}/api/v1/incidents/{number}"
    async with served.http.post(f"{url}/claim", headers=headers) as answer:
        assert (answer.status, answer.headers["Hotline-Audit"]) == (200, "owed")
        assert (await answer.json())["state"] == "claimed"
    assert await _entries(served) == []
    status, problem = await served.post(f"/api/v1/incidents/{number}/note", note="not written")
    assert (status, problem["title"]) == (503, "The intake store does not answer")
    assert "not written" not in str((await served.get(f"/api/v1/incidents/{number}"))[1])  # nothing more is done
    store.down = False
    async with served.http.post(f"{url}/park", headers=headers) as answer:
        assert (answer.status, "Hotline-Audit" in answer.headers) == (200, False)
    assert await _entries(served) == [("claimed", number), ("parked", number)]
    [owed] = (await served.store.audit(limit=1, what="claimed")).items
    assert owed["detail"]["done_at"]
    assert (await verify(served.store)).broken is None


async def test_an_entry_that_is_owed_is_written_as_soon_as_it_can_be(served: Served, store: Forgetful) -> None:
    audit = served.signing_in.register.audit
    paying = asyncio.create_task(audit.pay_when_owing())
    assert not await audit.write_done(Note("wang", "acknowledged", "a-1"))
    store.asked.clear()
    await store.asked.wait()  # it was tried again, in vain
    store.down = False
    async with asyncio.timeout(60):
        while await _entries(served) != [("acknowledged", "a-1")]:  # noqa: ASYNC110 - it is asked, and tells nobody
            await asyncio.sleep(0.01)
    paying.cancel()
    await asyncio.wait([paying])


async def test_who_is_gone_before_the_entries_are_written_costs_nobody_theirs(served: Served, store: Forgetful) -> None:
    audit = served.signing_in.register.audit
    store.down = False
    store.may_answer.clear()
    writing = [asyncio.create_task(audit.write(Note("wang", f"deed {number}"))) for number in range(4)]
    await store.asked.wait()
    store.asked.clear()
    writing[0].cancel()
    await store.asked.wait()  # the others are written by the next of them
    writing[1].cancel()
    store.may_answer.set()
    assert [type(one) for one in await asyncio.gather(*writing, return_exceptions=True)][2:] == [type(None)] * 2
    assert {"deed 2", "deed 3"} <= {what for what, _ in await _entries(served)}
    assert (await verify(served.store)).broken is None
