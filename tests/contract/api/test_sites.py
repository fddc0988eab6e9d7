"""One gateway, two sites: who has the rights of one reads nothing of the other, by whatever route; and does nothing."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from gateway.web.access.needs import Door
from tests.contract.api.two_sites import (
    CLIP,
    OUR_CLIP,
    OUR_LINE,
    OURS,
    THEIR_CALLER,
    THEIR_LINE,
    THEIRS,
    TwoSites,
    two_sites,
)
from tests.fixtures.listening import Reader

NOT_THEIRS = {  # what cannot be parted by sites is not for who has the rights of some
    *("/metrics", "/audit", "/api/v1/audit", "/api/v1/audit/chain", "/api/v1/accounts", "/api/v1/tokens"),
}
NO_ANSWER = {  # to who has no account, or has not claimed the record
    *("/api/v1/sessions", "/api/v1/incidents/{number}/caller"),
}
TOLD = {  # where the other site's marks must stand for who may see all, or the walk proves nothing
    *("/api/v1/incidents", "/api/v1/obligations", "/api/v1/alerts", "/api/v1/channels", "/api/v1/units"),
    *(
        "/api/v1/sources",
        "/api/v1/rules",
        "/api/v1/unparsed",
        "/api/v1/duty",
        "/api/v1/duty.ics",
        "/api/v1/maintenance",
    ),
    *("/api/v1/shift", "/api/v1/plans", "/api/v1/incidents/{number}"),
    *("/incidents", "/incidents/{number}", "/incidents/export.csv", "/hand-over", "/emergency", "/reports"),
    *("/reports/export.csv", "/people", "/rules", "/health", "/api/v1/audit", "/audit"),
}
STREAM = "/api/v1/stream"


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[TwoSites]:
    async with two_sites(tmp_path) as running:
        yield running


def routes(both: TwoSites, *methods: str) -> list[tuple[str, str]]:
    """All that ask who comes, but the one that ends the asker's session."""
    app = both.served.runner.app
    assert app is not None
    return [
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method in methods
        and route.resource is not None
        and not isinstance(route.resource, web.StaticResource)
        and route.handler.need not in {Door.OPEN, Door.OWN_PROOF}  # type: ignore[attr-defined]
        and route.resource.canonical != "/logout"
    ]


def filled(both: TwoSites, path: str, *, ours: bool) -> str:
    """With the id of something of that site in each hole. A new kind of hole is to be thought of here."""
    holes: dict[str, Any] = {
        "number": both.our_record if ours else both.their_record,
        "/recordings/": OUR_CLIP if ours else CLIP,
        "/alerts/": both.our_alert if ours else both.their_alert,
        "/maintenance/": both.our_window if ours else both.their_window,
        "/duty/changes/": "0123456789ab",
        "/plans/": both.our_run if ours else both.their_run,
        "/sessions/": "0123456789abcdef",
        "seq": both.our_over if ours else both.their_over,
        "step": 1,
        "name": "nobody",
    }

    def hole(found: re.Match[str]) -> str:
        name = found[1]
        return str(holes[name] if name != "id" else next(one for kind, one in holes.items() if kind in path))

    return re.sub(r"\{(\w+)\}", hole, path)


def marks_in(both: TwoSites, text: str) -> list[str]:
    return [mark for mark in both.marks if mark in text]


async def test_who_has_one_site_s_rights_reads_nothing_of_the_other_on_any_route(both: TwoSites) -> None:
    ours, every = both.asker(OURS), both.asker()
    told, wrong = set(), {}
    for method, path in routes(both, "GET"):
        if path == STREAM:
            continue
        answered = []
        for of_ours in (True, False):
            status, text = await both.ask(ours, method, filled(both, path, ours=of_ours))
            if found := marks_in(both, text):
                wrong[path] = found
            answered.append(status)
            if marks_in(both, (await both.ask(every, method, filled(both, path, ours=False)))[1]):
                told.add(path)
        if path in NOT_THEIRS:
            assert answered == [403, 403], path
        elif path not in NO_ANSWER:
            assert answered == [200, 404 if "{" in path else 200], path
    assert not wrong
    assert told >= TOLD, sorted(TOLD - told)


async def test_what_the_same_caller_wanted_elsewhere_is_not_told(both: TwoSites) -> None:
    """To whoever has claimed their record here."""
    status, text = await both.ask(both.asker(OURS), "GET", f"/api/v1/incidents/{both.our_record}/caller")
    assert (status, msgspec.json.decode(text)["earlier"]) == (200, [])


async def test_what_is_looked_for_at_another_site_is_not_found(both: TwoSites) -> None:
    ours = both.asker(OURS)
    for query in (
        f"caller={THEIR_CALLER}",
        "caller_ends=3333",
        f"line={THEIR_LINE}",
        "text=words",
        f"number={both.their_record}",
    ):
        assert msgspec.json.decode((await both.ask(ours, "GET", f"/api/v1/incidents?{query}"))[1])["items"] == []


