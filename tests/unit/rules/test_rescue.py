"""Call rescue as the rules see it: asked once at the breach of a call that rings, for the caller's leg, and noted."""

import msgspec

from rules.effects import Decision, Send
from rules.engine import State, decide
from rules.events import (
    ConnectionCleared,
    DeadlinePassed,
    Delivered,
    DeliverySettled,
    Entry,
    Established,
    Event,
    MaintenanceBegun,
    Originated,
    RulesTaken,
)
from rules.incidents import Incident
from rules.quiet import Opening, Scope, ServiceHours
from rules.settings import RuleSet, SourceRules

START_US = 1_800_000_000_000_000
SECOND_US = 1_000_000
TARGET = "rescue:main/caller"


class Site:
    """One source with a place for rescued callers, or none."""

    def __init__(self, rescue: str = "900@rescue") -> None:
        source = SourceRules(name="main", rescue=rescue)
        self.state = State(RuleSet(version="1", site="s", sources=(source,), notifiers=("desk",)))
        self.sends: list[Send] = []
        self.notes: list[tuple[str, str]] = []
        self._seq = 0

    def tell(self, event: Event, after_s: float) -> Decision:
        self._seq += 1
        decision = decide(self.state, Entry(self._seq, START_US + round(after_s * SECOND_US), event))
        self.sends += [send for send in decision.sends if send.notifier != "desk"]
        self.notes += [(note.what, note.detail) for note in decision.notes if note.what.startswith("rescue")]
        return decision

    def rings(self, *, with_caller: bool = True) -> None:
        about = {"source": "main", "call": "c1", "direction": "inbound", "caller": "13800138000", "called": "4001"}
        if with_caller:
            self.tell(msgspec.convert(about | {"leg": "caller", "role": "caller"}, Originated), 0)
        self.tell(msgspec.convert(about | {"leg": "desk", "role": "agent"}, Delivered), 0)

    def settle(self, *, delivered: bool, reason: str = "", words: str = "") -> None:
        [send] = self.sends
        self.tell(
            DeliverySettled(
                alert=send.alert, notifier=send.notifier, delivered=delivered, attempts=1, reason=reason, words=words
            ),
            15.5,
        )

    @property
    def incident(self) -> Incident:
        return self.state.by_call["main"]["c1"]


def test_at_the_breach_the_callers_leg_is_sent_away_once() -> None:
    site = Site()
    site.rings()
    site.tell(DeadlinePassed(), 14.9)
    assert site.sends == []
    site.tell(DeadlinePassed(), 15)
    assert [send.notifier for send in site.sends] == [TARGET]
    site.settle(delivered=True)
    site.tell(DeadlinePassed(), 300)
    assert len(site.sends) == 1
    assert site.notes == [("rescue_asked", "900@rescue"), ("rescued", "900@rescue")]


def test_what_the_pbx_said_of_a_failed_one_is_noted() -> None:
    site = Site()
    site.rings()
    site.tell(DeadlinePassed(), 15)
    site.settle(delivered=False, reason="refused", words="Permission denied")
    assert site.notes[-1] == ("rescue_failed", "refused: Permission denied")


def test_nobody_is_sent_away_where_it_is_off_or_the_call_was_answered() -> None:
    off = Site(rescue="")
    off.rings()
    off.tell(DeadlinePassed(), 15)
    answered = Site()
    answered.rings()
    answered.tell(Established(source="main", call="c1", leg="desk", role="agent"), 14)
    answered.tell(DeadlinePassed(), 20)
    late = Site()  # the answer itself shows that the limit has passed
    late.rings()
    late.tell(Established(source="main", call="c1", leg="desk", role="agent"), 14)
    assert off.sends == answered.sends == late.sends == []


def test_a_caller_who_is_not_seen_cannot_be_sent_and_that_is_noted() -> None:
    site = Site()
    site.rings(with_caller=False)
    site.tell(DeadlinePassed(), 15)
    assert (site.sends, site.notes) == ([], [("rescue_failed", "no_caller_seen")])


def test_the_breach_lives_until_the_rescue_is_settled_though_somebody_acknowledged_it() -> None:
    site = Site()
    site.rings()
    site.tell(DeadlinePassed(), 15)
    [send] = site.sends
    alert = site.state.alerts[send.alert]
    alert.state = "acknowledged"
    site.tell(DeliverySettled(alert=alert.id, notifier="desk", delivered=True, attempts=1), 15.1)
    assert alert.id in site.state.alerts
    site.settle(delivered=True)
    assert alert.id not in site.state.alerts


def test_the_legs_that_the_rescue_ends_are_not_the_callers_giving_up() -> None:
    site = Site()
    site.rings()
    site.tell(DeadlinePassed(), 15)
    site.tell(ConnectionCleared(source="main", call="c1", leg="desk", role="agent", cause="cancelled"), 15.1)
    site.tell(Delivered(source="main", call="c1", leg="other", role="agent"), 15.2)
    site.tell(ConnectionCleared(source="main", call="c1", leg="other", role="agent", cause="no_answer"), 75)
    site.tell(ConnectionCleared(source="main", call="c1", leg="caller", role="caller", cause="no_answer"), 75.1)
    assert site.incident.outcome == "missed"


def test_a_silence_hushes_people_and_not_the_rescue() -> None:
    """Maintenance by hand, and hours in which alerts are only recorded: the caller is sent on, and nobody is told."""
    closed = ServiceHours(medium="phone", after_hours="record_only", opening=(Opening(from_="09:00", to="09:01"),))
    for hours in ((), (closed,)):
        site = Site()
        if hours:
            site.tell(RulesTaken(rules=msgspec.structs.replace(site.state.rules, hours=hours)), 0)
        else:
            until_us = START_US + 600 * SECOND_US
            site.tell(MaintenanceBegun(by="chen", window="w", until_us=until_us, scope=Scope(), reason="cables"), 0)
        site.rings()
        breach = site.tell(DeadlinePassed(), 15).alerts[-1]
        assert (breach.kind, bool(breach.silenced), breach.notifiers) == ("breach", True, ())
        assert [send.notifier for send in site.sends] == [TARGET]
        site.settle(delivered=True)
        assert site.notes == [("rescue_asked", "900@rescue"), ("rescued", "900@rescue")]
