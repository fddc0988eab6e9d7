"""A telephone call tells an alert: who is called, what a key does, what every other end of a call means."""

import asyncio
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.notify.asterisk_call import Settings, check, make, wrong_address
from adapters.notify.asterisk_call.notifier import AsteriskCallNotifier
from adapters.ports import Delivered, Delivery, Rejected, Retry
from simulators.telephones import CallingPbx, Habit
from tests.fixtures.alert_desk import AlertDesk

SECRET = "s3cret"
WANG = "PJSIP/8001"
# A voice: 0.1 s of a wave at 22,050 Hz, written as into a pipe, with lengths that are not true.
VOICE = """
import sys, struct
sys.stdin.read()
data = struct.pack("<2205h", *(8000 if n // 25 % 2 else -8000 for n in range(2205)))
form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 22050, 44100, 2, 16)
sys.stdout.buffer.write(b"RIFF\\xff\\xff\\xff\\x7fWAVE" + form + b"data\\x00\\xf0\\xff\\x7f" + data)
"""


def alert(id_: str = "a1", **more: Any) -> dict[str, Any]:
    to = {"id": "wang", "name": "王芳", "number": "008", "address": WANG}
    text = {
        "zh": f"【20261121-0001】响铃超时：138****8000 → 4001（{id_}）",
        "en": f"[20261121-0001] Not answered: {id_}",
    }
    facts = {"id": id_, "rule": "three_rings", "kind": "breach", "incident": "20261121-0001", "line": "4001"}
    return facts | {"unit": "", "to": to, "text": text} | more


class Calling:
    def __init__(self, pbx: CallingPbx, desk: AlertDesk, notifier: AsteriskCallNotifier) -> None:
        self.pbx, self.desk, self.notifier = pbx, desk, notifier
        self.states: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def until(self, state: str) -> str:
        async with asyncio.timeout(60):
            while True:
                told, reason = await self.states.get()
                if told == state:
                    return reason

    async def send(self, one: dict[str, Any] | None = None) -> Delivery:
        one = alert() if one is None else one
        async with asyncio.timeout(60):
            return await self.notifier.send(one, f"{one['id']}/wang")

    def commands(self) -> list[list[str]]:
        return [[command.partition(' "')[0] for command in call.commands] for call in self.pbx.calls]


@asynccontextmanager
async def calling(folder: Path, *, state: str = "online", rights: str = "", **more: Any) -> AsyncIterator[Calling]:
    pbx = CallingPbx("caller", SECRET)
    pbx.rights = rights or pbx.rights
    await pbx.start()
    settings = telephone(folder, port=pbx.port, **more)
    assert check(settings) == []
    notifier = make(settings, "riverside", folder)
    desk = AlertDesk()
    notifier.answer_to(desk)
    phone = Calling(pbx, desk, notifier)
    running = asyncio.create_task(notifier.run(lambda *told: phone.states.put_nowait(told)))
    try:
        if state:
            await phone.until(state)
        yield phone
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await pbx.stop()


def telephone(folder: Path, **more: Any) -> Settings:
    (folder / "secret.txt").write_text(SECRET + "\n")
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "username": "caller",
        "secret_file": str(folder / "secret.txt"),
        "ping_s": 60.0,
    }
    return Settings(name="phone", kind="asterisk-call", **given | more)


async def test_the_acknowledge_key_acknowledges_in_the_name_of_whoever_was_called(tmp_path: Path) -> None:
    async with calling(tmp_path) as phone:
        phone.pbx.habits[WANG] = Habit(key="1", at=2)
        assert await phone.send() == Delivered()
        assert phone.desk.acknowledged == [("a1", "王芳 008", "phone", "")]
        [call] = phone.pbx.calls
        assert (call.asked["context"], call.asked["exten"]) == ("hotline-alert", "s")
        await phone.pbx.until(lambda: call.over)
        assert phone.commands() == [["STREAM FILE beep", "SAY DIGITS 4001"]]


