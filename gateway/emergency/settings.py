"""The site's emergency numbers and plans; what a site in China begins with, where it configured none of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from adapters.kinds import Problem
from rules.events import PlanStep

_STEPS_MAX: Final = 40
_CHARS_MAX: Final = 200


class EmergencyNumber(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to call. The list hangs at the desk: S4 篇5 §3.1.8."""

    name: str
    number: str = ""  # empty: a line to be filled in by hand on the printed list
    note: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"steps": "step"}):
    """What to do in an emergency, with who is responsible: S3 第十二–十三条."""

    name: str
    steps: tuple[PlanStep, ...]  # each: do, role, within_s (from the start of the plan)


class Emergency(NamedTuple):
    """What the page, the list and the command show."""

    numbers: tuple[EmergencyNumber, ...]
    plans: tuple[Plan, ...]


class _Defaults(msgspec.Struct):
    emergency_number: tuple[EmergencyNumber, ...]
    plan: tuple[Plan, ...]


def emergency(numbers: Sequence[EmergencyNumber], plans: Sequence[Plan]) -> Emergency:
    defaults = msgspec.toml.decode((Path(__file__).parent / "china.toml").read_bytes(), type=_Defaults)
    return Emergency(tuple(numbers) or defaults.emergency_number, tuple(plans) or defaults.plan)


def check_emergency(numbers: Sequence[EmergencyNumber], plans: Sequence[Plan]) -> Iterator[Problem]:
    for one in numbers:
        if not one.name or len(one.name) > _CHARS_MAX or len(one.number) > _CHARS_MAX:
            yield Problem("emergency_number", one.name[:40], f"a name, and texts of at most {_CHARS_MAX} characters")
    for plan in plans:
        where = f"plan.{plan.name[:40]}"
        if sum(other.name == plan.name for other in plans) > 1:
            yield Problem(where, plan.name[:40], "there are two of this name")
        if not 1 <= len(plan.steps) <= _STEPS_MAX:
            yield Problem(f"{where}.step", str(len(plan.steps)), f"1 to {_STEPS_MAX} steps: write [[plan.step]]")
        for place, step in enumerate(plan.steps, 1):
            if not step.do or len(step.do) > _CHARS_MAX:
                yield Problem(
                    f"{where}.step.{place}.do", step.do[:40], f"say what to do, in at most {_CHARS_MAX} characters"
                )
            if step.within_s is not None and step.within_s <= 0:
                yield Problem(f"{where}.step.{place}.within_s", str(step.within_s), "must be above 0, or left out")
