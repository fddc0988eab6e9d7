"""The apprise notifier against real sockets: what a web server answers, what is logged, floods, and what is broken."""

import asyncio
import io
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from adapters.notify.apprise import chat
from adapters.notify.apprise.notifier import notifier
from adapters.notify.apprise.sending import send
from adapters.notify.apprise.words import Words
from adapters.ports import Delivered, Delivery, Rejected, Retry
from tests.contract.notify.by_apprise import PERSON, ROBOTS, SECRET, WORDS, led_here, notifying, settings
from tests.contract.notify.services import Mailbox, WebService, raw_server
from tests.fixtures.bench import answered, ringing, until
from tests.fixtures.notifiers import Pretend, delivering, settled
from tests.unit.notify.apprise_alerts import alert


async def test_a_web_server_gets_title_and_text(tmp_path: Path, web_server: WebService) -> None:
    url = f"json://127.0.0.1:{web_server.port}/sms/{{address}}"
    async with notifying(tmp_path, url, link="https://desk.example/") as made:
        assert await made.send(alert(5) | {"to": PERSON}, "k5") == Delivered()
    path, body = web_server.got[0]
    assert path == "/sms/wang.fang@example.org"
    assert body["title"] == "【超时】滨江花园 → 王芳"
    assert body["message"].startswith("03:00:05 【20261122-0005】响铃超时未接（第 3 声）：138****8000 → 4001")
    assert body["message"].endswith("\nhttps://desk.example/")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Delivered()),
        (204, Delivered()),
        (302, Retry("refused", 1.0)),
        (400, Rejected("refused")),
        (401, Rejected("refused")),
        (404, Rejected("refused")),
        (408, Retry("server_error", 1.0)),
        (413, Rejected("too_large")),
        (429, Retry("throttled", 60.0)),
        (500, Retry("server_error", 1.0)),
        (503, Retry("server_error", 1.0)),
    ],
)
async def test_what_each_status_means(tmp_path: Path, web_server: WebService, status: int, expected: Delivery) -> None:
    web_server.status = status
    async with notifying(tmp_path, f"json://127.0.0.1:{web_server.port}/") as made:
        outcome = await made.send(alert(), "k1")
        assert type(outcome) is type(expected)
        assert getattr(outcome, "reason", "") == getattr(expected, "reason", "")
        assert (getattr(outcome, "after_s", None) or 0) == pytest.approx(getattr(expected, "after_s", None) or 0, abs=1)
    assert len(web_server.got) == 1, "nothing is sent twice, and no redirect is followed"


async def test_a_receiver_that_is_not_there_is_unreachable(tmp_path: Path, free_port: Callable[[], int]) -> None:
    async with notifying(tmp_path, f"json://127.0.0.1:{free_port()}/") as made:
        assert await made.send(alert(), "k1") == Retry("unreachable", 1.0)


async def test_one_that_is_slow_is_waited_for(tmp_path: Path, web_server: WebService) -> None:
    begun, free = asyncio.Event(), asyncio.Event()

    async def slowly(_: web.Request) -> None:
        begun.set()
        await free.wait()

    web_server.meanwhile = slowly
    async with notifying(tmp_path, f"json://127.0.0.1:{web_server.port}/?rto=60") as made:
        sending = asyncio.create_task(made.send(alert(), "k1"))
        async with asyncio.timeout(60):
            await begun.wait()
        free.set()
        assert await sending == Delivered()


async def test_one_that_never_answers_is_a_time_out(tmp_path: Path) -> None:
    async with raw_server(None) as port, notifying(tmp_path, f"json://127.0.0.1:{port}/?rto=0.2") as made:
        assert await made.send(alert(), "k1") == Retry("timeout", 1.0)


async def test_one_that_holds_the_thread_for_ever_is_given_up(tmp_path: Path) -> None:
    async with raw_server(None) as port, notifying(tmp_path, f"json://127.0.0.1:{port}/?rto=300") as made:
        made.robots[0].try_s = 0.1
        assert await made.send(alert(), "k1") == Retry("timeout", 1.0)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"])
