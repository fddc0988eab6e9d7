"""Decoded signalling as lines of text: multimon-ng's DTMF and five-tone calls."""

from adapters.kinds import Problem
from adapters.radio.kind import RadioKind
from adapters.radio.selcall_text.station import SelcallStation, Settings
from adapters.radio.tone_calls import check_tones, tone_replies


def check(settings: Settings) -> list[Problem]:
    problems = check_tones(settings)
    if not 0.1 <= settings.digit_gap_s <= 10:
        problems.append(Problem("digit_gap_s", str(settings.digit_gap_s), "seconds, 0.1 to 10"))
    return problems


KIND = RadioKind(
    name="selcall-text",
    settings=Settings,
    make_station=SelcallStation,
    transports=("serial", "socket", "udp"),
    replies=("unit",),
    replies_of=tone_replies,
    check=check,
    identification_is_call=True,
    sample_line_ends=True,
)
__all__ = ["KIND", "Settings", "check"]
