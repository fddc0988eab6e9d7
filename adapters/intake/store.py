"""The intake store as the pipeline and the web see it: `ports.Store` over a process that writes and a few readers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar, Unpack, cast

from sqlalchemy.exc import DBAPIError

from adapters.errors import StoreError
from adapters.intake import access_reads, rows
from adapters.intake.changes import commit_of
from adapters.intake.heard_keys import KEY_BYTES, HeardKeys
from adapters.intake.reads import Database, Reader
from adapters.intake.schema import REVISION
from adapters.intake.statements import compile_for
from adapters.intake.writer_process import Unsure, WriterProcess
from adapters.intake_writer.messages import Change, Commit, Known, Open, WasCommitted
from adapters.ports import AuditRow, Batch, IncidentsAsked, LiveState, Page
from adapters.summed import Figures, Place
from rules.events import Entry

_READERS = 2  # a slow question must not keep the next one waiting
_BREATH_S = 0.005  # between two looks into the journal: whoever rings meanwhile comes first
_AGAIN_S = 10.0  # where it could not be read

T = TypeVar("T")


class IntakeStore:
    """Everything that changes goes to the writer's process, in the order it was asked; reading runs beside it.

    Keys that are surely new are not looked up: of the others, too, the writer tells, after all that was sent before.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.writer = WriterProcess()
        self._open = Open(database.place, compile_for(database.dialect))
        self._reader = Reader(database)
        self._reading = ThreadPoolExecutor(_READERS, thread_name_prefix="store-reader")
        self.heard = HeardKeys()
        self._learning: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._closed = False
        self._place = ""

    async def open(self) -> None:
        async with self._opening:
            self._refuse_closed()
            if self.writer.pid is None:
                await self._stop_learning()
                self.heard = HeardKeys()  # nobody owned the store for a while
                await self.writer.start()
            found = await self.writer.ask(self._open)
            if found != REVISION:
                await self._read(self._migrate, found)  # the writer owns the store, and is silent meanwhile

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._stop_learning()
        # Readers first: the last connection to leave a SQLite file checkpoints it, and only the writer may.
        await asyncio.get_running_loop().run_in_executor(None, self._reading.shutdown)
        self._reader.close()
        await self.writer.close()

    async def load(self) -> LiveState:
        if self.writer.pid is None:
            await self.open()
        live = await self._read(self._reader.load)
        self._place = live.place
        return live

    async def known(self, keys: Sequence[bytes]) -> set[bytes]:
        maybe = self.heard.maybe(keys)
        if not maybe:
            return set()
        self._refuse_closed()
        return set(await self.writer.ask(Known(maybe)))

    def commit(self, batch: Batch) -> Awaitable[None]:
        self._refuse_closed()
        self.heard.add([row.key for row in batch.journal if row.key is not None])
        if self._learning is None or (self._learning.done() and self.heard.outgrown):
            self._learning = asyncio.create_task(self._learn())
        return self._committed(self.writer.ask(commit_of(batch, self._place)), batch.journal[-1].entry)

    async def _committed(self, asked: Awaitable[None], last: Entry) -> None:
        try:
            await asked
        except Unsure:
            if not await self._in_journal(last):
                raise

    async def incidents(self, *, limit: int, cursor: str | None = None, **asked: Unpack[IncidentsAsked]) -> Page:
        return await self._read(self._reader.incidents, limit, cursor, asked)

    async def obligations(self, *, state: str | None, limit: int, cursor: str | None = None) -> Page:
        return await self._read(self._reader.obligations, state, limit, cursor)

    async def alerts(
        self, *, state: str | None, limit: int, cursor: str | None = None, tied_to: str | None = None
    ) -> Page:
        return await self._read(self._reader.alerts, state, limit, cursor, tied_to)

    async def timeline(self, number: str) -> list[dict[str, Any]]:
        return await self._read(self._reader.timeline, number)

    async def tellings(self, number: str) -> list[dict[str, Any]]:
        return await self._read(self._reader.tellings, number)

    async def figures(self, *, since_us: int, until_us: int) -> Figures:
        return await self._read(self._reader.figures, since_us, until_us)

    async def places(self, numbers: Sequence[str]) -> dict[str, Place]:
        return await self._read(self._reader.places, list(numbers))

    async def place_of_recording(self, recording: str, started_us: int) -> Place | None:
        return await self._read(self._reader.place_of_recording, recording, started_us)

    async def listed(self, kind: str, *, limit: int, before: int | None = None) -> list[dict[str, Any]]:
        return await self._read(self._reader.listed, kind, limit, before)

    async def unparsed(self, *, limit: int, cursor: str | None = None) -> Page:
        return await self._read(self._reader.unparsed, limit, cursor)

    async def journal(self, *, after_seq: int, limit: int, until_us: int | None = None) -> list[Entry]:
        return await self._read(self._reader.journal, after_seq, limit, until_us)

    async def access(self) -> dict[str, str]:
        return await self._read(access_reads.kept, self._reader)

    async def keep_access(self, kept: Mapping[str, str], dropped: Sequence[str], audit: Sequence[AuditRow]) -> None:
        self._refuse_closed()
        changes: list[Change] = [
            ("access", list(kept.items())),
            ("drop_access", [(key,) for key in dropped]),
            ("audit", list(audit)),
        ]
        await self.writer.ask(Commit([change for change in changes if change[1]]))

    async def audit(
        self,
        *,
        limit: int,
        cursor: str | None = None,
        since_us: int | None = None,
        who: str | None = None,
        what: str | None = None,
        target: str | None = None,
    ) -> Page:
        find = partial(access_reads.audit_page, since_us=since_us, who=who, what=what, target=target)
        return await self._read(find, self._reader, limit, cursor)

    async def audit_rows(self, *, after_seq: int, limit: int) -> list[AuditRow]:
        return await self._read(access_reads.audit_rows, self._reader, after_seq, limit)

    async def last_audit_row(self) -> AuditRow | None:
        return await self._read(access_reads.last_audit_row, self._reader)

    async def _in_journal(self, last: Entry) -> bool:
        """Whether a commit that failed, or whose answer was lost, is there all the same: its last entry tells."""
        await self.open()
        return bool(await self.writer.ask(WasCommitted(last.seq, last.at_us, rows.event_json(last.event))))

    async def _learn(self) -> None:
        """All keys of the journal, a few at a time."""
        while True:
            try:
                self.heard = heard = HeardKeys(await self._read(self._reader.last_seq))
                await self.writer.ask(Known([]))  # what was sent before, and is not in `heard`, can be read now
                after = b""
                while keys := await self._read(self._reader.keys, after):
                    heard.add_packed(keys)
                    after = max(keys[place : place + KEY_BYTES] for place in range(0, len(keys), KEY_BYTES))
                    await asyncio.sleep(_BREATH_S)
            except StoreError:
                await asyncio.sleep(_AGAIN_S)
            else:
                heard.whole = True
                return

    async def _stop_learning(self) -> None:
        if self._learning is not None:
            self._learning.cancel()
            await asyncio.gather(self._learning, return_exceptions=True)
            self._learning = None

    def _migrate(self, found: str | None) -> None:
        from adapters.intake import migrations  # noqa: PLC0415 - Alembic costs a start 0.1 s: only if used

        try:
            migrations.upgrade(self._database.engine(), found)
        except DBAPIError as error:
            raise StoreError(self._database.explain(cast(Exception, error.orig))) from error

    async def _read(self, work: Callable[..., T], *args: Any) -> T:
        self._refuse_closed()
        return await asyncio.get_running_loop().run_in_executor(self._reading, work, *args)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise StoreError("the store is closed")
