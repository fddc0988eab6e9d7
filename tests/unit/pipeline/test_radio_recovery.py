"""The radio's live things come back whole, from the store and from the journal alone; hails can be judged again."""

import msgspec

from gateway.recovery import rebuild, restore
from gateway.replaying import differences, replay
from rules.engine import next_deadline
from rules.events import ControlTransmitting, Emergency, TransmissionEnded, TransmissionStarted, UnitIdentified
from rules.settings import RadioRules, RuleSet, SourceRules, TwoCalls
from tests.fixtures.bench import START_US, Bench, running
from tests.fixtures.memory_store import MemoryStore

RULES = RuleSet(
    version="1",
    site="test",
    sources=(SourceRules(name="main"), SourceRules(name="tower", radio=RadioRules(channel="CH1", replies=("ptt",)))),
    notifiers=("desk",),
)


async def talk(bench: Bench) -> None:
    for n in range(12):
        unit = f"100-400{n % 4}"
        known = unit if n % 3 else ""
        await bench.submit(TransmissionStarted(source="tower", channel="CH1", unit=known))
        bench.clock.move(1.2)
        await bench.submit(
            UnitIdentified(source="tower", channel="CH1", unit=unit), TransmissionEnded(source="tower", channel="CH1")
        )
        if n % 5 == 4:
            await bench.submit(ControlTransmitting(source="tower", channel="CH1", on=True))
            bench.clock.move(1.0)
            await bench.submit(ControlTransmitting(source="tower", channel="CH1", on=False))
        bench.clock.move(4.0)
    await bench.submit(Emergency(source="tower", channel="CH1", unit="100-4001"))
    bench.clock.move(30.5)
    await bench.look()


async def test_the_store_and_the_journal_each_give_back_what_the_radio_left_open() -> None:
    async with running(MemoryStore(), rules=RULES) as bench:
        await bench.ready()
        await talk(bench)
        live = bench.pipeline.state
        verdicts = {o.state for i in live.incidents.values() for o in i.obligations if o.rule == "two_calls"}
        assert verdicts == {"met", "breached", "waived"}
        assert len(live.units) == 4
        for other in (await rebuild(bench.store, RULES), restore(await bench.store.load(), RULES)):
            assert other.incidents == live.incidents
            assert other.alerts == live.alerts
            assert other.channels == live.channels
            assert other.units == live.units
            assert other.last_id == live.last_id
            assert next_deadline(other) == next_deadline(live)


async def test_a_replay_judges_hails_under_other_rules() -> None:
    """What if a reply were due within a second?"""
    stricter = msgspec.structs.replace(RULES, version="2", two_calls=TwoCalls(fallback_s=1))
    async with running(MemoryStore(), rules=RULES) as bench:
        await bench.ready()
        await bench.submit(TransmissionStarted(source="tower", channel="CH1", unit="100-4002"))
        bench.clock.move(1.0)
        await bench.submit(TransmissionEnded(source="tower", channel="CH1"))
        bench.clock.move(2.0)
        await bench.submit(ControlTransmitting(source="tower", channel="CH1", on=True))
        bench.clock.move(1.0)
        await bench.submit(ControlTransmitting(source="tower", channel="CH1", on=False))
        day_us = (START_US - 1, START_US + 3_600_000_000)
        replayed = await replay(bench.store, (RULES, stricter), day_us, lambda _: None)
    [difference] = differences(replayed)
    assert (difference.caller, difference.rule) == ("100-4002", "two_calls")
    assert (difference.before, difference.after) == ("met 2.000 s", "breached 2.000 s")
