"""Plans that are carried out, as the journal tells: each start, each tick, each end."""

from typing import Any, Final

from gateway.web.services import Services
from rules.moments import SECOND_US, parse_rfc3339, rfc3339

_STARTS_READ: Final = 30
_TICKS_READ: Final = 1000


async def runs(services: Services) -> list[dict[str, Any]]:
    """The newest first; `running`: it has not ended, though all its steps may be done."""
    started = await services.store.listed("PlanStarted", limit=_STARTS_READ)
    if not started:
        return []
    done = await services.store.listed("PlanStepDone", limit=_TICKS_READ)
    ended = {one["event"]["started"]: one for one in await services.store.listed("PlanEnded", limit=_STARTS_READ)}
    ticks = {(one["event"]["started"], one["event"]["step"]): one for one in done}  # the oldest of two wins
    now_us = services.pipeline.now_us()
    return [_run(one, ticks, ended.get(one["seq"]), now_us) for one in started]


def _run(
    start: dict[str, Any], ticks: dict[tuple[int, int], dict[str, Any]], end: dict[str, Any] | None, now_us: int
) -> dict[str, Any]:
    event, seq = start["event"], start["seq"]
    began_us = parse_rfc3339(start["at"])
    return {
        "id": seq,
        "plan": event["plan"],
        "incident": event.get("incident", ""),
        "sites": event.get("sites", []),
        "started_at": start["at"],
        "started_by": event["by"],
        "running": end is None,
        "ended_at": None if end is None else end["at"],
        "ended_by": None if end is None else end["event"]["by"],
        "note": "" if end is None else end["event"].get("note", ""),
        "steps": [_step(step, ticks.get((seq, place)), began_us, now_us) for place, step in enumerate(event["steps"])],
    }


def _step(step: dict[str, Any], tick: dict[str, Any] | None, began_us: int, now_us: int) -> dict[str, Any]:
    within_s = step.get("within_s")
    due_us = None if within_s is None else began_us + round(within_s * SECOND_US)
    done_us = None if tick is None else parse_rfc3339(tick["at"])
    return {
        "do": step["do"],
        "role": step.get("role", ""),
        "due_at": None if due_us is None else rfc3339(due_us),
        "done_at": None if tick is None else tick["at"],
        "done_by": None if tick is None else tick["event"]["by"],
        "note": "" if tick is None else tick["event"].get("note", ""),
        "late": due_us is not None and (now_us if done_us is None else done_us) > due_us,
    }
