"""READ FIRST. The way of one event: it waits, is decided, committed with its batch, and only then acknowledged.

    submit()/note() → line → _turn(): Draft decides → _commit(): store.commit → answer · publish · outbox
                               ↑ the next deadline wakes it too                          │
                               └── DeliverySettled, by note() ←──── gateway.delivery ←───┘

One task decides, one batch after the other. A batch that is decided is handed to the store's process at once, also
while that commits the one before: so the next is read and decided on top of a state that is not on disk yet, its keys
are held against those on their way there, and nobody hears of it until it is on disk itself. The store commits in
order, and nothing on top of what failed.

A commit that fails promised nothing, nor did what was decided on top of it: who waits is told to come again, what is
kept stays in line in its order, and the state is read anew from the store. (Others see `state` as it is decided.)
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import NamedTuple
from uuid import uuid4

import structlog

from adapters.backoff import Backoff
from adapters.errors import Overloaded, StoreError
from adapters.ports import Admitted, Incoming, LiveState, Store
from gateway.clock import Clock
from gateway.drafting import Draft, Undecidable
from gateway.metrics import Metrics
from gateway.recovery import restore
from gateway.subscriptions import Subscription, Subscriptions
from gateway.waiting_line import FEW, Outcome, Waiting, WaitingLine
from rules.effects import Send
from rules.engine import State, next_deadline
from rules.events import ClockAnchored, DeadlinePassed, Event, EventUndecided, RulesTaken, settlements
from rules.moments import SECOND_US, rfc3339
from rules.settings import RuleSet

PAUSE_US = 10 * SECOND_US  # for deadlines, when the rules cannot even put aside the one that raises
UNDER_WAY_MAX = 2  # batches: while the store's process commits one, it has the next, and need not wait for us

LOST_MIN_US = 3600 * SECOND_US  # what a store put back from a copy has lost at least: the clock may be wrong too

Told = list[tuple[Waiting, list[Admitted]]]  # whom to tell what, once it is on disk

log = structlog.get_logger()


class UnderWay(NamedTuple):
    """A batch that is decided, and on its way to the disk."""

    commit: asyncio.Task[None]
    keys: set[bytes]


class Pipeline:
    """Implements adapters.ports.Intake. `ready` is "" when events are accepted, else why not, in words."""

    def __init__(
        self,
        store: Store,
        rules: RuleSet,
        clock: Clock,
        *,
        queue_max: int = 20_000,
        batch_max: int = 256,
        metrics: Metrics | None = None,
        anchor_us: int = 0,
    ) -> None:
        """`anchor_us`: how far `clock` is beyond the machine's monotonic one, to know at a start if it has moved."""
        self.rules = rules
        self.state = State(rules)  # only read by others
        self.ready = "starting: reading the store"
        self.outbox: asyncio.Queue[Send] = asyncio.Queue()  # committed sends, for delivery; again after a recovery
        self.metrics = metrics or Metrics()
        self.begun = asyncio.Event()  # the store was read once, and can be written
        self.lost_us = 0  # how much a store lost that was put back from a copy before this start
        self._store = store
        self._clock = clock
        self._anchor_us = anchor_us
        self._anchored = False  # the journal knows our clock
        self._ahead_us = 0  # our time beyond the clock's, where the journal's last entry is
        self._seq = 0
        self._at_us = 0
        self._deadlines_from_us = 0
        self._line = WaitingLine()
        self._under_way: deque[UnderWay] = deque()
        self._queue_max = queue_max
        self._batch_max = batch_max
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()  # nothing waits, or nothing can be committed
        self._subscriptions = Subscriptions()

    def now_us(self) -> int:
        """Our clock. It never goes back, not even when the machine restarts with a wrong time."""
        return self._clock() + self._ahead_us

    async def submit(self, events: Sequence[Incoming]) -> list[Admitted]:
        return await self.enter(events)

    def enter(self, events: Sequence[Incoming]) -> asyncio.Future[list[Admitted]]:
        """As `submit`, without a task that waits; what refuses is raised at once."""
        answer: asyncio.Future[list[Admitted]] = asyncio.get_running_loop().create_future()
        self.hear(events, partial(_settle, answer))
        return answer

    def hear(self, events: Sequence[Incoming], told: Callable[[Outcome], None]) -> None:
        """As `enter`, for many: `told` is called once, with what is committed or why nothing is promised."""
        if self.ready:
            raise StoreError(self.ready)
        self._take_in(events, told, kept=False)

    def keep(self, events: Sequence[Incoming]) -> asyncio.Future[list[Admitted]]:
        answer: asyncio.Future[list[Admitted]] = asyncio.get_running_loop().create_future()
        self._take_in(events, partial(_settle, answer), kept=True)
        return answer

    def _take_in(self, events: Sequence[Incoming], told: Callable[[Outcome], None], *, kept: bool) -> None:
        if self._line.events + len(events) > self._queue_max:
            self.metrics.overloads.inc()
            raise Overloaded(f"{self._line.events} events wait already")
        if events:
            self._wait_in_line(Waiting(events, told, kept))
        else:
            told([])

    async def has_decided(self, key: bytes) -> bool:
        """Whether `state` holds the event with this key, be it on disk or on its way there."""
        return self._is_under_way(key) or bool(await self._store.known([key]))

    def note(self, event: Event) -> None:
        """Enter an event of our own: kept in order, and retried until it is committed, once."""
        self._wait_in_line(Waiting([Incoming(event, self.now_us(), uuid4().bytes)], None, kept=True))

    async def flush(self) -> None:
        """Until nothing waits for its commit. Raises StoreError where none can be had now."""
        while self._line:
            if self.ready:
                raise StoreError(self.ready)
            self._idle.clear()
            await self._idle.wait()

    async def take_rules(self, rules: RuleSet) -> None:
        """From the next entry on `rules` hold; what is open keeps the plan it was opened with."""
        await self.submit([Incoming(RulesTaken(rules=rules), self.now_us())])
        self.rules = rules

    def subscribe(self) -> AbstractAsyncContextManager[Subscription]:
        """See every batch from now on, once it is committed."""
        return self._subscriptions.open()

    def _wait_in_line(self, waiting: Waiting) -> None:
        self._line.append(waiting)
        if self._enough_wait():
            self._wake.set()

    def _enough_wait(self) -> bool:
        """To be decided: anybody where nothing is being committed, or else a good few."""
        return self._line.undecided >= (FEW if self._under_way else 1)

    def _is_under_way(self, key: bytes) -> bool:
        return any(key in batch.keys for batch in self._under_way)

    async def run(self) -> None:
        """Recover, then work until cancelled. Only a bug ends it otherwise."""
        backoff = Backoff(first_s=0.1, longest_s=5.0)
        try:
            while True:
                try:
                    await self._recover()
                    backoff.reset()
                    self._set_ready("")
                    while True:
                        await self._something_to_do()
                        await self._turn()
                except StoreError as error:
                    with contextlib.suppress(StoreError):
                        await self._settled()  # a look-up failed: what is being committed may be well
                    self.metrics.store_failures.inc()
                    self._refuse(f"the store fails: {error}")
                    await asyncio.sleep(backoff.next_s())
        finally:
            for batch in self._under_way:
                batch.commit.cancel()
            await asyncio.gather(*(batch.commit for batch in self._under_way), return_exceptions=True)
            self._refuse("stopped")

    async def _recover(self) -> None:
        """Read the state from the store, and prove by a first commit that it can be written.

        What became due while we were away fires with that commit, and is late; but what was heard before, and is
        in line since, comes first.
        """
        live = await self._restore()
        if self._ahead_us > SECOND_US:
            log.warning("the journal is ahead of the clock; time runs on from it", ahead_s=self._ahead_us / SECOND_US)
        noted = [note.event for note in self._line.notes()]
        settled = {Send(one.alert, one.notifier) for event in noted for one in settlements(event)}
        for send in live.pending:
            if send not in settled:
                self.outbox.put_nowait(send)
        taking = any(isinstance(event, RulesTaken) for event in noted)
        if not taking and (live.rules is None or self.state.rules != self.rules):
            event = Incoming(RulesTaken(rules=self.rules), self._first_us())
            self._line.put_first(Waiting([event], None, kept=True))
        await self._turn(prove=DeadlinePassed(steps_max=1) if self._anchored else self._clock_anchored(live))
        await self._settled()
        self._anchored = True
        self.begun.set()

    def _clock_anchored(self, live: LiveState) -> ClockAnchored:
        """The first entry of a process: its clock was read anew, and may have been set meanwhile."""
        anchor_us = self._anchor_us + self._ahead_us
        moved_us = None if live.anchor_us is None else anchor_us - live.anchor_us
        self.lost_us = lost_us = max(self._clock() - live.at_us, LOST_MIN_US) if live.restored else 0
        if lost_us:
            log.warning(
                "the store was put back from a copy: what was recorded since is lost, ids and numbers go on beyond it",
                copy_of=rfc3339(live.at_us),
                lost_s=lost_us // SECOND_US,
            )
        return ClockAnchored(anchor_us=anchor_us, moved_us=moved_us, lost_us=lost_us)

    def _first_us(self) -> int:
        """When the first in line came; now if nobody waits."""
        first_us = self._line.first_us()
        return self.now_us() if first_us is None else first_us

    async def _restore(self) -> LiveState:
        """The state as last committed."""
        live = await self._store.load()
        self.state = restore(live, self.rules)
        self._seq, self._at_us = live.seq, live.at_us
        self._ahead_us = max(self._ahead_us, live.at_us - self._clock())  # or time would go back
        return live

    async def _something_to_do(self) -> None:
        """Wait for an event or the next deadline, whichever comes first, and for room to commit it."""
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            while self._under_way and self._under_way[0].commit.done():
                self._under_way.popleft().commit.result()
            room = len(self._under_way) < UNDER_WAY_MAX
            if room and self._enough_wait():
                return
            due_us = next_deadline(self.state)
            timer = None
            if room and due_us is not None:
                wait_us = max(due_us, self._deadlines_from_us) - self.now_us()
                if wait_us <= 0:  # asked again after every timer: uvloop's may fire a millisecond early
                    return
                timer = loop.call_later(wait_us / SECOND_US, self._wake.set)
            try:
                await self._wake.wait()
            finally:
                if timer is not None:
                    timer.cancel()

    async def _turn(self, *, prove: Event | None = None) -> None:
        """One batch: decide what waits and what is due, and begin to commit it.

        `prove`: the first entry, so that there is something to commit.
        """
        group = self._line.next_group(self._batch_max)
        keys = [event.key for waiting in group for event in waiting.events if event.key is not None]
        under_way = {key for batch in self._under_way for key in batch.keys.intersection(keys)}
        known = await self._store.known([key for key in keys if key not in under_way])
        draft, answers = await self._decide(group, known | under_way, prove=prove)
        told = list(zip(group, answers, strict=False))
        self._line.decided([waiting for waiting, _ in told])
        self._seq, self._at_us = draft.seq, draft.at_us
        if draft.batch.journal:
            before = self._under_way[-1].commit if self._under_way else None
            commit = self._commit(draft, told, self._store.commit(draft.batch), before)
            self._under_way.append(UnderWay(asyncio.create_task(commit), draft.keys))
            await asyncio.sleep(0)  # it begins: a task that is stopped before would leave what it was given unawaited
        else:  # all of it was known, if only since the batch before
            await self._settled()
            self._tell(draft, told)

    async def _settled(self) -> None:
        """Until nothing is under way. Raises what a commit raised: all that was decided since is void."""
        outcomes = await asyncio.gather(*(batch.commit for batch in self._under_way), return_exceptions=True)
        self._under_way.clear()
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def _commit(
        self, draft: Draft, told: Told, committed: Awaitable[None], before: asyncio.Task[None] | None
    ) -> None:
        """Wait for the disk, and then tell everybody; in the order of the line, so nobody where `before` fails."""
        began_us = self._clock()
        try:
            await committed
            if before is not None:
                await before
        finally:
            self._wake.set()
        self._tell(draft, told)
        self.metrics.committed(draft, self.state, waiting=self._line.events, took_us=self._clock() - began_us)
        self._subscriptions.publish(draft.batch)
        for send in draft.batch.sends:
            self.outbox.put_nowait(send)

    def _tell(self, draft: Draft, told: Told) -> None:
        """What is on disk: those who brought it hear of it."""
        self.metrics.duplicates.inc(draft.duplicates)
        self._line.committed([waiting for waiting, _ in told])
        for waiting, answer in told:
            if waiting.told is not None:
                waiting.told(answer)
        if not self._line:
            self._idle.set()

    async def _decide(
        self, group: list[Waiting], known: set[bytes], *, prove: Event | None
    ) -> tuple[Draft, list[list[Admitted]]]:
        """A draft of `group` and of what is due. What makes a rule raise is found, and left undecided."""
        now_us = self.now_us()
        # What waits beyond the group came before now: deadlines up to now may not overtake it.
        until_us = now_us if self._line.ends_with(group) else None
        undecidable: dict[int, str] = {}
        careful = False
        while True:
            draft = Draft(
                self.state,
                seq=self._seq,
                at_us=self._at_us,
                known=known,
                undecidable=undecidable,
                careful=careful,
                deadlines_from_us=self._deadlines_from_us,
            )
            try:
                if prove is not None:
                    draft.enter(prove, self._first_us())
                answers = draft.take_all([waiting.events for waiting in group], until_us)
            except Undecidable as found:
                event = found.entry.event
                log.exception("a rule raised", seq=found.entry.seq, event_kind=type(event).__name__)
                if isinstance(event, DeadlinePassed) and not careful:
                    careful = True  # once more, one deadline an entry: which one is it?
                elif isinstance(event, EventUndecided) and event.deadline:
                    self._deadlines_from_us = now_us + PAUSE_US
                    undecidable.clear()
                else:
                    undecidable[found.entry.seq] = repr(found.__cause__)
                await self._settled()  # or it were read without what is under way
                await self._restore()
            else:
                return draft, answers

    def _set_ready(self, ready: str) -> None:
        if ready != self.ready:
            self.ready = ready
            self.metrics.ready.set(not ready)
            log.info("pipeline", ready=ready or "yes")

    def _refuse(self, reason: str) -> None:
        """Whoever waits is told to come again; what is kept stays."""
        self._set_ready(reason)
        for waiting in self._line.come_again():
            if waiting.told is not None:
                waiting.told(StoreError(reason))
        self._idle.set()


def _settle(answer: asyncio.Future[list[Admitted]], outcome: Outcome) -> None:
    if answer.done():  # who waited has gone away
        return
    if isinstance(outcome, StoreError):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
