"""Call rescue through a real Asterisk: a call that nobody answers is sent elsewhere, and stays the same call."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.fixtures.ports import take_free_port
from tests.peers.site import Site, whole_site
from tests.peers.telephone import Telephone

pytestmark = pytest.mark.peers

CALLER = "13900000401"
RULES = """
[rules.three_rings]
seconds = 3
warn_at_rings = []
"""


class Rescue(NamedTuple):
    site: Site
    outside: Telephone
    desk: Telephone  # 141
    other: Telephone  # 170, behind 900@rescue

    async def notes(self) -> dict[str, str]:
        """What the time line says of the rescue."""
        [record] = await self.site.until_incidents(len, **{"from": CALLER})
        lines = (await self.site.gateway.api(f"incidents/{record['number']}"))["timeline"]
        return {line["what"]: line["detail"] for line in lines if str(line.get("what")).startswith("rescue")}

    async def until_noted(self, what: str) -> dict[str, str]:
        async with asyncio.timeout(60):
            while what not in (found := await self.notes()):  # noqa: ASYNC110 - the API tells when asked
                await asyncio.sleep(0.1)
        return found


@asynccontextmanager
async def rescuing(folder: Path, name: str, to: str = "900@rescue") -> AsyncIterator[Rescue]:
    ports = {extension: take_free_port() for extension in ("141", "170")}
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(
            whole_site(name, folder, more=RULES, source=f'rescue = "{to}"', telephones=ports)
        )

        async def telephone(extension: str, port: int) -> Telephone:
            return await stack.enter_async_context(Telephone(extension, port, site.pbx.sip_port))

        yield Rescue(
            site,
            await telephone(CALLER, take_free_port()),
            await telephone("141", ports["141"]),
            await telephone("170", ports["170"]),
        )


async def test_at_the_breach_the_caller_goes_to_another_telephone_and_is_answered_there(tmp_path: Path) -> None:
    async with rescuing(tmp_path, "rescue") as it:
        caller = it.outside.dial("7141")
        rings = await it.desk.rings()
        breach = await it.site.until_told(CALLER, "breach")
        there = await it.other.rings()
        await rings.over()
        there.answer()
        await caller.answered()
        noted = await it.until_noted("rescued")
        caller.hang_up()
        await there.over()
        record = await it.site.closed_incident(CALLER)
        await it.site.until_told(CALLER, "cleared")
        all_calls = await it.site.incidents()
    assert noted == {"rescue_asked": "900@rescue", "rescued": "900@rescue"}
    assert breach["call"]
    assert (record["outcome"], record["device"]) == ("answered", "170")
    assert [v["verdict"] for v in record["verdicts"] if v["rule"] == "three_rings"] == ["breached"]
    assert [one for one in all_calls if one["outcome"] != "merged"] == [record]


async def test_a_caller_who_waits_in_a_queue_is_rescued_from_it(tmp_path: Path) -> None:
    async with rescuing(tmp_path, "queue") as it:
        caller = it.outside.dial("7330")
        await caller.answered()  # by the queue, which is no person
        rings = await it.desk.rings()
        there = await it.other.rings()
        await rings.over()
        there.answer()
        await it.until_noted("rescued")
        await it.site.until_incident(CALLER, "answered_at")
        caller.hang_up()
        await there.over()
        record = await it.site.closed_incident(CALLER)
        all_calls = await it.site.incidents()
    assert (record["outcome"], record["device"]) == ("answered", "170")
    assert [v["verdict"] for v in record["verdicts"] if v["rule"] == "three_rings"] == ["breached"]
    assert [one for one in all_calls if one["outcome"] != "merged"] == [record]


async def test_a_rescued_caller_who_is_not_answered_there_either_is_missed_once(tmp_path: Path) -> None:
    async with rescuing(tmp_path, "rescuemiss") as it:
        it.outside.dial("7141")
        await it.desk.rings()
        there = await it.other.rings()
        await it.until_noted("rescued")
        there.reply(486)
        record = await it.site.closed_incident(CALLER)
        notes = await it.notes()
    assert record["outcome"] == "rejected"
    assert list(notes) == ["rescue_asked", "rescued"]


async def test_a_rescue_to_nowhere_leaves_the_caller_where_he_rings(tmp_path: Path) -> None:
    async with rescuing(tmp_path, "nowhere", "901@rescue") as it:
        caller = it.outside.dial("7141")
        rings = await it.desk.rings()
        noted = await it.until_noted("rescue_failed")
        rings.answer()
        await caller.answered()
        caller.hang_up()
        record = await it.site.closed_incident(CALLER)
        log = (it.site.gateway.folder / "gateway.log").read_text()
    assert "901@rescue" in noted["rescue_failed"]
    assert (record["outcome"], record["device"]) == ("answered", "141")
    assert "notifier refused" in log  # said at the start


async def test_neither_a_cut_link_nor_a_killed_gateway_sends_a_caller_twice(tmp_path: Path) -> None:
    async with rescuing(tmp_path, "twice") as it:
        caller = it.outside.dial("7141")
        await it.desk.rings()
        there = await it.other.rings()
        await it.until_noted("rescued")
        it.site.cable.cut()
        await it.site.until_source("asterisk", "offline")
        it.site.cable.mend()
        await it.site.until_source("asterisk", "online")
        await it.site.gateway.stop(signal.SIGKILL)
        await it.site.gateway.start()
        await it.site.until_source("asterisk", "online")
        there.answer()  # it still rings at the same telephone
        await caller.answered()
        caller.hang_up()
        record = await it.site.closed_incident(CALLER)
        timeline: Any = await it.site.gateway.api(f"incidents/{record['number']}")
    assert str(timeline).count("'rescue_asked', 'detail'") + str(timeline).count("'what': 'rescue_asked'") >= 1
    assert str(timeline).count("'what': 'rescued'") == 1
    assert (record["outcome"], record["device"]) == ("answered", "170")
