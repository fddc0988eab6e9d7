"""Steps of an emergency plan, about a record or none: due in time, told when late, taken back when done after all."""

import msgspec
import pytest

from rules.effects import Alert, Decision
from rules.engine import decide
from rules.events import (
    DeadlinePassed,
    Delivered,
    Entry,
    Event,
    PlanEnded,
    PlanStarted,
    PlanStep,
    PlanStepDone,
    RulesTaken,
)
from rules.obligations import Obligation
from rules.people import Person
from rules.settings import Line, RuleSet, SourceRules, ThreeRings
from rules.state import State

SECOND = 1_000_000
STEPS = (
    PlanStep(do="call 119", within_s=60.0),
    PlanStep(do="send guards", within_s=120.0),
    PlanStep(do="write it down"),
)


class Site:
    def __init__(self) -> None:
        rules = RuleSet(
            version="v", site="s", sources=(SourceRules(name="main"),), notifiers=("desk",),
            lines=(Line(number="4001"),), three_rings=ThreeRings(enabled=False),
        )  # fmt: skip
        self.state = State(rules)
        self.seq = 0
        self.take(0, Delivered(source="main", call="c", leg="a", role="agent", direction="inbound", called="4001"))
        self.number = next(iter(self.state.by_number))

    def take(self, at_s: float, event: Event) -> Decision:
        self.seq += 1
        return decide(self.state, Entry(self.seq, 1_700_000_000 * SECOND + round(at_s * SECOND), event))

    def start(self) -> int:
        self.take(1, PlanStarted(by="王", plan="fire", steps=STEPS, incident=self.number))
        return self.seq

    def late(self) -> list[Alert]:
        return [a for a in self.state.alerts.values() if a.rule == "plan_step" and a.kind == "breach"]

    def steps(self) -> list[Obligation]:
        return [o for o in self.state.by_number[self.number].obligations if o.rule == "plan_step"]


def test_only_steps_with_a_time_are_owed_and_a_tick_meets_its_own() -> None:
    site = Site()
    run = site.start()
    assert [o.state for o in site.steps()] == ["open", "open"]
    site.take(31, PlanStepDone(by="李", started=run, step=0, incident=site.number))
    site.take(32, PlanStepDone(by="李", started=run, step=2, incident=site.number))
    assert [(o.state, o.seconds) for o in site.steps()] == [("met", 30.0), ("open", None)]


def test_a_late_step_is_told_once_and_taken_back_when_it_is_done() -> None:
    site = Site()
    run = site.start()
    told = site.take(62, DeadlinePassed())
    assert [(a.rule, a.kind) for a in told.alerts] == [("plan_step", "breach")]
    done = site.take(70, PlanStepDone(by="李", started=run, step=0, incident=site.number))
    assert [a.kind for a in done.alerts if a.kind == "cleared"] == ["cleared"]
    assert [o.state for o in site.steps()] == ["breached", "open"]


def test_the_end_of_a_plan_leaves_nothing_due() -> None:
    site = Site()
    run = site.start()
    site.take(30, PlanEnded(by="王", started=run, incident=site.number))
    assert [o.state for o in site.steps()] == ["waived", "waived"]
    assert not [a for a in site.take(200, DeadlinePassed()).alerts if a.rule == "plan_step"]


def test_steps_of_a_plan_about_no_record_are_told_and_taken_back_too() -> None:
    site = Site()
    site.take(1, PlanStarted(by="王", plan="fire", steps=STEPS))
    run = site.seq
    site.take(62, DeadlinePassed())
    [told] = site.late()
    assert (told.rule, told.kind, told.about, told.incident) == ("plan_step", "breach", "fire: call 119", "")
    site.take(100, PlanStepDone(by="李", started=run, step=1))
    done = site.take(110, PlanStepDone(by="李", started=run, step=0))
    cleared = done.alerts[-1]
    assert (cleared.kind, cleared.about) == ("cleared", "fire: call 119")
    assert told.id in cleared.clears
    site.take(900, DeadlinePassed())
    assert [a.raised_us for a in site.late()] == [told.raised_us]


def test_the_end_of_a_plan_about_no_record_ends_its_troubles() -> None:
    site = Site()
    site.take(1, PlanStarted(by="王", plan="fire", steps=STEPS))
    run = site.seq
    site.take(62, DeadlinePassed())
    ended = site.take(70, PlanEnded(by="王", started=run))
    assert (ended.alerts[-1].kind, ended.alerts[-1].reason) == ("cleared", "plan_ended")
    assert not [key for key in site.state.quiet if key.startswith("plan/")]


@pytest.mark.parametrize("with_record", [True, False])
def test_a_late_step_is_told_to_the_role_that_owns_it(*, with_record: bool) -> None:
    """Beside whom the ladder names; a role that nobody holds is a word for people."""
    site = Site()
    wang = Person(id="wang", roles=("guard",), reach={"desk": "1"})
    site.take(0.5, RulesTaken(rules=msgspec.structs.replace(site.state.rules, people=(wang,))))
    steps = (PlanStep(do="a", role="guard", within_s=10.0), PlanStep(do="b", role="义务消防队", within_s=20.0))
    site.take(1, PlanStarted(by="王", plan="fire", steps=steps, incident=site.number if with_record else ""))
    site.take(12, DeadlinePassed())
    site.take(21.5, DeadlinePassed())
    assert [alert.notifiers for alert in site.late()] == [("desk", "desk/wang"), ("desk",)]
