"""What people do with an alert, through the API: acknowledge it, hand it on, put it off, say that they are on it."""

from typing import Any

from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.needs import needs
from gateway.web.access.of_sites import rules_seen
from gateway.web.access.told_deeds import tell
from gateway.web.asking import json_answer, unusable
from gateway.web.desk.doing import (
    StaffNote,
    by_whom,
    in_sight,
    is_repeated,
    key_of,
    noted,
    read_said,
    repeat_key,
    submit,
)
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules import handing
from rules.duty import known_as, roles
from rules.effects import Alert
from rules.events import AlertAcknowledged, AlertDone, AlertHandedOver, AlertSeen, AlertSnoozed, AlertWorkedOn
from rules.ladders import PERSON, ROLE
from rules.matters import manner_of, matter_of
from rules.moments import rfc3339, span_us

_WHY = {
    "over": "nothing waits any more: it is acknowledged, and its ladder asks for no deed",
    "not_raised": "only what waits to be acknowledged can be snoozed; say that you are on it",
    "emergency": "an emergency cannot be snoozed: acknowledge it",
    "snoozed": "it is snoozed already: GET the alert, `snoozed_until` says until when",
    "too_often": "it was put off, or handed on, as often as may be",
}


class AcknowledgeNote(StaffNote, forbid_unknown_fields=True, rename={"for_": "for"}):
    """`for`: the person on whose behalf it is; `channel` and `said`: by which way they told it, and their words."""

    for_: str = ""
    channel: str = ""
    said: str = ""


class HandOverNote(StaffNote, forbid_unknown_fields=True, kw_only=True):
    """`to`: `person:` and an id, or `role:` and a name."""

    to: str


class ForNote(StaffNote, forbid_unknown_fields=True, kw_only=True):
    """`for_s`: so many seconds."""

    for_s: float


def routes() -> list[web.RouteDef]:
    return [
        web.post("/api/v1/alerts/{id}/acknowledge", acknowledge),
        web.post("/api/v1/alerts/{id}/hand-over", hand_over),
        web.post("/api/v1/alerts/{id}/snooze", snooze),
        web.post("/api/v1/alerts/{id}/on-it", on_it),
        web.post("/api/v1/alerts/{id}/done", done),
        web.post("/api/v1/alerts/{id}/seen", seen),
    ]


@needs(Right.ACT)
async def acknowledge(request: web.Request) -> web.Response:
    """Once an alert is enough; where all must, once a person."""
    note = await read_said(request, AcknowledgeNote, 'send nothing, or {"by": "…", "note": "…", "for": "person:…"}')
    alert_id = request.match_info["id"]
    by = by_whom(request, note)
    person = _person(request, note.for_)
    if person:
        tell(request, person=person, channel=note.channel)
    services = request.app[SERVICES]
    key = key_of("acknowledge", alert_id)
    head = _head(request)
    if head is not None and head.owing:
        key = key_of("acknowledge", alert_id, by, person)
    if _live(request) is None and not await services.pipeline.has_decided(key):
        raise _gone()
    event = AlertAcknowledged(
        by=by, alert=alert_id, note=note.note, person=person, channel=note.channel, said=note.said
    )
    await submit(services, event, key)
    alert = _live(request)
    if head is not None and head.state == "raised" and head.owing:
        return json_answer({"alert": alert_id, "state": "raised", "by": by, "missing": list(head.owing)})
    acknowledged_by = (alert.acknowledged_by if alert is not None else "") or by
    return json_answer({"alert": alert_id, "state": "acknowledged", "by": acknowledged_by})


@needs(Right.ACT)
async def hand_over(request: web.Request) -> web.Response:
    """The other is told at once, and must take it within the ladder's time to acknowledge."""
    note = await read_said(request, HandOverNote, 'send {"to": "person:…"} or {"to": "role:…"}')
    by = by_whom(request, note)
    key = repeat_key(request, "hand-over")
    if not await is_repeated(request, key):
        head = _climbing(request)
        _refuse(handing.not_handed(head), "It cannot be handed over")
        _check_reached(request, note.to)
    tell(request, to=note.to)
    event = AlertHandedOver(by=by, alert=request.match_info["id"], to=note.to, note=note.note)
    await submit(request.app[SERVICES], event, key)
    return json_answer({"alert": request.match_info["id"], "state": "handed_over", "by": by})


@needs(Right.ACT)
async def snooze(request: web.Request) -> web.Response:
    """Its ladder stands still for so long; then it is told again."""
    note = await read_said(request, ForNote, 'send {"for_s": 120}')
    by = by_whom(request, note)
    for_us = _span(note)
    key = repeat_key(request, "snooze")
    if not await is_repeated(request, key):
        head = _climbing(request)
        manner = manner_of(request.app[SERVICES].pipeline.state.terms, head)
        why = handing.not_snoozed(head, manner, for_us)
        if why == "too_long":
            raise _too_long(manner.snooze_max_us)
        _refuse(why, "It cannot be snoozed")
    await submit(request.app[SERVICES], AlertSnoozed(by=by, alert=request.match_info["id"], for_us=for_us), key)
    return _answer(request, "snoozed", by, until_us=_moment(request, "snoozed_us"))


