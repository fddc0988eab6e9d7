"""Recordings in and out: POST /api/call-upload as rdio-scanner's uploaders know it, and the clips to listen to."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import structlog
from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from adapters.errors import Overloaded, StoreError
from adapters.recordings import Recorder, Refused, from_form
from gateway.access.rights import Right
from gateway.web.access.guard import UPLOAD_PATH, WHO, check_guesses, guessed_wrong
from gateway.web.access.needs import Door, needs
from gateway.web.access.noting import note
from gateway.web.door.handed_over import at_work
from gateway.web.problems import Problem
from gateway.web.services import SERVICES
from rules.moments import us_of

_UPLOAD_S: Final = 60.0
_AT_ONCE_MAX: Final = 64
_WHOLE_AT_ONCE: Final = 4  # the key may stand behind the audio: so many of the longest are held before they are proven
_FIELD_BYTES_MAX: Final = 64 * 1024
_FIELDS_MAX: Final = 64

log = structlog.get_logger()


class _NotTaken(Exception):
    """The answer to an upload that fails."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        super().__init__(words)


class Recordings:
    """All sources of kind "recordings"."""

    def __init__(self, recorders: Sequence[Recorder]) -> None:
        self._recorders = recorders
        self._audio_bytes_max = max((r.settings.clip_bytes_max for r in self._recorders), default=0)
        self._room = asyncio.Semaphore(_AT_ONCE_MAX)
        self._held = _Held(self._audio_bytes_max * _WHOLE_AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(UPLOAD_PATH, self.upload),
            web.get("/api/v1/recordings/{id}", self.play),
        ]

    @needs(Door.OWN_PROOF)
    async def upload(self, request: web.Request) -> web.Response:
        """Plain text and the statuses of rdio-scanner (server/api.go): uploaders look at both."""
        check_guesses(request)
        if self._room.locked():
            return _said(503, "Too many uploads at once, come again.", retry=True)
        async with self._room:
            form = _Form(self._held, self._audio_bytes_max)
            try:
                async with asyncio.timeout(_UPLOAD_S):
                    await form.read(request)
                at_work(request)
                await self._take(request, form.fields, form.audio)
            except TimeoutError:
                return _said(408, f"The upload took longer than {_UPLOAD_S:g} s.")
            except _NotTaken as refusal:
                return _said(refusal.status, str(refusal), retry=refusal.status == 503)
            finally:
                form.drop()
        return _said(200, "Call imported successfully.")

    async def _take(self, request: web.Request, fields: dict[str, str], audio: bytes) -> None:
        recorder = next((r for r in self._recorders if r.knows(fields.get("key", ""))), None)
        if recorder is None:
            guessed_wrong(request)
            named = f"system {fields.get('system', '')[:32]} talkgroup {fields.get('talkgroup', '')[:32]}"
            raise _NotTaken(401, f"Invalid API key for {named}.")
        try:
            about = from_form(fields)
        except ValueError as error:
            raise _NotTaken(417, f"Incomplete call data: {error}") from error
        if not audio:
            raise _NotTaken(417, "Incomplete call data: no audio")
        try:
            await recorder.take(audio, about)
        except Refused as refusal:
            log.warning("recording refused", source=recorder.name, reason=str(refusal))
            raise _NotTaken(417, f"The audio is not taken: {refusal}.") from refusal
        except (Overloaded, StoreError, OSError) as error:
            log.warning("recording not kept", source=recorder.name, reason=str(error))
            raise _NotTaken(503, "The recording could not be kept, come again.") from error

    @needs(Right.RECORDINGS)
    async def play(self, request: web.Request) -> web.StreamResponse:
        for recorder in self._recorders:
            path = recorder.shelf.path(request.match_info["id"])
            if path is not None and await asyncio.to_thread(path.is_file):
                await self._check_sites(request, recorder)
                await note(request, "recording_played", request.match_info["id"], once=True)
                return web.FileResponse(path, headers={"Content-Type": "audio/wav"})
        raise _no_recording()

    async def _check_sites(self, request: web.Request, recorder: Recorder) -> None:
        """A clip is of the site of its record; one that fits none, of that of its recorder's channel."""
        if request[WHO].sites is None:
            return
        clip = request.match_info["id"]
        day_us = us_of(datetime.strptime(clip[:8], "%Y%m%d").replace(tzinfo=UTC))
        place = await request.app[SERVICES].store.place_of_recording(clip, day_us)
        found = {"channel": recorder.settings.channel_name} if place is None else place._asdict()
        if not request[WHO].sight.sees(request.app[SERVICES].pipeline.state.rules, found):
            raise _no_recording()


class _Held:
    """What all uploads under way hold in memory."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes = 0
        self.bytes_max = bytes_max


class _Form:
    """One upload, read part by part and bounded meanwhile: what a header says of a length proves nothing."""

    def __init__(self, held: _Held, audio_bytes_max: int) -> None:
        self.fields: dict[str, str] = {}
        self.audio = b""
        self._held = held
        self._held_here = 0
        self._audio_bytes_max = audio_bytes_max

    async def read(self, request: web.Request) -> None:
        if request.content_type != "multipart/form-data":
            raise _NotTaken(400, "Not a multipart content")
        if (request.content_length or 0) > self._audio_bytes_max + _FIELDS_MAX * _FIELD_BYTES_MAX:
            raise _NotTaken(413, f"audio has more than {self._audio_bytes_max} bytes")
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader) or len(self.fields) >= _FIELDS_MAX:
                    raise _NotTaken(417, "multipart: too many or nested parts")
                if part.name == "audio":
                    self.audio = await self._part(part, self._audio_bytes_max)
                elif part.name:
                    self.fields[part.name] = (await self._part(part, _FIELD_BYTES_MAX)).decode("utf-8", "replace")
        except (ValueError, AssertionError, HttpProcessingError, web.RequestPayloadError) as error:
            raise _NotTaken(417, f"multipart: {str(error) or 'broken'}") from error

    def drop(self) -> None:
        self._held.bytes -= self._held_here

    async def _part(self, part: BodyPartReader, bytes_max: int) -> bytes:
        read = bytearray()
        while chunk := await part.read_chunk(64 * 1024):
            read += chunk
            self._held_here += len(chunk)
            self._held.bytes += len(chunk)
            if len(read) > bytes_max:
                raise _NotTaken(413, f"{part.name} has more than {bytes_max} bytes")
            if self._held.bytes > self._held.bytes_max + _FIELD_BYTES_MAX:
                raise _NotTaken(503, "Too many uploads at once, come again.")
        return bytes(read)


def _no_recording() -> Problem:
    return Problem(404, "No such recording", detail="It was thrown away after keep_days, or never was.")


def _said(status: int, words: str, *, retry: bool = False) -> web.Response:
    return web.Response(status=status, text=f"{words}\n", headers={"Retry-After": "5"} if retry else {})
