"""The audit: who saw or changed what, when, from where. Each entry's hash covers the entry and the hash before it.

An entry is on disk before what it tells of is answered; where it cannot be written and the deed is done already, it is
owed, and nothing more is done before it is written. What is said in a deed stands in the journal alone.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, NoReturn

import msgspec
import structlog

from adapters.backoff import Backoff
from adapters.errors import StoreError
from adapters.ports import AccessStore, AuditRow
from rules.moments import rfc3339

GENESIS: Final = bytes(32)
_ROWS_AT_ONCE: Final = 1_000
_DETAIL_CHARS_MAX: Final = 4_000

log = structlog.get_logger()


class Note(NamedTuple):
    """What happened, before it has a place in the chain."""

    who: str
    what: str
    target: str = ""
    address: str = ""
    detail: Mapping[str, Any] = {}


class Broken(NamedTuple):
    """The chain does not hold from this entry on."""

    seq: int
    why: str


class Verified(NamedTuple):
    """The chain's end; `broken`: None where all of it holds."""

    entries: int
    seq: int
    hash: bytes
    broken: Broken | None = None


class _Waiting:
    def __init__(self, notes: Sequence[Note], kept: Mapping[str, str], dropped: Sequence[str]) -> None:
        self.notes = notes
        self.kept = kept
        self.dropped = dropped
        self.failed: StoreError | None = None
        self.written = False


class Audit:
    """Appends in order, many at once where many wait; changes of accounts go into the same transaction."""

    def __init__(self, store: AccessStore, now_us: Callable[[], int]) -> None:
        self._store = store
        self._now_us = now_us
        self._last: tuple[int, bytes] | None = None  # None: to be read from the store
        self._waiting: list[_Waiting] = []
        self._owed: list[Note] = []  # of what was done and could not be told
        self._owing = asyncio.Event()
        self._lock = asyncio.Lock()

    async def write(self, *notes: Note, kept: Mapping[str, str] | None = None, dropped: Sequence[str] = ()) -> None:
        """On disk on return; or StoreError, and nothing of it is."""
        mine = _Waiting(notes, kept or {}, dropped)
        self._waiting.append(mine)
        async with self._lock:
            if not mine.written and mine.failed is None:
                await self._write_all(mine)
        if mine.failed is not None:
            raise mine.failed

    async def write_done(self, note: Note) -> bool:
        """Of what is done already: it is on disk, or owed (False). "Come again" would have it done twice."""
        try:
            await self.write(note)
        except StoreError as error:
            log.exception("audit_owed", by=note.who, what=note.what, target=note.target, reason=str(error))
            done = {"done_at": rfc3339(self._now_us())}
            self._owed.append(note._replace(detail={**note.detail, **done}))
            self._owing.set()
            return False
        return True

    async def pay(self) -> None:
        """Nothing is owed on return; or StoreError, and nothing more may be done that would be owed too."""
        if self._owed:
            await self.write()

    async def pay_when_owing(self) -> NoReturn:
        backoff = Backoff(first_s=0.2, longest_s=5.0)
        while True:
            await self._owing.wait()
            try:
                await self.pay()
            except StoreError:
                await asyncio.sleep(backoff.next_s())
            else:
                self._owing.clear()
                backoff.reset()

    async def _write_all(self, mine: _Waiting) -> None:
        together, self._waiting = self._waiting, []
        owed = len(self._owed)
        try:
            last = self._last or await self._read_last()
            self._last = None  # whatever ends this early: what is there, the store knows
            notes = [*self._owed[:owed], *(note for one in together for note in one.notes)]
            rows = chained(*last, self._now_us(), notes)
            kept = {key: body for one in together for key, body in one.kept.items()}
            await self._store.keep_access(kept, [key for one in together for key in one.dropped], rows)
            self._last = (rows[-1].seq, rows[-1].hash) if rows else last
            del self._owed[:owed]
            for one in together:
                one.written = True
        except StoreError as error:
            for one in together:
                one.failed = error
        finally:  # who is cancelled here, or brought what nobody can write, wrote for others too: they do it themselves
            others = (one for one in together if one is not mine)
            self._waiting[:0] = [one for one in others if not one.written and one.failed is None]

    async def _read_last(self) -> tuple[int, bytes]:
        row = await self._store.last_audit_row()
        return (0, GENESIS) if row is None else (row.seq, row.hash)


def chained(seq: int, before: bytes, at_us: int, notes: Sequence[Note]) -> list[AuditRow]:
    """The notes as the entries that follow entry `seq`, whose hash is `before`."""
    rows = []
    for note in notes:
        seq += 1
        detail = msgspec.json.encode(note.detail).decode()
        if len(detail) > _DETAIL_CHARS_MAX:
            detail = msgspec.json.encode({"cut": detail[:_DETAIL_CHARS_MAX]}).decode()
        who, what, target, address = (clean(text) for text in note[:4])
        row = AuditRow(seq, at_us, who, what, target, address, clean(detail), b"")
        before = hash_of(row, before)
        rows.append(row._replace(hash=before))
    return rows


def clean(text: str) -> str:
    """As every database keeps it: what is no text, or has an end in its middle, would be kept changed."""
    return text.encode("utf-8", "replace").decode().replace("\0", "�")


def hash_of(row: AuditRow, before: bytes) -> bytes:
    return hashlib.sha256(before + msgspec.json.encode(row[:-1])).digest()


async def rows_of(store: AccessStore) -> AsyncIterator[AuditRow]:
    """The whole audit, oldest first."""
    after_seq = 0
    while rows := await store.audit_rows(after_seq=after_seq, limit=_ROWS_AT_ONCE):
        for row in rows:
            yield row
        after_seq = rows[-1].seq


async def verify(store: AccessStore, noted: tuple[int, bytes] | None = None) -> Verified:
    """Whether each entry is as it was written, none is missing, and one that was noted elsewhere is still there."""
    seq, before, found_noted = 0, GENESIS, noted is None
    async for row in rows_of(store):
        if row.seq != seq + 1:
            return Verified(seq, seq, before, Broken(seq + 1, f"entry {seq + 1} is missing"))
        if row.hash != hash_of(row, before):
            return Verified(seq, seq, before, Broken(row.seq, f"entry {row.seq} was changed, or one before it"))
        seq, before = row.seq, row.hash
        found_noted |= noted == (seq, before)
    if not found_noted and noted is not None:
        return Verified(seq, seq, before, Broken(noted[0], f"entry {noted[0]} is not the one that was noted"))
    return Verified(seq, seq, before)
