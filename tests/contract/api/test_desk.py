"""What the desk is given: who calls, what they wanted before, and each person's own view of the board."""

from collections.abc import Iterable
from typing import Any

import pytest

from gateway.access.rights import rights_of
from gateway.desk_settings import DeskTables
from gateway.directory_file import Resident
from tests.fixtures.fits import fits
from tests.fixtures.listening import listening
from tests.fixtures.served import Served

CALLER = "/api/v1/incidents/{number}/caller"
VIEW = "/api/v1/view"
NUMBER = "13800138000"
LI = Resident(name="李先生", unit="3-1202", notes="loud dog", language="zh", vip=True)


async def as_desk(
    served: Served, method: str, path: str, by: str, roles: Iterable[str] = ("operator",), **more: Any
) -> Any:
    session = served.auth.open_session(by, rights_of(frozenset(roles)), None)
    headers = {"Cookie": f"hotline_session={session}", "Origin": served.url}
    async with served.http.request(method, served.url + path, headers=headers, **more) as answer:
        return answer.status, await answer.json()


async def test_a_ringing_call_comes_with_the_name_and_room_of_its_number(served: Served) -> None:
    served.desk.take(DeskTables(residents={NUMBER: LI}))
    async with listening(served) as reader:
        await reader.next("hello")
        await served.ring(f"+86{NUMBER}")
        _, _, call = await reader.next("incident")
        known = {"name": "李先生", "unit": "3-1202", "language": "zh", "vip": True, "sensitive": False}
        assert call["resident"] == known


async def test_who_is_sensitive_stands_on_no_screen_before_the_claim(served: Served) -> None:
    served.desk.take(DeskTables(residents={NUMBER: Resident(name="李先生", unit="3-1202", sensitive=True)}))
    number = served.number(await served.ring(NUMBER))
    async with listening(served) as reader:
        _, _, hello = await reader.next("hello")
        [call] = hello["incidents"]
        assert (call["resident"]["name"], call["resident"]["unit"], call["resident"]["sensitive"]) == ("", "", True)
    await as_desk(served, "POST", f"/api/v1/incidents/{number}/claim", "wang")
    told = fits(await as_desk(served, "GET", CALLER.format(number=number), "wang"), CALLER)
    assert told["resident"]["name"] == "李先生"


async def test_a_caller_s_history_is_for_who_has_claimed_the_record(served: Served) -> None:
    served.desk.take(DeskTables(residents={NUMBER: LI}))
    before = await served.ring(NUMBER)
    await served.later(16)
    await served.hang_up(before)
    number = served.number(await served.ring(NUMBER))
    path = CALLER.format(number=number)
    fits(await as_desk(served, "GET", path, "wang"), CALLER, status=403)
    await as_desk(served, "POST", f"/api/v1/incidents/{number}/claim", "wang")
    fits(await as_desk(served, "GET", path, "li"), CALLER, status=403)
    told = fits(await as_desk(served, "GET", path, "wang"), CALLER)
    assert told["resident"]["notes"] == "loud dog"
    assert [one["number"] for one in told["earlier"]] == [served.number(before)]
    assert [one["number"] for one in told["owed"]] == [served.number(before)]
    fits(await as_desk(served, "GET", path, "wang", roles=("wallboard",)), CALLER, status=403)


async def test_a_caller_without_a_number_has_no_history(served: Served) -> None:
    await served.ring("")
    number = served.number(await served.ring(""))
    told = fits(await served.get(CALLER.format(number=number)), CALLER)
    assert (told["resident"], told["earlier"], told["owed"]) == (None, [], [])


async def test_a_view_follows_its_person_and_outlives_the_process(served: Served) -> None:
    body = {"json": {"view": {"theme": "night", "language": "en"}}}
    fits(await as_desk(served, "PUT", VIEW, "wang", **body), VIEW, "put")
    fits(await as_desk(served, "PUT", VIEW, "wang", json={"view": {"theme": "contrast"}}), VIEW, "put")
    muted = {"sound": "muted", "filter_kind": "radio", "filter_place": "line:4001"}
    fits(await as_desk(served, "PUT", VIEW, "li", json={"view": muted}), VIEW, "put")
    theirs = {"theme": "contrast", "language": "en"}
    assert (await as_desk(served, "GET", VIEW, "wang"))[1] == {"by": "wang", "view": theirs}
    assert (await served.store.load()).views == {"wang": theirs, "li": muted}


@pytest.mark.parametrize(
    "view", [{"theme": "pink"}, {"colour": "red"}, {"sound": 1}, {"filter_kind": "mail"}, {"filter_place": "line:a\n"}]
)
async def test_a_view_that_the_board_does_not_know_is_refused(served: Served, view: dict[str, Any]) -> None:
    fits(await as_desk(served, "PUT", VIEW, "wang", json={"view": view}), VIEW, "put", 422)
