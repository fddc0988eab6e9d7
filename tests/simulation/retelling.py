"""A failure becomes a file: a scenario of the rules where it is theirs, else a story that the simulation plays again.

A story file has one JSON document a line: what holds for the whole stretch, then each happening.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec

from rules.events import CalledBack, CallEvent, CheckedIn, Entry
from rules.settings import RuleSet
from tests.scenarios.story import Story, play
from tests.simulation.house import rule_sets
from tests.simulation.plan import Happening, Plan
from tests.simulation.zones import START_US

HAPPENINGS: dict[str, Any] = {kind.__name__: kind for kind in get_args(Happening)}
# What a wrong verdict of a call looks like, in the words of truth.py and duties.py.
VERDICT = re.compile(
    r"(?:call_back: )?(?:(\w+): )?(three_rings|call_back)(?: of (\w+))? is \w+.* should be \[?'?(\w+)'?\]?$"
)
TOLD = ("leg", "role", "caller", "called", "device", "cause", "direction", "trunk", "queue")


class Folders(NamedTuple):
    scenarios: Path
    stories: Path


FOLDERS = Folders(Path(__file__).parent.parent / "scenarios", Path(__file__).parent / "stories")


def written(plan: Plan, wrong: list[str]) -> str:
    """The plan as a story file."""
    head: dict[str, Any] = {
        "seed": plan.seed,
        "clock_off_s": plan.clock_off_s,
        "drift_ppm": plan.drift_ppm,
        "by_mqtt": plan.by_mqtt,
    }
    if plan.beats:
        head["beats"] = True
    if plan.on_sqlite:
        head["on_sqlite"] = True
    if plan.features:
        head["features"] = plan.features
    lines = [f"# {line}" for line in wrong[:3]] + [json.dumps(head)]
    lines += [
        json.dumps({"happens": type(happening).__name__, **asdict(happening)}, ensure_ascii=False)
        for happening in sorted(plan.happenings, key=lambda one: one.at_s)
    ]
    return "\n".join(lines) + "\n"


def read(text: str) -> Plan:
    head, *rest = (json.loads(line) for line in text.splitlines() if line and not line.startswith("#"))
    happenings = [msgspec.convert(one, HAPPENINGS[one.pop("happens")], strict=False) for one in rest]
    head["features"] = tuple(head.get("features", ()))
    return Plan(**head, happenings=happenings)


def keep(plan: Plan, wrong: list[str], entries: list[Entry], calls: dict[str, str], folders: Folders) -> Path:
    """Write it down where a test will play it. `calls`: ids of the calls that the PBX names by itself."""
    told = scenario(f"Seed {plan.seed} of the simulation", wrong, entries, calls)
    if not plan.features and told is not None and _fails(told):
        path, text = folders.scenarios / f"seed_{plan.seed}.txt", told
    else:
        path, text = folders.stories / f"seed_{plan.seed}.story", written(plan, wrong)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def scenario(name: str, wrong: list[str], entries: list[Entry], calls: dict[str, str]) -> str | None:
    """The calls' part of the journal in the words of tests/scenarios, and the verdict that there should be."""
    found = next((match for line in wrong if (match := VERDICT.match(line))), None)
    if found is None:
        return None
    call = found[1] or found[3]
    lines = [f"story {name}", *_settings(rule_sets()[0]), "alerts any"]
    lines += [line for entry in entries if (line := _line(entry, entries))]
    over_s = (entries[-1].at_us - START_US) / 1_000_000
    return "\n".join([*lines, f"{over_s:g} wait", f"verdict {calls.get(call, call)} {found[2]} {found[4]}", ""])


def _settings(rules: RuleSet) -> list[str]:
    return [
        f"set notifiers={','.join(rules.notifiers)}",
        f"set three_rings.rings={rules.three_rings.rings} hold_checkin.every_s={rules.hold_checkin.every_s:g}",
    ]


def _line(entry: Entry, entries: list[Entry]) -> str:
    """ "" for what the scenario's own player does, and for what concerns no call."""
    event, at_s = entry.event, (entry.at_us - START_US) / 1_000_000
    if isinstance(event, CallEvent):
        facts = [f"{name}={value}" for name in TOLD if (value := getattr(event, name))]
        if event.occurred_us is not None:
            facts.append(f"at={(event.occurred_us - START_US) / 1_000_000:g}")
        if event.uncertain:
            facts.append("uncertain=true")
        return f"{at_s!r} {type(event).__name__} source={event.source} call={event.call} {' '.join(facts)}"
    if isinstance(event, CheckedIn | CalledBack):
        call = _call_of(event.incident, entries)
        return f"{at_s!r} {type(event).__name__} incident={call}" if call else ""
    return ""


def _call_of(number: str, entries: list[Entry]) -> str:
    """Records are numbered as their calls begin, where only calls make records."""
    ids = list(dict.fromkeys(e.event.call for e in entries if isinstance(e.event, CallEvent)))
    place = int(number.rpartition("-")[2]) - 1
    return ids[place] if place < len(ids) else ""


def _fails(text: str) -> bool:
    """Whether the rules alone go wrong as the whole service did."""
    story = Story("", [line for line in text.splitlines() if line and not line.startswith("story ")])
    try:
        play(story)
    except AssertionError:
        return True
    except (KeyError, IndexError, StopIteration, msgspec.ValidationError):
        return False  # it cannot be told so
    return False
