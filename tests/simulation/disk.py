"""A simulated disk under the Store port: encoded rows that outlive crashes, and every way in which it can fail."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import msgspec

from adapters.errors import StoreError
from adapters.ports import Batch, JournalRow, LiveState, Page
from rules.channels import Channel, UnitStatus
from rules.effects import Alert, Send
from rules.events import ClockAnchored, Entry, Event, Pulsed, RulesTaken, ViewKept, settlements
from rules.events.staff import ViewName
from rules.incidents import Incident, SourceStatus
from rules.obligations import Obligation
from rules.people import DutyChange
from rules.quiet import Quiet

DiskFault = Literal["", "full", "answer_lost", "slow", "unreadable"]
Things = dict[Any, Any]  # as they were committed: nobody changes them
COMMIT_S, SLOW_COMMIT_S = 0.001, 2.0
_encode = msgspec.json.encode


class Disk:
    """What is durable. A batch is kept whole or not at all: a torn one is cut off when the store is opened again."""

    def __init__(self) -> None:
        self.rows: list[JournalRow] = []
        self.pending: dict[Send, None] = {}
        self.sent: list[tuple[int, Send]] = []  # with the seq of the last entry of its batch
        self.incidents: Things = {}
        self.alerts: Things = {}
        self.sources: Things = {}
        self.channels: Things = {}
        self.units: Things = {}
        self.quiet: Things = {}
        self.last_id = 0
        self.last_number = ""
        self.duty: tuple[DutyChange, ...] = ()
        self.rules: bytes | None = None
        self.anchor_us: int | None = None
        self.views: dict[str, dict[ViewName, str]] = {}
        self.pulses = 0
        self.restored = False  # put back from a copy, and nothing committed since
        self.keys: dict[bytes, int] = {}
        # What the record keeps for ever, also of things that left the live tables; as last written.
        self.all_incidents: dict[int, Incident] = {}
        self.all_obligations: dict[int, Obligation] = {}
        self.all_alerts: dict[str, Alert] = {}

    def keep(self, batch: Batch) -> None:
        self.restored = False
        for row in batch.journal:
            self._keep_row(row)
        for table, things in (
            (self.incidents, batch.incidents),
            (self.alerts, batch.alerts),
            (self.sources, batch.sources),
            (self.channels, batch.channels),
            (self.units, batch.units),
            (self.quiet, batch.quiet),
        ):
            table.update(things)
        for table, gone in (
            (self.incidents, batch.forgotten),
            (self.alerts, batch.settled),
            (self.channels, batch.channels_gone),
            (self.units, batch.units_gone),
            (self.quiet, batch.quiet_gone),
        ):
            for key in gone:
                table.pop(key, None)
        self.sent += [(self.rows[-1].entry.seq, send) for send in batch.sends]
        settled = {send for row in batch.journal for send in _settled(row.entry.event)}
        self.pending.update((send, None) for send in batch.sends if send not in settled)
        self.last_id = batch.last_id
        self.last_number = batch.last_number
        self.duty = self.duty if batch.duty is None else batch.duty
        self.all_incidents |= batch.incidents
        self.all_obligations |= batch.obligations
        self.all_alerts |= batch.alerts

    def _keep_row(self, row: JournalRow) -> None:
        before = self.rows[-1].entry if self.rows else None
        assert row.entry.seq == (before.seq + 1 if before else 1), "the journal has a gap"
        assert before is None or row.entry.at_us >= before.at_us, "the journal's time went back"
        event = row.entry.event
        if row.key is not None:
            assert row.key not in self.keys, "one key stands in the journal twice"
            self.keys[row.key] = row.entry.seq
        for send in _settled(event):
            self.pending.pop(send, None)
        if isinstance(event, RulesTaken):
            self.rules = _encode(event)
        elif isinstance(event, ClockAnchored):
            self.anchor_us = event.anchor_us
        elif isinstance(event, ViewKept) and not row.error:
            self.views[event.by] = self.views.get(event.by, {}) | event.view
        elif isinstance(event, Pulsed):
            self.pulses += 1
        self.rows.append(row)

    def entries(self) -> list[Entry]:
        """The journal as it reads now."""
        return [row.entry for row in self.rows]

    def back_up(self) -> bytes | None:
        """The product's own copy of the file beneath; None: there is no file."""
        return None

    def take_instead(self, copy: bytes) -> None:
        """The copy lies in the file's place from now on."""
        raise NotImplementedError

    def live(self) -> LiveState:
        last = self.rows[-1].entry if self.rows else None
        return LiveState(
            seq=last.seq if last else 0,
            at_us=last.at_us if last else 0,
            last_id=self.last_id,
            incidents=_read(self.incidents, Incident),
            alerts=_read(self.alerts, Alert),
            sources=_read(self.sources, SourceStatus),
            pending=list(self.pending),
            rules=self.rules,
            last_number=self.last_number,
            channels=sorted(_read(self.channels, Channel), key=lambda c: c.id),
            units=sorted(_read(self.units, UnitStatus), key=lambda u: u.id),
            anchor_us=self.anchor_us,
            restored=self.restored,
            views=dict(self.views),
            duty=self.duty,
            quiet=_read(dict(sorted(self.quiet.items())), Quiet),
        )


