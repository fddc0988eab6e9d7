"""A breach calls people's telephones through a real Asterisk: who answers, who presses a key, who does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.ports import take_free_port
from tests.peers.site import Site, whole_site
from tests.peers.telephone import Talk, Telephone

pytestmark = pytest.mark.peers

CALLER = "13900000301"
PHONE = """
[[notifier]]
name = "phone"
kind = "asterisk-call"
host = "127.0.0.1"
port = AMI_PORT
username = "caller"
secret_file = "ami-secret.txt"
caller_id = "Hotline <4000>"
ring_s = {ring_s}
times = 3
calls_max = {calls_max}
redial_s = 5

[rules.three_rings]
seconds = 2
warn_at_rings = []

[ladder]
warn = ["desk"]
breach = ["desk", {people}]
escalation = ["desk"]
"""
PERSON = """
[[person]]
id = "{name}"
name = "{name}"
number = "{extension}"
reach = {{ phone = "{how}" }}
"""


def config(people: dict[str, str], *, ring_s: int = 30, calls_max: int = 1, how: str = "PJSIP/{}") -> str:
    told = ", ".join(f'"person:{name}"' for name in people)
    tables = [
        PERSON.format(name=name, extension=extension, how=how.format(extension)) for name, extension in people.items()
    ]
    return PHONE.format(people=told, ring_s=ring_s, calls_max=calls_max) + "".join(tables)


@asynccontextmanager
async def breaching(
    folder: Path, name: str, people: dict[str, str], more: str
) -> AsyncIterator[tuple[Site, dict[str, Telephone], Talk]]:
    """A caller rings at a desk that does not answer; people and their telephones are there."""
    ports = {extension: take_free_port() for extension in [*people.values(), "140"]}
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(whole_site(name, folder, more=more, telephones=ports))

        async def telephone(extension: str, port: int) -> Telephone:
            return await stack.enter_async_context(Telephone(extension, port, site.pbx.sip_port))

        telephones = {one: await telephone(extension, ports[extension]) for one, extension in people.items()}
        desk = await telephone("140", ports["140"])
        outside = await telephone(CALLER, take_free_port())
        calling = outside.dial("7140")
        await desk.rings()
        yield site, telephones, calling


async def _until_settled(site: Site, alert: str, targets: set[str]) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            page = await site.gateway.api("alerts", limit="100")
            [found] = [one for one in page["items"] if one["id"] == alert]
            if targets <= found["notified"].keys():
                return dict(found)
            await asyncio.sleep(0.1)


async def test_one_presses_the_key_and_the_others_are_busy_away_or_say_nothing(tmp_path: Path) -> None:
    people = {"presses": "161", "busy": "162", "away": "163", "silent": "164"}
    async with breaching(tmp_path, "people", people, config(people, ring_s=8)) as (site, telephones, calling):
        breach = await site.until_told(CALLER, "breach")
        hears, listens = await telephones["presses"].rings(), await telephones["silent"].rings()
        hears.answer()
        listens.answer()
        (await telephones["busy"].rings()).reply(486)
        await (await telephones["away"].rings()).over()  # it was rung in vain
        await _until_settled(site, breach["id"], {"phone/busy", "phone/away"})
        await hears.presses("1")
        acknowledged = await site.until_incident(CALLER, "number")
        await listens.over()
        told = await _until_settled(site, breach["id"], {f"phone/{name}" for name in people})
        timeline = await site.gateway.api(f"incidents/{acknowledged['number']}")
        calling.hang_up()
        log = (site.gateway.folder / "gateway.log").read_text()
        others = await site.incidents(direction="outbound")
    assert told["notified"] == {
        "desk": True,
        "phone/presses": True,
        "phone/busy": False,
        "phone/away": False,
        "phone/silent": True,
    }
    assert (told["state"], told["acknowledged_by"]) == ("acknowledged", "presses 161")
    assert "presses 161 (phone)" in str(timeline)
    assert all(f"reason={cause}" in log or f'"reason": "{cause}"' in log for cause in ("busy", "no_answer"))
    assert others == []  # our own calls are nobody's records


async def test_a_link_cut_while_a_supervisor_is_called_costs_no_more_than_a_second_call(tmp_path: Path) -> None:
    people = {"boss": "165"}
    through_the_dial_plan = config(people, calls_max=5, how="Local/{}@internal")
    async with breaching(tmp_path, "cutcall", people, through_the_dial_plan) as (site, telephones, calling):
        breach = await site.until_told(CALLER, "breach")
        first = await telephones["boss"].rings()
        site.cable.cut()
        await site.until_source("asterisk", "offline")
        site.cable.mend()
        await first.over()  # it is hung up, as nobody can speak there any more
        again = await telephones["boss"].rings()
        again.answer()
        await again.presses("1")
        told = await _until_settled(site, breach["id"], {"phone/boss"})
        calling.hang_up()
        others = [one for one in await site.incidents() if one["from"] != CALLER]
    assert (told["state"], told["acknowledged_by"]) == ("acknowledged", "boss 165")
    assert others == []  # nor are the legs behind the pipe


async def test_a_key_pressed_before_the_text_begins_acknowledges_too(tmp_path: Path) -> None:
    async with breaching(tmp_path, "earlykey", {"boss": "181"}, config({"boss": "181"})) as (site, telephones, calling):
        breach = await site.until_told(CALLER, "breach")
        talk = await telephones["boss"].rings()
        site.cable.stop_up()  # the gateway hears of the answer when the key is long pressed
        talk.answer()
        await talk.presses_in_sound("1")
        site.cable.let_flow()
        told = await _until_settled(site, breach["id"], {"phone/boss"})
        await talk.over()
        calling.hang_up()
    assert (told["state"], told["acknowledged_by"]) == ("acknowledged", "boss 181")


async def test_a_telephone_of_sipp_that_answers_and_presses_the_key_acknowledges(tmp_path: Path) -> None:
    port, desk_port = take_free_port(), take_free_port()
    async with (
        whole_site(
            "sippkeys", tmp_path, more=config({"boss": "182"}), telephones={"182": port, "140": desk_port}
        ) as site,
        Telephone("140", desk_port, site.pbx.sip_port) as desk,
        Telephone(CALLER, take_free_port(), site.pbx.sip_port) as outside,
    ):
        await asyncio.to_thread(site.sipp.phone, "phone-presses-a-key", "182", key="1")
        calling = outside.dial("7140")
        await desk.rings()
        breach = await site.until_told(CALLER, "breach")
        told = await _until_settled(site, breach["id"], {"phone/boss"})
        await site.calls_are_over(60)
        calling.hang_up()
    assert (told["state"], told["acknowledged_by"]) == ("acknowledged", "boss 182")


async def test_a_key_in_the_stream_of_sound_acknowledges_too(tmp_path: Path) -> None:
    """By RFC 4733, as nearly every telephone sends it."""
    async with breaching(tmp_path, "rtpkeys", {"boss": "181"}, config({"boss": "181"})) as (site, telephones, calling):
        breach = await site.until_told(CALLER, "breach")
        talk = await telephones["boss"].rings()
        talk.answer()
        pressing = asyncio.create_task(_press_until_over(talk, "1"))
        told = await _until_settled(site, breach["id"], {"phone/boss"})
        await pressing
        calling.hang_up()
    assert (told["state"], told["acknowledged_by"]) == ("acknowledged", "boss 181")


async def _press_until_over(talk: Talk, key: str) -> None:
    """As somebody does who hears that nothing happens."""
    while not talk.is_over:
        await talk.presses_in_sound(key)
