"""Secrets are exchanged by SIGHUP, without a restart and without a gap; bad ones leave the old ones in force."""

import base64
import os

import aiohttp

from tests.contract.security.conftest import UPLOAD_KEY
from tests.fixtures.gateway import RunningGateway, reload

NEW_KEY = "another-upload-key-of-24"
NEW_TOKEN = "another-token-of-more-than-24-letters"


async def test_new_secrets_hold_after_a_reload_and_the_old_ones_no_more(gateway: RunningGateway) -> None:
    old_secret, old_token = gateway.hook_secret, gateway.token
    gateway.hook_secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    (gateway.folder / "hook-secret.txt").write_text(f"{old_secret}\n{gateway.hook_secret}\n")
    await reload(gateway, said="secrets exchanged")
    assert await posts(gateway, gateway.hook_secret) == 200
    assert await posts(gateway, old_secret) == 200
    (gateway.folder / "hook-secret.txt").write_text(f"{gateway.hook_secret}\n")
    (gateway.folder / "token.txt").write_text(f"{NEW_TOKEN}\n")
    (gateway.folder / "upload-key.txt").write_text(f"{NEW_KEY}\n")
    await reload(gateway, said="rules in force")
    assert (await posts(gateway, old_secret), await posts(gateway, gateway.hook_secret)) == (401, 200)
    assert (await asks(gateway, old_token), await asks(gateway, NEW_TOKEN)) == (401, 200)
    assert (await uploads(gateway, UPLOAD_KEY), await uploads(gateway, NEW_KEY)) == (False, True)
    log = (gateway.folder / "gateway.log").read_text()
    assert not [word for word in (gateway.hook_secret, NEW_TOKEN, NEW_KEY, old_secret) if word in log]


async def test_bad_new_secrets_are_said_and_the_old_ones_go_on(gateway: RunningGateway) -> None:
    old_token = gateway.token
    (gateway.folder / "hook-secret.txt").write_text("whsec_no-base64!\n")
    await reload(gateway, said="configuration not taken")
    assert await posts(gateway, gateway.hook_secret) == 200
    (gateway.folder / "hook-secret.txt").write_text(f"{gateway.hook_secret}\n")
    (gateway.folder / "token.txt").write_text("\n")
    await reload(gateway, said="secrets not taken")
    assert await asks(gateway, old_token) == 200


async def posts(gateway: RunningGateway, secret: str) -> int:
    kept, gateway.hook_secret = gateway.hook_secret, secret
    try:
        return (await gateway.post({"event": "delivered", "call": "c"}))[0]
    finally:
        gateway.hook_secret = kept


async def asks(gateway: RunningGateway, token: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    async with gateway.http.get(f"{gateway.url}/api/v1/sources", headers=headers) as answer:
        return answer.status


async def uploads(gateway: RunningGateway, key: str) -> bool:
    """Whether the key is known; what is no audio is refused for that."""
    form = aiohttp.FormData({"key": key, "system": "1", "talkgroup": "1", "dateTime": "1795219750"})
    form.add_field("audio", b"no audio", filename="clip.wav", content_type="audio/wav")
    async with gateway.http.post(f"{gateway.url}/api/call-upload", data=form) as answer:
        return answer.status != 401
