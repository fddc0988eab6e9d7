"""Draws what people do: about who waits, about alerts, with records, from elsewhere."""

import random
from dataclasses import replace
from typing import Literal, get_args

from tests.simulation.channels import SignalName
from tests.simulation.doings import Answer, AnswerBy, AnswerHow, Chore, Click, Deed, DeskWork, Swap
from tests.simulation.draw_spoken import moment
from tests.simulation.faults import Crash
from tests.simulation.plan import Plan
from tests.simulation.spoken import INBOUND_LINE, Call, CallOut, Signals, Talk, Taped

BEATS = 0.3
RIDDLES = 0.1  # of the stretches
SEEN, ANSWERED = 0.3, 0.15
TAPED, BY_FOLDER = 0.3, 0.25
_USUAL: list[Chore] = [one for one in get_args(Chore) if one != "riddle"]


def add_alert_deeds(plan: Plan) -> None:
    """People take notice, and then hand it on, put it off, act or forget it."""
    chance = random.Random(f"alerts {plan.seed}")
    kinds: list[Deed] = ["notice", "notice", "hand_over", "snooze", "snooze", "on_it", "done"]
    for _ in range(chance.choice([0, 2, 4, 8])):
        breached_s = chance.choice([20.0, 50.0, 910.0, 960.0])  # a hold's; a missed caller's
        at_s = round(moment(chance, plan) + breached_s + chance.uniform(0.0, 250.0), 3)
        plan.happenings.append(Click(at_s, chance.choice(kinds)))


def add_deeds(plan: Plan) -> None:
    """What the desk does about those who wait; drawn by itself, so that other draws stay what they were."""
    chance = random.Random(f"deeds {plan.seed}")
    callers = [one.caller for one in plan.happenings if isinstance(one, Call)]
    for nth in range(chance.choice([0, 0, 1, 2])):
        source: Literal["main", "plain"] = chance.choice(["main", "plain"])
        by = chance.choice(["801", "801", INBOUND_LINE])
        to = chance.choice(callers) or "13700137000"
        at_s, wait_s = moment(chance, plan) + chance.choice([30.0, 300.0, 950.0]), round(chance.uniform(1.0, 20.0), 3)
        plan.happenings.append(CallOut(round(at_s, 3), f"o{nth}", source, by, to, wait_s, chance.random() < 0.7))
    talks = [one.at_s for one in plan.happenings if isinstance(one, Talk)]
    for at_s in talks:
        if chance.random() < 0.4:
            given_s = round(at_s + chance.uniform(5.0, 90.0), 3)
            kept_s = round(given_s + chance.choice([60.0, 590.0, 610.0]) + chance.uniform(-5.0, 5.0), 3)
            plan.happenings += [Click(given_s, "promise"), Click(kept_s, "keep")][: chance.choice([1, 2, 2])]


def add_desk_work(plan: Plan) -> None:
    """Records are taken care of by one after the other, and now and then by two at once."""
    chance = random.Random(f"work {plan.seed}")
    plan.beats = chance.random() < BEATS
    for _ in range(chance.choice([0, 0, 2, 6])):
        at_s = moment(chance, plan) + chance.choice([0.0, 20.0, 320.0])
        for _ in range(chance.choice([1, 1, 3])):
            at_s += chance.choice([0.0, 0.001, 4.0, 310.0])
            work = DeskWork(round(at_s, 3), chance.choice(["li", "li", "wang"]), chance.choice(_USUAL))
            plan.happenings.append(work)
            if work.what in ("plan", "plan_of_record"):  # is carried out, in time or not
                soon_s = [at_s + chance.choice([1.0, 29.999, 31.0, 60.0]) for _ in range(chance.choice([1, 2, 3]))]
                plan.happenings += [replace(work, at_s=round(one, 3), what="step") for one in soon_s]
            if work.what == "hand_over_shift":
                plan.happenings.append(replace(work, at_s=round(at_s + 5.0, 3), what="take_over_shift"))


