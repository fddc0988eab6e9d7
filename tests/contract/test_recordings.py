"""Recordings on the running service: uploaded, dropped into the folder, listened to."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fixtures.audio import wav
from tests.fixtures.gateway import RunningGateway, running_gateway

KEY = "0123456789abcdef0123"
MORE = """
[[source]]
name = "recorder"
kind = "recordings"
key_file = "upload-key.txt"
watch_folder = "inbox"
clip_bytes_max = 200000
[source.channels]
1201 = "CH1"
"""


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[RunningGateway]:
    (tmp_path / "upload-key.txt").write_text(f"{KEY}\n")
    (tmp_path / "upload-key.txt").chmod(0o600)
    (tmp_path / "inbox").mkdir()
    async with running_gateway(tmp_path, more=MORE) as gateway:
        yield gateway


async def upload(gateway: RunningGateway, audio: bytes | None, **fields: str) -> tuple[int, str]:
    form = aiohttp.FormData(default_to_multipart=True)
    if audio is not None:
        form.add_field("audio", audio, filename="clip.wav", content_type="application/octet-stream")
    told = {"key": KEY, "system": "1", "talkgroup": "1201", "dateTime": str(int(time.time()))} | fields
    for name, value in told.items():
        form.add_field(name, value)
    async with gateway.http.post(f"{gateway.url}/api/call-upload", data=form) as answer:
        return answer.status, await answer.text()


def kept(gateway: RunningGateway) -> list[str]:
    return sorted(path.stem for path in (gateway.folder / "recordings").rglob("*.wav"))


async def play(gateway: RunningGateway, recording: str, **headers: str) -> tuple[int, bytes]:
    signed = {"authorization": f"Bearer {gateway.token}"} | headers
    async with gateway.http.get(f"{gateway.url}/api/v1/recordings/{recording}", headers=signed) as answer:
        return answer.status, await answer.read()


async def test_an_uploaded_recording_is_kept_once_and_can_be_listened_to(gateway: RunningGateway) -> None:
    audio = wav([(0.5, 0), (1, 0.2)])
    for _ in range(2):
        assert await upload(gateway, audio) == (200, "Call imported successfully.\n")
    (recording,) = kept(gateway)
    status, clip = await play(gateway, recording)
    assert (status, clip[:4]) == (200, b"RIFF")
    assert await play(gateway, recording, range="bytes=0-3") == (206, b"RIFF")
    async with gateway.http.get(f"{gateway.url}/api/v1/recordings/{recording}") as answer:
        assert answer.status == 401


async def test_an_upload_that_is_not_taken_is_told_why(gateway: RunningGateway) -> None:
    cases: list[tuple[bytes | None, dict[str, str], int, str]] = [
        (b"RIFF....WAVE", {}, 417, "not taken: a broken WAV"),
        (None, {}, 417, "Incomplete call data: no audio"),
        (None, {"talkgroup": ""}, 417, "Incomplete call data: no talkgroup"),
        (wav([(1, 0.1)]), {"key": "guessed-guessed-guessed"}, 401, "Invalid API key for system 1 talkgroup 1201."),
        (wav([(1, 0.1)]), {"dateTime": "99999999999"}, 417, "time is not believable"),
        (wav([(1, 0.1)]), {"dateTime": "1"}, 417, "more than keep_days = 90 ago: set the recorder's clock"),
        (bytes(200_001), {}, 413, "more than 200000 bytes"),
        (wav([(0.1, 0.1)]), {"meta": "x" * 70_000}, 413, "meta has more than"),
    ]
    for audio, fields, status, words in cases:
        answered, said = await upload(gateway, audio, **fields)
        assert (answered, words in said) == (status, True), said
    assert kept(gateway) == []


async def test_a_broken_form_is_an_answer_not_an_error(gateway: RunningGateway) -> None:
    bodies = [b"", b"--x\r\n", b"nonsense", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n"]
    types = ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "multipart/mixed"]
    for body, content_type in product(bodies, types):
        headers = {"content-type": content_type}
        async with gateway.http.post(f"{gateway.url}/api/call-upload", data=body, headers=headers) as answer:
            assert answer.status in {400, 401, 417}, await answer.text()


async def test_a_finished_file_in_the_folder_is_taken_and_a_bad_one_put_aside_with_the_reason(
    gateway: RunningGateway,
) -> None:
    inbox = gateway.folder / "inbox"
    ago = time.time() - 10
    recorded = datetime.now(UTC) - timedelta(days=2)
    name = f"{recorded:%Y%m%d_%H%M%S}.wav"
    contents: dict[str, Any] = {
        name: wav([(1, 0.2)]),
        "noise.wav": b"RIFF....WAVE",
        "huge.wav": bytes(200_001),
        "secret.txt": b"not a recording",
    }
    for file, content in contents.items():
        (inbox / file).write_bytes(content)
        os.utime(inbox / file, (ago, ago))
    (inbox / "out.wav").symlink_to("/etc/hostname")
    refused = inbox / "refused"
    async with asyncio.timeout(60):
        while not all(path.exists() for path in [inbox / "taken" / name, refused / "noise.wav", refused / "huge.wav"]):
            await gateway.api("sources")
    assert len(kept(gateway)) == 1
    assert "broken WAV" in (refused / "noise.wav.txt").read_text()
    assert "more than 200000 bytes" in (refused / "huge.wav.txt").read_text()
    assert sorted(path.name for path in inbox.iterdir()) == ["out.wav", "refused", "secret.txt", "taken"]
