"""Draws all that happens in one stretch of time from one seed."""

import random
from dataclasses import replace
from typing import Literal, get_args

from rules.obligations import Rule
from tests.simulation.plan import (
    BROKER_FAULTS,
    CHANNELS,
    DATAGRAMS,
    DISK_FAULTS,
    INBOUND_LINE,
    PUBLISHED,
    RECEIVER_FAULTS,
    SIGNALS,
    STREAMS,
    Answer,
    AnswerBy,
    AnswerHow,
    AtThePhone,
    BrokerTrouble,
    Call,
    CallOut,
    CallSource,
    Channel,
    Chore,
    Click,
    ClockSet,
    Crash,
    Cut,
    Deed,
    DeskWork,
    DiskTrouble,
    Feature,
    Lag,
    LagKind,
    Noise,
    Plan,
    ReceiverTrouble,
    RulesEdited,
    Signals,
    Talk,
    TestAlert,
    Way,
    Works,
)

HOUR_S = 3600.0
YEAR_S = 365 * 24 * HOUR_S
BY_MQTT = 0.3  # of the stretches have a broker, for alerts and for radios
ON_SQLITE = 0.2
BEATS = 0.3
QUIET = 0.15  # of the stretches nothing fails: whatever goes wrong there is our own fault
FEATURED = 0.35  # of the stretches have each feature of the site
RESCUED_S = 15.0  # three rings
STRETCH_S = 900.0  # calls and faults begin within it
WAYS: tuple[Way, ...] = ("", "", "", "again", "answer_lost", "late")


def draw(seed: int) -> Plan:
    chance = random.Random(seed)
    plan = Plan(seed, chance.choice([0.0, 0.0, 0.0, 0.3, -0.7, 40.0, -40.0]), chance.choice([0, 0, 0, 200, -200]))
    add = plan.happenings.append
    for nth in range(chance.randint(2, 7)):
        add(_call(chance, nth))
    for channel in CHANNELS:
        if chance.random() < 0.6:
            add(_talk(chance, channel))
    for _ in range(chance.randint(0, 3)):
        add(Click(_moment(chance, plan), chance.choice(["acknowledge", "acknowledge", "call_back"])))
    plan.by_mqtt = random.Random(f"mqtt {seed}").random() < BY_MQTT
    plan.on_sqlite = random.Random(f"sqlite {seed}").random() < ON_SQLITE
    quiet = chance.random() < QUIET
    _add_radios(plan, quiet=quiet)
    _add_deeds(plan)
    _add_alert_deeds(plan)
    _add_house(plan, quiet=quiet)
    _add_desk_work(plan)
    _add_answers(plan)
    if quiet:
        return plan
    for _ in range(chance.randint(0, 4)):
        add(_crash(chance, plan))
    for _ in range(chance.randint(0, 2)):
        add(DiskTrouble(_moment(chance, plan), chance.choice([0.5, 3.0, 20.0, 60.0]), chance.choice(DISK_FAULTS)))
    for _ in range(chance.randint(0, 4)):
        receiver = chance.choice(["desk", "chief", "boss"])
        for_s = chance.choice([2.0, 15.0, 90.0, 400.0])
        add(ReceiverTrouble(_moment(chance, plan), for_s, receiver, chance.choice(RECEIVER_FAULTS)))
    for _ in range(chance.randint(0, 2)):
        for_s, half_open = chance.choice([1.0, 8.0, 45.0]), chance.random() < 0.5
        add(Cut(_moment(chance, plan), for_s, chance.choice([*CHANNELS, "ami"]), half_open))
    for _ in range(chance.randint(0, 2)):
        add(Noise(_moment(chance), chance.choice(CHANNELS), chance.randint(1, 600)))
    _add_changes(plan)
    return plan


