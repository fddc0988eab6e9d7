"""Every change by a person has its entry in the audit: each changing route is played, or has its reason why not."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from gateway.access.audit import verify
from gateway.web.access.needs import Door, check_routes, needs
from gateway.web.access.told_deeds import BY_ITSELF, DEEDS, NOT_TOLD
from rules.moments import SECOND_US, rfc3339
from rules.people import Person
from rules.settings import Ladder, Line
from tests.fixtures.accounts import PASSWORD, Browser, add
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import LINKS, RADIO_RULES, Served, serve

FIRE = "火警 Fire"
RULES = msgspec.structs.replace(
    RADIO_RULES,
    lines=(Line(number="4001"),),
    people=(Person(id="li", name="李强", roles=("operator",), reach={"desk": "1"}),),
    ladder=Ladder(breach=("person:li",), act_within_s=600),
)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path, rules=RULES) as running:
        yield running


class Player:
    """Plays one deed after the other, and holds each against what the audit then says."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.browser = Browser(served)
        self.played: set[str] = set()
        self._seq = 0

    async def entries(self) -> list[dict[str, Any]]:
        """Those since it was asked last, newest first."""
        found = [one for one in (await self.served.store.audit(limit=100)).items if one["seq"] > self._seq]
        self._seq = max([self._seq, *(one["seq"] for one in found)])
        return found

    async def play(self, route: str, *, body: Any = None, data: Any = None, who: str = "wang", **holes: Any) -> Any:
        """As somebody signed in; `data`: as a form."""
        await self.entries()
        method, path = route.split(" ")
        sent = {"data": data} if data is not None else {"json": {} if body is None else body}
        status, told, _ = await self.browser.ask(method, path.format(**holes), **sent)
        assert status in {200, 303}, (route, told)
        what = (DEEDS | BY_ITSELF)[route]
        [entry] = [one for one in await self.entries() if one["what"] == what]
        assert (entry["who"], bool(entry["address"])) == (who, True), entry
        target = next((str(holes[name]) for name in ("number", "id", "seq", "name") if name in holes), "")
        if route in DEEDS:
            assert entry["target"] == target, entry
        self.played.add(route)
        return told, entry["detail"]


async def _calls(player: Player) -> None:
    served, incident = player.served, "POST /api/v1/incidents/{number}"
    call = await served.ring()
    number = served.number(call)
    await served.answer(call)
    await served.hold(call)
    await player.play(f"{incident}/check-in", number=number)
    await player.play(f"{incident}/claim", number=number)
    await player.play(f"{incident}/release", number=number)
    await served.ask("POST", f"/api/v1/incidents/{number}/claim", json={"by": "somebody else"})
    taken = {"override": True, "reason": "he is at lunch"}
    _, detail = await player.play(f"{incident}/claim", number=number, body=taken)
    assert detail == taken | {"taken_from": "somebody else"}
    await player.play(f"{incident}/note", number=number, body={"note": "secret words"})
    _, detail = await player.play(f"{incident}/facts", number=number, body={"facts": {"place": "secret place"}})
    assert not detail  # what was said stands in the record; the audit says that it was
    await player.play(f"{incident}/reveal", number=number)
    await player.play(f"{incident}/park", number=number)
    await player.play(f"{incident}/complete", number=number)
    missed = await served.ring("13900139000")
    await served.later(15.1)
    await served.hang_up(missed)
    await player.play(f"{incident}/called-back", number=served.number(missed))


async def _hails(player: Player) -> None:
    incident = "POST /api/v1/incidents/{number}"
    number = await OnAir(player.served).call("100-4002")
    await player.play(f"{incident}/promise", number=number)
    await player.play(f"{incident}/promise-kept", number=number)
    number = await OnAir(player.served).call("100-4003")
    await player.play(f"{incident}/answered", number=number)


async def _alerts(player: Player) -> None:
    served, alert = player.served, "POST /api/v1/alerts/{id}"
    await served.ring()
    await served.later(15.1)
    breach = next(
        one
        for one in served.pipeline.state.alerts.values()
        if one.state == "raised" and one.rule == "three_rings" and one.kind == "breach"
    )
    await player.play(f"{alert}/snooze", id=breach.id, body={"for_s": 60})
    _, detail = await player.play(f"{alert}/hand-over", id=breach.id, body={"to": "person:li"})
    assert detail == {"to": "person:li"}
    _, detail = await player.play(f"{alert}/acknowledge", id=breach.id, body={"for": "li", "channel": "phone"})
    assert detail == {"person": "li", "channel": "phone"}
    await player.play(f"{alert}/on-it", id=breach.id, body={"for_s": 60})
    await player.play(f"{alert}/done", id=breach.id)
    await served.ring()
    await served.later(15.1)
    other = next(one for one in served.pipeline.state.alerts.values() if one.state == "raised" and one.kind == "breach")
    link = LINKS.url(other, "sms/li").removeprefix("https://desk.example")
    await player.play("POST /a/{token}", token=link.removeprefix("/a/"), data="", who="李强")


