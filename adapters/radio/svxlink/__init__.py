"""SvxLink as a voice base station: squelch, transmitter and DTMF of cheap analogue sets."""

from adapters.kinds import Problem
from adapters.radio.kind import Piece, RadioKind
from adapters.radio.svxlink.normalise import Settings
from adapters.radio.svxlink.station import SvxlinkStation
from adapters.radio.tone_calls import check_tones

PTT_BYTES, DIGIT_BYTES = b"TR\r\n", b"0123456789ABCD*#\r\n"


def recorded(data: bytes) -> list[Piece]:
    """Of which PTY it was recorded shows in its bytes: PTT_PTY says T and R, DTMF_CTRL_PTY digits, the others lines."""
    via = "ptt_port" if not data.strip(PTT_BYTES) else "dtmf_port" if not data.strip(DIGIT_BYTES) else ""
    return [Piece(data if b"\r" in data else data.replace(b"\n", b"\r\n"), via=via)]


def check(settings: Settings) -> list[Problem]:
    problems = check_tones(settings)
    if not 0 <= settings.automatic_within_s <= 10:
        cure = "seconds, 0 to 10: how soon after a unit's call SvxLink itself answers"
        problems.append(Problem("automatic_within_s", str(settings.automatic_within_s), cure))
    if not 3 <= settings.sel5_tones <= 16:
        problems.append(Problem("sel5_tones", str(settings.sel5_tones), "tones of one id, 3 to 16"))
    return problems


KIND = RadioKind(
    name="svxlink",
    settings=Settings,
    make_station=SvxlinkStation,
    transports=("serial", "socket"),
    replies=("ptt", "unit"),
    check=check,
    sample=recorded,
)
__all__ = ["KIND", "Settings", "check"]
