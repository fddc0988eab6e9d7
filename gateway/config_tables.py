"""The tables of a configuration, each read on its own; how they fit together is `gateway.config`'s to say."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from adapters.kinds import NotifierKind, SourceKind
from adapters.registry import NOTIFIERS, SOURCES
from gateway.access.oidc_settings import OidcSettings
from gateway.config_document import Document, Radio, Staff
from gateway.desk_settings import DeskTables
from gateway.heartbeat import HeartbeatSettings
from gateway.quiet_checks import Quiet
from gateway.radio_checks import (
    with_possible_warnings,
)
from gateway.reports.settings import ReportSettings
from gateway.web.access.auth import AuthSettings
from rules.settings import (
    Approval,
    CallBack,
    Claims,
    HoldCheckin,
    Ladder,
    Line,
    NotifierOnline,
    OnDuty,
    Promise,
    RollCall,
    SourceReadable,
    SpecialLadder,
    ThreeRings,
    TwoCalls,
)


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


class Tables(NamedTuple):
    """What the file spells; None for what is missing or broken, as the document's problems tell."""

    gateway: GatewaySettings | None
    auth: AuthSettings | None
    reports: ReportSettings | None
    rules: Rules | None
    lines: list[Line]
    radio: Radio
    staff: Staff
    ladder: Ladder | None
    special_ladders: list[SpecialLadder]
    approval: Approval
    quiet: Quiet
    heartbeat: HeartbeatSettings
    desk: DeskTables
    oidc: OidcSettings | None
    sources: list[ConfiguredSource]
    notifiers: list[ConfiguredNotifier]


def read_tables(document: Document) -> Tables:
    gateway = document.table("gateway", GatewaySettings)
    auth = document.table("auth", AuthSettings)
    reports = document.table("reports", ReportSettings)
    rules = document.table("rules", Rules)
    lines = document.named("line", "number", Line)
    radio = document.radio()
    staff = document.staff(gateway.timezone if gateway is not None else "UTC")
    ladder, special_ladders = document.ladders(staff)
    return Tables(
        gateway,
        auth,
        reports,
        rules if rules is None else _with_possible_warnings(rules, document.content.get("rules", {})),
        lines,
        radio,
        staff,
        ladder,
        special_ladders,
        document.approval(staff),
        document.quiet(),
        document.heartbeat(),
        document.desk(),
        document.optional("oidc", OidcSettings),
        [ConfiguredSource(*one) for one in document.of_kinds("source", SOURCES)],
        [ConfiguredNotifier(*one) for one in document.of_kinds("notifier", NOTIFIERS)],
    )


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
