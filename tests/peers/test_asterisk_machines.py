"""Who counts as a person: a machine that answers is nobody, somebody who comes into the caller's conference is one."""

import asyncio
from pathlib import Path

import pytest

from tests.fixtures.ports import take_free_port
from tests.peers.scenes import SCENES
from tests.peers.site import Site, whole_site
from tests.peers.telephone import Telephone

pytestmark = pytest.mark.peers

CALLER, SECOND = "13900000501", "13900000502"


def _outside(site: Site, caller: str) -> Telephone:
    return Telephone(caller, take_free_port(), site.pbx.sip_port)


def _desk(site: Site, extension: str) -> Telephone:
    return Telephone(extension, site.pbx.telephones[extension], site.pbx.sip_port)


async def test_a_machine_that_takes_a_message_is_nobody_and_the_caller_is_called_back(tmp_path: Path) -> None:
    """The desk rings for 4 s, then the dial plan answers and records; the real VoiceMail() is in tests/golden."""
    async with whole_site("machine", tmp_path) as site, _desk(site, "142") as desk, _outside(site, CALLER) as outside:
        talk = outside.dial("7410")
        rings = await desk.rings()
        await talk.answered()  # by the machine
        await rings.over()
        talk.hang_up()
        record = await site.closed_incident(CALLER)
    assert (record["outcome"], record["answered_at"]) == ("missed", None)
    assert [v["verdict"] for v in record["verdicts"] if v["rule"] == "three_rings"] == ["waived"]
    assert [owed["rule"] for owed in record["obligations_open"]] == ["call_back"]


async def test_callers_in_a_conference_are_answered_by_whoever_of_ours_comes_in(tmp_path: Path) -> None:
    async with (
        whole_site("conference", tmp_path) as site,
        _desk(site, "143") as desk,
        _outside(site, CALLER) as outside,
        _outside(site, SECOND) as another,
    ):
        caller, second = outside.dial("7430"), another.dial("7430")
        await caller.answered()  # by the room, where nobody of ours is
        await second.answered()
        waiting = [await site.until_incident(who, "number") for who in (CALLER, SECOND)]
        comes_in = desk.dial("89")
        await comes_in.answered()
        for who in (CALLER, SECOND):
            await site.until_incident(who, "answered_at")
        caller.hang_up()
        first_record = await site.closed_incident(CALLER)
        open_yet = await site.until_incident(SECOND, "number")
        second.hang_up()
        comes_in.hang_up()
        records = [first_record, await site.closed_incident(SECOND)]
    assert [record["answered_at"] for record in waiting] == [None, None]
    assert open_yet["closed_at"] is None
    assert [(record["outcome"], record["device"]) for record in records] == [("answered", "143")] * 2
    assert [record["obligations_open"] for record in records] == [[], []]


async def test_who_came_into_the_conference_while_nobody_listened_has_answered_its_callers(tmp_path: Path) -> None:
    async with (
        whole_site("roomcut", tmp_path) as site,
        _desk(site, "143") as desk,
        _outside(site, CALLER) as outside,
        _outside(site, SECOND) as another,
    ):
        caller = outside.dial("7430")
        await caller.answered()
        waiting = await site.until_incident(CALLER, "number")
        await _cut(site)
        comes_in = desk.dial("89")
        await comes_in.answered()
        await _mend(site)
        await site.until_incident(CALLER, "answered_at")
        second = another.dial("7430")  # he meets one of whom only the list has told
        await second.answered()
        await site.until_incident(SECOND, "answered_at")
        await _cut(site)
        await _mend(site)
        for talk in (caller, second, comes_in):
            talk.hang_up()
        records = [await site.closed_incident(who) for who in (CALLER, SECOND)]
    assert waiting["answered_at"] is None
    assert [(record["outcome"], record["device"]) for record in records] == [("answered", "143")] * 2
    assert [record["obligations_open"] for record in records] == [[], []]


async def test_a_pbx_that_knows_no_conferences_is_heard_all_the_same(tmp_path: Path) -> None:
    async with whole_site("noroom", tmp_path) as site:
        await asyncio.to_thread(site.pbx.command, "module unload app_confbridge.so")
        assert "No such command" in await asyncio.to_thread(site.pbx.command, "confbridge list")
        await _cut(site)
        await _mend(site)
        await site.play("ring_group")
        record = await site.closed_incident(SCENES["ring_group"].caller)
        log = (tmp_path / "gateway.log").read_text()
    assert record["outcome"] == "answered"
    assert "refused" not in log


async def _cut(site: Site) -> None:
    site.cable.cut()
    await site.until_source("asterisk", "offline")


async def _mend(site: Site) -> None:
    site.cable.mend()
    await site.until_source("asterisk", "online")
