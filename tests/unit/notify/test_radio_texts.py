"""What the desk reads of the radio: who, where, how often, how long, in both languages."""

import msgspec
import pytest

from adapters.notify.texts import texts
from rules.effects import Alert

START_US = 1_763_712_000_000_000
BREACH = Alert(
    id="a",
    key="a",
    site="riverside",
    rule="two_calls",
    kind="breach",
    severity="critical",
    opened_us=START_US,
    due_us=START_US + 10_000_000,
    raised_us=START_US + 10_000_000,
    incident="20261122-0007",
    caller="100-4002",
    unit="100-4002",
    unit_name="东门岗",
    channel="CH1",
    calls=2,
)


def said(**facts: object) -> tuple[str, str]:
    return tuple(texts(msgspec.structs.replace(BREACH, **facts)))  # type: ignore[return-value]  # a Text is two words


def test_a_breach_names_post_channel_calls_and_time() -> None:
    zh, en = said()
    assert zh == "【20261122-0007】东门岗(100-4002) 在 CH1 呼叫 2 次，控制室未应答，已 10.0 秒，请立即应答"
    assert en == (
        "[20261122-0007] 东门岗(100-4002) called on CH1 (2 calls); control has not answered for 10.0 s. Answer at once"
    )


def test_an_emergency_comes_first_in_every_sentence() -> None:
    for kind in ("breach", "escalation"):
        zh, en = said(kind=kind, severity="emergency", reason="emergency")
        assert zh.startswith("【20261122-0007】紧急！")
        assert en.startswith("[20261122-0007] EMERGENCY")


def test_an_unknown_unit_is_said_to_be_unknown() -> None:
    zh, en = said(unit="", unit_name="", caller="", calls=1)
    assert "未知电台 在 CH1 呼叫 1 次" in zh
    assert "an unknown unit called on CH1 (1 call)" in en


@pytest.mark.parametrize("rule", ["two_calls", "promise", "roll_call"])
@pytest.mark.parametrize("kind", ["warning", "breach", "escalation", "cleared"])
def test_every_alert_of_the_radio_names_the_unit(rule: str, kind: str) -> None:
    zh, en = said(rule=rule, kind=kind, seconds=4.5)
    assert "东门岗" in zh
    assert "东门岗" in en
    assert "?" not in zh + en


def test_an_answered_hail_says_how_long_it_took() -> None:
    assert said(kind="cleared", reason="answered_ptt", seconds=12.0)[1].endswith("was answered after 12.0 s")
    assert said(kind="cleared", reason="merged", seconds=None)[1].endswith(
        "Radio alert cleared: 东门岗(100-4002) on CH1"
    )


def test_a_roll_call_that_cannot_be_judged_accuses_nobody() -> None:
    zh, en = said(rule="roll_call", reason="source_offline", unit="", unit_name="")
    assert "CH1 的基站失去联系" in zh
    assert "out of touch" in en


def test_that_nobody_was_told_names_the_unit_too() -> None:
    assert "东门岗(100-4002) (CH1)" in said(rule="notify", kind="escalation")[0]
