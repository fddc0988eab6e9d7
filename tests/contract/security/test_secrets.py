"""Secrets are planted, things go wrong on purpose, then all that the gateway wrote or says is searched for them."""

import ast
import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.security.conftest import UPLOAD_KEY
from tests.fixtures.gateway import RunningGateway, running_gateway
from tests.fixtures.provider import SECRET, identity_provider

ROOT = Path(__file__).parents[3]
PASSWORDS = ("planted-mqtt-password", "planted-ami-secret", "planted-password-in-the-environment")
OWN, MISTYPED = "planted password of an account", "planted password that is wrong"
APPRISE = "planted-apprise-password"
ACCESS = ("accounts", "tokens", "sessions", "audit")
FILES = {
    "mqtt.txt": PASSWORDS[0],
    "ami.txt": PASSWORDS[1],
    "office.txt": "whsec_cGxhbnRlZC1vZmZpY2Utc2VjcmV0LTAxMjM0NTY3",
    "apprise.txt": f"json://planted-user:{APPRISE}@127.0.0.1:9/",
    "calls.txt": "planted-secret-of-calls",
    "oidc.txt": SECRET,
}
MORE = """
[[source]]
name = "recorder"
kind = "recordings"
key_file = "upload-key.txt"

[[source]]
name = "pbx"
kind = "asterisk-ami"
host = "127.0.0.1"
port = 9
username = "hotline"
secret_file = "ami.txt"

[[notifier]]
name = "desk"
kind = "mqtt"
url = "mqtt://127.0.0.1:9"
username = "desk"
password_file = "mqtt.txt"

[[notifier]]
name = "phone"
kind = "mqtt"
url = "mqtt://127.0.0.1:9"
username = "desk"
password_env = "HOTLINE_TEST_PASSWORD"

[[notifier]]
name = "office"
kind = "webhook"
url = "http://127.0.0.1:9/alerts"
secret_file = "office.txt"
allow_private = true

[[notifier]]
name = "mail"
kind = "apprise"
url_file = "apprise.txt"

[[notifier]]
name = "telephone"
kind = "asterisk-call"
host = "127.0.0.1"
port = 9
username = "calls"
secret_file = "calls.txt"
number = "PJSIP/8001"

[oidc]
issuer = "ISSUER"
client_id = "hotline"
client_secret_file = "oidc.txt"
roles = { hotline-desk = "operator" }
"""


