"""The live stream: a snapshot, then what changes, then pings; slow readers go, others do not notice."""

import asyncio
from contextlib import ExitStack

from gateway.access.sight import Sight
from gateway.web.live.stream import CLIENTS_MAX, HUB, Client
from rules.events import Delivered
from tests.fixtures.bench import until
from tests.fixtures.listening import Reader, listening
from tests.fixtures.served import TOKEN, Served


async def test_it_begins_with_all_that_is_so_now(served: Served) -> None:
    call = await served.ring(name="李先生")
    await served.later(15.1)
    async with listening(served) as reader:
        _, seq, hello = await reader.next("hello")
        assert seq >= 2
        assert hello["site"] == "滨江花园"
        assert hello["ready"] == ""
        [incident] = hello["incidents"]
        assert incident["source_call"] == call
        assert incident["line_name"] == "热线"
        assert incident["rings_allowed"] == 3
        assert incident["ring_cycle_s"] == 5
        assert [step["ring"] for step in incident["clocks"][0]["steps"]] == [2, 3, 4]
        assert [alert["kind"] for alert in hello["alerts"]].count("breach") == 1
        assert [source["name"] for source in hello["sources"]] == ["main", "old-pbx"]


async def test_a_call_is_told_as_it_rings_is_answered_and_ends(served: Served) -> None:
    async with listening(served) as reader:
        await reader.next("hello")
        call = await served.ring()
        _, first, incident = await reader.next("incident")
        assert incident["devices_ringing"] == ["8001"]
        await served.answer(call)
        _, second, incident = await reader.next("incident")
        assert incident["answered_at"]
        assert second > first
        await served.hang_up(call)
        _, _, incident = await reader.next("incident")
        assert incident["outcome"] == "answered"


async def test_an_alert_is_told_when_it_is_raised_and_when_it_is_acknowledged(served: Served) -> None:
    async with listening(served) as reader:
        await reader.next("hello")
        await served.ring()
        await served.later(15.1)
        while True:
            _, _, alert = await reader.next("alert")
            if alert["kind"] == "breach":
                break
        assert alert["text"]["zh"]
        assert alert["text"]["en"]
        await served.post(f"/api/v1/alerts/{alert['id']}/acknowledge", by="王 008")
        while alert["state"] == "raised":
            _, _, alert = await reader.next("alert")
        assert alert["acknowledged_by"] == "王 008"


async def test_a_ping_tells_the_time_and_the_sources(served: Served) -> None:
    async with listening(served) as reader:
        _, _, ping = await reader.next("ping")
        assert ping["now"].endswith("Z")
        assert len(ping["sources"]) == 2
        assert ping["ready"] == ""


async def test_a_burst_is_told_as_one_fresh_snapshot(served: Served) -> None:
    async with listening(served) as reader:
        await reader.next("hello")
        await served.submit(
            *(
                Delivered(source="main", call=f"c{n}", leg="a", role="agent", direction="inbound", caller=f"138{n:08d}")
                for n in range(700)
            )
        )
        snapshots, live, after = 0, 0, set[str]()
        while live + len(after) < 700:
            event, _, told = await reader.next("hello", "incident")
            if event == "hello":
                snapshots, live, after = snapshots + 1, told["incidents_live"], set()
                assert len(told["incidents"]) == 200
            else:
                after.add(told["number"])
        assert snapshots


async def test_a_session_that_ends_ends_its_stream(served: Served) -> None:
    session = served.auth.open_session("王 008")
    headers = {"Cookie": f"hotline_session={session}"}
    async with served.http.get(f"{served.url}/api/v1/stream", headers=headers) as answer:
        reader = Reader(answer)
        await reader.next("hello")
        served.auth.close_session(session)
        async with asyncio.timeout(60):
            await answer.content.read()


async def test_too_many_boards_are_told_to_come_later(served: Served) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with ExitStack() as boards:
        for _ in range(CLIENTS_MAX - 1):
            boards.enter_context(served.runner.app[HUB].client(Sight(numbers=True)))
        async with listening(served) as reader:
            await reader.next("hello")
            async with served.http.get(f"{served.url}/api/v1/stream", headers=headers) as answer:
                assert answer.status == 503
                assert answer.headers["Retry-After"]


async def test_boards_that_join_at_once_share_a_snapshot_and_none_misses_what_comes_after_it(served: Served) -> None:
    hub = served.runner.app[HUB]
    with hub.client(Sight(numbers=True)) as first, hub.client(Sight(numbers=True)) as second:
        assert await first.next() is await second.next()
        await served.ring()
        for one in (first, second):
            assert b"event: incident" in (await one.next() or b"")


async def test_where_all_boards_together_hold_too_much_the_slowest_goes(served: Served) -> None:
    hub = served.runner.app[HUB]
    unread = b"x" * (4 << 20)
    with ExitStack() as boards:
        many = [boards.enter_context(hub.client(Sight(numbers=True))) for _ in range(64)]
        for one in many:
            one.put(unread)
        many[30].put(unread[: 3 << 20])
        await served.ring()
        await until(lambda: many[30].dropped)
        assert sum(one.dropped for one in many) == 1


async def test_a_board_that_does_not_read_is_dropped_not_waited_for() -> None:
    client = Client(Sight(numbers=True))
    aborted: list[bool] = []
    client.abort = lambda: aborted.append(True)
    for _ in range(600):
        client.put(b"x" * 100)
    assert client.dropped
    assert aborted == [True]
    assert await client.next() is None


async def test_what_waits_for_a_board_leaves_at_once_and_the_end_after_it() -> None:
    client = Client(Sight(numbers=True))
    for _ in range(3):
        for _ in range(300):
            client.put(b"x")
        assert await client.next() == b"x" * 300
    client.put(b"last")
    client.end()
    assert await client.next() == b"last"
    assert await client.next() is None
    assert not client.dropped


async def test_a_board_is_bounded_in_bytes_too() -> None:
    client = Client(Sight(numbers=True))
    for _ in range(10):
        client.put(b"x" * (1 << 20))
    assert client.dropped
