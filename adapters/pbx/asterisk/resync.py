"""Asterisk's own lists of what lives → `SeenLeg`s: the truth after every (re)connect. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.rooms import Place, answers_seen, places_of
from adapters.pbx.asterisk.settings import Settings
from adapters.pbx.asterisk.words import OUR_CALLS, device, dialled, duration_s, is_local, number
from rules.events import SeenLeg
from rules.events.call import Direction

# The lists asked for. All but the first may be refused or unknown: they only add.
# None tells which telephone pressed hold: PJSIP's device state ONHOLD is that of the one who waits, if at all.
CHANNELS = "CoreShowChannels"
QUEUES = "QueueStatus"  # who waits in a queue
PARKED = "ParkedCalls"
EXTRA_LISTS = (QUEUES, PARKED)
ROOMS = "ConfbridgeListRooms"  # asked for only where somebody is in one: app_confbridge need not be loaded
IN_ROOM = "ConfbridgeList"  # of one room
ROOMS_MAX = 500  # each is asked for; a PBX with more conferences at once is none we serve

_STATES: dict[str, Literal["initiated", "alerting", "connected"]] = {"5": "alerting", "6": "connected"}
_SECOND_US = 1_000_000


class Lists(msgspec.Struct):
    """The answers, by the list's name, and when the list of channels was complete."""

    at_us: int
    answers: Mapping[str, Sequence[Message]]
    refused: frozenset[str] = frozenset()  # lists the PBX would not give

    def of(self, name: str, event: str) -> Iterable[Message]:
        return (m for m in self.answers.get(name, ()) if m.event == event)


def seen_legs(lists: Lists, settings: Settings, held_before: Mapping[str, bool]) -> tuple[SeenLeg, ...]:
    """Every real leg with its role and state. Local/ legs are left out, as everywhere.

    `held_before`: legs on hold when the connection was lost, and whether they were parked. Of the others no list
    tells whether they are held, and to call a waiting caller retrieved would be to call them greeted; only who was
    parked and is not in the car park any more was fetched.
    """
    queued = {m.get("uniqueid"): m.get("queue") for m in lists.of(QUEUES, "queueentry")}
    held = {m.get("parkeeuniqueid") for m in lists.of(PARKED, "parkedcall")}
    held |= {leg for leg, parked in held_before.items() if not parked or PARKED in lists.refused}
    legs = []
    for m in lists.of(CHANNELS, "coreshowchannel"):
        leg, channel = m.get("uniqueid"), m.get("channel")
        if not leg or is_local(channel) or m.get("linkedid").startswith(OUR_CALLS):
            continue
        seen = _seen(m, lists.at_us, settings)
        if leg in queued:
            seen = msgspec.structs.replace(seen, role="caller", state="queued", queue=queued[leg])
        elif seen.state == "connected" and leg in held:
            seen = msgspec.structs.replace(seen, state="held")
        elif seen.state == "connected" and leg not in held_before:
            seen = msgspec.structs.replace(seen, hold_unknown=True)
        legs.append(seen)
    return (*legs, *answers_seen(legs, in_rooms(lists)))


def is_in_a_room(channels: Iterable[Message]) -> bool:
    return any(m.get("application").lower() == "confbridge" for m in channels)


def in_rooms(lists: Lists) -> dict[str, Place]:
    """Who is in which conference room, by leg."""
    return places_of(lists.of(IN_ROOM, "confbridgelist"))


def _seen(m: Message, at_us: int, settings: Settings) -> SeenLeg:
    leg, call, channel = m.get("uniqueid"), m.get("linkedid"), m.get("channel")
    # A leg that Dial or Queue made shows so as long as it lives; the first leg of a call is its caller's.
    dialled_leg = m.get("application") in {"AppDial", "AppDial2", "AppQueue"}
    caller_side = not dialled_leg and (m.get("channelstate") == "4" or leg == call or not call)
    age_s = duration_s(m.get("duration"))
    return SeenLeg(
        call=call or leg,
        leg=leg,
        role="caller" if caller_side else "agent",
        state=_STATES.get(m.get("channelstate"), "initiated"),
        created_us=None if age_s is None else at_us - age_s * _SECOND_US,
        caller=number(m.get("calleridnum" if caller_side else "connectedlinenum")),
        called=dialled(m.get("exten")) if caller_side else "",
        device=device(channel),
        direction=_direction(m, settings) if caller_side else "",
    )


def _direction(m: Message, settings: Settings) -> Direction:
    if m.get("channel").startswith(settings.trunks) or m.get("context") in settings.inbound_contexts:
        return "inbound"
    if m.get("context") in settings.outbound_contexts:
        return "outbound"
    return "internal" if m.get("context") in settings.internal_contexts else ""