@pytest.fixture
def folder(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(f"{text}\n")
        (folder / name).chmod(0o600)
    return folder


def planted(gateway: RunningGateway) -> dict[str, bytes]:
    told = {f"password {n}": text for n, text in enumerate(PASSWORDS)}
    told |= {"token": gateway.token, "hook secret": gateway.hook_secret, "upload key": UPLOAD_KEY}
    told |= FILES | {"apprise.txt": APPRISE, "own password": OWN, "mistyped password": MISTYPED}
    told |= {f"{name} without its prefix": text.removeprefix("whsec_") for name, text in told.items()}
    return {name: text.encode() for name, text in told.items()}


def assert_holds_none(where: str, text: bytes, secrets: dict[str, bytes]) -> None:
    assert not [name for name, secret in secrets.items() if secret in text], where


def search(folder: Path, secrets: dict[str, bytes]) -> None:
    homes = {"token.txt", "hook-secret.txt", "upload-key.txt", *FILES}
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in homes:
            lines = path.read_bytes().splitlines()
            kept = [line for line in lines if not line.startswith(b"First start: made the API token ")]  # as promised
            assert_holds_none(str(path), b"\n".join(kept), secrets)


def command_line(gateway: RunningGateway) -> bytes:
    assert gateway.process is not None
    return Path(f"/proc/{gateway.process.pid}/cmdline").read_bytes()


async def test_no_secret_is_written_or_told_anywhere(folder: Path) -> None:
    os.environ["HOTLINE_TEST_PASSWORD"] = PASSWORDS[2]
    try:
        async with identity_provider() as provider:
            more = MORE.replace("ISSUER", provider.issuer)
            async with running_gateway(folder, itself='public_url = "http://desk.example"', more=more) as gateway:
                made = await come_in(gateway)
                await alert_everybody(gateway)
                await use_everything(gateway)
        await asyncio.to_thread(print_it, folder, planted(gateway))
    finally:
        del os.environ["HOTLINE_TEST_PASSWORD"]
    search(folder, planted(gateway) | made)


async def come_in(gateway: RunningGateway) -> dict[str, bytes]:
    """By the provider, by name and password, by a token. The secrets made for it, which their maker is told once."""
    account = await asked(gateway, "accounts", {"name": "chen", "roles": ["operator"]})
    token = await asked(gateway, "tokens", {"name": "script", "scopes": ["see"], "expires_at": "2099-01-01T00:00:00Z"})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{gateway.url}/login/oidc", allow_redirects=False) as led:
            away = led.headers["location"]
        async with gateway.http.get(away, allow_redirects=False) as led:
            back = led.headers["location"].replace("http://desk.example", gateway.url)
        async with browser.get(back) as answer:
            assert answer.status == 200
    jar, headers = aiohttp.CookieJar(unsafe=True), {"origin": gateway.url}
    async with aiohttp.ClientSession(cookie_jar=jar, headers=headers) as browser:
        for password, status in ((MISTYPED, 401), (account["first_password"], 303)):
            login = {"name": "chen", "password": password}
            async with browser.post(f"{gateway.url}/login", data=login, allow_redirects=False) as answer:
                assert answer.status == status
        change = {"old": account["first_password"], "new": OWN, "again": OWN}
        async with browser.post(f"{gateway.url}/account/password", data=change, allow_redirects=False) as answer:
            assert answer.status == 303
    bearer = {"authorization": f"Bearer {token['token']}"}
    async with gateway.http.get(f"{gateway.url}/api/v1/incidents", headers=bearer) as answer:
        assert answer.status == 200
    return {"first password": account["first_password"].encode(), "token of a program": token["token"].encode()}


async def asked(gateway: RunningGateway, path: str, body: dict[str, Any]) -> Any:
    headers = {"authorization": f"Bearer {gateway.token}"}
    async with gateway.http.post(f"{gateway.url}/api/v1/{path}", json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def alert_everybody(gateway: RunningGateway) -> None:
    """No receiver is there: each delivery fails, and is told so."""
    to = [f"notifier:{name}" for name in ("desk", "phone", "office", "mail", "telephone")]
    begun = await asked(gateway, "test-alerts", {"to": to, "by": "wang"})
    async with asyncio.timeout(60):
        while True:
            items = (await gateway.api("alerts", limit="10"))["items"]
            receivers = next(one["receivers"] for one in items if one["id"] == begun["alert"])
            if all(one["error"] for one in receivers):
                return
            await asyncio.sleep(0.05)


def print_it(folder: Path, secrets: dict[str, bytes]) -> None:
    for command in ("check-config", "show-config"):
        words = [sys.executable, "-m", "gateway", command, "--config", str(folder / "gateway.toml")]
        ended = subprocess.run(words, capture_output=True, check=False)  # noqa: S603 - ours
        assert ended.returncode == 0, ended.stderr
        assert_holds_none(command, ended.stdout + ended.stderr, secrets)


async def use_everything(gateway: RunningGateway) -> None:
    secrets = planted(gateway)
    headers = {"authorization": f"Bearer {gateway.token}"}
    for call in ("A", "B"):
        await gateway.post({"event": "delivered", "call": call})
    await gateway.post({"event": "no such thing"})
    form = {"key": UPLOAD_KEY, "system": "1", "talkgroup": "1", "audio": "no audio"}
    async with gateway.http.post(f"{gateway.url}/api/call-upload", data=form) as answer:
        await answer.read()
    login = {"token": gateway.token, "by": "desk"}
    async with gateway.http.post(f"{gateway.url}/login", data=login, allow_redirects=False) as answer:
        assert answer.status == 303
    unsigned = {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1," + gateway.hook_secret}
    async with gateway.http.post(f"{gateway.url}/hooks/pbx/main", data=b"{}", headers=unsigned) as answer:
        assert_holds_none("the answer to a forged hook", await answer.read(), secrets)
    for path in ("sources", "notifiers", "rules", "alerts", "incidents", "unparsed", "openapi.json", *ACCESS):
        async with gateway.http.get(f"{gateway.url}/api/v1/{path}", headers=headers) as answer:
            assert_holds_none(path, await answer.read(), secrets)
    for path in ("/metrics", "/", "/login", "/readyz", "/healthz"):
        async with gateway.http.get(gateway.url + path, headers=headers) as answer:
            assert_holds_none(path, await answer.read(), secrets)
    assert_holds_none("its command line", command_line(gateway), secrets)
    assert gateway.process is not None
    gateway.process.send_signal(signal.SIGHUP)
    await gateway.until_ready()


def test_a_crash_tells_where_and_not_what_was_in_hand(tmp_path: Path) -> None:
    """Neither the log's tracebacks nor Python's own at the end show the values of variables."""
    program = (
        "import sys, structlog\n"
        "from gateway import logs\n"
        "def check(secret, wanted):\n"
        "    raise ValueError('no')\n"
        "logs.configure(sys.argv[1])\n"
        "held = sys.stdin.read()\n"
        "try:\n"
        "    check(held, 1)\n"
        "except ValueError:\n"
        "    structlog.get_logger().exception('failed')\n"
        "check(held, 2)\n"
    )
    for mode in ("text", "json"):
        command = [sys.executable, "-c", program, mode]
        ended = subprocess.run(command, input=PASSWORDS[0], capture_output=True, text=True, check=False)  # noqa: S603 - ours
        said = ended.stdout + ended.stderr
        assert ended.returncode == 1
        assert said.count("ValueError") == 2
        assert PASSWORDS[0] not in said


def test_no_command_is_given_to_a_shell() -> None:
    """Programs are named by fixed words, their arguments are a list (ASVS 1.2.5)."""
    found = []
    for package in ("rules", "adapters", "gateway"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text("utf-8")
            if not re.search(r"shell|system|popen|eval|exec", text):
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    shell = any(word.arg == "shell" for word in node.keywords)
                    if shell or name in {"system", "popen", "eval", "exec", "create_subprocess_shell"}:
                        found.append(f"{path}:{node.lineno} {name}")
    assert not found
