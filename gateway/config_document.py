"""The configuration file as it stands: its tables, read strictly, and all that is wrong with them so far."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from adapters.errors import ConfigError
from adapters.kinds import NotifierKind, Problem, SourceKind
from gateway.desk_settings import DeskSettings, DeskTables, DirectoryTable, Prompts, check_desk
from gateway.directory_file import read_directory
from gateway.emergency.settings import Emergency, EmergencyNumber, Plan, check_emergency, emergency
from gateway.heartbeat import HeartbeatSettings, check_heartbeat
from gateway.ladder_checks import Told, check_ladder
from gateway.people_checks import check_approval, check_staff
from gateway.quiet_checks import Quiet
from gateway.reading import SettingsT, nearest, read_table, shown
from gateway.roster_file import RosterTable, read_roster
from gateway.units_file import read_units
from rules.moments import zone_of
from rules.people import DayOff, Person, Shift, Stint
from rules.quiet import Maintenance, MaintenanceByHand, ServiceHours, StormRules
from rules.settings import Approval, Ladder, RadioChannel, SpecialLadder, StatusCode, Unit

_TABLES = (
    *("gateway", "source", "notifier", "line", "radio", "unit", "channel", "status"),
    *("person", "shift", "day_off", "roster", "ladder", "ladder_for", "rules", "auth"),
    *("desk", "prompts", "directory", "reports", "emergency_number", "plan"),
    *("maintenance", "maintenance_by_hand", "hours", "storm", "heartbeat", "oidc", "approval"),
)
_NUL_CURE = "no file, address or database takes it: leave \\u0000 out"
KindT = TypeVar("KindT", SourceKind, NotifierKind)


class RadioTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [radio] table."""

    units_file: str | None = None  # CSV: unit,name,post,heard_every_s or 单位,名称,岗位; more units beside [[unit]]


class Radio(NamedTuple):
    """What people call things on the air."""

    units: list[Unit]
    channels: list[RadioChannel]
    status_codes: list[StatusCode]


class Staff(NamedTuple):
    """Who works here and when."""

    people: list[Person]
    shifts: list[Shift]
    days_off: list[DayOff]
    rosters: list[RosterTable]
    stints: list[Stint]


