"""three_rings: a caller is answered before the ring that the rule set names; told at once, corrected by proof.

No PBX counts rings: the rule is a clock that runs from the first ring of a person's device. What runs is an episode
(rules.ring_episodes); what is told after its end stands in rules.rings_told_late.
"""

from rules import rescue
from rules.incidents import Incident, Leg
from rules.obligations import Obligation
from rules.ring_episodes import (
    applies,
    begin,
    episode,
    first_that_rang,
    passed,
    record,
    settle,
    start_earlier,
    unseen_of,
)
from rules.rings_told_late import answered_after_all, answered_unseen
from rules.turn import Turn

PBX_GAVE_UP = frozenset({"missed", "rejected", "failed"})  # after these a new leg may still ring for the same caller


def offered(turn: Turn, incident: Incident) -> None:
    """The caller has reached us; where the rule counts from here, it begins."""
    terms = applies(turn, incident)
    if terms is not None and terms.clock_start == "offered" and episode(incident) is None:
        begin(turn, incident, terms, "", turn.source_us)


def rings(turn: Turn, incident: Incident, leg: Leg, anew: bool) -> None:
    """A person's device rings. `anew`: for somebody else than the first episode, after a transfer."""
    terms = applies(turn, incident)
    if terms is None or not terms.shown:
        return
    if not incident.obligations and len(incident.call.legs) == 1:  # as most calls begin
        turn.open(
            incident, "three_rings", terms.plan, turn.moment_us, leg.source_delivered_us, leg.id, not turn.uncertain
        )
        return
    current = episode(incident)
    if current is None or (anew and current.ended_by is not None):
        begun = begin(turn, incident, terms, leg.id, leg.source_delivered_us)
        if current is None and len(incident.call.legs) > 1 and terms.clock_start == "first_human_ring":
            start_earlier(turn, begun, first_that_rang(incident, leg))
    elif current.ended_by is None:
        if terms.clock_start == "first_human_ring":
            start_earlier(turn, current, leg)
    elif current.state == "waived" and current.reason in PBX_GAVE_UP:
        _ring_on(turn, current)


def _ring_on(turn: Turn, obligation: Obligation) -> None:
    """The PBX gave up and offers again: the caller has waited on, so the first ring still counts."""
    obligation.state = "open"
    obligation.reason = ""
    obligation.ended_us = obligation.source_ended_us = obligation.ended_by = None
    obligation.seconds = obligation.ring = None
    obligation.step = min(obligation.step, len(obligation.plan) - 1)  # told after its end: its breach is still to come
    while obligation.plan[obligation.step].kind == "warning" and obligation.step_us < turn.at_us:
        obligation.step += 1
    turn.decision.obligations.append(obligation)
    turn.watch(obligation)


def answered(turn: Turn, incident: Incident, leg: Leg) -> None:
    """A person answered on `leg`."""
    current = episode(incident)
    if current is None and leg.delivered_us is not None and (terms := applies(turn, incident)) is not None:
        timed = leg.source_delivered_us is not None and turn.source_us is not None
        if incident.closed_us is not None and not (timed and turn.clock_trusted(incident.call.source)):
            record(turn, incident, "not_measurable", "ring_told_late")
            return
        # its hold had overtaken its ring, so the ring opened nothing
        rang = first_that_rang(incident, leg)
        with turn.back_at(rang.delivered_us or leg.delivered_us, rang.source_delivered_us):
            current = begin(turn, incident, terms, rang.id, rang.source_delivered_us)
    if current is None:
        answered_unseen(turn, incident)
    elif current.ended_by is None:
        settle(turn, incident, current, "met", "")
    elif current.state in ("waived", "breached") and incident.closed_us is not None:
        answered_after_all(turn, incident, current)


def joined(turn: Turn, keep: Incident, gone: Incident) -> None:
    """Two calls are one: the other may tell what was said not to be seen."""
    unseen = unseen_of(gone)
    if unseen is not None:
        turn.end(gone, unseen, "waived", "merged")
    unseen = unseen_of(keep)
    if unseen is not None and episode(gone) is not None:
        turn.end(keep, unseen, "waived", "merged")


def limit_reached(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """It still rings, as far as we know."""
    rescue.ask(turn, incident, passed(turn, incident, obligation))
