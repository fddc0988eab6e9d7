"""Who acknowledges a matter has taken notice of all that was told of it; then something must be done in time."""

import msgspec

from rules import receivers, storm_lines, storms
from rules.climbing import climb, copied, tell
from rules.duty import known_as
from rules.effects import Acknowledgement, Alert
from rules.events import AlertAcknowledged, AlertDone, AlertWorkedOn
from rules.incidents import Incident
from rules.ladders import PERSON
from rules.matters import Matter, breached_by, end_waits, manner_of, matter_of, matters_of
from rules.obligations import Obligation, Rule, warned_plan
from rules.outgoing import acted, alert_id, let_go_if_settled, reached
from rules.turn import Turn

ACKNOWLEDGEMENTS_MAX = 100  # kept of one alert
DEEDS_MAX = 50  # of one matter, that are told or planned anew


def acknowledged(turn: Turn, event: AlertAcknowledged) -> None:
    """Whoever acknowledges one alert of an obligation has seen all of them."""
    said = (event.by, f"({event.channel})" if event.channel else "", event.note)
    matter = named(turn, event.alert, "acknowledged", " ".join(filter(None, said)))
    if matter is None:
        return
    if event.person and matter.incident is not None:
        turn.note(matter.incident, "acknowledged_for", f"{event.person}: {event.said}")
    take_notice(turn, matter, _word(turn, event))


def worked_on(turn: Turn, event: AlertWorkedOn) -> None:
    """Somebody is on it, for so long: that acknowledges it, and moves the moment by which something must be done."""
    matter = named(turn, event.alert, "on_it", f"{event.by} {event.for_us // 1_000_000} s {event.note}".strip())
    if matter is None or matter.incident is None or matter.head is None:
        return
    head = matter.head
    if not 0 < event.for_us <= manner_of(turn.terms, head).on_it_max_us or head.deeds >= DEEDS_MAX:
        return
    head.deeds += 1
    if head.state == "raised":
        take_notice(turn, matter, word_of(turn, event.by), event.for_us)
    elif head.act_us is not None:
        end_waits(turn, matter.incident, "act", head, "met", "on_it")
        head.acknowledgements = _with(head.acknowledgements, word_of(turn, event.by))
        _wait_for_deed(turn, matter.incident, head, event.for_us)


def done(turn: Turn, event: AlertDone) -> None:
    """Closed by hand: nothing more is asked."""
    matter = named(turn, event.alert, "done", f"{event.by} {event.note}".strip())
    if matter is None:
        return
    head = matter.head
    if head is not None:
        head.done_by = event.by
        turn.decision.alerts.append(head)
    if any(alert.state == "raised" for alert in matter.alerts):
        take_notice(turn, matter, word_of(turn, event.by), 0)
    elif head is not None:
        acted(turn, head, "done")
        let_go_if_settled(turn, head)


def take_notice(turn: Turn, matter: Matter, word: Acknowledgement, act_within_us: int | None = None) -> None:
    """The matter is acknowledged once everybody has who must. `act_within_us`: in another time than the ladder's."""
    live = acknowledged_by(turn, matter, word)
    head = matter.head
    if head is not None and head.state == "raised":
        if head.owing:
            return
        _ask_for_deed(turn, matter, head, act_within_us)
    for alert in live:
        alert.state = "acknowledged"
        alert.acknowledged_us = turn.at_us
        alert.acknowledged_by = word.by
        turn.decision.alerts.append(alert)
        end_waits(turn, matter.incident, "acknowledge", alert, "met")
        storms.over_for(turn, alert)
        let_go_if_settled(turn, alert)
    breached = breached_by(turn, matter.alerts[0])
    if breached is not None and breached.state == "breached" and not breached.noticed:
        breached.noticed = True
        turn.decision.obligations.append(breached)
        turn.touch(turn.state.incidents[breached.incident])
    if not matter.alerts[0].incident_id:  # a caller's own alert stands for nobody else's
        for line in matter.alerts:
            _stood_for(turn, line, word)


def _stood_for(turn: Turn, line: Alert, word: Acknowledgement) -> None:
    """Those that were not told because this one is: noted in each record, and nothing more is asked of them."""
    name = line.id if line.count is None else line.tied_to or line.id
    for matter in matters_of(turn.state, storms.waiting(turn, name)):
        if matter.incident is not None:
            turn.note(matter.incident, "acknowledged", f"{word.by} ({name})")
        take_notice(turn, matter, word, 0)
    storm_lines.acknowledged(turn, name)


