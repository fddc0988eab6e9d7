"""Draws all that happens in one stretch of time from one seed."""

import random
from dataclasses import replace
from typing import Literal, get_args

from rules.obligations import Rule
from tests.simulation.channels import CHANNELS, DATAGRAMS, PUBLISHED, SIGNALS, STREAMS
from tests.simulation.doings import AtThePhone, Click, TestAlert, Works
from tests.simulation.draw_doings import (
    add_alert_deeds,
    add_answers,
    add_deeds,
    add_desk_work,
    add_riddles,
    add_signs,
    add_swaps,
    add_tapes,
)
from tests.simulation.draw_spoken import a_call, a_route, a_signal, a_talk, moment, near
from tests.simulation.faults import (
    BROKER_FAULTS,
    DISK_FAULTS,
    RECEIVER_FAULTS,
    BrokerTrouble,
    ClockSet,
    Crash,
    Cut,
    DiskTrouble,
    Erase,
    Lag,
    LagKind,
    Noise,
    PutBack,
    ReceiverTrouble,
    RulesEdited,
)
from tests.simulation.plan import Feature, Plan
from tests.simulation.spoken import Call, CallSource, Routed, Talk

HOUR_S = 3600.0
YEAR_S = 365 * 24 * HOUR_S
BY_MQTT = 0.3  # of the stretches have a broker, for alerts and for radios
ON_SQLITE = 0.2
ERASED = 0.7  # of the stretches on SQLite
LAST_S = 1200.0  # something is erased until then
PUT_BACK = 0.15  # a copy of the store, of those that are not on SQLite
FILE_PUT_BACK = 0.9  # of those on SQLite in which nothing is erased
QUIET = 0.15  # of the stretches nothing fails: whatever goes wrong there is our own fault
FEATURED = 0.35  # of the stretches have each feature of the site
UNWARNED = 0.2  # of the stretches, nothing warns before it is late
PUT_FORWARD, PUT_BACK_AN_HOUR = 0.1, 0.1  # the site's clock, of the stretches
RESCUED_S = 15.0  # three rings


def draw(seed: int) -> Plan:
    chance = random.Random(seed)
    plan = Plan(seed, chance.choice([0.0, 0.0, 0.0, 0.3, -0.7, 40.0, -40.0]), chance.choice([0, 0, 0, 200, -200]))
    add = plan.happenings.append
    for nth in range(chance.randint(2, 7)):
        add(a_call(chance, nth))
    for channel in CHANNELS:
        if chance.random() < 0.6:
            add(a_talk(chance, channel))
    for _ in range(chance.randint(0, 3)):
        add(Click(moment(chance, plan), chance.choice(["acknowledge", "acknowledge", "call_back"])))
    plan.by_mqtt = random.Random(f"mqtt {seed}").random() < BY_MQTT
    plan.on_sqlite = random.Random(f"sqlite {seed}").random() < ON_SQLITE
    quiet = chance.random() < QUIET
    _add_radios(plan, quiet=quiet)
    _add_routes(plan)
    add_deeds(plan)
    add_alert_deeds(plan)
    _add_house(plan, quiet=quiet)
    add_desk_work(plan)
    add_answers(plan)
    add_swaps(plan)
    add_riddles(plan)
    add_signs(plan)
    add_tapes(plan, quiet=quiet)
    if quiet:
        return plan
    for _ in range(chance.randint(0, 4)):
        add(_crash(chance, plan))
    for _ in range(chance.randint(0, 2)):
        add(DiskTrouble(moment(chance, plan), chance.choice([0.5, 3.0, 20.0, 60.0]), chance.choice(DISK_FAULTS)))
    for _ in range(chance.randint(0, 4)):
        receiver = chance.choice(["desk", "chief", "boss"])
        for_s = chance.choice([2.0, 15.0, 90.0, 400.0])
        add(ReceiverTrouble(moment(chance, plan), for_s, receiver, chance.choice(RECEIVER_FAULTS)))
    for _ in range(chance.randint(0, 2)):
        for_s, half_open = chance.choice([1.0, 8.0, 45.0]), chance.random() < 0.5
        add(Cut(moment(chance, plan), for_s, chance.choice([*CHANNELS, "ami"]), half_open))
    for _ in range(chance.randint(0, 2)):
        add(Noise(moment(chance), chance.choice(CHANNELS), chance.randint(1, 600)))
    _add_changes(plan)
    _add_copies(plan)
    return plan


