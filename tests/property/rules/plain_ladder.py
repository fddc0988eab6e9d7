"""What a ladder must tell about one breach, written down plainly: one loop over moments, no alerts, no obligations.

It shares nothing with rules.escalation and its neighbours but the words of the configuration. All times are µs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from rules.settings import Ladder

DEEDS_MAX = 50
Reach = Callable[[tuple[str, ...], int], set[str]]


class Deed(NamedTuple):
    """What somebody does; `by` "" is the caller who is answered, or the office that edits the configuration."""

    at: int
    what: str  # acknowledge, by_its_line, hand_over, snooze, on_it, done, completed, answered
    by: str = ""
    to: str = ""  # whom it is for, or handed to
    for_us: int = 0


class Told(NamedTuple):
    at: int
    reason: str
    to: frozenset[str]


class Stand(NamedTuple):
    """A step of the ladder."""

    gap: int
    tell: tuple[str, ...]
    all_must: bool


@dataclass
class Plain:
    """One matter. `everybody`: all notifiers of that moment; `reach`: the targets that words mean then."""

    ladder: Ladder  # as it was at the breach
    reach: Reach
    everybody: Callable[[int], set[str]]
    names: dict[str, str] = field(default_factory=dict)  # by what each person may be called → id
    dead: frozenset[str] = frozenset()  # targets that nothing reaches
    when: Callable[[int, str], int] = lambda at, _: at  # when what was due then, for that reason, was in fact told
    told: list[Told] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    phase: str = "raised"  # acknowledged, over
    owing: set[str] = field(default_factory=set)
    have: set[str] = field(default_factory=set)  # who has acknowledged since it was last raised anew
    ackers: list[str] = field(default_factory=list)
    due: int | None = None  # it climbs, or wakes
    snoozed: bool = False
    left: int | None = None
    snoozes: int = 0
    act: int | None = None
    warn: int | None = None
    handed: tuple[str, str] | None = None  # to whom, and by which person
    deeds: int = 0
    done: bool = False
    last: frozenset[str] = frozenset()  # whom the newest step told

    def begin(self, at: int) -> None:
        self.steps = self._steps()
        self.stands = Stand(0, self.ladder.breach, self.ladder.acknowledge == "all")
        self._tell(at, "", self.stands.tell, first=True)
        self.due = at + self.steps[0].gap

    def _steps(self) -> list[Stand]:
        ladder = self.ladder
        moments = [(ladder.acknowledge_within_s, ladder.escalation, ladder.acknowledge)]
        for step in ladder.steps:
            moments += [
                (step.after_s + nth * step.repeat_every_s, step.tell, step.acknowledge or ladder.acknowledge)
                for nth in range(1 + (step.repeats_max if step.repeat_every_s else 0))
            ]
        moments.sort(key=lambda one: one[0])
        gaps = [moments[0][0]] + [b[0] - a[0] for a, b in pairwise(moments)]
        return [Stand(_us(gap), tell, must == "all") for gap, (_, tell, must) in zip(gaps, moments, strict=True)]

    # -- telling ------------------------------------------------------------------------------------------------

    def _tell(
        self, at: int, reason: str, words: tuple[str, ...], also: tuple[str, ...] = (), *, first: bool = False
    ) -> None:
        """A step: the words, whoever is owing, and `also`; where the words reach nobody, every notifier."""
        to = self.reach(words, at) or self.everybody(at)
        to |= self.reach(tuple(f"person:{who}" for who in (*also, *self.owing)), at)
        self._note(at, reason, to)
        self.last = frozenset(to)
        if self.handed is None and self.stands.all_must:
            self.owing |= {target.partition("/")[2] for target in to if "/" in target} - self.have
        if to <= self.dead and (first or not to >= self.everybody(at)):
            self._note(at, "nobody_notified", self.everybody(at))

    def _note(self, at: int, reason: str, to: set[str]) -> None:
        self.told.append(Told(at, reason, frozenset(to)))
        self.heard |= to

    # -- time ---------------------------------------------------------------------------------------------------

    def pass_until(self, at: int) -> None:
        while True:
            waiting = [moment for moment in (self.due, self.act, self.warn) if moment is not None and moment <= at]
            if not waiting:
                return
            due = min(waiting)
            if due == self.warn:
                now = self.when(due, "not_acted_yet")
                self.warn = None
                ackers = self.reach(tuple(f"person:{who}" for who in self.ackers), now)
                self._note(now, "not_acted_yet", ackers or set(self.last))
            elif due == self.act:
                now = self.when(due, "not_acted")
                self.act = None
                self.have, self.phase = set(), "raised"
                self._climb(now, "not_acted")
            elif self.snoozed:
                self._wake(self.when(due, "snooze_over"))
            else:
                reason = "not_taken" if self.handed else "not_acknowledged"
                if self.handed:
                    self.have = set()
                self._climb(self.when(due, reason), reason)

    def _climb(self, now: int, reason: str) -> None:
        if self.steps:
            self.stands = self.steps.pop(0)
        giver = (self.handed[1],) if self.handed and self.handed[1] else ()
        self.handed = None
        if reason != "not_acknowledged":
            self.ackers = []
        self._tell(now, reason, self.stands.tell, giver)
        self.due = now + self.steps[0].gap if self.steps else None

    def _wake(self, now: int) -> None:
        self.snoozed = False
        self._tell(now, "snooze_over", (self.handed[0],) if self.handed else self.stands.tell)
        self.due = None if self.left is None else now + self.left

    # -- deeds --------------------------------------------------------------------------------------------------

    def do(self, deed: Deed) -> None:
        if self.phase == "over":
            return
        if deed.what == "answered":
            self.phase, self.due, self.act, self.warn = "over", None, None, None
            self._note(deed.at, "answered", self.reach(self.ladder.warn, deed.at) | self.heard)
        elif self.phase == "acknowledged" and self.act is None:
            return
        elif deed.what == "acknowledge":
            self._acknowledge(deed.at, self.names.get(deed.to) or self.names.get(deed.by, ""))
        elif deed.what == "by_its_line":  # of one that was kept back: nothing more is asked, unless somebody took it
            self._acknowledge(deed.at, self.names.get(deed.to) or self.names.get(deed.by, ""), within=0)
        elif deed.what == "snooze":
            self._snooze(deed)
        elif deed.what == "hand_over":
            self._hand_over(deed)
        elif deed.what == "on_it":
            self._on_it(deed)
        elif deed.what == "completed":  # whoever takes care of the record has done what was to be done
            self.act = self.warn = None
        elif deed.what == "done":
            self.done = True
            if self.phase == "raised":
                self._acknowledge(deed.at, self.names.get(deed.by, ""), within=0)
            else:
                self.act = self.warn = None

    def _acknowledge(self, at: int, who: str, within: int | None = None) -> None:
        if self.phase != "raised":
            return
        self._has(who)
        if self.owing:
            return
        self.phase, self.due, self.snoozed = "acknowledged", None, False
        if within is None:
            within = 0 if self.done else _us(self.ladder.act_within_s)
        self._set_act(at, within)

    def _has(self, who: str) -> None:
        self.owing.discard(who)
        if who:
            self.have.add(who)
            if who not in self.ackers:
                self.ackers.append(who)

    def _set_act(self, at: int, within: int) -> None:
        self.act = self.warn = None
        if within > 0:
            self.act = at + within
            if 0 < _us(self.ladder.act_warn_before_s) < within:
                self.warn = self.act - _us(self.ladder.act_warn_before_s)

    def _snooze(self, deed: Deed) -> None:
        may = self.phase == "raised" and not self.snoozed and self.snoozes < self.ladder.snoozes_max
        if may and 0 < deed.for_us <= _us(self.ladder.snooze_max_s):
            self.snoozed, self.snoozes = True, self.snoozes + 1
            self.left = None if self.due is None else self.due - deed.at
            self.due = deed.at + deed.for_us

    def _hand_over(self, deed: Deed) -> None:
        if self.deeds >= DEEDS_MAX:
            return
        giver = self.names.get(deed.by, "")
        if self.phase == "raised":
            self.owing.discard(giver)
        self.deeds += 1
        self.phase, self.act, self.warn, self.snoozed = "raised", None, None, False
        self.handed, self.have, self.ackers = (deed.to, giver), set(), []
        self._tell(deed.at, "handed_over", (deed.to,))
        self.due = deed.at + _us(self.ladder.acknowledge_within_s)

    def _on_it(self, deed: Deed) -> None:
        if not 0 < deed.for_us <= _us(self.ladder.on_it_max_s) or self.deeds >= DEEDS_MAX:
            return
        self.deeds += 1
        if self.phase == "raised":
            self._acknowledge(deed.at, self.names.get(deed.by, ""), within=deed.for_us)
        else:
            self._has(self.names.get(deed.by, ""))
            self._set_act(deed.at, deed.for_us)


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)
