"""Asterisk's spellings turned into ours: numbers, devices, causes, moments."""

import re

from rules.events.call import Cause

# So begin the Uniqueids of calls that we place ourselves, to tell people of alerts.
OUR_CALLS = "hotline-call-"
# What stands where no number is known. FreePBX and carriers write the last ones.
_NO_NUMBER = frozenset({"", "<unknown>", "unknown", "anonymous", "restricted", "unavailable", "private", "asterisk"})
# Extensions of the dial plan that are steps of it, not numbers somebody dialled.
_NO_EXTENSION = frozenset({"s", "h", "i", "t", "e", "a", "o", "fax", "onhangup"})
# Where the dial plan goes when the caller has hung up.
_AFTER_HANGUP = frozenset({"h", "onhangup"})
# Technologies of channels that are no line and no telephone (chan_bridge_media.c, app_confbridge, res_stasis_snoop …).
_INSIDE = (
    *("Local/", "CBAnn/", "CBRec/", "Announcer/", "Recorder/", "Snoop/", "Surrogate/", "AsyncGoto/", "Message/"),
    *("MulticastRTP/", "UnicastRTP/", "OutgoingSpoolFailed"),
)
_TRAILING_SERIAL = re.compile(r"-[0-9a-f]{8}$")

# ITU-T Q.850 causes, as Asterisk's causes.h numbers them.
_CAUSES: dict[str, Cause] = {
    "1": "unavailable",
    "2": "unavailable",
    "3": "unavailable",
    "16": "normal",
    "17": "busy",
    "18": "no_answer",
    "19": "no_answer",
    "20": "unavailable",
    "21": "rejected",
    "22": "unavailable",
    "26": "answered_elsewhere",
    "27": "unavailable",
    "28": "unavailable",
    "31": "normal",
    "34": "congestion",
    "38": "congestion",
    "41": "congestion",
    "42": "congestion",
    "44": "congestion",
    "127": "normal",
}
_DIAL_FAILURES: dict[str, Cause] = {
    "NOANSWER": "no_answer",
    "TIMEDOUT": "no_answer",
    "BUSY": "busy",
    "CONGESTION": "congestion",
    "CHANUNAVAIL": "unavailable",
    "CANCEL": "cancelled",
    "ABORT": "cancelled",
}


def number(text: str) -> str:
    """A telephone number as it came; "" for every way of saying that there is none."""
    text = text.strip()
    return "" if text.lower() in _NO_NUMBER else text


def dialled(exten: str) -> str:
    """The number a caller dialled; "" for a step of the dial plan."""
    return "" if exten.lower() in _NO_EXTENSION else number(exten)


def went_on(before: str, context: str, exten: str, priority: str) -> bool:
    """Whether the dial plan did more for a caller who was at step `before`; `h` runs after the hang-up."""
    return exten.lower() not in _AFTER_HANGUP and step(context, exten, priority) != before


def step(context: str, exten: str, priority: str) -> str:
    return f"{context},{exten},{priority}"


def person(text: str) -> str:
    return "" if text in {"<unknown>", "<no name>"} else text.strip()


def device(channel: str) -> str:
    """PJSIP/101-0000002a is the device 101."""
    return _TRAILING_SERIAL.sub("", channel.partition("/")[2])


def member(name: str) -> str:
    """A queue member without a name of its own is called after its telephone: PJSIP/130 is 130."""
    return person(name.rpartition("/")[2])


def is_local(channel: str) -> bool:
    """Legs inside the PBX: two halves of a pipe, an announcement, a recorder …, no telephone."""
    return channel.startswith(_INSIDE)


def pipe(channel: str) -> str:
    """What both halves of one Local/ pipe are called: they end in ;1 and ;2."""
    return channel.rpartition(";")[0]


def hangup_cause(cause: str) -> Cause:
    """Q.850 to ours. 0 is "none given": a cancelled leg shows it."""
    if cause in {"", "0"}:
        return ""
    return _CAUSES.get(cause, "failed")


def dial_failure(status: str) -> Cause | None:
    """Why a dialled leg ended in vain; None for a status that is no failure (ANSWER, CONTINUE, GOTO)."""
    return _DIAL_FAILURES.get(status.upper())


def moment_us(timestamp: str) -> int | None:
    """`Timestamp: seconds.micros` (timestampevents=yes), exact; None where there is none or it makes no sense."""
    seconds, _, micros = timestamp.partition(".")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        return None
    if micros and not (micros.isascii() and micros.isdigit()):
        return None
    return int(seconds) * 1_000_000 + int(f"{micros:0<6}"[:6])


def duration_s(text: str) -> int | None:
    """`HH:MM:SS` of CoreShowChannels; hours may pass 24."""
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        return None
    hours, minutes, seconds = map(int, parts)
    return hours * 3600 + minutes * 60 + seconds
