"""The JSON API as the issue's contract has it, every answer held against the OpenAPI document."""

import json
import re
from pathlib import Path

import msgspec

from gateway.access.rights import Right
from gateway.web.openapi.document import text
from rules.people import Person, Shift
from tests.fixtures.fits import DOCUMENT, fits
from tests.fixtures.served import Served

DOCS = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_openapi_document_in_docs_is_the_one_that_is_served() -> None:
    assert DOCS.read_text() == text(), "run: python -m gateway.web.openapi.document > docs/openapi.json"


async def test_empty_values_of_the_paging_ask_for_the_first_page(served: Served) -> None:
    """As the contract writes it: `?limit=&since=&cursor=`."""
    assert (await served.get("/api/v1/incidents?limit=&since=&cursor="))[0] == 200
    assert (await served.get("/api/v1/incidents?since=2026-11-21T08:00:00+08:00"))[0] == 200
    assert (await served.get("/api/v1/incidents?outcome="))[0] == 422


async def test_the_openapi_document_is_served(served: Served) -> None:
    status, body = await served.get("/api/v1/openapi.json")
    assert status == 200
    assert body == json.loads(text())


async def test_the_document_tells_each_route_of_the_api_and_the_right_it_needs(served: Served) -> None:
    app = served.runner.app
    assert app is not None
    routes = {
        (route.method.lower(), route.resource.canonical): route.handler
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api/v1/") and route.method != "HEAD"
    }
    told = {(method, path): one for path, methods in DOCUMENT["paths"].items() for method, one in methods.items()}
    assert set(told) == set(routes)
    for asked, operation in told.items():
        need = routes[asked].need  # type: ignore[attr-defined]
        assert operation["security"][0]["token"] == ([need] if isinstance(need, Right) else []), asked
        assert {"401", "403", "429"} <= set(operation["responses"]), asked


async def test_an_answered_call_is_a_record_with_its_verdict(served: Served) -> None:
    call = await served.ring()
    await served.later(7.4)
    await served.answer(call)
    await served.later(60)
    await served.hang_up(call)
    page = fits(await served.get("/api/v1/incidents"), "/api/v1/incidents")
    [record] = page["items"]
    assert page["next"] is None
    assert re.fullmatch(r"\d{8}-\d{4}", record["number"])
    assert record["site"] == "滨江花园"
    assert record["medium"] == "phone"
    assert record["source_call"] == call
    assert record["from"] == "13800138000"
    assert record["to"] == "4001"
    assert record["outcome"] == "answered"
    [verdict] = [v for v in record["verdicts"] if v["rule"] == "three_rings"]
    assert verdict["verdict"] == "met"
    assert verdict["ring"] == 2
    assert 7.4 <= verdict["seconds"] < 8
    assert verdict["clock"] == "receipt"
    assert verdict["rule_set"] == "web-1"


async def test_one_record_comes_with_its_time_line(served: Served) -> None:
    call = await served.ring()
    await served.answer(call)
    number = served.number(call)
    record = fits(await served.get(f"/api/v1/incidents/{number}"), "/api/v1/incidents/{number}")
    assert [line["what"] for line in record["timeline"] if "event" in line] == ["Delivered", "Established"]


