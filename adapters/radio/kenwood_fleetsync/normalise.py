"""What Kenwood's packets mean, as they were found out by those who use them: no public document names them all."""

import re
from collections.abc import Callable
from typing import Any

from rules.events import (
    RadioEvent,
    Status,
    TransmissionEnded,
    TransmissionStarted,
    UnitIdentified,
    UnitSeen,
)

# The id is sent twice; as a radio may garble it, only equal halves count.
_FLEETSYNC_PTT = re.compile(rb"I([01])(\d{7})(\d{7})")
_NEXEDGE_PTT = re.compile(rb"gI([01])U(\d{5,8})U(\d{5,8})")
_IDENTIFICATION = re.compile(rb"D(\d{7})")
_NEXEDGE_STATUS = re.compile(rb"xE[U0](\d{8})[U0](\d{8})(\d{4})")

# Where a sentence has the unit; NEXEDGE's follow "U" in most radios.
_FLEETSYNC_SENTENCES = {"PKLSH": 7, "PKLDS": 12}
_NEXEDGE_SENTENCES = {"PKNSH": 7, "PKNDS": 12, "PKNID": 2}


def fleetsync_unit(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:]}"


def nexedge_unit(digits: str) -> str:
    return f"{int(digits):05d}"


def packet_events(body: bytes, where: dict[str, Any]) -> list[RadioEvent] | str:
    """The events of a packet, or why it has none."""
    if match := _FLEETSYNC_PTT.fullmatch(body):
        return _ptt(match, fleetsync_unit, where)
    if match := _NEXEDGE_PTT.fullmatch(body):
        return _ptt(match, nexedge_unit, where)
    if match := _IDENTIFICATION.fullmatch(body):
        return [UnitIdentified(**where, unit=fleetsync_unit(match[1].decode()))]
    if match := _NEXEDGE_STATUS.fullmatch(body):
        unit, called, status = (part.decode() for part in match.groups())
        return [Status(**where, unit=nexedge_unit(unit), called=nexedge_unit(called), status=f"{int(status):02d}")]
    return "unknown packet"


def _ptt(match: re.Match[bytes], name: Callable[[str], str], where: dict[str, Any]) -> list[RadioEvent] | str:
    key, first, second = (part.decode() for part in match.groups())
    if first != second:
        return f"the two ids of the packet disagree: {name(first)}, {name(second)}"
    kind = TransmissionStarted if key == "1" else TransmissionEnded
    return [kind(**where, unit=name(first))]


def sentence_events(fields: tuple[str, ...], where: dict[str, Any]) -> list[RadioEvent] | str:
    """A position is no speech: it shows that the unit is there. Other satellite sentences say nothing of a unit."""
    sentence = fields[0]
    if place := _FLEETSYNC_SENTENCES.get(sentence):
        fleet, device = (*fields[place : place + 2], "", "")[:2]
        if not (fleet.isdigit() and device.isdigit() and fleet.isascii() and device.isascii()):
            return f"{sentence} without a unit"
        return [UnitSeen(**where, unit=f"{fleet}-{device}")]
    if place := _NEXEDGE_SENTENCES.get(sentence):
        digits = "".join(fields[place : place + 1]).removeprefix("U")
        if not (digits.isdigit() and digits.isascii()):
            return f"{sentence} without a unit"
        return [UnitSeen(**where, unit=nexedge_unit(digits))]
    return []
