"""What a terminal tells of calls: who calls whom, who has the word, and that it was given back."""

from typing import Any, NamedTuple

from rules.events import (
    ControlTransmitting,
    Emergency,
    RadioEvent,
    TransmissionEnded,
    TransmissionStarted,
)

CTXG_FIELDS_MIN = 3  # instance, grant, permission: no terminal is known to tell less
CALLS_MAX = 16  # instances are small numbers that are used again
EMERGENCY_PRIORITY = "15"
_GRANTED_TO_US, _GRANTED_TO_ANOTHER = "0", "3"
_POINT_TO_POINT = "0"
_SSI_DIGITS = 8  # of a TSI's 17: country 4, network 5, and these


def unit_name(identity: str) -> str:
    """A unit as people write it: its short identity without leading zeros, also where all 17 digits are told."""
    if not (identity.isdigit() and identity.isascii()):
        return identity
    return str(int(identity[-_SSI_DIGITS:]))


class Call(NamedTuple):
    called: str = ""
    group: bool = False
    unit: str = ""
    speaking: str = ""  # "unit", "control"


class Calls:
    def __init__(self, where: dict[str, Any]) -> None:
        self._where = where
        self._calls: dict[str, Call] = {}  # by instance

    def clear(self) -> None:
        self._calls.clear()

    def began(self, fields: tuple[str, ...]) -> list[RadioEvent]:
        """+CTICN: instance, status, service, [type], [calling], [hook], [simplex], [e2e], [comms], [codec], [type],
        [called], [priority]. Whoever sets up a call has its first word, which not every terminal tells again by +CTXG.
        """
        fields += ("",) * (13 - len(fields))
        call = Call(unit_name(fields[11]), fields[8] not in ("", _POINT_TO_POINT), unit_name(fields[4]))
        ended = self._silenced(self._calls.get(fields[0], Call()))
        if fields[12] == EMERGENCY_PRIORITY:
            self._keep(fields[0], call)
            return [*ended, Emergency(**self._who(call))]
        if not call.unit:
            self._keep(fields[0], call)
            return ended
        return ended + self._speaks(fields[0], call)

    def granted(self, fields: tuple[str, ...]) -> list[RadioEvent]:
        """+CTXG: instance, grant, permission, e2e[, type, calling]: with who it is, another speaks; else we may."""
        before = self._calls.get(fields[0], Call())
        grant = fields[1] if len(fields) > 1 else ""
        if len(fields) >= 6 or grant == _GRANTED_TO_ANOTHER:
            call = before._replace(unit=unit_name(fields[5]) if len(fields) >= 6 else before.unit)
            if before.speaking == "unit" and before.unit == call.unit:
                return []
            return self._silenced(before) + self._speaks(fields[0], call)
        if grant not in (_GRANTED_TO_US, "") or before.speaking == "control":  # refused, or to come later
            return []
        self._keep(fields[0], before._replace(speaking="control"))
        on = ControlTransmitting(**self._where, on=True, called=before.called, group=before.group)
        return [*self._silenced(before), on]

    def ceased(self, fields: tuple[str, ...]) -> list[RadioEvent]:
        """+CDTXC: instance, permission: whoever spoke is silent."""
        call = self._calls.get(fields[0], Call())
        if fields[0] in self._calls:
            self._calls[fields[0]] = call._replace(speaking="")
        return self._silenced(call) or [TransmissionEnded(**self._where)]

    def released(self, fields: tuple[str, ...]) -> list[RadioEvent]:
        """+CTCR: instance, cause: the call is over, and with it whoever still spoke."""
        return self._silenced(self._calls.pop(fields[0], Call()))

    def _speaks(self, instance: str, call: Call) -> list[RadioEvent]:
        self._keep(instance, call._replace(speaking="unit"))
        return [TransmissionStarted(**self._who(call))]

    def _silenced(self, call: Call) -> list[RadioEvent]:
        """What ends as somebody else has the word, or nobody."""
        if call.speaking == "control":
            return [ControlTransmitting(**self._where, on=False, called=call.called, group=call.group)]
        return [TransmissionEnded(**self._who(call))] if call.speaking else []

    def _who(self, call: Call) -> dict[str, Any]:
        return {**self._where, "unit": call.unit, "called": call.called, "group": call.group}

    def _keep(self, instance: str, call: Call) -> None:
        self._calls.pop(instance, None)
        self._calls[instance] = call
        while len(self._calls) > CALLS_MAX:
            del self._calls[next(iter(self._calls))]