def _add_radios(plan: Plan, *, quiet: bool) -> None:
    """A few of the other kinds of base stations, with what can go wrong on their media."""
    chance = random.Random(f"radios {plan.seed}")
    add = plan.happenings.append
    kinds = [chance.choice(STREAMS), chance.choice([*STREAMS, *DATAGRAMS]), *chance.choices(PUBLISHED, k=plan.by_mqtt)]
    for channel in dict.fromkeys(kinds):
        if channel in SIGNALS and chance.random() < 0.3:
            add(a_signal(chance, channel))
        else:
            add(a_talk(chance, channel))
        if quiet:
            continue
        at_s = plan.happenings[-1].at_s
        if chance.random() < 0.3:
            for_s = chance.choice([0.3, 1.0, 8.0, 45.0])
            add(Cut(near(chance, at_s), for_s, channel, chance.random() < 0.5))
        if chance.random() < 0.4:
            add(Noise(near(chance, at_s), channel, chance.randint(1, 600)))
        if channel not in (*PUBLISHED, "lines") and chance.random() < 0.3:
            what: LagKind = "shuffled" if channel in DATAGRAMS and chance.random() < 0.7 else "delayed"
            by_s = 0.04 if what == "shuffled" else chance.choice([0.05, 0.4, 2.0])
            add(Lag(near(chance, at_s), chance.choice([5.0, 60.0]), channel, what, by_s))
    if plan.by_mqtt and not quiet:
        for _ in range(chance.randint(0, 3)):
            at_s = near(chance, plan.happenings[-1].at_s) if chance.random() < 0.5 else moment(chance, plan)
            add(BrokerTrouble(at_s, chance.choice([0.5, 5.0, 40.0]), chance.choice(BROKER_FAULTS)))
        for talk in [one for one in plan.happenings if isinstance(one, Talk) and one.channel in PUBLISHED]:
            if chance.random() < 0.5:  # what the broker is told just then was never kept
                add(Crash(_first_word(talk), "before", chance.choice([0.5, 3.0])))


def _add_routes(plan: Plan) -> None:
    chance = random.Random(f"routes {plan.seed}")
    sources: list[CallSource] = ["main", "plain", "ami"]
    for nth in range(chance.choice([0, 1, 2])):
        plan.happenings.append(a_route(chance, nth, sources))


def _first_word(talk: Talk) -> float:
    """A moment before it."""
    return round(max(0.5, talk.at_s + talk.said[0][1] - 0.05), 3)


def _add_house(plan: Plan, *, quiet: bool) -> None:
    """What the site has beyond the plainest, what somebody announces there, and calls enough to make a storm."""
    chance = random.Random(f"house {plan.seed}")
    drawn = [one for one in get_args(Feature) if one not in ("unwarned", "spring", "autumn")]
    plan.features = tuple(one for one in drawn if chance.random() < FEATURED)
    add = plan.happenings.append
    if "storm" in plan.features:
        at_s = moment(chance)
        source: CallSource = chance.choice(["main", "plain", "ami"])
        for nth in range(chance.randint(3, 6)):
            add(a_call(chance, 100 + nth, at_s=round(at_s + nth * chance.uniform(0.1, 9.0), 3), source=source))
    if "phone" in plan.features:
        _add_telephones(plan, chance, quiet=quiet)
    if "rescue" in plan.features:
        add(replace(a_call(chance, 200, source="ami"), wait_s=round(chance.uniform(RESCUED_S + 0.5, 30.0), 3)))
    if "rescue" in plan.features and not quiet:
        for call in [one for one in plan.happenings if isinstance(one, Call) and one.source == "ami"]:
            if call.wait_s > RESCUED_S and chance.random() < 0.6:  # as the caller has just been sent elsewhere
                when: Literal["before", "after"] = chance.choice(["before", "after"])
                at_s = round(call.at_s + RESCUED_S + chance.choice([-0.001, 0.0005, 0.0005, 0.005]), 4)
                add(Crash(at_s, when, chance.choice([0.05, 0.5, 3.0])))
    for nth in range(chance.choice([0, 0, 1, 2])):
        for_s = chance.choice([5.0, 60.0, 200.0, 900.0])
        ended_s = chance.choice([None, None, round(chance.uniform(0.0, for_s), 3)])
        sources = chance.choice([(), ("main",), ("ami",), ("gate", "yard"), ("plain", "yard")])
        rules: tuple[Rule, ...] = chance.choice([(), (), ("three_rings",), ("two_calls", "call_back")])
        add(Works(moment(chance, plan), f"w{nth}", for_s, sources, rules, ended_s))
    for nth in range(chance.choice([0, 0, 0, 1])):
        to = chance.choice([("desk",), ("chief", "boss"), ("role:guard", "person:zhao"), ("person:sun",)])
        add(TestAlert(moment(chance, plan), f"t{nth}", to))


