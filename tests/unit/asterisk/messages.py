"""Builds manager messages as Asterisk writes them."""

import msgspec

from adapters.pbx.asterisk import Settings
from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.normalise import Normaliser
from rules.events import AnyCallEvent


def settings(**more: object) -> Settings:
    table = {"name": "pbx", "kind": "asterisk-ami", "host": "pbx.example", "username": "hotline", **more}
    return msgspec.convert(table, Settings)


def message(event: str, **fields: str) -> Message:
    lines = [f"Event: {event}", *(f"{key}: {value}" for key, value in fields.items())]
    return Message("\r\n".join(lines).encode())


def leg(
    unique: str, state: str = "0", *, call: str = "1.1", channel: str = "", prefix: str = "", **more: str
) -> dict[str, str]:
    """The standard fields of a channel."""
    plain = {
        "Channel": channel or f"PJSIP/phone-{unique:0>8}".replace(".", ""),
        "ChannelState": state,
        "CallerIDNum": "13800138000",
        "CallerIDName": "<unknown>",
        "ConnectedLineNum": "<unknown>",
        "Exten": "4008100911",
        "Context": "from-trunk",
        "Uniqueid": unique,
        "Linkedid": call,
        **more,
    }
    return {prefix + key: value for key, value in plain.items()}


def dest(unique: str, **more: str) -> dict[str, str]:
    return leg(unique, prefix="Dest", **more)


def read(*messages: Message, normaliser: Normaliser | None = None) -> list[AnyCallEvent]:
    normaliser = normaliser or Normaliser(settings())
    return [event for one in messages for event in normaliser.read(one)]


CALLER = message("Newstate", **leg("1.1", "4"))
DIAL = message("DialBegin", **leg("1.1", "4"), **dest("1.2"))
RINGS = message("Newstate", **leg("1.2", "5", ConnectedLineNum="13800138000"))
ANSWERS = message("Newstate", **leg("1.2", "6"))
