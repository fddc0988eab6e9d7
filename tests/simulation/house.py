"""What the site is configured with: its sources, its people, its ladders, and what keeps alerts back, by feature."""

from functools import cache
from typing import Any

import msgspec

from adapters import recordings
from adapters.pbx import asterisk, webhook
from adapters.radio.kind import radio_rules
from rules.obligations import Rule
from rules.people import Person, Shift
from rules.quiet import Maintenance, Opening, ServiceHours, StormRules
from rules.settings import (
    CallBack,
    HoldCheckin,
    Ladder,
    LadderStep,
    Line,
    Promise,
    RuleSet,
    SpecialLadder,
    ThreeRings,
    TwoCalls,
    Unit,
)
from tests.property.rules import radio_oracle as radio
from tests.simulation.plan import Feature
from tests.simulation.spoken import INBOUND_LINE
from tests.simulation.stations import KINDS
from tests.simulation.zones import found_by_the_system

SITE = "sim"
RECORDER = "recorder"
NOTIFIERS = ("desk", "chief", "boss")
MORE: tuple[Rule, ...] = ("three_rings", "hold_checkin", "call_back", "promise")  # their ladder asks for more
PBXS = tuple(webhook.Settings(name=name, kind=webhook.KIND.name, allow_unsigned=True) for name in ("main", "plain"))


class _Ami(asterisk.Settings, kw_only=True):
    def secret(self) -> str:
        return "sim"


AMI = _Ami(name="ami", kind=asterisk.KIND.name, host="switchboard", port=3, username="sim", secret_env="unused")
AMI_RESCUING = msgspec.structs.replace(AMI, rescue="900@rescue")


@cache
def rule_sets(features: tuple[Feature, ...] = ()) -> tuple[RuleSet, RuleSet]:
    """What the site is configured with, and what it is reconfigured to."""
    found_by_the_system()
    first, second = _plain()
    for feature, (changed_first, changed_second) in _FEATURES.items():
        if feature in features:
            first = msgspec.structs.replace(first, **changed_first)
            second = msgspec.structs.replace(second, **changed_second)
    if "rescue" in features:
        first, second = _rescuing(first), _rescuing(second)
    if "phone" in features:
        first, second = _calling_up(first), _calling_up(second)
    if "people" in features:
        first, second = _told_to_people(first), _told_to_people(second)
    if "unwarned" in features:
        first, second = _unwarned(first), _unwarned(second)
    return first, second


def _plain() -> tuple[RuleSet, RuleSet]:
    first = RuleSet(
        version="first",
        site=SITE,
        notifiers=NOTIFIERS,
        two_calls=TwoCalls(
            calls=radio.CALLS,
            fallback_s=radio.FALLBACK / 1000,
            call_gap_s=radio.GAP / 1000,
            window_s=radio.WINDOW / 1000,
            bump_s=radio.BUMP / 1000,
            tail_s=radio.TAIL / 1000,
            reply_min_s=radio.REPLY_MIN / 1000,
            conversation_s=radio.CONVERSATION / 1000,
        ),
        ladder=Ladder(warn=("desk",), breach=("desk", "chief"), escalation=("chief", "boss")),
        special_ladders=(
            SpecialLadder(
                rules=MORE,
                warn=("desk",),
                breach=("desk", "chief"),
                escalation=("chief", "boss"),
                act_within_s=120,
                act_warn_before_s=30,
                snooze_max_s=200,
                steps=(LadderStep(after_s=200, tell=("desk",), repeat_every_s=100, repeats_max=1),),
            ),
        ),
        lines=(Line(number=INBOUND_LINE, inbound_only=True),),
        units=(Unit(unit="100-4001", heard_every_s=300), Unit(unit="1001", heard_every_s=420)),
        sources=(
            *(webhook.KIND.rules(settings) for settings in PBXS),
            asterisk.KIND.rules(AMI),
            recordings.KIND.rules(recordings.Settings(name=RECORDER, kind=recordings.KIND.name)),
            *(radio_rules(kind.radio, kind.settings) for kind in KINDS.values()),
        ),
    )
    return first, msgspec.structs.replace(
        first,
        version="second",
        three_rings=ThreeRings(rings=2),
        hold_checkin=HoldCheckin(every_s=20),
        call_back=CallBack(within_s=600, warn_before_s=60),
        promise=Promise(within_s=300),
        ladder=Ladder(warn=("desk",), breach=("chief",), escalation=("boss",), acknowledge_within_s=30),
        special_ladders=(
            SpecialLadder(rules=MORE, warn=("desk",), breach=("chief",), escalation=("boss",), acknowledge_within_s=30),
        ),
    )


def _told_to_people(rules: RuleSet) -> RuleSet:
    """Beside notifiers, each ladder tells whoever is on duty."""

    def peopled(ladder: Any) -> Any:
        breach, escalation = (
            (*ladder.breach, "role:guard"),
            (*ladder.escalation[:1], *ladder.escalation[2:], "role:lead"),
        )
        return msgspec.structs.replace(ladder, breach=breach, escalation=escalation)

    special = tuple(peopled(one) for one in rules.special_ladders)
    return msgspec.structs.replace(rules, ladder=peopled(rules.ladder), special_ladders=special)


