"""What records add up to, as a store sums it for reports."""

from collections.abc import Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Where a record came in: what tells whose it is, where one gateway serves several sites."""

    line: str
    channel: str
    talkgroup: str
    source: str = ""


class Judged(NamedTuple):
    """So many verdicts of records that were opened in one stretch of time."""

    bucket: int  # 0: the first of the span
    place: Place
    unit: str  # who hailed
    rule: str
    state: str
    in_hours: bool
    clock: str
    rule_set: str
    how_many: int


class Answering(NamedTuple):
    """So many verdicts of records that this person answered."""

    agent: str
    place: Place
    rule: str
    state: str
    in_hours: bool
    how_many: int


class Timed(NamedTuple):
    """So many responses, in time or late, that took so long."""

    bucket: int
    place: Place
    unit: str
    rule: str
    in_hours: bool
    tenths: int  # of a second
    how_many: int


class Counted(NamedTuple):
    """So many records with one outcome, opened in one stretch of time."""

    bucket: int
    place: Place
    medium: str
    direction: str
    outcome: str
    in_hours: bool
    how_many: int


class Figures(NamedTuple):
    """What the records of a span add up to."""

    since_us: int
    until_us: int
    bucket_us: int
    judged: Sequence[Judged]
    answering: Sequence[Answering]
    timed: Sequence[Timed]
    counted: Sequence[Counted]
