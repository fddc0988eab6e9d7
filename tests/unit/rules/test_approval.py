"""The rules in force wait for approval, and for review; who is told when, and what ends it."""

import msgspec

from rules.approval import of
from rules.effects import Alert
from rules.engine import State, decide, next_deadline
from rules.events import DeadlinePassed, Entry, Event, RulesApproved, RulesTaken
from rules.moments import SECOND_US
from rules.settings import Approval, RuleSet

DAY_US = 86_400 * SECOND_US
START_US = 1_763_712_000_000_000


def rules(substance: str, version: str = "", **approval: object) -> RuleSet:
    asked = msgspec.convert({"review_every_days": 90, "within_days": 7} | approval, Approval)
    return RuleSet(
        version=version or substance, substance=substance, site="riverside", notifiers=("desk",), approval=asked
    )


class Playing:
    def __init__(self, taken: RuleSet) -> None:
        self.state = State(taken)
        self.seq = 0
        self.told: set[str] = set()
        self.enter(0, RulesTaken(rules=taken))

    def enter(self, day: float, event: Event) -> list[Alert]:
        """What is told until then, and by it."""
        told: list[Alert] = []
        at_us = START_US + round(day * DAY_US)
        while (due_us := next_deadline(self.state)) is not None and due_us < at_us:
            told += self._decide(due_us, DeadlinePassed())
        return [one for one in told + self._decide(at_us, event) if one.rule == "approval"]

    def _decide(self, at_us: int, event: Event) -> list[Alert]:
        self.seq += 1
        changed = decide(self.state, Entry(seq=self.seq, at_us=at_us, event=event)).alerts
        new = [one for one in changed if one.id not in self.told]
        self.told |= {one.id for one in new}
        return new

    def kinds(self, day: float, event: Event | None = None) -> list[str]:
        told = self.enter(day, event or DeadlinePassed())
        return list(dict.fromkeys(one.kind for one in told))


def test_a_set_that_nobody_approves_is_told_in_time_and_no_more_once_it_is_approved() -> None:
    played = Playing(rules("a"))
    assert played.kinds(6.9) == []
    told = played.enter(7.1, DeadlinePassed())
    assert {(one.kind, one.reason, one.about, one.severity) for one in told} >= {
        ("breach", "unapproved", "a", "warning")
    }
    assert "cleared" in played.kinds(8, RulesApproved(by="chen", version="a"))
    assert played.kinds(97.9) == []


def test_what_is_approved_is_to_be_reviewed_and_a_review_begins_the_time_anew() -> None:
    played = Playing(rules("a"))
    assert played.kinds(1, RulesApproved(by="chen", version="a")) == []
    assert played.kinds(80, RulesApproved(by="li", version="a")) == []
    assert played.kinds(169) == []
    assert "breach" in played.kinds(171)
    waits = of(played.state.quiet)
    assert waits is not None
    assert waits.reason == "review_overdue"


def test_two_people_sign_where_that_is_asked() -> None:
    played = Playing(rules("a", two_people=True))
    for by in ("chen", "chen"):
        played.enter(1, RulesApproved(by=by, version="a"))
    assert "breach" in played.kinds(7.1)
    assert "cleared" in played.kinds(8, RulesApproved(by="li", version="a"))


def test_another_set_waits_anew_but_one_change_after_the_other_does_not_put_it_off() -> None:
    played = Playing(rules("a"))
    played.enter(5, RulesTaken(rules=rules("b")))
    assert played.kinds(6.9) == []
    assert "breach" in played.kinds(7.1)
    assert played.kinds(7.2, RulesTaken(rules=rules("c"))) == []  # it is told already
    assert played.kinds(7.3, RulesApproved(by="chen", version="b")) == []  # not in force
    assert "cleared" in played.kinds(8, RulesApproved(by="chen", version="c"))


def test_who_works_when_is_no_matter_of_approval() -> None:
    played = Playing(rules("a"))
    played.enter(1, RulesApproved(by="chen", version="a"))
    played.enter(2, RulesTaken(rules=rules("a", version="a, other shifts")))
    assert played.kinds(30) == []


def test_switched_off_nobody_is_told() -> None:
    played = Playing(rules("a", review_every_days=0))
    assert played.kinds(400) == []
    assert next_deadline(played.state) is None
    played = Playing(rules("a"))
    played.enter(7.1, DeadlinePassed())
    assert "cleared" in played.kinds(8, RulesTaken(rules=rules("a", review_every_days=0)))
