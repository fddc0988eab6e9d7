"""Rings and answers that are told after their end: by a trusted clock they judge, or judge anew."""

from rules.alerts import clear
from rules.incidents import Incident, Leg
from rules.obligations import Obligation, Outcome
from rules.ring_episodes import (
    applies,
    begin,
    ended,
    episode,
    episode_of,
    fill,
    first_that_rang,
    record,
    revise,
    start_earlier,
)
from rules.turn import Turn


def rang_before(turn: Turn, incident: Incident, leg: Leg) -> None:
    """A ring told after its end: with times of a trusted clock it may still judge, or judge anew."""
    began = leg.source_delivered_us
    current = episode(incident) if began is None else episode_of(incident, began)
    if began is None or not turn.clock_trusted(incident.call.source):
        return
    if current is None:
        first = first_that_rang(incident, leg)
        _rang_before_the_end(turn, incident, first, first.source_delivered_us or began)
        return
    if current.ended_by is None:
        terms = applies(turn, incident)
        if terms is not None and terms.clock_start == "first_human_ring":
            start_earlier(turn, current, leg)
        return
    ended = current.source_ended_us
    if ended is None or began > ended or (current.source_opened_us or began + 1) <= began:
        return
    if not current.plan:  # it was not measurable, so nothing was planned
        terms = applies(turn, incident)
        if terms is None:
            return
        current.plan, current.step = terms.plan, len(terms.plan)
        leg = first_that_rang(incident, leg)
        began = leg.source_delivered_us or began
    current.source_opened_us = began
    current.opened_us = min(leg.delivered_us or current.opened_us, current.opened_us)
    current.due_us = current.opened_us + current.plan[-1].after_us
    current.leg = leg.id
    _judge_again(turn, incident, current)


def _rang_before_the_end(turn: Turn, incident: Incident, leg: Leg, began: int) -> None:
    """The end of an unanswered call overtook its ring."""
    terms = applies(turn, incident)
    closed_us, until = incident.closed_us, incident.source_closed_us
    if terms is None or incident.answered_us is not None or closed_us is None or until is None or began > until:
        return
    begin(turn, incident, terms, leg.id, began)
    with turn.back_at(closed_us, until):
        ended(turn, incident, incident.outcome)


def answered_unseen(turn: Turn, incident: Incident) -> None:
    """Answered, and no ring was told."""
    terms = applies(turn, incident)
    if terms is None:
        return
    if not terms.shown:
        turn.record(incident, "three_rings", "not_observable", "source_shows_no_ring")
        return
    first = incident.first_offered_us
    if first is not None and turn.receipt_us - first < terms.limit_us:
        bound = record(turn, incident, "met", "ring_not_seen")  # the ring can only have begun later
        bound.certain = False
        bound.opened_us = first
        bound.due_us = first + terms.limit_us
        return
    record(turn, incident, "not_measurable", "ring_not_seen")


def answered_after_all(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """The answer was told after the end of the call. Its own time judges; else the end of the call bounds it."""
    if obligation.state == "breached" and turn.source_us is None:
        return
    before = obligation.state
    elapsed_us, clock = turn.measure(obligation, incident.call.source, turn.receipt_us)
    if clock == "receipt" and incident.closed_us is not None:
        elapsed_us = min(elapsed_us, incident.closed_us - obligation.opened_us)
        obligation.certain = False
    in_time = elapsed_us < obligation.plan[-1].after_us
    if before == "breached" and clock == "receipt":
        return
    if in_time or clock == "source":
        verdict: Outcome = "met" if in_time else "breached"
    else:
        verdict = "not_measurable"
    if verdict != before:
        revise(turn, incident, obligation, verdict, "answered_told_late")
    turn.end(incident, obligation, verdict, "answered_told_late")
    fill(turn, incident, obligation, elapsed_us, clock)
    if before == "breached" and in_time:
        clear(turn, incident, [obligation], "corrected")


def _judge_again(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """The episode's own clock times are better known now; the moment of its end stays what it was."""
    assert obligation.source_opened_us is not None  # noqa: S101 - the caller has just set both
    assert obligation.source_ended_us is not None  # noqa: S101
    elapsed_us = obligation.source_ended_us - obligation.source_opened_us
    late = elapsed_us >= obligation.plan[-1].after_us
    before = obligation.state
    in_time: Outcome = "met" if incident.answered_us is not None else "waived"
    verdict: Outcome = "breached" if late else in_time
    if verdict != before:
        revise(turn, incident, obligation, verdict, "ring_told_late")
        obligation.state = verdict
        obligation.reason = "ring_told_late"
        if before == "breached":
            clear(turn, incident, [obligation], "corrected")
    obligation.certain = True
    fill(turn, incident, obligation, elapsed_us, "source")
    turn.decision.obligations.append(obligation)
