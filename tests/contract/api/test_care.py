"""Who takes care of a record, through the API: the first one has it, and everybody else is told whose it is."""

import asyncio
from typing import Any

import pytest

from gateway.access.rights import rights_of
from gateway.access.sight import text_masked
from tests.fixtures.fits import fits
from tests.fixtures.served import Served

CLAIM = "/api/v1/incidents/{number}/claim"
FACTS = "/api/v1/incidents/{number}/facts"
RECORD = "/api/v1/incidents/{number}"


async def do(served: Served, number: str, deed: str, status: int = 200, **body: Any) -> Any:
    path = f"/api/v1/incidents/{{number}}/{deed}"
    return fits(await served.ask("POST", path.format(number=number), json=body or None), path, "post", status)


async def record_of(served: Served, number: str) -> Any:
    return fits(await served.get(RECORD.format(number=number)), RECORD)


async def test_of_many_who_claim_at_once_one_has_it_and_the_others_are_told_who(served: Served) -> None:
    number = served.number(await served.ring())
    people = [f"desk {n}" for n in range(8)]
    answers = await asyncio.gather(*(served.ask("POST", CLAIM.format(number=number), json={"by": by}) for by in people))
    [winner] = [body["by"] for status, body in answers if status == 200]
    assert [status for status, _ in answers].count(409) == 7
    assert {body["claimed_by"] for status, body in answers if status == 409} == {winner}
    assert (await record_of(served, number))["claimed_by"] == winner


async def test_a_claim_is_released_parked_and_completed(served: Served) -> None:
    number = served.number(await served.ring())
    assert (await record_of(served, number))["attention"] == "unattended"
    await do(served, number, "claim", by="wang")
    await do(served, number, "release", 409, by="li")
    await do(served, number, "release", by="wang")
    await do(served, number, "park", by="li", note="waits for the lift firm")
    assert (await record_of(served, number))["attention"] == "parked"
    await do(served, number, "complete", 409, by="wang")
    await do(served, number, "complete", by="li")
    record = await record_of(served, number)
    assert record["attention"] == "completed"
    assert [line["what"] for line in record["timeline"] if line["what"] in {"parked", "completed"}] == [
        "parked",
        "completed",
    ]


async def test_a_stale_claim_may_be_taken_and_a_fresh_one_only_with_a_reason(served: Served) -> None:
    number = served.number(await served.ring())
    await do(served, number, "claim", by="wang")
    await do(served, number, "claim", 409, by="li")
    await do(served, number, "claim", 409, by="chief", override=True)
    await do(served, number, "claim", by="chief", override=True, reason="the police are here")
    await served.later(301)
    await do(served, number, "claim", by="li")
    assert (await record_of(served, number))["claimed_by"] == "li"


async def test_a_telephone_call_has_facts_and_none_is_written_over_unseen(served: Served) -> None:
    number = served.number(await served.ring())
    await do(served, number, "facts", by="wang", facts={"place": "3-1202", "kind": "报修"})
    refused = await do(served, number, "facts", 409, by="li", facts={"place": "5-101"}, knew={"place": ""})
    assert (refused["facts"], refused["facts_by"]) == ({"place": "3-1202"}, {"place": "wang"})
    await do(served, number, "facts", 422, by="li", facts={"place": "5-101"}, knew={"place": "x" * 501})
    await do(served, number, "facts", by="li", facts={"place": "5-101"}, knew={"place": "3-1202"})
    record = await record_of(served, number)
    assert record["facts"] == {"place": "5-101", "kind": "报修"}
    assert record["facts_by"] == {"place": "li", "kind": "wang"}


async def test_what_is_typed_piece_by_piece_is_one_line_of_the_time_line(served: Served) -> None:
    number = served.number(await served.ring())
    for text in ("l", "lea", "leak", "leak in the kitchen"):
        await do(served, number, "facts", by="wang", facts={"matter": text})
    timeline = (await record_of(served, number))["timeline"]
    assert [line["what"] for line in timeline].count("facts_told") == 1


@pytest.mark.parametrize("deed", ["claim", "release", "park", "complete", "note"])
async def test_a_record_that_is_history_takes_no_more_deeds(served: Served, deed: str) -> None:
    call = await served.ring()
    number = served.number(call)
    await served.answer(call)
    await served.hang_up(call)
    await served.later(4000)
    await do(served, number, deed, 409, **({"note": "x"} if deed == "note" else {}))


async def test_a_note_stands_in_the_time_line_and_an_empty_one_is_refused(served: Served) -> None:
    number = served.number(await served.ring())
    await do(served, number, "note", by="wang", note="called\nthe lift firm")
    await do(served, number, "note", 422)
    notes = [line["detail"] for line in (await record_of(served, number))["timeline"] if line["what"] == "desk_note"]
    assert notes == ["wang: called the lift firm"]


async def test_only_who_may_override_takes_it_from_another(served: Served) -> None:
    number = served.number(await served.ring())
    await do(served, number, "claim", by="wang")
    for roles, expected in ((("operator",), 403), (("supervisor",), 200)):
        session = served.auth.open_session("chief", rights_of(frozenset(roles)), None)
        headers = {"Cookie": f"hotline_session={session}", "Origin": served.url}
        url = served.url + CLAIM.format(number=number)
        async with served.http.post(url, headers=headers, json={"override": True, "reason": "police"}) as answer:
            assert answer.status == expected


async def test_a_number_that_was_shown_masked_is_not_written_over_by_its_mask(served: Served) -> None:
    number = served.number(await served.ring())
    whole = "李先生 13900001111"
    await do(served, number, "facts", by="wang", facts={"person": whole})
    masked = text_masked(whole)
    assert masked != whole
    await do(
        served,
        number,
        "facts",
        by="li",
        facts={"person": masked, "place": "3-1202"},
        knew={"person": masked, "place": ""},
    )
    assert (await record_of(served, number))["facts"] == {"person": whole, "place": "3-1202"}
