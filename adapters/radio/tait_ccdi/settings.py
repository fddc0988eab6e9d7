"""What a [[source]] table of kind tait-ccdi may hold."""

from adapters.kinds import Problem
from adapters.radio.settings import RadioSettings


class Settings(RadioSettings, kw_only=True, forbid_unknown_fields=True):
    """`fleet`: what stands before a unit's id in its data identity of 8 characters, often the first 4."""

    fleet: str = ""


def check(settings: Settings) -> list[Problem]:
    if len(settings.fleet) < 8 and (not settings.fleet or settings.fleet.isascii()):
        return []
    return [Problem("fleet", settings.fleet, "what stands before the unit in 8 characters: at most 7 of them")]
