"""Duty otherwise than planned, by the API: it holds at once, is audited, outlives a restart, and ends."""

from pathlib import Path

import msgspec
import pytest

from gateway.access.rights import rights_of
from gateway.recovery import rebuild, restore
from rules.duty import on_duty
from rules.moments import SECOND_US, rfc3339
from rules.people import Person, Shift
from tests.fixtures.served import RULES, Served, serve

STAFF = (Person(id="wang", name="王芳", number="008"), Person(id="li", name="李强", number="012"))
ALWAYS = Shift(role="operator", people=("wang",), from_="00:00", to="00:00")
STAFFED = msgspec.structs.replace(RULES, people=STAFF, shifts=(ALWAYS,))
PATH = "/api/v1/duty/changes"


async def operators(served: Served) -> list[str]:
    _, duty = await served.get("/api/v1/duty", days="1")
    return [stint["person"] for stint in duty["items"][0]["now"]]


async def test_a_stand_in_holds_at_once_is_audited_outlives_a_restart_and_ends(tmp_path: Path) -> None:
    async with serve(tmp_path, rules=STAFFED) as served:
        until = rfc3339(served.pipeline.now_us() + 3600 * SECOND_US)
        status, done = await served.post(PATH, role="operator", person="li", instead_of="wang", until=until, by="陈")
        assert (status, done["state"]) == (200, "changed")
        assert await operators(served) == ["li"]
        _, told = await served.get(PATH)
        assert [(one["person"], one["instead_of"], one["on"], one["by"]) for one in told["items"]] == [
            ("li", "wang", True, "陈")
        ]
        notes = (await served.store.audit(limit=10, who=None, what="duty_changed")).items
        assert [(note["target"], note["detail"]["person"]) for note in notes] == [("operator", "li")]
        for again in (restore(await served.store.load(), STAFFED), await rebuild(served.store, STAFFED)):
            stands = on_duty(again.roster, "operator", served.pipeline.now_us())
            assert (again.duty, [stint.person for stint in stands]) == (served.pipeline.state.duty, ["li"])
        assert (await served.post(f"{PATH}/{done['change']}/end"))[0] == 200
        assert await operators(served) == ["wang"]
        assert (await served.get(PATH))[1]["items"] == []
        assert (await served.post(f"{PATH}/{done['change']}/end"))[0] == 200  # told twice, it is ended once
        assert (await served.post(f"{PATH}/nonsense/end"))[0] == 404


async def test_the_same_key_again_is_the_same_change(tmp_path: Path) -> None:
    async with serve(tmp_path, rules=STAFFED) as served:
        body = {"role": "operator", "person": "li", "until": rfc3339(served.pipeline.now_us() + 60 * SECOND_US)}
        for _ in range(2):
            assert (await served.ask("POST", PATH, json=body, headers={"Idempotency-Key": "k"}))[0] == 200
        assert len(served.pipeline.state.duty) == 1


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"person": "nobody"}, 409, "person"),
        ({"role": "nothing"}, 409, "role"),
        ({"instead_of": "li"}, 409, "instead_of"),
        ({"until": "2020-01-01T00:00"}, 409, "until"),
        ({"until": "2099-01-01T00:00"}, 409, "until"),
        ({"until": "tomorrow"}, 409, "until"),
        ({"reason": "x" * 501}, 422, "reason"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(
    tmp_path: Path, changes: dict[str, str], status: int, field: str
) -> None:
    async with serve(tmp_path, rules=STAFFED) as served:
        until = rfc3339(served.pipeline.now_us() + 60 * SECOND_US)
        body = {"role": "operator", "person": "li", "until": until} | changes
        answered, problem = await served.post(PATH, **body)
        assert (answered, problem["field"]) == (status, field)


async def test_only_who_may_manage_changes_duty(tmp_path: Path) -> None:
    async with serve(tmp_path, rules=STAFFED) as served:
        session = served.auth.open_session("test", rights_of(frozenset({"dispatcher"})), None)
        headers = {"Cookie": f"hotline_session={session}", "Origin": served.url}
        body = {"role": "operator", "person": "li", "until": "2099-01-01T00:00"}
        async with served.http.post(served.url + PATH, json=body, headers=headers) as answer:
            assert answer.status == 403
