"""One TOML file → `Config`: read strictly, checked whole, every mistake told at once with its cure."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from adapters.errors import ConfigError
from adapters.kinds import NotifierKind, Problem, SourceKind
from adapters.registry import NOTIFIERS, SOURCES
from gateway.config_checks import (
    check_gateway,
    check_lines,
    check_names,
    check_rules,
    check_source,
    remarks,
)
from gateway.ladder_checks import Told, check_ladder
from gateway.people_checks import check_reach, check_staff
from gateway.radio_checks import (
    check_ports,
    check_radio_tables,
    check_senders,
    radio_remarks,
    with_possible_warnings,
)
from gateway.reading import SettingsT, nearest, read_table, shown
from gateway.roster_file import RosterTable, read_roster
from gateway.units_file import read_units
from gateway.web.auth import AuthSettings
from rules.moments import zone_of
from rules.people import DayOff, Person, Shift, Stint
from rules.settings import (
    CallBack,
    HoldCheckin,
    Ladder,
    Line,
    Promise,
    RadioChannel,
    RollCall,
    RuleSet,
    SpecialLadder,
    StatusCode,
    ThreeRings,
    TwoCalls,
    Unit,
)

_TABLES = (
    *("gateway", "source", "notifier", "line", "radio", "unit", "channel", "status"),
    *("person", "shift", "day_off", "roster", "ladder", "ladder_for", "rules", "auth"),
)
_VERSION_HEX = 8
KindT = TypeVar("KindT", SourceKind, NotifierKind)


class GatewaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [gateway] table: who we are, where we listen, where we keep the records."""

    site: str  # stands in every record, alert and MQTT topic
    http: str = "127.0.0.1:8470"  # host:port of the hooks, the board and the API
    store: str = "sqlite:///hotline.db"  # or postgresql+psycopg://user@host/db
    timezone: str = "Asia/Shanghai"  # IANA name; incident numbers follow its days
    api_token_file: str = "token.txt"  # one token a line; the first start makes it  # noqa: S105 (a file's name)
    log: Literal["auto", "text", "json"] = "auto"  # auto: text on a terminal, JSON lines otherwise
    mask_numbers: bool = True  # telephone numbers in the log keep only their last digits


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [rules.…] tables."""

    three_rings: ThreeRings = ThreeRings()
    hold_checkin: HoldCheckin = HoldCheckin()
    call_back: CallBack = CallBack()
    two_calls: TwoCalls = TwoCalls()
    promise: Promise = Promise()
    roll_call: RollCall = RollCall()


class RadioTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [radio] table."""

    units_file: str | None = None  # CSV: unit,name,post,heard_every_s or 单位,名称,岗位; more units beside [[unit]]


class _Radio(NamedTuple):
    """What people call things on the air."""

    units: list[Unit]
    channels: list[RadioChannel]
    status_codes: list[StatusCode]


class _Staff(NamedTuple):
    """Who works here and when."""

    people: list[Person]
    shifts: list[Shift]
    days_off: list[DayOff]
    rosters: list[RosterTable]
    stints: list[Stint]


class ConfiguredSource(NamedTuple):
    """A [[source]]: its kind, and its settings with absolute paths."""

    kind: SourceKind
    settings: Any


class ConfiguredNotifier(NamedTuple):
    """A [[notifier]]: its kind, and its settings with absolute paths."""

    kind: NotifierKind
    settings: Any