def acknowledged_by(turn: Turn, matter: Matter, word: Acknowledgement) -> list[Alert]:
    """One person has; kept where the ladder stands. Tells which alerts of the matter wait."""
    live = [alert for alert in matter.alerts if alert.state == "raised"]
    for alert in live:
        for target in receivers.of_person(alert, word.person):
            receivers.come(turn, alert, target, "acknowledged")
    head = matter.head
    if head is not None and head.state == "raised":
        head.acknowledgements = _with(head.acknowledgements, word)
        head.owing = tuple(who for who in head.owing if who != word.person)
        turn.decision.alerts.append(head)
    return live


def act_warned(turn: Turn, obligation: Obligation) -> None:
    """Whoever acknowledged hears that it is about to climb on."""
    head = turn.state.alerts.get(obligation.alert)
    if head is None:
        return
    people = tuple(PERSON + one.person for one in head.acknowledgements if one.person)
    alert = copied(turn, head, "not_acted_yet", obligation.step_us)
    alert.id = alert_id(turn, obligation.id, "warning", obligation.step)
    alert.kind, alert.severity = "warning", "warning"
    whom = turn.terms.reach(people, turn.at_us) or head.notifiers
    # A step that was kept back has told nobody; who acknowledged it by its line may be nobody whom we can reach.
    tell(turn, alert, whom or reached(turn, turn.state.incidents.get(head.incident_id), head.tell))


def act_passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """Acknowledged, and nothing done: it goes on where its ladder stood."""
    turn.end(incident, obligation, "breached")
    head = turn.state.alerts.get(obligation.alert)
    if head is None:
        return
    head.act_us = None
    turn.note(incident, "not_acted", head.acknowledged_by)
    turn.decision.alerts.append(head)
    climb(turn, incident, head, "not_acted", obligation.due_us)
    let_go_if_settled(turn, head)


def closed(turn: Turn, incident: Incident, rule: Rule | None = None) -> None:
    """Nothing is left to be done about the record, or about this rule: its unit was answered, however late."""
    for asked in [o for o in incident.obligations if o.rule == "act" and o.state == "open"]:
        head = turn.state.alerts.get(asked.alert)
        if head is not None and rule in (None, head.rule):
            acted(turn, head, "answered" if rule else "completed")
            let_go_if_settled(turn, head)


def _ask_for_deed(turn: Turn, matter: Matter, head: Alert, within_us: int | None) -> None:
    if within_us is None:
        within_us = 0 if head.done_by else manner_of(turn.terms, head).act_within_us
    if within_us > 0 and matter.incident is not None and _can_be_done(turn, matter.incident, head):
        _wait_for_deed(turn, matter.incident, head, within_us)


def _can_be_done(turn: Turn, incident: Incident, head: Alert) -> bool:
    """Somebody waits for it still. A forbidden call was made, an answered emergency only needed to be noticed."""
    breached = breached_by(turn, head)
    if head.rule == "two_calls":
        return incident.answered_us is None
    return breached is not None and breached.ended_by is None


def _wait_for_deed(turn: Turn, incident: Incident, head: Alert, within_us: int) -> None:
    head.act_us = turn.at_us + within_us
    plan = warned_plan(within_us, manner_of(turn.terms, head).act_warn_before_us)
    turn.open(incident, "act", plan, turn.at_us, alert=head.id)
    turn.decision.alerts.append(head)
    turn.touch(incident)


def named(turn: Turn, alert: str, what: str, detail: str) -> Matter | None:
    """The matter that somebody speaks of, noted in its record."""
    known = turn.state.alerts.get(alert) or storm_lines.named(turn.state, alert)
    if known is None:
        return None
    matter = matter_of(turn.state, known)
    if matter.incident is not None:
        turn.decision.incident = matter.incident.id
        turn.note(matter.incident, what, detail)
    return matter


def word_of(turn: Turn, by: str) -> Acknowledgement:
    one = known_as(turn.terms.rules, by)
    return Acknowledgement(by=by, at_us=turn.at_us, person=one.id if one is not None else "")


def _word(turn: Turn, event: AlertAcknowledged) -> Acknowledgement:
    own = word_of(turn, event.by)
    person = event.person or own.person
    return msgspec.structs.replace(own, person=person, channel=event.channel, said=event.said)


def _with(known: tuple[Acknowledgement, ...], word: Acknowledgement) -> tuple[Acknowledgement, ...]:
    """Once a person."""
    if len(known) >= ACKNOWLEDGEMENTS_MAX or any((one.person or one.by) == (word.person or word.by) for one in known):
        return known
    return (*known, word)
