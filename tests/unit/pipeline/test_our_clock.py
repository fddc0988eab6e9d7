"""Our clock over the lives of processes: set while it runs it moves nothing, set while we are away it is noticed."""

from gateway.clock import AnchoredClock
from rules.events import ClockAnchored, Delivered, Established
from tests.fixtures.bench import Hand, running, until
from tests.fixtures.memory_store import MemoryStore

SECOND = 1_000_000
HOUR_NS = 3_600_000_000_000
YEAR_NS = 365 * 24 * HOUR_NS


class Machine:
    """Its clocks, to be set by hand."""

    def __init__(self) -> None:
        self.wall_ns = 1_800_000_000_000_000_000
        self.monotonic_ns = 5_000_000_000_000

    def clock(self) -> AnchoredClock:
        return AnchoredClock(lambda: self.wall_ns, lambda: self.monotonic_ns)

    def passes(self, seconds: float) -> None:
        self.wall_ns += round(seconds * 1e9)
        self.monotonic_ns += round(seconds * 1e9)


def test_no_step_of_the_wall_clock_moves_ours() -> None:
    machine = Machine()
    clock = machine.clock()
    for step_ns in (HOUR_NS, -HOUR_NS, 10 * YEAR_NS, -machine.wall_ns, 500_000_000, -500_000_000):
        began_us = clock()
        machine.wall_ns += step_ns
        machine.passes(15)
        assert clock() - began_us == 15 * SECOND


def test_a_slew_moves_a_short_deadline_by_less_than_it_may() -> None:
    """NTP slews both clocks of the machine, by 500 ppm at the most."""
    machine = Machine()
    clock = machine.clock()
    began_us = clock()
    machine.passes(15 * 1.0005)
    assert abs(clock() - began_us - 15 * SECOND) < 100_000


async def test_a_source_in_step_tells_no_false_breach_after_our_clock_was_set() -> None:
    """It is set half a minute ahead while we are away: what the source's clock was off before says nothing now."""
    store, hand = MemoryStore(), Hand()
    true_us = hand.at_us
    for ahead_s, call in ((0, "a"), (30, "b")):
        hand.move(ahead_s)
        async with running(store, hand, anchor_us=ahead_s * SECOND) as bench:
            await bench.ready()
            await bench.submit(Delivered(source="main", call=call, leg="x", caller="13800138000", occurred_us=true_us))
            await bench.submit(Established(source="main", call=call, leg="x", occurred_us=true_us + SECOND))
            assert bench.alerts() == []
            assert not any(o.revised for o in store.obligations_kept())
    anchored = [entry.event for entry in store.entries if isinstance(entry.event, ClockAnchored)]
    assert [event.moved_us for event in anchored] == [None, 30 * SECOND]


async def test_a_failed_store_is_no_new_life() -> None:
    store = MemoryStore(fails=lambda commit: "before" if commit == 2 else "")
    async with running(store) as bench:
        await bench.ready()
        bench.pipeline.note(Delivered(source="main", call="a", leg="x"))
        await until(lambda: "Delivered" in bench.kinds())
        assert bench.kinds().count("ClockAnchored") == 1
