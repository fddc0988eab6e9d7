"""What is not told one by one, as the stream, the API and the board show it: windows, storms, service hours."""

from typing import Any

from rules.moments import rfc3339
from rules.quiet import Storm, Window
from rules.state import State


def quiet_document(state: State, now_us: int) -> dict[str, Any]:
    """For the stream and the board."""
    return {
        "windows": windows(state),
        "storms": [_storm(one) for one in state.quiet.values() if isinstance(one, Storm) and one.line],
        "hours": [
            {"medium": medium, "attended": hours.attended(now_us)} for medium, hours in state.terms.hours.items()
        ],
    }


def windows(state: State) -> list[dict[str, Any]]:
    """Those that run, then those to come."""
    known = [one for one in state.quiet.values() if isinstance(one, Window)]
    return [_window(state, one) for one in sorted(known, key=lambda one: (not one.on, one.from_us, one.key))]


def _window(state: State, one: Window) -> dict[str, Any]:
    return {
        "id": one.key,
        "why": one.why,
        "running": one.on,
        "from": rfc3339(one.from_us),
        "until": rfc3339(one.until_us),
        "reason": one.reason,
        "by": one.by,
        "medium": one.medium,
        "sources": list(one.scope.sources),
        "lines": list(one.scope.lines),
        "channels": list(one.scope.channels),
        "rules": list(one.scope.rules),
        "not_told": dict(one.held),
        "alert": f"{state.rules.site}-{one.id}-breach0",
    }


def _storm(one: Storm) -> dict[str, Any]:
    return {
        "alert": one.line,
        "rule": one.rule,
        "kind": one.kind,
        "source": one.source,
        "channel": one.channel,
        "running": one.running,
        "since": rfc3339(one.since_us),
        "count": one.count,
    }
