"""How each of our events is made from a message and what is remembered of its leg: every thing told once."""

from typing import Any

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.legs import KnownLeg, Legs
from adapters.pbx.asterisk.settings import Settings
from adapters.pbx.asterisk.words import device, dialled, moment_us, number, person
from rules.events import AnyCallEvent, Delivered, Established, Failed, Originated
from rules.events.call import Cause, Direction

CallEvents = list[AnyCallEvent]


class Teller:
    """The base of the normaliser: no event of Asterisk's is named here."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._legs = Legs()

    def _facts(self, m: Message, leg: str, known: KnownLeg, prefix: str = "") -> dict[str, Any]:
        former = self._legs.changed.get(leg)
        return {
            "source": self._settings.name,
            "call": known.call or leg,
            "leg": leg,
            "role": known.role,
            "same_call": (former,) if former else (),
            "occurred_us": moment_us(m.get("timestamp")),
            "direction": known.direction or self._legs.direction(known.call),
            "device": device(m.get(f"{prefix}channel")),
        }

    def _dest(self, m: Message, leg: str, known: KnownLeg) -> dict[str, Any]:
        facts = self._facts(m, leg, known, "dest")
        return facts | also(facts, m.get("destlinkedid"))

    def _originated(self, m: Message, known: KnownLeg, facts: dict[str, Any]) -> Originated:
        channel = m.get("channel")
        known.role = "caller"
        known.direction = known.direction or self._direction(m.get("context"), channel)
        caller = number(m.get("calleridnum"))
        known.had_caller = bool(caller)
        called = dialled(m.get("exten"))
        known.had_called = known.had_called or bool(called)
        return Originated(
            **facts | {"role": "caller", "direction": known.direction},
            caller=caller,
            caller_name=person(m.get("calleridname")),
            called=called,
            trunk=self._trunk(channel),
        )

    def _delivered(self, known: KnownLeg, facts: dict[str, Any]) -> CallEvents:
        if known.ringing or known.up or known.role == "caller":
            return []
        known.role, known.ringing = "agent", True
        return [Delivered(**facts | {"role": "agent"})]

    def _established(self, known: KnownLeg, facts: dict[str, Any]) -> CallEvents:
        """Told once by whichever of Newstate, DialEnd and AgentConnect comes first, and again for an agent's name."""
        if known.up and not facts.get("agent"):
            return []
        known.up, known.ringing = True, False
        return [Established(**facts)]

    def _failed(self, known: KnownLeg, facts: dict[str, Any], cause: Cause) -> CallEvents:
        if known.ended or known.up:
            return []
        known.ended = True
        return [Failed(**facts, cause=cause)]

    def _trunk(self, channel: str) -> str:
        return device(channel) if channel.startswith(self._settings.trunks) else ""

    def _direction(self, context: str, channel: str) -> Direction:
        settings = self._settings
        if context in settings.inbound_contexts or self._trunk(channel):
            return "inbound"
        if context in settings.outbound_contexts:
            return "outbound"
        return "internal" if context in settings.internal_contexts else ""


def also(facts: dict[str, Any], call: str) -> dict[str, Any]:
    """`same_call` with `call` added, if it is another id than the event's own."""
    same: tuple[str, ...] = facts["same_call"]
    if not call or call == facts["call"] or call in same:
        return {"same_call": same}
    return {"same_call": (*same, call)}


def place(m: Message) -> tuple[str, str, str]:
    """Where in the dial plan the channel is."""
    return m.get("context"), m.get("exten"), m.get("priority")
