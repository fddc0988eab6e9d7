"""The rule of two calls once more, as a plain walk over who spoke when; times are ms."""

from dataclasses import dataclass, field

CALLS, FALLBACK, GAP, WINDOW, BUMP, TAIL = 2, 10_000, 1_000, 30_000, 500, 1_000
REPLY_MIN, CONVERSATION, TOLD_FOR = 300, 3_000, 330_000  # a breach is told ten times more, then given up
Verdict = tuple[str, int, str, float | None, bool]  # unit, calls, verdict, seconds, certain


@dataclass(frozen=True)
class Spoken:
    """Somebody's turn on the air; "" is control. `told`: when its unit is told, from its start (ms); 0: at once."""

    who: str
    begins: int
    ends: int
    told: int = 0


@dataclass
class Waiting:
    unit: str
    spans: list[tuple[int, int]] = field(default_factory=list)
    breached_at: int | None = None
    over: bool = False
    seconds: float | None = None
    certain: bool = True

    def groups(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for begins, ends in self.spans:
            if found and begins - found[-1][1] < GAP and begins - found[-1][0] < FALLBACK:
                found[-1] = (found[-1][0], ends)
            else:
                found.append((begins, ends))
        return found

    def due(self) -> int:
        return self.groups()[0][1] + FALLBACK

    def pass_time(self, until: int) -> None:
        """Breached by the seconds?"""
        if not self.over and self.breached_at is None and self.due() <= until:
            self.breached_at = self.due()

    def hears(self, at: int) -> bool:
        """Whether an answer is still awaited then."""
        return not self.over and (self.breached_at is None or at <= self.breached_at + TOLD_FOR)


class Oracle:
    def __init__(self) -> None:
        self.hails: list[Waiting] = []
        self.partner: str | None = None  # None: anybody
        self.tail_until = self.exchange_until = self.control_ended = self.exchange_ended = -1

    def walk(self, spoken: list[Spoken]) -> list[Verdict]:
        for one in spoken:
            for hail in self.hails:
                hail.pass_time(one.begins)
            if one.who:
                self.unit_speaks(one)
            else:
                self.control_speaks(one)
        for hail in self.hails:
            hail.pass_time(10**9)
        return [
            (h.unit, len(h.groups()), "met" if h.breached_at is None else "breached", h.seconds, h.certain)
            for h in self.hails
        ]

    def unit_speaks(self, one: Spoken) -> None:
        long_enough = max(one.begins + BUMP, self.tail_until if one.begins < self.tail_until else 0)
        if one.ends < long_enough:
            return
        if one.begins < self.exchange_until and self.partner in (None, one.who):
            self.exchange_until = -1
            self.exchange_ended = one.ends
            return
        mine = [h for h in self.hails if h.unit == one.who and h.hears(one.begins)]
        for hail in mine:
            if one.begins - hail.spans[-1][1] >= WINDOW:
                hail.over = True
        waiting = next((h for h in mine if not h.over), None)
        if waiting is None:
            waiting = Waiting(one.who)
            self.hails.append(waiting)
        else:
            waiting.pass_time(long_enough)
        waiting.spans.append((one.begins, one.ends))
        if len(waiting.groups()) > CALLS and waiting.breached_at is None:
            waiting.breached_at = long_enough

    def control_speaks(self, one: Spoken) -> None:
        if one.ends - one.begins >= REPLY_MIN:
            waiting = [h for h in self.hails if h.hears(one.begins + REPLY_MIN)]
            for hail in waiting:
                hail.over = True
                hail.certain = len(waiting) == 1
                hail.seconds = (one.begins - hail.groups()[0][1]) / 1000
            if waiting:
                self.partner = waiting[0].unit if len(waiting) == 1 else None
            elif one.begins - max(self.control_ended, self.exchange_ended) >= WINDOW or self.control_ended < 0:
                self.partner = None
            self.exchange_until = one.ends + CONVERSATION
        self.tail_until = one.ends + TAIL
        self.control_ended = one.ends
