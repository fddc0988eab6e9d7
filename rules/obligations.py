"""The one idea: somebody must respond by a moment; an event meets it, or the moment passes."""

from typing import Literal

import msgspec

Outcome = Literal["open", "met", "breached", "waived", "not_measurable", "not_observable"]
Clock = Literal["source", "receipt"]
Severity = Literal["info", "warning", "critical", "emergency"]  # of an alert
Why = Literal["", "maintenance", "after_hours", "source_offline", "storm"]  # an alert was not told
Rule = Literal[
    "three_rings",
    "hold_checkin",
    "call_back",
    "inbound_only",  # a violation: breached the moment it is seen
    "two_calls",
    "promise",  # a unit was told to wait: we come back to it
    "plan_step",  # a step of an emergency plan is done in its time
    "roll_call",  # an operator alert: a post was not heard in time
    "acknowledge",  # a breach alert must be acknowledged, else it climbs the ladder
    "act",  # an acknowledged one must be acted on, else it climbs on
    "notify",  # a breach alert must reach somebody, else that itself is told
    "source_online",  # an operator alert: we do not hear this source
    "notifier_online",  # an operator alert: this notifier does not deliver
    "source_readable",  # an operator alert: nobody can read what this source sends
    "approval",  # an operator alert: the rules in force are not approved, or their review is overdue
    "on_duty",  # an operator alert: a ladder's step named a role for which nobody can be reached
    "undecided",  # an operator alert: an event made a rule raise
    "maintenance",  # an operator alert: what was not told meanwhile
    "after_hours",  # likewise
    "test",  # an alert that somebody sends to see whether it arrives
]
# Obligations of ours towards the desk, not of the desk towards a caller: no verdict in the record.
INTERNAL_RULES = frozenset({"acknowledge", "act", "notify"})


class Step(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One moment of an obligation's plan: `after_us` counts from its opening."""

    after_us: int
    kind: Literal["warning", "breach"]
    ring: int = 0


def warned_plan(due_us: int, warn_before_us: int) -> tuple[Step, ...]:
    """A breach, and a warning before it where there is time for one."""
    if 0 < warn_before_us < due_us:
        return (Step(due_us - warn_before_us, "warning"), Step(due_us, "breach"))
    return (Step(due_us, "breach"),)


class Hush(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One alert of an obligation that was not told: why, and the alert that stands for it."""

    alert: str
    why: Why
    tied_to: str


class Obligation(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One obligation and, once it has ended, its verdict with the evidence.

    `state` is the verdict; "open" until there is one. A breach told live may later be revised
    (`revised` counts how often); the record's time line keeps every version.
    """

    id: int
    rule: Rule
    incident: int  # Incident.id
    opened_us: int  # on our clock; for a trusted source its moment carried over to our clock
    due_us: int
    plan: tuple[Step, ...] = ()  # made from the rule set in force at opening; a reload does not change it
    step: int = 0  # index into `plan` of what comes next
    state: Outcome = "open"
    rule_set: str = ""
    leg: str = ""  # the ringing or holding leg this is about
    owner: str = ""  # plan_step: the role that does it
    alert: str = ""  # `acknowledge`, `act`, `notify`: the alert this is about
    told: tuple[str, ...] = ()  # the targets that heard of its breach: they hear also when it is over
    climbed: tuple[str, ...] = ()  # what its breach was followed by, by id
    hushed: tuple[Hush, ...] = ()  # its alerts that were not told
    noticed: bool = False  # somebody has acknowledged what was told of its breach, or the line that stands for it
    in_hours: bool = True  # it was opened while its medium is attended
    source_opened_us: int | None = None  # the source's own clock at opening
    ended_us: int | None = None
    source_ended_us: int | None = None
    seconds: float | None = None  # how long it took, by the judging clock; milliseconds are exact
    ring: int | None = None  # the ring in which it was answered or given up; while it rings on, that of the breach
    calls: int | None = None  # two_calls: how many calls the unit made
    clock: Clock = "receipt"  # which clock judged
    skew_us: int | None = None  # the source's measured skew when judged
    certain: bool = True  # False: the moment is a bound, see `reason`
    reason: str = ""  # why waived, not measurable, revised
    late: bool = False  # the deadline passed while we were down
    revised: int = 0
    opened_by: int = 0  # journal seq of the event that opened it
    ended_by: int | None = None  # journal seq of the event that ended it

    @property
    def next_us(self) -> int | None:
        """When it wants to be looked at next; None if it waits for events only."""
        if self.step >= len(self.plan):
            return None
        return self.opened_us + self.plan[self.step].after_us

    @property
    def step_us(self) -> int:
        """The moment of `step`, of the last one if all are behind."""
        if not self.plan:
            return self.due_us
        return self.opened_us + self.plan[min(self.step, len(self.plan) - 1)].after_us
