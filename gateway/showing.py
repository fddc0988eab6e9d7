"""The configuration for people's eyes: the values in force as TOML, and the reference of all keys as Markdown."""

import inspect
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from adapters.radio.settings import RadioSettings
from adapters.registry import NOTIFIERS, SOURCES
from gateway.access.oidc_settings import OidcSettings
from gateway.config import Config
from gateway.config_document import RadioTable
from gateway.config_tables import GatewaySettings, Rules
from gateway.desk_settings import DeskSettings, DirectoryTable, Prompts
from gateway.emergency.settings import EmergencyNumber, Plan
from gateway.heartbeat import HeartbeatSettings
from gateway.reading import shown, shown_whole, type_words
from gateway.reports.settings import ReportSettings
from gateway.roster_file import RosterTable
from gateway.web.access.auth import AuthSettings
from rules.people import DayOff, Person, Shift
from rules.quiet import Maintenance, MaintenanceByHand, ServiceHours, StormRules
from rules.settings import (
    Approval,
    Ladder,
    Line,
    RadioChannel,
    SpecialLadder,
    StatusCode,
    Unit,
)

_COMMENT = re.compile(r"^\s+(?P<field>\w+): [^#]*?#\s*(?P<comment>.*?)(\s*# noqa.*)?$")
_INTRODUCTION = """\
<!-- Made from the settings by `make docs`: change the settings, not this file. -->
# Configuration

One TOML file, named by `--config`.
Reading is strict: every mistake is listed at once, with its key, its value and the cure; then nothing starts
(exit code 78).
`hotline-gateway check-config` only checks; `hotline-gateway show-config` prints every value in force.

- A relative path is relative to the folder of the configuration file.
- A secret never stands in this file: a key that ends in `_file` names a file, one that ends in `_env` a variable.
  Lines of a secret file that begin with `#` are remarks; two lines are two live secrets, so that one can be
  replaced without a gap.
- `kill -HUP` makes a running gateway read its rules again: `[rules.…]`, `[ladder]`, `[[line]]`, `[[unit]]` and
  `units_file`, `[[channel]]`, `[[status]]`, `[[person]]`, `[[shift]]`, `[[day_off]]`, `[[roster]]` and its file,
  `[[maintenance]]`, `[[hours]]`, `[storm]`,
  `[desk]`, `[prompts]`, `[directory]` and its file, `[[emergency_number]]`, `[[plan]]`,
  and what the rules know of a source. What is open keeps the plan it was opened with. Everything else waits for a
  restart.

```toml
[gateway]
site = "riverside"

[[source]]
name = "main"
kind = "pbx-webhook"
secret_file = "hook-secret.txt"

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:1883"

[rules.three_rings]
rings = 3
```
"""

_BESIDE_COMMON = "\nAll that every base station may hold (above), and:\n"


def config_as_toml(config: Config) -> str:
    """What is in force, defaults included; it reads back as a configuration."""
    rules = config.rules
    parts = [
        f"# rule set {rules.version}\n",
        _table("[gateway]", config.gateway),
        *(_table("[[source]]", source.settings) for source in config.sources),
        *(_table("[[notifier]]", notifier.settings) for notifier in config.notifiers),
        *(_table("[[line]]", line) for line in rules.lines),
        *(_table("[[unit]]", unit) for unit in rules.units),
        *(_table("[[channel]]", channel) for channel in rules.channels),
        *(_table("[[status]]", code) for code in rules.status_codes),
        *(_table("[[person]]", person) for person in rules.people),
        *(_table("[[shift]]", shift) for shift in rules.shifts),
        *(_table("[[day_off]]", day) for day in rules.days_off),
        *(_table("[[roster]]", roster) for roster in config.rosters),
        _table("[ladder]", rules.ladder),
        *(_table("[[ladder_for]]", special) for special in rules.special_ladders),
        *(_table("[[maintenance]]", one) for one in rules.maintenance),
        _table("[maintenance_by_hand]", rules.maintenance_by_hand),
        *(_table("[[hours]]", one) for one in rules.hours),
        _table("[storm]", rules.storm),
        _table("[heartbeat]", config.heartbeat),
        *(_table(f"[rules.{name}]", getattr(rules, name)) for name in Rules.__struct_fields__),
        _table("[approval]", rules.approval),
        _table("[auth]", config.auth),
        *([_table("[oidc]", config.oidc)] if config.oidc is not None else []),
        _table("[desk]", config.desk.settings),
        _table("[prompts]", config.desk.prompts),
        _table("[directory]", config.desk.directory),
        _table("[reports]", config.reports),
        *(_table("[[emergency_number]]", one) for one in config.desk.emergency.numbers),
        *(_table("[[plan]]", plan) for plan in config.desk.emergency.plans),
    ]
    return "\n".join(parts)