async def test_the_stream_tells_nothing_of_another_site(both: TwoSites) -> None:
    served = both.served
    async with served.http.get(f"{served.url}{STREAM}", headers=both.asker(OURS), read_bufsize=2**22) as answer:
        reader = Reader(answer)
        names = ("hello", "incident", "alert", "channel", "unit", "quiet", "sources", "ping")
        told = [await reader.next("hello")]
        await served.ring(THEIR_CALLER, line=THEIR_LINE, name="Foreign caller")
        await served.later(16)
        theirs = both.asker(THEIRS)
        await both.ask(theirs, "POST", f"/api/v1/incidents/{both.their_record}/note", json={"note": "Foreign again"})
        await both.ask(theirs, "POST", f"/api/v1/maintenance/{both.their_window}/end")
        await served.ring(line=OUR_LINE, name="the last that is told")
        while "the last that is told" not in str(told[-1]) or told[-1][0] != "incident":
            told.append(await reader.next(*names))
        told.append(await reader.next("ping"))
    assert not [mark for one in told for mark in marks_in(both, str(one))]
    assert told[0][2]["incidents_live"] == 2  # a call and a hail of ours; theirs are not even counted


async def test_figures_count_the_own_site_s_records_alone(both: TwoSites) -> None:
    for sites, calls, hails, late in (((OURS,), 1, 1, 1), ((THEIRS,), 3, 1, 1), ((), 4, 2, 2)):
        _, text = await both.ask(both.asker(*sites), "GET", "/api/v1/today")
        today = msgspec.json.decode(text)
        assert (today["calls"], today["hails"], today["rules"]["three_rings"]["breached"]) == (calls, hails, late)
    counted = []
    for line in (OUR_LINE, THEIR_LINE):
        await both.served.ring(line=line)
    await both.served.later(16)
    for sites in ((OURS,), ()):
        pulse = msgspec.json.decode((await both.ask(both.asker(*sites), "GET", "/api/v1/pulse"))[1])
        counted.append(pulse["alerts_waiting"])
    assert 0 < counted[0] < counted[1]


async def test_nothing_is_done_at_another_site_on_any_route(both: TwoSites) -> None:
    """With what each deed asks for in the body, so that only the site can be why it is refused."""
    ours, served = both.asker(OURS), both.served
    bodies: dict[str, Any] = {
        "facts": {"facts": {"place": "x"}},
        "note": {"note": "x"},
        "hand-over": {"to": "person:li"},
        "snooze": {"for_s": 60},
        "on-it": {"for_s": 60},
        "claim": {"override": True, "reason": "x"},
    }
    before = await served.store.journal(after_seq=0, limit=10_000)
    for method, path in routes(both, "POST", "PUT", "PATCH", "DELETE"):
        status, text = await both.ask(
            ours, method, filled(both, path, ours=False), json=bodies.get(path.rpartition("/")[2], {})
        )
        assert not marks_in(both, text), path
        if "{number}" in path or "{id}" in path or "{seq}" in path:
            assert status == 404 or (status == 409 and "session" in path), (path, status, text)
    done = (await served.store.journal(after_seq=0, limit=10_000))[len(before) :]
    assert not [entry for entry in done if marks_in(both, str(entry.event)) or str(both.their_run) in str(entry.event)]


async def test_maintenance_is_for_the_own_lines_and_what_serves_all_is_left_alone(both: TwoSites) -> None:
    until = "2099-01-01T00:00:00Z"
    for body in (
        {},
        {"sources": ["main"]},
        {"lines": [OUR_LINE, THEIR_LINE]},
        {"lines": [OUR_LINE], "sources": ["main"]},
    ):
        asked = {"until": until, "reason": "x", **body}
        status, text = await both.ask(both.asker(OURS), "POST", "/api/v1/maintenance", json=asked)
        assert status == 409, (body, text)
    approve = {"version": both.served.pipeline.state.rules.version}
    assert (await both.ask(both.asker(OURS), "POST", "/api/v1/rules/approve", json=approve))[0] == 403


async def test_a_call_that_tells_no_line_is_its_sources_site_s_or_the_gateway_s_own(both: TwoSites) -> None:
    served = both.served
    calls = {source: await served.ring(line="", source=source) for source in ("main", "Foreign-pbx")}
    numbers = {source: served.pipeline.state.by_call[source][call].number for source, call in calls.items()}
    for site, source in ((OURS, "main"), (THEIRS, "Foreign-pbx")):
        _, told = await both.ask(both.asker(site), "GET", "/api/v1/incidents")
        assert {name for name, number in numbers.items() if number in told} == {source}
