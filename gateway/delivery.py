"""Alerts leave: each notifier works off its own sends, tries again until they are settled, and delays no other.

The outbox rows are durable; here only their ids wait, the alert is looked up when its turn comes. Alerts of one
incident go in order to each target, all others pass by while one waits for its next try. One that arrives shows that
the way is open: two that wait go at once, and each of them lets two more go. The pipeline is told what became of each.
A target is a notifier, or one person behind it: `sms/wang` is sent by `sms`, to Wang's address there.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

import structlog
from prometheus_client import Counter

from adapters.backoff import Backoff
from adapters.notify.message import told
from adapters.ports import CarriesLinks, Delivered, LooksAhead, Notifier, Rejected, Retry, TakesTime
from adapters.ports import Delivery as Outcome
from gateway.links import AcknowledgeLinks
from gateway.notifier_health import NotifierHealth
from gateway.pipeline import Pipeline
from gateway.settlements import Settlements
from rules.duty import person
from rules.effects import Alert, Send
from rules.moments import SECOND_US, rfc3339


class Patience(NamedTuple):
    """How long one send is tried."""

    try_s: float = 30.0  # one try; a notifier has its own shorter time-out
    first_s: float = 0.5  # wait after the first failure, then twice that …
    longest_s: float = 60.0
    urgent_s: float = 15.0  # the longest for what somebody must act on now
    rest_s: float = 2.0  # the shortest once others arrive: what the receiver never takes is not tried at their rate
    attempts_max: int = 50_000  # more than a day's, of a broker that comes back every few seconds and goes at each try
    give_up_after_s: float = 86_400.0  # counted from when the alert was raised, so a restart does not begin anew
    at_once: int = 32  # sends of different incidents under way


PATIENCE = Patience()
_URGENT = frozenset({"critical", "emergency"})
_LET_GO = 2  # by each that arrives: all wait no longer than a few answers, and a way that fails again stops them


class Lane:
    """The sends of one incident by one notifier, in order; the head is being tried."""

    def __init__(self, patience: Patience) -> None:
        self.sends: deque[Send] = deque()
        self.attempts = 0  # of the head
        self.backoff = Backoff(first_s=patience.first_s, longest_s=patience.longest_s)
        self.retry: asyncio.TimerHandle | None = None


class Worker:
    """One notifier and all that waits for it."""

    def __init__(
        self,
        notifier: Notifier,
        pipeline: Pipeline,
        settlements: Settlements,
        patience: Patience,
        links: AcknowledgeLinks | None,
    ) -> None:
        self.link = ""  # "" for a notifier that keeps no connection
        self.reason = ""
        self.delivered = 0
        self.failed = 0
        self._notifier = notifier
        self._try_s = notifier.try_s if isinstance(notifier, TakesTime) else patience.try_s
        self._links = links if isinstance(notifier, CarriesLinks) else None
        self._ahead = notifier if isinstance(notifier, LooksAhead) else None
        self._pipeline = pipeline
        self._health = NotifierHealth(notifier.name, pipeline)
        self._settlements = settlements
        self._patience = patience
        self._lanes: dict[str, Lane] = {}
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._resting: dict[str, float] = {}  # since when, until their next try: not those whom the peer asked to wait
        self._taken: set[Send] = set()  # that wait: a recovery tells of them again
        self._counted = self._counter("delivered", "")  # as nearly all are: looked for once
        self._log = structlog.get_logger().bind(notifier=notifier.name)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._notifier.run(self._link_changed))
            for _ in range(self._patience.at_once):
                tasks.create_task(self._work())

    def take(self, send: Send) -> None:
        if send in self._taken:
            return
        self._taken.add(send)
        alert = self._pipeline.state.alerts.get(send.alert)
        matter = alert.incident if alert is not None and alert.incident else send.alert
        key = f"{matter} {send.notifier}"  # one person who cannot be reached delays no other
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(self._patience)
            self._ready.put_nowait(key)
        lane.sends.append(send)
        if key in self._resting:  # no alert waits for its first try
            self._retry_now(key, lane)
        if alert is not None and len(lane.sends) > 1 and self._ahead is not None:
            self._ahead.expect(*self._letter(alert, send))

    def status(self) -> dict[str, Any]:
        since_us = self._health.since_us
        return {
            "name": self._notifier.name,
            "link": self.link,
            "reason": self.reason,
            "waiting": len(self._taken),
            "delivered": self.delivered,
            "failed": self.failed,
            "failing_since": None if since_us is None else rfc3339(since_us),
        }

    def _link_changed(self, state: str, reason: str) -> None:
        if state != self.link:
            level = self._log.info if state in {"connecting", "online"} else self._log.warning
            level("notifier " + state, reason=reason)
        elif reason != self.reason:
            self._log.debug("notifier still " + state, reason=reason)
        self.link, self.reason = state, reason
        self._health.link_changed(state, reason)
        if state == "online":
            for key, lane in self._lanes.items():  # also whom it had asked to wait: it says itself that it takes more
                self._retry_now(key, lane)

    async def _work(self) -> None:
        me = asyncio.current_task()
        # Asked each time: where an answer comes in the same turn, `wait_for` of Python 3.11 swallows a cancellation.
        while me is not None and not me.cancelling():
            key = await self._ready.get()
            lane = self._lanes[key]
            delay_s = await self._try(key, lane)
            if delay_s is not None:
                loop = asyncio.get_running_loop()
                lane.retry = loop.call_later(delay_s, self._retry_now, key, lane)
            elif lane.sends:
                self._ready.put_nowait(key)
            else:
                del self._lanes[key]

    async def _try(self, key: str, lane: Lane) -> float | None:
        """One try of the lane's head. In how many seconds again; None when it is settled."""
        send = lane.sends[0]
        alert = self._pipeline.state.alerts.get(send.alert)
        outcome = Rejected("gave_up") if alert is None else await self._send(alert, send)
        lane.attempts += 1
        self._count(outcome)
        if alert is not None:
            self._health.tried(outcome, for_person="/" in send.notifier)
        if isinstance(outcome, Retry):
            self.reason = outcome.reason
            wait_s = max(lane.backoff.next_s(self._longest_s(lane)), outcome.after_s or 0.0)
            if lane.attempts < self._patience.attempts_max and not self._expired(alert, wait_s):
                if lane.attempts == 1:
                    self._settlements.tried(send, outcome.reason)
                if outcome.after_s is None:
                    self._resting[key] = asyncio.get_running_loop().time()
                return wait_s
            outcome = Rejected("gave_up", outcome.words)
        self._settle(lane, send, outcome)
        return None

    async def _send(self, alert: Alert, send: Send) -> Outcome:
        try:
            async with asyncio.timeout(self._try_s):
                return await self._notifier.send(*self._letter(alert, send))
        except TimeoutError:
            return Retry("timeout")

    def _letter(self, alert: Alert, send: Send) -> tuple[dict[str, Any], str]:
        """The document, and the key of its delivery."""
        _, _, who = send.notifier.partition("/")
        to = person(self._pipeline.state.rules, who) if who else None
        address = "" if to is None else to.reach.get(self._notifier.name, "")
        link = self._links.url(alert, send.notifier) if self._links is not None else ""
        letter = told(alert, to, address, link)
        return letter, letter["key"]

    def _longest_s(self, lane: Lane) -> float:
        """As the most urgent of the lane asks: it waits for the head."""
        waiting = (self._pipeline.state.alerts.get(send.alert) for send in lane.sends)
        urgent = any(alert is not None and alert.severity in _URGENT for alert in waiting)
        return self._patience.urgent_s if urgent else self._patience.longest_s

    def _expired(self, alert: Alert | None, wait_s: float) -> bool:
        if alert is None:
            return True
        age_s = (self._pipeline.now_us() - alert.raised_us) / SECOND_US
        return age_s + wait_s > self._patience.give_up_after_s

    def _settle(self, lane: Lane, send: Send, outcome: Delivered | Rejected) -> None:
        delivered = isinstance(outcome, Delivered)
        reason, words = ("", "") if isinstance(outcome, Delivered) else (outcome.reason, outcome.words)
        if delivered:
            self.delivered += 1
            self.reason = ""
            if self._resting:
                self._let_some_go()
        else:
            self.failed += 1
            self._log.warning(
                "alert not delivered", alert=send.alert, reason=reason, words=words, attempts=lane.attempts
            )
        self._settlements.tell(send, delivered=delivered, attempts=lane.attempts, reason=reason, words=words)
        self._taken.discard(send)
        lane.sends.popleft()
        lane.attempts = 0
        lane.backoff.reset()

    def _let_some_go(self) -> None:
        """Those that have rested longest; each try anew puts its lane behind the others."""
        rested_s = asyncio.get_running_loop().time() - self._patience.rest_s
        for key, since_s in list(islice(self._resting.items(), _LET_GO)):
            if since_s <= rested_s:
                self._retry_now(key, self._lanes[key])

    def _retry_now(self, key: str, lane: Lane) -> None:
        """Only a lane that waits for its next try is put in line: it is in line, or being tried, but once."""
        if lane.retry is not None:
            lane.retry.cancel()
            lane.retry = None
            self._resting.pop(key, None)
            self._ready.put_nowait(key)

    def _count(self, outcome: Outcome) -> None:
        if isinstance(outcome, Delivered):
            self._counted.inc()
        else:
            self._counter(type(outcome).__name__.lower(), outcome.reason).inc()

    def _counter(self, outcome: str, reason: str) -> Counter:
        return self._pipeline.metrics.deliveries.labels(self._notifier.name, outcome, reason)


class Delivery:
    """All notifiers. A send for one that the configuration no longer has is settled at once."""

    def __init__(
        self,
        notifiers: Sequence[Notifier],
        pipeline: Pipeline,
        patience: Patience = PATIENCE,
        links: AcknowledgeLinks | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._settlements = Settlements(pipeline)
        self._workers = {one.name: Worker(one, pipeline, self._settlements, patience, links) for one in notifiers}

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._distribute())
            for worker in self._workers.values():
                tasks.create_task(worker.run())

    def status(self) -> list[dict[str, Any]]:
        return [worker.status() for worker in self._workers.values()]

    async def _distribute(self) -> None:
        while True:
            send = await self._pipeline.outbox.get()
            worker = self._workers.get(send.notifier.partition("/")[0])
            if worker is not None:
                worker.take(send)
            else:
                self._settlements.tell(send, delivered=False, attempts=0, reason="gave_up")
