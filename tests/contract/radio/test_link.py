"""The link to a base station over real wires: when it is online, what a loss does, what is never lost or doubled."""

import asyncio
import time
from pathlib import Path

import pytest

from adapters.backoff import Backoff
from adapters.errors import StoreError
from adapters.ports import Delivered, Rejected, Retry
from adapters.radio.line_table import KIND as LINE_TABLE
from adapters.radio.line_table.station import TableStation
from adapters.radio.link import Link
from adapters.radio.station import Heard
from adapters.radio.transports.serial_line import SerialLine
from rules.events import LinkChanged, TransmissionEnded, TransmissionStarted, Unparsed
from simulators.radios.ports import Pty, Tcp, Udp, noise, pieces
from tests.contract.radio.conftest import linked, table_settings
from tests.contract.radio.table_kinds import ASKING
from tests.fixtures.front_door import FrontDoor
from tests.fixtures.ports import take_free_port


def descriptors_open() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def ids(door: FrontDoor) -> list[str]:
    return [event.id for event in door.of(TransmissionStarted)]


async def test_it_is_online_once_the_port_is_open_and_what_is_heard_is_committed_in_order_with_its_bytes(
    pty: Pty, door: FrontDoor
) -> None:
    async with linked(table_settings(pty.url), door):
        await door.until(lambda: door.states == ["connecting", "online"])
        for piece in pieces(b"ON 101 1\r\nOFF 101\nON 102 2\nOFF 102\n", seed=4):
            pty.write(piece)
        await door.until_has(TransmissionEnded, 2)
    told = [(type(one.event).__name__, one.raw) for one in door.taken if not isinstance(one.event, LinkChanged)]
    assert told == [
        ("TransmissionStarted", b"ON 101 1"),
        ("TransmissionEnded", b"OFF 101"),
        ("TransmissionStarted", b"ON 102 2"),
        ("TransmissionEnded", b"OFF 102"),
    ]


async def test_a_device_that_is_not_there_is_waited_for(tmp_path: Path, door: FrontDoor) -> None:
    pty = Pty(tmp_path / "later")
    async with linked(table_settings(pty.url), door):
        await door.until(lambda: door.states == ["connecting", "offline"])
        async with pty:
            await door.until(lambda: door.state == "online")
    assert "is not there" in door.of(LinkChanged)[1].reason


async def test_unplugged_and_plugged_again_a_hundred_times_under_traffic_it_loses_and_doubles_nothing(
    pty: Pty, door: FrontDoor
) -> None:
    async with linked(table_settings(pty.url), door) as link:
        await door.until(lambda: door.state == "online")
        tasks, descriptors = len(asyncio.all_tasks()), descriptors_open()
        expected = []
        for turn in range(100):
            expected.append(str(turn))
            pty.write(f"ON 7 {turn}\nOFF 7\nON 8".encode())  # torn in the middle of the second call
            await door.until(lambda turn=turn: len(door.of(TransmissionEnded)) == turn + 1)  # type: ignore[misc]
            online = door.states.count("online")
            pty.unplug()
            await door.until(lambda: door.state == "offline")
            pty.plug()
            await door.until(lambda online=online: door.states.count("online") == online + 1)  # type: ignore[misc]
        assert len(asyncio.all_tasks()) == tasks
        assert descriptors_open() == descriptors
        assert link.traffic.opened >= 101
    assert ids(door) == expected
    assert not door.of(Unparsed)