def add_tapes(plan: Plan, *, quiet: bool) -> None:
    """A recorder listens: to units that hail, for a while, and to nothing."""
    chance = random.Random(f"tapes {plan.seed}")
    if chance.random() >= TAPED:
        return
    ways: list[Literal["upload", "folder"]] = ["upload", "folder"] if chance.random() < BY_FOLDER else ["upload"]
    for talk in [one for one in plan.happenings if isinstance(one, Talk)]:
        at_s = talk.at_s
        for who, silence_s, length_s in talk.said:
            at_s += silence_s
            if chance.random() < 0.5:
                began_s = round(max(0.5, at_s + chance.uniform(-0.5, 0.5)), 3)
                known, times = chance.choice([who, who, ""]), chance.choice([1, 1, 2])
                late_s, off_s = chance.choice([0.0, 0.5, 20.0, 300.0]), chance.choice([0.0, 0.0, 0.0, -60.0, -3600.0])
                tape = Taped(began_s, talk.channel, known, length_s, chance.choice(ways), late_s, times, off_s)
                plan.happenings.append(tape)
            at_s += length_s
    tapes = [one for one in plan.happenings if isinstance(one, Taped) and one.way == "upload"]
    if tapes and not quiet and chance.random() < 0.5:  # as one is about to be committed
        told_s = tapes[0].at_s + tapes[0].for_s + tapes[0].late_s
        plan.happenings.append(Crash(round(told_s + 0.045, 3), "before", chance.choice([0.5, 3.0])))


def add_riddles(plan: Plan) -> None:
    """A rule stumbles over what somebody does."""
    chance = random.Random(f"riddles {plan.seed}")
    for _ in range(chance.choice([1, 2]) if chance.random() < RIDDLES else 0):
        plan.happenings.append(DeskWork(round(moment(chance, plan) + 5.0, 3), "li", "riddle"))


def add_signs(plan: Plan) -> None:
    """Posts that must be heard show where they are, and say nothing; a station tells that control answered."""
    chance = random.Random(f"signs {plan.seed}")
    if chance.random() < SEEN:
        seen = [_sign(chance, "seen", 200.0) for _ in range(chance.randint(1, 5))]
        plan.happenings.append(Signals(moment(chance), "gate", tuple(seen)))
    if chance.random() < ANSWERED and "table" not in plan.channels:
        kinds: list[SignalName] = ["page", "page", "page", "answered", "answered", "ack"]
        told = [_sign(chance, what, 12.0) for what in chance.choices(kinds, k=chance.randint(2, 8))]
        plan.happenings.append(Signals(moment(chance), "table", tuple(told)))


def _sign(chance: random.Random, what: SignalName, within_s: float) -> tuple[SignalName, str, float]:
    return what, chance.choice("AB"), round(chance.uniform(0.2, within_s), 3)


def add_swaps(plan: Plan) -> None:
    """Duty is changed by hand, for now or for later, where there is duty."""
    chance = random.Random(f"swaps {plan.seed}")
    for nth in range(chance.choice([1, 2, 4]) if "people" in plan.features else 0):
        person = chance.choice(["wang", "zhao", "chen", "sun"])
        for_s = chance.choice([20.0, 90.0, 400.0, 1500.0])
        swap = Swap(
            at_s=round(moment(chance, plan) + chance.choice([0.0, 5.0, 60.0]), 3),
            name=f"s{nth}",
            role=chance.choice(["guard", "guard", "lead"]),
            person=person,
            in_s=chance.choice([0.0, 0.0, 15.0, 120.0]),
            for_s=for_s,
            instead=chance.random() < 0.5,
            instead_of=chance.choice(["", "", *(one for one in ("wang", "zhao", "chen") if one != person)]),
            ended_after_s=chance.choice([None, None, round(chance.uniform(0.0, for_s), 3)]),
        )
        plan.happenings.append(swap)


def add_answers(plan: Plan) -> None:
    chance = random.Random(f"answers {plan.seed}")
    ways: list[AnswerBy] = ["link", "mqtt", "mqtt"] if plan.by_mqtt else ["link"]
    hows: list[AnswerHow] = ["", "twice", "oldest", "forged"]
    for _ in range(chance.choice([2, 4, 8] if plan.by_mqtt else [0, 1, 2, 4])):
        at_s = round(moment(chance, plan) + chance.choice([5.0, 40.0, 200.0, 950.0]), 3)
        plan.happenings.append(Answer(at_s, chance.choice(ways), chance.choice(hows)))
