"""After a (re)connect the source lists its living legs: what is not listed has ended, what is new is made known."""

from collections.abc import Callable
from typing import Any, TypeVar

from rules import endings, holds, legs
from rules.events import Delivered, Established, Held, Originated, Queued, Resynced, Retrieved, SeenLeg
from rules.events.call import CallEvent
from rules.incidents import Incident
from rules.turn import Turn

Kind = TypeVar("Kind", bound=CallEvent)

_AS_EVENTS: dict[str, tuple[tuple[type[CallEvent], Callable[[Turn, Any], None]], ...]] = {
    "initiated": ((Originated, legs.originated),),
    "alerting": ((Delivered, legs.delivered),),
    "queued": ((Queued, legs.queued),),
    "connected": ((Established, legs.established),),
    "held": ((Established, legs.established), (Held, holds.held)),
}


def resynced(turn: Turn, event: Resynced) -> None:
    listed = set() if event.restarted else {(leg.call, leg.leg) for leg in event.legs}
    listed_legs = {leg for _, leg in listed if leg}
    listed_calls = {call for call, leg in listed if not leg}
    mine = [i for i in turn.state.incidents.values() if i.call.source == event.source and i.closed_us is None]
    for incident in mine:
        _end_unlisted(turn, incident, listed_legs, listed_calls)
    turn.status(event.source)
    for seen in event.legs:
        _take(turn, event.source, seen)
        turn.moment_us = turn.at_us
        turn.uncertain = False
    turn.decision.incident = 0


def _end_unlisted(turn: Turn, incident: Incident, leg_ids: set[str], call_ids: set[str]) -> None:
    call = incident.call
    if any(name in call_ids for name in call.ids):
        return
    left = [leg for leg in call.legs.values() if leg.id in leg_ids and leg.state != "cleared"]
    if not left:
        endings.lost(turn, incident, "lost_while_disconnected")
        return
    for leg in call.legs.values():
        if leg.id not in leg_ids and leg.state != "cleared":
            endings.leg_over(turn, incident, leg, "")
    turn.touch(incident)


def _take(turn: Turn, source: str, seen: SeenLeg) -> None:
    """As if the event that led to this state came now; its moment is a bound."""
    incident = turn.state.by_leg.get((source, seen.leg)) or turn.state.by_call[source].get(seen.call)
    known = incident.call.legs.get(seen.leg) if incident is not None else None
    if known is not None and known.state == "held" and seen.state == "connected":
        if not seen.hold_unknown:
            holds.retrieved(turn, _event(Retrieved, source, seen))
        return
    if known is None and seen.state == "alerting" and seen.created_us is not None:
        turn.moment_us = min(turn.at_us, seen.created_us)  # it has rung since, at the longest
    for kind, taken in _AS_EVENTS[seen.state]:
        taken(turn, _event(kind, source, seen))


def _event(kind: type[Kind], source: str, seen: SeenLeg) -> Kind:
    return kind(
        source=source,
        call=seen.call,
        leg=seen.leg,
        role=seen.role,
        direction=seen.direction,
        caller=seen.caller,
        called=seen.called,
        device=seen.device,
        queue=seen.queue,
        uncertain=True,
    )
