"""The rule set: everything a decision depends on besides the events. Made by the configuration,
taken by a `RulesTaken` event, so a replay of the journal decides as the live service did.

Seconds are what people write; `rules` turns them into microseconds where they are used.
"""

from typing import Literal

import msgspec

Boundary = Literal["third_ring_start", "third_ring_end", "before_fourth"]
ClockStart = Literal["first_human_ring", "offered"]
AppliesTo = Literal["inbound", "internal"]


class ThreeRings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A caller is answered within `rings` rings. Sources: S0 §4.2, S4 篇1 §2(2), S3 便民 一.7."""

    enabled: bool = True
    rings: int = 3  # so many are allowed
    warn_at_rings: tuple[int, ...] = (2, 3)  # the desk is warned as these rings begin
    boundary: Boundary = "before_fourth"  # what of the last ring is still in time, see docs/RULES.md
    seconds: float | None = None  # a plain limit instead of counted rings
    clock_start: ClockStart = "first_human_ring"  # or when the call reached us, queue and menu included
    apply_to: tuple[AppliesTo, ...] = ("inbound",)  # calls out never count
    short_abandon_s: float = 5.0  # a caller who gave up sooner counts apart


class HoldCheckin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A waiting caller is greeted again every `every_s`. Source: S4 篇5 §3.1.4."""

    enabled: bool = True
    every_s: float = 30.0  # from the hold, then from each greeting
    warn_before_s: float = 5.0  # so long before it is due
    min_talk_before_hold_s: float = 10.0  # a hold sooner after the answer is flagged
    follow_park: bool = True  # also while the caller is parked
    follow_queue: bool = False  # also while the caller waits in a queue


class CallBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A caller who was not answered is called back. Source: S3 便民 一.2 (事事有回音)."""

    enabled: bool = True
    within_s: float = 900.0  # from the end of the call
    warn_before_s: float = 300.0  # so long before it is due
    after_short_abandon: bool = True  # also for a caller who gave up within short_abandon_s


class Ladder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is told at which step, by notifier name; an empty step tells every notifier."""

    warn: tuple[str, ...] = ()
    breach: tuple[str, ...] = ()
    escalation: tuple[str, ...] = ()
    acknowledge_within_s: float = 60.0  # unacknowledged for so long: the next step
    notified_within_s: float = 10.0  # no notifier has delivered by then: nobody was notified


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hotline number and where its rules differ from the site's."""

    number: str  # as the PBX tells it
    name: str = ""  # as people call it
    inbound_only: bool = False  # S3 便民 一.7: 只打进、不打出
    rings: int | None = None  # unset, as all below: the site's
    seconds: float | None = None
    boundary: Boundary | None = None
    clock_start: ClockStart | None = None
    country: str | None = None
    three_rings: bool | None = None  # false: the rule does not hold for this line
    hold_checkin: bool | None = None


class SourceRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the rules must know of a source."""

    name: str
    country: str = "CN"
    ring_cycle_s: float | None = None  # from ring to ring, where it differs from the country's
    shows_ring: bool = True
    shows_hold: bool = True
    leg_ids_unique: bool = (
        False  # leg ids mean one leg across all calls: a leg seen under another call id joins the two
    )
    clock_skew_max_s: float = 2.0  # beyond this the source's clock does not judge
    extensions: str = r"[1-9]\d{1,3}"  # a number that matches whole is one of ours
    offline_alert_s: float = 10.0  # out of touch for so long: the desk is told


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """All rules of one site. `version` names the content: equal rules, equal version."""

    version: str
    site: str
    timezone: str = "Asia/Shanghai"  # incident numbers follow its days
    three_rings: ThreeRings = ThreeRings()
    hold_checkin: HoldCheckin = HoldCheckin()
    call_back: CallBack = CallBack()
    ladder: Ladder = Ladder()
    lines: tuple[Line, ...] = ()
    sources: tuple[SourceRules, ...] = ()
    notifiers: tuple[str, ...] = ()