class Document:
    """The file's tables as they stand there, and what is wrong with them so far."""

    def __init__(self, path: Path) -> None:
        self.content = _parse(path)
        self.problems: list[Problem] = []
        self._folder = path.parent
        for key in self.content.keys() - set(_TABLES):
            cure = f"unknown table: {nearest(key, _TABLES)}known here: {', '.join(_TABLES)}"
            self.problems.append(Problem(key, shown(key, self.content[key]), cure))

    def table(self, name: str, settings: type[SettingsT]) -> SettingsT | None:
        return read_table(settings, self.content.get(name, {}), name, self.problems)

    def named(self, name: str, key: str, settings: type[SettingsT]) -> list[SettingsT]:
        """Each [[name]] table; people tell them apart by `key`, or else by their place."""
        read = [read_table(settings, table, where, self.problems) for where, table in self._tables(name, key)]
        return [one for one in read if one is not None]

    def radio(self) -> Radio:
        """The radio's tables; the units of `units_file` stand behind those of the file itself."""
        settings = self.table("radio", RadioTable) or RadioTable()
        units = self.named("unit", "unit", Unit)
        if settings.units_file:
            units += read_units(self._folder / settings.units_file, self.problems)
        return Radio(units, self.named("channel", "channel", RadioChannel), self.named("status", "code", StatusCode))

    def optional(self, name: str, settings: type[SettingsT]) -> SettingsT | None:
        """None where the file has no such table, or a wrong one."""
        return self.table(name, settings) if name in self.content else None

    def desk(self) -> DeskTables:
        """What the desk works with; the directory's file is read."""
        settings = self.table("desk", DeskSettings) or DeskSettings()
        prompts = self.table("prompts", Prompts) or Prompts()
        directory = self.table("directory", DirectoryTable) or DirectoryTable()
        residents = read_directory(self._folder / directory.file, self.problems) if directory.file else {}
        self.problems += check_desk(settings, prompts)
        return DeskTables(settings, prompts, directory, residents, self._emergency())

    def _emergency(self) -> Emergency:
        """Whom to call, and what to do."""
        numbers, plans = self.named("emergency_number", "name", EmergencyNumber), self.named("plan", "name", Plan)
        self.problems += check_emergency(numbers, plans)
        return emergency(numbers, plans)

    def staff(self, timezone: str) -> Staff:
        """The tables of people; the calendars of the rosters are read and unrolled."""
        people = self.named("person", "id", Person)
        rosters = self.named("roster", "role", RosterTable)
        zone = zone_of(timezone)
        today = datetime.now(zone).date()
        stints = [
            stint
            for roster in rosters
            for stint in read_roster(
                roster, self._folder / roster.calendar_file, people, zone=zone, today=today, problems=self.problems
            )
        ]
        shifts, days_off = self.named("shift", "role", Shift), self.named("day_off", "date", DayOff)
        self.problems += check_staff(people, shifts, days_off)
        return Staff(people, shifts, days_off, rosters, stints)

    def ladders(self, staff: Staff) -> tuple[Ladder | None, list[SpecialLadder]]:
        """The site's ladder, and those for some alerts."""
        whom = Told(self.written_names("notifier"), staff.people, staff.shifts, [one.role for one in staff.rosters])
        ladder, special = self.table("ladder", Ladder), self.named("ladder_for", "", SpecialLadder)
        if ladder is not None:
            self.problems += check_ladder("ladder", ladder, whom)
        for place, one in enumerate(special, 1):
            self.problems += check_ladder(f"ladder_for.{place}", one, whom)
        return ladder, special

    def approval(self, staff: Staff) -> Approval:
        """Who approves the rules, and how often."""
        settings = self.table("approval", Approval) or Approval()
        self.problems += check_approval(settings, staff.people)
        return settings

    def heartbeat(self) -> HeartbeatSettings:
        """Whom we tell that all is well."""
        settings = self.table("heartbeat", HeartbeatSettings) or HeartbeatSettings()
        self.problems += check_heartbeat(settings)
        return settings

    def quiet(self) -> Quiet:
        """When alerts are not told one by one."""
        return Quiet(
            self.named("maintenance", "name", Maintenance),
            self.table("maintenance_by_hand", MaintenanceByHand) or MaintenanceByHand(),
            self.named("hours", "medium", ServiceHours),
            self.table("storm", StormRules) or StormRules(),
        )

    def written_names(self, name: str) -> list[str]:
        """The names that stand in the file, also those of tables with mistakes of their own."""
        return [str(table.get("name")) for _, table in self._tables(name, "name") if isinstance(table, Mapping)]

    def of_kinds(self, name: str, kinds: Mapping[str, KindT]) -> list[tuple[KindT, Any]]:
        """Each [[name]] table with its kind, read into that kind's settings and checked by it."""
        found = []
        for where, table in self._tables(name, "name"):
            word = table.get("kind") if isinstance(table, Mapping) else None
            kind = kinds.get(word) if isinstance(word, str) else None
            if kind is None:
                cure = f"{nearest(str(word), kinds)}must be one of " + ", ".join(f'"{known}"' for known in kinds)
                value = "(missing)" if word is None else shown("kind", word)
                self.problems.append(Problem(f"{where}.kind", value, cure))
                continue
            settings = read_table(kind.settings, table, where, self.problems)
            if settings is not None:
                settings = _with_absolute_files(settings, self._folder)
                self.problems += [Problem(f"{where}.{key}", value, cure) for key, value, cure in kind.check(settings)]
                found.append((kind, settings))
        return found

    def _tables(self, name: str, key: str) -> Iterator[tuple[str, Any]]:
        """Each [[name]] table, and where it is for people: by its name, or else by its place."""
        tables = self.content.get(name, [])
        if not isinstance(tables, list):
            cure = f"there may be many: write [[{name}]] with two brackets"
            self.problems.append(Problem(name, shown(name, tables), cure))
            return
        for place, table in enumerate(tables, 1):
            named = table.get(key) if isinstance(table, Mapping) else None
            yield f"{name}.{named if isinstance(named, str) and named else place}", table


def _parse(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        cure = "there is no such file: name another one with --config, or try `hotline-gateway demo`"
        raise ConfigError([("--config", str(path), cure)]) from None
    except OSError as error:
        cure = f"cannot be read ({error.strerror}): name a TOML file that the gateway's user may read"
        raise ConfigError([("--config", str(path), cure)]) from None
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].count(b"\n")
        cure = f"line {line} is not UTF-8: save it as UTF-8, or name the TOML file that you mean"
        raise ConfigError([("--config", str(path), cure)]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([(path.name, "not TOML", f'{error}; texts stand in "quotes"')]) from None
    wrong = [(key, "a text with the character 0", _NUL_CURE) for key, text in _texts("", content) if "\0" in text]
    if wrong:
        raise ConfigError(wrong)
    return content


def _texts(where: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each text with its key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value, 1) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _texts(f"{where}.{key}".lstrip("."), one)
    if isinstance(value, str):
        yield where, value


def _with_absolute_files(settings: SettingsT, folder: Path) -> SettingsT:
    changes = {
        field.name: str(folder / value)
        for field in msgspec.structs.fields(settings)
        if field.name.endswith(("_file", "_folder"))
        and isinstance(value := getattr(settings, field.name), str)
        and value
    }
    return msgspec.structs.replace(settings, **changes)
