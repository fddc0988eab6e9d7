"""two_calls against an oracle in the plainest style: a list of who spoke when, walked once, in milliseconds."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import State
from rules.events import ControlTransmitting, Event, TransmissionEnded, TransmissionStarted, UnitIdentified
from rules.incidents import Incident
from rules.settings import RadioRules, RuleSet, SourceRules
from tests.property.rules.soup import START_US, decide_all

MS = 1_000
CALLS, FALLBACK, GAP, WINDOW, BUMP, TAIL = 2, 10_000, 1_000, 30_000, 500, 1_000
REPLY_MIN, CONVERSATION, TOLD_FOR = 300, 3_000, 330_000  # a breach is told ten times more, then given up
RULES = RuleSet(
    version="one",
    site="one",
    notifiers=("desk",),
    sources=(SourceRules(name="tower", radio=RadioRules(channel="CH1", replies=("ptt",))),),
)
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


silences = st.one_of(
    st.sampled_from(
        [1, 300, 999, 1_000, 1_001, 1_999, 2_000, 2_001, 2_999, 3_000, 9_999, 10_000, 10_001, 29_999, 30_000]
    ),
    st.integers(1, 12_000),
)
lengths = st.one_of(st.sampled_from([299, 300, 499, 500, 501, 1_000, 4_000]), st.integers(1, 5_000))


@st.composite
def conversations(draw: st.DrawFn, *, late_ids: bool) -> list[Spoken]:
    """Half a duplex: one at a time. An id comes at the latest 2 s after its transmission, and before the next one."""
    now = 0
    found: list[Spoken] = []
    for who in draw(st.lists(st.sampled_from(["", "A", "A", "A", "B"]), min_size=1, max_size=12)):
        now += draw(silences)
        length = draw(lengths)
        found.append(Spoken(who, now, now + length))
        now += length
    if not late_ids:
        return found
    told = []
    for one, following in zip(found, [*found[1:], None], strict=True):
        latest = one.ends + 2_000 if following is None else min(one.ends + 2_000, following.begins - 1)
        told.append(Spoken(one.who, one.begins, one.ends, draw(st.integers(0, max(0, latest - one.begins)))))
    return told


def events_of(spoken: list[Spoken]) -> list[tuple[int, Event]]:
    told: list[tuple[int, int, Event]] = []
    for one in spoken:
        if not one.who:
            told.append((one.begins, 0, ControlTransmitting(source="tower", channel="CH1", on=True)))
            told.append((one.ends, 1, ControlTransmitting(source="tower", channel="CH1", on=False)))
            continue
        known = one.who if one.told == 0 else ""
        told.append((one.begins, 0, TransmissionStarted(source="tower", channel="CH1", unit=known)))
        told.append((one.ends, 1, TransmissionEnded(source="tower", channel="CH1")))
        if one.told:
            told.append((one.begins + one.told, 2, UnitIdentified(source="tower", channel="CH1", unit=one.who)))
    told.sort(key=lambda moment: moment[:2])
    return [(START_US + at_ms * MS, event) for at_ms, _, event in told]


def judged(spoken: list[Spoken]) -> list[Verdict]:
    """What the rules say once all is over."""
    state = State(RULES)
    events = events_of(spoken)
    end_us = events[-1][0] + 1_000_000_000
    last = TransmissionEnded(source="tower", channel="CH9")
    decisions = decide_all(state, [*events, (end_us, last)])
    incidents: dict[int, Incident] = {i.id: i for decision in decisions for i in decision.incidents}
    found: list[Verdict] = []
    for incident in sorted(incidents.values(), key=lambda i: i.opened_us):
        if incident.outcome == "merged":
            continue
        verdict = next(o for o in reversed(incident.obligations) if o.rule == "two_calls")
        assert verdict.calls == incident.calls
        assert (incident.outcome == "answered") == (verdict.seconds is not None)
        found.append((incident.unit, incident.calls, verdict.state, verdict.seconds, verdict.certain))
    return found


@settings(max_examples=500, deadline=None, derandomize=True)
@given(conversations(late_ids=False))
def test_the_rule_agrees_with_a_walk_over_the_list(spoken: list[Spoken]) -> None:
    assert judged(spoken) == Oracle().walk(spoken)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(conversations(late_ids=True))
def test_ids_that_come_late_change_nothing(spoken: list[Spoken]) -> None:
    """Whenever each id comes, while its transmission lasts or up to two seconds after it."""
    assert judged(spoken) == Oracle().walk(spoken)