def _calling_up(rules: RuleSet) -> RuleSet:
    """Whoever does not look is called in the end."""

    def longer(ladder: Any) -> Any:
        return msgspec.structs.replace(ladder, escalation=(*ladder.escalation, "phone"))

    special = tuple(longer(one) for one in rules.special_ladders)
    notifiers = (*rules.notifiers, "phone")
    return msgspec.structs.replace(rules, notifiers=notifiers, ladder=longer(rules.ladder), special_ladders=special)


def _unwarned(rules: RuleSet) -> RuleSet:
    """The breach is the first that anybody hears."""
    replaced = msgspec.structs.replace
    return replaced(
        rules,
        three_rings=replaced(rules.three_rings, warn_at_rings=()),
        two_calls=replaced(rules.two_calls, warn_at_calls=()),
        **{name: replaced(getattr(rules, name), warn_before_s=0) for name in ("hold_checkin", "call_back", "promise")},
        special_ladders=tuple(replaced(one, act_warn_before_s=0) for one in rules.special_ladders),
    )


def _rescuing(rules: RuleSet) -> RuleSet:
    sources = tuple(asterisk.KIND.rules(AMI_RESCUING) if one.name == AMI.name else one for one in rules.sources)
    return msgspec.structs.replace(rules, sources=sources)


def _shift(role: str, person: str, from_: str, to: str, *, instead: bool = False) -> Shift:
    return Shift(role=role, people=(person,), from_=from_, to=to, instead=instead)


def _hours(shut: tuple[tuple[str, str], ...]) -> tuple[Opening, ...]:
    """Attended but for these times."""
    ends = [until for _, until in shut]
    begins = [from_ for from_, _ in shut]
    return tuple(Opening(from_=one, to=other) for one, other in zip(ends, [*begins[1:], begins[0]], strict=True))


PEOPLE = (
    Person(id="wang", reach={"desk": ""}),
    Person(id="zhao", reach={"desk": "", "chief": ""}),
    Person(id="chen", reach={"boss": ""}),
    Person(id="sun", reach={"phone": "PJSIP/8101"}),  # nothing else reaches him
)
_USUAL = (
    _shift("guard", "wang", "08:00", "16:09"),
    _shift("guard", "zhao", "16:09", "08:00"),
    _shift("lead", "sun", "16:05", "16:10"),
    _shift("lead", "chen", "16:10", "16:05"),
)
SHIFTS = (
    (
        *_USUAL,
        _shift("guard", "chen", "16:03", "16:06", instead=True),
        _shift("guard", "chen", "16:12", "16:15", instead=True),
    ),
    (*_USUAL, _shift("guard", "chen", "16:04", "16:13", instead=True)),
)
SHUT: tuple[dict[str, tuple[tuple[str, str], ...]], ...] = (  # by medium: when nobody attends it
    {"phone": (("16:06", "16:08"), ("16:20", "16:21")), "radio": (("16:04", "16:12"),)},
    {"phone": (("16:05", "16:09"),), "radio": (("16:10", "16:14"),)},
)
NIGHT = SpecialLadder(name="night", warn=("desk",), breach=("boss",), escalation=("chief",), acknowledge_within_s=40)
WORKS = (
    (
        Maintenance(name="cabling", reason="cables", sources=("main",), from_="16:02", to="16:05"),
        Maintenance(name="tower", reason="tower", rules=("two_calls",), sources=("yard",), from_="16:07", to="16:11"),
    ),
    (Maintenance(name="cabling", reason="cables", sources=("main",), from_="16:03", to="16:13"),),
)
STORM = StormRules(alone=2, window_s=60.0, update_every_s=30.0, over_after_s=60.0)


def _closing(shut: dict[str, tuple[tuple[str, str], ...]], special: tuple[SpecialLadder, ...]) -> dict[str, Any]:
    hours = (
        ServiceHours(medium="phone", after_hours="record_only", opening=_hours(shut["phone"])),
        ServiceHours(medium="radio", after_hours="ladder:night", opening=_hours(shut["radio"])),
    )
    return {"hours": hours, "special_ladders": (*special, NIGHT)}


_SPECIAL = tuple(rules.special_ladders for rules in _plain())
_FEATURES: dict[Feature, tuple[dict[str, Any], dict[str, Any]]] = {
    "people": ({"people": PEOPLE, "shifts": SHIFTS[0]}, {"people": PEOPLE, "shifts": SHIFTS[1]}),
    "hours": (_closing(SHUT[0], _SPECIAL[0]), _closing(SHUT[1], _SPECIAL[1])),
    "works": ({"maintenance": WORKS[0]}, {"maintenance": WORKS[1]}),
    "storm": ({"storm": STORM}, {"storm": STORM}),
    "spring": ({"timezone": "Simulated/Spring"}, {"timezone": "Asia/Tokyo"}),  # it may move besides
    "autumn": ({"timezone": "Simulated/Autumn"}, {"timezone": "Simulated/Autumn"}),
}
