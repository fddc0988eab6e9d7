"""One TOML file → `Config`: read strictly, checked whole, every mistake told at once with its cure."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from adapters.errors import ConfigError
from adapters.kinds import Problem
from gateway.access.oidc_settings import OidcSettings, check_oidc
from gateway.config_checks import (
    check_gateway,
    check_lines,
    check_names,
    check_rules,
    check_source,
    remarks,
)
from gateway.config_document import Document
from gateway.config_tables import ConfiguredNotifier, ConfiguredSource, GatewaySettings, Rules, Tables, read_tables
from gateway.desk_settings import DeskTables
from gateway.heartbeat import HeartbeatSettings
from gateway.people_checks import check_reach
from gateway.quiet_checks import check_quiet
from gateway.radio_checks import (
    check_ports,
    check_radio_tables,
    check_senders,
    radio_remarks,
)
from gateway.reports.settings import ReportSettings
from gateway.roster_file import RosterTable
from gateway.web.access.auth import AuthSettings
from rules.settings import (
    Ladder,
    Line,
    RadioChannel,
    RuleSet,
)

_VERSION_HEX = 8
_NOT_APPROVED = ("people", "shifts", "stints", "days_off", "units", "maintenance", "approval")  # it changes day by day


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
    desk: DeskTables = DeskTables()
    reports: ReportSettings = ReportSettings()
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    oidc: OidcSettings | None = None

    @property
    def folder(self) -> Path:
        """Relative paths start here."""
        return self.path.parent

    @property
    def token_file(self) -> Path:
        return self.folder / self.gateway.api_token_file

    @property
    def link_key_file(self) -> Path:
        return self.folder / self.gateway.link_key_file

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.gateway.http.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def board_url(self) -> str:
        """As this machine reaches it."""
        host, port = self.address
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        return f"http://{shown}:{port}"


def load(path: Path) -> Config:
    """Read and check the file. Raises ConfigError with everything that is wrong."""
    path = path.absolute()
    document = Document(path)
    tables = read_tables(document)
    problems = [*document.problems, *_problems(tables, document, path.parent)]
    gateway, auth, reports, rules, ladder = tables.gateway, tables.auth, tables.reports, tables.rules, tables.ladder
    if problems or gateway is None or auth is None or reports is None or rules is None or ladder is None:
        raise ConfigError([(key, value, cure) for key, value, cure in dict.fromkeys(problems)])
    sources, notifiers = tables.sources, tables.notifiers
    if problems := [*check_ports(sources), *check_senders(sources, notifiers, path.parent)]:
        raise ConfigError([(key, value, cure) for key, value, cure in problems])
    rule_set = _named_by_content(_rule_set(tables, gateway, rules, ladder))
    return Config(
        path,
        gateway,
        auth,
        tuple(sources),
        tuple(notifiers),
        tuple(tables.staff.rosters),
        rule_set,
        tuple(_remarks(path.parent / gateway.api_token_file, sources, notifiers, rule_set)),
        tables.desk,
        reports,
        tables.heartbeat,
        tables.oidc,
    )


def _problems(tables: Tables, document: Document, folder: Path) -> Iterator[Problem]:
    """What each table cannot tell for itself: how they fit together."""
    lines, radio, staff, gateway = tables.lines, tables.radio, tables.staff, tables.gateway
    yield from check_names(document.content)
    yield from check_lines(lines)
    yield from check_radio_tables(radio.units, radio.channels, radio.status_codes)
    yield from check_reach(staff.people, [(str(one.settings.name), one.kind) for one in tables.notifiers])
    known = _known(document, lines, tables.sources, radio.channels)
    yield from check_quiet(tables.quiet, tables.special_ladders, known)
    for source in tables.sources:
        yield from check_source(source.settings)
    if gateway is not None:
        yield from check_gateway(gateway, folder)
        yield from check_oidc(tables.oidc, gateway.public_url)
    if tables.rules is not None:
        yield from check_rules(tables.rules, document.content.get("rules", {}), radio.units)


def _rule_set(tables: Tables, gateway: GatewaySettings, rules: Rules, ladder: Ladder) -> RuleSet:
    radio, staff, quiet = tables.radio, tables.staff, tables.quiet
    return RuleSet(
        version="",
        site=gateway.site,
        timezone=gateway.timezone,
        **msgspec.structs.asdict(rules),
        approval=tables.approval,
        ladder=ladder,
        special_ladders=tuple(tables.special_ladders),
        lines=tuple(tables.lines),
        units=tuple(radio.units),
        channels=tuple(radio.channels),
        status_codes=tuple(radio.status_codes),
        sources=tuple(source.kind.rules(source.settings) for source in tables.sources),
        notifiers=tuple(str(notifier.settings.name) for notifier in tables.notifiers),
        people=tuple(staff.people),
        shifts=tuple(staff.shifts),
        stints=tuple(staff.stints),
        days_off=tuple(staff.days_off),
        maintenance=tuple(quiet.maintenance),
        maintenance_by_hand=quiet.by_hand,
        hours=tuple(quiet.hours),
        storm=quiet.storm,
    )


def _remarks(
    token_file: Path, sources: list[ConfiguredSource], notifiers: list[ConfiguredNotifier], rules: RuleSet
) -> list[str]:
    tables = [source.settings for source in sources] + [notifier.settings for notifier in notifiers]
    told = [*remarks(token_file, tables, rules), *radio_remarks(rules)]
    return told + [note for source in sources for note in source.kind.remarks(source.settings)]


def _known(
    document: Document, lines: Iterable[Line], sources: Iterable[ConfiguredSource], channels: Iterable[RadioChannel]
) -> dict[str, list[str]]:
    """The names there are of what maintenance may be done on."""
    heard = [getattr(source.settings, "channel", "") for source in sources]
    return {
        "sources": document.written_names("source"),
        "lines": [line.number for line in lines],
        "channels": [name for name in dict.fromkeys([*heard, *(one.channel for one in channels)]) if name],
    }


def _named_by_content(rules: RuleSet) -> RuleSet:
    """Equal rules get an equal version, whoever loads them; rules that differ in who works when, an equal substance."""
    bare = RuleSet(version="", site=rules.site)
    roster = {name: getattr(bare, name) for name in _NOT_APPROVED}
    substance = _hash(msgspec.structs.replace(rules, **roster))
    named = msgspec.structs.replace(rules, substance=f"rs-{substance}")
    return msgspec.structs.replace(named, version=f"rs-{_hash(named)}")


def _hash(rules: RuleSet) -> str:
    return hashlib.sha256(msgspec.json.encode(rules)).hexdigest()[:_VERSION_HEX]
