"""What Hytera's messages mean: registrations (RRS), texts (TMP), positions (LP), calls and alerts (RCP).

Layouts: registrations, texts and positions by dmr-kaitai; broadcasts B843 and B845 as other dispatch programs read
them; B844's sender and the alerts "with sender" were seen in no public recording (docs/adapters/radio-hytera.md).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from adapters.radio.hytera.codec import LP, RCP, RRS, TMP, Hdap
from rules.events import (
    CallAlert,
    ControlTransmitting,
    Emergency,
    MachineAck,
    RadioEvent,
    Text,
    TransmissionEnded,
    TransmissionStarted,
    UnitIdentified,
    UnitSeen,
)

# RRS
DE_REGISTRATION, REGISTRATION, REGISTRATION_ACK, ONLINE_CHECK_ACK = 0x01, 0x03, 0x80, 0x82
# TMP services: the low byte of the opcode; the high one holds flags
PRIVATE_TEXT, PRIVATE_TEXT_ACK, GROUP_TEXT, GROUP_TEXT_ACK = 0xA1, 0xA2, 0xB1, 0xB2
_OPTION_FIELD = 0x4000
# LP: an emergency report begins with the radio's address, the others with a request id
_EMERGENCY_REPORT = 0xB003
_LP_REPORTS = frozenset((0xA002, 0xA003, 0xA004, 0xC003, 0xD003, 0xD004))
# RCP
CALL_REQUEST = 0x0841
BROADCAST_CONFIGURATION = 0x10C9
RADIO_ID_QUERY = 0x0452
_TRANSMIT_STATUS = frozenset((0xB843, 0xB84D))  # the second adds an alias at the end
_RECEIVE_STATUS = frozenset((0xB844, 0xB84E))
_REPEATER_STATUS = 0xB845
_ALERT_CALL, _ALERT_CALL_WITH_SENDER = 0x0835, 0x0850
_EMERGENCY_WITH_SENDER, _EMERGENCY_CANCELLED_WITH_SENDER = 0x0851, 0x0853
# call types
_PRIVATE_CALLS = frozenset((0, 6))
_EMERGENCY_CALLS = frozenset((3, 5, 12))
_ALERT = 11
# What B843 and B844 call the process.
_VOICE, _EMERGENCY_ALARM, _EMERGENCY_CALL, _EMERGENCY_END, _SILENT_EMERGENCY_CALL = 1, 7, 9, 10, 17
_PROCESS_ENDS = frozenset((2, 3, 4, 5))  # hang time, call end, failed, timed out
# What B845 calls the status: a unit speaks here or at a linked site; control speaks from afar or at the repeater.
_UNIT_SPEAKS, _UNIT_HANGS, _IDLE = frozenset((0, 2)), frozenset((1, 3)), frozenset((4, 5))
_CONTROL_SPEAKS, _CONTROL_ENDS = frozenset((6, 11)), frozenset((7, 8, 10, 12, 13, 15))
_VOICE_SERVICES, _SUPPLEMENTARY = frozenset((1, 0x1F)), 6


class Speech(NamedTuple):
    """Who was last heard on a channel."""

    unit: str = ""
    open: bool = False


class TooShort(ValueError):
    """A message that ends before its fields do."""


class Normaliser:
    """Remembers who is on the air: the end of a call is told more than once, and without a name."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._speech: dict[str, Speech] = {}
        self._control: dict[str, bool] = {}

    def reset(self) -> None:
        self._speech.clear()
        self._control.clear()

    def read(self, message: Hdap, channel: str) -> list[RadioEvent]:
        """Raises TooShort."""
        where: dict[str, Any] = {"source": self._source, "channel": channel}
        readers: dict[int, Callable[[dict[str, Any], int, bytes], list[RadioEvent]]] = {
            RRS: _registration,
            TMP: _text_message,
            LP: _position,
            RCP: self._radio_control,
        }
        reader = readers.get(message.service)
        return reader(where, message.opcode, message.payload) if reader is not None else []

    def _radio_control(self, where: dict[str, Any], opcode: int, payload: bytes) -> list[RadioEvent]:
        if opcode in _TRANSMIT_STATUS:
            return self._transmit_status(where, payload)
        if opcode in _RECEIVE_STATUS:
            return self._receive_status(where, payload)
        if opcode == _REPEATER_STATUS:
            return self._repeater_status(where, payload)
        if opcode == _ALERT_CALL:
            return [CallAlert(**where, unit=str(_little(payload, 0, 4)))]
        if opcode == CALL_REQUEST and _little(payload, 0, 1) in _EMERGENCY_CALLS:
            return [Emergency(**where, called=str(_little(payload, 1, 4)), group=True)]
        if opcode in (_ALERT_CALL_WITH_SENDER, _EMERGENCY_WITH_SENDER, _EMERGENCY_CANCELLED_WITH_SENDER):
            return [_with_sender(where, opcode, payload)]
        return []

    def _transmit_status(self, where: dict[str, Any], payload: bytes) -> list[RadioEvent]:
        """Process, its result, call type, target."""
        process = _little(payload, 0, 2)
        call = _called(_little(payload, 4, 2), _little(payload, 6, 4))
        if process in (_VOICE, _EMERGENCY_ALARM, _EMERGENCY_CALL):
            return self._control_speaks(where, call, on=True)
        if process in _PROCESS_ENDS:
            return self._control_speaks(where, call, on=False)
        return []

    def _receive_status(self, where: dict[str, Any], payload: bytes) -> list[RadioEvent]:
        """Process; from the call type on its length tells the layout: type and target may be missing before it."""
        process = _little(payload, 0, 2)
        at = {10: 4, 12: 2, 14: 4, 16: 6}.get(len(payload), 2)
        call_type = _little(payload, at, 2)
        call: dict[str, Any] = {}
        if len(payload) != 10:
            call = _called(call_type, _little(payload, at + 2, 4))
            at += 4
        unit = _unit(_little(payload, at + 2, 4))
        emergency = call_type in _EMERGENCY_CALLS or process in (_EMERGENCY_CALL, _SILENT_EMERGENCY_CALL)
        if process in (_VOICE, _EMERGENCY_CALL, _SILENT_EMERGENCY_CALL):
            return self._unit_speaks(where, unit, call, emergency=emergency)
        if process == _EMERGENCY_ALARM:
            return [Emergency(**where, unit=unit, **call)]
        if process == _EMERGENCY_END:
            return [Emergency(**where, unit=unit, **call, active=False)]
        return self._unit_ends(where, unit, call) if process in _PROCESS_ENDS else []

    def _repeater_status(self, where: dict[str, Any], payload: bytes) -> list[RadioEvent]:
        """Mode, status, service, call type, target, sender."""
        status, service, call_type = (_little(payload, at, 2) for at in (2, 4, 6))
        call, unit = _called(call_type, _little(payload, 8, 4)), _unit(_little(payload, 12, 4))
        heard = self._speech.get(where["channel"], Speech())
        if status in _IDLE and (heard.open or self._control.get(where["channel"])):
            return self._unit_ends(where, heard.unit, call) + self._control_speaks(where, call, on=False)
        if service == _SUPPLEMENTARY and status in _UNIT_SPEAKS:
            if call_type == _ALERT:
                return [CallAlert(**where, unit=unit, **call)]
            return [Emergency(**where, unit=unit, **call)] if call_type in _EMERGENCY_CALLS else []
        if service not in _VOICE_SERVICES:
            return []
        if status in _UNIT_SPEAKS:
            return self._unit_speaks(where, unit, call, emergency=call_type in _EMERGENCY_CALLS)
        if status in _UNIT_HANGS:
            return self._unit_ends(where, unit, call)
        if status in _CONTROL_SPEAKS:
            return self._control_speaks(where, {**call, "unit": unit}, on=True)
        return self._control_speaks(where, {**call, "unit": unit}, on=False) if status in _CONTROL_ENDS else []

    def _unit_speaks(
        self, where: dict[str, Any], unit: str, call: dict[str, Any], *, emergency: bool
    ) -> list[RadioEvent]:
        heard = self._speech.get(where["channel"], Speech())
        self._speech[where["channel"]] = Speech(unit or heard.unit if heard.open else unit, open=True)
        events: list[RadioEvent] = []
        if heard.open and unit in ("", heard.unit):
            return events
        if heard.open and not heard.unit:
            return [UnitIdentified(**where, unit=unit, **call)]
        if heard.open:
            events.append(TransmissionEnded(**where, unit=heard.unit, reason="lost"))
        if emergency:
            events.append(Emergency(**where, unit=unit, **call))
        return [*events, TransmissionStarted(**where, unit=unit, **call, emergency=emergency)]

    def _unit_ends(self, where: dict[str, Any], unit: str, call: dict[str, Any]) -> list[RadioEvent]:
        """One that was never told to begin is told once: we came in the middle of it."""
        heard = self._speech.get(where["channel"])
        self._speech[where["channel"]] = Speech(unit)
        if heard is not None and not heard.open:
            return []
        return [TransmissionEnded(**where, unit=unit or (heard.unit if heard is not None else ""), **call)]

    def _control_speaks(self, where: dict[str, Any], call: dict[str, Any], *, on: bool) -> list[RadioEvent]:
        before = self._control.get(where["channel"])
        self._control[where["channel"]] = on
        return [] if before == on else [ControlTransmitting(**where, **call, on=on)]