async def _desk(player: Player) -> None:
    served = player.served
    await player.play("POST /api/v1/shift/notes", body={"text": "x"})
    await served.ask("POST", "/api/v1/shift/hand-overs", json={"by": "somebody else"})
    [over] = await served.store.listed("ShiftHandedOver", limit=1)
    await player.play("POST /api/v1/shift/hand-overs/{seq}/take-over", seq=over["seq"])
    await player.play("POST /api/v1/shift/hand-overs")
    _, detail = await player.play("POST /api/v1/plans", body={"plan": FIRE})
    assert detail == {"plan": FIRE, "incident": ""}
    [run] = await served.store.listed("PlanStarted", limit=1)
    await player.play("POST /api/v1/plans/{id}/steps/{step}/done", id=run["seq"], step=0)
    await player.play("POST /api/v1/plans/{id}/end", id=run["seq"])
    version = served.pipeline.state.rules.version
    await player.play("POST /api/v1/rules/approve", body={"version": version})
    until = rfc3339(served.pipeline.now_us() + 600 * SECOND_US)
    told, _ = await player.play("POST /api/v1/maintenance", body={"until": until, "reason": "new battery"})
    await player.play("POST /api/v1/maintenance/{id}/end", id=told["window"])
    await player.play("POST /api/v1/test-alerts", body={"to": ["person:li"]})
    until = rfc3339(served.pipeline.now_us() + 3600 * SECOND_US)
    stands = {"role": "operator", "person": "li", "until": until}
    told, _ = await player.play("POST /api/v1/duty/changes", body=stands)
    await player.play("POST /api/v1/duty/changes/{id}/end", id=told["change"])


async def _access(player: Player) -> None:
    account = {"name": "li", "roles": ["operator"]}
    await player.play("POST /api/v1/accounts", body=account)
    await player.play("POST /api/v1/accounts/{name}", name="li", body={"roles": ["dispatcher"]})
    await player.play("DELETE /api/v1/accounts/{name}", name="li")
    await player.play("POST /api/v1/tokens", body={"name": "p", "scopes": ["see"], "expires_at": None})
    await player.play("DELETE /api/v1/tokens/{name}", name="p")
    await player.play("POST /api/v1/sign-in-codes")
    await player.play("POST /api/v1/session/lock")
    await player.play("POST /api/v1/session/unlock", body={"password": PASSWORD})
    await player.play("POST /api/v1/session/lock")
    await player.play("POST /account/unlock", data={"password": PASSWORD})
    other = Browser(player.served)
    await other.sign_in()
    await player.play("DELETE /api/v1/sessions")
    await other.sign_in()
    await player.play("POST /account/sessions", data={"id": "others"})
    await other.sign_in()
    sessions = (await player.browser.ask("GET", "/api/v1/sessions"))[1]["items"]
    await player.play("DELETE /api/v1/sessions/{id}", id=next(one["id"] for one in sessions if not one["this"]))
    new = {"old": PASSWORD, "new": "another good battery"}
    await player.play("POST /api/v1/account/password", body=new)
    again = {"old": new["new"], "new": PASSWORD, "again": PASSWORD}
    await player.play("POST /account/password", data=again)
    await player.play("POST /logout", data={})
    await player.play("POST /login", data={"name": "wang", "password": PASSWORD})


async def test_each_deed_has_its_entry_under_the_name_of_who_did_it(served: Served) -> None:
    await add(served, "supervisor", "installer")
    player = Player(served)
    assert await player.browser.sign_in() == 303
    for part in (_calls, _hails, _alerts, _desk, _access):
        await part(player)
    assert player.played == set(DEEDS) | set(BY_ITSELF)
    assert (await verify(served.store)).broken is None


def test_what_the_table_leaves_out_has_its_reason() -> None:
    assert all(len(reason) > 20 for reason in NOT_TOLD.values())
    tables = [set(DEEDS), set(BY_ITSELF), set(NOT_TOLD)]
    assert sum(map(len, tables)) == len(set().union(*tables))


async def test_the_table_names_no_route_that_is_not_there(served: Served) -> None:
    app = served.runner.app
    assert app is not None
    routes = {f"{one.method} {one.resource.canonical}" for one in app.router.routes() if one.resource is not None}
    assert routes >= set(DEEDS) | set(BY_ITSELF) | set(NOT_TOLD)


def test_a_route_that_changes_something_and_is_not_in_the_table_stops_the_start() -> None:
    @needs(Door.SIGNED_IN)
    async def handler(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/v1/new", handler)
    with pytest.raises(TypeError, match="what the audit is told"):
        check_routes(app)


async def test_who_a_program_speaks_for_stands_in_the_entry(served: Served) -> None:
    number = served.number(await served.ring())
    await served.ask("POST", f"/api/v1/incidents/{number}/note", json={"by": "李强", "note": "x"})
    [entry] = (await served.store.audit(limit=5, what="note_written")).items
    assert (entry["who"], entry["target"], entry["detail"]) == ("api", number, {"by": "李强"})


async def test_the_page_of_the_audit_says_in_words_what_was_done(served: Served) -> None:
    await add(served, "auditor")
    browser = Browser(served)
    assert await browser.sign_in() == 303
    for language, said in (("zh", "登录"), ("en", "Signed in")):
        browser.cookies["language"] = language
        _, page, _ = await browser.ask("GET", "/audit")
        assert f'<td>{said} <small class="code">signed_in</small></td>' in page


async def test_the_page_of_the_audit_is_short_and_leads_to_what_is_older(served: Served) -> None:
    await add(served, "auditor")
    number = served.number(await served.ring())
    for note in range(30):
        await served.ask("POST", f"/api/v1/incidents/{number}/note", json={"by": "li", "note": f"{note}"})
    browser = Browser(served)
    assert await browser.sign_in() == 303
    _, first, _ = await browser.ask("GET", "/audit?what=note_written")
    assert first.count('<small class="code">note_written') == 25
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    _, second, _ = await browser.ask("GET", "/audit" + unescape(older[1]))
    assert second.count('<small class="code">note_written') == 5
    assert 'rel="next"' not in second
