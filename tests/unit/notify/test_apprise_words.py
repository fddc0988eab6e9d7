"""What a message by apprise says: one alert or many, whole or cut."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.notify.apprise.words import Room, Wording
from tests.unit.notify.apprise_alerts import alert

LINK = "https://desk.example/"
ACKNOWLEDGE = f"{LINK}a/" + "x" * 70
SHANGHAI = ZoneInfo("Asia/Shanghai")
ROOMY = Room(20_000)
ZH = Wording("滨江花园", "zh", SHANGHAI, LINK)
EN = Wording("riverside", "en", SHANGHAI, LINK)


def test_one_alert_says_what_where_when_and_what_to_do() -> None:
    assert ZH.of([alert(5)], ROOMY).whole == (
        "【超时】滨江花园\n"
        "03:00:05 【20261122-0005】响铃超时未接（第 3 声）：138****8000 → 4001，已响 15.0 秒，请立即接听\n"
        "https://desk.example/"
    )
    assert EN.of([alert(5)], ROOMY).whole == (
        "[Overdue] riverside\n"
        "03:00:05 [20261122-0005] Not answered in time (ring 3): 138****8000 → 4001, ringing for 15.0 s. "
        "Answer at once\n"
        "https://desk.example/"
    )


def test_who_is_meant_stands_in_the_title() -> None:
    meant = alert() | {"to": {"id": "p1", "name": "王芳", "number": "008", "address": "13900139000"}}
    assert ZH.of([meant], ROOMY).title == "【超时】滨江花园 → 王芳"
    other = alert() | {"to": {"id": "p2", "name": "李强", "number": "009", "address": "13700137000"}}
    assert ZH.of([meant, other], ROOMY).title == "【超时】滨江花园 → 王芳, 李强"
    assert ZH.of([alert() | {"to": None}], ROOMY).title == "【超时】滨江花园"


def test_a_digest_counts_by_kind_and_tells_the_most_urgent_first() -> None:
    many = [
        alert(1, kind="warning", severity="warning"),
        alert(2),
        alert(3, kind="escalation"),
        alert(4, severity="emergency", rule="two_calls", unit="100-4002", unit_name="东门岗", channel="CH1"),
        alert(5),
    ]
    said = ZH.of(many, ROOMY)
    assert said.title == "【紧急】滨江花园"
    lines = said.body.splitlines()
    assert lines[0] == "5 条告警：紧急 1，升级 1，超时 2，提醒 1"
    assert [line[:8] for line in lines[1:-1]] == ["03:00:04", "03:00:03", "03:00:02", "03:00:05", "03:00:01"]
    assert "紧急！东门岗(100-4002) 在 CH1 发出紧急报警" in lines[1]
    assert lines[-1] == LINK
    assert EN.of(many, ROOMY).body.startswith("5 alerts: EMERGENCY 1, Escalated 1, Overdue 2, Reminder 1\n")


def test_a_digest_of_several_days_tells_the_days() -> None:
    said = ZH.of([alert(1), alert(2 - 86_400)], ROOMY).body
    assert "\n11-21 03:00:02 " in said
    assert "\n11-22 03:00:01 " in said


def test_what_was_cleared_while_it_waited_is_counted_and_not_told() -> None:
    cleared = alert(9, kind="cleared", severity="info", clears=("a1", "a2"))
    said = ZH.of([alert(1), alert(2), alert(3), alert(4), cleared], ROOMY).body
    assert said.startswith("2 条告警：超时 2；另有 2 条已解除\n")
    assert "20261122-0003" in said
    assert "20261122-0001" not in said
    assert ZH.of([alert(1), alert(2), cleared], ROOMY).body == f"2 条告警已解除，目前无需处理\n{LINK}"


def test_a_cleared_one_that_takes_back_more_than_what_waits_is_told() -> None:
    """Its other half was told before: people must hear that it is over."""
    cleared = alert(9, kind="cleared", severity="info", clears=("a1", "told-before"))
    said = ZH.of([alert(1), alert(2), cleared], ROOMY).body
    assert said.startswith("2 条告警：超时 1，解除 1；另有 1 条已解除\n")


def test_what_finds_no_room_in_a_digest_is_counted() -> None:
    many = [alert(number) for number in range(1, 51)]
    said = ZH.of(many, Room(2_048, 2_048))
    assert len(said.whole.encode()) <= 2_048
    listed = sum("【2026" in line for line in said.body.splitlines())
    assert listed > 8
    assert f"……还有 {50 - listed} 条\n{LINK}" in said.body
    assert "… and 30 more" in EN.of(many, ROOMY).body


@pytest.mark.parametrize("count", [1, 2, 40])
@given(chars=st.integers(80, 400), utf8=st.none() | st.integers(80, 1_000))
def test_a_message_never_exceeds_its_room_and_keeps_the_link_whole(count: int, chars: int, utf8: int | None) -> None:
    for wording in (ZH, EN):
        said = wording.of([alert(number) for number in range(1, count + 1)], Room(chars, utf8)).whole
        assert len(said) <= chars
        assert utf8 is None or len(said.encode()) <= utf8
        assert said.endswith(f"\n{LINK}")
        assert "\N{REPLACEMENT CHARACTER}" not in said


def test_an_sms_of_seventy_characters_still_says_who_and_where() -> None:
    said = Wording("滨江", "zh", SHANGHAI, "").of([alert(5)], Room(70)).whole
    assert len(said) <= 70
    assert "响铃超时未接（第 3 声）：138****8000 → 4001" in said


def test_the_link_that_acknowledges_stands_where_the_alert_still_says_what_it_is() -> None:
    assert ZH.of([alert(5, ACKNOWLEDGE)], ROOMY).whole.endswith(f"请立即接听\n确认：{ACKNOWLEDGE}\n{LINK}")
    assert EN.of([alert(5, ACKNOWLEDGE)], ROOMY).whole.endswith(f"Answer at once\nAcknowledge: {ACKNOWLEDGE}\n{LINK}")
    sms = Wording("滨江", "zh", SHANGHAI, "").of([alert(5, ACKNOWLEDGE)], Room(70)).whole
    assert "https" not in sms
    assert "138****8000 → 4001" in sms


def test_a_message_for_several_people_or_of_several_alerts_has_no_link_in_one_persons_name() -> None:
    to = {"id": "p1", "name": "王芳", "number": "008", "address": "13900139000"}
    for_two = [alert(5, ACKNOWLEDGE) | {"to": to}, alert(5, ACKNOWLEDGE) | {"to": to | {"id": "p2", "name": "李强"}}]
    assert "/a/" not in ZH.of(for_two, ROOMY).whole
    assert "/a/" not in ZH.of([alert(5, ACKNOWLEDGE), alert(6, ACKNOWLEDGE)], ROOMY).whole
