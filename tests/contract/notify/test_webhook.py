"""The webhook notifier against a real HTTP receiver, also a failing one, and against addresses it must not reach."""

import asyncio
import contextlib
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import Webhook

from adapters.notify.webhook import KIND, Settings, check, make
from adapters.notify.webhook.addresses import is_public
from adapters.notify.webhook.notifier import WebhookNotifier, retry_after_s, signature, verdict
from adapters.pbx.webhook.signature import signing_key
from adapters.ports import Delivered, Rejected, Retry

SECRET = "whsec_" + b64encode(b"s" * 32).decode()
OTHER = "whsec_" + b64encode(b"t" * 32).decode()
ALERT = {"rule": "three_rings", "key": "k1", "text": {"zh": "三声未接", "en": "not answered"}}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
def secret_file(tmp_path: Path) -> str:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET + "\n")
    return str(path)


@asynccontextmanager
async def receiving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/alerts", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/alerts"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def notifying(url: str, secret_file: str, **settings: Any) -> AsyncIterator[WebhookNotifier]:
    made = make(
        Settings(name="erp", kind="webhook", url=url, secret_file=secret_file, **{"allow_private": True} | settings),
        "riverside",
        Path(),
    )
    task = asyncio.create_task(made.run(lambda _state, _reason: None))
    await asyncio.sleep(0)
    try:
        yield made
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_an_alert_arrives_signed_as_the_standard_s_own_library_verifies(secret_file: str) -> None:
    got: list[tuple[dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        got.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response(status=204)

    async with receiving(take) as url, notifying(url, secret_file) as notifier:
        assert await notifier.send(ALERT, "k1") == Delivered()
    headers, body = got[0]
    assert Webhook(SECRET).verify(body, headers) == ALERT
    assert headers["webhook-id"] == "k1"
    assert json.loads(body) == ALERT


async def test_with_two_secrets_either_verifies(tmp_path: Path) -> None:
    keys = [signing_key(line.encode()) for line in (SECRET, OTHER)]
    stamp = int(datetime.now(UTC).timestamp())
    headers = {
        "webhook-id": "k1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature(keys, "k1", stamp, b"{}"),
    }
    assert Webhook(SECRET).verify("{}", headers) == Webhook(OTHER).verify("{}", headers) == {}


def test_the_signature_is_that_of_the_published_vector() -> None:
    key = signing_key(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert signature([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {}, Delivered()),
        (202, {}, Delivered()),
        (500, {}, Retry("server_error")),
        (502, {}, Retry("server_error")),
        (408, {}, Retry("server_error")),
        (425, {}, Retry("server_error")),
        (429, {"retry-after": "7"}, Retry("throttled", 7.0)),
        (503, {"retry-after": "3"}, Retry("server_error", 3.0)),
        (503, {}, Retry("server_error")),
        (400, {}, Rejected("refused")),
        (401, {}, Rejected("refused")),
        (410, {}, Rejected("refused")),
        (413, {}, Rejected("too_large")),
        (302, {"location": "http://127.0.0.1/"}, Retry("refused")),
    ],
)
async def test_what_each_answer_means(secret_file: str, status: int, headers: dict[str, str], expected: object) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers)

    async with receiving(answer) as url, notifying(url, secret_file) as notifier:
        assert await notifier.send(ALERT, "k1") == expected
    assert verdict(status, headers) == expected


async def test_a_redirect_is_not_followed(secret_file: str) -> None:
    visited = []

    async def inside(_: web.Request) -> web.Response:
        visited.append("inside")
        return web.Response()

    async with receiving(inside) as target:

        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=307, headers={"location": target})

        async with receiving(answer) as url, notifying(url, secret_file) as notifier:
            assert isinstance(await notifier.send(ALERT, "k1"), Retry)
    assert visited == []


async def test_a_receiver_that_does_not_answer_is_a_time_out(secret_file: str) -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.get_running_loop().create_future()
        return web.Response()

    async with receiving(hang) as url, notifying(url, secret_file) as notifier:
        notifier.answer_s = 0.1
        assert await notifier.send(ALERT, "k1") == Retry("timeout")


async def test_an_endless_body_is_not_read(secret_file: str) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65_536)
        return response

    async with receiving(endless) as url, notifying(url, secret_file) as notifier, asyncio.timeout(60):
        assert await notifier.send(ALERT, "k1") == Delivered()


async def test_a_connection_that_is_reset_is_tried_again(secret_file: str) -> None:
    async def reset(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with receiving(reset) as url, notifying(url, secret_file) as notifier:
        assert await notifier.send(ALERT, "k1") == Retry("unreachable")


async def test_a_receiver_that_is_not_there_is_unreachable(secret_file: str, free_port: Callable[[], int]) -> None:
    async with notifying(f"http://127.0.0.1:{free_port()}/alerts", secret_file) as notifier:
        assert await notifier.send(ALERT, "k1") == Retry("unreachable")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_loopback_is_not_reached_by_any_spelling(secret_file: str, host: str) -> None:
    visited = []

    async def take(_: web.Request) -> web.Response:
        visited.append(host)
        return web.Response()

    async with receiving(take) as url:
        port = url.rsplit(":", 1)[1]
        async with notifying(f"http://{host}:{port}", secret_file, allow_private=False) as notifier:
            assert await notifier.send(ALERT, "k1") in {Rejected("blocked_address"), Retry("unreachable")}
    assert visited == []


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "64:ff9b::808:808"])
def test_public_addresses_may_be_reached(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "localhost",
        "",
    ],
)
def test_all_others_may_not(address: str) -> None:
    assert not is_public(address)


def test_retry_after_may_be_a_date_and_is_bounded() -> None:
    assert 50 < (retry_after_s(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)) or 0) <= 60
    assert retry_after_s("100000") == 900.0
    assert retry_after_s("soon") is None
    assert retry_after_s("") is None


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"url": "ftp://example.org"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://user:pw@example.org"}, "url"),
        ({"url": "http://127.0.0.1/x"}, "url"),
        ({"url": "http://[::1]/x"}, "url"),
        ({"url": "https://example.org", "secret_file": "nowhere.txt"}, "secret_file"),
        ({"url": "https://example.org", "secret_file": ""}, "secret_file"),
    ],
)
def test_what_is_wrong_with_the_settings_is_named(secret_file: str, settings: dict[str, str], key: str) -> None:
    problems = check(Settings(**{"name": "erp", "kind": "webhook", "secret_file": secret_file} | settings))  # type: ignore[arg-type]
    assert [problem.key for problem in problems] == [key]
    assert "pw" not in problems[0].value


def test_good_settings_have_no_problem(secret_file: str) -> None:
    good = Settings(name="erp", kind="webhook", url="https://example.org/alerts", secret_file=secret_file)
    assert KIND.check(good) == []
