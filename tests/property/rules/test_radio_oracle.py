"""two_calls against an oracle in the plainest style: a list of who spoke when, walked once, in milliseconds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import State
from rules.events import ControlTransmitting, Event, TransmissionEnded, TransmissionStarted, UnitIdentified
from rules.incidents import Incident
from rules.settings import RadioRules, RuleSet, SourceRules
from tests.property.rules.radio_oracle import Oracle, Spoken, Verdict
from tests.property.rules.soup import START_US, decide_all

MS = 1_000
RULES = RuleSet(
    version="one",
    site="one",
    notifiers=("desk",),
    sources=(SourceRules(name="tower", radio=RadioRules(channel="CH1", replies=("ptt",))),),
)

silences = st.one_of(
    st.sampled_from(
        [1, 300, 999, 1_000, 1_001, 1_999, 2_000, 2_001, 2_999, 3_000, 9_999, 10_000, 10_001, 29_999, 30_000]
    ),
    st.integers(1, 12_000),
)
lengths = st.one_of(st.sampled_from([299, 300, 499, 500, 501, 1_000, 4_000]), st.integers(1, 5_000))


@st.composite
def conversations(draw: st.DrawFn, *, late_ids: bool) -> list[Spoken]:
    """Half a duplex: one at a time. An id comes at the latest 2 s after its transmission, and before the next one."""
    now = 0
    found: list[Spoken] = []
    for who in draw(st.lists(st.sampled_from(["", "A", "A", "A", "B"]), min_size=1, max_size=12)):
        now += draw(silences)
        length = draw(lengths)
        found.append(Spoken(who, now, now + length))
        now += length
    if not late_ids:
        return found
    told = []
    for one, following in zip(found, [*found[1:], None], strict=True):
        latest = one.ends + 2_000 if following is None else min(one.ends + 2_000, following.begins - 1)
        told.append(Spoken(one.who, one.begins, one.ends, draw(st.integers(0, max(0, latest - one.begins)))))
    return told


def events_of(spoken: list[Spoken]) -> list[tuple[int, Event]]:
    told: list[tuple[int, int, Event]] = []
    for one in spoken:
        if not one.who:
            told.append((one.begins, 0, ControlTransmitting(source="tower", channel="CH1", on=True)))
            told.append((one.ends, 1, ControlTransmitting(source="tower", channel="CH1", on=False)))
            continue
        known = one.who if one.told == 0 else ""
        told.append((one.begins, 0, TransmissionStarted(source="tower", channel="CH1", unit=known)))
        told.append((one.ends, 1, TransmissionEnded(source="tower", channel="CH1")))
        if one.told:
            told.append((one.begins + one.told, 2, UnitIdentified(source="tower", channel="CH1", unit=one.who)))
    told.sort(key=lambda moment: moment[:2])
    return [(START_US + at_ms * MS, event) for at_ms, _, event in told]


def judged(spoken: list[Spoken]) -> list[Verdict]:
    """What the rules say once all is over."""
    state = State(RULES)
    events = events_of(spoken)
    end_us = events[-1][0] + 1_000_000_000
    last = TransmissionEnded(source="tower", channel="CH9")
    decisions = decide_all(state, [*events, (end_us, last)])
    incidents: dict[int, Incident] = {i.id: i for decision in decisions for i in decision.incidents}
    found: list[Verdict] = []
    for incident in sorted(incidents.values(), key=lambda i: i.opened_us):
        if incident.outcome == "merged":
            continue
        verdict = next(o for o in reversed(incident.obligations) if o.rule == "two_calls")
        assert verdict.calls == incident.calls
        assert (incident.outcome == "answered") == (verdict.seconds is not None)
        found.append((incident.unit, incident.calls, verdict.state, verdict.seconds, verdict.certain))
    return found


@settings(max_examples=500, deadline=None, derandomize=True)
@given(conversations(late_ids=False))
def test_the_rule_agrees_with_a_walk_over_the_list(spoken: list[Spoken]) -> None:
    assert judged(spoken) == Oracle().walk(spoken)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(conversations(late_ids=True))
def test_ids_that_come_late_change_nothing(spoken: list[Spoken]) -> None:
    """Whenever each id comes, while its transmission lasts or up to two seconds after it."""
    assert judged(spoken) == Oracle().walk(spoken)
