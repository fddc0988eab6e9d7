"""The live things of the radio: a channel with what is on the air and who waits for an answer, and a unit last heard.

`rules.conversations` and the files beside it change them; all else reads. All moments are on our clock. They are
trees, so the garbage collector need not walk through them (`gc=False`).
"""

from typing import Literal

import msgspec

from rules.events.radio import EndReason
from rules.settings import ReplyBy

TakenFor = Literal[
    "",  # not yet judged: it has not lasted long enough
    "call",
    "bump",  # a key pressed for a moment
    "tail",  # the squelch closing after control's own transmission
    "collision",  # control transmitted at the same time
    "exchange",  # an answer to what control had just said
    "others",  # not addressed to control
    "control",  # it was control's own, told by its unit
]


class Transmission(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """From a key's press to its release, as far as it was heard."""

    id: int
    source: str
    sources: list[str] = msgspec.field(default_factory=list)  # who hears it still
    unit: str = ""
    called: str = ""
    group: bool = False
    emergency: bool = False
    started_us: int
    ended_us: int | None = None
    source_ended_us: int | None = None  # the source's own clock
    reason: EndReason = "end"
    taken_for: TakenFor = ""
    judge_us: int | None = None  # long enough by then: it is judged
    watchdog_us: int = 0  # ended by us then
    tail: bool = False  # begun so soon after control's end that it is only counted late
    exchange: bool = False  # begun so soon after control's end that it may answer control
    hail: int = 0  # the incident it belongs to


class HeardCall(msgspec.Struct, omit_defaults=True, gc=False):
    """One transmission or message that counts towards a hail."""

    started_us: int
    ended_us: int | None
    transmission: int = 0  # Transmission.id; 0: a message
    source_ended_us: int | None = None  # the source's own clock


class Hail(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A unit that calls control, until it is answered or given up: what the incident's record does not need."""

    incident: int
    unit: str = ""
    heard: list[HeardCall] = msgspec.field(default_factory=list)
    folded: int = 0  # calls too long ago to stand in `heard`
    answered: bool = False  # an emergency is told on until somebody acknowledges it
    emergency: bool = False
    emergency_us: int = 0  # since then
    close_us: int | None = None  # given up then
    repeat_us: int | None = None  # the breach is told again then
    repeats: int = 0

    @property
    def last_end_us(self) -> int | None:
        """When its last call ended; None while it is on the air."""
        latest = 0
        for heard in self.heard:
            if heard.ended_us is None:
                return None
            latest = max(latest, heard.ended_us)
        return latest

    def calls(self, gap_us: int, longest_us: int) -> list[list[HeardCall]]:
        """Transmissions with less silence than the gap between them are one call, but none lasts for ever: who goes on
        pressing `longest_us` after a call began calls again.
        """
        calls: list[list[HeardCall]] = []
        until: int | None = None
        for heard in self.heard:
            goes_on = bool(calls) and (until is None or heard.started_us - until < gap_us)
            if goes_on and heard.started_us - calls[-1][0].started_us < longest_us:
                calls[-1].append(heard)
            else:
                calls.append([heard])
                until = heard.started_us
            until = None if heard.ended_us is None or until is None else max(until, heard.ended_us)
        return calls


def call_end_us(call: list[HeardCall]) -> int | None:
    """None while it is on the air."""
    ends = [heard.ended_us for heard in call if heard.ended_us is not None]
    return max(ends) if len(ends) == len(call) else None


class Channel(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """A radio channel as we hear it, whichever sources hear it."""

    id: int
    name: str
    source: str  # it was last heard through
    transmissions: list[Transmission] = msgspec.field(default_factory=list)  # on the air, and the last that were
    last_unit: str = ""
    last_heard_us: int = 0
    control_since_us: int | None = None  # control transmits
    control_source_us: int | None = None  # that moment by the clock of the source that told it
    control_until_us: int | None = None  # control's last transmission ended then
    control_sources: list[str] = msgspec.field(default_factory=list)  # who say that it does
    control_by: ReplyBy = "ptt"
    control_replies: bool = False  # what shows it may be a reply here
    control_called: str = ""  # the unit it speaks to, where told
    control_automatic: bool = False  # the station itself transmits: nobody speaks
    control_confirm_us: int | None = None  # long enough for a reply by then
    control_watchdog_us: int = 0
    partner: str = ""  # the unit that control has last spoken with; "" unknown
    partner_incident: int = 0
    exchange_until_us: int | None = None  # who begins sooner answers control
    early_unit: str = ""  # an id that came before its transmission
    early_us: int = 0
    hails: list[Hail] = msgspec.field(default_factory=list)
    messages: dict[str, int] = msgspec.field(default_factory=dict)  # ids heard lately, and when
    roll_alert: str = ""  # the alert that says that nobody's silence here can be judged

    @property
    def on_air(self) -> list[Transmission]:
        return [t for t in self.transmissions if t.ended_us is None]

    @property
    def last(self) -> Transmission | None:
        return self.transmissions[-1] if self.transmissions else None

    def may_answer(self, hail: Hail, squelch_us: int) -> bool:
        """What control says now began after the hail's last call, for no other unit: half a duplex allows no less.

        A squelch closes up to `squelch_us` late: who keys as soon as the voice ends keys before that.
        """
        since_us, last_us = self.control_since_us, hail.last_end_us
        if since_us is None or last_us is None or not self.control_replies or hail.answered:
            return False
        return last_us <= since_us + squelch_us and self.control_called in ("", hail.unit)

    def put_aside(self) -> None:
        """Wait for nothing more: one of its moments made a rule raise. Hails can still be answered."""
        self.transmissions = [t for t in self.transmissions if t.ended_us is not None]
        self.control_since_us = self.control_confirm_us = None
        self.control_sources = []
        for hail in self.hails:
            hail.close_us = hail.repeat_us = None

    @property
    def next_us(self) -> int | None:
        """When something of it wants to be looked at next."""
        due = [self.control_confirm_us] if self.control_confirm_us is not None else []
        if self.control_since_us is not None:
            due.append(self.control_watchdog_us)
        for transmission in self.transmissions:
            if transmission.ended_us is None:
                due.append(transmission.watchdog_us)
                if transmission.judge_us is not None:
                    due.append(transmission.judge_us)
        for hail in self.hails:
            due += [at for at in (hail.close_us, hail.repeat_us) if at is not None]
        return min(due, default=None)


class UnitStatus(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """When a unit last showed that it is there."""

    id: int
    unit: str
    channel: str = ""  # there
    last_us: int | None = None  # None: not since we know it
    since_us: int = 0  # its silence counts from here at the earliest
    present: bool = True  # False: it signed off
    missing_alert: str = ""  # the alert raised for its silence, until it is heard
