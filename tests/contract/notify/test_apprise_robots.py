"""Chat robots by apprise: what they are sent, and what their answers mean."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.notify.apprise import chat
from adapters.ports import Delivered, Delivery, Rejected, Retry
from tests.contract.notify.by_apprise import ROBOTS, SECRET, WORDS, led_here
from tests.contract.notify.services import WebService

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
