"""What differs between two rule sets, in lines for people."""

from collections.abc import Iterator
from typing import Any

import msgspec

from adapters.errors import ConfigError
from rules.settings import RuleSet

_KEYED_BY = {
    "lines": "number",
    "sources": "name",
    "units": "unit",
    "channels": "channel",
    "status_codes": "code",
    "people": "id",
    "maintenance": "name",
    "hours": "medium",
}


def rule_changes(old: RuleSet, new: RuleSet) -> list[str]:
    """One line a changed value: `three_rings.rings: 3 → 2`. Empty for equal rules."""
    before, after = msgspec.to_builtins(old), msgspec.to_builtins(new)
    for name in ("version", "substance"):
        del before[name], after[name]
    return list(_differences("", _keyed(before), _keyed(after)))


def check_reload(runs: RuleSet, new: RuleSet) -> None:
    """Rules that name a source or notifier which does not run would tell nobody. Raises ConfigError."""
    named = (
        ("site", {runs.site}, {new.site}),
        ("source", {one.name for one in runs.sources}, {one.name for one in new.sources}),
        ("notifier", set(runs.notifiers), set(new.notifiers)),
    )
    cure = "it comes, goes or changes its name by a restart only; until then the rules stay as they were"
    changed = [(key, ", ".join(sorted(old ^ fresh)), cure) for key, old, fresh in named if old != fresh]
    if changed:
        raise ConfigError(changed)


def _keyed(rules: dict[str, Any]) -> dict[str, Any]:
    """Lines, sources, units … by their name, so that one more does not look like a change of all behind it."""
    return rules | {table: {row[key]: row for row in rules[table]} for table, key in _KEYED_BY.items()}


def _differences(where: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            inner = f"{where}.{key}" if where else key
            if key not in new:
                yield f"{inner}: removed"
            elif key not in old:
                yield f"{inner}: new"
            else:
                yield from _differences(inner, old[key], new[key])
    elif old != new:
        yield f"{where}: {_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()
