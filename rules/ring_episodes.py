"""One episode of ringing: begun, found again, measured and ended; rules.three_rings says when.

One obligation is one episode: a call that is offered again rings on, a transferred call begins a new one for whom it
goes to. An episode rings until `ended_by` is set, also after its breach.
"""

from rules.alerts import breach as tell_breach
from rules.alerts import clear
from rules.effects import Alert
from rules.escalation import breach_was_told
from rules.incidents import Incident, Leg
from rules.moments import cut_s
from rules.obligations import Clock, Obligation, Outcome
from rules.source_clock import measured
from rules.terms import RingTerms
from rules.turn import Turn

_UNSEEN = "beginning_not_seen"
_NO_EPISODE = frozenset({_UNSEEN, "merged"})


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


def episode_of(incident: Incident, began_us: int) -> Obligation | None:
    """That of a ring which began then, by the source's clock: the latest, but for what had ended after it."""
    for obligation in incident.obligations:
        ended_us = obligation.source_ended_us
        if obligation.rule == "three_rings" and ended_us is not None and began_us <= ended_us:
            return obligation if obligation.reason not in _NO_EPISODE else episode(incident)
    return episode(incident)


def still_rings(incident: Incident) -> bool:
    current = episode(incident)
    return current is not None and current.ended_by is None


def begin(turn: Turn, incident: Incident, terms: RingTerms, leg: str, source_us: int | None) -> Obligation:
    unseen = unseen_of(incident) if incident.obligations else None
    if unseen is not None:
        unseen.leg, unseen.source_opened_us = leg, source_us
        return _begin_after_all(turn, incident, unseen, terms)
    return turn.open(incident, "three_rings", terms.plan, turn.moment_us, source_us, leg, not turn.uncertain)


def _begin_after_all(turn: Turn, incident: Incident, unseen: Obligation, terms: RingTerms) -> Obligation:
    """The beginning is told after the end: one call keeps one verdict."""
    revise(turn, incident, unseen, "open", "ring_told_late")
    unseen.state, unseen.reason = "open", ""
    unseen.ended_us = unseen.source_ended_us = unseen.ended_by = None
    unseen.plan, unseen.certain = terms.plan, not turn.uncertain
    unseen.opened_us, unseen.due_us = turn.moment_us, turn.moment_us + terms.limit_us
    turn.decision.obligations.append(unseen)
    turn.watch(unseen)
    return unseen


def unseen_of(incident: Incident) -> Obligation | None:
    for obligation in incident.obligations:
        if obligation.rule == "three_rings" and obligation.reason == _UNSEEN:
            return obligation
    return None


def first_that_rang(incident: Incident, answered: Leg) -> Leg:
    """Of a ring group, by the source's clock."""
    timed = [leg for leg in incident.call.legs.values() if leg.role != "caller" and leg.source_delivered_us is not None]
    return min(timed, key=lambda leg: leg.source_delivered_us or 0, default=answered)


def start_earlier(turn: Turn, obligation: Obligation, leg: Leg) -> None:
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


def settle(turn: Turn, incident: Incident, obligation: Obligation, verdict: Outcome, reason: str) -> None:
    """The ringing has ended: `verdict` if in time. What was told live stands, unless a trusted clock disproves it."""
    elapsed_us, clock = turn.measure(obligation, incident.call.source, turn.receipt_us)
    if clock == "receipt":
        turn.moment_us = turn.receipt_us  # the record dates the end by the clock that judged it
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
        revise(turn, incident, obligation, verdict, "corrected")
        told = False
    turn.end(incident, obligation, "breached" if told else verdict, reason or obligation.reason)
    fill(turn, incident, obligation, elapsed_us, clock)
    if obligation.step:  # something went out about it
        clear(turn, incident, [obligation], "corrected" if obligation.revised else reason or "answered")


def passed(turn: Turn, incident: Incident, obligation: Obligation) -> Alert:
    """The limit is reached and nobody has answered."""
    turn.breach(incident, obligation)
    told = tell_breach(turn, incident, obligation)
    limit = obligation.plan[-1]
    obligation.seconds, obligation.ring = cut_s(limit.after_us), limit.ring or None  # until it stops ringing
    breach_was_told(turn, incident, told)
    return told


def ended(turn: Turn, incident: Incident, reason: str) -> None:
    """Nobody answered, and nobody will: the caller or the PBX gave up."""
    current = episode(incident)
    if current is None:
        terms = applies(turn, incident)
        if terms is None or unseen_of(incident) is not None:
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
        revise(turn, incident, current, verdict, reason)
        current.seconds = current.ring = None
    turn.end(incident, current, verdict, reason)
    clear(turn, incident, [current], reason)


def record(turn: Turn, incident: Incident, verdict: Outcome, reason: str) -> Obligation:
    """A verdict without a measurement; in the place of one that said that nothing was seen."""
    unseen = unseen_of(incident)
    if unseen is None:
        turn.record(incident, "three_rings", verdict, reason)
        return incident.obligations[-1]
    revise(turn, incident, unseen, verdict, reason)
    turn.end(incident, unseen, verdict, reason)
    return unseen


def revise(turn: Turn, incident: Incident, obligation: Obligation, verdict: Outcome, reason: str) -> None:
    obligation.revised += 1
    turn.note(incident, "revised", f"three_rings: {obligation.state} → {verdict}: {reason}")


def fill(turn: Turn, incident: Incident, obligation: Obligation, elapsed_us: int, clock: Clock) -> None:
    source = incident.call.source
    terms = turn.terms.rings(source, incident.line)
    if terms is not None and terms.cycle_us > 0:
        obligation.ring = incident.rings = elapsed_us // terms.cycle_us + 1
    if turn.uncertain:
        obligation.certain = False
    measured(turn, incident, obligation, elapsed_us, clock)