async def test_one_that_hangs_up_in_its_answer_is_tried_again(tmp_path: Path, answer: bytes) -> None:
    async with raw_server(answer) as port, notifying(tmp_path, f"json://127.0.0.1:{port}/") as made:
        assert await made.send(alert(), "k1") == Retry("unreachable", 1.0)


async def test_no_secret_ever_stands_in_the_log(
    log: io.StringIO, web_server: WebService, mailbox: Mailbox, free_port: Callable[[], int]
) -> None:
    web_server.status = 403
    mailbox.to_message = f"554 no {SECRET}"
    urls = [
        f"json://me:{SECRET}@127.0.0.1:{web_server.port}/{SECRET}?-key={SECRET}",
        f"json://me:{SECRET}@127.0.0.1:{free_port()}/{SECRET}",
        f"mailto://me:{SECRET}@127.0.0.1:{mailbox.port}/?mode=insecure&from=desk@example.org&to={SECRET}@example.org",
        f"wecombot://{SECRET}%20!",
        f"slack://{SECRET}",
    ]
    for url in urls:
        assert await asyncio.to_thread(send, url, WORDS) != Delivered()
    robot = led_here(ROBOTS["dingtalk"][0], web_server.port)
    assert await asyncio.to_thread(chat.send, robot, "words") != Delivered()
    logging.getLogger("somebody").debug("said")
    assert "said" in log.getvalue(), "the log does take what there is"
    assert SECRET not in log.getvalue()


async def test_a_bug_in_a_plug_in_costs_one_try_and_tells_no_secret(log: io.StringIO) -> None:
    """An address that makes the library's own code fail."""
    words = Words("title", "\ud800 no text that can be sent")
    assert isinstance(await asyncio.to_thread(send, f"json://127.0.0.1:9/{SECRET}", words), Retry)
    assert SECRET not in log.getvalue()


async def test_a_flood_reaches_a_group_as_a_digest_while_a_dead_robot_slows_nobody(
    tmp_path: Path, web_server: WebService
) -> None:
    """Through the gateway's own delivery: 30 calls ring, one robot hangs, another may send 30 a minute."""
    desk = Pretend("desk", lambda _: Delivered())
    async with raw_server(None) as port:
        dead = notifier(settings(tmp_path, "dead", f"json://127.0.0.1:{port}/?rto=300"), "site")
        group = notifier(settings(tmp_path, "group", f"json://127.0.0.1:{web_server.port}/", per_minute=30), "site")
        async with delivering(desk, dead, group) as (bench, _):
            for number in range(30):
                await bench.submit(ringing(f"c{number}"))
            bench.clock.move(5.0)
            await bench.look()
            await until(lambda: {event.notifier for event in settled(bench)} >= {"desk", "group"})
            await until(lambda: sum(event.notifier != "dead" for event in settled(bench)) == 60)
            assert all(event.delivered for event in settled(bench))
    assert len(desk.given) == 30
    assert len(web_server.got) <= 12, "a few at once, and the others together"
    assert any("条告警" in body["message"] for _, body in web_server.got)


async def test_calls_answered_while_their_warnings_wait_are_only_counted(tmp_path: Path) -> None:
    """Through the gateway's own delivery, which tells of what stands behind another alert of its call."""
    now_s, sent = [1_000.0], []

    def post(_: str, words: Words) -> Delivery:
        sent.append(words.body)
        return Delivered()

    made = settings(tmp_path, "group", "json://127.0.0.1/", per_minute=1, language="en")
    group = notifier(made, "site", post=post, clock=lambda: now_s[0])
    async with delivering(group) as (bench, deliveries):
        for number in range(6):
            await bench.submit(ringing(f"c{number}"))
        bench.clock.move(5.0)
        await bench.look()
        await until(lambda: deliveries.status()[0]["waiting"] == 5)
        for number in range(6):
            await bench.submit(answered(f"c{number}"))
        await until(lambda: deliveries.status()[0]["waiting"] == 11)
        now_s[0] += 121
        group.settled(group.robots[0])
        await until(lambda: len(settled(bench)) == 12)
    assert len(sent) == 2
    assert sent[1].splitlines()[0] == "1 alert: Cleared 1; 5 more were cleared meanwhile", "of the call that was told"
