"""three_rings: a caller is answered before the ring that the rule set names; told at once, corrected by proof.

No PBX counts rings: the rule is a clock that runs from the first ring of a person's device. One
obligation is one episode of ringing: a call that is offered again rings on, a transferred call
begins a new episode for whom it goes to. An episode rings until `ended_by` is set, also after its breach.
"""

from rules import rescue
from rules.alerts import breach as tell_breach
from rules.alerts import clear
from rules.effects import Alert
from rules.escalation import breach_was_told
from rules.incidents import Incident, Leg
from rules.obligations import Clock, Obligation, Outcome
from rules.terms import RingTerms
from rules.turn import Turn

_UNSEEN = "beginning_not_seen"
_NO_EPISODE = frozenset({_UNSEEN, "merged"})
PBX_GAVE_UP = frozenset({"missed", "rejected", "failed"})  # after these a new leg may still ring for the same caller


def applies(turn: Turn, incident: Incident) -> RingTerms | None:
    terms = turn.terms
    if incident.direction not in terms.rings_apply_to:
        return None
    return terms.rings(incident.call.source, incident.line)


def episode(incident: Incident) -> Obligation | None:
    """The latest one of this call; what only says that nothing was seen is none, nor what another call took over."""
    for obligation in incident.obligations[::-1]:
        if obligation.rule == "three_rings" and obligation.reason not in _NO_EPISODE:
            return obligation
    return None


def still_rings(incident: Incident) -> bool:
    current = episode(incident)
    return current is not None and current.ended_by is None


def offered(turn: Turn, incident: Incident) -> None:
    """The caller has reached us; where the rule counts from here, it begins."""
    terms = applies(turn, incident)
    if terms is not None and terms.clock_start == "offered" and episode(incident) is None:
        _begin(turn, incident, terms, "", turn.source_us)


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
        begun = _begin(turn, incident, terms, leg.id, leg.source_delivered_us)
        if current is None and len(incident.call.legs) > 1 and terms.clock_start == "first_human_ring":
            _start_earlier(turn, begun, _first_that_rang(incident, leg))
    elif current.ended_by is None:
        if terms.clock_start == "first_human_ring":
            _start_earlier(turn, current, leg)
    elif current.state == "waived" and current.reason in PBX_GAVE_UP:
        _ring_on(turn, current)


def rang_before(turn: Turn, incident: Incident, leg: Leg) -> None:
    """A ring told after its end: with times of a trusted clock it may still judge, or judge anew."""
    current = episode(incident)
    began = leg.source_delivered_us
    if began is None or not turn.clock_trusted(incident.call.source):
        return
    if current is None:
        first = _first_that_rang(incident, leg)
        _rang_before_the_end(turn, incident, first, first.source_delivered_us or began)
        return
    if current.ended_by is None:
        terms = applies(turn, incident)
        if terms is not None and terms.clock_start == "first_human_ring":
            _start_earlier(turn, current, leg)
        return
    ended = current.source_ended_us
    if ended is None or began > ended or (current.source_opened_us or began + 1) <= began:
        return
    if not current.plan:  # it was not measurable, so nothing was planned
        terms = applies(turn, incident)
        if terms is None:
            return
        current.plan, current.step = terms.plan, len(terms.plan)
        leg = _first_that_rang(incident, leg)
        began = leg.source_delivered_us or began
    current.source_opened_us = began
    current.opened_us = min(leg.delivered_us or current.opened_us, current.opened_us)
    current.due_us = current.opened_us + current.plan[-1].after_us
    current.leg = leg.id
    _judge_again(turn, incident, current)


def answered(turn: Turn, incident: Incident, leg: Leg) -> None:
    """A person answered on `leg`."""
    current = episode(incident)
    if current is None and leg.delivered_us is not None and (terms := applies(turn, incident)) is not None:
        timed = leg.source_delivered_us is not None and turn.source_us is not None
        if incident.closed_us is not None and not (timed and turn.clock_trusted(incident.call.source)):
            _record(turn, incident, "not_measurable", "ring_told_late")
            return
        # its hold had overtaken its ring, so the ring opened nothing
        rang = _first_that_rang(incident, leg)
        with turn.back_at(rang.delivered_us or leg.delivered_us, rang.source_delivered_us):
            current = _begin(turn, incident, terms, rang.id, rang.source_delivered_us)
    if current is None:
        _answered_unseen(turn, incident)
    elif current.ended_by is None:
        settle(turn, incident, current, "met", "")
    elif current.state in ("waived", "breached") and incident.closed_us is not None:
        _answered_after_all(turn, incident, current)