def _registration(where: dict[str, Any], opcode: int, payload: bytes) -> list[RadioEvent]:
    if opcode in (REGISTRATION, DE_REGISTRATION):
        return [UnitSeen(**where, unit=_address(payload, 0), present=opcode == REGISTRATION)]
    if opcode == ONLINE_CHECK_ACK:
        return [UnitSeen(**where, unit=_address(payload, 0), present=_big(payload, 4, 1) == 0)]
    return []


def _text_message(where: dict[str, Any], opcode: int, payload: bytes) -> list[RadioEvent]:
    begin, end = 0, len(payload)
    if opcode & _OPTION_FIELD:  # its length stands first, itself at the end
        begin, end = 2, end - _big(payload, 0, 2)
    request, called = str(_big(payload, begin, 4)), _address(payload, begin + 4)
    service = opcode & 0xFF
    if service in (PRIVATE_TEXT, GROUP_TEXT):
        unit = _address(payload, begin + 8)
        words = payload[begin + 12 : end].decode("utf-16-le", "replace").rstrip("\0")
        return [Text(**where, unit=unit, called=called, group=service == GROUP_TEXT, id=request, text=words)]
    if service == PRIVATE_TEXT_ACK:  # addresses as in the text: its destination is who confirms
        sender, ok = _address(payload, begin + 8), _big(payload, begin + 12, 1) == 0
        return [MachineAck(**where, unit=called, called=sender, id=request, ok=ok)]
    if service == GROUP_TEXT_ACK:  # by the station that sent it: nobody in a group confirms
        return [MachineAck(**where, called=called, group=True, id=request, ok=_big(payload, begin + 8, 1) == 0)]
    return []