def _add_radios(plan: Plan, *, quiet: bool) -> None:
    """A few of the other kinds of base stations, with what can go wrong on their media."""
    chance = random.Random(f"radios {plan.seed}")
    add = plan.happenings.append
    kinds = [chance.choice(STREAMS), chance.choice([*STREAMS, *DATAGRAMS]), *chance.choices(PUBLISHED, k=plan.by_mqtt)]
    for channel in dict.fromkeys(kinds):
        if channel in SIGNALS and chance.random() < 0.3:
            add(_signals(chance, channel))
        else:
            add(_talk(chance, channel))
        if quiet:
            continue
        at_s = plan.happenings[-1].at_s
        if chance.random() < 0.3:
            for_s = chance.choice([0.3, 1.0, 8.0, 45.0])
            add(Cut(_near(chance, at_s), for_s, channel, chance.random() < 0.5))
        if chance.random() < 0.4:
            add(Noise(_near(chance, at_s), channel, chance.randint(1, 600)))
        if channel not in (*PUBLISHED, "lines") and chance.random() < 0.3:
            what: LagKind = "shuffled" if channel in DATAGRAMS and chance.random() < 0.7 else "delayed"
            by_s = 0.04 if what == "shuffled" else chance.choice([0.05, 0.4, 2.0])
            add(Lag(_near(chance, at_s), chance.choice([5.0, 60.0]), channel, what, by_s))
    if plan.by_mqtt and not quiet:
        for _ in range(chance.randint(0, 3)):
            at_s = _near(chance, plan.happenings[-1].at_s) if chance.random() < 0.5 else _moment(chance, plan)
            add(BrokerTrouble(at_s, chance.choice([0.5, 5.0, 40.0]), chance.choice(BROKER_FAULTS)))
        for talk in [one for one in plan.happenings if isinstance(one, Talk) and one.channel in PUBLISHED]:
            if chance.random() < 0.5:  # what the broker is told just then was never kept
                add(Crash(_first_word(talk), "before", chance.choice([0.5, 3.0])))


def _first_word(talk: Talk) -> float:
    """A moment before it."""
    return round(max(0.5, talk.at_s + talk.said[0][1] - 0.05), 3)


def _near(chance: random.Random, at_s: float) -> float:
    return round(max(0.5, at_s + chance.uniform(-5.0, 40.0)), 3)


def _add_alert_deeds(plan: Plan) -> None:
    """People take notice, and then hand it on, put it off, act or forget it."""
    chance = random.Random(f"alerts {plan.seed}")
    kinds: list[Deed] = ["notice", "notice", "hand_over", "snooze", "snooze", "on_it", "done"]
    for _ in range(chance.choice([0, 2, 4, 8])):
        breached_s = chance.choice([20.0, 50.0, 910.0, 960.0])  # a hold's; a missed caller's
        at_s = round(_moment(chance, plan) + breached_s + chance.uniform(0.0, 250.0), 3)
        plan.happenings.append(Click(at_s, chance.choice(kinds)))


def _add_deeds(plan: Plan) -> None:
    """What the desk does about those who wait; drawn by itself, so that other draws stay what they were."""
    chance = random.Random(f"deeds {plan.seed}")
    callers = [one.caller for one in plan.happenings if isinstance(one, Call)]
    for nth in range(chance.choice([0, 0, 1, 2])):
        source: Literal["main", "plain"] = chance.choice(["main", "plain"])
        by = chance.choice(["801", "801", INBOUND_LINE])
        to = chance.choice(callers) or "13700137000"
        at_s, wait_s = _moment(chance, plan) + chance.choice([30.0, 300.0, 950.0]), round(chance.uniform(1.0, 20.0), 3)
        plan.happenings.append(CallOut(round(at_s, 3), f"o{nth}", source, by, to, wait_s, chance.random() < 0.7))
    talks = [one.at_s for one in plan.happenings if isinstance(one, Talk)]
    for at_s in talks:
        if chance.random() < 0.4:
            given_s = round(at_s + chance.uniform(5.0, 90.0), 3)
            kept_s = round(given_s + chance.choice([60.0, 590.0, 610.0]) + chance.uniform(-5.0, 5.0), 3)
            plan.happenings += [Click(given_s, "promise"), Click(kept_s, "keep")][: chance.choice([1, 2, 2])]


