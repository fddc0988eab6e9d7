"""What people tell of their shifts and of the rules: kept in the journal with their name, nothing is decided by it."""

from rules.events.staff import StaffEvent


class ShiftNoteWritten(StaffEvent, frozen=True):
    """What the next shift should know, in the writer's own words."""

    text: str
    sites: tuple[str, ...] = ()  # whose shift it is for; none named: everybody's


class ShiftHandedOver(StaffEvent, frozen=True):
    """`by` has told the next shift all it must know: S3 便民 一.4, 交接清. `incidents`: what was open then."""

    to: str = ""
    note: str = ""
    incidents: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()  # whose shift it is; none named: everybody's


class ShiftTakenOver(StaffEvent, frozen=True):
    """`by` has understood what the journal's entry `handed_over` told, and goes on with it."""

    handed_over: int
    note: str = ""


class RulesApproved(StaffEvent, frozen=True):
    """`by` approves the rule set of this version: S0 复审规定."""

    version: str
    note: str = ""
