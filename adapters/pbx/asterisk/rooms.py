"""Conference rooms (ConfBridge): a person who is in a room with a waiting caller has answered that caller.

Asterisk joins nothing in a room: each leg stays a call of its own. So the caller's call is given one leg more, which is
answered while he is in there with somebody.
"""

from typing import NamedTuple

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.legs import LEGS_MAX
from adapters.pbx.asterisk.settings import Settings
from adapters.pbx.asterisk.telling import CallEvents, Teller
from adapters.pbx.asterisk.words import device, is_local
from rules.events import ConnectionCleared, Established


class _Place(NamedTuple):
    room: str
    device: str


class RoomTeller(Teller):
    """Knows who is in which room. Who was there before the connection began is not known: no list tells it."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._in_rooms: dict[str, _Place] = {}  # by leg, in the order they came

    def joins_room(self, m: Message) -> CallEvents:
        leg, channel, room = m.get("uniqueid"), m.get("channel"), m.get("conference")
        if not leg or is_local(channel):
            return []
        self._legs.touch(leg, m.get("linkedid"))
        if len(self._in_rooms) >= LEGS_MAX:
            del self._in_rooms[next(iter(self._in_rooms))]
        self._in_rooms[leg] = _Place(room, device(channel))
        present = [one for one, place in self._in_rooms.items() if place.room == room]
        person = next(filter(self._is_person, present), None)
        return [self._answered_by(person, one, m) for one in present if self._waits(one)] if person else []

    def leaves_room(self, m: Message) -> CallEvents:
        return self._room_left(m, m.get("uniqueid"))

    def _room_left(self, m: Message, leg: str) -> CallEvents:
        self._in_rooms.pop(leg, None)
        answer = self._legs.forget(_answer_of(leg))
        return [ConnectionCleared(**self._facts(m, _answer_of(leg), answer), cause="normal")] if answer else []

    def _is_person(self, leg: str) -> bool:
        """A telephone that was called, or that dialled the room from inside."""
        known = self._legs.get(leg)
        return known is not None and (known.role == "agent" or known.direction in {"internal", "outbound"})

    def _waits(self, leg: str) -> bool:
        """A caller from outside whom nobody has."""
        known = self._legs.get(leg)
        if known is None or known.role != "caller" or known.direction != "inbound":
            return False
        return not self._legs.answered(known.call)

    def _answered_by(self, person: str, caller: str, m: Message) -> Established:
        known = self._legs.touch(_answer_of(caller), self._legs.touch(caller, "").call)
        known.role, known.up = "agent", True
        return Established(**self._facts(m, _answer_of(caller), known) | {"device": self._in_rooms[person].device})


def _answer_of(leg: str) -> str:
    return f"{leg}-room"
