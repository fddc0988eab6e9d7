"""Who may what: the table of roles holds on every route, and numbers are whole only for who may read them."""

import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gateway.access.rights import ALL_RIGHTS, ROLES, Right, rights_of
from gateway.web.access.needs import Door, check_routes
from rules.settings import Line, RuleSet, SourceRules
from tests.fixtures.accounts import signed_in
from tests.fixtures.listening import Reader
from tests.fixtures.served import CALLER, TOKEN, Served, serve


def routes(served: Served) -> list[tuple[str, str, Any]]:
    """Method, path with something in its holes, and need of each route."""
    app = served.runner.app
    assert app is not None
    found = []
    for route in app.router.routes():
        if isinstance(route.resource, web.StaticResource) or route.method == "HEAD" or route.resource is None:
            continue
        path = re.sub(r"\{\w+\}", "x", route.resource.canonical)
        found.append((route.method, path, route.handler.need))  # type: ignore[attr-defined]
    return found


async def ask(served: Served, headers: dict[str, str], method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with served.http.request(method, served.url + path, headers=headers, **more) as answer:
        return answer.status, await (answer.json() if "json" in answer.content_type else answer.text(errors="replace"))


async def nothing(_request: web.Request) -> web.Response:
    return web.Response()


def test_a_route_that_does_not_say_what_it_needs_stops_the_start() -> None:
    app = web.Application()
    app.router.add_get("/api/v1/new", nothing)
    with pytest.raises(TypeError, match="say what it needs"):
        check_routes(app)


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_what_the_table_says_and_is_told_what_it_lacks(served: Served, role: str) -> None:
    headers = signed_in(served, role)
    for method, path, need in routes(served):
        if not isinstance(need, Right) or path == "/api/v1/stream":
            continue
        status, answer = await ask(served, headers, method, path)
        if need in ROLES[role]:
            assert not (status == 403 and "right" in answer), (method, path, answer)
        else:
            assert (status, answer["right"], answer["field"]) == (403, need, "right"), (method, path)
            assert f"the right {need}" in answer["detail"]


async def test_no_route_is_open_but_those_that_must_be(served: Served) -> None:
    doors = {(method, path): need for method, path, need in routes(served) if isinstance(need, Door)}
    assert {path for (_, path), need in doors.items() if need is Door.OPEN} == {
        *("/healthz", "/readyz", "/login", "/login/oidc", "/login/oidc/callback")
    }
    assert {path for (_, path), need in doors.items() if need is Door.OWN_PROOF} == {
        *("/api/call-upload", "/hooks/pbx/x", "/hooks/pbx/x/x", "/a/x")
    }


async def test_a_wall_board_reads_no_number_whole_on_any_route(served: Served) -> None:
    call = await served.ring(CALLER, name=f"李先生 {CALLER}")
    await served.later(15.1)
    number = served.number(call)
    headers = signed_in(served, "wallboard")
    paths = [path for method, path, need in routes(served) if method == "GET" and need is Right.SEE]
    paths = [path for path in paths if path != "/api/v1/stream"]
    for path in [*paths, f"/api/v1/incidents/{number}"]:
        _, answer = await ask(served, headers, "GET", path)
        assert CALLER not in str(answer), path
    _, answer = await ask(served, headers, "GET", f"/api/v1/incidents/{number}")
    assert answer["from"] == "138****8000"
    assert answer["from_name"] == "李先生 138****8000"
    assert [e["event"]["caller"] for e in answer["timeline"] if e["what"] == "Delivered"] == ["138****8000"]


async def test_a_token_of_the_installation_reads_numbers_whole_as_ever(served: Served) -> None:
    call = await served.ring(CALLER)
    _, answer = await served.get(f"/api/v1/incidents/{served.number(call)}")
    assert answer["from"] == CALLER


async def first_events(served: Served, headers: dict[str, str], *names: str) -> list[Any]:
    """Of the stream, while a call rings too long."""
    async with served.http.get(f"{served.url}/api/v1/stream", headers=headers, read_bufsize=2**22) as answer:
        assert answer.status == 200
        reader = Reader(answer)
        await reader.next("hello")
        await served.ring(CALLER)
        await served.later(15.1)
        return [(await reader.next(name))[2] for name in names]


async def test_the_stream_masks_for_who_lacks_the_right_and_for_nobody_else(served: Served) -> None:
    for who, seen in (
        (signed_in(served, "wallboard"), "138****8000"),
        (signed_in(served, "operator"), "138****8000"),
        (signed_in(served, "supervisor"), CALLER),
        ({"Authorization": f"Bearer {TOKEN}"}, CALLER),
    ):
        [incident, alert] = await first_events(served, who, "incident", "alert")
        assert (incident["from"], alert["from"]) == (seen, seen)
        assert seen == CALLER or CALLER not in str([incident, alert])


async def test_the_history_of_a_caller_is_a_right_of_its_own(served: Served) -> None:
    path = f"/api/v1/incidents?caller={CALLER}"
    status, answer = await ask(served, signed_in(served, "installer"), "GET", path)
    assert (status, answer["right"]) == (403, "history")
    assert (await ask(served, signed_in(served, "operator"), "GET", path))[0] == 200


SITES = RuleSet(
    version="sites-1",
    site="滨江花园",
    lines=(Line(number="4001", name="热线"), Line(number="4002", name="热线", site="翠湖")),
    sources=(SourceRules(name="main"),),
)


async def test_who_has_one_site_s_rights_sees_and_does_nothing_at_another(tmp_path: Any) -> None:
    async with serve(tmp_path, rules=SITES) as served:
        here, there = await served.ring(line="4001"), await served.ring(line="4002")
        await served.later(15.1)
        headers = signed_in(served, "supervisor", sites=frozenset({"翠湖"}))
        for path in ("/api/v1/incidents", "/api/v1/obligations", "/api/v1/alerts"):
            _, page = await ask(served, headers, "GET", path)
            assert page["items"]
            assert {item["line"] for item in page["items"]} == {"4002"}, path
        assert (await ask(served, headers, "GET", f"/api/v1/incidents/{served.number(here)}"))[0] == 404
        assert (await ask(served, headers, "GET", f"/api/v1/incidents/{served.number(there)}"))[0] == 200
        assert (await ask(served, headers, "POST", f"/api/v1/incidents/{served.number(here)}/called-back"))[0] == 404
        foreign = next(one for one in served.pipeline.state.alerts.values() if one.line == "4001")
        assert (await ask(served, headers, "POST", f"/api/v1/alerts/{foreign.id}/acknowledge"))[0] == 404
        assert foreign.state == "raised"
        async with served.http.get(f"{served.url}/api/v1/stream", headers=headers) as answer:
            _, _, hello = await Reader(answer).next("hello")
            assert {one["line"] for one in hello["incidents"] + hello["alerts"]} == {"4002"}


def test_only_roles_of_the_table_give_rights() -> None:
    assert rights_of(frozenset({"operator", "auditor"})) >= ROLES["operator"] | ROLES["auditor"]
    assert rights_of(frozenset({"nobody"})) == frozenset()
    assert frozenset().union(*ROLES.values()) == ALL_RIGHTS


def test_the_documented_table_is_the_one_that_holds() -> None:
    text = (Path(__file__).parents[3] / "docs/ACCESS.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    [head, *lines] = rows
    told = {role: {line[0].strip("`") for line in lines if line[place]} for place, role in enumerate(head) if place > 1}
    assert told == {role: set(rights) for role, rights in ROLES.items()}
