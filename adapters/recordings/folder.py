"""A recorder's output folder: each finished file is taken once, then put aside, with the reason if it was refused."""

import asyncio
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import structlog

from adapters.errors import Overloaded, StoreError
from adapters.recordings.about import About, from_name, from_trunk_recorder
from adapters.recordings.refused import Refused

if TYPE_CHECKING:
    from adapters.recordings.recorder import Recorder

LOOK_EVERY_S = 1.0
STILL_S = 2.0  # untouched for so long: the recorder has finished writing
_SIDECAR_BYTES_MAX = 1 << 20
_AUDIO = frozenset({".wav", ".mp3", ".m4a", ".mp4", ".ogg", ".opus", ".flac", ".aac", ".amr", ".spx"})

log = structlog.get_logger()


class _Seen(NamedTuple):
    size: int
    mtime_ns: int


async def watch(recorder: "Recorder", folder: Path) -> None:
    """For ever. What cannot be taken now (a store that is down) stays where it is, and is tried again."""
    seen: dict[Path, _Seen] = {}
    complained = ""
    while True:
        try:
            seen, finished = await asyncio.to_thread(_look, folder, seen)
            for path in finished:
                await _take(recorder, folder, path)
            complained = ""
        except (OSError, StoreError, Overloaded) as error:
            if complained != str(error):
                complained = str(error)
                log.warning("recordings wait", source=recorder.name, folder=str(folder), reason=complained)
        await asyncio.sleep(LOOK_EVERY_S)


def _look(folder: Path, before: dict[Path, _Seen]) -> tuple[dict[Path, _Seen], list[Path]]:
    """Only plain files: no link out of the folder is followed."""
    now: dict[Path, _Seen] = {}
    finished = []
    still_ns = time.time_ns() - int(STILL_S * 1e9)
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in _AUDIO or path.name.startswith("."):
            continue
        state = path.lstat()
        if not stat.S_ISREG(state.st_mode):
            continue
        now[path] = _Seen(state.st_size, state.st_mtime_ns)
        if before.get(path) == now[path] and state.st_mtime_ns <= still_ns:
            finished.append(path)
    return now, finished


async def _take(recorder: "Recorder", folder: Path, path: Path) -> None:
    try:
        about, audio, ended_us = await asyncio.to_thread(_read, recorder, path)
        await recorder.take(audio, about, ended_us=ended_us)
    except Refused as refusal:
        log.warning("recording refused", source=recorder.name, file=path.name, reason=str(refusal))
        await asyncio.to_thread(_refuse, folder / "refused", path, str(refusal))
    else:
        await asyncio.to_thread(_put_aside, folder / "taken", path)


def _read(recorder: "Recorder", path: Path) -> tuple[About, bytes, int]:
    """What is known of it, its bytes, and when it was last written."""
    state = path.stat()
    if state.st_size > recorder.settings.clip_bytes_max:
        raise Refused(f"it has more than {recorder.settings.clip_bytes_max} bytes")
    return _about(recorder, path), path.read_bytes(), state.st_mtime_ns // 1_000


def _about(recorder: "Recorder", path: Path) -> About:
    sidecar = path.with_suffix(".json")
    if sidecar.is_file() and not sidecar.is_symlink() and sidecar.stat().st_size <= _SIDECAR_BYTES_MAX:
        try:
            return from_trunk_recorder(sidecar.read_bytes())
        except ValueError as error:
            log.warning("sidecar not read", source=recorder.name, file=sidecar.name, reason=str(error))
    return from_name(path.stem, recorder.settings.name_pattern, recorder.zone)


def _refuse(folder: Path, path: Path, reason: str) -> None:
    """The whole reason is there before the file is: who finds the one can read the other."""
    folder.mkdir(exist_ok=True)
    unfinished = folder / f".{path.name}.part"
    unfinished.write_text(f"{reason}\n", encoding="utf-8")
    unfinished.replace(folder / f"{path.name}.txt")
    _put_aside(folder, path)


def _put_aside(folder: Path, path: Path) -> None:
    folder.mkdir(exist_ok=True)
    sidecar = path.with_suffix(".json")
    if sidecar.is_file():
        sidecar.replace(folder / sidecar.name)
    path.replace(folder / path.name)
