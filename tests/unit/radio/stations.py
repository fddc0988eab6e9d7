"""Stations of the kinds that have a simulator, each with the least that it must be told."""

from typing import Any

import msgspec

from adapters.radio.aprs_kiss.settings import Settings as AprsSettings
from adapters.radio.aprs_kiss.station import AprsStation
from adapters.radio.dmr_module.settings import Settings as DmrSettings
from adapters.radio.dmr_module.station import DmrStation
from adapters.radio.hytera.settings import Settings as HyteraSettings
from adapters.radio.hytera.station import HyteraStation
from adapters.radio.kenwood_fleetsync.settings import Settings as KenwoodSettings
from adapters.radio.kenwood_fleetsync.station import KenwoodStation
from adapters.radio.meshtastic.settings import Settings as MeshtasticSettings
from adapters.radio.meshtastic.station import MeshtasticStation
from adapters.radio.settings import RadioSettings
from adapters.radio.tait_ccdi.settings import Settings as TaitSettings
from adapters.radio.tait_ccdi.station import TaitStation
from adapters.radio.tetra_pei.station import TetraStation


def dmr_station(**table: Any) -> DmrStation:
    settings = {"name": "module", "kind": "dmr-module", "port": "/dev/ttyS0", **table}
    return DmrStation(msgspec.convert(settings, DmrSettings))


def kenwood_station(**table: Any) -> KenwoodStation:
    settings = {"name": "base", "kind": "kenwood-fleetsync", "port": "/dev/ttyS0", **table}
    return KenwoodStation(msgspec.convert(settings, KenwoodSettings))


def tait_station(**table: Any) -> TaitStation:
    settings = {"name": "tower", "kind": "tait-ccdi", "port": "/dev/ttyS0", "channel": "CH1", **table}
    return TaitStation(msgspec.convert(settings, TaitSettings))


def tetra_station() -> TetraStation:
    return TetraStation(msgspec.convert({"name": "desk", "kind": "tetra-pei", "port": "/dev/ttyS0"}, RadioSettings))


def hytera_station(**table: Any) -> HyteraStation:
    settings = {"name": "base", "kind": "hytera", "port": "/dev/ttyS0", **table}
    return HyteraStation(msgspec.convert(settings, HyteraSettings))


def aprs_station(**table: Any) -> AprsStation:
    settings = {"name": "tnc", "kind": "aprs-kiss", "port": "socket://127.0.0.1:8001", **table}
    return AprsStation(msgspec.convert(settings, AprsSettings))


def meshtastic_station(**table: Any) -> MeshtasticStation:
    settings = {"name": "mesh", "kind": "meshtastic", "port": "/dev/ttyS0", **table}
    return MeshtasticStation(msgspec.convert(settings, MeshtasticSettings))
