"""Whom Asterisk may be asked to dial: an address of a person, or a number put into the configured dial string.

What is dialled becomes part of an AMI header and of a dial string, where & , / and line ends mean something.
"""

import re

PLACE = "{number}"
_CHANNEL = re.compile(r"(?:PJSIP|SIP|IAX2|DAHDI|Local)/[A-Za-z0-9_.+*#-]{1,64}(?:@[A-Za-z0-9_.-]{1,64})?")
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
_DIAL = re.compile(r"[A-Za-z0-9]{1,16}/[A-Za-z0-9_.+*#@:/-]{0,128}")


def dial_string(address: str, dial: str) -> str:
    """What Asterisk dials for `address`; "" where it is not fit to be dialled."""
    if _CHANNEL.fullmatch(address):
        # Not optimized away: the voice is on our half of a Local pipe.
        return f"{address}/n" if address.startswith("Local/") else address
    return dial.replace(PLACE, address) if dial and _NUMBER.fullmatch(address) else ""


def is_dial(dial: str) -> bool:
    return dial.count(PLACE) == 1 and _DIAL.fullmatch(dial.replace(PLACE, "")) is not None


def is_address(address: str) -> bool:
    return bool(_CHANNEL.fullmatch(address) or _NUMBER.fullmatch(address))