async def test_pages_are_followed_by_their_cursor_without_a_gap(served: Served) -> None:
    calls = [await served.ring(f"1380013800{n}") for n in range(5)]
    seen: list[str] = []
    query = {"limit": "2"}
    while True:
        page = fits(await served.get("/api/v1/incidents", **query), "/api/v1/incidents")
        seen += [item["source_call"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == calls[::-1]


async def test_since_leaves_out_what_is_older(served: Served) -> None:
    await served.ring()
    await served.later(120)
    young = await served.ring("13900139000")
    page = fits(await served.get("/api/v1/incidents", limit="1"), "/api/v1/incidents")
    since = page["items"][0]["opened_at"]
    page = fits(await served.get("/api/v1/incidents", since=since), "/api/v1/incidents")
    assert [item["source_call"] for item in page["items"]] == [young]


async def test_records_are_found_by_their_outcome_and_their_caller(served: Served) -> None:
    first = await served.ring("13800138000")
    second = await served.ring("13900139000")
    page = fits(await served.get("/api/v1/incidents", caller="13800138000"), "/api/v1/incidents")
    assert [item["source_call"] for item in page["items"]] == [first]
    page = fits(await served.get("/api/v1/incidents", outcome="open"), "/api/v1/incidents")
    assert [item["source_call"] for item in page["items"]] == [second, first]
    page = fits(await served.get("/api/v1/incidents", outcome="missed"), "/api/v1/incidents")
    assert page["items"] == []


async def test_what_is_open_is_listed_as_obligations(served: Served) -> None:
    await served.ring()
    page = fits(await served.get("/api/v1/obligations", state="open"), "/api/v1/obligations")
    assert [(item["rule"], item["state"]) for item in page["items"]] == [("three_rings", "open")]
    page = fits(await served.get("/api/v1/obligations", state="breached"), "/api/v1/obligations")
    assert page["items"] == []


async def test_a_breach_is_acknowledged_once_and_again_without_effect(served: Served) -> None:
    await served.ring()
    await served.later(15.1)
    page = fits(await served.get("/api/v1/alerts", state="raised"), "/api/v1/alerts")
    [breach] = page["items"]  # its warnings wait for nobody
    assert breach["kind"] == "breach"
    path = f"/api/v1/alerts/{breach['id']}/acknowledge"
    for _ in range(2):
        done = fits(await served.post(path, by="王 008", note="我来"), "/api/v1/alerts/{id}/acknowledge", "post")
        assert done == {"alert": breach["id"], "state": "acknowledged", "by": "王 008"}
    page = fits(await served.get("/api/v1/alerts", state="acknowledged"), "/api/v1/alerts")
    [alert] = [alert for alert in page["items"] if alert["id"] == breach["id"]]
    assert alert["acknowledged_by"] == "王 008"


async def test_an_unknown_alert_cannot_be_acknowledged(served: Served) -> None:
    problem = fits(
        await served.post("/api/v1/alerts/no-such/acknowledge"), "/api/v1/alerts/{id}/acknowledge", "post", 404
    )
    assert problem["field"] == "id"
    assert "state=raised" in problem["cure"]


async def test_a_check_in_meets_the_running_greeting_and_begins_the_next(served: Served) -> None:
    call = await served.ring()
    await served.answer(call)
    await served.later(30)
    await served.hold(call)
    await served.later(20)
    path = f"/api/v1/incidents/{served.number(call)}/check-in"
    spec = "/api/v1/incidents/{number}/check-in"
    first = fits(await served.ask("POST", path, headers={"Idempotency-Key": "k1"}), spec, "post")
    again = fits(await served.ask("POST", path, headers={"Idempotency-Key": "k1"}), spec, "post")
    assert first == again
    assert first["state"] == "checked_in"
    page = fits(await served.get("/api/v1/obligations"), "/api/v1/obligations")
    holds = [item["state"] for item in page["items"] if item["rule"] == "hold_checkin"]
    assert sorted(holds) == ["met", "open"]


async def test_nobody_is_greeted_who_does_not_wait(served: Served) -> None:
    call = await served.ring()
    path = f"/api/v1/incidents/{served.number(call)}/check-in"
    problem = fits(await served.post(path), "/api/v1/incidents/{number}/check-in", "post", 409)
    assert "hold" in problem["cure"]


async def test_a_missed_caller_is_called_back_by_hand(served: Served) -> None:
    call = await served.ring()
    await served.later(8)
    await served.hang_up(call)
    path = f"/api/v1/incidents/{served.number(call)}/called-back"
    spec = "/api/v1/incidents/{number}/called-back"
    for _ in range(2):
        assert fits(await served.post(path, by="王 008"), spec, "post")["state"] == "called_back"
    page = fits(await served.get("/api/v1/obligations", state="met"), "/api/v1/obligations")
    assert [item["rule"] for item in page["items"]] == ["call_back"]


async def test_deeds_on_an_unknown_incident_are_not_found(served: Served) -> None:
    for deed in ("check-in", "called-back"):
        spec = f"/api/v1/incidents/{{number}}/{deed}"
        problem = fits(await served.post(f"/api/v1/incidents/20990101-0001/{deed}"), spec, "post", 404)
        assert problem["field"] == "number"


async def test_sources_say_what_they_let_us_judge(served: Served) -> None:
    await served.ring()
    await served.later(2)
    page = fits(await served.get("/api/v1/sources"), "/api/v1/sources")
    main, old = page["items"]
    assert main["observable"] == {"three_rings": True, "hold_checkin": True}
    assert old["observable"]["hold_checkin"] == "not_observable"
    assert main["state"] == "online"
    assert 2 <= main["last_event_age_s"] < 4
    assert old["last_event_at"] is None


async def test_the_rest_of_the_lists_fit_their_schemas(served: Served) -> None:
    assert fits(await served.get("/api/v1/rules"), "/api/v1/rules")["version"] == "web-1"
    assert fits(await served.get("/api/v1/notifiers"), "/api/v1/notifiers")["items"][0]["name"] == "desk"
    assert fits(await served.get("/api/v1/unparsed"), "/api/v1/unparsed")["items"] == []


UNUSABLE: list[tuple[str, dict[str, str], str]] = [
    ("/api/v1/incidents", {"limit": "0"}, "limit"),
    ("/api/v1/incidents", {"limit": "501"}, "limit"),
    ("/api/v1/incidents", {"limit": "many"}, "limit"),
    ("/api/v1/incidents", {"since": "yesterday"}, "since"),
    ("/api/v1/incidents", {"outcome": "lost"}, "outcome"),
    ("/api/v1/incidents", {"since": "2026-11-21T08:00:00"}, "since"),
    ("/api/v1/incidents", {"cursor": "rubbish"}, "cursor"),
    ("/api/v1/incidents", {"cursor": "9" * 400}, "cursor"),
    ("/api/v1/incidents", {"sinse": "2026-11-21T08:00:00Z"}, "sinse"),
    ("/api/v1/obligations", {"state": "opened"}, "state"),
    ("/api/v1/alerts", {"state": "open"}, "state"),
    ("/api/v1/unparsed", {"cursor": "x"}, "cursor"),
]


async def test_an_unusable_query_names_the_key_and_the_cure(served: Served) -> None:
    for path, query, field in UNUSABLE:
        problem = fits(await served.get(path, **query), path, status=422)
        assert problem["field"] == field
        assert problem["cure"]


async def test_an_unusable_body_is_refused_without_effect(served: Served) -> None:
    await served.ring()
    await served.later(15.1)
    [breach] = [alert for alert in served.pipeline.state.alerts.values() if alert.kind == "breach"]
    path = f"/api/v1/alerts/{breach.id}/acknowledge"
    for body in (b"{", b"[]", b'{"by": 1}', b'{"who": "me"}', b'{"by": "\xff"}', b"[" * 9000):
        fits(await served.ask("POST", path, data=body), "/api/v1/alerts/{id}/acknowledge", "post", 422)
    assert breach.state == "raised"


async def test_a_body_beyond_the_limit_is_refused(served: Served) -> None:
    spec = "/api/v1/alerts/{id}/acknowledge"
    fits(await served.ask("POST", "/api/v1/alerts/x/acknowledge", data=b" " * 20_000), spec, "post", 413)


async def test_unknown_paths_and_methods_are_problems_too(served: Served) -> None:
    status, problem = await served.get("/api/v1/nothing")
    assert (status, problem["status"]) == (404, 404)
    status, problem = await served.ask("DELETE", "/api/v1/incidents")
    assert (status, problem["status"]) == (405, 405)
    status, _ = await served.get("/api/v1/alerts/x/acknowledge")
    assert status == 405
    status, problem = await served.ask("PUT", "/hooks/pbx/main")
    assert (status, problem["status"]) == (405, 405)
    status, problem = await served.get("/hooks/nowhere")
    assert (status, problem["status"]) == (404, 404)


async def test_who_is_on_duty_is_told_and_can_be_put_into_a_calendar(served: Served) -> None:
    everybody = Shift(role="operator", people=("wang",), from_="00:00", to="00:00")
    staff = (Person(id="wang", name="王芳", number="008"),)
    await served.pipeline.take_rules(
        msgspec.structs.replace(served.pipeline.state.rules, people=staff, shifts=(everybody,))
    )
    duty = fits(await served.get("/api/v1/duty", at="2026-11-22T21:00:00Z", days="2"), "/api/v1/duty")
    [operator] = duty["items"]
    [now] = operator["now"]
    assert (now["name"], now["number"]) == ("王芳", "008")
    assert (now["from"], now["until"]) == ("2026-11-22T16:00:00.000Z", "2026-11-23T16:00:00.000Z")
    assert (len(operator["stints"]), operator["gaps"]) == (3, [])
    status, calendar = await served.get("/api/v1/duty.ics")
    assert status == 200
    assert "SUMMARY:王芳 008" in calendar
    for query, expected in (
        ({"at": "yesterday"}, 422),
        ({"at": "1815-06-18T12:00:00Z"}, 404),
        ({"days": "63"}, 422),
        ({"role": "x"}, 422),
    ):
        status, problem = await served.get("/api/v1/duty", **query)
        assert (status, bool(problem["cure"])) == (expected, True)
