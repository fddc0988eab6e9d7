"""The apprise notifier against real sockets: web and mail servers, the chat robots' answers, and what is broken."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from aiohttp import web

from adapters.notify.apprise import KIND, Settings, chat
from adapters.notify.apprise.library import service
from adapters.notify.apprise.notifier import AppriseNotifier, notifier
from adapters.notify.apprise.sending import send
from adapters.notify.apprise.words import Words
from adapters.ports import Delivered, Delivery, Rejected, Retry
from gateway import logs
from tests.contract.notify.services import Mailbox, WebService, mail_server, raw_server, web_service
from tests.fixtures.bench import answered, ringing, until
from tests.fixtures.notifiers import Pretend, delivering, settled
from tests.unit.notify.apprise_alerts import alert

SECRET = "s3cr3tT0ken"
WORDS = Words("【超时】滨江花园", "03:00:01 响铃超时未接\nhttps://desk.example/")
PERSON = {"id": "p1", "name": "王芳", "number": "008", "address": "wang.fang@example.org"}


@asynccontextmanager
async def notifying(tmp_path: Path, url: str, **settings: Any) -> AsyncIterator[AppriseNotifier]:
    (tmp_path / "robot.urls").write_text(url)
    all_settings = Settings(name="im", kind="apprise", url_file=str(tmp_path / "robot.urls"), **settings)
    assert KIND.check(all_settings) == []
    made = KIND.make(all_settings, "滨江花园", tmp_path)
    assert isinstance(made, AppriseNotifier)
    running = asyncio.create_task(made.run(lambda _state, _reason: None))
    await asyncio.sleep(0)
    try:
        yield made
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def web_server() -> AsyncIterator[WebService]:
    async with web_service() as here:
        yield here


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server() as here:
        yield here


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


def mail_url(port: int, to: str = "duty@example.org") -> str:
    return f"mailto://127.0.0.1:{port}/?mode=insecure&from=desk@example.org&to={to}"


async def test_a_mail_has_the_title_as_its_subject_and_plain_text(tmp_path: Path, mailbox: Mailbox) -> None:
    async with notifying(tmp_path, mail_url(mailbox.port), link="https://desk.example/") as made:
        assert await made.send(alert(5), "k5") == Delivered()
    recipients, mail = mailbox.mails[0]
    assert recipients == ["duty@example.org"]
    assert mail["subject"] == "【超时】滨江花园"
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == [
        "03:00:05 【20261122-0005】响铃超时未接（第 3 声）：138****8000 → 4001，已响 15.0 秒，请立即接听",
        "https://desk.example/",
    ]
    assert mail.get_content_type() == "text/plain"


async def test_what_a_caller_is_called_makes_no_header_of_a_mail(tmp_path: Path, mailbox: Mailbox) -> None:
    """ASVS 1.3.11."""
    evil = "王\r\nBcc: thief@example.org\r\n\r\nX"
    async with notifying(tmp_path, mail_url(mailbox.port)) as made:
        assert await made.send(alert(5) | {"site": evil, "text": {"zh": evil, "en": evil}}, "k5") == Delivered()
    [(recipients, mail)] = mailbox.mails
    assert recipients == ["duty@example.org"]
    assert mail["bcc"] is None
    assert "thief" in str(mail)  # it was told, as text


async def test_a_mail_for_one_person_goes_to_that_person(tmp_path: Path, mailbox: Mailbox) -> None:
    async with notifying(tmp_path, mail_url(mailbox.port, "{address}")) as made:
        assert await made.send(alert() | {"to": PERSON}, "k1") == Delivered()
        assert await made.send(alert(2) | {"to": None}, "k2") == Rejected("refused")
    assert [recipients for recipients, _ in mailbox.mails] == [["wang.fang@example.org"]]


@pytest.mark.parametrize(
    ("to_recipient", "to_message", "expected"),
    [
        ("550 5.1.1 no such user", "250 OK", Rejected("refused")),
        ("450 4.2.1 mailbox busy", "250 OK", Retry("server_error", 1.0)),
        ("250 OK", "554 5.7.1 not wanted", Rejected("refused")),
        ("250 OK", "451 4.3.0 later", Retry("server_error", 1.0)),
    ],
)
async def test_what_a_mail_server_says_counts(
    tmp_path: Path, mailbox: Mailbox, to_recipient: str, to_message: str, expected: Delivery
) -> None:
    mailbox.to_recipient, mailbox.to_message = to_recipient, to_message
    async with notifying(tmp_path, mail_url(mailbox.port)) as made:
        assert await made.send(alert(), "k1") == expected
    assert mailbox.mails == []


async def test_a_mail_server_that_keeps_silent_or_hangs_up_is_tried_again(tmp_path: Path) -> None:
    async with raw_server(None) as port, notifying(tmp_path, mail_url(port) + "&cto=0.2") as made:
        assert isinstance(await made.send(alert(), "k1"), Retry)
    async with raw_server(b"") as port, notifying(tmp_path, mail_url(port) + "&cto=0.2") as made:
        assert isinstance(await made.send(alert(), "k1"), Retry)


ROBOTS = {
    "wecombot": (f"wecombot://{SECRET}", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + SECRET, "api_url"),
    "dingtalk": (f"dingtalk://{SECRET}", "https://oapi.dingtalk.com/robot/send?access_token=" + SECRET, "notify_url"),
    "feishu": (f"feishu://{SECRET}", "https://open.feishu.cn/open-apis/bot/v2/hook/" + SECRET, "notify_url"),
    "lark": (f"lark://{SECRET}", "https://open.larksuite.com/open-apis/bot/v2/hook/" + SECRET, "webhook_url"),
}
SHAPES = {
    "wecombot": {"msgtype": "text", "text": {"content": WORDS.whole}},
    "dingtalk": {
        "msgtype": "text",
        "text": {"content": WORDS.whole},
        "at": {"atMobiles": [], "isAtAll": False},
    },
    "feishu": {"msg_type": "text", "content": {"text": WORDS.whole}},
    "lark": {"msg_type": "text", "content": {"text": WORDS.whole}},
}


def led_here(url: str, port: int) -> Any:
    """The service of a vendor's URL, its host replaced by ours."""
    robot = service(url)
    written, attribute = ROBOTS[robot.schema][1:]
    assert chat.address(robot) == written
    setattr(robot, attribute, f"http://127.0.0.1:{port}/" + written.split("/", 3)[3])
    return robot


