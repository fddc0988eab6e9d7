"""The [[source]] table of kind "vox", and what can be wrong with it."""

from typing import Literal

from adapters.kinds import Problem
from adapters.radio.tone_calls import ToneSettings, check_tones

FiveTone = Literal["", "ZVEI1", "ZVEI2", "ZVEI3", "PZVEI", "DZVEI", "CCIR", "EEA", "EIA"]


class Settings(ToneSettings, kw_only=True, forbid_unknown_fields=True):
    """`port` brings a receiver's audio: signed 16 bit little-endian, one channel."""

    rate: int = 8000  # samples a second
    threshold_dbfs: float = -35.0  # louder than this is somebody speaking
    start_ms: float = 60.0  # for so long: a click is nobody
    hang_ms: float = 400.0  # quieter for so long: over; a pause between two words is shorter
    dtmf: bool = True
    five_tone: FiveTone = ""  # the fleet's system; "": none
    tone_ms: float = 0.0  # of one tone; 0: the system's usual length
    tones_min: int = 5  # fewer tones in a row are speech or music
    digit_gap_s: float = 1.0  # DTMF digits with less between them are one sequence

    @property
    def is_datagrams(self) -> bool:
        return self.port.startswith("udp:")


def check(settings: Settings) -> list[Problem]:
    limits: list[tuple[str, float, float, str]] = [
        ("rate", 8000, 48000, "samples a second"),
        ("threshold_dbfs", -90, -1, "dB below full scale"),
        ("start_ms", 0, 2000, "milliseconds"),
        ("hang_ms", 50, 10_000, "milliseconds"),
        ("tones_min", 3, 16, "tones"),
        ("digit_gap_s", 0.1, 10, "seconds"),
    ]
    problems = check_tones(settings)
    for key, least, most, unit in limits:
        value = getattr(settings, key)
        if not least <= value <= most:
            problems.append(Problem(key, str(value), f"{unit}, {least:g} to {most:g}"))
    if settings.tone_ms and not 30 <= settings.tone_ms <= 1000:
        problems.append(Problem("tone_ms", str(settings.tone_ms), "milliseconds, 30 to 1000; 0: the system's own"))
    return problems
