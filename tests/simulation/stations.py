"""Every kind of base station as the simulation has it, one entry a kind: its medium, its settings, its pretend peer.

What people do becomes bytes in `voice_desks`, `carrier_desks` and `message_desks`; here stands what a kind can tell,
for whoever judges it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from adapters.radio import (
    aprs_kiss,
    asterisk_rpt,
    cor_lines,
    dmr_module,
    hytera,
    kenwood_fleetsync,
    line_table,
    meshtastic,
    mmdvm_mqtt,
    selcall_text,
    svxlink,
    tait_ccdi,
    tetra_pei,
    vox,
)
from adapters.radio.kind import RadioKind
from adapters.radio.settings import RadioSettings
from tests.simulation import carrier_desks, message_desks, voice_desks
from tests.simulation.channels import SignalName
from tests.simulation.desks import Desk, Site
from tests.simulation.wires import DEVICES

Medium = Literal["tcp", "serial", "lines", "udp", "mqtt"]
NAMELESS = "?"  # whoever speaks where no id is told
NO_NAMES = MappingProxyType({"A": NAMELESS, "B": NAMELESS})


@dataclass(frozen=True)
class Kind:
    """`carrier`: keys are told as they are pressed and released; else there are only messages."""

    radio: RadioKind
    settings: RadioSettings
    medium: Medium
    desk: Callable[[Site, str], Desk]
    units: Mapping[str, str]
    number: int  # of its port; a second one has the next
    carrier: bool = True
    shows_replies: bool = True  # else no verdict can be given but not_observable
    signals: frozenset[SignalName] = field(default_factory=frozenset)
    channel: str = ""  # as the gateway names it, where that is not the source's name
    late_us: int = 0  # what it tells is believed so much later
    tells_time: bool = False  # its own: the verdict may be by that
    server: bool = False  # its peer is one of its own, and no station on a wire
    shrugs_off_noise: bool = False  # what stands right behind it is read at once
    by_level: bool = False  # where it begins and ends is measured, not told


def _settings(kind: RadioKind, name: str, port: str, more: Mapping[str, Any]) -> RadioSettings:
    settings: RadioSettings = msgspec.convert({"name": name, "kind": kind.name, "port": port, **more}, kind.settings)
    return settings


def _tcp(number: int) -> str:
    return f"socket://station:{number}"


def _entry(  # noqa: PLR0917 - the columns of one table
    name: str,
    number: int,
    radio: RadioKind,
    medium: Medium,
    desk: Callable[[Site, str], Desk],
    units: Mapping[str, str],
    configured: Mapping[str, Any] = MappingProxyType({}),
    **more: Any,
) -> tuple[str, Kind]:
    ports = {
        "tcp": _tcp(number),
        "serial": str(DEVICES / name),
        "lines": str(DEVICES / name),
        "udp": f"udp://station:{number}?listen",
        "mqtt": f"mqtt://broker/{configured.get('topic', '')}",
    }
    settings = _settings(radio, name, ports[medium], {k: v for k, v in configured.items() if k != "topic"})
    return name, Kind(radio, settings, medium, desk, units, number, **more)


def _lines() -> list[dict[str, Any]]:
    """A table of the kind that people write for a station which prints what it does."""
    return [
        {"match": r"RX (?P<unit>\d+)", "event": "TransmissionStarted"},
        {"match": r"RX off", "event": "TransmissionEnded"},
        {"match": r"TX on", "event": "ControlTransmitting", "on": True},
        {"match": r"TX off", "event": "ControlTransmitting", "on": False},
        {"match": r"PAGE (?P<unit>\d+)", "event": "CallAlert"},
        {"match": r"SOS (?P<unit>\d+)", "event": "Emergency"},
        {"match": r"STATUS (?P<unit>\d+) (?P<status>\d+)", "event": "Status"},
        {"match": r"SAYS (?P<unit>\d+) (?P<text>.+)", "event": "Text"},
        {"match": r"HERE (?P<unit>\d+)", "event": "UnitSeen"},
        {"match": r"TOOK (?P<unit>\d+)", "event": "MachineAck"},
        {"match": r"ANSWERED (?P<unit>\d+)", "event": "CallAnswered"},
    ]


def _signals(*names: SignalName) -> frozenset[SignalName]:
    return frozenset(names)


ALL = _signals("page", "emergency", "status", "text")
DIGITS = {"A": "4001", "B": "4002"}
KINDS: dict[str, Kind] = dict(
    (
        _entry(
            "gate",
            1,
            kenwood_fleetsync.KIND,
            "tcp",
            voice_desks.KenwoodDesk,
            {"A": "100-4001", "B": "100-4002"},
            {"own_units": [voice_desks.KENWOOD_OWN]},
            shrugs_off_noise=True,
        ),
        _entry(
            "yard",
            2,
            tait_ccdi.KIND,
            "tcp",
            voice_desks.TaitDesk,
            {"A": "1001", "B": "1002"},
            signals=ALL,
            shrugs_off_noise=True,
        ),
        _entry(
            "dmr",
            10,
            dmr_module.KIND,
            "serial",
            voice_desks.DmrDesk,
            DIGITS,
            {"dialect": "prize"},
            signals=_signals("page", "text"),
        ),
        _entry(
            "hytera",
            12,
            hytera.KIND,
            "udp",
            voice_desks.HyteraDesk,
            DIGITS,
            {"own_units": ["1"]},
            signals=_signals("page", "text"),
        ),
        _entry(
            "tetra",
            14,
            tetra_pei.KIND,
            "serial",
            voice_desks.TetraDesk,
            DIGITS,
            signals=_signals("emergency", "status", "text"),
        ),
        _entry(
            "svxlink",
            16,
            svxlink.KIND,
            "tcp",
            voice_desks.SvxlinkDesk,
            DIGITS,
            {"ptt_port": _tcp(17), "automatic_within_s": 0},
            tells_time=True,
        ),
        _entry(
            "rpt",
            18,
            asterisk_rpt.KIND,
            "tcp",
            voice_desks.RptDesk,
            {"A": "1701", "B": "1702"},
            {"username": voice_desks.RPT_USER, "password_env": voice_desks.RPT_SECRET, "automatic_within_s": 0},
            tells_time=True,
            server=True,
            signals=_signals("page", "emergency", "status"),
        ),
        _entry(
            "lines",
            20,
            cor_lines.KIND,
            "lines",
            carrier_desks.LinesDesk,
            NO_NAMES,
            {"ptt_line": "CTS"},
            late_us=50_000,
        ),
        _entry("table", 22, line_table.KIND, "udp", carrier_desks.TableDesk, DIGITS, {"lines": _lines()}, signals=ALL),
        _entry(
            "mmdvm",
            24,
            mmdvm_mqtt.KIND,
            "mqtt",
            carrier_desks.MmdvmDesk,
            DIGITS,
            {"topic": carrier_desks.MMDVM_TOPIC, "network_is_control": True},
            channel="mmdvm-1",
            tells_time=True,
            signals=_signals("page", "emergency"),
        ),
        _entry("vox", 26, vox.KIND, "udp", carrier_desks.VoxDesk, NO_NAMES, by_level=True, shows_replies=False),
        _entry(
            "tones",
            28,
            selcall_text.KIND,
            "tcp",
            carrier_desks.TonesDesk,
            {"A": "12345", "B": "23456"},
            carrier=False,
            shows_replies=False,
        ),
        _entry(
            "aprs",
            30,
            aprs_kiss.KIND,
            "tcp",
            message_desks.AprsDesk,
            {"A": "UNIT07", "B": "UNIT08-9"},
            {"own_units": [message_desks.APRS_OWN]},
            carrier=False,
            signals=_signals("emergency", "status"),
        ),
        _entry(
            "mesh",
            32,
            meshtastic.KIND,
            "serial",
            message_desks.MeshDesk,
            {"A": "!00001001", "B": "!00001002"},
            {"own_units": [message_desks.MESH_OWN]},
            carrier=False,
            signals=_signals("page"),
        ),
        _entry(
            "meshes",
            34,
            meshtastic.KIND,
            "mqtt",
            message_desks.MeshesDesk,
            {"A": "!00001001", "B": "!00001002"},
            {"own_units": [message_desks.MESH_OWN], "topic": message_desks.MESHES_TOPIC + "#"},
            carrier=False,
            signals=_signals("page"),
        ),
    )
)


def numbers() -> dict[str, int]:
    """Of every port's address."""
    found = {}
    for kind in KINDS.values():
        for place, port in enumerate(kind.settings.ports().values()):
            found[port] = kind.number + place
    return found
