"""One TOML file → `Config`: read strictly, checked whole, every mistake told at once with its cure."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from adapters.errors import ConfigError
from adapters.kinds import NotifierKind, SourceKind
from adapters.registry import NOTIFIERS, SOURCES
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
from gateway.desk_settings import DeskTables
from gateway.heartbeat import HeartbeatSettings
from gateway.people_checks import check_reach
from gateway.quiet_checks import check_quiet
from gateway.radio_checks import (
    check_ports,
    check_radio_tables,
    check_senders,
    radio_remarks,
    with_possible_warnings,
)
from gateway.reports.settings import ReportSettings
from gateway.roster_file import RosterTable
from gateway.web.access.auth import AuthSettings
from rules.settings import (
    CallBack,
    Claims,
    HoldCheckin,
    Line,
    NotifierOnline,
    OnDuty,
    Promise,
    RadioChannel,
    RollCall,
    RuleSet,
    SourceReadable,
    ThreeRings,
    TwoCalls,
)

_VERSION_HEX = 8
_NOT_APPROVED = ("people", "shifts", "stints", "days_off", "units", "maintenance", "approval")  # it changes day by day


class GatewaySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The [gateway] table: who we are, where we listen, where we keep the records."""

    site: str  # stands in every record, alert and MQTT topic
    http: str = "127.0.0.1:8470"  # host:port of the hooks, the board and the API
    store: str = "sqlite:///hotline.db"  # or postgresql+psycopg://user@host/db
    timezone: str = "Asia/Shanghai"  # IANA name; incident numbers follow its days
    api_token_file: str = "token.txt"  # one token a line; the first start makes it  # noqa: S105 (a file's name)
    public_url: str = ""  # where people reach us: https://desk.example. Then messages carry a link that acknowledges
    link_life_s: float = 900.0  # from when the alert was raised
    link_key_file: str = "link-key.txt"  # what signs the links; the first start makes it
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
    claims: Claims = Claims()
    notifier_online: NotifierOnline = NotifierOnline()
    source_readable: SourceReadable = SourceReadable()
    on_duty: OnDuty = OnDuty()


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
    gateway = document.table("gateway", GatewaySettings)
    auth = document.table("auth", AuthSettings)
    reports = document.table("reports", ReportSettings)
    rules = document.table("rules", Rules)
    lines = document.named("line", "number", Line)
    radio = document.radio()
    staff = document.staff(gateway.timezone if gateway is not None else "UTC")
    (ladder, special_ladders), approval = document.ladders(staff), document.approval(staff)
    quiet, heartbeat, desk = document.quiet(), document.heartbeat(), document.desk()
    oidc = document.optional("oidc", OidcSettings)
    sources = [ConfiguredSource(*one) for one in document.of_kinds("source", SOURCES)]
    notifiers = [ConfiguredNotifier(*one) for one in document.of_kinds("notifier", NOTIFIERS)]
    problems = document.problems
    problems += check_names(document.content)
    problems += [*check_lines(lines), *check_radio_tables(radio.units, radio.channels, radio.status_codes)]
    problems += check_reach(staff.people, [(str(one.settings.name), one.kind) for one in notifiers])
    problems += check_quiet(quiet, special_ladders, _known(document, lines, sources, radio.channels))
    for source in sources:
        problems += check_source(source.settings)
    if gateway is not None:
        problems += [*check_gateway(gateway, path.parent), *check_oidc(oidc, gateway.public_url)]
    if rules is not None:
        rules = _with_possible_warnings(rules, document.content.get("rules", {}))
        problems += check_rules(rules, document.content.get("rules", {}), radio.units)
    if problems or gateway is None or auth is None or reports is None or rules is None or ladder is None:
        raise ConfigError([(key, value, cure) for key, value, cure in dict.fromkeys(problems)])
    if problems := [*check_ports(sources), *check_senders(sources, notifiers, path.parent)]:
        raise ConfigError([(key, value, cure) for key, value, cure in problems])
    rule_set = _named_by_content(
        RuleSet(
            version="",
            site=gateway.site,
            timezone=gateway.timezone,
            **msgspec.structs.asdict(rules),
            approval=approval,
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
            maintenance=tuple(quiet.maintenance),
            maintenance_by_hand=quiet.by_hand,
            hours=tuple(quiet.hours),
            storm=quiet.storm,
        )
    )
    told = _remarks(path.parent / gateway.api_token_file, sources, notifiers, rule_set)
    kept = tuple(sources), tuple(notifiers), tuple(staff.rosters), rule_set, tuple(told)
    return Config(path, gateway, auth, *kept, desk, reports, heartbeat, oidc)


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
