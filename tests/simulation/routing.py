"""How a call goes from one to the next, step by step: as a PBX that posts tells it, and in the same moments on AMI."""

from collections.abc import Iterator
from typing import NamedTuple

from tests.simulation.spoken import Routed

RINGS, ANSWERS, GIVES_UP, RINGS_ANEW = "rings", "answers", "gives up", "rings anew"
QUEUE = "desk"
MOVED_S, LEFT_S, ANEW_S, OVER_S = 0.1, 0.1, 0.3, 9.0  # later than the step before


class Step(NamedTuple):
    after_s: float  # from the beginning of the call
    event: str
    told: dict[str, str]
    mark: str = ""  # what it means for whoever waits


def steps(call: Routed) -> list[Step]:
    return list(_steps(call))


def _steps(call: Routed) -> Iterator[Step]:
    base = {"from": call.caller, "to": "88886666"}
    if call.queue_s:
        yield Step(0.0, "queued", {**base, "queue": QUEUE})
    if call.stays:
        yield Step(call.queue_s, "dequeued", {"queue": QUEUE, "cause": "cancelled"})
        yield Step(call.queue_s + LEFT_S, "cleared", {"cause": "cancelled"})
        return
    yield Step(call.queue_s, "delivered", {**base, "leg": "a", "device": "801"}, RINGS)
    leg, device = "a", "801"
    if call.moves_s:
        moved_s = call.queue_s + call.moves_s
        yield Step(moved_s, "diverted", {"leg": leg, "device": device, "cause": "no_answer"})
        leg, device = "b", "802"
        yield Step(moved_s + MOVED_S, "delivered", {**base, "leg": leg, "device": device})
    now_s = call.queue_s + call.wait_s
    if not call.answered:
        yield Step(now_s, "cleared", {"cause": "cancelled"}, GIVES_UP)
        return
    if call.fetched:
        yield Step(now_s, "diverted", {"leg": leg, "device": device, "to_leg": "c"})
        leg, device = "c", "803"
    yield Step(now_s, "established", {**base, "leg": leg, "device": device}, ANSWERS)
    if call.passed is not None:
        talk_s, rings_s, answered = call.passed
        now_s += talk_s
        yield Step(now_s, "transferred", {"leg": leg, "to": "804"})
        yield Step(now_s + LEFT_S, "cleared", {"leg": leg, "cause": "transferred"})
        now_s += ANEW_S
        yield Step(now_s, "delivered", {**base, "leg": "d", "device": "804"}, RINGS_ANEW)
        now_s += rings_s
        if not answered:
            yield Step(now_s, "cleared", {"cause": "cancelled"}, GIVES_UP)
            return
        yield Step(now_s, "established", {**base, "leg": "d", "device": "804"}, ANSWERS)
    yield Step(now_s + OVER_S, "cleared", {"cause": "normal"})
