"""Calls that need telephones with two calls at once: consulting, parking, picking up; and queues of Local/ members."""

import asyncio
import signal
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.ports import take_free_port
from tests.peers.scenes import SCENES
from tests.peers.site import Site, whole_site
from tests.peers.telephone import Talk, Telephone

pytestmark = pytest.mark.peers

# Who calls, each by a telephone of their own.
CONSULTS, ASKS_EARLY, PARKS, IS_PICKED_UP, QUEUES, QUEUES_IN_VAIN, RINGS_ON = (f"1390000000{n}" for n in range(1, 8))


def _outside(site: Site, caller: str) -> Telephone:
    return Telephone(caller, take_free_port(), site.pbx.sip_port)


def _desk(site: Site, extension: str) -> Telephone:
    return Telephone(extension, site.pbx.telephones[extension], site.pbx.sip_port)


async def _speak(site: Site, outside: Telephone, desk: Telephone) -> tuple[Talk, Talk]:
    """The caller's end and the desk's of a call that the desk answers at once."""
    caller = outside.dial(f"7{desk.number}")
    first = await desk.rings()
    first.answer()
    await caller.answered()
    await site.until_bridged(desk.number)  # Asterisk transfers no other call
    return caller, first


async def _consults_and_transfers(site: Site) -> None:
    async with _outside(site, CONSULTS) as outside, _desk(site, "120") as desk, _desk(site, "121") as colleague:
        caller, first = await _speak(site, outside, desk)
        await first.hold()
        asked = desk.dial("121")
        consulted = await colleague.rings()
        await asyncio.sleep(2)  # it rings
        consulted.answer()
        await asked.answered()
        await site.until_bridged("121")
        await first.transfer("121", instead_of=asked)
        await site.until_bridged("121", CONSULTS)
        await asyncio.sleep(1)  # they speak
        first.hang_up()
        asked.hang_up()
        caller.hang_up()
        await consulted.over()


async def _transfers_to_a_telephone_that_rings_yet(site: Site) -> None:
    async with _outside(site, ASKS_EARLY) as outside, _desk(site, "122") as desk, _desk(site, "123") as colleague:
        caller, first = await _speak(site, outside, desk)
        asked = desk.dial("123")
        consulted = await colleague.rings()
        await asked.rings_there()
        await first.transfer("123", instead_of=asked)
        await asyncio.sleep(1)  # Asterisk joins the two calls
        first.hang_up()
        asked.hang_up()
        await asyncio.sleep(5)  # into ring 2
        consulted.answer()
        await site.until_bridged("123", ASKS_EARLY)
        caller.hang_up()
        await consulted.over()


async def _parks_and_fetches(site: Site) -> None:
    async with _outside(site, PARKS) as outside, _desk(site, "124") as desk, _desk(site, "125") as colleague:
        caller, first = await _speak(site, outside, desk)
        await first.transfer("700")
        await asyncio.sleep(1)  # it is parked
        first.hang_up()
        await asyncio.sleep(4)  # it waits
        fetched = colleague.dial("701")
        await fetched.answered()
        await site.until_bridged("125", PARKS)
        caller.hang_up()
        await fetched.over()


async def _is_picked_up(site: Site) -> None:
    async with _outside(site, IS_PICKED_UP) as outside, _desk(site, "126") as desk, _desk(site, "127") as colleague:
        caller = outside.dial("7126")
        ringing = await desk.rings()
        await asyncio.sleep(6)  # into ring 2
        taken = colleague.dial("*8126")
        await taken.answered()
        await caller.answered()
        await ringing.over()
        caller.hang_up()
        await taken.over()


async def _queues_for_agents_behind_pipes(site: Site) -> None:
    async with _outside(site, QUEUES) as outside, _desk(site, "132") as alice, _desk(site, "133") as bob:
        caller = outside.dial("7310")
        await caller.answered()
        first = await alice.rings()
        second = await bob.rings()  # after 3 s, and one of rest
        await first.over()
        await asyncio.sleep(2)  # into ring 2, counted from the first agent's
        second.answer()
        await site.until_bridged("133")
        caller.hang_up()
        await second.over()