def reference() -> str:
    """docs/CONFIGURATION.md: each table, each key, its type, default and meaning."""
    sections: list[tuple[str, type[Any]]] = [("[gateway]", GatewaySettings)]
    sections += [(f'[[source]] kind = "{kind.name}"', kind.settings) for kind in SOURCES.values()]
    sections.insert(_first_radio(sections), ("[[source]] of a base station", RadioSettings))
    sections += [(f'[[notifier]] kind = "{kind.name}"', kind.settings) for kind in NOTIFIERS.values()]
    sections += [(f"[rules.{field.name}]", field.type) for field in msgspec.structs.fields(Rules)]
    sections += [
        ("[approval]", Approval),
        ("[ladder]", Ladder),
        ("[[ladder_for]]", SpecialLadder),
        ("[[maintenance]]", Maintenance),
        ("[maintenance_by_hand]", MaintenanceByHand),
        ("[[hours]]", ServiceHours),
        ("[storm]", StormRules),
        ("[heartbeat]", HeartbeatSettings),
        ("[[line]]", Line),
        ("[radio]", RadioTable),
        ("[[unit]]", Unit),
        ("[[channel]]", RadioChannel),
        ("[[status]]", StatusCode),
        ("[[person]]", Person),
        ("[[shift]]", Shift),
        ("[[day_off]]", DayOff),
        ("[[roster]]", RosterTable),
        ("[auth]", AuthSettings),
        ("[oidc]", OidcSettings),
        ("[desk]", DeskSettings),
        ("[prompts]", Prompts),
        ("[directory]", DirectoryTable),
        ("[reports]", ReportSettings),
        ("[[emergency_number]]", EmergencyNumber),
        ("[[plan]]", Plan),
    ]
    return _INTRODUCTION + "".join(f"\n{text}" for title, kind in sections for text in _section(title, kind))


def _first_radio(sections: list[tuple[str, type[Any]]]) -> int:
    """Before it stands what all base stations may hold: theirs then tell only what is their own."""
    return next((n for n, (_, kind) in enumerate(sections) if issubclass(kind, RadioSettings)), len(sections))


def _table(title: str, settings: Any) -> str:
    return "\n".join([title, *_lines(msgspec.to_builtins(settings))]) + "\n"


def _lines(values: dict[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if value is None:
            yield f"# {key} is not set"
        else:
            yield f"{key} = {_toml(key, value)}"


def _toml(key: str, value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{_bare(name)} = {_toml(name, one)}" for name, one in value.items() if one is not None)
        return f"{{ {inner} }}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(key, one) for one in value) + "]"
    text = shown_whole(key, value)
    return json.dumps(text) if text == "(hidden)" else text


def _bare(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _section(title: str, settings: type[Any]) -> Iterator[str]:
    common = _common_fields(settings)
    rows = "".join(_rows(settings, common))
    told = _BESIDE_COMMON if common else ""
    yield f"## {title}\n\n{inspect.cleandoc(settings.__doc__ or '')}\n{told}"
    yield "| key | is | default | meaning |\n|---|---|---|---|\n" + rows if rows else ""
    for name, inner in _inner_tables(settings):
        yield from _section(f"{title} · {name}", inner)


def _common_fields(settings: type[Any]) -> frozenset[str]:
    """What stands in another section already."""
    if settings is RadioSettings or not issubclass(settings, RadioSettings):
        return frozenset()
    return frozenset(field.name for field in msgspec.structs.fields(RadioSettings))


def _rows(settings: type[Any], common: frozenset[str]) -> Iterable[str]:
    comments = _comments(settings)
    for field in msgspec.structs.fields(settings):
        if field.name in common:
            continue
        default = "**needed**" if field.required else _default(field)
        cells = (f"`{field.encode_name}`", type_words(field.type), default, comments.get(field.name, ""))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _default(field: Any) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    if value is None or isinstance(value, msgspec.Struct):
        return "–"
    return f"`{shown('', msgspec.to_builtins(value))}`"


def _comments(settings: type[Any]) -> dict[str, str]:
    """The remark behind each field, of the struct itself and of what it is made from."""
    found: dict[str, str] = {}
    for owner in reversed(settings.__mro__):
        if owner is not msgspec.Struct and issubclass(owner, msgspec.Struct):
            for line in inspect.getsource(owner).splitlines():
                if match := _COMMENT.match(line):
                    found[match["field"]] = match["comment"]
    return found


def _inner_tables(settings: type[Any]) -> Iterator[tuple[str, type[Any]]]:
    for field in msgspec.structs.fields(settings):
        for one in (field.type, *getattr(field.type, "__args__", ())):
            if isinstance(one, type) and issubclass(one, msgspec.Struct):
                yield field.encode_name, one