def _add_telephones(plan: Plan, chance: random.Random, *, quiet: bool) -> None:
    for dialled in ("PJSIP/8100", "PJSIP/8101"):
        for _ in range(chance.randint(1, 4)):
            why = chance.choice(["", "", "", "busy", "no_answer", "declined"])
            key, at, hangs_up_at = (
                chance.choice(["", "1", "1", "2", "7"]),
                chance.randint(1, 4),
                chance.choice([0, 0, 2]),
            )
            plan.happenings.append(AtThePhone(moment(chance), dialled, why, key, at, hangs_up_at))
    if not quiet and chance.random() < 0.5:
        plan.happenings.append(Cut(moment(chance, plan), chance.choice([1.0, 8.0, 45.0]), "telephones", False))


def _add_copies(plan: Plan) -> None:
    """With a file beneath the disk a number may be erased from it, or a copy of it put back, as of one without."""
    chance = random.Random(f"copies {plan.seed}")
    if plan.on_sqlite and chance.random() < ERASED:
        calls = [one for one in plan.happenings if isinstance(one, Call | Routed) and one.caller]
        owed = {one.caller for one in calls if not one.answered}  # nothing of them may go so soon
        numbers = sorted({one.caller for one in calls} - owed) or ["13800138000"]
        at_s = round(chance.uniform(0.5, LAST_S), 3)
        plan.happenings.append(Erase(at_s, chance.choice(numbers), 2.0, chance.choice([0.05, 12.0])))
    elif chance.random() < (FILE_PUT_BACK if plan.on_sqlite else PUT_BACK):
        after_s = chance.choice([0.0, 2.0, 30.0, 200.0])
        plan.happenings.append(PutBack(moment(chance, plan), after_s, chance.choice([0.5, 12.0, 60.0])))


def _add_changes(plan: Plan) -> None:
    """Of what is drawn by itself, so that other draws stay what they were."""
    chance = random.Random(f"changes {plan.seed}")
    for _ in range(chance.choice([0, 0, 1, 2])):
        by_s = chance.choice([HOUR_S, -HOUR_S, 10 * YEAR_S, -57 * YEAR_S, 0.5, -0.5, 30.0])
        plan.happenings.append(ClockSet(moment(chance, plan), by_s))
    for _ in range(chance.choice([0, 0, 1, 2])):
        plan.happenings.append(RulesEdited(moment(chance, plan), chance.choice([0, 1])))
    plan.happenings = [
        replace(one, reboots=chance.random() < 0.3) if isinstance(one, Crash) and one.when != "stop" else one
        for one in plan.happenings
    ]
    if chance.random() < UNWARNED:
        plan.features = (*plan.features, "unwarned")
    season = random.Random(f"season {plan.seed}").random()
    if season < PUT_FORWARD:
        plan.features = (*plan.features, "spring")
    elif season < PUT_FORWARD + PUT_BACK_AN_HOUR:
        plan.features = (*plan.features, "autumn")


def _crash(chance: random.Random, plan: Plan) -> Crash:
    jumps = chance.random() < 0.25
    return Crash(
        moment(chance, plan),
        chance.choice(["now", "before", "after", "after", "stop"]),
        chance.choice([0.05, 0.5, 3.0, 12.0, 45.0]),
        chance.choice([-HOUR_S, -2.0, 0.5, 30.0, HOUR_S]) if jumps else 0.0,
        chance.choice([0, 0, 0, 1]),
    )
