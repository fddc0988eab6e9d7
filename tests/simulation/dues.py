"""What the oracles of duties share: by when something had to be done, and whether it was."""

from collections.abc import Iterator

from rules.events import Entry
from rules.obligations import Obligation, Rule
from tests.simulation.checks import Judged

SECOND_US = 1_000_000
WITHIN_US: dict[str, dict[str, int]] = {  # by rule set
    "call_back": {"first": 900 * SECOND_US, "second": 600 * SECOND_US},
    "promise": {"first": 600 * SECOND_US, "second": 300 * SECOND_US},
}
A_DAY_US = 86_400_000_000  # an alert that nobody acknowledged for so long is given up


def of_rule(record: Judged, rule: Rule) -> list[Obligation]:
    return [o for o in record.obligations if o.rule == rule]


def judged_by(owed: Obligation, due_us: int, done: Entry | None, over_us: int, who: str) -> Iterator[str]:
    """Done before its moment it is met; at it, after it or never it is breached."""
    expected = "open" if over_us < due_us else "breached"
    if done is not None:
        expected = "met" if done.at_us < due_us else "breached"
    if owed.state != expected:
        yield f"{owed.rule} of {who} is {owed.state}, and should be {expected}"
    if done is not None and owed.ended_by != done.seq:
        yield f"{owed.rule} of {who} was ended by entry {owed.ended_by}, and should be by {done.seq}"
