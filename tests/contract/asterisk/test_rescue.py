"""The redirecting half of call rescue against a pretend Asterisk: what is looked at first, and what is never done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.kinds import Problem
from adapters.notify.asterisk_call import Settings as CallSettings
from adapters.pbx.asterisk.connection import Connection
from adapters.pbx.asterisk.rescue import Rescuer
from adapters.pbx.asterisk.settings import Settings, check
from adapters.ports import Delivered, Delivery, Rejected, Retry
from simulators.ami_server import AmiServer, Fields

SECRET = "s3cret"
CALLER = "1795336016.0"
ORDER = {"id": "a1", "to": {"id": CALLER}}


class Pbx(AmiServer):
    """One caller waits, or not; `done` is what was asked for."""

    def __init__(self) -> None:
        super().__init__("hotline", SECRET)
        self.caller: Fields | None = {"Channel": "PJSIP/trunk-0", "Uniqueid": CALLER, "BridgeID": ""}
        self.mark = ""
        self.refusals: dict[str, str] = {}
        self.rights = "Redirect,Setvar,Status,ShowDialPlan"
        self.done: list[str] = []
        self.lists["status"] = self._status
        self.lists["showdialplan"] = lambda: [("ListDialplan", {"Context": "rescue", "Extension": "900"})]

    def does(self, action: str, asked: Fields) -> str:
        if action == "status":
            return "No such channel"
        if action == "showdialplan":
            return "Did not find extension 900@rescue"
        if action in {"redirect", "setvar"} and action not in self.refusals:
            self.done.append(asked.get("value") or f"{asked['channel']} → {asked['exten']}@{asked['context']}")
            if action == "setvar":
                self.mark = asked["value"]
        return self.refusals.get(action, "")

    def forget(self, what: str) -> None:
        """It says no to this list."""
        del self.lists[what]

    def _status(self) -> list[tuple[str, Fields]]:
        assert self.caller is not None
        return [("Status", {**self.caller, "Variable": f"HOTLINE_RESCUE={self.mark}"})]

    def _answer(self, action: str) -> Fields:
        return dict.fromkeys(self.rights.split(","), "…") if action == "listcommands" else super()._answer(action)


@asynccontextmanager
async def rescuing(folder: Path, pbx: Pbx) -> AsyncIterator[tuple[Rescuer, list[tuple[str, str]]]]:
    await pbx.start()
    (folder / "secret.txt").write_text(SECRET + "\n")
    settings = CallSettings(
        name="pbx",
        kind="asterisk-call",
        host="127.0.0.1",
        port=pbx.port,
        username="hotline",
        secret_file=str(folder / "secret.txt"),
    )
    rescuer = Rescuer("pbx", "900@rescue")
    states: list[tuple[str, str]] = []
    running = asyncio.create_task(rescuer.run(lambda *told: states.append(told)))
    try:
        async with asyncio.timeout(60), Connection(settings, lambda: 0, lambda *_: None, ()) as connection:
            await connection.login()
            await rescuer.attach(connection)
            await asyncio.sleep(0)
            yield rescuer, states
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await pbx.stop()


async def test_a_caller_who_waits_is_marked_and_sent_and_only_his_channel(tmp_path: Path) -> None:
    pbx = Pbx()
    async with rescuing(tmp_path, pbx) as (rescuer, states):
        assert await rescuer.send(ORDER, "k") == Delivered()
        assert pbx.done == ["asked", f"{CALLER} → 900@rescue", "done"]
        assert await rescuer.send(ORDER, "k") == Delivered()  # the same order, told again after a restart
        assert len(pbx.done) == 3
    assert states[-1] == ("online", "")


async def test_an_order_whose_end_is_not_known_is_not_carried_out_again(tmp_path: Path) -> None:
    pbx = Pbx()
    pbx.mark = "asked"
    async with rescuing(tmp_path, pbx) as (rescuer, _):
        outcome = await rescuer.send(ORDER, "k")
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, pbx.done) == ("over", [])


async def test_who_is_talking_is_left_alone(tmp_path: Path) -> None:
    pbx = Pbx()
    pbx.caller = {"Channel": "PJSIP/trunk-0", "Uniqueid": CALLER, "BridgeID": "b-1"}
    async with rescuing(tmp_path, pbx) as (rescuer, _):
        assert await rescuer.send(ORDER, "k") == Rejected("over", "answered meanwhile")
    assert pbx.done == []


@pytest.mark.parametrize(
    ("lacks", "outcome"),
    [
        ("status", Rejected("over", "No such channel")),
        ("showdialplan", Rejected("refused", "900@rescue: Did not find extension 900@rescue")),
    ],
)
async def test_nothing_is_asked_where_it_could_drop_the_caller(tmp_path: Path, lacks: str, outcome: Delivery) -> None:
    pbx = Pbx()
    pbx.forget(lacks)
    async with rescuing(tmp_path, pbx) as (rescuer, _):
        assert await rescuer.send(ORDER, "k") == outcome
    assert pbx.done == []


async def test_asterisks_own_words_come_back(tmp_path: Path) -> None:
    pbx = Pbx()
    pbx.refusals["redirect"] = "Redirect failed"
    async with rescuing(tmp_path, pbx) as (rescuer, _):
        assert await rescuer.send(ORDER, "k") == Rejected("refused", "Redirect failed")
    assert pbx.done == ["asked"]


async def test_what_would_stop_it_is_said_at_the_start(tmp_path: Path) -> None:
    pbx = Pbx()
    pbx.rights = "Status,ShowDialPlan"
    async with rescuing(tmp_path, pbx) as (rescuer, states):
        assert states[-1][0] == "refused"
        assert "may not redirect, setvar: give it write = reporting,call" in states[-1][1]
        rescuer.detach()
        assert await rescuer.send(ORDER, "k") == Retry("unreachable", 1.0)
        assert states[-1] == ("offline", "the PBX is out of reach")


@pytest.mark.parametrize("to", ["900", "@rescue", "900@", "900@a b", "900&901@rescue", "900@rescue\r\nAction: X"])
def test_a_place_that_cannot_be_one_is_told(tmp_path: Path, to: str) -> None:
    (tmp_path / "secret.txt").write_text(SECRET)
    settings = Settings(
        name="pbx",
        kind="asterisk-ami",
        host="127.0.0.1",
        username="hotline",
        secret_file=str(tmp_path / "secret.txt"),
        rescue=to,
    )
    assert check(settings) == [Problem("rescue", to, "EXTENSION@CONTEXT of the dial plan, such as 900@rescue")]
