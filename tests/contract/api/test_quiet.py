"""Maintenance by hand: announced, listed, held to its limit, ended sooner; and what was held is found by its line."""

from datetime import UTC, datetime, timedelta
from typing import Any

from rules.moments import at_of
from tests.fixtures.served import TOKEN, Served

HEADERS = {"Authorization": f"Bearer {TOKEN}"}


async def ask(served: Served, method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with served.http.request(method, served.url + path, headers=HEADERS, **more) as answer:
        return answer.status, await answer.json()


def later(served: Served, **span: float) -> str:
    return (at_of(served.pipeline.now_us()).astimezone(UTC) + timedelta(**span)).isoformat()


async def begin(served: Served, **named: Any) -> tuple[int, Any]:
    body = {"until": later(served, hours=1), "reason": "cabling", "by": "chen"} | named
    return await ask(served, "POST", "/api/v1/maintenance", json=body)


async def test_what_is_announced_is_listed_and_silences_until_it_is_ended(served: Served) -> None:
    status, begun = await begin(served, sources=["main"])
    assert (status, begun["state"], begun["by"]) == (200, "begun", "chen")
    _, listed = await ask(served, "GET", "/api/v1/maintenance")
    assert [(one["id"], one["running"], one["by"], one["sources"]) for one in listed["items"]] == [
        (begun["window"], True, "chen", ["main"])
    ]
    call = await served.ring()
    await served.later(15.1)
    _, raised = await ask(served, "GET", "/api/v1/alerts?state=raised")
    assert {one["silenced"] for one in raised["items"]} == {"maintenance"}
    status, ended = await ask(served, "POST", f"/api/v1/maintenance/{begun['window']}/end", json={"by": "chen"})
    assert (status, ended["state"]) == (200, "ended")
    line = listed["items"][0]["alert"]
    _, told = await ask(served, "GET", "/api/v1/alerts?state=raised")
    assert next(one for one in told["items"] if one["id"] == line)["waiting"] == 1
    _, held = await ask(served, "GET", f"/api/v1/alerts?tied_to={line}")
    assert {one["incident"] for one in held["items"]} == {served.number(call)}
    status, _ = await ask(served, "POST", f"/api/v1/alerts/{line}/acknowledge", json={"by": "chen"})
    _, held = await ask(served, "GET", f"/api/v1/alerts?tied_to={line}&state=acknowledged")
    assert [(one["kind"], one["acknowledged_by"]) for one in held["items"]] == [("breach", "chen")]


async def test_what_cannot_be_is_refused_with_its_cure(served: Served) -> None:
    for named, expected in (
        ({"until": "2020-01-01T00:00:00Z"}, (409, "until")),
        ({"until": later(served, hours=9)}, (409, "until")),
        ({"until": "tomorrow"}, (422, "until")),
        ({"reason": " "}, (422, "reason")),
        ({"sources": ["other"]}, (409, "sources")),
        ({"lines": ["1"]}, (409, "lines")),
        ({"rules": ["none"]}, (422, "body")),
    ):
        status, refused = await begin(served, **named)
        assert (status, refused["field"]) == expected, named
        assert refused["cure"]
    status, _ = await ask(served, "POST", "/api/v1/maintenance/by_hand:none/end")
    assert status == 404
    assert (await ask(served, "GET", "/api/v1/maintenance"))[1] == {"items": []}


async def test_a_verdict_says_whether_it_fell_into_the_hours(served: Served) -> None:
    call = await served.ring()
    await served.answer(call)
    _, record = await ask(served, "GET", f"/api/v1/incidents/{served.number(call)}")
    assert [one["in_hours"] for one in record["verdicts"] if one["rule"] == "three_rings"] == [True]
    assert datetime.fromisoformat(record["opened_at"]) <= datetime.now(UTC) + timedelta(days=1)
