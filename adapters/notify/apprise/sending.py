"""One message to one URL, and what became of it. Blocks: run it in a thread."""

import re

import requests
import structlog
from apprise import NotifyFormat
from apprise.conversion import convert_between

from adapters.notify.apprise import chat
from adapters.notify.apprise.library import listening, service
from adapters.notify.apprise.words import Words
from adapters.notify.webhook.notifier import verdict
from adapters.ports import Delivered, Delivery, Rejected, Retry

_HTTP = re.compile(r"\berror=(\d{3})\b")  # so apprise's plug-ins tell an HTTP status
_SMTP = re.compile(r"(?:\(|was refused: )([245]\d\d)(?:, b| )")  # and an answer of a mail server


def send(url: str, words: Words) -> Delivery:
    """Never raises."""
    found = service(url)
    if found is None:
        return Rejected("refused")  # an address that this service cannot have
    try:
        if found.schema in chat.ROBOTS:
            return chat.send(found, words.whole)
        with listening() as said:
            titled = found.title_maxlen > 0
            form = found.resolve_format(NotifyFormat.TEXT)
            text = words.body if titled else words.whole
            sent = found.notify(
                title=words.title if titled else "",
                body=convert_between(NotifyFormat.TEXT, form, content=text),  # type: ignore[no-untyped-call]
                body_format=form,
            )
            return Delivered() if sent else why(said)
    except requests.Timeout:
        return Retry("timeout")
    except requests.RequestException:
        return Retry("unreachable")
    except Exception as error:  # noqa: BLE001 - the top of a thread that runs a stranger's code: one robot, not all
        # Its kind and no more: what it says may hold the URL.
        structlog.get_logger().warning("apprise failed", service=found.schema, error=type(error).__name__)
        return Retry("server_error")


def why(said: list[str]) -> Delivery:
    """Apprise itself knows no more than that it failed, also where the status sounds well."""
    told = "\n".join(said)
    if status := _HTTP.search(told):
        outcome = verdict(int(status[1]), {})
        return Retry("server_error") if isinstance(outcome, Delivered) else outcome
    if code := _SMTP.search(told):  # RFC 5321 clause 4.2.1: 5 is for good, 4 is for now
        return Rejected("refused") if code[1].startswith("5") else Retry("server_error")
    return Retry("timeout" if "timed out" in told else "unreachable")
