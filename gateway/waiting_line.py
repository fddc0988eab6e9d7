"""Who waits for a commit, in the order of coming: the head is decided and on its way to the disk, the rest not yet."""

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

import msgspec

from adapters.errors import StoreError
from adapters.ports import Admitted, Incoming

Outcome = list[Admitted] | StoreError  # committed, or nothing is promised: come again

FEW = 32  # events: a commit of fewer costs each of them more


class Waiting(msgspec.Struct, frozen=True):
    """What was brought at once; `told` is None for a note of our own. `kept`: in line until it is committed."""

    events: Sequence[Incoming]
    told: Callable[[Outcome], None] | None
    kept: bool = False


class WaitingLine:
    """Nobody leaves it before his commit: decisions that come to nothing are made anew, of the same line."""

    def __init__(self) -> None:
        self.events = 0  # of all who wait
        self.undecided = 0  # of those, events that nothing is decided about
        self._line: deque[Waiting] = deque()
        self._decided = 0  # how many from the head

    def __bool__(self) -> bool:
        return bool(self._line)

    def append(self, waiting: Waiting) -> None:
        self._line.append(waiting)
        self._count(waiting)

    def put_first(self, waiting: Waiting) -> None:
        """Only where nothing is decided."""
        self._line.appendleft(waiting)
        self._count(waiting)

    def first_us(self) -> int | None:
        """When the first in line came."""
        return self._line[0].events[0].at_us if self._line else None

    def notes(self) -> list[Incoming]:
        """Our own."""
        return [waiting.events[0] for waiting in self._line if waiting.told is None]

    def next_group(self, events_max: int) -> list[Waiting]:
        """The first undecided: a few, or the half of many. While one half is committed, the other is decided."""
        enough = min(events_max, max(FEW, self.undecided // 2))
        group = []
        events = 0
        for waiting in islice(self._line, self._decided, None):
            group.append(waiting)
            events += len(waiting.events)
            if events >= enough:
                break
        return group

    def ends_with(self, group: list[Waiting]) -> bool:
        """Nobody waits behind `group`, the first undecided."""
        return self._decided + len(group) == len(self._line)

    def decided(self, group: list[Waiting]) -> None:
        self._decided += len(group)
        self.undecided -= sum(len(waiting.events) for waiting in group)

    def committed(self, group: list[Waiting]) -> None:
        """They leave; they are the head."""
        for waiting in group:
            self._line.popleft()
            self.events -= len(waiting.events)
        self._decided -= len(group)

    def come_again(self) -> list[Waiting]:
        """Nothing is decided any more: who is not kept leaves, and is to be told."""
        leaving = [waiting for waiting in self._line if not waiting.kept]
        self._line = deque(waiting for waiting in self._line if waiting.kept)
        self._decided = 0
        self.events = self.undecided = sum(len(waiting.events) for waiting in self._line)
        return leaving

    def _count(self, waiting: Waiting) -> None:
        self.events += len(waiting.events)
        self.undecided += len(waiting.events)
