"""Alerts by MQTT: hotline/{site}/alerts/{rule}, and hotline/{site}/gateway/availability; acknowledgements back."""

import ssl
from pathlib import Path
from urllib.parse import urlsplit

from adapters.kinds import NotifierKind, NotifierSettings, Problem
from adapters.notify.mqtt.notifier import Broker, MqttNotifier
from adapters.secrets import read_secret

_PORTS = {"mqtt": 1883, "mqtts": 8883}


class Settings(NotifierSettings, kw_only=True):
    """A [[notifier]] of kind "mqtt"."""

    url: str  # mqtt://host:1883, or mqtts://host:8883 with TLS
    username: str = ""
    password_file: str = ""
    password_env: str = ""
    acknowledges: bool = False  # whoever may publish to hotline/{site}/commands/acknowledge acknowledges alerts
    ca_file: str = ""  # the broker's certificate authority, where it is not a public one


def check(settings: Settings) -> list[Problem]:
    return [*_check_url(settings), *_check_password(settings), *_check_ca(settings)]


def _check_url(settings: Settings) -> list[Problem]:
    try:
        url = urlsplit(settings.url)
        port = url.port
    except ValueError as error:
        return [Problem("url", settings.url, f"write mqtt://HOST:1883 ({error})")]
    if url.username is not None:
        return [Problem("url", "(not shown)", "take user and password out: use username and password_file")]
    if url.scheme not in _PORTS or not url.hostname or port == 0:
        return [Problem("url", settings.url, "write mqtt://HOST:1883, or mqtts://HOST:8883 with TLS")]
    if url.path.strip("/") or url.query or url.fragment:
        return [Problem("url", settings.url, "take off what follows host and port: the topics are fixed")]
    return []


def _check_password(settings: Settings) -> list[Problem]:
    key = "password_env" if settings.password_env else "password_file"
    named = settings.password_env or settings.password_file
    if named and not settings.username:
        return [Problem("username", "", f"name the user whose password {key} holds")]
    try:
        lines = read_secret(settings.password_file, settings.password_env)
    except KeyError:
        return [Problem(key, named, "the variable is not set")]
    except OSError as error:
        return [Problem(key, named, f"cannot be read: {error.strerror}")]
    return [Problem(key, named, "holds no password")] if named and not lines else []


def _check_ca(settings: Settings) -> list[Problem]:
    if not settings.ca_file:
        return []
    try:
        ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:  # ssl.SSLError is one
        return [Problem("ca_file", settings.ca_file, f"cannot be read as certificates: {error.strerror or error}")]
    return []


def make(settings: Settings, site: str, folder: Path) -> MqttNotifier:  # noqa: ARG001 - it keeps nothing on disk
    url = urlsplit(settings.url)
    passwords = read_secret(settings.password_file, settings.password_env)
    broker = Broker(
        host=url.hostname or "",
        port=url.port or _PORTS[url.scheme],
        username=settings.username or None,
        password=passwords[0].decode() if passwords else None,
        tls=ssl.create_default_context(cafile=settings.ca_file or None) if url.scheme == "mqtts" else None,
    )
    return MqttNotifier(settings.name, site, broker, acknowledges=settings.acknowledges)


KIND = NotifierKind("mqtt", Settings, check, make)