async def test_a_voice_speaks_the_text_and_leaves_no_file_behind(tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    voice: dict[str, Any] = {
        "speech_command": (sys.executable, "-c", VOICE),
        "sounds_folder": str(sounds),
        "sounds_seen_as": "/ast",
    }
    heard: list[tuple[int, int]] = []

    def plays(name: str) -> bool:
        with wave.open(str(sounds / f"{name.removeprefix('/ast/')}.wav")) as sound:
            heard.append((sound.getframerate(), sound.getnframes()))
        return True

    async with calling(tmp_path, **voice) as phone:
        phone.pbx.sounds = plays
        phone.pbx.habits[WANG] = Habit(key="1", at=2)  # after the text
        assert await phone.send() == Delivered()
        async with asyncio.timeout(60):
            while list(sounds.iterdir()):  # the file of the good-bye goes with the call  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert heard == [(8000, 800)] * len(heard)
    assert len(heard) == 2  # the alert, and "acknowledged"


async def test_answered_without_a_key_is_delivered_and_not_acknowledged(tmp_path: Path) -> None:
    async with calling(tmp_path, times=2) as phone:
        assert await phone.send() == Delivered()
        assert phone.desk.acknowledged == []
        assert phone.commands() == [["STREAM FILE beep", "SAY DIGITS 4001", "WAIT FOR DIGIT 4000"] * 2]


async def test_an_acknowledgement_that_could_not_be_kept_is_asked_for_again(tmp_path: Path) -> None:
    async with calling(tmp_path) as phone:
        phone.pbx.habits[WANG] = Habit(key="1", at=1)
        phone.desk.store_fails = True
        assert await phone.send() == Retry("server_error", 30)
        phone.desk.store_fails = False
        assert await phone.send() == Delivered()
        assert len(phone.desk.acknowledged) == 1


async def test_another_key_says_it_again_and_the_refuse_key_hands_it_on(tmp_path: Path) -> None:
    async with calling(tmp_path) as phone:
        phone.pbx.habits[WANG] = Habit(key="2", at=1)
        assert await phone.send() == Rejected("declined")
        phone.pbx.habits[WANG] = Habit(key="7", at=1)
        assert await phone.send(alert("a2")) == Delivered()
        assert phone.desk.acknowledged == []
        assert len(phone.commands()[1]) > 3


@pytest.mark.parametrize("reason_first", [False, True])
@pytest.mark.parametrize("why", ["busy", "no_answer", "declined", "congestion"])
async def test_who_does_not_answer_is_called_again_and_given_up_with_the_cause(
    tmp_path: Path, why: str, reason_first: bool
) -> None:
    async with calling(tmp_path, calls_max=2, redial_s=7) as phone:
        phone.pbx.habits[WANG] = Habit(answers=why, reason_first=reason_first)
        assert await phone.send() == Retry(why, 7)  # type: ignore[arg-type] # a reason of theirs
        assert await phone.send() == Rejected(why)  # type: ignore[arg-type]


async def test_who_hangs_up_before_hearing_it_is_called_again(tmp_path: Path) -> None:
    async with calling(tmp_path) as phone:
        phone.pbx.habits[WANG] = Habit(hangs_up_at=1)
        assert await phone.send() == Retry("hung_up", 30)
        phone.pbx.habits[WANG] = Habit(hangs_up_at=3)  # after it was spoken once
        assert await phone.send() == Delivered()


async def test_what_waits_for_one_person_is_told_in_one_call_and_one_key_acknowledges_all(tmp_path: Path) -> None:
    async with calling(tmp_path) as phone:
        phone.pbx.habits[WANG] = Habit(key="1", at=1, slowly=True)
        first = asyncio.create_task(phone.send())
        await phone.pbx.until(lambda: len(phone.pbx.calls) == 1)
        more = [asyncio.create_task(phone.send(alert(f"b{n}"))) for n in range(3)]
        await asyncio.sleep(0)
        phone.pbx.let_go(WANG)
        assert await asyncio.gather(first, *more) == [Delivered()] * 4
        assert len(phone.pbx.calls) == 2
        assert [told[0] for told in phone.desk.acknowledged] == ["a1", "b0", "b1", "b2"]


async def test_nobody_is_called_about_what_is_over_nor_to_hear_that_it_is(tmp_path: Path) -> None:
    async with calling(tmp_path) as phone:
        phone.desk.over = {"a1"}
        assert await phone.send() == Rejected("over")
        assert await phone.send(alert("c1", kind="cleared")) == Rejected("over")
        assert phone.pbx.calls == []


async def test_only_so_many_calls_a_minute_are_placed(tmp_path: Path) -> None:
    async with calling(tmp_path, per_minute=1) as phone:
        assert await phone.send() == Delivered()
        outcome = await phone.send(alert("a2"))
        assert isinstance(outcome, Retry)
        assert outcome.reason == "throttled"
        assert 0 < (outcome.after_s or 0) <= 60


async def test_a_link_cut_in_the_middle_is_tried_again_and_the_old_call_is_hung_up(tmp_path: Path) -> None:
    async with calling(tmp_path) as phone:
        phone.pbx.habits[WANG] = Habit(slowly=True)
        waits = asyncio.create_task(phone.send())
        await phone.pbx.until(lambda: len(phone.pbx.calls) == 1)
        phone.pbx.cut()
        assert await waits == Retry("unreachable", 0.0)
        await phone.until("online")
        await phone.pbx.until(lambda: phone.pbx.calls[0].over)


async def test_a_sound_that_asterisk_cannot_play_is_left_out_of_the_next_call(tmp_path: Path) -> None:
    async with calling(tmp_path, prompts={"other": "custom/none"}) as phone:
        phone.pbx.sounds = lambda name: name != "custom/none"
        outcome = await phone.send()
        assert isinstance(outcome, Retry)
        assert "custom/none" in outcome.words
        assert await phone.send() == Delivered()
        assert phone.commands()[1][0] == "SAY DIGITS 4001"


async def test_asterisks_own_words_are_told_where_it_refuses(tmp_path: Path) -> None:
    async with calling(tmp_path, context="nowhere") as phone:
        outcome = await phone.send()
        assert outcome == Retry("refused", 30, "Extension does not exist.")


async def test_a_user_without_the_rights_is_told_which_are_lacking(tmp_path: Path) -> None:
    async with calling(tmp_path, state="", rights="originate") as phone:
        assert "may not agi, hangup" in await phone.until("refused")
        assert await phone.send() == Retry("unreachable")


async def test_a_key_pressed_before_the_text_begins_is_heard_where_the_pbx_tells_of_keys(tmp_path: Path) -> None:
    async with calling(tmp_path) as phone:
        phone.pbx.habits[WANG] = Habit(key="1", at=0)
        assert await phone.send() == Delivered()
        assert [told[0] for told in phone.desk.acknowledged] == ["a1"]
        phone.pbx.habits[WANG] = Habit(key="2", at=0)
        assert await phone.send(alert("a2")) == Rejected("declined")
        phone.pbx.habits[WANG] = Habit(key="7", at=0)  # of no meaning: it is spoken as ever
        assert await phone.send(alert("a3")) == Delivered()
        assert [len(commands) for commands in phone.commands()] == [0, 0, 9]
        phone.pbx.tells_keys = False
        phone.pbx.habits[WANG] = Habit(key="1", at=0)
        assert await phone.send(alert("a4")) == Delivered()
        assert len(phone.desk.acknowledged) == 1


async def test_a_key_is_no_answer_before_the_telephone_was_answered(tmp_path: Path) -> None:
    """An announcement of the carrier may hold a tone that the PBX takes for a key."""
    async with calling(tmp_path) as phone:
        phone.pbx.habits[WANG] = Habit(slowly=True)
        waits = asyncio.create_task(phone.send())
        await phone.pbx.until(lambda: len(phone.pbx.calls) == 1)
        phone.pbx.press(phone.pbx.calls[0], "1")
        phone.pbx.let_go(WANG)
        assert await waits == Delivered()
        assert phone.desk.acknowledged == []


async def test_who_has_no_telephone_is_not_called(tmp_path: Path) -> None:
    async with calling(tmp_path) as phone:
        assert isinstance(await phone.send(alert(to=None)), Rejected)
        assert isinstance(await phone.send(alert(to={**alert()["to"], "address": "PJSIP/1&PJSIP/2"})), Rejected)
        assert phone.pbx.calls == []
    async with calling(tmp_path, number="13800138000", dial="PJSIP/{number}@carrier") as phone:
        assert await phone.send(alert(to=None)) == Delivered()
        assert phone.pbx.calls[0].dialled == "PJSIP/13800138000@carrier"


@pytest.mark.parametrize("address", ["PJSIP/1&PJSIP/2", "PJSIP/1,30", "System/rm", "1\r\nAction: X", "", "Local/1@a/b"])
def test_an_address_that_would_dial_more_is_refused(address: str) -> None:
    assert wrong_address(address)


@pytest.mark.parametrize(
    "address", ["PJSIP/8001", "Local/8001@from-internal", "13800138000", "+4420", "PJSIP/1@carrier"]
)
def test_plain_addresses_are_taken(address: str) -> None:
    assert wrong_address(address) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dial", "PJSIP/8001"),
        ("dial", "PJSIP/{number}&PJSIP/1"),
        ("number", "8001"),
        ("context", "a b"),
        ("caller_id", 'x"\r\ny'),
        ("acknowledge_key", "12"),
        ("refuse_key", "1"),
        ("prompts", {"other": 'beep" 1'}),
        ("speech_command", ("espeak-ng",)),
        ("sounds_folder", "/nowhere"),
        ("times", 0),
        ("host", ""),
    ],
)
def test_settings_that_cannot_work_name_their_key(tmp_path: Path, key: str, value: object) -> None:
    problems = check(telephone(tmp_path, **{"host": "127.0.0.1", key: value}))
    assert {problem.key.partition(".")[0] for problem in problems} & {key, "sounds_folder", "speech_command"}
