"""What the gateway would make of a recorded request: for `hotline-gateway decode`. No secrets, no side effects."""

from collections.abc import Mapping

from adapters.pbx.webhook.settings import DEFAULT_ZONE, Settings
from adapters.pbx.webhook.source import Reader
from rules.events import Event


def decode_sample(
    settings: Settings,
    content_type: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    default_zone: str = DEFAULT_ZONE,
) -> tuple[list[Event], list[str]]:
    """The events (an `Unparsed` for each thing that cannot be read), and remarks for people.

    An empty `body` with a `query` is read as a GET. Raises nothing for settings that `check` passed.
    """
    reader = Reader(settings, default_zone)
    named = {name.lower(): value for name, value in headers.items()}
    message_id = named.get("webhook-id", "")
    if query and not body:
        reading = reader.read_query(query.encode(), message_id=message_id, at_us=0)
    else:
        reading = reader.read(
            body,
            content_type=content_type,
            content_encoding=named.get("content-encoding", ""),
            message_id=message_id,
            at_us=0,
            query=query.encode(),
        )
    events: list[Event] = [incoming.event for incoming in reading.incoming]
    remarks = [f"{error} – {error.cure}" if error.cure else str(error) for error in reading.errors]
    if not events:
        remarks.append("nothing in it is an event: the sender is answered 200 and it is passed by")
    return events, remarks + reading.remarks