async def test_a_device_that_hung_up_costs_no_processor_time(pty: Pty, door: FrontDoor) -> None:
    """A naive reader of a hung-up port spins: b"" or EIO at once, for ever."""
    link = Link(LINE_TABLE, table_settings(pty.url))  # with its own back-off
    task = asyncio.create_task(link.run(door))
    await door.until(lambda: door.state == "online")
    pty.unplug()
    await door.until(lambda: door.state == "offline")
    spent, since = time.process_time(), time.monotonic()
    await asyncio.wait([task], timeout=1.0)
    assert (time.process_time() - spent) / (time.monotonic() - since) < 0.1
    assert link.traffic.opened < 8
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_device_that_is_plugged_in_again_is_opened_at_once_however_long_it_was_away(
    pty: Pty, door: FrontDoor
) -> None:
    chances = iter((1.0, 300.0))  # a tenth of a second to the first try again, a minute to the second
    link = Link(
        LINE_TABLE, table_settings(pty.url), backoff=Backoff(first_s=0.1, longest_s=60.0, chance=lambda: next(chances))
    )
    task = asyncio.create_task(link.run(door))
    await door.until(lambda: door.state == "online")
    pty.unplug()
    async with asyncio.timeout(60):
        while link.traffic.opened < 2:  # noqa: ASYNC110 - nobody is told of a try in vain
            await asyncio.sleep(0.01)
    pty.plug()
    await door.until(lambda: door.state == "online")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_second_gateway_on_the_same_port_is_refused_and_steals_no_byte(pty: Pty, door: FrontDoor) -> None:
    other = FrontDoor()
    async with linked(table_settings(pty.url), door):
        await door.until(lambda: door.state == "online")
        async with linked(table_settings(pty.url), other):
            await other.until(lambda: other.state == "refused")
            for turn in range(50):
                pty.write(f"ON 7 {turn}\n".encode())
            await door.until_has(TransmissionStarted, 50)
    assert "in use by another program" in other.of(LinkChanged)[1].reason


async def test_a_port_that_takes_no_bytes_is_given_up_in_time_and_holds_up_nobody(pty: Pty) -> None:
    line = SerialLine(pty.url, baud=9600, rts=False, dtr=False)
    await line.open(lambda _data, _via, _committed: None)
    loop = asyncio.get_running_loop()
    loop.remove_reader(pty._ours)  # noqa: SLF001 - the station hangs: it reads no more
    writing = asyncio.create_task(line.write(bytes(200_000)))
    turns = 0
    while not writing.done():
        await asyncio.wait([writing], timeout=0.02)
        turns += 1
    assert "took no bytes" in str(writing.exception())
    assert turns > 5, "the loop stood still while the port took nothing"
    await line.close()


async def test_who_does_not_answer_is_never_online_and_who_stops_answering_is_stale_then_offline(
    pty: Pty, door: FrontDoor
) -> None:
    answers = False

    def answer(data: bytes) -> None:
        if answers and b"PING" in data:
            pty.write(b"PONG\n")

    pty.heard = answer
    async with linked(table_settings(pty.url, query_s=0.1), door, ASKING):
        await door.until(lambda: door.states == ["connecting", "offline"])
        answers = True
        await door.until(lambda: door.state == "online")
        answers = False
        await door.until(lambda: door.states[-2:] == ["stale", "offline"])
    assert "no answer" in door.of(LinkChanged)[-1].reason


async def test_who_only_reports_keeps_its_port_and_stays_online(pty: Pty, door: FrontDoor) -> None:
    questions: asyncio.Queue[bytes] = asyncio.Queue()
    pty.heard = questions.put_nowait
    async with linked(table_settings(pty.url, query_s=0.1), door, ASKING) as link:
        await questions.get()
        pty.write(b"ON 1")  # half a line is no answer to a question
        async with asyncio.timeout(60):
            while link.traffic.bytes_heard < 4:  # noqa: ASYNC110 - nobody is told of half a line
                await asyncio.sleep(0.01)
        pty.write(b"01 1\n")
        await door.until(lambda: door.state == "online")
        for _ in range(5):
            await asyncio.wait_for(questions.get(), 60)
        pty.write(b"OFF 101\n")
        await door.until_has(TransmissionEnded, 1)
        assert door.state == "online"
        assert link.traffic.opened == 1


class FailingStation(TableStation):
    """It has a bug: the unit 666 makes it raise."""

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:
        if b"666" in data:
            raise ZeroDivisionError
        return super().feed(data, at_us, via)


