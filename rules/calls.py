"""The tracker: a source's legs become calls. Finds or makes the incident of an event and fills in what it tells.

What an event does to its leg and to the rules stands in rules.legs, rules.holds and rules.transfers, how calls end in
rules.endings, how two that turn out to be one are joined in rules.merging.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Final, TypeVar, cast

from rules import call_back, inbound_only, ring_episodes
from rules.answers import adopt_answer
from rules.events import CallEvent, Delivered, Established, Offered, Originated, Queued
from rules.events.call import Direction
from rules.incidents import Call, Incident
from rules.merging import merge
from rules.moments import SECOND_US
from rules.turn import Turn

ANEW_US: Final = SECOND_US  # the clocks of a PBX's parts may differ by less
_BEGINS: Final = (Originated, Offered, Delivered, Queued)

E = TypeVar("E", bound=CallEvent)


def of_a_call(handle: Callable[[Turn, Incident, E], None]) -> Callable[[Turn, E], None]:
    """What takes an event of a call: `handle`, told whose call it is, once that knows what the event tells of it.

    Python remembers where an object of the class that was met last keeps a field; of any class the look costs ten
    times as much. So each class of event has its own copy of this code.
    """

    def take(turn: Turn, event: E) -> None:
        if event.uncertain:
            turn.uncertain = True
        if event.source_seq is not None:
            turn.source_seq = event.source_seq
        state = turn.state
        incident = state.by_call[event.source].get(event.call)
        if incident is not None and incident.closed_us is not None and _is_anew(turn, incident, event):
            turn.touch(incident)
            state.let_go_of_ids(incident)
            incident = None
        if event.same_call or state.by_leg:
            incident = _find(turn, event, incident)
        if incident is None:
            incident = _new(turn, event)
        elif (
            event.direction
            or event.trunk
            or event.caller_name
            or event.queue
            or not event.shows_hold
            or not incident.caller
            or not incident.called
        ):
            _fill(turn, incident, event)
        decision = turn.decision
        decision.incident = incident.id
        decision.incidents.append(incident)
        handle(turn, incident, event)

    code = take.__code__.replace()
    return cast(Callable[[Turn, E], None], FunctionType(code, globals(), handle.__name__, None, take.__closure__))


def _find(turn: Turn, event: CallEvent, found: Incident | None) -> Incident:
    """The incident of this event, which `found` has by its call id; by leg, by ids that mean the same; or a new one."""
    state = turn.state
    source = event.source
    joined = False
    if event.leg and state.by_leg:
        by_leg = state.by_leg.get((source, event.leg))
        if by_leg is not None and by_leg is not found:
            joined = found is not None
            found = by_leg if found is None else merge(turn, found, by_leg)
    if found is not None and not joined and not event.same_call and event.call in found.call.ids:
        return found
    for name in event.same_call:
        other = state.by_call[source].get(name)
        if other is not None and other is not found:
            joined = found is not None
            found = other if found is None else merge(turn, found, other)
    if found is None:
        found = _new(turn, event)
    elif joined:
        adopt_answer(turn, found)
    ids = found.call.ids
    for name in (event.call, *event.same_call):
        if name not in ids:
            ids.append(name)
            state.know_call(found, name)
    return found


def _is_anew(turn: Turn, ended: Incident, event: CallEvent) -> bool:
    """Whether the source gave the id of a call that is over to another: by its own clock, or where the source's
    settings say that its ids come again. Else what begins after the end was told late.
    """
    if not ended.call.ended_by_call:
        return False
    begins = isinstance(event, _BEGINS)
    closed_us, source_closed_us = ended.closed_us or 0, ended.source_closed_us
    if turn.source_us is not None and source_closed_us is not None:
        answers = isinstance(event, Established) and event.role != "caller"  # it may overtake its ringing
        return (begins or answers) and turn.source_us > source_closed_us + ANEW_US
    return begins and turn.at_us - closed_us >= turn.terms.sources[event.source].ids_again_us


def _new(turn: Turn, event: CallEvent) -> Incident:
    """With all that the event tells of the call."""
    state = turn.state
    state.last_id += 1
    incident = Incident(
        id=state.last_id,
        number=state.numbers.next(turn.at_us),
        site=turn.terms.rules.site,
        call=Call(source=event.source, ids=[event.call], shows_hold=event.shows_hold),
        caller=event.caller,
        caller_name=event.caller_name,
        called=event.called,
        queue=event.queue,
        trunk=event.trunk,
        opened_us=turn.moment_us,
    )
    state.add(incident, event.call)
    _learn_direction(turn, incident, event.direction)
    return incident


def _fill(turn: Turn, incident: Incident, event: CallEvent) -> None:
    """A late event may tell what an earlier one left out; nothing is overwritten."""
    known = incident.direction
    told = event.direction
    learned = not known or (told and told != known)
    if not incident.caller and event.caller:
        incident.caller = event.caller
        learned = True
    if not incident.called and event.called:
        incident.called = event.called
        learned = True
    if event.trunk and not incident.trunk:
        incident.trunk = event.trunk
        learned = True
    if event.caller_name and not incident.caller_name:
        incident.caller_name = event.caller_name
    if event.queue:
        incident.queue = event.queue
    if not event.shows_hold:
        incident.call.shows_hold = False
    if learned:
        _learn_direction(turn, incident, told)
        if incident.closed_us is not None:
            call_back.number_told_late(turn, incident)


def _learn_direction(turn: Turn, incident: Incident, told: Direction) -> None:
    terms = turn.terms
    line = terms.line(incident.called) if terms.lines else None
    before = direction = incident.direction
    if told:
        direction = told
    elif not before or not incident.answered_us:
        called_is_line = line is not None
        direction = _guess(turn, incident, called_is_line)
    incident.direction = direction
    if direction != "outbound":
        incident.line = line.number if line else incident.called
        return
    own = terms.line(incident.caller) or terms.line(incident.trunk)
    incident.line = own.number if own else incident.trunk or incident.caller
    inbound_only.outbound_seen(turn, incident)
    if before not in ("", "outbound"):
        ring_episodes.drop(turn, incident, "waived", "outbound")
        call_back.not_needed(turn, incident, "outbound")


def _guess(turn: Turn, incident: Incident, called_is_line: bool) -> Direction:
    """From the numbers, where the source does not tell."""
    terms = turn.terms.sources[incident.call.source]
    caller = incident.caller
    if not terms.is_extension(caller) and (called_is_line or not turn.terms.lines or turn.terms.line(caller) is None):
        return "inbound"
    if not incident.called:
        return "inbound"
    return "internal" if called_is_line or terms.is_extension(incident.called) else "outbound"
