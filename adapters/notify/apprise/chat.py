"""The group robots of WeCom, DingTalk and Feishu: apprise reads their URLs, we post, and read the answer.

They say no with HTTP 200 and an error code in the body: too fast, a wrong signature, a missing keyword. apprise looks
at the status alone, and would tell us that such a message was sent.
"""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import requests

from adapters.notify.webhook.notifier import verdict
from adapters.ports import Delivered, Delivery, Rejected, Retry

ROBOTS = frozenset({"wecombot", "dingtalk", "feishu", "lark"})
_ANSWER_MAX = 65_536
# WeCom: 45009; DingTalk: 130101, 90030; Feishu: 11232.
_TOO_FAST = frozenset({45009, 130101, 90030, 11232})
_BUSY = frozenset({-1, 2200})  # WeCom, DingTalk; Feishu: "internal error", come again


def send(robot: Any, text: str) -> Delivery:
    """Blocks. Raises requests.RequestException."""
    query = signed(robot.secret, time.time_ns() // 1_000_000) if robot.schema == "dingtalk" and robot.secret else {}
    with requests.post(
        address(robot),
        params=query,
        data=json.dumps(_payload(robot, text), ensure_ascii=False).encode(),
        headers={"content-type": "application/json; charset=utf-8", "user-agent": "hotline-gateway"},
        verify=robot.verify_certificate,
        timeout=robot.request_timeout,
        allow_redirects=False,
        stream=True,
    ) as answer:
        return judged(answer.status_code, answer.raw.read(_ANSWER_MAX, decode_content=True))


def address(robot: Any) -> str:
    """Where apprise would post to."""
    if robot.schema == "wecombot":
        return str(robot.api_url)
    if robot.schema == "lark":
        return str(robot.webhook_url)
    return str(robot.notify_url.format(token=robot.token)).rstrip("/")


def _payload(robot: Any, text: str) -> dict[str, Any]:
    if robot.schema == "wecombot":
        return {"msgtype": "text", "text": {"content": text}}
    if robot.schema == "dingtalk":
        return {"msgtype": "text", "text": {"content": text}, "at": {"atMobiles": robot.targets, "isAtAll": False}}
    return {"msg_type": "text", "content": {"text": text}}


def signed(secret: str, at_ms: int) -> dict[str, str]:
    """DingTalk's 加签. Not yet quoted: whoever makes the query of it does that, once."""
    digest = hmac.digest(secret.encode(), f"{at_ms}\n{secret}".encode(), "sha256")
    return {"timestamp": str(at_ms), "sign": base64.b64encode(digest).decode()}


def judged(status: int, body: bytes) -> Delivery:
    """What an answer means: its code counts, where it has one."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    code = _code(answer) if isinstance(answer, Mapping) else None
    if code is None:
        outcome = verdict(status, {})
        return Retry("server_error") if isinstance(outcome, Delivered) else outcome
    if code == 0:
        return verdict(status, {})
    if code in _TOO_FAST or status == 429:
        return Retry("throttled")
    if code in _BUSY or status >= 500:
        return Retry("server_error")
    return Rejected("refused")


def _code(answer: Mapping[str, Any]) -> int | None:
    for name in ("errcode", "code", "StatusCode"):
        found = answer.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
    return None
