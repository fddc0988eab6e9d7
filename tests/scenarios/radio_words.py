"""The radio's steps of a story.

    radio tower CH1 replies=ptt,board own_units=100-0001      a base station
    radio unit 100-4002 name=East heard_every_s=60            a row of the site's table of units
    radio status 09 text=Robbery means=emergency              a status code
    radio channel CH1 two_calls=false                         where the rule differs
    3  CH1: 100-4002 calls 1.2 s         presses, speaks so long, releases; `?` is a unit that is not told
    3  CH1: 100-4002 presses             and releases
    5  CH1: control keys 2 s             the station's own transmitter; also presses, releases
    5  CH1: id 100-4002                  an id by itself
    5  CH1: 100-4002 pages / alarms / texts "…" / status 05 / is seen
    5  CH1: 100-0001 answers 100-4002    control's unit texts the unit

`via=probe`, `called=…`, `id=…`, `phase=…`, `at=…` at the end of a step say more of its events.
"""

from typing import Any

import msgspec

import rules.events as vocabulary
from rules.events import Event

START_US = 1_763_712_000_000_000  # as the stories'
_KINDS = {
    "presses": "TransmissionStarted",
    "releases": "TransmissionEnded",
    "pages": "CallAlert",
    "alarms": "Emergency",
    "texts": "Text",
    "answers": "Text",
    "status": "Status",
    "is": "UnitSeen",
}
_LISTS = ("replies", "hails", "own_units", "talkgroups")


def settle(settings: dict[str, Any], words: list[str]) -> None:
    what, name, *rest = words
    facts: dict[str, Any] = dict(word.split("=", 1) for word in rest)
    match what:
        case "unit":
            settings.setdefault("units", []).append({"unit": name, **facts})
        case "status":
            settings.setdefault("status_codes", []).append({"code": name, **facts})
        case "channel":
            settings.setdefault("channels", []).append({"channel": name, **facts})
        case source:
            radio: dict[str, Any] = {"channel": name, "replies": "ptt,board"} | facts
            for key in _LISTS:
                if key in radio:
                    radio[key] = [one for one in radio[key].split(",") if one]
            settings["sources"].append({"name": source, "radio": radio})


def events(at_us: int, channel: str, said: list[str]) -> list[tuple[int, Event]]:
    words = [word for word in said if "=" not in word]
    facts: dict[str, Any] = dict(word.split("=", 1) for word in said if "=" in word)
    common = {"source": facts.pop("via", "tower"), "channel": channel, **facts}
    if "at" in common:
        common["occurred_us"] = START_US + round(float(common.pop("at")) * 1_000_000)

    def one(kind: str, /, **more: Any) -> Event:
        event: Event = msgspec.convert(common | more, getattr(vocabulary, kind), strict=False)
        return event

    match words:
        case ["control", "keys", seconds, "s"]:
            until_us = at_us + round(float(seconds) * 1_000_000)
            return [(at_us, one("ControlTransmitting", on=True)), (until_us, one("ControlTransmitting", on=False))]
        case ["control", "presses" | "releases" as how]:
            return [(at_us, one("ControlTransmitting", on=how == "presses"))]
        case ["id", unit]:
            return [(at_us, one("UnitIdentified", unit=unit))]
        case [unit, "calls", seconds, "s"]:
            until_us = at_us + round(float(seconds) * 1_000_000)
            who = {} if unit == "?" else {"unit": unit}
            return [(at_us, one("TransmissionStarted", **who)), (until_us, one("TransmissionEnded", **who))]
        case [unit, *doing]:
            return [(at_us, one(_KINDS[doing[0]], **({} if unit == "?" else {"unit": unit}), **_more(doing)))]
        case _:
            raise AssertionError(said)


def _more(doing: list[str]) -> dict[str, Any]:
    match doing:
        case ["texts", text]:
            return {"text": text}
        case ["answers", unit, *text]:
            return {"called": unit, "text": " ".join(text) or "copy"}
        case ["status", code]:
            return {"status": code}
        case _:
            return {}
