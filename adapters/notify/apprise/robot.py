"""One URL of the file: what waits for it, its rate, its breaker, its threads.

Nothing here sleeps. An alert that cannot go now is remembered and comes again when delivery tries it again; whoever
finds that something may go takes the most urgent along, or, of many, all of them as one digest.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from adapters.notify.apprise.breaker import Breaker
from adapters.notify.apprise.library import Facts
from adapters.notify.apprise.limits import Bucket, limits_of
from adapters.notify.apprise.lines import Line
from adapters.notify.apprise.threads import Threads
from adapters.notify.apprise.words import AlertDocument, Room, Wording, Words, urgency
from adapters.ports import Delivered, Delivery, DeliveryReason, Rejected, Retry

THREADS = 4
TRY_S = 25.0  # delivery gives one try 30 s
WAITING_MAX = 10_000
SOON_S = 1.0

Post = Callable[[str, Words], Delivery]


class Ident(NamedTuple):
    """One alert for one receiver."""

    key: str
    address: str  # "" where the URL is nobody's own


class Robot:
    def __init__(
        self,
        line: Line,
        facts: Facts,
        wording: Wording,
        *,
        per_minute: int | None,
        digest_after: int,
        chars_max: int | None,
        post: Post,
        clock: Callable[[], float],
        settled: Callable[["Robot"], None],
    ) -> None:
        """`settled`: something that waited is done, or the state has changed."""
        self.line = line
        self.reason: DeliveryReason = ""  # why the last try failed
        self.breaker = Breaker()
        self.try_s = TRY_S
        self.waiting_max = WAITING_MAX
        self._schema = facts.schema
        limits = limits_of(facts.schema, per_minute)
        self._bucket = Bucket(limits)
        self._room = Room(min(chars_max or facts.chars_max, facts.chars_max), limits.bytes_max)
        self._wording = wording
        self._digest_after = digest_after
        self._post = post
        self._clock = clock
        self._settled = settled
        self._threads = Threads(THREADS)
        self._waiting: dict[str, OrderedDict[str, AlertDocument]] = {}  # by address, then by key
        self._ahead: dict[str, OrderedDict[str, AlertDocument]] = {}  # not their turn yet: they go in digests only
        self._under_way: set[Ident] = set()
        self._done: OrderedDict[Ident, Delivered | Rejected] = OrderedDict()

    @property
    def name(self) -> str:
        """For people; the URL is never shown."""
        return f"line {self.line.number} ({self._schema})"

    @property
    def refuses(self) -> bool:
        """A wrong token, as a rule. Not where each message has an address of its own, which may be the wrong one."""
        return self.reason == "refused" and not self.line.personal

    def next_try_s(self) -> float:
        return self.breaker.wait_s(self._clock())

    async def tell(self, alert: AlertDocument, ident: Ident) -> Delivery:
        """One try. Retry: it is remembered, and goes when its turn comes, perhaps with others; ask again."""
        if ident in self._done:
            return self._done.pop(ident)
        if ident in self._under_way:
            return Retry(self.reason or "throttled", SOON_S)  # with others, just now
        if not self._remember(alert, ident):
            return Retry("throttled", 60.0)
        if self._wait_s() <= 0:
            await self._send(ident.address)
        if ident in self._done:
            return self._done.pop(ident)
        return Retry(self.reason or "throttled", max(self._wait_s(), SOON_S))

    def expect(self, alert: AlertDocument, ident: Ident) -> None:
        if self._held() < self.waiting_max:
            self._ahead.setdefault(ident.address, OrderedDict())[ident.key] = alert

    def forget(self, ident: Ident) -> None:
        """It need not be told any more."""
        self._done.pop(ident, None)
        _drop(self._waiting, ident)
        _drop(self._ahead, ident)

    def _remember(self, alert: AlertDocument, ident: Ident) -> bool:
        _drop(self._ahead, ident)
        if ident.key not in self._waiting.get(ident.address, ()) and self._held() >= self.waiting_max:
            return False
        self._waiting.setdefault(ident.address, OrderedDict())[ident.key] = alert
        return True

    def _held(self) -> int:
        return sum(map(len, (*self._waiting.values(), *self._ahead.values())))

    def _wait_s(self) -> float:
        """0: one message may go now."""
        if self._threads.free <= 0 or (self.breaker.open and self._under_way):
            return SOON_S
        now_s = self._clock()
        return max(self.breaker.wait_s(now_s), self._bucket.wait_s(now_s))

    async def _send(self, address: str) -> None:
        """One message to `address`: the most urgent of what waits, or where it is too much, all of it."""
        group = self._waiting.pop(address)
        if len(group) <= self._digest_after:
            first = min(group, key=lambda key: urgency(group[key]))
            batch = {first: group.pop(first)}
            if group:
                self._waiting[address] = group
        else:
            batch = dict(group) | dict(self._ahead.pop(address, {}))
        idents = {Ident(key, address) for key in batch}
        self._under_way |= idents
        self._bucket.take(self._clock())
        outcome: Delivery = Retry("timeout")
        try:
            words = self._wording.of(list(batch.values()), self._room)
            async with asyncio.timeout(self.try_s):
                outcome = await self._threads.run(partial(self._post, self.line.to(address), words))
        except TimeoutError:
            outcome = Retry("timeout")
        finally:
            self._under_way -= idents
            self._note(outcome, batch, address)

    def _note(self, outcome: Delivery, batch: dict[str, AlertDocument], address: str) -> None:
        if isinstance(outcome, Retry):
            self.reason = outcome.reason
            self.breaker.failed(self._clock(), throttled=outcome.reason == "throttled")
            later = self._waiting.get(address, OrderedDict())
            self._waiting[address] = OrderedDict(batch | later)
        else:
            self.reason = outcome.reason if isinstance(outcome, Rejected) else ""
            self.breaker.worked()  # it answers: a refusal is about this message
            for key in batch:
                self._done[Ident(key, address)] = outcome
            while len(self._done) > self.waiting_max:
                self._done.popitem(last=False)
        self._settled(self)


def _drop(groups: dict[str, OrderedDict[str, AlertDocument]], ident: Ident) -> None:
    group = groups.get(ident.address)
    if group is not None:
        group.pop(ident.key, None)
        if not group:
            del groups[ident.address]