def _position(where: dict[str, Any], opcode: int, payload: bytes) -> list[RadioEvent]:
    if opcode == _EMERGENCY_REPORT:
        return [Emergency(**where, unit=_address(payload, 0))]
    return [UnitSeen(**where, unit=_address(payload, 4))] if opcode in _LP_REPORTS else []


def _with_sender(where: dict[str, Any], opcode: int, payload: bytes) -> RadioEvent:
    at = len(payload) - 8  # a call type may stand before sender and target
    who: dict[str, Any] = {
        **where,
        "unit": _unit(_little(payload, at, 4)),
        "called": _unit(_little(payload, at + 4, 4)),
    }
    if opcode == _ALERT_CALL_WITH_SENDER:
        return CallAlert(**who)
    return Emergency(**who, active=opcode == _EMERGENCY_WITH_SENDER)


def _called(call_type: int, target: int) -> dict[str, Any]:
    return {"called": _unit(target), "group": call_type not in _PRIVATE_CALLS}


def _unit(number: int) -> str:
    return str(number) if number else ""


def _address(payload: bytes, at: int) -> str:
    """A radio's IP address: a network's first byte, then the radio's 24-bit id."""
    return str(_big(payload, at + 1, 3))


def _big(payload: bytes, at: int, size: int) -> int:
    return int.from_bytes(_field(payload, at, size))


def _little(payload: bytes, at: int, size: int) -> int:
    return int.from_bytes(_field(payload, at, size), "little")


def _field(payload: bytes, at: int, size: int) -> bytes:
    if at < 0 or len(payload) < at + size:
        raise TooShort
    return payload[at : at + size]
