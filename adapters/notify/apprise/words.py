"""What a message says: one alert, or a digest of many. Short, the most urgent first, the link never cut off."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

_CLOCK = "%H:%M:%S"
LINES_MAX = 20  # of a digest: more nobody reads on a telephone
_SEVERITIES = ("emergency", "critical", "warning", "info")
_KINDS = ("escalation", "breach", "warning", "cleared")
_NAMES = {
    "zh": {"emergency": "紧急", "escalation": "升级", "breach": "超时", "warning": "提醒", "cleared": "解除"},
    "en": {
        "emergency": "EMERGENCY",
        "escalation": "Escalated",
        "breach": "Overdue",
        "warning": "Reminder",
        "cleared": "Cleared",
    },
}
_ACKNOWLEDGE = {"zh": "确认：", "en": "Acknowledge: "}
_LEAST = "x" * 40  # so much of an alert must stand beside the link that acknowledges it, or it is left out
AlertDocument = Mapping[str, Any]


class Words(NamedTuple):
    title: str
    body: str

    @property
    def whole(self) -> str:
        """For services that show no title of their own."""
        return f"{self.title}\n{self.body}"


class Room(NamedTuple):
    """How much one message holds."""

    chars: int
    utf8: int | None = None  # bytes

    def holds(self, text: str) -> bool:
        return len(text) <= self.chars and (self.utf8 is None or len(text.encode()) <= self.utf8)

    def cut(self, text: str, tail: str) -> str:
        """As much of `text` as there is room for beside the whole `tail`; never a part of a character."""
        if self.holds(text + tail):
            return text + tail
        tail = "…" + tail
        kept = text[: max(0, self.chars - len(tail))]
        if self.utf8 is not None:
            kept = kept.encode()[: max(0, self.utf8 - len(tail.encode()))].decode(errors="ignore")
        return kept + tail


class Wording(NamedTuple):
    """How one notifier speaks."""

    site: str
    language: str
    zone: ZoneInfo
    link: str

    def of(self, alerts: Sequence[AlertDocument], room: Room) -> Words:
        different = list({alert["id"]: alert for alert in alerts}.values())  # one alert may be meant for several people
        if len(different) == 1:
            return self._single(different[0], [_for_whom(alert) for alert in alerts], room)
        return self._digest(different, room)

    def _single(self, alert: AlertDocument, people: Sequence[str], room: Room) -> Words:
        title = self._title(_rank_name(alert), ", ".join(filter(None, people)))
        tail = self._tail(alert["acknowledge_url"] if len(people) == 1 else "")  # a link acknowledges in one's name
        if not room.holds(title + tail + _LEAST):
            tail = self._tail()
        return _fitted(title, self._line(alert), tail, room)

    def _digest(self, alerts: Sequence[AlertDocument], room: Room) -> Words:
        live, settled = without_cleared(alerts)
        live = sorted(live, key=urgency)
        if not live:
            return _fitted(self._title("cleared"), self._only_settled(settled), self._tail(), room)
        title = self._title(_rank_name(live[0]))
        head = self._counts(live, settled)
        many_days = len({self._at(alert).date() for alert in live}) > 1
        lines = [self._line(alert, "%m-%d %H:%M:%S" if many_days else _CLOCK) for alert in live]
        for shown in range(min(len(lines), LINES_MAX), 0, -1):
            body = "\n".join([head, *lines[:shown], *self._more(len(lines) - shown)]) + self._tail()
            if room.holds(f"{title}\n{body}"):
                return Words(title, body)
        return _fitted(title, f"{head}\n{lines[0]}", self._tail(), room)

    def _title(self, name: str, whom: str = "") -> str:
        said = _NAMES[self.language][name]
        bracketed = f"【{said}】{self.site}" if self.language == "zh" else f"[{said}] {self.site}"
        return f"{bracketed} → {whom}" if whom else bracketed

    def _at(self, alert: AlertDocument) -> datetime:
        return datetime.fromisoformat(str(alert["raised_at"])).astimezone(self.zone)

    def _line(self, alert: AlertDocument, clock: str = _CLOCK) -> str:
        return f"{self._at(alert):{clock}} {alert['text'][self.language]}"

    def _counts(self, live: Sequence[AlertDocument], settled: int) -> str:
        """12 条告警：紧急 1，超时 8，提醒 3；另有 2 条已自行解除"""
        names = _NAMES[self.language]
        counts = Counter(_rank_name(alert) for alert in live)
        if self.language == "zh":
            by_kind = "，".join(f"{said} {counts[name]}" for name, said in names.items() if counts[name])
            return f"{len(live)} 条告警：{by_kind}" + (f"；另有 {settled} 条已解除" if settled else "")
        by_kind = ", ".join(f"{said} {counts[name]}" for name, said in names.items() if counts[name])
        alerts = "1 alert" if len(live) == 1 else f"{len(live)} alerts"
        return f"{alerts}: {by_kind}" + (f"; {settled} more were cleared meanwhile" if settled else "")

    def _only_settled(self, settled: int) -> str:
        if self.language == "zh":
            return f"{settled} 条告警已解除，目前无需处理"
        return f"{settled} alerts were raised and cleared meanwhile: nothing to do"

    def _more(self, count: int) -> list[str]:
        if not count:
            return []
        return [f"……还有 {count} 条" if self.language == "zh" else f"… and {count} more"]

    def _tail(self, acknowledge: str = "") -> str:
        asked = f"\n{_ACKNOWLEDGE[self.language]}{acknowledge}" if acknowledge else ""
        return asked + (f"\n{self.link}" if self.link else "")


def without_cleared(alerts: Sequence[AlertDocument]) -> tuple[list[AlertDocument], int]:
    """Without those that others of them take back, and without the taking back, where nobody heard of the former."""
    ids = {alert["id"] for alert in alerts}
    cleared: set[str] = set()
    live = []
    for alert in alerts:
        waiting = ids.intersection(alert["clears"])
        cleared |= waiting
        if not (waiting and waiting.issuperset(alert["clears"])):
            live.append(alert)
    return [alert for alert in live if alert["id"] not in cleared], len(cleared)


def urgency(alert: AlertDocument) -> tuple[int, int, str]:
    """The lower, the sooner; of equals the older."""
    return (_SEVERITIES.index(alert["severity"]), _KINDS.index(alert["kind"]), str(alert["raised_at"]))


def _rank_name(alert: AlertDocument) -> str:
    emergency = alert["severity"] == "emergency" and alert["kind"] != "cleared"
    return "emergency" if emergency else str(alert["kind"])


def _for_whom(alert: AlertDocument) -> str:
    to = alert.get("to")
    return str(to["name"]) if to else ""


def _fitted(title: str, text: str, tail: str, room: Room) -> Words:
    """The body is cut so that the title has room before it: only few services show one by themselves."""
    whole = room.cut(f"{title}\n{text}", tail)
    return Words(title, whole.removeprefix(f"{title}\n"))
