"""One breach and all that people may do about it: told as plain arithmetic says, after restarts and by journal too."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.effects import Alert
from rules.engine import State, decide, next_deadline
from rules.events import (
    AlertAcknowledged,
    AlertDone,
    AlertHandedOver,
    AlertSnoozed,
    AlertWorkedOn,
    DeadlinePassed,
    Delivered,
    DeliverySettled,
    Entry,
    Established,
    Event,
    RulesTaken,
)
from rules.people import Person, Shift
from rules.settings import AcknowledgeBy, Ladder, LadderStep, OnDuty, RuleSet, SourceRules
from tests.property.rules.plain_ladder import Deed, Plain, Told
from tests.property.rules.soup import frozen, restarted

START_US = 1_763_712_000_000_000  # 16:00 in Shanghai
BEGINS_US = START_US + 20_000_000  # the call begins to ring; 400 s later it is 16:07, and the shift changes
BREACH_US, CHANGE_US, UNTIL_US = (BEGINS_US + s * 1_000_000 for s in (15, 400, 4000))
NOTIFIERS = ("desk", "sms", "boss")
REACHED = {"li": "sms/li", "wang": "sms/wang", "chen": "sms/chen", "far": ""}  # how each person is
NAMES = {"012": "li", "王芳": "wang"} | {who: who for who in REACHED}  # by what each may be called
OTHER_LADDER = Ladder(warn=("desk",), breach=("sms",), escalation=("sms",), acknowledge_within_s=7, act_within_s=3)


def person(who: str) -> Person:
    name, number = {"li": ("", "012"), "wang": ("王芳", "")}.get(who, ("", ""))
    reach = {} if not REACHED[who] else {"sms": "1"}
    roles = ("away",) if who == "far" else ("team",) if who in ("li", "wang") else ()
    return Person(id=who, roles=roles, reach=reach, name=name, number=number)


def rules_of(ladder: Ladder, *, moved: bool, version: str) -> RuleSet:
    day, night = ("wang", "li") if moved else ("li", "wang")
    return RuleSet(
        version=version,
        site="hill",
        notifiers=NOTIFIERS,
        sources=(SourceRules(name="main"),),
        ladder=ladder,
        on_duty=OnDuty(enabled=False),
        people=tuple(person(who) for who in REACHED),
        shifts=(
            Shift(role="guard", people=(day,), from_="08:00", to="16:07"),
            Shift(role="guard", people=(night,), from_="16:07", to="08:00"),
        ),
    )


words = st.lists(
    st.sampled_from(["desk", "boss", "role:guard", "role:team", "role:away", "person:chen", "person:li", "person:far"]),
    max_size=3,
    unique=True,
).map(tuple)
MUST: list[AcknowledgeBy] = ["one", "one", "all"]
OWN_MUST: list[AcknowledgeBy | None] = [None, *MUST]


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    within_s = draw(st.sampled_from([20, 60]))
    steps = []
    after_s = within_s
    for _ in range(draw(st.integers(0, 2))):
        after_s += draw(st.sampled_from([30, 100]))
        repeat_every_s = draw(st.sampled_from([0, 0, 45]))
        steps.append(
            LadderStep(
                after_s=after_s,
                tell=draw(words),
                repeat_every_s=repeat_every_s,
                repeats_max=2,
                acknowledge=draw(st.sampled_from(OWN_MUST)),
            )
        )
        after_s += 2 * repeat_every_s
    return Ladder(
        warn=("desk",),
        breach=draw(words),
        escalation=draw(words),
        acknowledge_within_s=within_s,
        acknowledge=draw(st.sampled_from(MUST)),
        act_within_s=draw(st.sampled_from([0, 50, 300])),
        act_warn_before_s=draw(st.sampled_from([0, 20, 60])),
        on_it_max_s=500,
        snooze_max_s=draw(st.sampled_from([0, 200])),
        snoozes_max=draw(st.sampled_from([1, 3])),
        steps=tuple(steps),
    )


@st.composite
def deeds_of_a_day(draw: st.DrawFn) -> list[Deed]:
    at_us, found = BREACH_US, []
    for nth in range(draw(st.integers(0, 8))):
        at_us += draw(st.sampled_from([1, 5, 15, 40, 70, 200])) * 1_000_000
        what = draw(
            st.sampled_from(["acknowledge"] * 4 + ["hand_over", "snooze", "on_it", "done", "moved", "answered"])
        )
        for_whom = draw(st.sampled_from(["", "", "li", "wang"])) if what == "acknowledge" else ""
        to = draw(st.sampled_from(["person:wang", "role:team", "role:away", "person:chen"]))
        found.append(
            Deed(
                at_us + (nth + 1) * 13_000,  # no deed falls on a moment of the ladder's
                what,
                draw(st.sampled_from(["012", "王芳", "chen", "visitor", "visitor"])),
                to if what == "hand_over" else for_whom,
                draw(st.sampled_from([10, 150, 300])) * 1_000_000,
            )
        )
    return found


def event_of(deed: Deed, ladder: Ladder, named: str, *, moved: bool, nth: int) -> Event:
    """`named`: the alert that the deed speaks of."""
    match deed.what:
        case "acknowledge":
            return AlertAcknowledged(by=deed.by, alert=named, person=deed.to)
        case "hand_over":
            return AlertHandedOver(by=deed.by, alert=named, to=deed.to)
        case "snooze":
            return AlertSnoozed(by=deed.by, alert=named, for_us=deed.for_us)
        case "on_it":
            return AlertWorkedOn(by=deed.by, alert=named, for_us=deed.for_us)
        case "done":
            return AlertDone(by=deed.by, alert=named)
        case "moved":  # the roster is edited, and the ladder with it, which changes nothing that runs
            return RulesTaken(rules=rules_of(OTHER_LADDER if nth % 2 else ladder, moved=moved, version=f"v{nth}"))
        case _:
            return Established(source="main", call="a", leg="x")


class Gateway:
    """The rules, driven as the pipeline drives them; what is told fails or is delivered at once."""

    def __init__(self, rules: RuleSet, dead: frozenset[str], restart_every: int) -> None:
        self.state = State(rules)
        self.entries: list[Entry] = []
        self.told: list[Told] = []
        self.ids: list[str] = []
        self.sends: list[tuple[str, str]] = []
        self._dead = dead
        self._restart_every = restart_every

    def enter(self, at_us: int, event: Event) -> None:
        self.pass_until(at_us)
        self._decide(at_us, event)

    def pass_until(self, at_us: int) -> None:
        while (due_us := next_deadline(self.state)) is not None and due_us <= at_us:
            self._decide(due_us, DeadlinePassed())

    def _decide(self, at_us: int, event: Event) -> None:
        if self._restart_every and len(self.entries) % self._restart_every == self._restart_every - 1:
            self.state = restarted(self.state)
        entry = Entry(len(self.entries) + 1, at_us, event)
        self.entries.append(entry)
        decision = frozen(decide(self.state, entry))
        for alert in decision.alerts:
            if alert.id not in self.ids:
                self.ids.append(alert.id)
                self._note(alert)
        for send in decision.sends:
            self.sends.append((send.alert, send.notifier))
            delivered = send.notifier not in self._dead
            self._decide(
                at_us, DeliverySettled(alert=send.alert, notifier=send.notifier, delivered=delivered, attempts=1)
            )

    def _note(self, alert: Alert) -> None:
        if alert.kind != "warning" or alert.reason == "not_acted_yet":
            reason = "answered" if alert.kind == "cleared" else alert.reason
            self.told.append(Told(alert.raised_us, reason, frozenset(alert.notifiers)))


def played(ladder: Ladder, dead: frozenset[str], deeds: list[Deed], named: int, restart_every: int) -> Gateway:
    gateway = Gateway(rules_of(ladder, moved=False, version="v"), dead, restart_every)
    gateway.enter(BEGINS_US, Delivered(source="main", call="a", leg="x"))
    moved = False
    for nth, deed in enumerate(deeds):
        gateway.pass_until(deed.at)
        moved = moved != (deed.what == "moved")
        climbing = [a for a in gateway.state.alerts.values() if a.manner is not None]
        alert = sorted(climbing, key=lambda a: a.rung)[named % len(climbing)].id if climbing else "none"
        gateway.enter(deed.at, event_of(deed, ladder, alert, moved=moved, nth=nth))
    gateway.pass_until(UNTIL_US)
    return gateway


def expected(ladder: Ladder, dead: frozenset[str], deeds: list[Deed]) -> list[Told]:
    moved = False  # the roster was edited: the shifts are swapped

    def reach(words: tuple[str, ...], at_us: int) -> set[str]:
        found: set[str] = set()
        for word in words:
            kind, _, name = word.partition(":")
            guard = "wang" if (at_us >= CHANGE_US) != moved else "li"
            roles = {"guard": (guard,), "team": ("li", "wang"), "away": ("far",)}
            if word in NOTIFIERS:
                found.add(word)
            else:
                found.update(REACHED[who] for who in ((name,) if kind == "person" else roles[name]))
        return found - {""}

    plain = Plain(ladder, reach, lambda _: set(NOTIFIERS), NAMES, dead)
    plain.begin(BREACH_US)
    for deed in deeds:
        plain.pass_until(deed.at)
        if deed.what == "moved":
            moved = not moved
        else:
            plain.do(deed)
    plain.pass_until(UNTIL_US)
    return plain.told


cases: dict[str, Any] = {
    "ladder": ladders(),
    "dead": st.sampled_from(
        [frozenset(), frozenset({"sms/li"}), frozenset({"boss", "sms/chen"}), frozenset(NOTIFIERS)]
    ),
    "deeds": deeds_of_a_day(),
    "named": st.integers(0, 3),
}


def ordered(told: list[Told]) -> list[tuple[int, str, list[str]]]:
    return sorted((one.at, one.reason, sorted(one.to)) for one in told)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(restart_every=st.sampled_from([0, 1, 2, 5]), **cases)
def test_a_ladder_tells_what_plain_arithmetic_says_also_after_restarts(
    ladder: Ladder, dead: frozenset[str], deeds: list[Deed], named: int, restart_every: int
) -> None:
    gateway = played(ladder, dead, deeds, named, restart_every)
    assert ordered(gateway.told) == ordered(expected(ladder, dead, deeds))
    assert len(gateway.sends) == len(set(gateway.sends))  # nobody is told a step twice
    assert len(gateway.ids) == len({*gateway.ids})


@settings(max_examples=60, deadline=None, derandomize=True)
@given(**cases)
def test_its_journal_alone_gives_the_same_state(
    ladder: Ladder, dead: frozenset[str], deeds: list[Deed], named: int
) -> None:
    lived = played(ladder, dead, deeds, named, restart_every=3)
    again = State(rules_of(ladder, moved=False, version="v"))
    for entry in lived.entries:
        decide(again, entry)
    for kind in ("alerts", "incidents"):
        assert msgspec.to_builtins(getattr(again, kind)) == msgspec.to_builtins(getattr(lived.state, kind))


def test_everybody_whom_the_deeds_name_is_known_to_the_oracle() -> None:
    assert set(NAMES.values()) == {*REACHED}
