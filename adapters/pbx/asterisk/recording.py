"""What the gateway makes of a recorded stream: for `hotline-gateway decode`. No I/O, no secrets."""

from adapters.pbx.asterisk.codec import Codec, Oversized
from adapters.pbx.asterisk.normalise import Normaliser
from adapters.pbx.asterisk.settings import Settings
from rules.events import Event, Unparsed


def decode_recording(settings: Settings, data: bytes) -> tuple[list[tuple[Event, bytes]], list[str]]:
    """The events with their bytes (an `Unparsed` for each thing that cannot be read), and remarks for people.

    `data` is a stream as it was recorded, with or without its greeting; plain LF line ends are taken too.
    """
    if b"\r\n" not in data:
        data = data.replace(b"\n", b"\r\n")
    codec, normaliser = Codec(settings.encoding), Normaliser(settings)
    events: list[tuple[Event, bytes]] = []
    messages = with_time = 0
    for message in codec.feed(data + b"\r\n\r\n"):
        if isinstance(message, Oversized) or not (message.event or message.get("response")):
            events.append((Unparsed(source=settings.name, reason="no manager message"), message.raw))
            continue
        messages += bool(message.event)
        with_time += bool(message.get("timestamp"))
        events += [(event, message.raw) for event in normaliser.read(message)]
    remarks = [f"{messages} manager events gave {len(events)} events"]
    if messages and not with_time:
        remarks.append("no Timestamp in them: set timestampevents = yes in manager.conf, or receipt will judge")
    return events, remarks
