"""Notifiers by apprise as a configuration makes them, and vendors' robots whose host is ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.notify.apprise import KIND, Settings, chat
from adapters.notify.apprise.library import service
from adapters.notify.apprise.notifier import AppriseNotifier
from adapters.notify.apprise.words import Words

SECRET = "s3cr3tT0ken"
WORDS = Words("【超时】滨江花园", "03:00:01 响铃超时未接\nhttps://desk.example/")
PERSON = {"id": "p1", "name": "王芳", "number": "008", "address": "wang.fang@example.org"}


def settings(tmp_path: Path, name: str, url: str, **more: Any) -> Settings:
    (tmp_path / f"{name}.urls").write_text(url)
    return Settings(name=name, kind="apprise", url_file=str(tmp_path / f"{name}.urls"), **more)


@asynccontextmanager
async def notifying(tmp_path: Path, url: str, **more: Any) -> AsyncIterator[AppriseNotifier]:
    made_of = settings(tmp_path, "im", url, **more)
    assert KIND.check(made_of) == []
    made = KIND.make(made_of, "滨江花园", tmp_path)
    assert isinstance(made, AppriseNotifier)
    running = asyncio.create_task(made.run(lambda _state, _reason: None))
    await asyncio.sleep(0)
    try:
        yield made
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


ROBOTS = {
    "wecombot": (f"wecombot://{SECRET}", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + SECRET, "api_url"),
    "dingtalk": (f"dingtalk://{SECRET}", "https://oapi.dingtalk.com/robot/send?access_token=" + SECRET, "notify_url"),
    "feishu": (f"feishu://{SECRET}", "https://open.feishu.cn/open-apis/bot/v2/hook/" + SECRET, "notify_url"),
    "lark": (f"lark://{SECRET}", "https://open.larksuite.com/open-apis/bot/v2/hook/" + SECRET, "webhook_url"),
}


def led_here(url: str, port: int) -> Any:
    """The service of a vendor's URL, its host replaced by ours."""
    robot = service(url)
    written, attribute = ROBOTS[robot.schema][1:]
    assert chat.address(robot) == written
    setattr(robot, attribute, f"http://127.0.0.1:{port}/" + written.split("/", 3)[3])
    return robot
