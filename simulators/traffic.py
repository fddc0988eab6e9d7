"""A believable hotline, made from a seed: when calls come, who rings, who answers, who waits, who gives up."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

# Share of a day's calls by hour: a residential property's desk, busy after breakfast and after work.
BY_HOUR = (4, 2, 2, 1, 2, 6, 18, 42, 70, 78, 64, 52, 44, 40, 46, 50, 56, 72, 80, 66, 48, 34, 20, 9)
LINES = ("4008100911", "02368801234")
DESKS = (("801", "陈静"), ("802", "刘洋"), ("803", "赵敏"), ("804", "周强"))
NAMES = ("", "", "", "王女士", "李先生", "张先生", "3栋业主", "门岗", "物业客户")
# Who calls again and again: a directory may know them.
REGULARS = ("13800138001", "13900139002", "15000150003", "18600186004", "02367890005", "17600176006")
_REGULAR_SHARE = 0.4
# What becomes of a call, out of a hundred.
SHARES = {
    "answered": 54,
    "answered_long_hold": 4,
    "answered_third_ring": 14,
    "answered_late": 9,
    "short_abandon": 6,
    "abandoned": 8,
    "missed": 5,
}
OPENING = ("answered", "answered_late", "answered_long_hold", "abandoned")  # so that a visitor soon sees one of each
_MOBILE = ("134", "136", "138", "139", "150", "151", "158", "176", "183", "186", "189", "199")
_LANDLINE = ("010", "021", "023", "028", "0755")

Fields = dict[str, str]


@dataclass(frozen=True)
class Step:
    """One thing a PBX tells, `after_s` the start of its call."""

    after_s: float
    event: str
    fields: Fields


@dataclass(frozen=True)
class Story:
    """A whole call. `kind` says what became of it, for counting; no PBX sends it."""

    starts_s: float
    call: str
    kind: str
    steps: tuple[Step, ...]


def day(seed: int, *, calls: float = 1000.0) -> Iterator[Story]:
    """One day from midnight, about `calls` of them: Poisson arrivals whose rate follows the hour."""
    chance = random.Random(f"day {seed}")
    share = [weight / sum(BY_HOUR) for weight in BY_HOUR]
    peak_per_s = calls * max(share) / 3600
    at_s, number = 0.0, 0
    while (at_s := at_s + chance.expovariate(peak_per_s)) < 86_400:
        if chance.random() < share[int(at_s // 3600)] / max(share):  # thinning: keep as many as the hour has
            number += 1
            yield from _tell(chance, at_s, f"s{seed}-{number:06d}")


def steady(seed: int, *, mean_gap_s: float = 12.0) -> Iterator[Story]:
    """Calls without end at one rate; the first within two seconds, so that nobody waits for it."""
    chance = random.Random(f"steady {seed}")
    who = random.Random(f"regulars {seed}")
    at_s, number = chance.uniform(0.5, 2.0), 0
    while True:
        number += 1
        kind = OPENING[number - 1] if number <= len(OPENING) else ""
        regular = who.choice(REGULARS) if who.random() < _REGULAR_SHARE else ""
        yield from _tell(chance, at_s, f"s{seed}-{number:06d}", kind, regular)
        at_s += chance.gammavariate(3.0, mean_gap_s / 3)


def storm(seed: int, *, calls: int, within_s: float) -> list[Story]:
    """A burst pipe: everybody calls at once and nobody answers."""
    chance = random.Random(f"storm {seed}")
    return sorted(
        (
            _Call(chance, chance.uniform(0, within_s), f"storm{seed}-{n:06d}").missed("missed", 60.0)
            for n in range(calls)
        ),
        key=lambda story: story.starts_s,
    )


def phone_number(chance: random.Random) -> str:
    if chance.random() < 0.85:
        return chance.choice(_MOBILE) + f"{chance.randrange(10**8):08d}"
    area = chance.choice(_LANDLINE)
    return area + str(chance.randrange(2, 9)) + f"{chance.randrange(10**7):07d}"


def _tell(chance: random.Random, at_s: float, call: str, kind: str = "", regular: str = "") -> Iterator[Story]:
    """One call from outside, and perhaps the call back to somebody whom nobody answered."""
    made = _Call(chance, at_s, call, regular)
    story = made.of_kind(kind) if kind else made.any_kind()
    yield story
    if story.kind in ("abandoned", "missed") and chance.random() < 0.6:
        yield made.called_back(story.steps[-1].after_s + chance.uniform(20, 120))


class _Call:
    """Puts one call together, step by step."""

    def __init__(self, chance: random.Random, starts_s: float, call: str, regular: str = "") -> None:
        self.chance = chance
        self.starts_s = starts_s
        self.call = call
        self.desk, self.agent = chance.choice(DESKS)
        self.parties = {"from": phone_number(chance), "to": chance.choice(LINES), "direction": "inbound"}
        name = chance.choice(NAMES)
        if regular:
            self.parties["from"] = regular
        elif name:
            self.parties["name"] = name
        self.steps: list[Step] = []

    def any_kind(self) -> Story:
        return self.of_kind(self.chance.choices(list(SHARES), list(SHARES.values()))[0])

    def of_kind(self, kind: str) -> Story:
        draw = self.chance.uniform
        if kind == "answered_third_ring":  # the desk was warned
            return self.answered(kind, draw(10.2, 14.6))
        if kind == "answered_late":  # told, and taken back by the answer
            return self.answered(kind, draw(15.5, 28.0))
        if kind == "short_abandon":
            return self.missed(kind, draw(1.0, 4.5))
        if kind == "abandoned":
            return self.missed(kind, min(self.chance.weibullvariate(18.0, 1.6) + 6.0, 55.0))
        if kind == "missed":
            return self.missed(kind, 30.0)
        return self.answered(kind, draw(1.5, 9.0))

    def answered(self, kind: str, ring_s: float) -> Story:
        rung_s = self._reaches_the_desk()
        answered_s = rung_s + ring_s
        self._add(answered_s, "established", device=self.desk, leg=self._leg(self.desk), agent=self.agent)
        for device in self._group:
            if device != self.desk:
                self._add(
                    answered_s + 0.02, "cleared", device=device, leg=self._leg(device), cause="answered_elsewhere"
                )
        ends_s = self._long_hold(answered_s) if kind == "answered_long_hold" else self._talk(answered_s)
        self._add(ends_s, "cleared", cause="normal")
        return self._story(kind)

    def missed(self, kind: str, patience_s: float) -> Story:
        gives_up_s = self._reaches_the_desk() + patience_s
        if kind == "missed":  # the PBX gives up, not the caller
            for device in self._group:
                self._add(gives_up_s - 0.05, "failed", device=device, leg=self._leg(device), cause="no_answer")
        self._add(gives_up_s, "cleared", cause="no_answer" if kind == "missed" else "cancelled")
        return self._story(kind)

    def called_back(self, after_s: float) -> Story:
        """The desk dials the number that nobody answered."""
        parties = {"from": self.desk, "to": self.parties["from"], "direction": "outbound"}
        answered_s = self.chance.uniform(4, 12)
        steps = [
            Step(0.0, "originated", {**parties, "device": self.desk}),
            Step(0.6, "delivered", dict(parties)),
            Step(answered_s, "established", dict(parties)),
            Step(answered_s + self.chance.uniform(15, 60), "cleared", {"cause": "normal"}),
        ]
        return Story(self.starts_s + after_s, f"{self.call}-back", "called_back", tuple(steps))

    def _reaches_the_desk(self) -> float:
        """Perhaps through a queue; then one phone rings, or a group of them. Returns when."""
        rings_s = 0.0
        self._add(0.0, "originated")
        if self.chance.random() < 0.15:
            self._add(0.1, "queued", queue="前台")
            rings_s = self.chance.uniform(1.0, 8.0)
        others = [device for device, _ in DESKS if device != self.desk]
        size = self.chance.choice((1, 2)) if self.chance.random() < 0.2 else 0
        self._group = [self.desk, *self.chance.sample(others, size)]
        for place, device in enumerate(self._group):
            self._add(rings_s + 0.15 + 0.03 * place, "delivered", device=device, leg=self._leg(device))
        return rings_s + 0.15

    def _long_hold(self, from_s: float) -> float:
        """Nobody comes back to the caller for longer than half a minute."""
        back_s = from_s + 11 + self.chance.uniform(34, 75)
        self._add(from_s + 11, "held", device=self.desk, leg=self._leg(self.desk))
        self._add(back_s, "retrieved", device=self.desk, leg=self._leg(self.desk))
        return back_s + self.chance.uniform(10, 30)

    def _talk(self, from_s: float) -> float:
        """Talk with perhaps a hold or a transfer in it. Returns when it ends."""
        talk_s = min(20 * math.exp(self.chance.gauss(0.4, 0.6)), 240.0)
        draw = self.chance.random()
        if draw < 0.22:
            held_s = from_s + self.chance.uniform(6, 15)
            back_s = held_s + min(12 * math.exp(self.chance.gauss(0.5, 0.7)), 100.0)
            self._add(held_s, "held", device=self.desk, leg=self._leg(self.desk))
            self._add(back_s, "retrieved", device=self.desk, leg=self._leg(self.desk))
            return back_s + talk_s
        if draw < 0.29:
            other, agent = self.chance.choice([desk for desk in DESKS if desk[0] not in self._group])
            moved_s, rung_s = from_s + talk_s / 2, self.chance.uniform(2, 11)
            self._add(moved_s, "transferred", device=self.desk, leg=self._leg(self.desk), to_leg=self._leg(other))
            self._add(moved_s + 0.2, "delivered", device=other, leg=self._leg(other))
            self._add(moved_s + 0.2 + rung_s, "established", device=other, leg=self._leg(other), agent=agent)
            return moved_s + rung_s + talk_s
        return from_s + talk_s

    @staticmethod
    def _leg(device: str) -> str:
        return f"leg-{device}"

    def _add(self, after_s: float, event: str, **fields: str) -> None:
        self.steps.append(Step(after_s, event, {**self.parties, **fields}))

    def _story(self, kind: str) -> Story:
        return Story(self.starts_s, self.call, kind, tuple(sorted(self.steps, key=lambda step: step.after_s)))
