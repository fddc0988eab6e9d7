"""An alert's text as a voice on the telephone says it."""

from adapters.notify.asterisk_call import words
from tests.unit.notify.apprise_alerts import alert


def test_numbers_are_said_digit_by_digit_and_signs_become_pauses() -> None:
    said = words.alert_text([alert(5)], "zh", site="滨江花园", keys=("1", "2"))
    assert said == (
        "滨江花园。响铃超时未接, 第 3 声, 1 3 8, 8 0 0 0, 4 0 0 1，已响 15.0 秒，请立即接听。确认请按1，无法处理请按2。"
    )
    said = words.alert_text([alert(5)], "en", site="riverside", keys=("1", "2"))
    assert said == (
        "riverside. Not answered in time, ring 3, 1 3 8, 8 0 0 0, 4 0 0 1, ringing for 15.0 s. Answer at once. "
        "To acknowledge press 1. If you cannot see to it press 2."
    )


def test_five_are_spoken_and_the_rest_is_counted() -> None:
    said = words.alert_text([alert(number) for number in range(1, 9)], "zh", site="滨江花园", keys=("1", "2"))
    assert said.count("响铃超时未接") == 5
    assert "另有3条告警" in said
