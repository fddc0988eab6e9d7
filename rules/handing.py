"""An alert is handed to another, who must take it in time; or silenced for a while, after which it is told again."""

from typing import Literal

from rules.acknowledging import DEEDS_MAX, acknowledged_by, named, word_of
from rules.climbing import Next, follow, watch_acknowledged
from rules.effects import Alert, Climb, HandOver, Manner
from rules.events import AlertHandedOver, AlertSnoozed
from rules.incidents import Incident
from rules.matters import end_waits, manner_of, waits
from rules.outgoing import let_go_if_settled
from rules.turn import Turn

Refusal = Literal["not_raised", "over", "too_often", "emergency", "snoozed", "too_long"]


def handed_over(turn: Turn, event: AlertHandedOver) -> None:
    """`to` is told. Not taken in time, it returns: the ladder goes on from where it stood, and the giver hears it."""
    matter = named(turn, event.alert, "handed_over", f"{event.by} → {event.to} {event.note}".strip())
    if matter is None or matter.head is None or not_handed(matter.head):
        return
    incident, head = matter.incident, matter.head
    word = word_of(turn, event.by)
    acknowledged_by(turn, matter, word)
    for rule in ("acknowledge", "act"):
        end_waits(turn, incident, rule, head, "waived", "handed_over")
    head.act_us = head.snoozed_us = None
    head.deeds += 1
    handed = HandOver(by=event.by, to=event.to, at_us=turn.at_us, person=word.person, note=event.note)
    step = Climb(0, head.tell, head.acknowledge)
    wait_us = manner_of(turn.terms, head).acknowledge_within_us
    then = Next("handed_over", turn.at_us, (event.to,), step, head.climbs, wait_us, handed=handed)
    follow(turn, incident, head, then)
    turn.decision.alerts.append(head)
    let_go_if_settled(turn, head)


def snoozed(turn: Turn, event: AlertSnoozed) -> None:
    """Its ladder stands still; nothing else does."""
    matter = named(turn, event.alert, "snoozed", f"{event.by} {event.for_us // 1_000_000} s")
    if matter is None or matter.head is None:
        return
    incident, head = matter.incident, matter.head
    if not_snoozed(head, manner_of(turn.terms, head), event.for_us):
        return
    next_us = _climbs_at(incident, head)
    head.left_us = None if next_us is None else next_us - turn.at_us
    end_waits(turn, incident, "acknowledge", head, "waived", "snoozed")
    head.snoozed_us = turn.at_us + event.for_us
    head.snoozed_by = event.by
    head.snoozes += 1
    watch_acknowledged(turn, incident, head, event.for_us)
    turn.decision.alerts.append(head)
    if incident is not None:
        turn.touch(incident)


def _climbs_at(incident: Incident | None, head: Alert) -> int | None:
    if incident is None:
        return head.climb_us
    return next((o.step_us for o in waits(incident, "acknowledge", head)), None)


def not_handed(head: Alert) -> Refusal | None:
    """Why; None where it may be handed over: it waits to be acknowledged, or to be acted on."""
    if head.state != "raised" and head.act_us is None:
        return "over"
    return "too_often" if head.deeds >= DEEDS_MAX else None


def not_snoozed(head: Alert, manner: Manner, for_us: int) -> Refusal | None:
    """Why; None where it may be."""
    if head.state != "raised":
        return "not_raised"
    if head.severity == "emergency":
        return "emergency"
    if head.snoozed_us is not None:
        return "snoozed"
    if head.snoozes >= manner.snoozes_max:
        return "too_often"
    return None if 0 < for_us <= manner.snooze_max_us else "too_long"
