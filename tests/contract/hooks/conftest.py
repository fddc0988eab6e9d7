"""A real server on a real socket, with the hooks of four sources and the stand-in pipeline behind them."""

import base64
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from adapters.pbx.webhook import KIND, HookSource, Settings
from gateway.web.door.doorway import Doorway
from gateway.web.door.hooks import Hooks, add_hook_routes
from tests.contract.hooks.intake import MemoryIntake

KEY = b"a signing key of 32 bytes, as is"
AT_S = 1_795_219_750
TOKEN = "a-bearer-token-of-24-chars"
PATH_TOKEN = "a-path-token-of-24-chars"
ZOOM_KEY = b"a-zoom-token-made-up-1"
ZOOM = {
    "header": "x-zm-signature",
    "prefix": "v0=",
    "signed": "v0:{timestamp}:{body}",
    "timestamp_header": "x-zm-request-timestamp",
    "validation": "zoom",
}


@dataclass
class WallClock:
    """Stands still until it is set."""

    at_s: float = AT_S

    def __call__(self) -> float:
        return self.at_s


@dataclass
class Door:
    """The running server and a sender in front of it."""

    url: str
    http: aiohttp.ClientSession
    intake: MemoryIntake
    wall: WallClock
    hooks: Hooks
    port: int
    runner: web.AppRunner
    inflates: bool  # the server inflates bodies itself, before anybody can verify them

    async def send(
        self, path: str, body: bytes = b"", **request: Any
    ) -> tuple[int, dict[str, Any], aiohttp.ClientResponse]:
        method = request.pop("method", "POST")
        async with self.http.request(method, self.url + path, data=body or None, **request) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith("{") else {"text": text}, answer

    async def signed(
        self, event: Any, message_id: str = "msg_1", path: str = "/hooks/pbx/main"
    ) -> tuple[int, dict[str, Any]]:
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        status, answer, _ = await self.send(path, body, headers=sign(body, message_id))
        return status, answer


def sign(body: bytes, message_id: str = "msg_1", at_s: int = AT_S) -> dict[str, str]:
    digest = hmac.digest(KEY, f"{message_id}.{at_s}.".encode() + body, "sha256")
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def sign_as_zoom(body: bytes, at_s: int = AT_S) -> dict[str, str]:
    told = hmac.new(ZOOM_KEY, b"v0:%d:%s" % (at_s, body), "sha256").hexdigest()
    return {
        "content-type": "application/json",
        "x-zm-signature": f"v0={told}",
        "x-zm-request-timestamp": str(at_s),
    }


def source(folder: Path, name: str, **table: Any) -> HookSource:
    for field, text in list(table.items()):
        if field.endswith("_file"):
            (folder / f"{name}-{field}").write_text(text)
            table[field] = str(folder / f"{name}-{field}")
    settings = msgspec.convert({"name": name, "kind": "pbx-webhook", **table}, Settings)
    assert KIND.check(settings) == []
    return HookSource(settings)


@pytest.fixture(params=[False, True], ids=["raw bodies", "bodies inflated by the server"])
async def door(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    secret = "whsec_" + base64.b64encode(KEY).decode()
    sources = [
        source(tmp_path, "main", secret_file=secret),
        source(tmp_path, "token", bearer_file=TOKEN, path_token_file=PATH_TOKEN),
        source(tmp_path, "drops", bearer_file=TOKEN, sender_drops_on_4xx=True),
        source(tmp_path, "vendor", bearer_file=TOKEN, ok_body='{"code":0,"msg":"ok"}'),
    ]
    sources.append(source(tmp_path, "zoom", secret_file=ZOOM_KEY.decode(), signature=ZOOM))
    intake = MemoryIntake(AT_S * 1_000_000)
    wall = WallClock()
    app = web.Application()
    hooks = add_hook_routes(app, {one.name: one for one in sources}, intake, wall_s=wall)
    runner = web.AppRunner(app, auto_decompress=request.param)
    await runner.setup()
    await Doorway(runner, hooks, "127.0.0.1", 0, goodbye_s=1.0).start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        yield Door(f"http://127.0.0.1:{port}", http, intake, wall, hooks, port, runner, request.param)
    await runner.cleanup()