async def _queues_until_the_queue_gives_up(site: Site) -> None:
    async with _outside(site, QUEUES_IN_VAIN) as outside, _desk(site, "134") as desk:
        caller = outside.dial("7320")
        await caller.answered()
        ringing = await desk.rings()
        await ringing.over()
        await caller.over()


async def test_calls_that_change_hands_are_one_record_each(tmp_path: Path) -> None:
    async with whole_site("hands", tmp_path) as site:
        calls: list[Awaitable[None]] = [
            _consults_and_transfers(site),
            _transfers_to_a_telephone_that_rings_yet(site),
            _parks_and_fetches(site),
            _is_picked_up(site),
            _queues_for_agents_behind_pipes(site),
            _queues_until_the_queue_gives_up(site),
        ]
        await asyncio.gather(*calls)
        callers = (CONSULTS, ASKS_EARLY, PARKS, IS_PICKED_UP, QUEUES, QUEUES_IN_VAIN)
        records = {caller: await site.closed_incident(caller) for caller in callers}
        page = await site.gateway.api("incidents", limit="100")
        inbound = [item for item in page["items"] if item["direction"] == "inbound" and item["outcome"] != "merged"]
        breaches = [alert for alert in site.alerts if alert["kind"] == "breach"]
    assert {item["from"] for item in inbound} == set(callers)
    assert {item["closed_at"] for item in page["items"] if not item["closed_at"]} == set()
    assert breaches == []
    assert _rings(records[CONSULTS]) == [("met", 1), ("met", 1)]
    assert _rings(records[ASKS_EARLY]) == [("met", 1), ("met", 2)]
    assert _rings(records[PARKS]) == [("met", 1)]
    assert 3.5 < records[PARKS]["hold_seconds"] < 30
    assert _rings(records[IS_PICKED_UP]) == [("met", 2)]
    assert (records[IS_PICKED_UP]["outcome"], records[IS_PICKED_UP]["device"]) == ("answered", "127")
    assert _rings(records[QUEUES]) == [("met", 2)]
    assert (records[QUEUES]["device"], records[QUEUES]["agent"]) == ("133", "Bob")
    assert (records[QUEUES_IN_VAIN]["outcome"], _rings(records[QUEUES_IN_VAIN])) == ("missed", [("waived", 2)])


async def test_a_gateway_killed_while_it_rings_comes_back_to_the_same_calls_and_clocks(tmp_path: Path) -> None:
    async with whole_site("killed", tmp_path) as site, _outside(site, RINGS_ON) as outside, _desk(site, "128") as desk:
        await site.play("never_answered")
        caller = outside.dial("7128")
        ringing = await desk.rings()
        for who in (RINGS_ON, SCENES["never_answered"].caller):
            await site.until_told(who, "warning")  # the breach not yet
        await site.gateway.stop(signal.SIGKILL)
        await site.gateway.start()
        await site.until_source("asterisk", "online")
        back_at = datetime.now(UTC)
        breach = await site.until_told(SCENES["never_answered"].caller, "breach")
        ringing.answer()
        await caller.answered()
        caller.hang_up()
        answered = await site.closed_incident(RINGS_ON)
        await site.calls_are_over(80)
        missed = await site.closed_incident(SCENES["never_answered"].caller)
        # Under its key an alert may come again: the gateway was killed before it had noted that it was taken.
        told = {alert["key"]: (alert["from"], alert["kind"], alert["ring"]) for alert in site.alerts}
    due_at = _time(missed["ring_at"]) + timedelta(seconds=15)
    assert due_at <= _time(breach["raised_at"]) < max(due_at, back_at) + timedelta(seconds=25)
    assert missed["outcome"] == "missed"
    assert [ring for _, ring in _rings(missed)] == [9]
    assert _rings(answered)[0][0] in {"met", "breached"}
    assert len(told) == len(set(told.values()))


def _rings(record: dict[str, Any]) -> list[tuple[str, int | None]]:
    told = [v for v in record["verdicts"] if v["rule"] == "three_rings"]
    return [(v["verdict"], v["ring"]) for v in sorted(told, key=lambda v: str(v["opened_at"]))]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
