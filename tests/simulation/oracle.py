"""What the house rules say of what truly happened: arithmetic on the plan and on moments of receipt, nothing of ours.

Where clocks, order or an outage leave room, it gives all verdicts that can be right; where nothing does, one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from tests.property.rules.radio_oracle import Oracle, Spoken
from tests.simulation.radio import Edge
from tests.simulation.spoken import Call

RINGS_S = {"first": 15.0, "second": 10.0}  # 3 rings of China's cadence, 2 after the reconfiguration
HOLD_S = {"first": 30.0, "second": 20.0}
NEAR_US = 1_500_000  # nearer to a limit than this the way of an event may decide, where our clock measures a part


@dataclass(frozen=True)
class Seen:
    """A call as it was received: moments in µs by event's place, and whether its own times can be trusted."""

    received: Sequence[int]
    told: Sequence[int]  # by the PBX's clock
    trusted: bool  # all came soon after they happened, by a clock near ours
    in_order: bool


def ringing(call: Call, seen: Seen, rules: str) -> set[str]:
    """The verdicts of three_rings that can be right."""
    limit_s = RINGS_S[rules]
    by_source, by_receipt = (_ringing(call, times, limit_s) for times in (seen.told, seen.received))
    if call.source == "main" and seen.trusted:
        return {by_source}
    if not seen.in_order:
        return {"met", "breached", "waived", "not_measurable"}
    return {by_receipt} if call.source == "plain" else {by_source, by_receipt}


def _ringing(call: Call, times: Sequence[int], limit_s: float) -> str:
    wait_us = times[call.devices] - min(times[: call.devices])
    if wait_us >= limit_s * 1_000_000:
        return "breached"
    return "met" if call.answered else "waived"


def holding(call: Call, seen: Seen, greeted_us: Sequence[int], rules: str) -> list[str] | None:
    """The verdicts of hold_checkin in order; None where a limit is too near. `greeted_us`: by our clock."""
    every_us = HOLD_S[rules] * 1_000_000
    times = seen.told if call.source == "main" else seen.received
    first = 2 * call.devices  # of its events, after the rings, the answer and the devices that lost
    verdicts: list[str] = []
    for held in range(first, first + 2 * len(call.holds), 2):
        began_us, over_us = times[held], times[held + 1]
        off_us = seen.received[held] - began_us
        greetings = [us - off_us for us in greeted_us if seen.received[held] < us < seen.received[held + 1]]
        for until_us in (*greetings, over_us):
            waited_us = until_us - began_us
            near_us = min(waited_us % every_us, every_us - waited_us % every_us)
            if greetings and near_us < NEAR_US:
                return None
            late = int(waited_us // every_us)
            verdicts += ["breached"] * late
            if not late or waited_us % every_us >= NEAR_US:  # a period that has just begun may not be seen to begin
                verdicts.append("met")
            began_us = until_us
    return verdicts


def hailing(edges: Sequence[Edge]) -> list[tuple[str, int, str, float | None]]:
    """Of two_calls on one channel where all was heard: unit, calls, verdict, whole milliseconds until the reply."""
    begun_us = edges[0].heard_us
    spoken: list[Spoken] = []
    for press, release in zip(edges[::2], edges[1::2], strict=True):
        assert begun_us is not None
        assert press.heard_us is not None
        assert release.heard_us is not None
        begins, ends = (Fraction(edge - begun_us, 1000) for edge in (press.heard_us, release.heard_us))
        spoken.append(Spoken(press.who, begins, ends))  # type: ignore[arg-type]  # exact parts of ms serve as well
    return [
        (unit, calls, verdict, None if seconds is None else floor(seconds * 1000) / 1000)
        for unit, calls, verdict, seconds, _ in Oracle().walk(spoken)
    ]