@pytest.mark.parametrize("name", ROBOTS)
async def test_a_robot_gets_what_its_service_documents(web_server: WebService, name: str) -> None:
    web_server.answer = {"errcode": 0, "errmsg": "ok", "code": 0}
    robot = led_here(ROBOTS[name][0], web_server.port)
    assert await asyncio.to_thread(chat.send, robot, WORDS.whole) == Delivered()
    path, body = web_server.got[0]
    assert path == urlsplit(ROBOTS[name][1])._replace(scheme="", netloc="").geturl()
    assert body == SHAPES[name]


@pytest.mark.parametrize(
    ("name", "status", "answer", "expected"),
    [
        ("wecombot", 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, Retry("throttled")),
        ("wecombot", 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, Rejected("refused")),
        ("wecombot", 200, {"errcode": -1, "errmsg": "system busy"}, Retry("server_error")),
        ("dingtalk", 200, {"errcode": 130101, "errmsg": "send too fast"}, Retry("throttled")),
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, Rejected("refused")),
        ("dingtalk", 200, {"errcode": 300005, "errmsg": "token is not exist"}, Rejected("refused")),
        ("feishu", 200, {"code": 11232, "msg": "frequency limited"}, Retry("throttled")),
        ("feishu", 429, {"code": 9499, "msg": "too many request"}, Retry("throttled")),
        ("feishu", 400, {"code": 9499, "msg": "Bad Request"}, Rejected("refused")),
        ("feishu", 200, {"code": 19024, "msg": "Key Words Not Found"}, Rejected("refused")),
        ("feishu", 200, {"StatusCode": 0, "StatusMessage": "success"}, Delivered()),
        ("feishu", 500, {}, Retry("server_error")),
        ("wecombot", 200, "<html>a captive portal</html>", Retry("server_error")),
        ("wecombot", 200, {}, Retry("server_error")),
        ("wecombot", 404, {}, Rejected("refused")),
        ("wecombot", 302, {}, Retry("refused")),
    ],
)
async def test_a_robot_s_no_with_http_200_is_no_delivery(
    web_server: WebService, name: str, status: int, answer: Any, expected: Delivery
) -> None:
    web_server.status, web_server.answer = status, answer
    robot = led_here(ROBOTS[name][0], web_server.port)
    assert await asyncio.to_thread(chat.send, robot, "words") == expected
    assert len(web_server.got) == 1


async def test_dingtalk_s_signature_arrives_as_it_was_made(web_server: WebService) -> None:
    web_server.answer = {"errcode": 0}
    robot = led_here(f"dingtalk://SECabc@{SECRET}/13800138000", web_server.port)
    assert await asyncio.to_thread(chat.send, robot, "words") == Delivered()
    path, body = web_server.got[0]
    query = parse_qs(urlsplit(path).query)
    assert query["access_token"] == [SECRET]
    assert query["sign"] == [chat.signed("SECabc", int(query["timestamp"][0]))["sign"]]
    assert body["at"]["atMobiles"] == ["13800138000"]


def test_dingtalk_s_signature_is_that_of_a_known_example() -> None:
    """HMAC-SHA256 over "timestamp\\nsecret" with the secret as key, by OpenSSL."""
    assert chat.signed("this is secret", 1_577_262_236_757)["sign"] == "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that our log gets, at its most talkative."""
    root = logging.getLogger()
    before, level, config = root.handlers[:], root.level, structlog.get_config()
    out = io.StringIO()
    logs.configure("json", stream=out)
    root.setLevel(logging.DEBUG)
    yield out
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**config)


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


def settings(tmp_path: Path, name: str, url: str, **more: Any) -> Settings:
    (tmp_path / f"{name}.urls").write_text(url)
    return Settings(name=name, kind="apprise", url_file=str(tmp_path / f"{name}.urls"), **more)
