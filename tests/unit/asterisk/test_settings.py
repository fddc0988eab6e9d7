"""What may be wrong with a [[source]] of kind asterisk-ami, and that each mistake names its cure."""

from pathlib import Path

import msgspec
import pytest

from adapters.pbx.asterisk import KIND, decode_recording
from adapters.pbx.asterisk.settings import check, rules
from rules.events import Originated, Unparsed
from tests.unit.asterisk.messages import settings


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "ami-secret.txt"
    file.write_text("s3cret\n")
    return str(file)


def test_a_right_table_has_no_problems_and_makes_a_source_of_its_name(secret: str) -> None:
    good = settings(secret_file=secret)
    assert check(good) == []
    assert KIND.make is not None
    assert KIND.make(good).name == "pbx"
    assert rules(good).shows_hold


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", 0),
        ("port", 70000),
        ("host", " "),
        ("username", "a\r\nAction: Originate"),
        ("ping_s", 0.0),
        ("connect_timeout_s", 1e9),
        ("encoding", "klingon"),
        ("tls_ca_file", "/nowhere/ca.pem"),
    ],
)
def test_a_wrong_value_is_named_with_a_cure(secret: str, key: str, value: object) -> None:
    problems = check(settings(secret_file=secret, **{key: value}))
    assert [problem.key for problem in problems] == [key]
    assert problems[0].cure


def test_a_missing_unreadable_or_empty_secret_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("\n")
    for table in ({}, {"secret_file": str(tmp_path / "none")}, {"secret_file": str(empty)}, {"secret_env": "NO_SUCH"}):
        assert len(check(settings(**table))) == 1, table


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="prot"):
        settings(prot=5038)


def test_a_recording_is_decoded_with_remarks_on_what_the_pbx_does_not_send() -> None:
    data = (
        b"Asterisk Call Manager/5.0\n"
        b"Event: Newchannel\nChannel: PJSIP/t-00000001\nChannelState: 4\nUniqueid: 1.1\nLinkedid: 1.1\n"
        b"CallerIDNum: 138\nExten: 400\n\nrubbish\n\n"
    )
    events, remarks = decode_recording(settings(), data)
    assert [type(event) for event, _ in events] == [Originated, Unparsed]
    assert any("timestampevents" in remark for remark in remarks)
