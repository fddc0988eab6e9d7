"""Random radio traffic: few units, two channels, four sources, so that everything meets everything."""

from typing import Any

from hypothesis import strategies as st

from rules.events import (
    CallAlert,
    CallAnswered,
    ControlTransmitting,
    DeadlinePassed,
    Emergency,
    Event,
    FactsTold,
    HailAnswered,
    LinkChanged,
    MachineAck,
    PromiseGiven,
    PromiseKept,
    RulesTaken,
    Status,
    Text,
    TransmissionEnded,
    TransmissionStarted,
    UnitIdentified,
    UnitSeen,
)
from rules.settings import (
    Ladder,
    Promise,
    RadioRules,
    ReplyBy,
    RollCall,
    RuleSet,
    SourceRules,
    StatusCode,
    TwoCalls,
    Unit,
)
from tests.property.rules.soup import alert_deeds

OWN = "100-0001"
ALL: tuple[ReplyBy, ...] = ("ptt", "unit", "text", "answered", "board")
RULES = RuleSet(
    version="radio",
    site="radio",
    notifiers=("desk", "boss"),
    sources=(
        SourceRules(name="tower", radio=RadioRules(channel="CH1", own_units=(OWN,), replies=ALL)),
        SourceRules(name="probe", radio=RadioRules(channel="CH1", identification_is_call=True)),
        SourceRules(name="dmr", radio=RadioRules(channel="CH2", hails=("talkgroup", "text"), talkgroups=("77",))),
    ),
    promise=Promise(within_s=30, warn_before_s=5, text_code="WAIT"),
    roll_call=RollCall(heard_every_s=60),
    units=(Unit(unit="100-4002", name="East"), Unit(unit="100-4003", heard_every_s=20)),
    status_codes=(
        StatusCode(code="1", text="call", means="call"),
        StatusCode(code="2", text="help", means="emergency"),
        StatusCode(code="3", text="wait", means="promise"),
    ),
)
OTHER_RULES = RuleSet(
    version="other",
    site="radio",
    notifiers=("desk",),
    sources=RULES.sources,
    ladder=Ladder(act_within_s=20, act_warn_before_s=5),
    two_calls=TwoCalls(fallback_s=0, boundary="next_call_end", repeats_max=1, bump_s=0),
    units=(Unit(unit="100-4003"),),
)
KINDS: list[type] = [
    TransmissionStarted, TransmissionStarted, TransmissionStarted, TransmissionEnded, TransmissionEnded,
    TransmissionEnded, UnitIdentified, UnitIdentified, ControlTransmitting, ControlTransmitting, ControlTransmitting,
    UnitSeen, CallAlert, Emergency, Status, Text, MachineAck, CallAnswered,
]  # fmt: skip
units = st.sampled_from(["", "", "100-4002", "100-4002", "100-4003", OWN])
MORE: dict[type, dict[str, st.SearchStrategy[Any]]] = {
    TransmissionStarted: {"emergency": st.integers(0, 9).map(lambda n: n == 0)},
    TransmissionEnded: {"reason": st.sampled_from(["end", "lost", "timeout"])},
    UnitIdentified: {"phase": st.sampled_from(["", "press", "release"])},
    UnitSeen: {"present": st.booleans()},
    Emergency: {"active": st.integers(0, 4).map(lambda n: n > 0)},
    Status: {"status": st.sampled_from(["1", "2", "3", "4"])},
    Text: {"text": st.sampled_from(["WAIT a moment", "hello"])},
    ControlTransmitting: {"on": st.booleans()},
}
LAGS = [None, None, None, None, 0, 0, 300_000, 900_000, 7_000_000, -1_000_000, 10**13]


@st.composite
def radio_events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(KINDS))
    source = draw(st.sampled_from(["tower", "tower", "tower", "probe", "dmr", "stranger"]))
    event: Event = kind(
        source=source,
        channel="CH2" if source == "dmr" else "CH1",
        unit=draw(units),
        called=draw(st.sampled_from(["", "", "", "77", "100-4002", OWN])),
        id=draw(st.sampled_from(["", "", "", "1", "2"])),
        occurred_us=draw(st.sampled_from(LAGS)),  # a lag until the moment of receipt is known, see `soup.journal`
        **{name: draw(strategy) for name, strategy in MORE.get(kind, {}).items()},
    )
    return event


numbers = st.sampled_from(["20251121-0001", "20251121-0002", "20251121-0003", "nonsense"])
by = st.just("li")
staff_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(HailAnswered, by=by, incident=numbers),
    st.builds(PromiseGiven, by=by, incident=numbers),
    st.builds(PromiseKept, by=by, incident=numbers),
    st.builds(FactsTold, by=by, incident=numbers, facts=st.just({"place": "gate"})),
    alert_deeds(st.sampled_from([f"radio-{n}-{kind}0" for n in (4, 5, 6) for kind in ("breach", "escalation")])),
    st.builds(
        LinkChanged,
        source=st.sampled_from(["tower", "probe", "dmr"]),
        state=st.sampled_from(["connecting", "online", "stale", "offline"]),
    ),
    st.builds(RulesTaken, rules=st.sampled_from([RULES, OTHER_RULES])),
    st.just(DeadlinePassed()),
)
steps = st.sampled_from([0, 0, 100_000, 300_000, 500_000, 1_000_000, 1_500_000, 4_000_000, 10_000_000, 31_000_000])
lengths = st.sampled_from([100_000, 300_000, 500_000, 1_000_000, 3_000_000])


@st.composite
def spoken(draw: st.DrawFn) -> list[tuple[int, Event]]:
    """A unit or control speaks, and an id may come early, late, or never."""
    unit = draw(units)
    source = draw(st.sampled_from(["tower", "tower", "probe", "dmr"]))
    place: dict[str, Any] = {"source": source, "channel": "CH2" if source == "dmr" else "CH1"}
    step, length = draw(steps), draw(lengths)
    if draw(st.integers(0, 2)) == 0:
        return [
            (step, ControlTransmitting(on=True, **place)),
            (length, ControlTransmitting(on=False, **place)),
        ]
    told = unit if draw(st.booleans()) else ""
    said: list[tuple[int, Event]] = [
        (step, TransmissionStarted(unit=told, called="77", **place)),
        (length, TransmissionEnded(unit=told, **place)),
    ]
    if not told and unit:
        said.insert(draw(st.integers(0, 2)), (draw(lengths), UnitIdentified(unit=unit, **place)))
    return said


anything = st.tuples(steps, st.one_of(radio_events(), staff_events)).map(lambda one: [one])
phrases = st.lists(st.one_of(spoken(), spoken(), anything), min_size=4, max_size=25)
traffic = phrases.map(lambda many: [one for phrase in many for one in phrase])
