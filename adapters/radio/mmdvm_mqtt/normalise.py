"""What MMDVMHost publishes means (its schema.json; the names src_id, dst_id, group of some builds too).

An end names nobody: who spoke is remembered by mode and slot.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from rules.events import (
    CallAlert,
    ControlTransmitting,
    Emergency,
    MachineAck,
    RadioEvent,
    TransmissionEnded,
    TransmissionStarted,
    UnitSeen,
)
from rules.events.radio import EndReason

VOICE_MODES = ("DMR", "YSF", "P25", "NXDN", "D-Star", "M17")
# A page that is sent, the modem's own state, measurements, and a talker's alias are no event.
QUIET_MODES = ("POCSAG", "MMDVM", "RSSI", "BER", "Text", "AX.25")
_OPEN_MAX = 256
_STARTS = ("start", "late_entry")
_ENDS: dict[str, EndReason] = {"end": "end", "lost": "lost", "timeout": "timeout"}
_SOURCE_KEYS = ("source_id", "src_id", "source_cs", "src_callsign")
_CALLED_KEYS = ("destination_id", "dst_id", "destination_cs", "dst_callsign", "dg-id")
# FM: what each state says of the carrier, and whether it comes from the network side ("ext").
_FM_HEARD = ("kerchunk", "relaying", "kerchunk_rf", "relaying_rf", "kerchunk_ext", "relaying_ext")
_FM_TIMED_OUT = ("timeout", "timeout_rf", "timeout_ext")


class Speech(NamedTuple):
    """Who was heard to begin and not yet to end. `data`: packets, which nobody speaks."""

    unit: str = ""
    called: str = ""
    group: bool = False
    control: bool = False
    data: bool = False


class Normaliser:
    def __init__(self, source: str, channel: str, *, network_is_control: bool) -> None:
        self._source = source
        self._channel = channel
        self._network_is_control = network_is_control
        self._speech: dict[tuple[str, str], Speech] = {}  # by host's topic and mode with slot

    def read(self, mode: str, told: dict[str, Any], via: str) -> list[RadioEvent]:
        slot = str(told.get("slot", "")) if mode == "DMR" else ""
        channel = f"{self._channel}-{slot}" if slot in ("1", "2") else self._channel
        where: dict[str, Any] = {
            "source": self._source,
            "channel": channel,
            "occurred_us": _occurred_us(told.get("timestamp")),
        }
        at = (via, mode + slot)
        if mode == "FM":
            return self._frequency_modulation(at, where, str(told.get("state", "")))
        action = str(told.get("action", ""))
        if action in _STARTS:
            return self._start(at, where, told, late=action == "late_entry")
        if action in _ENDS:
            return self._end(at, where, _ENDS[action])
        speech = self._told(told)
        if action == "csbk":
            return [] if speech.control else _signalling(str(told.get("csbk_desc", "")), {**where, **_call(speech)})
        if action in ("rejected", "invalid") and speech.unit and not speech.control:
            return [UnitSeen(**where, unit=speech.unit)]  # it calls, and the repeater does not let it through
        return []

    def _start(
        self, at: tuple[str, str], where: dict[str, Any], told: dict[str, Any], *, late: bool
    ) -> list[RadioEvent]:
        speech, before = self._told(told), self._speech.get(at)
        if late and before is not None and (before.unit in ("", speech.unit)):
            return []
        self._begin(at, speech)
        events: list[RadioEvent] = [_over(before, where, "lost")] if before is not None and not before.data else []
        if speech.data:
            return [*events, UnitSeen(**where, unit=speech.unit)] if speech.unit and not speech.control else events
        return [*events, _begun(speech, where)]

    def _end(self, at: tuple[str, str], where: dict[str, Any], reason: EndReason) -> list[RadioEvent]:
        speech = self._speech.pop(at, Speech())
        return [] if speech.data else [_over(speech, where, reason)]

    def _frequency_modulation(self, at: tuple[str, str], where: dict[str, Any], state: str) -> list[RadioEvent]:
        """It names nobody. A kerchunk is a carrier that may be too short to be a call: the rules tell by its length."""
        before = self._speech.get(at)
        if state in _FM_HEARD:
            if before is not None:
                return []
            speech = Speech(control=self._network_is_control and state.endswith("_ext"))
            self._begin(at, speech)
            return [_begun(speech, where)]
        self._speech.pop(at, None)
        if before is None:
            return []
        return [_over(before, where, "timeout" if state in _FM_TIMED_OUT else "end")]

    def _begin(self, at: tuple[str, str], speech: Speech) -> None:
        self._speech[at] = speech
        if len(self._speech) > _OPEN_MAX:  # topics that somebody makes up
            del self._speech[next(iter(self._speech))]

    def _told(self, told: dict[str, Any]) -> Speech:
        kind = told.get("destination_type", told.get("group"))
        return Speech(
            unit=_first(told, _SOURCE_KEYS),
            called=_first(told, _CALLED_KEYS),
            group=kind in ("group", "yes", True) or "dg-id" in told,
            control=self._network_is_control and told.get("source") == "network",
            data=bool(told.get("frames")) or told.get("mode") in ("data", "data_fr"),
        )


def _begun(speech: Speech, where: dict[str, Any]) -> RadioEvent:
    if speech.control:
        return ControlTransmitting(**where, **_call(speech), on=True)
    return TransmissionStarted(**where, **_call(speech))


def _over(speech: Speech, where: dict[str, Any], reason: EndReason) -> RadioEvent:
    if speech.control:
        return ControlTransmitting(**where, **_call(speech), on=False)
    return TransmissionEnded(**where, **_call(speech), reason=reason)


def _signalling(description: str, call: dict[str, Any]) -> list[RadioEvent]:
    """By the words of MMDVMHost's CSBK descriptions."""
    words = description.lower()
    if "negative ack" in words:
        return [MachineAck(**call, ok=False)]
    if words.endswith(" ack") or "acknowledg" in words:
        return [MachineAck(**call)]
    if words == "call alert":
        return [CallAlert(**call)]
    if "emergency" in words:
        return [Emergency(**call)]
    return [
        UnitSeen(source=call["source"], channel=call["channel"], occurred_us=call["occurred_us"], unit=call["unit"])
    ]


def _call(speech: Speech) -> dict[str, Any]:
    return {"unit": speech.unit, "called": speech.called, "group": speech.group}


def _first(told: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((str(told[key]).strip() for key in keys if isinstance(told.get(key), str | int)), "")


def _occurred_us(timestamp: object) -> int | None:
    """UTC, also where it does not say so."""
    if not isinstance(timestamp, str):
        return None
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
