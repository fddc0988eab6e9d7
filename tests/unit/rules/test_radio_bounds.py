"""However much the radio brings, what is kept of it has an end; and what reads badly as a story."""

import msgspec

from rules.engine import State, decide, next_deadline
from rules.events import (
    CallAlert,
    ControlTransmitting,
    DeadlinePassed,
    Emergency,
    Entry,
    Event,
    EventUndecided,
    FactsTold,
    RulesTaken,
    TransmissionEnded,
    TransmissionStarted,
    UnitSeen,
)
from rules.hails import KEPT_US
from rules.settings import RadioChannel, RadioRules, RollCall, RuleSet, SourceRules, TwoCalls, Unit

TOWER = SourceRules(name="tower", radio=RadioRules(channel="CH1", replies=("ptt",)))
RULES = RuleSet(version="v1", site="s", sources=(TOWER,), notifiers=("desk",))
NOW = 1_763_712_000_000_000
SECOND = 1_000_000


class Site:
    """One state, fed in the order of time."""

    def __init__(self, rules: RuleSet = RULES) -> None:
        self.state = State(rules)
        self.seq = 0
        self.gone: set[str] = set()

    def takes(self, at_s: float, event: Event) -> None:
        at_us = NOW + round(at_s * SECOND)
        while (due_us := next_deadline(self.state)) is not None and due_us <= at_us:
            self._decide(due_us, DeadlinePassed())
        self._decide(at_us, event)

    def calls(self, at_s: float, unit: str, channel: str = "CH1", seconds: float = 1.0) -> None:
        self.takes(at_s, TransmissionStarted(source="tower", channel=channel, unit=unit))
        self.takes(at_s + seconds, TransmissionEnded(source="tower", channel=channel, unit=unit))

    def _decide(self, at_us: int, event: Event) -> None:
        self.seq += 1
        decision = decide(self.state, Entry(self.seq, at_us, event))
        self.gone |= {*decision.channels_gone, *decision.units_gone}


def test_ids_of_messages_are_forgotten_after_two_hundred() -> None:
    site = Site()
    for n in range(400):
        site.takes(n * 0.001, CallAlert(source="tower", channel="CH1", unit="100-4002", id=str(n)))
    assert len(site.state.channels["CH1"].messages) == 256


def test_a_unit_that_calls_all_day_holds_no_more_than_a_few_of_its_calls() -> None:
    site = Site(msgspec.structs.replace(RULES, two_calls=TwoCalls(fallback_s=0, repeats_max=0)))
    for n in range(200):
        site.calls(n * 5.0, "100-4002")
    [hail] = site.state.channels["CH1"].hails
    [incident] = site.state.incidents.values()
    assert len(hail.heard) == 32
    assert incident.calls == 200


def test_units_that_nobody_asks_for_make_room_for_new_ones() -> None:
    asked = msgspec.structs.replace(RULES, units=(Unit(unit="first", heard_every_s=900),))
    site = Site(asked)
    for n, unit in enumerate(["first", *(f"u{n}" for n in range(2_100))]):
        site.takes(n * 0.001, UnitSeen(source="tower", channel="CH1", unit=unit))
    assert len(site.state.units) == 2_000
    assert "first" in site.state.units
    assert "u0" in site.gone


def test_channels_that_are_quiet_make_room_for_new_ones() -> None:
    site = Site()
    for n in range(300):
        site.takes(n * 0.001, UnitSeen(source="tower", channel=f"CH1-{n}", unit="x"))
    assert len(site.state.channels) == 256
    assert "CH1-0" in site.gone


def test_hails_of_a_channel_have_an_end() -> None:
    site = Site()
    for n in range(300):
        site.takes(n * 0.001, CallAlert(source="tower", channel="CH1", unit=f"u{n}"))
    assert len(site.state.channels["CH1"].hails) == 256
    assert [i.outcome for i in site.state.incidents.values()].count("missed") == 44


def test_the_record_can_be_completed_for_twelve_hours() -> None:
    site = Site()
    site.calls(0, "100-4002")
    site.takes(3, ControlTransmitting(source="tower", channel="CH1", on=True))
    site.takes(4, ControlTransmitting(source="tower", channel="CH1", on=False))
    [incident] = site.state.incidents.values()
    told = FactsTold(by="li", incident=incident.number, facts={"matter": "theft"})
    site.takes(KEPT_US / SECOND, told)
    assert incident.facts == {"matter": "theft"}
    site.takes(KEPT_US / SECOND + 5, told)
    assert site.state.incidents == {}


def test_an_undecided_moment_of_a_channel_is_put_aside() -> None:
    site = Site()
    site.takes(0, TransmissionStarted(source="tower", channel="CH1", unit="100-4002"))
    assert next_deadline(site.state) == NOW + SECOND // 2
    site.takes(0.4, EventUndecided(seq=2, error="KeyError", deadline=True))
    assert next_deadline(site.state) == NOW + round(10.4 * SECOND)  # the operators' alert must have reached somebody
    site.calls(10, "100-4002")
    assert [i.calls for i in site.state.incidents.values()] == [1]


def test_slots_of_a_source_with_several_channels_follow_its_settings() -> None:
    site = Site(msgspec.structs.replace(RULES, channels=(RadioChannel(channel="CH1-2", two_calls=False),)))
    site.calls(0, "1", "CH1-1")
    site.calls(0.1, "2", "CH1-2")
    rules = {i.channel: [o.rule for o in i.obligations] for i in site.state.incidents.values()}
    assert rules == {"CH1-1": ["two_calls"], "CH1-2": []}


def test_posts_have_their_full_time_when_the_rules_are_taken_and_after_we_were_down() -> None:
    rules = msgspec.structs.replace(RULES, roll_call=RollCall(heard_every_s=60), units=(Unit(unit="100-4002"),))
    site = Site(rules)
    site.takes(0, RulesTaken(rules=rules))
    assert next_deadline(site.state) == NOW + 60 * SECOND
    decision = decide(site.state, Entry(99, NOW + 300 * SECOND, DeadlinePassed()))  # nobody was there to notice
    assert decision.alerts == []
    assert next_deadline(site.state) == NOW + 360 * SECOND
    decision = decide(site.state, Entry(100, NOW + 360 * SECOND, DeadlinePassed()))
    assert [(a.rule, a.unit) for a in decision.alerts] == [("roll_call", "100-4002")]


def test_emergencies_are_told_again_for_a_day_at_most() -> None:
    site = Site(msgspec.structs.replace(RULES, two_calls=TwoCalls(repeat_every_s=3600)))
    site.takes(0, Emergency(source="tower", channel="CH1", unit="100-4002"))
    site.takes(23.5 * 3600, UnitSeen(source="tower", channel="CH1", unit="x"))
    [hail] = site.state.channels["CH1"].hails
    assert hail.repeats == 23
    site.takes(50 * 3600, UnitSeen(source="tower", channel="CH1", unit="x"))
    assert site.state.channels["CH1"].hails == []