class DiskState:
    """What is wrong with the disk now; set by the world."""

    def __init__(self) -> None:
        self.fault: DiskFault = ""
        self.dies: Literal["", "before", "after"] = ""  # the machine, inside its next commit
        self.died = asyncio.Event()

    @property
    def commit_s(self) -> float:
        return SLOW_COMMIT_S if self.fault == "slow" else COMMIT_S


class SimStore:
    """One opening of the disk, by one process. Implements Store."""

    def __init__(self, disk: Disk, state: DiskState, busy: Callable[[bool], None]) -> None:
        """`busy(True)` is called as a commit begins, `busy(False)` when one is done."""
        self.disk = disk
        self.dead = False  # the process is
        self._under_way = 0
        self._turn = asyncio.Lock()
        self._state = state
        self._busy = busy

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def load(self) -> LiveState:
        self._check()
        return self.disk.live()

    async def known(self, keys: Sequence[bytes]) -> set[bytes]:
        self._check()
        return set(keys) & self.disk.keys.keys()

    def commit(self, batch: Batch) -> Awaitable[None]:
        self._check()
        self._busy(True)
        self._under_way += 1
        return self._counted(as_it_is(batch))

    async def _counted(self, batch: Batch) -> None:
        """One after the other, as the writer does; the next one may be on its way before this one is done."""
        try:
            async with self._turn:
                await self._commit(batch)
        finally:
            self._under_way -= 1
        if not self._under_way:
            self._busy(False)

    async def _commit(self, batch: Batch) -> None:
        if self._state.dies == "before":
            await self._die()
        await asyncio.sleep(self._state.commit_s)
        self._check()
        if self._state.fault == "full":
            raise StoreError("no space left on device")
        if batch.journal[0].entry.seq != len(self.disk.rows) + 1:
            raise StoreError("the batch before it is not on the disk")
        self.disk.keep(batch)
        if self._state.dies == "after":
            await self._die()
        if self._state.fault == "answer_lost":
            raise StoreError("the connection broke")

    def _check(self) -> None:
        if self.dead:
            raise StoreError("this process is dead")
        if self._state.fault == "unreadable":
            self._busy(True)
            raise StoreError("the disk cannot be read")

    async def _die(self) -> None:
        self._state.died.set()
        await asyncio.Event().wait()

    async def journal(self, *, after_seq: int, limit: int, until_us: int | None = None) -> list[Entry]:
        entries = [row.entry for row in self.disk.rows[after_seq : after_seq + limit]]
        return [entry for entry in entries if until_us is None or entry.at_us <= until_us]

    async def incidents(self, **_: Any) -> Page:
        raise NotImplementedError

    async def obligations(self, **_: Any) -> Page:
        raise NotImplementedError

    async def alerts(self, **_: Any) -> Page:
        raise NotImplementedError

    async def timeline(self, number: str) -> list[dict[str, Any]]:
        raise NotImplementedError

    async def unparsed(self, **_: Any) -> Page:
        raise NotImplementedError


def _settled(event: Event) -> list[Send]:
    return [Send(one.alert, one.notifier) for one in settlements(event)]


def _read(things: Things, kind: Any) -> list[Any]:
    """As a process finds them that begins: nothing of the one before it."""
    return list(_copies(things, kind).values())


def as_it_is(batch: Batch) -> Batch:
    """The live things in it change in place while it is on its way to the disk."""
    return msgspec.structs.replace(
        batch,
        incidents=_copies(batch.incidents, Incident),
        obligations=_copies(batch.obligations, Obligation),
        alerts=_copies(batch.alerts, Alert),
        sources=_copies(batch.sources, SourceStatus),
        channels=_copies(batch.channels, Channel),
        units=_copies(batch.units, UnitStatus),
        quiet=_copies(batch.quiet, Quiet),
    )


def _copies(things: dict[Any, Any], kind: Any) -> dict[Any, Any]:
    if not things:
        return things
    return {key: msgspec.json.decode(_encode(thing), type=kind) for key, thing in things.items()}
