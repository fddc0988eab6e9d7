"""A copy of the store, put back later: what it held is all there is, and what was committed since is lost."""

from copy import copy
from dataclasses import dataclass, field
from typing import Any

from adapters.ports import JournalRow
from rules.effects import Alert, Send
from rules.events import CallEvent
from rules.incidents import Incident
from tests.simulation.disk import Disk

_NEVER_BACK = ("pulses",)  # a beat that was felt was felt


@dataclass(frozen=True)
class Copied:
    """Everything that the disk held at one moment, and the copy that the product made of the file beneath it."""

    held: dict[str, Any]
    file: bytes | None

    @property
    def at_us(self) -> int:
        rows: list[JournalRow] = self.held["rows"]
        return rows[-1].entry.at_us if rows else 0


@dataclass(frozen=True)
class Lost:
    """What the disk held beyond the copy that was put back."""

    from_us: int = 0
    until_us: int = -1  # by the gateway's clock
    rows: list[JournalRow] = field(default_factory=list)
    alerts: dict[str, Alert] = field(default_factory=dict)
    incidents: dict[int, Incident] = field(default_factory=dict)
    pending: list[Send] = field(default_factory=list)  # not lost: as the copy had it
    seq: int = 0  # of the copy's last entry
    last_id: int = 0  # that the copy knew

    @property
    def calls(self) -> set[str]:
        """Whose events are lost, some of them or all."""
        return {row.entry.event.call for row in self.rows if isinstance(row.entry.event, CallEvent)}

    @property
    def told_again(self) -> set[str]:
        """Steps of what the copy knew come once more, under the keys that they had, and say what holds then."""
        return {id_ for id_, alert in self.alerts.items() if alert.obligation <= self.last_id}

    def spans(self, from_us: int, until_us: int) -> bool:
        """Something of that time is lost."""
        return self.from_us <= until_us and from_us <= self.until_us


def copy_of(disk: Disk) -> Copied:
    held = {name: copy(one) for name, one in vars(disk).items() if name not in _NEVER_BACK and name[0] != "_"}
    return Copied(held, disk.back_up())


def put_back(disk: Disk, copied: Copied, until_us: int) -> Lost:
    rows: list[JournalRow] = copied.held["rows"]
    lost = Lost(
        from_us=copied.at_us,
        until_us=until_us,
        rows=disk.rows[len(rows) :],
        alerts={id_: one for id_, one in disk.all_alerts.items() if id_ not in copied.held["all_alerts"]},
        incidents={id_: one for id_, one in disk.all_incidents.items() if id_ not in copied.held["all_incidents"]},
        pending=list(copied.held["pending"]),
        seq=len(rows),
        last_id=copied.held["last_id"],
    )
    for name, held in copied.held.items():
        now = getattr(disk, name)
        if isinstance(now, dict):  # others hold on to it
            now.clear()
            now.update(held)
        else:
            setattr(disk, name, copy(held))
    disk.restored = True
    if copied.file is not None:
        disk.take_instead(copied.file)
    return lost
