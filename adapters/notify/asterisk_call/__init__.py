"""Alerts as telephone calls through Asterisk: it rings, the alert is spoken, a key acknowledges it."""

import re
from pathlib import Path
from typing import Literal

import msgspec

from adapters.kinds import NotifierKind, NotifierSettings, Problem
from adapters.notify.asterisk_call.addresses import dial_string, is_address, is_dial
from adapters.notify.asterisk_call.notifier import AsteriskCallNotifier
from adapters.paths import is_folder
from adapters.pbx.asterisk.login import check_login
from adapters.secrets import read_secret

_SOUND = re.compile(r"/?[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")
_CALLER_ID = re.compile(r'[^"<>\r\n,;&|]{0,40}(?: ?<\+?[0-9*#]{1,32}>)?')
_CONTEXT = re.compile(r"[A-Za-z0-9_.-]{0,79}")
_LANGUAGE = re.compile(r"[A-Za-z_-]{0,16}")


class Settings(NotifierSettings, kw_only=True):
    """A [[notifier]] of kind "asterisk-call"."""

    host: str
    port: int = 5038  # 5039 is the custom for TLS
    username: str  # of a manager.conf user of its own: read = call,agi,dtmf; write = originate,call,agi
    secret_file: str | None = None  # first line: the secret of the manager.conf user
    secret_env: str | None = None
    tls: bool = False
    tls_ca_file: str | None = None  # None: the system's own authorities
    encoding: str = "utf-8"
    connect_timeout_s: float = 10.0
    ping_s: float = 20.0  # two pings without an answer: the peer is dead
    context: str = "hotline-alert"  # of the dial plan: exten => s,1,AGI(agi:async). "": needs none, but write = system
    dial: str = ""  # how a person's number is dialled, such as PJSIP/{number}@trunk; "": addresses are channels
    number: str = ""  # who is called for what is for no person
    caller_id: str = ""  # what the telephone shows: 热线 <4000>
    language: Literal["zh", "en"] = "zh"  # of what is spoken
    speech_command: tuple[str, ...] = ()  # reads text, writes a WAV: ["espeak-ng", "-v", "cmn", "--stdin", "--stdout"]
    sounds_folder: str = ""  # where it is written for Asterisk to read
    sounds_seen_as: str = ""  # what Asterisk calls that folder, where it differs
    prompts: dict[str, str] = msgspec.field(default_factory=dict)  # without speech: a rule's sound; "other": all others
    sounds_language: str = ""  # of Asterisk's own digits, as its folder is called: cn
    acknowledge_key: str = "1"
    refuse_key: str = "2"  # not me: others are told
    ring_s: float = 30.0
    times: int = 3  # it is spoken so often
    redial_s: float = 30.0  # between two calls to one who was busy, did not answer or hung up at once
    calls_max: int = 5  # to one person for one alert
    per_minute: int = 12  # calls, all together

    def secret(self) -> str:
        """The first line of the secret. Raises OSError or KeyError as read_secret does."""
        lines = read_secret(self.secret_file, self.secret_env)
        return lines[0].decode() if lines else ""


def check(settings: Settings) -> list[Problem]:
    return [
        *check_login(settings),
        *_check_calling(settings),
        *_check_keys(settings),
        *_check_speech(settings),
    ]


def _check_calling(settings: Settings) -> list[Problem]:
    problems = []
    if settings.dial and not is_dial(settings.dial):
        cure = "write {number} once in it, such as PJSIP/{number}@trunk; letters, digits and / @ . _ + - : beside it"
        problems.append(Problem("dial", settings.dial, cure))
    elif settings.number and not dial_string(settings.number, settings.dial):
        cure = "a channel such as PJSIP/8001; or a number, with `dial` to tell how it is dialled"
        problems.append(Problem("number", settings.number, cure))
    if not _CONTEXT.fullmatch(settings.context):
        problems.append(Problem("context", settings.context, "the name of a context of the dial plan"))
    if not _CALLER_ID.fullmatch(settings.caller_id):
        problems.append(Problem("caller_id", settings.caller_id, "a name, a number in <>, or both: 热线 <4000>"))
    for key, least, most in (
        ("ring_s", 5, 120),
        ("times", 1, 10),
        ("redial_s", 5, 3600),
        ("calls_max", 1, 100),
        ("per_minute", 1, 600),
    ):
        if not least <= getattr(settings, key) <= most:
            problems.append(Problem(key, str(getattr(settings, key)), f"from {least} to {most}"))
    return problems


def _check_keys(settings: Settings) -> list[Problem]:
    problems = [
        Problem(key, getattr(settings, key), "one key of a telephone: 0-9, * or #")
        for key in ("acknowledge_key", "refuse_key")
        if not re.fullmatch("[0-9*#]", getattr(settings, key))
    ]
    if settings.acknowledge_key == settings.refuse_key:
        problems.append(Problem("refuse_key", settings.refuse_key, "this is acknowledge_key: take another"))
    return problems


def _check_speech(settings: Settings) -> list[Problem]:
    problems = [
        Problem(f"prompts.{rule}", sound, "a sound as Asterisk names it, without its ending: custom/three-rings")
        for rule, sound in settings.prompts.items()
        if not _SOUND.fullmatch(sound)
    ]
    if not _LANGUAGE.fullmatch(settings.sounds_language):
        problems.append(Problem("sounds_language", settings.sounds_language, "as Asterisk's folder is called: cn"))
    if settings.sounds_seen_as and not _SOUND.fullmatch(settings.sounds_seen_as.rstrip("/")):
        problems.append(Problem("sounds_seen_as", settings.sounds_seen_as, "a path of letters, digits and / . _ -"))
    if bool(settings.speech_command) != bool(settings.sounds_folder):
        key = "sounds_folder" if settings.speech_command else "speech_command"
        problems.append(Problem(key, "(missing)", "give both speech_command and sounds_folder, or neither"))
    elif settings.sounds_folder:
        problems += _check_folder(settings)
    return problems


def _check_folder(settings: Settings) -> list[Problem]:
    if not is_folder(settings.sounds_folder):
        cure = "make this folder, for the gateway to write and Asterisk to read"
        return [Problem("sounds_folder", settings.sounds_folder, cure)]
    if not settings.sounds_seen_as and not _SOUND.fullmatch(settings.sounds_folder.rstrip("/")):
        return [Problem("sounds_folder", settings.sounds_folder, "a path of letters, digits and / . _ -")]
    return []


def wrong_address(address: str) -> str:
    """Where there is no `dial`, a bare number cannot be called either: delivery says so."""
    if is_address(address):
        return ""
    return "write a channel such as PJSIP/8001, or a telephone number: digits, + * #"


def make(settings: Settings, site: str, folder: Path) -> AsteriskCallNotifier:  # noqa: ARG001 - it keeps nothing there
    return AsteriskCallNotifier(settings, site)


KIND = NotifierKind("asterisk-call", Settings, check, make, wrong_address)
