"""What a Tait radio's messages mean (manual §1.10 and, for CCR, §2.9)."""

from typing import Any

from rules.events import (
    CallAlert,
    CallAnswered,
    ControlTransmitting,
    Emergency,
    MachineAck,
    RadioEvent,
    Status,
    Text,
    TransmissionEnded,
    TransmissionStarted,
    UnitIdentified,
    UnitSeen,
)

# RING's fields (§1.10.9)
_STATUS_CALL, _SDM, _DATA = "2", "4", "5"
_CALL_ALERT, _STATUS_UPDATE, _EMERGENCY_ALARM = "1", "8", "9"
_NO_STATUS = "FF"
# Answered by radios, not by people: looking whether a unit is there, listening to it, shutting it off.
_MACHINE_CALLS = frozenset("36")
_MACHINE_KINDS = frozenset("23457A")


def expanded(tones: str) -> str:
    """A selective call as people dial it: tone E stands for the digit before it (5E5E5 is 55555)."""
    digits = ""
    for tone in tones:
        digits += digits[-1] if tone == "E" and digits else tone
    return digits


class Normaliser:
    """Remembers who sent the short data message whose text comes next, and what is on the air."""

    def __init__(self, source: str, channel: str, own_unit: str) -> None:
        self._where: dict[str, Any] = {"source": source, "channel": channel}
        self._own_unit = own_unit  # this radio's, where known
        self._sender: dict[str, Any] = {}
        self._receiving = self._transmitting = False

    def reset(self) -> None:
        self._sender = {}
        self._receiving = self._transmitting = False

    def progress(self, parameters: str, sent: str) -> list[RadioEvent]:
        """`sent`: the id of the text that waits for its acknowledgement."""
        where = self._where
        match parameters[:2]:
            case "00":
                return [CallAnswered(**where)]
            case "03" | "04":  # this radio's own emergency mode
                return [Emergency(**where, active=parameters[:2] == "03")]
            case "05":
                self._receiving = True
                return [TransmissionStarted(**where)]
            case "06":
                self._receiving = False
                return [TransmissionEnded(**where)]
            case "07" | "08":
                self._transmitting = parameters[:2] == "07"
                return [ControlTransmitting(**where, on=self._transmitting)]
            case "1C":
                return [MachineAck(**where, ok=parameters[2:3] == "1")]
            case "1D":
                return [MachineAck(**where, id=sent, ok=parameters[2:3] == "1")]
        return []

    def silenced(self) -> list[RadioEvent]:
        """The radio starts anew: what was on the air will not be told to end."""
        events: list[RadioEvent] = []
        if self._receiving:
            events.append(TransmissionEnded(**self._where, reason="lost"))
        if self._transmitting:
            events.append(ControlTransmitting(**self._where, on=False))
        self.reset()
        return events

    def ring(self, parameters: str) -> list[RadioEvent]:
        """[RCATEGORY][TYPE1][TYPE2][TYPE3][TYPE4][STATUS 2][CALLER_ID]."""
        type1, type2, type3, type4 = tuple(parameters[1:5])
        status = parameters[5:7]
        called, _, unit = parameters[7:].rpartition("-")
        unit, called, group = expanded(unit), expanded(called), type3 in "12"
        if unit and not called and not group:  # it names only others than itself
            called = self._own_unit
        who = {**self._where, "unit": unit, "called": called, "group": group}
        events: list[RadioEvent] = []
        if type2 == "1" or type4 == _EMERGENCY_ALARM:
            events.append(Emergency(**who))
        if type4 == _CALL_ALERT:
            events.append(CallAlert(**who))
        if status != _NO_STATUS and (type1 == _STATUS_CALL or type4 == _STATUS_UPDATE):
            events.append(Status(**who, status=status))
        if type1 == _SDM:
            self._sender = who
        elif not events and unit:
            machine = type1 in _MACHINE_CALLS or type4 in _MACHINE_KINDS or type1 == _DATA
            events.append(UnitSeen(**who) if machine else UnitIdentified(**who))
        return events

    def short_data(self, text: str) -> list[RadioEvent]:
        """An SDM's text; empty: the radio holds none."""
        sender, self._sender = self._sender or self._where, {}
        return [Text(**sender, text=text)] if text else []

    def selcall(self, tones: str) -> list[RadioEvent]:
        """CCR's decoded sequence: "-" is a gap; a second sequence after it is the caller's own."""
        sequences = [expanded(sequence) for sequence in tones.split("-") if sequence]
        if not sequences:
            return []
        called = sequences[0] if len(sequences) > 1 else ""
        return [UnitIdentified(**self._where, unit=sequences[-1], called=called)]
