"""The rule set: everything a decision depends on besides the events. Made by the configuration,
taken by a `RulesTaken` event, so a replay of the journal decides as the live service did.

Seconds are what people write; `rules` turns them into microseconds where they are used.
"""

from typing import Literal

import msgspec

from rules.obligations import Rule, Severity
from rules.people import DayOff, Person, Shift, Stint
from rules.quiet import Maintenance, MaintenanceByHand, ServiceHours, StormRules

Boundary = Literal["third_ring_start", "third_ring_end", "before_fourth"]
ClockStart = Literal["first_human_ring", "offered"]
AppliesTo = Literal["inbound", "internal"]
CallBoundary = Literal["before_next_call", "next_call_end"]
HailBy = Literal["channel", "own_unit", "talkgroup", "call_alert", "text"]
ReplyBy = Literal["ptt", "unit", "text", "answered", "board"]
StatusMeaning = Literal["note", "call", "emergency", "promise"]
AcknowledgeBy = Literal["one", "all"]


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


class TwoCalls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Control answers a unit within `calls` calls. Source: S4 篇5 §3.3 a (收到对讲呼叫两声内必须有回复).

    No definition of 两声 was found: it is a count of calls, with plain seconds beside it.
    """

    enabled: bool = True
    calls: int = 2  # so many are allowed without a reply
    warn_at_calls: tuple[int, ...] = (2,)  # the desk is warned as these calls begin
    boundary: CallBoundary = "before_next_call"  # breached as the next call begins, or only as it ends
    fallback_s: float = 10.0  # breached so long after the end of the first call in any case; 0: never by time
    repeat_every_s: float = 30.0  # told again while unanswered; 0: once
    repeats_max: int = 10
    call_gap_s: float = 1.0  # two transmissions of a unit with less silence between them are one call
    window_s: float = 30.0  # a unit silent for so long after its calls, that begins again, begins a new count
    bump_s: float = 0.5  # a shorter transmission is a bumped key, no call: kept, marked
    tail_s: float = 1.0  # what opens so soon after control's own transmission is its squelch tail
    squelch_s: float = 0.3  # a squelch closes up to so much after the voice: who replies at once keys before that
    reply_min_s: float = 0.3  # a shorter transmission of control is no reply
    conversation_s: float = 3.0  # a unit that speaks so soon after control answers control: not a call
    watchdog_s: float = 120.0  # a transmission whose end is not heard is ended by us
    emergency_repeat_s: float = 60.0  # the same unit's emergency within so long is the same one


class Promise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit that was told to wait hears from us again. Source: S4 篇5 §3.3 d1."""

    enabled: bool = True
    within_s: float = 600.0
    warn_before_s: float = 120.0
    text_code: str = ""  # a text of control's that begins so gives the promise; "": only the desk does


class RollCall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each post is heard in time. Source: S4 篇5 §3.3.1 (时刻保持通讯畅通)."""

    enabled: bool = True
    heard_every_s: float = 0.0  # for every unit that is named; 0: only for units with a time of their own


class NotifierOnline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notifier that does not deliver is told by the others."""

    enabled: bool = True
    offline_alert_s: float = 300.0  # no link, or every try in vain, for so long


class SourceReadable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source that sends what nobody can read is told, once, and when that is over: a PBX after an upgrade."""

    enabled: bool = True
    unreadable: int = 20  # so many messages that nobody can read
    within_s: float = 3600.0  # counted from the first of them
    over_after_s: float = 900.0  # it is over when none has come for so long


class OnDuty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role that a ladder's step names, and for which nobody on duty can be reached, is told: once a gap."""

    enabled: bool = True


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule set is approved by who may (right `manage`), and reviewed in time; it is in force without, too."""

    review_every_days: float = 0.0  # approved so long ago: it is to be approved again; 0: nobody asks for approval
    within_days: float = 7.0  # a new set waits so long before it is told that nobody has approved it
    two_people: bool = False  # two different people sign: who changed it, and who approves it
    approvers: tuple[str, ...] = ()  # who may, by [[person]] id; none named: whoever has the right


class Claims(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who takes care of a record at the desk."""

    stale_after_s: float = 300.0  # whoever took it did nothing about it for so long: anybody may take it over


class Unit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A radio and who carries it."""

    unit: str  # as the radio system writes it
    name: str = ""
    post: str = ""
    heard_every_s: float | None = None  # the roll-call's, where it differs
    site: str = ""  # whose it is, where one gateway serves several; unset: that of the channel it was heard on last


class RadioChannel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A radio channel or talkgroup as people call it, and where its rule differs from the site's."""

    channel: str  # a channel's name, or a talkgroup's number
    name: str = ""
    two_calls: bool | None = None  # false: the rule does not hold here
    site: str = ""  # whose matters these are, where one gateway serves several; unset: the gateway's own


class StatusCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a status code means at this site."""

    code: str
    text: str
    means: StatusMeaning = "note"


class LadderStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step beyond `escalation`, for what is still not acknowledged."""

    after_s: float  # from the breach
    tell: tuple[str, ...] = ()  # as the ladder's own
    repeat_every_s: float = 0.0  # told again so often; 0: once
    repeats_max: int = 10
    acknowledge: AcknowledgeBy | None = None  # where it differs from the ladder's


class Ladder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"steps": "step"}):
    """Who is told at which step: a notifier's name, "role:…" (who is on duty for it then) or "person:…".

    A step that reaches nobody tells every notifier.
    """

    warn: tuple[str, ...] = ()
    breach: tuple[str, ...] = ()
    escalation: tuple[str, ...] = ()
    acknowledge_within_s: float = 60.0  # unacknowledged for so long after the breach: `escalation`
    acknowledge: AcknowledgeBy = "one"  # one is enough, or all people who were told must, each himself
    act_within_s: float = 0.0  # acknowledged, and nothing done for so long: it climbs on; 0: acknowledging is enough
    act_warn_before_s: float = 60.0  # so long before that, whoever acknowledged is warned
    on_it_max_s: float = 3600.0  # "I am on it, until …": so long at the most
    snooze_max_s: float = 300.0  # so long at the most; 0: no snoozing. An emergency cannot be snoozed
    snoozes_max: int = 2  # so often
    notified_within_s: float = 10.0  # nothing has been delivered by then: nobody was notified
    climbs_unreached: bool = False  # none of a step's roles and people can be reached: it climbs at once
    steps: tuple[LadderStep, ...] = ()


class SpecialLadder(Ladder, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"steps": "step"}):
    """A ladder of its own for alerts of some rules or severities; the first that fits is climbed."""

    name: str = ""  # a named one is climbed only where [[hours]] says so
    rules: tuple[Rule, ...] = ()  # none named: all
    severities: tuple[Severity, ...] = ()  # none named: all


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
    site: str = ""  # whose matters these are, where one gateway serves several; unset: the gateway's own


class RadioRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a base station's traffic is a hail to control, and what shows control's reply.

    hails: "channel" any transmission on it (a desk channel); "own_unit", "talkgroup" one that calls `own_units`,
    `talkgroups`; "call_alert", "text" such a message to us (to `own_units` or `talkgroups`; on a desk channel any).
    replies: "ptt" the station's own transmitter; "unit" a transmission by one of `own_units`; "text" a text by one of
    them; "answered" the station says so; "board" a click. None at all: two_calls is not_observable here.
    """

    channel: str
    own_units: tuple[str, ...] = ()
    talkgroups: tuple[str, ...] = ()
    hails: tuple[HailBy, ...] = ("channel", "call_alert", "text")
    replies: tuple[ReplyBy, ...] = ()
    identification_is_call: bool = False  # the source shows no carrier: an id outside a transmission is a call


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
    radio: RadioRules | None = None  # None: a PBX
    site: str = ""  # whose calls are that tell no line, where one gateway serves several; unset: the gateway's own
    call_ids_again_s: float = 3600.0  # so long after the end of a call its id may be another's
    rescue: str = ""  # where the caller is sent whose three rings are breached; "": nowhere


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """All rules of one site. `version` names the content: equal rules, equal version."""

    version: str
    site: str
    substance: str = ""  # as `version`, without people, duty, units and maintenance: what is approved
    timezone: str = "Asia/Shanghai"  # incident numbers follow its days
    three_rings: ThreeRings = ThreeRings()
    hold_checkin: HoldCheckin = HoldCheckin()
    call_back: CallBack = CallBack()
    two_calls: TwoCalls = TwoCalls()
    promise: Promise = Promise()
    roll_call: RollCall = RollCall()
    claims: Claims = Claims()
    approval: Approval = Approval()
    notifier_online: NotifierOnline = NotifierOnline()
    source_readable: SourceReadable = SourceReadable()
    on_duty: OnDuty = OnDuty()
    ladder: Ladder = Ladder()
    special_ladders: tuple[SpecialLadder, ...] = ()
    lines: tuple[Line, ...] = ()
    sources: tuple[SourceRules, ...] = ()
    notifiers: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    channels: tuple[RadioChannel, ...] = ()
    status_codes: tuple[StatusCode, ...] = ()
    people: tuple[Person, ...] = ()
    shifts: tuple[Shift, ...] = ()
    stints: tuple[Stint, ...] = ()  # dated ones, from calendars
    days_off: tuple[DayOff, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    maintenance_by_hand: MaintenanceByHand = MaintenanceByHand()
    hours: tuple[ServiceHours, ...] = ()
    storm: StormRules = StormRules()
