"""Alerts by signed HTTP requests (Standard Webhooks)."""

from pathlib import Path

from yarl import URL

from adapters.kinds import NotifierKind, NotifierSettings, Problem
from adapters.notify.webhook.addresses import is_public, written_in
from adapters.notify.webhook.notifier import WebhookNotifier
from adapters.pbx.webhook.signature import signing_key
from adapters.secrets import read_secret


class Settings(NotifierSettings, kw_only=True):
    """A [[notifier]] of kind "webhook"."""

    url: str
    secret_file: str = ""  # whsec_…; two lines sign twice, so that a receiver can change over
    secret_env: str = ""
    allow_private: bool = False  # also addresses of our own network


def check(settings: Settings) -> list[Problem]:
    return [*_check_url(settings), *_check_secret(settings)]


def _check_url(settings: Settings) -> list[Problem]:
    try:
        url = URL(settings.url)
    except ValueError as error:
        return [Problem("url", settings.url, f"write a URL such as https://example.org/alerts ({error})")]
    if url.scheme not in {"http", "https"} or not url.host:
        return [Problem("url", settings.url, "write http://… or https://… with a host")]
    if url.user is not None or url.password is not None:
        return [Problem("url", "(not shown)", "take the user and password out: the request is signed instead")]
    address = written_in(url.host)
    if address is not None and not settings.allow_private and not is_public(address):
        return [Problem("url", settings.url, "the address is not public: set allow_private = true if it is meant")]
    return []


def _check_secret(settings: Settings) -> list[Problem]:
    key = "secret_env" if settings.secret_env else "secret_file"
    named = settings.secret_env or settings.secret_file
    try:
        lines = read_secret(settings.secret_file, settings.secret_env)
        for line in lines:
            signing_key(line)
    except KeyError:
        return [Problem(key, named, "the variable is not set")]
    except OSError as error:
        return [Problem(key, named, f"cannot be read: {error.strerror}")]
    except ValueError as error:
        return [Problem(key, named, str(error))]
    return [] if lines else [Problem(key, named, "name a file that holds a secret: whsec_ and base64")]


def make(settings: Settings, site: str, folder: Path) -> WebhookNotifier:  # noqa: ARG001 - it needs neither
    def read_keys() -> list[bytes]:
        return [signing_key(line) for line in read_secret(settings.secret_file, settings.secret_env)]

    return WebhookNotifier(settings.name, settings.url, read_keys, allow_private=settings.allow_private)


KIND = NotifierKind("webhook", Settings, check, make)
