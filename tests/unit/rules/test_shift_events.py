"""What people tell of their shifts is kept in the journal, and decides nothing."""

import pytest

from rules.effects import Decision
from rules.engine import decide
from rules.events import Entry, Event, RulesApproved, ShiftHandedOver, ShiftNoteWritten, ShiftTakenOver
from rules.settings import RuleSet
from rules.state import State


@pytest.mark.parametrize(
    "event",
    [
        ShiftNoteWritten(by="王 008", text="水泵在修"),
        ShiftHandedOver(by="王 008", to="李 012", incidents=("20261122-0001",)),
        ShiftTakenOver(by="李 012", handed_over=7),
        RulesApproved(by="经理", version="rs-1"),
    ],
)
def test_nothing_is_decided_by_it(event: Event) -> None:
    assert decide(State(RuleSet(version="v", site="s")), Entry(1, 1_000_000, event)) == Decision()