def _first_that_rang(incident: Incident, answered: Leg) -> Leg:
    """Of a ring group, by the source's clock."""
    timed = [leg for leg in incident.call.legs.values() if leg.role != "caller" and leg.source_delivered_us is not None]
    return min(timed, key=lambda leg: leg.source_delivered_us or 0, default=answered)


def joined(turn: Turn, keep: Incident, gone: Incident) -> None:
    """Two calls are one: the other may tell what was said not to be seen."""
    unseen = _unseen(gone)
    if unseen is not None:
        turn.end(gone, unseen, "waived", "merged")
    unseen = _unseen(keep)
    if unseen is not None and episode(gone) is not None:
        turn.end(keep, unseen, "waived", "merged")


def ended(turn: Turn, incident: Incident, reason: str) -> None:
    """Nobody answered, and nobody will: the caller or the PBX gave up."""
    current = episode(incident)
    if current is None:
        terms = applies(turn, incident)
        if terms is None or _unseen(incident) is not None:
            return
        if not terms.shown:
            turn.record(incident, "three_rings", "not_observable", "source_shows_no_ring")
        elif incident.first_offered_us is None:
            turn.record(incident, "three_rings", "not_measurable", _UNSEEN)
        return
    if current.ended_by is None:
        settle(turn, incident, current, "waived", reason)
        short = reason == "abandoned" and current.state == "waived" and current.seconds is not None
        if short and (current.seconds or 0) * 1_000_000 < turn.terms.short_abandon_us:
            current.reason = "short_abandon"


def drop(turn: Turn, incident: Incident, verdict: Outcome, reason: str) -> None:
    """End it without a measurement: merged, lost, proven to be none of ours."""
    current = episode(incident)
    if current is None or current.ended_by is not None:
        return
    if current.state == "breached" and (current.certain or verdict != "not_measurable"):
        current.ended_by = turn.seq
        turn.decision.obligations.append(current)
        clear(turn, incident, [current], reason)
        return
    told = current.state == "breached"
    if told:
        _revise(turn, incident, current, verdict, reason)
    turn.end(incident, current, verdict, reason)
    clear(turn, incident, [current], reason)


def settle(turn: Turn, incident: Incident, obligation: Obligation, verdict: Outcome, reason: str) -> None:
    """The ringing has ended: `verdict` if in time. What was told live stands, unless a trusted clock disproves it."""
    elapsed_us, clock = turn.measure(obligation, incident.call.source, turn.receipt_us)
    in_time = elapsed_us < obligation.plan[-1].after_us
    told = obligation.state == "breached"
    if not in_time:
        if turn.uncertain:  # the end was not seen: it may have been in time
            drop(turn, incident, "not_measurable", "end_not_seen")
            return
        if not told:
            passed(turn, incident, obligation)
            told = True
    elif told and clock == "source":
        _revise(turn, incident, obligation, verdict, "corrected")
        told = False
    turn.end(incident, obligation, "breached" if told else verdict, reason or obligation.reason)
    _fill(turn, incident, obligation, elapsed_us, clock)
    if obligation.step:  # something went out about it
        clear(turn, incident, [obligation], "corrected" if obligation.revised else reason or "answered")


