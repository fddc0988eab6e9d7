"""What people do with an alert after it was told: by the API, each answer held against the OpenAPI document."""

from typing import Any

import msgspec
import pytest

from rules.effects import Alert
from rules.people import Person
from rules.settings import Ladder
from tests.fixtures.fits import fits
from tests.fixtures.served import Served

ALERT = "/api/v1/alerts/{id}"
PEOPLE = (
    Person(id="li", name="李强", number="012", roles=("guard",), reach={"desk": "1"}),
    Person(id="wang", name="王芳", roles=("guard",), reach={"desk": "2"}),
    Person(id="far", roles=("away",)),
)
LADDER = Ladder(breach=("desk", "role:guard"), escalation=("desk",), act_within_s=120, snooze_max_s=90, snoozes_max=1)


async def breached(served: Served, ladder: Ladder = LADDER) -> Alert:
    rules = msgspec.structs.replace(served.pipeline.state.rules, people=PEOPLE, ladder=ladder)
    await served.pipeline.take_rules(rules)
    await served.ring()
    await served.later(15.1)
    [breach] = [a for a in served.pipeline.state.alerts.values() if a.kind == "breach" and a.rule != "on_duty"]
    return breach


async def post(served: Served, alert: Alert, deed: str, status: int = 200, **said: Any) -> Any:
    answer = await served.ask("POST", f"/api/v1/alerts/{alert.id}/{deed}", json=said)
    return fits(answer, f"{ALERT}/{deed}", "post", status)


async def shown(served: Served, alert: Alert) -> Any:
    page = fits(await served.get("/api/v1/alerts"), "/api/v1/alerts")
    return next(item for item in page["items"] if item["id"] == alert.id)


def latest(served: Served) -> Alert:
    told = [alert for alert in served.pipeline.state.alerts.values() if alert.kind != "warning"]
    return max(told, key=lambda alert: alert.rung)


async def test_where_all_must_acknowledge_the_desk_sees_who_is_missing(served: Served) -> None:
    breach = await breached(served, msgspec.structs.replace(LADDER, acknowledge="all"))
    assert (await shown(served, breach))["missing"] == ["li", "wang"]
    first = await post(served, breach, "acknowledge", by="012")
    again = await post(served, breach, "acknowledge", by="012")
    assert first == again == {"alert": breach.id, "state": "raised", "by": "012", "missing": ["wang"]}
    said: Any = {"for": "person:wang", "channel": "telephone", "said": "马上到"}
    done = await post(served, breach, "acknowledge", by="012", **said)
    assert done == {"alert": breach.id, "state": "acknowledged", "by": "012"}
    document = await shown(served, breach)
    assert (document["state"], document["missing"]) == ("acknowledged", [])
    own, other = document["acknowledgements"]
    assert (own["by"], own["person"], own["said"]) == ("012", "li", "")
    assert (other["by"], other["person"], other["channel"], other["said"]) == ("012", "wang", "telephone", "马上到")
    states = {one["to"]: one["state"] for one in document["receivers"]}
    assert states == {"": "queued", "li": "acknowledged", "wang": "acknowledged"}


async def test_it_is_handed_to_another_who_is_told(served: Served) -> None:
    breach = await breached(served)
    answer = await post(served, breach, "hand-over", by="012", to="person:wang", note="我在东门")
    assert answer == {"alert": breach.id, "state": "handed_over", "by": "012"}
    handed = latest(served)
    document = await shown(served, handed)
    assert (document["reason"], document["handed_over"]["to"]) == ("handed_over", "person:wang")
    assert (document["handed_over"]["by"], document["handed_over"]["note"]) == ("012", "我在东门")
    assert [one["to"] for one in document["receivers"]] == ["wang"]
    await post(served, handed, "acknowledge", by="wang")
    assert (await shown(served, breach))["state"] == "acknowledged"


@pytest.mark.parametrize(
    ("to", "status"), [("person:nobody", 422), ("wang", 422), ("role:away", 409), ("person:far", 409)]
)
async def test_it_cannot_be_handed_to_whom_nobody_knows_or_reaches(served: Served, to: str, status: int) -> None:
    breach = await breached(served)
    problem = await post(served, breach, "hand-over", status, to=to)
    assert problem["cure"]
    assert latest(served) is breach


async def test_it_is_put_off_for_as_long_and_as_often_as_its_ladder_says(served: Served) -> None:
    breach = await breached(served)
    assert (await shown(served, breach))["snooze_max_s"] == 90
    assert "at most 90 seconds" in (await post(served, breach, "snooze", 422, for_s=91))["cure"]
    await post(served, breach, "snooze", 422, for_s=0)
    snoozed = await post(served, breach, "snooze", by="li", for_s=60)
    document = await shown(served, breach)
    assert document["snoozed_until"] == snoozed["until"]
    assert (document["snoozed_by"], document["snoozes_left"]) == ("li", 0)
    await post(served, breach, "snooze", 409, for_s=10)
    await served.later(76)
    again = latest(served)
    assert again.reason == "snooze_over"
    await post(served, again, "snooze", 409, for_s=10)


async def test_somebody_says_that_they_are_on_it_and_then_that_it_is_done(served: Served) -> None:
    breach = await breached(served)
    await post(served, breach, "on-it", 422, for_s=3601)
    until = (await post(served, breach, "on-it", by="li", for_s=3600))["until"]
    document = await shown(served, breach)
    assert (document["state"], document["act_by"], document["acknowledged_by"]) == ("acknowledged", until, "li")
    assert (await post(served, breach, "done", by="li"))["state"] == "done"
    document = await shown(served, breach)
    assert (document["act_by"], document["done_by"]) == (None, "li")


async def test_who_saw_it_is_told_once_a_person_told_or_not(served: Served) -> None:
    breach = await breached(served)
    for by in ("012", "012", "visitor"):
        await post(served, breach, "seen", by=by)
    receivers = (await shown(served, breach))["receivers"]
    seen = [(one["to"], one["notifier"]) for one in receivers if one["state"] == "seen"]
    assert seen == [("li", "desk"), ("visitor", "")]
    await served.post("/api/v1/alerts/no-such/seen")


async def test_a_role_that_nobody_fills_is_among_the_receivers_as_nobody(served: Served) -> None:
    breach = await breached(served, Ladder(breach=("desk", "role:away")))
    receivers = (await shown(served, breach))["receivers"]
    assert [(one["to"], one["state"]) for one in receivers] == [("", "queued"), ("role:away", "nobody")]


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("hand-over", {"to": "person:wang"}),
        ("snooze", {"for_s": 5}),
        ("on-it", {"for_s": 5}),
        ("done", {}),
        ("seen", {}),
    ],
)
async def test_what_is_over_is_404_and_what_is_told_twice_is_done_once(
    served: Served, deed: str, said: dict[str, Any]
) -> None:
    breach = await breached(served)
    path = f"/api/v1/alerts/{breach.id}/{deed}"
    answers = [
        fits(await served.ask("POST", path, json=said, headers={"Idempotency-Key": "k"}), f"{ALERT}/{deed}", "post")
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert latest(served).rung <= 1
    spec = f"{ALERT}/{deed}"
    fits(await served.ask("POST", f"/api/v1/alerts/no-such/{deed}", json=said), spec, "post", 404)
