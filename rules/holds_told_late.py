"""Holds and returns that are told after their end: by the source's own times they are judged, or judged anew."""

from rules.alerts import clear
from rules.hold_checkin import applies, begin, ours, running
from rules.incidents import Incident, Leg
from rules.obligations import Obligation, Outcome
from rules.source_clock import measured
from rules.turn import Turn


def held_before(turn: Turn, incident: Incident, leg: Leg) -> None:
    """A hold told after its retrieve: judged at once, by the source's clock alone."""
    began, until = turn.source_us, leg.source_retrieved_us
    if began is None or until is None:
        if applies(turn, incident) and ours(incident, leg):
            turn.record(incident, "hold_checkin", "not_measurable", "hold_told_late")
        return
    if _known(incident, leg.id, began):
        return
    begin(turn, incident, leg.id, turn.moment_us, began)
    current = running(incident, leg.id)
    if current is None:
        return
    every_us = current.plan[-1].after_us
    verdict: Outcome = "met" if until - began < every_us else "breached"
    if not turn.clock_trusted(incident.call.source):
        verdict = "not_measurable"
    turn.end(incident, current, verdict, "hold_told_late")
    current.source_ended_us = until
    measured(turn, incident, current, until - began, "source")


def held_before_the_end(turn: Turn, incident: Incident, leg: Leg) -> None:
    """A hold told after the leg is gone: how long it lasted its return may tell yet, by a trusted clock."""
    if not (applies(turn, incident) and ours(incident, leg)):
        return
    began = turn.source_us
    if began is None:
        if leg.source_held_us is None and leg.held_us is None and not _any(incident, leg.id):
            turn.record(incident, "hold_checkin", "not_measurable", "hold_told_late")
            incident.obligations[-1].leg = leg.id
        return
    if _known(incident, leg.id, began) or began < (leg.source_held_us or 0):
        return
    leg.source_held_us = began
    turn.record(incident, "hold_checkin", "not_measurable", "hold_told_late")
    told = incident.obligations[-1]
    told.leg = leg.id
    told.plan, told.step = turn.terms.hold_plan, len(turn.terms.hold_plan)
    told.source_ended_us = None


def retrieved_before_the_end(turn: Turn, incident: Incident, leg: Leg) -> None:
    """A return told after the leg is gone: by a trusted clock it shows how long the hold was."""
    began, until = leg.source_held_us, turn.source_us
    if began is None or until is None or until < began or not turn.clock_trusted(incident.call.source):
        return
    wrong = [
        o
        for o in incident.obligations
        if o.rule == "hold_checkin"
        and o.leg == leg.id
        and (o.source_opened_us or 0) >= began
        and (o.source_ended_us is None or o.source_ended_us > until)
    ]
    watched = [o for o in wrong if o.reason != "hold_told_late"]  # of the others nothing was told
    disproved = [o for o in wrong if judge_again(turn, incident, o, until) and o in watched]
    if disproved:
        clear(turn, incident, disproved, "corrected")


def judge_again(turn: Turn, incident: Incident, obligation: Obligation, until: int) -> bool:
    """Whether that takes back a breach."""
    before = obligation.state
    elapsed_us = until - (obligation.source_opened_us or until)
    in_time = elapsed_us < obligation.plan[-1].after_us
    verdict: Outcome = "waived" if elapsed_us < 0 else "met" if in_time else "breached"
    if verdict != before:
        obligation.revised += 1
        turn.note(incident, "revised", f"hold_checkin: {before} → {verdict}: retrieve_told_late")
    turn.end(incident, obligation, verdict, "retrieve_told_late")
    if verdict != "waived":
        measured(turn, incident, obligation, elapsed_us, "source")
    return before == "breached" != verdict


def _any(incident: Incident, leg: str) -> bool:
    return any(o.rule == "hold_checkin" and o.leg == leg for o in incident.obligations)


def _known(incident: Incident, leg: str, began: int) -> bool:
    return any(o.rule == "hold_checkin" and o.leg == leg and o.source_opened_us == began for o in incident.obligations)
