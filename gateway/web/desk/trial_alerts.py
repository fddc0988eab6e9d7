"""The API's part that tries the way of alerts: a test alert to a person, a role or a notifier."""

from collections import deque
from uuid import uuid4

import msgspec
from aiohttp import web

from gateway.access.rights import Right
from gateway.web.access.needs import needs
from gateway.web.access.of_sites import people_hidden
from gateway.web.access.told_deeds import tell
from gateway.web.asking import json_answer, read_body, unusable
from gateway.web.desk.doing import by_whom, submit
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.events import AlertTested
from rules.ladders import PERSON
from rules.moments import SECOND_US
from rules.trial_alerts import trial_id

A_MINUTE_MAX = 10
_MINUTE_US = 60 * SECOND_US
_NAMES_MAX = 20
_CHARS_MAX = 200
_NOTIFIER = "notifier:"


class TrialNote(msgspec.Struct, forbid_unknown_fields=True):
    """To whom: `notifier:NAME`, `person:ID` or `role:NAME`."""

    to: tuple[str, ...]
    by: str = ""


def routes() -> list[web.RouteDef]:
    lately: deque[int] = deque(maxlen=A_MINUTE_MAX)

    @needs(Right.MANAGE)
    async def begin(request: web.Request) -> web.Response:
        return await _begin(request, lately)

    return [web.post("/api/v1/test-alerts", begin)]


async def _begin(request: web.Request, lately: deque[int]) -> web.Response:
    """Rated, because each goes out to people; told to none where one of those named cannot be reached."""
    note = read_body(await request.read(), TrialNote, 'send {"to": ["person:wang"]}')
    services = request.app[SERVICES]
    state, now_us = services.pipeline.state, services.pipeline.now_us()
    if not 0 < len(note.to) <= _NAMES_MAX or max(map(len, (note.by, *note.to))) > _CHARS_MAX:
        raise unusable("to", f"from 1 to {_NAMES_MAX} names, as notifier:desk, person:wang or role:operator")
    hidden = people_hidden(request)
    words = tuple(name.removeprefix(_NOTIFIER) for name in note.to)
    for name, word in zip(note.to, words, strict=True):
        if word.removeprefix(PERSON) in hidden or not state.terms.reach((word,), now_us):
            there = ", ".join(_NOTIFIER + one for one in state.rules.notifiers) or "none"
            raise Problem(
                409,
                "Nobody is reached so",
                field="to",
                detail=f"{name}: nobody stands for it now, or they have no `reach`",
                cure=f"a [[person]] with reach, or one of {there}",
            )
    if len(lately) == A_MINUTE_MAX and now_us - lately[0] < _MINUTE_US:
        wait_s = (lately[0] + _MINUTE_US - now_us) / SECOND_US
        raise Problem(429, "Too many test alerts", cure=f"at most {A_MINUTE_MAX} a minute", retry_after_s=wait_s)
    lately.append(now_us)
    tell(request, to=list(words))
    by, test = by_whom(request, note), uuid4().hex[:12]
    await submit(services, AlertTested(by=by, test=test, to=words), None)
    return json_answer({"alert": trial_id(state, test), "state": "raised", "by": by})
