"""Alerts as e-mail, SMS and chat messages, through the library apprise.

The library is big: it is loaded only where a notifier of this kind is configured.
"""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters.kinds import NotifierKind, NotifierSettings, Problem
from adapters.notify.apprise.lines import Line, is_address, read_lines
from adapters.ports import Notifier

_LINK_MAX = 200  # characters: a text message must still hold words beside it


class Settings(NotifierSettings, kw_only=True):
    """A [[notifier]] of kind "apprise"."""

    url_file: str  # apprise URLs, with their secrets; one a line, all of them are told. {address}: the person's
    language: Literal["zh", "en"] = "zh"
    link: str = ""  # https://desk.example/: stands at the end of every message
    timezone: str = "Asia/Shanghai"  # of the times in messages
    per_minute: int | None = None  # messages a minute by each URL; unset: as the service allows
    digest_after: int = 3  # when more alerts than these wait for a robot, they go out as one message
    chars_max: int | None = None  # a message is cut to so many; unset: as the service allows. 70: one Chinese SMS


def check(settings: Settings) -> list[Problem]:
    return [*_check_numbers(settings), *_check_words(settings), *_check_lines(settings)]


def _check_numbers(settings: Settings) -> list[Problem]:
    problems = []
    if settings.per_minute is not None and not 1 <= settings.per_minute <= 6_000:
        problems.append(Problem("per_minute", str(settings.per_minute), "from 1 to 6000, or left out"))
    if not 1 <= settings.digest_after <= 100:
        problems.append(Problem("digest_after", str(settings.digest_after), "from 1 to 100"))
    if settings.chars_max is not None and not 50 + len(settings.link) <= settings.chars_max <= 20_000:
        problems.append(
            Problem("chars_max", str(settings.chars_max), "from 50 beside the link's length to 20000, or left out")
        )
    return problems


def _check_words(settings: Settings) -> list[Problem]:
    problems = []
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(Problem("timezone", settings.timezone, 'must be an IANA name such as "Asia/Shanghai"'))
    if settings.link and not _is_link(settings.link):
        problems.append(Problem("link", settings.link, "write http://… or https://…, at most 200 characters"))
    return problems


def _is_link(text: str) -> bool:
    try:
        return urlsplit(text).scheme in {"http", "https"} and len(text) <= _LINK_MAX
    except ValueError:  # [, without a ]
        return False


def _check_lines(settings: Settings) -> list[Problem]:
    """Never shows a line: it holds secrets."""
    try:
        lines = read_lines(settings.url_file)
    except OSError as error:
        return [Problem("url_file", settings.url_file, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError:
        return [Problem("url_file", settings.url_file, "must be text in UTF-8")]
    if not lines:
        return [Problem("url_file", settings.url_file, "write an apprise URL into it, such as wecombot://KEY")]
    from adapters.notify.apprise.library import facts_of  # noqa: PLC0415 - big: see above

    return [
        Problem("url_file", f"line {line.number} (not shown)", f"apprise cannot read it{_hint(line)}")
        for line in lines
        if facts_of(line) is None
    ]


def _hint(line: Line) -> str:
    if "://" not in line.url:
        return ": a URL begins with the service's name and ://, such as wecombot:// or mailto://"
    if line.scheme in {"http", "https"}:
        return ": write wecombot://KEY, dingtalk://TOKEN, feishu://TOKEN, or json:// for a server of your own"
    return f": look up how {line.scheme}:// is written"


def wrong_address(address: str) -> str:
    """A person's address becomes part of a URL: it must not be able to change the rest of it."""
    if is_address(address):
        return ""
    return "write one telephone number, mail address or id: letters, digits and . + - _ @ : ! ~, at most 200"


def make(settings: Settings, site: str, folder: Path) -> Notifier:  # noqa: ARG001 - it keeps nothing on disk
    from adapters.notify.apprise.notifier import notifier  # noqa: PLC0415 - big: see above

    return notifier(settings, site)


KIND = NotifierKind("apprise", Settings, check, make, wrong_address)
