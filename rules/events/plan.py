"""An emergency plan that is carried out: its steps with their owners, and each tick. The event carries the whole plan,
so that a later configuration changes nothing of one that runs.
"""

import msgspec

from rules.events.staff import StaffEvent


class PlanStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One thing to do."""

    do: str
    role: str = ""  # who does it
    within_s: float | None = None  # from the start of the plan


class PlanStarted(StaffEvent, frozen=True):
    """`incident`: the record that it is about; "" for none."""

    plan: str
    steps: tuple[PlanStep, ...]
    incident: str = ""
    sites: tuple[str, ...] = ()  # whose emergency it is; none named: everybody's


class PlanStepDone(StaffEvent, frozen=True):
    """`started`: the journal's entry of the PlanStarted; `step` counts from 0."""

    started: int
    step: int
    incident: str = ""
    note: str = ""


class PlanEnded(StaffEvent, frozen=True):
    """It is over, or called off: nothing more of it is due."""

    started: int
    incident: str = ""
    note: str = ""