@needs(Right.ACT)
async def on_it(request: web.Request) -> web.Response:
    """Acknowledges it, too, and moves the moment by which something must be done."""
    note = await read_said(request, ForNote, 'send {"for_s": 600}')
    by = by_whom(request, note)
    for_us = _span(note)
    key = repeat_key(request, "on-it")
    if not await is_repeated(request, key):
        head = _climbing(request)
        on_it_max_us = manner_of(request.app[SERVICES].pipeline.state.terms, head).on_it_max_us
        if not 0 < for_us <= on_it_max_us:
            raise _too_long(on_it_max_us)
        _refuse(handing.not_handed(head), "Nothing waits for it")
    event = AlertWorkedOn(by=by, alert=request.match_info["id"], for_us=for_us, note=note.note)
    await submit(request.app[SERVICES], event, key)
    return _answer(request, "on_it", by, until_us=_moment(request, "act_us"))


@needs(Right.ACT)
async def done(request: web.Request) -> web.Response:
    """What it asks for is done, by means that the gateway does not see."""
    note, by = await noted(request)
    key = key_of("done", request.match_info["id"])
    if not await is_repeated(request, key):
        _climbing(request)
    await submit(request.app[SERVICES], AlertDone(by=by, alert=request.match_info["id"], note=note.note), key)
    return _answer(request, "done", by)


@needs(Right.ACT)
async def seen(request: web.Request) -> web.Response:
    """It was shown to this person; once a person."""
    _, by = await noted(request)
    key = key_of("seen", request.match_info["id"], by)
    if not await is_repeated(request, key):
        if _live(request) is None:
            raise _gone()
        await submit(request.app[SERVICES], AlertSeen(by=by, alert=request.match_info["id"]), key)
    return _answer(request, "seen", by)


def _live(request: web.Request) -> Alert | None:
    """The named one, if it is live and of a site of the asker's."""
    alert = request.app[SERVICES].pipeline.state.alerts.get(request.match_info["id"])
    if alert is None or not in_sight(request, line=alert.line, channel=alert.channel):
        return None
    return alert


def _head(request: web.Request) -> Alert | None:
    """Where the ladder of its matter stands."""
    alert = _live(request)
    return None if alert is None else matter_of(request.app[SERVICES].pipeline.state, alert).head


def _climbing(request: web.Request) -> Alert:
    if _live(request) is None:
        raise _gone()
    head = _head(request)
    if head is None:
        raise Problem(409, "This alert climbs no ladder", cure="acknowledge it: nothing else is asked")
    return head


def _gone() -> Problem:
    return Problem(
        404,
        "No such live alert",
        field="id",
        cure="it may have been cleared meanwhile: GET /api/v1/alerts?state=raised lists those that wait",
    )


def _refuse(why: handing.Refusal | None, title: str) -> None:
    if why is not None:
        raise Problem(409, title, cure=_WHY[why])


def _too_long(most_us: int) -> Problem:
    return unusable("for_s", f"more than 0 and at most {most_us / 1_000_000:g} seconds, as its ladder says")


def _span(note: ForNote) -> int:
    if not 0 < note.for_s < 86_400:
        raise unusable("for_s", "seconds: more than 0, and less than a day")
    return span_us(note.for_s)


def _person(request: web.Request, named: str) -> str:
    """The id of whom the body means; "" for nobody."""
    if not named:
        return ""
    one = known_as(rules_seen(request), named.removeprefix(PERSON))
    if one is None:
        raise Problem(409, "Nobody is known so", field="for", cure="an id, number or name of one [[person]]")
    return one.id


def _check_reached(request: web.Request, to: str) -> None:
    pipeline, rules = request.app[SERVICES].pipeline, rules_seen(request)
    known = {ROLE + role for role in roles(rules)} | {PERSON + one.id for one in rules.people}
    if to not in known:
        raise unusable("to", "person: and the id of a [[person]], or role: and a role that somebody holds")
    if not pipeline.state.terms.reach((to,), pipeline.now_us()):
        raise Problem(409, "Nobody can be reached there now", cure="GET /api/v1/duty tells who stands for which role")


def _moment(request: web.Request, name: str) -> int | None:
    head = _head(request)
    return None if head is None else getattr(head, name)


def _answer(request: web.Request, state: str, by: str, *, until_us: int | None = None) -> web.Response:
    told: dict[str, Any] = {"alert": request.match_info["id"], "state": state, "by": by}
    if until_us is not None:
        told["until"] = rfc3339(until_us)
    return json_answer(told)
