"""Alert documents for the tests of the apprise notifier, made as the gateway makes them."""

from typing import Any

from adapters.notify.message import told
from rules.effects import Alert
from rules.moments import SECOND_US

AT_US = 1_795_287_600_000_000  # 2026-11-22 03:00:00 in Shanghai


def alert(number: int = 1, link: str = "", **more: Any) -> dict[str, Any]:
    """The breach of the third ring, `number` seconds after three o'clock at night."""
    at_us = AT_US + number * SECOND_US
    facts: dict[str, Any] = {
        "id": f"a{number}",
        "key": f"k{number}",
        "site": "滨江花园",
        "rule": "three_rings",
        "kind": "breach",
        "severity": "critical",
        "opened_us": at_us - 15 * SECOND_US,
        "due_us": at_us,
        "raised_us": at_us,
        "incident": f"20261122-{number:04}",
        "caller": "13800138000",
        "line": "4001",
        "ring": 3,
    }
    return told(Alert(**facts | more), link=link)
