"""READ FIRST. The way of one event: it waits, is decided, committed with its batch, and only then acknowledged.

One task does it all, one batch at a time:

    submit()/note() → _waiting → _turn(): Draft decides → store.commit → answer · publish · outbox
                                   ↑ the next deadline wakes it too                          │
                                   └── DeliverySettled, by note() ←──── gateway.delivery ←───┘

While the store's process commits, the next batch gathers: batches form by themselves. A commit that fails
promised nothing: who waits is told to come again, our own notes stay, and the state is read anew from the store.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
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
from rules.effects import Send
from rules.engine import State, next_deadline
from rules.events import ClockAnchored, DeadlinePassed, DeliverySettled, Event, EventUndecided, RulesTaken
from rules.moments import SECOND_US
from rules.settings import RuleSet

_FEW = 32  # events: a commit of fewer costs each of them more
PAUSE_US = 10 * SECOND_US  # for deadlines, when the rules cannot even put aside the one that raises

log = structlog.get_logger()


class Waiting(NamedTuple):
    """What was brought at once; `answer` is None for a note of our own. `kept`: in line until it is committed."""

    events: Sequence[Incoming]
    answer: asyncio.Future[list[Admitted]] | None
    kept: bool = False


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
        self._store = store
        self._clock = clock
        self._anchor_us = anchor_us
        self._anchored = False  # the journal knows our clock
        self._ahead_us = 0  # our time beyond the clock's, where the journal's last entry is
        self._seq = 0
        self._at_us = 0
        self._deadlines_from_us = 0
        self._waiting: deque[Waiting] = deque()
        self._waiting_events = 0
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
        if self.ready:
            raise StoreError(self.ready)
        return self._take_in(events, kept=False)

    def keep(self, events: Sequence[Incoming]) -> asyncio.Future[list[Admitted]]:
        return self._take_in(events, kept=True)

    def _take_in(self, events: Sequence[Incoming], *, kept: bool) -> asyncio.Future[list[Admitted]]:
        if self._waiting_events + len(events) > self._queue_max:
            self.metrics.overloads.inc()
            raise Overloaded(f"{self._waiting_events} events wait already")
        answer: asyncio.Future[list[Admitted]] = asyncio.get_running_loop().create_future()
        if events:
            self._wait_in_line(Waiting(events, answer, kept))
        else:
            answer.set_result([])
        return answer

    def note(self, event: Event) -> None:
        """Enter an event of our own: kept in order, and retried until it is committed, once."""
        self._wait_in_line(Waiting([Incoming(event, self.now_us(), uuid4().bytes)], None, kept=True))

    async def flush(self) -> None:
        """Until nothing waits for its commit. Raises StoreError where none can be had now."""
        while self._waiting:
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
        self._waiting.append(waiting)
        self._waiting_events += len(waiting.events)
        self._wake.set()

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
                    self.metrics.store_failures.inc()
                    self._refuse(f"the store fails: {error}")
                    await asyncio.sleep(backoff.next_s())
        finally:
            self._refuse("stopped")

    async def _recover(self) -> None:
        """Read the state from the store, and prove by a first commit that it can be written.

        What became due while we were away fires with that commit, and is late; but what was heard before, and is
        in line since, comes first.
        """
        live = await self._restore()
        if self._ahead_us > SECOND_US:
            log.warning("the journal is ahead of the clock; time runs on from it", ahead_s=self._ahead_us / SECOND_US)
        noted = [waiting.events[0].event for waiting in self._waiting if waiting.answer is None]
        settled = {Send(event.alert, event.notifier) for event in noted if isinstance(event, DeliverySettled)}
        for send in live.pending:
            if send not in settled:
                self.outbox.put_nowait(send)
        taking = any(isinstance(event, RulesTaken) for event in noted)
        if not taking and (live.rules is None or self.state.rules != self.rules):
            event = Incoming(RulesTaken(rules=self.rules), self._first_us())
            self._waiting.appendleft(Waiting([event], None, kept=True))
            self._waiting_events += 1
        await self._turn(prove=DeadlinePassed(steps_max=1) if self._anchored else self._clock_anchored(live))
        self._anchored = True

    def _clock_anchored(self, live: LiveState) -> ClockAnchored:
        """The first entry of a process: its clock was read anew, and may have been set meanwhile."""
        anchor_us = self._anchor_us + self._ahead_us
        return ClockAnchored(
            anchor_us=anchor_us, moved_us=None if live.anchor_us is None else anchor_us - live.anchor_us
        )

    def _first_us(self) -> int:
        """When the first in line came; now if nobody waits."""
        return self._waiting[0].events[0].at_us if self._waiting else self.now_us()

    async def _restore(self) -> LiveState:
        """The state as last committed."""
        live = await self._store.load()
        self.state = restore(live, self.rules)
        self._seq, self._at_us = live.seq, live.at_us
        self._ahead_us = max(self._ahead_us, live.at_us - self._clock())  # or time would go back
        return live

    async def _something_to_do(self) -> None:
        """Wait for an event or the next deadline, whichever comes first."""
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            if self._waiting:
                return
            due_us = next_deadline(self.state)
            timer = None
            if due_us is not None:
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
        """One batch: decide what waits and what is due, commit it, then tell everybody.

        `prove`: the first entry, so that there is something to commit.
        """
        group = self._next_group()
        keys = [event.key for waiting in group for event in waiting.events if event.key is not None]
        known = await self._store.known(keys) if keys else set()
        draft, answers = await self._decide(group, known, prove=prove)
        if draft.batch.journal:
            began_us = self._clock()
            await self._store.commit(draft.batch)
            self._seq, self._at_us = draft.seq, draft.at_us
            self._publish(draft, took_us=self._clock() - began_us, answered=group[: len(answers)])
        self.metrics.duplicates.inc(draft.duplicates)
        for answered in answers:
            waiting = self._waiting.popleft()
            self._waiting_events -= len(waiting.events)
            if waiting.answer is not None and not waiting.answer.done():  # done: who waited has gone away
                waiting.answer.set_result(answered)
        if not self._waiting:
            self._idle.set()

    def _publish(self, draft: Draft, *, took_us: int, answered: list[Waiting]) -> None:
        waiting = self._waiting_events - sum(len(one.events) for one in answered)
        self.metrics.committed(draft, self.state, waiting=waiting, took_us=took_us)
        self._subscriptions.publish(draft.batch)
        for send in draft.batch.sends:
            self.outbox.put_nowait(send)

    def _next_group(self) -> list[Waiting]:
        """The head of the line: a few, or the half of many, up to `batch_max` events.

        While one half is committed, the other is read and answered. They stay in line until they are committed.
        """
        enough = min(self._batch_max, max(_FEW, self._waiting_events // 2))
        group = []
        events = 0
        for waiting in self._waiting:
            group.append(waiting)
            events += len(waiting.events)
            if events >= enough:
                break
        return group

    async def _decide(
        self, group: list[Waiting], known: set[bytes], *, prove: Event | None
    ) -> tuple[Draft, list[list[Admitted]]]:
        """A draft of `group` and of what is due. What makes a rule raise is found, and left undecided."""
        now_us = self.now_us()
        # What waits beyond the group came before now: deadlines up to now may not overtake it.
        until_us = now_us if len(group) == len(self._waiting) else None
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
        refused = [waiting.answer for waiting in self._waiting if not waiting.kept]
        self._waiting = deque(waiting for waiting in self._waiting if waiting.kept)
        self._waiting_events = sum(len(waiting.events) for waiting in self._waiting)
        for answer in refused:
            if answer is not None and not answer.done():
                answer.set_exception(StoreError(reason))
        self._idle.set()