def limit_reached(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """It still rings, as far as we know."""
    rescue.ask(turn, incident, passed(turn, incident, obligation))


def passed(turn: Turn, incident: Incident, obligation: Obligation) -> Alert:
    """The limit is reached and nobody has answered."""
    obligation.step = len(obligation.plan)
    obligation.state = "breached"
    obligation.ended_us = turn.at_us
    if turn.out_of_touch(incident.call.source):
        obligation.certain = False
        obligation.reason = "source_offline"
    turn.decision.obligations.append(obligation)
    turn.touch(incident)
    told = tell_breach(turn, incident, obligation)
    breach_was_told(turn, incident, told)
    return told


def _begin(turn: Turn, incident: Incident, terms: RingTerms, leg: str, source_us: int | None) -> Obligation:
    unseen = _unseen(incident) if incident.obligations else None
    if unseen is not None:
        unseen.leg, unseen.source_opened_us = leg, source_us
        return _begin_after_all(turn, incident, unseen, terms)
    return turn.open(incident, "three_rings", terms.plan, turn.moment_us, source_us, leg, not turn.uncertain)


def _begin_after_all(turn: Turn, incident: Incident, unseen: Obligation, terms: RingTerms) -> Obligation:
    """The beginning is told after the end: one call keeps one verdict."""
    _revise(turn, incident, unseen, "open", "ring_told_late")
    unseen.state, unseen.reason = "open", ""
    unseen.ended_us = unseen.source_ended_us = unseen.ended_by = None
    unseen.plan, unseen.certain = terms.plan, not turn.uncertain
    unseen.opened_us, unseen.due_us = turn.moment_us, turn.moment_us + terms.limit_us
    turn.decision.obligations.append(unseen)
    turn.watch(unseen)
    return unseen


def _record(turn: Turn, incident: Incident, verdict: Outcome, reason: str) -> Obligation:
    """A verdict without a measurement; in the place of one that said that nothing was seen."""
    unseen = _unseen(incident)
    if unseen is None:
        turn.record(incident, "three_rings", verdict, reason)
        return incident.obligations[-1]
    _revise(turn, incident, unseen, verdict, reason)
    turn.end(incident, unseen, verdict, reason)
    return unseen


def _unseen(incident: Incident) -> Obligation | None:
    for obligation in incident.obligations:
        if obligation.rule == "three_rings" and obligation.reason == _UNSEEN:
            return obligation
    return None


def _start_earlier(turn: Turn, obligation: Obligation, leg: Leg) -> None:
    """Events of two legs may overtake each other: the earlier ring counts."""
    began = leg.source_delivered_us
    if began is None or obligation.source_opened_us is None or began >= obligation.source_opened_us:
        return
    obligation.source_opened_us = began
    obligation.leg = leg.id
    obligation.opened_us = min(obligation.opened_us, turn.moment_us)
    obligation.due_us = obligation.opened_us + obligation.plan[-1].after_us
    turn.decision.obligations.append(obligation)
    turn.watch(obligation)


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


def _rang_before_the_end(turn: Turn, incident: Incident, leg: Leg, began: int) -> None:
    """The end of an unanswered call overtook its ring."""
    terms = applies(turn, incident)
    closed_us, until = incident.closed_us, incident.source_closed_us
    if terms is None or incident.answered_us is not None or closed_us is None or until is None or began > until:
        return
    _begin(turn, incident, terms, leg.id, began)
    with turn.back_at(closed_us, until):
        ended(turn, incident, incident.outcome)


def _answered_unseen(turn: Turn, incident: Incident) -> None:
    """Answered, and no ring was told."""
    terms = applies(turn, incident)
    if terms is None:
        return
    if not terms.shown:
        turn.record(incident, "three_rings", "not_observable", "source_shows_no_ring")
        return
    first = incident.first_offered_us
    if first is not None and turn.receipt_us - first < terms.limit_us:
        bound = _record(turn, incident, "met", "ring_not_seen")  # the ring can only have begun later
        bound.certain = False
        bound.opened_us = first
        bound.due_us = first + terms.limit_us
        return
    _record(turn, incident, "not_measurable", "ring_not_seen")


def _answered_after_all(turn: Turn, incident: Incident, obligation: Obligation) -> None:
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
        _revise(turn, incident, obligation, verdict, "answered_told_late")
    turn.end(incident, obligation, verdict, "answered_told_late")
    _fill(turn, incident, obligation, elapsed_us, clock)
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
        _revise(turn, incident, obligation, verdict, "ring_told_late")
        obligation.state = verdict
        obligation.reason = "ring_told_late"
        if before == "breached":
            clear(turn, incident, [obligation], "corrected")
    obligation.certain = True
    _fill(turn, incident, obligation, elapsed_us, "source")
    turn.decision.obligations.append(obligation)


def _revise(turn: Turn, incident: Incident, obligation: Obligation, verdict: Outcome, reason: str) -> None:
    obligation.revised += 1
    turn.note(incident, "revised", f"three_rings: {obligation.state} → {verdict}: {reason}")


def _fill(turn: Turn, incident: Incident, obligation: Obligation, elapsed_us: int, clock: Clock) -> None:
    obligation.seconds = elapsed_us // 1000 / 1000  # cut: 14.9996 s was in time and must not read 15.0
    source = incident.call.source
    terms = turn.terms.rings(source, incident.line)
    if terms is not None and terms.cycle_us > 0:
        obligation.ring = incident.rings = elapsed_us // terms.cycle_us + 1
    obligation.clock = clock
    if turn.uncertain:
        obligation.certain = False
    status = turn.state.sources.get(source)
    obligation.skew_us = status.skew_us if status is not None else None
    if clock == "receipt" and (turn.source_us is not None or turn.refused_us is not None):
        turn.flag(incident, "source_clock_not_trusted")
