"""Who may listen to a real Asterisk, and over what: challenge, TLS, missing classes, wrong secrets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.pbx.asterisk import Settings
from rules.events import LinkChanged, Resynced
from tests.contract.asterisk.conftest import linked
from tests.fixtures.front_door import FrontDoor
from tests.fixtures.ports import take_free_port
from tests.peers.pbx import AMI_SECRET, AMI_USER, EVENT_FILTER, Asterisk

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    asterisk = Asterisk("access", take_free_port(), take_free_port(), {})
    try:
        asterisk.start()
        yield asterisk
    finally:
        asterisk.remove()


@pytest.fixture
def settings(pbx: Asterisk, tmp_path: Path) -> Settings:
    (tmp_path / "secret").write_text(AMI_SECRET)
    return Settings(
        name="pbx",
        kind="asterisk-ami",
        host="localhost",
        port=pbx.ami_port,
        username=AMI_USER,
        secret_file=str(tmp_path / "secret"),
    )


@pytest.fixture
def tls(pbx: Asterisk, settings: Settings) -> Settings:
    return replace(settings, port=pbx.tls_port, tls=True, tls_ca_file=str(pbx.certificate))


async def _first_answer(settings: Settings) -> LinkChanged:
    """What the link says after "connecting"."""
    door = FrontDoor()
    async with linked(settings, door):
        await door.until_has(LinkChanged, 2)
        if door.states[1] == "online":
            await door.until_has(Resynced)
    return door.of(LinkChanged)[1]


def test_the_event_filter_that_installers_are_given_is_the_one_these_calls_are_heard_through() -> None:
    assert f"eventfilter = {EVENT_FILTER}" in (Path(__file__).parents[2] / "docs/adapters/asterisk.md").read_text()


async def test_the_challenge_is_answered_and_the_lists_come(settings: Settings) -> None:
    assert (await _first_answer(settings)).state == "online"


async def test_tls_with_the_right_authority_is_the_same(tls: Settings) -> None:
    assert (await _first_answer(tls)).state == "online"


async def test_a_certificate_of_an_unknown_authority_is_refused(tls: Settings) -> None:
    answer = await _first_answer(replace(tls, tls_ca_file=None))
    assert (answer.state, "certificate" in answer.reason) == ("refused", True)


async def test_a_certificate_of_another_name_is_refused(tls: Settings) -> None:
    answer = await _first_answer(replace(tls, host="127.0.0.1"))
    assert (answer.state, "certificate" in answer.reason) == ("refused", True)


async def test_a_wrong_secret_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("wrong")
    answer = await _first_answer(settings)
    assert (answer.state, "Authentication failed" in answer.reason) == ("refused", True)


async def test_a_user_without_reporting_is_told_what_is_missing(settings: Settings) -> None:
    answer = await _first_answer(replace(settings, username="blind"))
    assert (answer.state, "write = reporting" in answer.reason) == ("refused", True)
