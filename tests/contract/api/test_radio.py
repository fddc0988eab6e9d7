"""The radio through the API: channels, units, hails as records, and what the desk does about them."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.fixtures.fits import fits
from tests.fixtures.listening import Reader, listening
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import RADIO_RULES, Served, serve

GUARD = "100-4002"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path, rules=RADIO_RULES) as running:
        yield running


@pytest.fixture
def air(served: Served) -> OnAir:
    return OnAir(served)


async def incident(served: Served, number: str) -> dict[str, Any]:
    path = f"/api/v1/incidents/{number}"
    found: dict[str, Any] = fits(await served.get(path), "/api/v1/incidents/{number}")
    return found


def verdict(record: dict[str, Any], rule: str) -> dict[str, Any]:
    [found] = [one for one in record["verdicts"] if one["rule"] == rule]
    return dict(found)


async def channel(served: Served, name: str) -> dict[str, Any]:
    page = fits(await served.get("/api/v1/channels"), "/api/v1/channels")
    [found] = [one for one in page["items"] if one["channel"] == name]
    return dict(found)


async def test_a_channel_tells_who_is_on_the_air_and_who_was_last(served: Served, air: OnAir) -> None:
    assert (await channel(served, "CH1"))["last_heard_at"] is None
    await air.press(GUARD)
    now = await channel(served, "CH1")
    assert (now["channel_name"], now["sources"], now["two_calls"]) == ("秩序", ["tower"], True)
    [speaks] = now["open"]
    assert (speaks["unit"], speaks["unit_name"], speaks["unit_post"]) == (GUARD, "王建国", "东门岗")
    await served.later(1)
    await air.release(GUARD)
    after = await channel(served, "CH1")
    assert (after["open"], after["last_unit"]) == ([], GUARD)


async def test_a_channel_that_is_heard_in_parts_is_shown_in_parts(served: Served) -> None:
    await OnAir(served, channel="CH1-2").press(GUARD)
    page = fits(await served.get("/api/v1/channels"), "/api/v1/channels")
    assert [one["channel"] for one in page["items"]] == ["CH2", "CH1-2"]
    part = await channel(served, "CH1-2")
    assert (part["sources"], part["two_calls"]) == (["tower"], True)


async def test_control_is_seen_while_it_speaks(served: Served, air: OnAir) -> None:
    await air.press_control()
    assert (await channel(served, "CH1"))["control_transmitting"]
    await air.release_control()
    after = await channel(served, "CH1")
    assert not after["control_transmitting"]
    assert after["control_until"] is not None


async def test_a_channel_where_no_reply_can_be_seen_says_so(served: Served) -> None:
    assert (await channel(served, "CH2"))["two_calls"] == "not_observable"
    page = fits(await served.get("/api/v1/sources"), "/api/v1/sources")
    told = {source["name"]: (source["channel"], source["observable"]) for source in page["items"]}
    assert told["scanner"] == ("CH2", {"two_calls": "not_observable"})
    assert told["tower"] == ("CH1", {"two_calls": True})


async def test_units_are_listed_with_their_names_heard_or_not(served: Served, air: OnAir) -> None:
    await air.call(GUARD)
    page = fits(await served.get("/api/v1/units"), "/api/v1/units")
    heard, awaited = page["items"]
    assert (heard["unit"], heard["name"], heard["post"], heard["channel"]) == (GUARD, "王建国", "东门岗", "CH1")
    assert heard["last_heard_at"] is not None
    assert (awaited["unit"], awaited["last_heard_at"], awaited["heard_every_s"]) == ("100-4003", None, 600.0)


async def test_an_answered_hail_is_a_record_with_its_verdict(served: Served, air: OnAir) -> None:
    number = await air.call(GUARD)
    await served.later(4)
    await air.control_speaks()
    record = await incident(served, number)
    assert (record["medium"], record["unit"], record["channel"], record["calls"]) == ("radio", GUARD, "CH1", 1)
    assert record["outcome"] == "answered"
    judged = verdict(record, "two_calls")
    assert (judged["verdict"], judged["calls"]) == ("met", 1)
    assert 4 <= judged["seconds"] < 5


async def test_records_are_found_by_their_unit(served: Served, air: OnAir) -> None:
    number = await air.call(GUARD)
    await air.control_speaks()
    await served.later(40)
    await air.call("100-4003")
    page = fits(await served.get("/api/v1/incidents", unit=GUARD), "/api/v1/incidents")
    assert [item["number"] for item in page["items"]] == [number]


async def test_a_hail_is_answered_by_hand_once(served: Served, air: OnAir) -> None:
    number = await air.call(GUARD)
    path = "/api/v1/incidents/{number}/answered"
    key = {"Idempotency-Key": "click-1"}
    for _ in range(2):
        answer = await served.ask("POST", path.format(number=number), headers=key)
        assert fits(answer, path, "post")["state"] == "answered"
    assert verdict(await incident(served, number), "two_calls")["verdict"] == "met"
    fits(await served.post(path.format(number=number)), path, "post", 409)


async def test_a_click_is_refused_where_it_does_not_count(tmp_path: Path) -> None:
    [main, tower, scanner] = RADIO_RULES.sources
    assert tower.radio is not None
    keyed = msgspec.structs.replace(tower, radio=msgspec.structs.replace(tower.radio, replies=("ptt",)))
    rules = msgspec.structs.replace(RADIO_RULES, sources=(main, keyed, scanner))
    async with serve(tmp_path, rules=rules) as served:
        number = await OnAir(served).call(GUARD)
        path = "/api/v1/incidents/{number}/answered"
        refusal = fits(await served.post(path.format(number=number)), path, "post", 409)
        assert '"board"' in refusal["cure"]


async def test_a_promise_is_given_and_kept(served: Served, air: OnAir) -> None:
    number = await air.call(GUARD)
    promise, kept = "/api/v1/incidents/{number}/promise", "/api/v1/incidents/{number}/promise-kept"
    fits(await served.post(kept.format(number=number)), kept, "post", 409)
    assert fits(await served.post(promise.format(number=number)), promise, "post")["state"] == "promised"
    fits(await served.post(promise.format(number=number)), promise, "post", 409)
    assert [one["rule"] for one in (await incident(served, number))["obligations_open"]] == ["promise"]
    assert fits(await served.post(kept.format(number=number)), kept, "post")["state"] == "promise_kept"
    assert verdict(await incident(served, number), "promise")["verdict"] == "met"


async def test_an_overdue_promise_can_still_be_kept(served: Served, air: OnAir) -> None:
    number = await air.call(GUARD)
    await served.post(f"/api/v1/incidents/{number}/promise")
    await served.later(601)
    status, _ = await served.post(f"/api/v1/incidents/{number}/promise-kept")
    assert status == 200
    assert verdict(await incident(served, number), "promise")["verdict"] == "breached"


async def test_facts_are_told_changed_and_taken_out(served: Served, air: OnAir) -> None:
    number = await air.call(GUARD)
    path = "/api/v1/incidents/{number}/facts"

    async def tell(**facts: str) -> None:
        answer = await served.ask("POST", path.format(number=number), json={"facts": facts, "by": "王 008"})
        assert fits(answer, path, "post")["by"] == "王 008"

    await tell(place="3栋 电梯", matter="困人\n两名")
    await tell(place="3栋 1 单元", person="保安老李")
    await tell(person="")
    assert (await incident(served, number))["facts"] == {"place": "3栋 1 单元", "matter": "困人 两名"}


@pytest.mark.parametrize("body", [None, {}, {"facts": {}}, {"facts": {"who": "x"}}, {"facts": {"place": "x" * 501}}])
async def test_unusable_facts_are_refused_without_effect(served: Served, air: OnAir, body: Any) -> None:
    number = await air.call(GUARD)
    path = "/api/v1/incidents/{number}/facts"
    fits(await served.ask("POST", path.format(number=number), json=body), path, "post", 422)
    assert not (await incident(served, number))["facts"]


@pytest.mark.parametrize("deed", ["answered", "promise", "promise-kept"])
async def test_what_is_for_hails_is_refused_for_a_telephone_call(served: Served, deed: str) -> None:
    call = await served.ring()
    path = f"/api/v1/incidents/{{number}}/{deed}"
    fits(await served.ask("POST", path.format(number=served.number(call))), path, "post", 409)


async def test_the_stream_tells_channels_units_and_hails(served: Served, air: OnAir) -> None:
    async with listening(served) as reader:
        _, _, hello = await reader.next("hello")
        assert [one["channel"] for one in hello["channels"]] == ["CH1", "CH2"]
        assert [one["unit"] for one in hello["units"]] == [GUARD, "100-4003"]
        await air.press(GUARD)
        told = await until(reader, "channel", lambda one: bool(one["open"]))
        assert told["open"][0]["unit"] == GUARD
        await air.release(GUARD)
        await until(reader, "unit", lambda one: one["last_heard_at"] is not None)


async def test_the_seconds_of_a_hail_are_told_as_its_first_call_ends(served: Served, air: OnAir) -> None:
    async with listening(served) as reader:
        await reader.next("hello")
        await air.call(GUARD)
        hail = await until(reader, "incident", lambda one: span_s(one["clocks"][0]) <= 10)
        assert (hail["unit_post"], hail["calls_allowed"], hail["board_counts"]) == ("东门岗", 2, True)


async def until(reader: Reader, name: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    while True:
        _, _, found = await reader.next(name)
        if wanted(found):
            return dict(found)


def span_s(clock: dict[str, Any]) -> float:
    opened, due = (datetime.fromisoformat(clock[key]) for key in ("opened_at", "due_at"))
    return (due - opened).total_seconds()