def _add_desk_work(plan: Plan) -> None:
    """Records are taken care of by one after the other, and now and then by two at once."""
    chance = random.Random(f"work {plan.seed}")
    plan.beats = chance.random() < BEATS
    for _ in range(chance.choice([0, 0, 2, 6])):
        at_s = _moment(chance, plan) + chance.choice([0.0, 20.0, 320.0])
        for _ in range(chance.choice([1, 1, 3])):
            at_s += chance.choice([0.0, 0.001, 4.0, 310.0])
            work = DeskWork(round(at_s, 3), chance.choice(["li", "li", "wang"]), chance.choice(get_args(Chore)))
            plan.happenings.append(work)
            if work.what in ("plan", "plan_of_record"):  # is carried out, in time or not
                soon_s = [at_s + chance.choice([1.0, 29.999, 31.0, 60.0]) for _ in range(chance.choice([1, 2, 3]))]
                plan.happenings += [replace(work, at_s=round(one, 3), what="step") for one in soon_s]
            if work.what == "hand_over_shift":
                plan.happenings.append(replace(work, at_s=round(at_s + 5.0, 3), what="take_over_shift"))


def _add_answers(plan: Plan) -> None:
    chance = random.Random(f"answers {plan.seed}")
    ways: list[AnswerBy] = ["link", "mqtt", "mqtt"] if plan.by_mqtt else ["link"]
    hows: list[AnswerHow] = ["", "twice", "oldest", "forged"]
    for _ in range(chance.choice([2, 4, 8] if plan.by_mqtt else [0, 1, 2, 4])):
        at_s = round(_moment(chance, plan) + chance.choice([5.0, 40.0, 200.0, 950.0]), 3)
        plan.happenings.append(Answer(at_s, chance.choice(ways), chance.choice(hows)))


def _add_house(plan: Plan, *, quiet: bool) -> None:
    """What the site has beyond the plainest, what somebody announces there, and calls enough to make a storm."""
    chance = random.Random(f"house {plan.seed}")
    plan.features = tuple(one for one in get_args(Feature) if chance.random() < FEATURED)
    add = plan.happenings.append
    if "storm" in plan.features:
        at_s = _moment(chance)
        source: CallSource = chance.choice(["main", "plain", "ami"])
        for nth in range(chance.randint(3, 6)):
            add(_call(chance, 100 + nth, at_s=round(at_s + nth * chance.uniform(0.1, 9.0), 3), source=source))
    if "phone" in plan.features:
        _add_telephones(plan, chance, quiet=quiet)
    if "rescue" in plan.features:
        add(replace(_call(chance, 200, source="ami"), wait_s=round(chance.uniform(RESCUED_S + 0.5, 30.0), 3)))
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
        add(Works(_moment(chance, plan), f"w{nth}", for_s, sources, rules, ended_s))
    for nth in range(chance.choice([0, 0, 0, 1])):
        to = chance.choice([("desk",), ("chief", "boss"), ("role:guard", "person:zhao"), ("person:sun",)])
        add(TestAlert(_moment(chance, plan), f"t{nth}", to))


def _add_telephones(plan: Plan, chance: random.Random, *, quiet: bool) -> None:
    for dialled in ("PJSIP/8100", "PJSIP/8101"):
        for _ in range(chance.randint(1, 4)):
            why = chance.choice(["", "", "", "busy", "no_answer", "declined"])
            key, at, hangs_up_at = (
                chance.choice(["", "1", "1", "2", "7"]),
                chance.randint(1, 4),
                chance.choice([0, 0, 2]),
            )
            plan.happenings.append(AtThePhone(_moment(chance), dialled, why, key, at, hangs_up_at))
    if not quiet and chance.random() < 0.5:
        plan.happenings.append(Cut(_moment(chance, plan), chance.choice([1.0, 8.0, 45.0]), "telephones", False))


