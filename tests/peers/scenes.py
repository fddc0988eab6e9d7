"""The calls of the suite: who calls, which telephones do what. Each has numbers of its own."""

from collections.abc import Callable
from typing import NamedTuple

from tests.fixtures.ports import take_free_port
from tests.peers.calls import Sipp

# The telephones of the dial plan in tests/peers/pbx.py.
EXTENSIONS = [str(n) for n in range(101, 150)]


def telephone_ports() -> dict[str, int]:
    """Where each telephone of a PBX is."""
    return {extension: take_free_port() for extension in EXTENSIONS}


class Scene(NamedTuple):
    """`play` starts the processes and returns; the call then lasts `lasts_s` at most."""

    caller: str
    lasts_s: float
    play: Callable[[Sipp, str], None]


def _answered_in_ring_2(sipp: Sipp, caller: str) -> None:
    sipp.phone("phone-answers", "101", ring_ms=7000)
    sipp.caller("caller-talks", caller, "7101", talk_ms=1500)


def _never_answered(sipp: Sipp, caller: str) -> None:
    sipp.phone("phone-never-answers", "140")
    sipp.caller("caller-is-refused", caller, "7400", status=603)


def _gives_up_in_ring_3(sipp: Sipp, caller: str) -> None:
    sipp.phone("phone-never-answers", "102")
    sipp.caller("caller-gives-up", caller, "7102", wait_ms=12000)


def _ring_group(sipp: Sipp, caller: str) -> None:
    sipp.phone("phone-answers", "110", ring_ms=3000)
    sipp.phone("phone-never-answers", "111")
    sipp.caller("caller-talks", caller, "7200", talk_ms=1500)


def _queue_answers_first(sipp: Sipp, caller: str) -> None:
    sipp.phone("phone-answers", "130", ring_ms=6000)
    sipp.phone("phone-never-answers", "131")
    sipp.caller("caller-talks", caller, "7300", talk_ms=20000)  # the queue answers; the agent 6 s later


def _hold_and_retrieve(sipp: Sipp, caller: str) -> None:
    sipp.phone("phone-holds", "104", ring_ms=1000, talk_ms=1500, hold_ms=33000)
    sipp.caller("caller-listens", caller, "7104")


def _blind_transfer(sipp: Sipp, caller: str) -> None:
    sipp.phone("phone-transfers-blind", "105", ring_ms=1000, talk_ms=1500, target="106")
    sipp.phone("phone-answers", "106", ring_ms=6000)
    sipp.caller("caller-talks", caller, "7105", talk_ms=22000)


def _attended_transfer(sipp: Sipp, caller: str) -> None:
    sipp.phone("phone-transfers-attended", "107", ring_ms=1000, talk_ms=1500, consult_ms=8000, d1=1, d2=0, d3=8)
    sipp.phone("phone-answers", "108", ring_ms=1500)
    sipp.caller("caller-talks", caller, "7107", talk_ms=28000)


def _rejected(sipp: Sipp, caller: str) -> None:
    sipp.phone("phone-refuses", "103", ring_ms=2000)
    sipp.caller("caller-is-refused", caller, "7103", status=403)


SCENES = {
    "answered_in_ring_2": Scene("13800000001", 20, _answered_in_ring_2),
    "never_answered": Scene("13800000002", 80, _never_answered),
    "gives_up_in_ring_3": Scene("13800000003", 25, _gives_up_in_ring_3),
    "ring_group": Scene("13800000004", 20, _ring_group),
    "queue_answers_first": Scene("13800000005", 40, _queue_answers_first),
    "hold_and_retrieve": Scene("13800000006", 60, _hold_and_retrieve),
    "blind_transfer": Scene("13800000007", 60, _blind_transfer),
    "attended_transfer": Scene("13800000008", 60, _attended_transfer),
    "rejected": Scene("13800000009", 20, _rejected),
}


def play(sipp: Sipp, name: str) -> Scene:
    scene = SCENES[name]
    scene.play(sipp, scene.caller)
    return scene