class Config(NamedTuple):
    """The whole configuration, checked. `remarks` are no errors, but somebody should know."""

    path: Path
    gateway: GatewaySettings
    auth: AuthSettings
    sources: tuple[ConfiguredSource, ...]
    notifiers: tuple[ConfiguredNotifier, ...]
    rosters: tuple[RosterTable, ...]
    rules: RuleSet
    remarks: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Relative paths start here."""
        return self.path.parent

    @property
    def token_file(self) -> Path:
        return self.folder / self.gateway.api_token_file

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.gateway.http.rpartition(":")
        return host.strip("[]"), int(port)


def load(path: Path) -> Config:
    """Read and check the file. Raises ConfigError with everything that is wrong."""
    path = path.absolute()
    document = _Document(path)
    gateway = document.table("gateway", GatewaySettings)
    auth = document.table("auth", AuthSettings)
    rules = document.table("rules", Rules)
    ladder = document.table("ladder", Ladder)
    special_ladders = document.named("ladder_for", "", SpecialLadder)
    lines = document.named("line", "number", Line)
    radio = document.radio()
    staff = document.staff(gateway.timezone if gateway is not None else "UTC")
    sources = [ConfiguredSource(*one) for one in document.of_kinds("source", SOURCES)]
    notifiers = [ConfiguredNotifier(*one) for one in document.of_kinds("notifier", NOTIFIERS)]
    problems = document.problems
    problems += check_names(document.content)
    problems += check_lines(lines)
    problems += check_radio_tables(radio.units, radio.channels, radio.status_codes)
    problems += check_staff(staff.people, staff.shifts, staff.days_off)
    problems += check_reach(staff.people, [(str(one.settings.name), one.kind) for one in notifiers])
    for source in sources:
        problems += check_source(source.settings)
    if gateway is not None:
        problems += check_gateway(gateway, path.parent)
    if rules is not None:
        rules = _with_possible_warnings(rules, document.content.get("rules", {}))
        problems += check_rules(rules, document.content.get("rules", {}), radio.units)
    whom = Told(document.written_names("notifier"), staff.people, staff.shifts, [one.role for one in staff.rosters])
    if ladder is not None:
        problems += check_ladder("ladder", ladder, whom)
    for place, special in enumerate(special_ladders, 1):
        problems += check_ladder(f"ladder_for.{place}", special, whom)
    if problems or gateway is None or auth is None or rules is None or ladder is None:
        raise ConfigError([(key, value, cure) for key, value, cure in dict.fromkeys(problems)])
    if problems := [*check_ports(sources), *check_senders(sources, notifiers, path.parent)]:
        raise ConfigError([(key, value, cure) for key, value, cure in problems])
    rule_set = _named_by_content(
        RuleSet(
            version="",
            site=gateway.site,
            timezone=gateway.timezone,
            three_rings=rules.three_rings,
            hold_checkin=rules.hold_checkin,
            call_back=rules.call_back,
            two_calls=rules.two_calls,
            promise=rules.promise,
            roll_call=rules.roll_call,
            ladder=ladder,
            special_ladders=tuple(special_ladders),
            lines=tuple(lines),
            units=tuple(radio.units),
            channels=tuple(radio.channels),
            status_codes=tuple(radio.status_codes),
            sources=tuple(source.kind.rules(source.settings) for source in sources),
            notifiers=tuple(str(notifier.settings.name) for notifier in notifiers),
            people=tuple(staff.people),
            shifts=tuple(staff.shifts),
            stints=tuple(staff.stints),
            days_off=tuple(staff.days_off),
        )
    )
    tables = [source.settings for source in sources] + [notifier.settings for notifier in notifiers]
    told = [*remarks(path.parent / gateway.api_token_file, tables, rule_set), *radio_remarks(rule_set)]
    told += [note for source in sources for note in source.kind.remarks(source.settings)]
    return Config(path, gateway, auth, tuple(sources), tuple(notifiers), tuple(staff.rosters), rule_set, tuple(told))


def _named_by_content(rules: RuleSet) -> RuleSet:
    """Equal rules get an equal version, whoever loads them."""
    content = hashlib.sha256(msgspec.json.encode(rules)).hexdigest()
    return msgspec.structs.replace(rules, version=f"rs-{content[:_VERSION_HEX]}")


def _with_possible_warnings(rules: Rules, written: Mapping[str, Any]) -> Rules:
    """Warnings nobody asked for by number are dropped where the limit comes before them."""
    rules = msgspec.structs.replace(
        rules, two_calls=with_possible_warnings(rules.two_calls, written.get("two_calls", {}))
    )
    rule = rules.three_rings
    if "warn_at_rings" in written.get("three_rings", {}):
        return rules
    last = rule.rings - 1 if rule.boundary == "third_ring_start" else rule.rings
    possible = tuple(ring for ring in rule.warn_at_rings if ring <= last)
    return msgspec.structs.replace(rules, three_rings=msgspec.structs.replace(rule, warn_at_rings=possible))


class _Document:
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

    def radio(self) -> _Radio:
        """The radio's tables; the units of `units_file` stand behind those of the file itself."""
        settings = self.table("radio", RadioTable) or RadioTable()
        units = self.named("unit", "unit", Unit)
        if settings.units_file:
            units += read_units(self._folder / settings.units_file, self.problems)
        return _Radio(units, self.named("channel", "channel", RadioChannel), self.named("status", "code", StatusCode))

    def staff(self, timezone: str) -> _Staff:
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
        return _Staff(people, shifts, days_off, rosters, stints)

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
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        cure = "there is no such file: name another one with --config, or try `hotline-gateway demo`"
        raise ConfigError([("--config", str(path), cure)]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([("--config", str(path), f"cannot be read: {error}")]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([(path.name, "not TOML", f'{error}; texts stand in "quotes"')]) from None


def _with_absolute_files(settings: SettingsT, folder: Path) -> SettingsT:
    changes = {
        field.name: str(folder / value)
        for field in msgspec.structs.fields(settings)
        if field.name.endswith(("_file", "_folder"))
        and isinstance(value := getattr(settings, field.name), str)
        and value
    }
    return msgspec.structs.replace(settings, **changes)