async def test_what_makes_a_reader_fail_is_kept_with_its_bytes_and_the_line_goes_on(pty: Pty, door: FrontDoor) -> None:
    failing = LINE_TABLE._replace(make_station=FailingStation)
    async with linked(table_settings(pty.url), door, failing) as link:
        await door.until(lambda: door.state == "online")
        pty.write(b"ON 666 1\n")
        await door.until_has(Unparsed, 1)
        pty.write(b"ON 101 2\n")
        await door.until_has(TransmissionStarted, 1)
        assert link.traffic.opened == 1
    kept = next(one for one in door.taken if isinstance(one.event, Unparsed))
    assert kept.raw == b"ON 666 1\n"
    assert ids(door) == ["2"]


async def test_long_silence_is_stale_and_a_word_ends_it(pty: Pty, door: FrontDoor) -> None:
    async with linked(table_settings(pty.url, silent_alarm_s=0.2), door):
        await door.until(lambda: door.states == ["connecting", "online", "stale"])
        pty.write(b"ON 7 1\n")
        await door.until(lambda: door.states == ["connecting", "online", "stale", "online"])


async def test_noise_does_not_flood_the_journal_and_hides_no_call(pty: Pty, door: FrontDoor) -> None:
    async with linked(table_settings(pty.url), door) as link:
        await door.until(lambda: door.state == "online")
        for turn in range(200):
            pty.write(noise(turn, 40) + b"\n" + f"ON 7 {turn}\n".encode())
            await door.until_has(TransmissionStarted, turn + 1)
        assert len(door.of(Unparsed)) < 50
        assert link.traffic.noise_left_out > 100
        assert link.traffic.bytes_unreadable > 4000


async def test_what_the_store_cannot_take_waits_and_comes_in_order(pty: Pty, door: FrontDoor) -> None:
    async with linked(table_settings(pty.url), door):
        await door.until(lambda: door.state == "online")
        door.refusal = StoreError("away")
        pty.write(b"".join(f"ON 7 {turn}\n".encode() for turn in range(20)))
        await door.until(lambda: door.refused > 0)
        door.refusal = None
        await door.until_has(TransmissionStarted, 20)
    assert ids(door) == [str(turn) for turn in range(20)]
    keys = [one.key for one in door.taken if isinstance(one.event, TransmissionStarted)]
    assert len(set(keys)) == 20


async def test_it_comes_back_to_a_device_server_that_cut_it_off(door: FrontDoor) -> None:
    async with Tcp() as server, linked(table_settings(server.url), door):
        await server.until(lambda: server.connections == 1)
        server.write(b"ON 7 1\n")
        await door.until_has(TransmissionStarted)
        server.cut()
        await door.until(lambda: door.state == "offline")
        await server.until(lambda: server.connections == 1)
        await door.until(lambda: door.state == "online")
        server.write(b"ON 7 2\n")
        await door.until_has(TransmissionStarted, 2)


async def test_a_listener_for_datagrams_knows_nobody_before_the_first_one(door: FrontDoor) -> None:
    port = take_free_port()
    async with linked(table_settings(f"udp://127.0.0.1:{port}"), door), Udp(to=("127.0.0.1", port)) as radio:
        await door.until(lambda: door.states == ["connecting", "unknown"])
        radio.write(b"ON 7 1\nOFF 7\n")
        await door.until_has(TransmissionEnded)
    assert door.states == ["connecting", "unknown", "online"]


@pytest.mark.parametrize(
    ("unit", "answer", "outcome"),
    [
        ("101", b"ACK m1\n", Delivered()),
        ("101", b"", Retry("timeout")),
        ("roof", b"", Rejected("refused")),
    ],
)
async def test_a_text_is_delivered_once_a_machine_confirmed_it(
    pty: Pty, door: FrontDoor, unit: str, answer: bytes, outcome: object
) -> None:
    pty.heard = lambda data: pty.write(b"PONG\n" if b"PING" in data else answer)
    async with linked(table_settings(pty.url), door, ASKING) as link:
        assert await link.send_text(unit, "三声", "m0", ack_within_s=60) == Retry("unreachable")
        await door.until(lambda: door.state == "online")
        ack_within_s = 0.2 if outcome == Retry("timeout") else 60
        assert await link.send_text(unit, "三声", "m1", ack_within_s=ack_within_s) == outcome
    assert (b"TEXT 101 m1 " in pty.received) == (unit == "101")