def _add_changes(plan: Plan) -> None:
    """Of what is drawn by itself, so that other draws stay what they were."""
    chance = random.Random(f"changes {plan.seed}")
    for _ in range(chance.choice([0, 0, 1, 2])):
        by_s = chance.choice([HOUR_S, -HOUR_S, 10 * YEAR_S, -57 * YEAR_S, 0.5, -0.5, 30.0])
        plan.happenings.append(ClockSet(_moment(chance, plan), by_s))
    for _ in range(chance.choice([0, 0, 1, 2])):
        plan.happenings.append(RulesEdited(_moment(chance, plan), chance.choice([0, 1])))
    plan.happenings = [
        replace(one, reboots=chance.random() < 0.3) if isinstance(one, Crash) and one.when != "stop" else one
        for one in plan.happenings
    ]


def _moment(chance: random.Random, plan: Plan | None = None) -> float:
    """Anywhere; of a plan more often while one of its calls waits, where it hurts."""
    calls = [one for one in plan.happenings if isinstance(one, Call)] if plan is not None else []
    if not calls or chance.random() < 0.3:
        return round(chance.uniform(0.5, STRETCH_S), 3)
    call = chance.choice(calls)
    return round(max(0.5, call.at_s + chance.choice([0.0, 5.0, 15.0, call.wait_s]) + chance.uniform(-1.0, 1.0)), 3)


def _call(chance: random.Random, nth: int, *, at_s: float | None = None, source: CallSource | None = None) -> Call:
    wait_s = chance.choice([chance.uniform(0.2, 30.0), chance.uniform(0.2, 12.0), 4.999, 14.999, 15.0, 15.001])
    answered = chance.random() < 0.7
    holds: list[tuple[float, float]] = []
    checkins: list[float] = []
    if answered and chance.random() < 0.5:
        for _ in range(chance.randint(1, 3)):
            length_s = chance.choice([chance.uniform(1.0, 95.0), 29.999, 30.0, 60.001])
            holds.append((round(chance.uniform(1.0, 20.0), 3), round(length_s, 3)))
        if chance.random() < 0.4:
            checkins = [round(chance.uniform(0.5, holds[0][1]), 3)]
    ways: list[tuple[Way, float]] = []
    if chance.random() < 0.5:
        for _ in range(2 + 2 * len(holds) + 1):
            ways.append((chance.choice(WAYS), round(chance.uniform(0.01, 1.2), 3)))  # noqa: PERF401 - draws in order
    return Call(
        at_s=_moment(chance) if at_s is None else at_s,
        name=f"c{nth}",
        source=source if source is not None else chance.choice(["main", "main", "plain", "ami", "ami"]),
        caller=chance.choice(["13800138000", "13900139000", "02161234567", ""]),
        wait_s=round(wait_s, 3),
        answered=answered,
        devices=chance.choice([1, 1, 1, 2]),
        holds=tuple(holds),
        checkins=tuple(checkins),
        ways=tuple(ways),
    )


def _talk(chance: random.Random, channel: Channel) -> Talk:
    said = []
    for who in chance.choices(["", "A", "A", "A", "B"], k=chance.randint(1, 10)):
        silence_s = chance.choice([0.301, 0.999, 1.5, 2.0, 2.5, 3.0, 9.5, 10.0, 10.5, 31.0, chance.uniform(0.1, 12.0)])
        length_s = chance.choice([0.2, 0.3, 0.499, 0.5, 0.501, 1.0, 4.0, chance.uniform(0.1, 5.0)])
        said.append((who, round(silence_s, 3), round(length_s, 3)))
    return Talk(_moment(chance), channel, tuple(said))


def _signals(chance: random.Random, channel: Channel) -> Signals:
    said = [
        (chance.choice(SIGNALS[channel]), chance.choice("AB"), round(chance.uniform(0.2, 90.0), 3))
        for _ in range(chance.randint(1, 5))
    ]
    return Signals(_moment(chance), channel, tuple(said))


def _crash(chance: random.Random, plan: Plan) -> Crash:
    jumps = chance.random() < 0.25
    return Crash(
        _moment(chance, plan),
        chance.choice(["now", "before", "after", "after", "stop"]),
        chance.choice([0.05, 0.5, 3.0, 12.0, 45.0]),
        chance.choice([-HOUR_S, -2.0, 0.5, 30.0, HOUR_S]) if jumps else 0.0,
        chance.choice([0, 0, 0, 1]),
    )
