"""Alerts as short texts to radios, through a base station that is also a source."""

from pathlib import Path
from typing import Literal

from adapters.kinds import NotifierKind, NotifierSettings, Problem
from adapters.notify.radio_text.notifier import RadioTextNotifier


class Settings(NotifierSettings, kw_only=True):
    """A [[notifier]] of kind "radio-text"."""

    source: str  # name of the [[source]] through whose station it goes
    units: tuple[str, ...]  # who gets what is for no person: unit ids, or talkgroups that the source names
    language: Literal["zh", "en"] = "zh"  # en: ASCII only, as many radios need it
    chars_max: int = 60  # radios take short texts: the rest is cut off
    ack_within_s: float = 10.0  # where a radio confirms, it does so within this time, or the text is sent again


def check(settings: Settings) -> list[Problem]:
    problems = []
    if not settings.units:
        problems.append(Problem("units", "", "name at least one unit, as the radio system writes it"))
    if not 10 <= settings.chars_max <= 1000:
        problems.append(Problem("chars_max", str(settings.chars_max), "from 10 to 1000"))
    if not 1 <= settings.ack_within_s <= 25:
        problems.append(Problem("ack_within_s", str(settings.ack_within_s), "seconds, from 1 to 25"))
    return problems


def make(settings: Settings, site: str, folder: Path) -> RadioTextNotifier:  # noqa: ARG001 - it keeps nothing on disk
    return RadioTextNotifier(
        settings.name,
        settings.source,
        settings.units,
        language=settings.language,
        chars_max=settings.chars_max,
        ack_within_s=settings.ack_within_s,
    )


def wrong_address(address: str) -> str:
    return "" if address else "the unit that they carry, as the radio system writes it"


KIND = NotifierKind("radio-text", Settings, check, make, wrong_address)
