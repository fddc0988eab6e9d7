"""What people at the desk do, on the board or through the API. `by` is who was signed in."""

import msgspec


class StaffEvent(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    by: str


class AlertAcknowledged(StaffEvent, frozen=True):
    alert: str
    note: str = ""


class CheckedIn(StaffEvent, frozen=True):
    """The waiting caller of this incident was greeted again."""

    incident: str


class CalledBack(StaffEvent, frozen=True):
    """The missed caller of this incident was reached by other means than a call we saw."""

    incident: str
    note: str = ""
