"""Conference rooms (ConfBridge): a person who is in a room with a waiting caller has answered that caller.

Asterisk joins nothing in a room: each leg stays a call of its own. So the caller's call is given one leg more, which is
answered while he is in there with somebody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.legs import LEGS_MAX, KnownLeg
from adapters.pbx.asterisk.settings import Settings
from adapters.pbx.asterisk.telling import CallEvents, Teller
from adapters.pbx.asterisk.words import device, is_local
from rules.events import ConnectionCleared, Established, SeenLeg


class Place(NamedTuple):
    room: str
    device: str


def places_of(listed: Iterable[Message]) -> dict[str, Place]:
    """Who is in which room, by leg, from Asterisk's own lists."""
    found = ((m.get("uniqueid"), m.get("conference"), m.get("channel")) for m in listed)
    return {leg: Place(room, device(channel)) for leg, room, channel in found if leg and not is_local(channel)}


def answers_seen(legs: Sequence[SeenLeg], places: Mapping[str, Place]) -> Iterator[SeenLeg]:
    """The further legs of callers who were found in a room with somebody of ours."""
    present = [one for one in legs if one.leg in places]
    answered = {one.call for one in legs if one.role == "agent" and one.state in {"connected", "held"}}
    persons = {places[one.leg].room: places[one.leg] for one in reversed(present) if _is_person(one)}
    for one in present:
        with_whom = persons.get(places[one.leg].room)
        if with_whom is not None and _is_from_outside(one) and one.call not in answered:
            yield SeenLeg(
                call=one.call, leg=_answer_of(one.leg), role="agent", state="connected", device=with_whom.device
            )


class RoomTeller(Teller):
    """Knows who is in which room."""

    def __init__(self, settings: Settings, places: Mapping[str, Place]) -> None:
        """`places`: where they were when the connection began."""
        super().__init__(settings)
        self._in_rooms = dict(places)  # by leg, in the order they came

    def joins_room(self, m: Message) -> CallEvents:
        leg, channel, room = m.get("uniqueid"), m.get("channel"), m.get("conference")
        if not leg or is_local(channel):
            return []
        self._legs.touch(leg, m.get("linkedid"))
        if len(self._in_rooms) >= LEGS_MAX:
            del self._in_rooms[next(iter(self._in_rooms))]
        self._in_rooms[leg] = Place(room, device(channel))
        present = [one for one, place in self._in_rooms.items() if place.room == room]
        person = next((one for one in present if (known := self._legs.get(one)) and _is_person(known)), None)
        return [self._answered_by(person, one, m) for one in present if self._waits(one)] if person else []

    def leaves_room(self, m: Message) -> CallEvents:
        return self._room_left(m, m.get("uniqueid"))

    def _room_left(self, m: Message, leg: str) -> CallEvents:
        self._in_rooms.pop(leg, None)
        answer = self._legs.forget(_answer_of(leg))
        return [ConnectionCleared(**self._facts(m, _answer_of(leg), answer), cause="normal")] if answer else []

    def _waits(self, leg: str) -> bool:
        """A caller from outside whom nobody has."""
        known = self._legs.get(leg)
        return known is not None and _is_from_outside(known) and not self._legs.answered(known.call)

    def _answered_by(self, person: str, caller: str, m: Message) -> Established:
        known = self._legs.touch(_answer_of(caller), self._legs.touch(caller, "").call)
        known.role, known.up = "agent", True
        return Established(**self._facts(m, _answer_of(caller), known) | {"device": self._in_rooms[person].device})


def _is_person(leg: KnownLeg | SeenLeg) -> bool:
    """A telephone that was called, or that dialled the room from inside."""
    return leg.role == "agent" or leg.direction in {"internal", "outbound"}


def _is_from_outside(leg: KnownLeg | SeenLeg) -> bool:
    return leg.role == "caller" and leg.direction == "inbound"


def _answer_of(leg: str) -> str:
    return f"{leg}-room"
