"""What wants to be looked at at a moment, in the order of the moments: timers, but for the clock, which is not ours.

Nearly all that waits is over before its moment. So nothing is sorted until its span of time, about a second, is the
next one, and what is outdated by then is dropped unsorted; only what is left of that span becomes a heap.
"""

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from typing import Literal

from rules.channels import Channel, UnitStatus
from rules.effects import Alert
from rules.incidents import Incident, SourceStatus
from rules.obligations import Obligation
from rules.quiet import Storm, Trouble, Window

WaitKind = Literal[-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8]
CHANNEL: WaitKind = -1  # first: what control just said may keep an obligation of the same moment
OBLIGATION: WaitKind = 0
LINGER: WaitKind = 1
FORGET: WaitKind = 2
EXPIRE: WaitKind = 3
OFFLINE: WaitKind = 4
FORGET_RADIO: WaitKind = 5
ROLL_CALL: WaitKind = 6
OPERATORS: WaitKind = 8

# One thing that wants to be looked at: (at_us, kind, id, order, thing). `order` breaks ties. A plain tuple, because
# most of what is decided makes one.
Thing = Obligation | Incident | Alert | SourceStatus | Channel | UnitStatus | Window | Storm | Trouble
Wait = tuple[int, WaitKind, int, int, Thing]

NEVER_US = 2**62
_SPAN_BITS = 20  # a span is 2^20 µs, 1.05 s
_OUTDATED_MAX = 20_000  # and two for each live thing, a wait of its own among them: so many are put up with


class Waits:
    """`from_us`: nothing wants to be looked at before. An outdated wait is not sought, but dropped when it is met."""

    def __init__(self, due_of: Callable[[Wait], int | None], live: Callable[[], int]) -> None:
        """`due_of`: when the thing of a wait wants to be looked at, as it is now; None: not at all, or by another wait.

        `live`: how many things there are.
        """
        self.from_us = NEVER_US
        self._due_of, self._live = due_of, live
        self._by_span: dict[int, list[Wait]] = {}
        self._spans: list[int] = []  # a heap of its keys
        self._heaps: set[int] = set()  # the spans whose waits are one; those of the others are in no order
        self._order = 0
        self._gone = 0  # of all that were ordered
        self._max = _OUTDATED_MAX

    def __len__(self) -> int:
        return self._order - self._gone

    def begin_anew(self, found: Iterable[tuple[int, WaitKind, int, Thing]]) -> None:
        self.from_us = NEVER_US
        self._by_span, self._spans, self._heaps = {}, [], set()
        self._order = self._gone = 0
        for at_us, kind, id_, thing in found:
            self.add(at_us, kind, id_, thing)

    def add(self, at_us: int, kind: WaitKind, id_: int, thing: Thing) -> None:
        self._order = order = self._order + 1
        span = at_us >> _SPAN_BITS
        waits = self._by_span.get(span)
        if waits is None:
            self._begin(span)
            self._by_span[span] = [(at_us, kind, id_, order, thing)]
        elif span not in self._heaps:
            waits.append((at_us, kind, id_, order, thing))
        else:
            heappush(waits, (at_us, kind, id_, order, thing))
            self.from_us = min(self.from_us, at_us)

    def next_us(self, by_us: int = NEVER_US) -> int | None:
        """When the first thing wants to be looked at, if that is by then."""
        while self.from_us <= by_us:
            if not self._spans:
                self.from_us = NEVER_US
                return None
            span = self._spans[0]
            waits = self._by_span[span]
            if span not in self._heaps:
                self._sort(span)
            elif not waits:
                self._end(span)
            else:
                self.from_us = at_us = waits[0][0]
                if at_us <= by_us:
                    due_us = self._due_of(waits[0])
                    if due_us == at_us:
                        return at_us
                    _, kind, id_, _, thing = self.pop()
                    if due_us is not None:
                        self.add(due_us, kind, id_, thing)
        return None

    def pop(self) -> Wait:
        """Take the one that `next_us` found."""
        self._gone += 1
        return heappop(self._by_span[self._spans[0]])

    def _begin(self, span: int) -> None:
        if len(self) > self._max:
            self._max = _OUTDATED_MAX + 2 * self._live()
            if len(self) > self._max:
                self._sweep()
        heappush(self._spans, span)
        self.from_us = min(self.from_us, span << _SPAN_BITS)

    def _sort(self, span: int) -> None:
        """It is the next: what is over by now need not be sorted."""
        waits = self._by_span[span]
        before = len(waits)
        waits[:] = [w for w in waits if not isinstance(w[4], Obligation) or w[4].state == "open"]
        self._gone += before - len(waits)
        heapify(waits)
        self._heaps.add(span)

    def _end(self, span: int) -> None:
        """It is the first, and empty."""
        heappop(self._spans)
        del self._by_span[span]
        self._heaps.remove(span)
        self.from_us = self._spans[0] << _SPAN_BITS if self._spans else NEVER_US

    def _sweep(self) -> None:
        """Drop all that is outdated, or alerts and calls of long ago would be held until their moments."""
        kept = {span: [w for w in waits if self._due_of(w) is not None] for span, waits in self._by_span.items()}
        self._by_span = {span: waits for span, waits in kept.items() if waits}
        self._spans = sorted(self._by_span)
        self._heaps.clear()
        self.from_us = self._spans[0] << _SPAN_BITS if self._spans else NEVER_US
        self._gone = self._order - 1 - sum(map(len, self._by_span.values()))  # 1: what is being added
