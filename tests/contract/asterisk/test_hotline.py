"""The simulated hotline on the pretend Asterisk, as `hotline-gateway simulate` plays it, heard by the real link."""

from itertools import islice

from msgspec.structs import replace

from adapters.pbx.asterisk import Settings
from rules.events import ConnectionCleared, Delivered, Originated, Resynced, Unparsed
from simulators.asterisk import Hotline, PretendAsterisk
from simulators.traffic import steady
from tests.contract.asterisk.conftest import linked
from tests.fixtures.front_door import FrontDoor

CALLS = 25


async def test_every_simulated_call_is_heard_from_its_ring_to_its_end(
    pbx: PretendAsterisk, settings: Settings, door: FrontDoor
) -> None:
    stories = sorted(islice(steady(7), CALLS), key=lambda story: story.starts_s)
    known = replace(settings, inbound_contexts=("from-trunk",), outbound_contexts=("from-internal",))
    async with linked(known, door):
        await door.until_has(Resynced)
        await Hotline(pbx, factor=200).play(stories)
        await door.until(lambda: {e.leg for e in door.of(Originated)} <= {e.leg for e in door.of(ConnectionCleared)})
    assert [e.caller for e in door.of(Originated)] == [story.steps[0].fields["from"] for story in stories]
    assert len({e.call for e in door.of(Delivered)}) == CALLS
    outbound = {story.steps[0].fields["to"] for story in stories if story.kind == "called_back"}
    assert outbound
    assert {e.called for e in door.of(Originated) if e.direction == "outbound"} == outbound
    assert door.of(Unparsed) == []
    assert pbx.channels == {}
