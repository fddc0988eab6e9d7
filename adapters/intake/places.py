"""Where records came in: what tells whose they are, of many at once."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from adapters.intake.loading import Ask
from adapters.intake.schema import incident
from adapters.summed import Place

_AT_ONCE: Final = 500  # databases bound the values of one statement
_DAY_US: Final = 86_400_000_000
_COLUMNS: Final = (incident.c.line, incident.c.channel, incident.c.talkgroup, incident.c.source)


def places(ask: Ask, numbers: Sequence[str]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for first in range(0, len(numbers), _AT_ONCE):
        named = incident.c.number.in_(numbers[first : first + _AT_ONCE])
        found |= {row[0]: Place(*row[1:]) for row in ask(select(incident.c.number, *_COLUMNS).where(named))}
    return found


def place_of_recording(ask: Ask, recording: str, started_us: int) -> Place | None:
    """Records are opened before what is spoken in them; a day's many are few enough to look through."""
    opened = incident.c.opened_us.between(started_us - _DAY_US, started_us + _DAY_US)
    holds = incident.c.recordings.contains(f'"{recording}"', autoescape=True)
    rows = ask(select(*_COLUMNS).where(opened, holds).limit(1))
    return Place(*rows[0]) if rows else None
