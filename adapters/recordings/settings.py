"""The [[source]] table of kind "recordings", and what can be wrong with it."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from adapters.kinds import Problem, SourceSettings
from adapters.paths import is_folder
from adapters.secrets import read_secret
from rules.settings import SourceRules

DEFAULT_ZONE = "Asia/Shanghai"
KEY_CHARS_MIN = 16
_GROUPS = {"date", "time", "channel", "talkgroup", "unit"}


class Settings(SourceSettings, kw_only=True, forbid_unknown_fields=True):
    """Clips come by upload (POST /api/call-upload, where a key is given), from a watched folder, or both."""

    key_file: str | None = None  # one or two lines: the keys that uploaders send in the form field `key`
    key_env: str | None = None
    watch_folder: str | None = None  # a recorder's output; what was taken moves to taken/ in it, the rest to refused/
    store_folder: str = "recordings"  # where the clips are kept
    channel: str = ""  # of clips that name none; "": the source's name
    channels: dict[str, str] = msgspec.field(default_factory=dict)  # talkgroup, system or folder → our channel
    # How the recorder names its files; groups: date (20261121), time (101530), channel, talkgroup, unit.
    name_pattern: str = r"(?P<date>\d{8})[_-]?(?P<time>\d{6})"
    keep_days: int = 90
    clip_bytes_max: int = 20 * 1024 * 1024
    clip_seconds_max: int = 1800
    silence_dbfs: float = -45.0  # what is quieter counts as silence and is cut off at both ends

    @property
    def channel_name(self) -> str:
        return self.channel or self.name

    def keys(self) -> list[bytes]:
        """Raises OSError or KeyError as read_secret does."""
        return read_secret(self.key_file, self.key_env)


def check(settings: Settings) -> list[Problem]:
    problems = _check_ways_in(settings)
    limits = (
        ("keep_days", 1, 36_500),
        ("clip_bytes_max", 1024, 512 * 1024 * 1024),
        ("clip_seconds_max", 1, 4 * 3600),
        ("silence_dbfs", -90, -5),
    )
    for key, least, most in limits:
        value = getattr(settings, key)
        if not least <= value <= most:
            problems.append(Problem(key, str(value), f"use {least} to {most}"))
    try:
        ZoneInfo(settings.timezone or DEFAULT_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(Problem("timezone", settings.timezone, "use a name such as Asia/Shanghai"))
    try:
        groups = re.compile(settings.name_pattern).groupindex.keys()
    except re.error as error:
        problems.append(Problem("name_pattern", settings.name_pattern, f"no regular expression: {error}"))
    else:
        for unknown in sorted(groups - _GROUPS):
            problems.append(Problem("name_pattern", unknown, f"groups may be {', '.join(sorted(_GROUPS))}"))
    return problems


def _check_ways_in(settings: Settings) -> list[Problem]:
    if not (settings.key_file or settings.key_env or settings.watch_folder):
        return [Problem("key_file", "", "name key_file for uploads, or watch_folder, or both: no clip can come in")]
    problems = []
    folder = settings.watch_folder
    if folder and not is_folder(folder):
        problems.append(Problem("watch_folder", folder, "no such folder: make it, or correct the path"))
    elif folder and Path(folder).resolve() == Path(settings.store_folder).resolve():
        problems.append(Problem("store_folder", settings.store_folder, "must be another folder than watch_folder"))
    if settings.key_file and settings.key_env:
        problems.append(Problem("key_file", settings.key_file, "drop key_file or key_env: a secret has one home"))
    elif settings.key_file or settings.key_env:
        problems += _check_key(settings)
    return problems


def _check_key(settings: Settings) -> list[Problem]:
    key, value = ("key_file", settings.key_file) if settings.key_file else ("key_env", settings.key_env)
    try:
        keys = settings.keys()
    except OSError as error:
        cure = f"cannot be read ({error.strerror}); make one: hotline-gateway token > {value}"
        return [Problem(key, str(value), cure)]
    except KeyError:
        return [Problem(key, str(value), "is not set in the environment")]
    if not 1 <= len(keys) <= 2 or any(len(one) < KEY_CHARS_MIN for one in keys):
        cure = f"one key, or two while one replaces the other, of at least {KEY_CHARS_MIN} characters each"
        return [Problem(key, str(value), cure)]
    return []


def rules(settings: Settings) -> SourceRules:
    return SourceRules(name=settings.name, country=settings.country, clock_skew_max_s=settings.clock_skew_max_s)
