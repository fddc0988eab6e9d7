"""Guesses wait longer and longer; who is known does not wait for what strangers did."""

from gateway.access.throttle import Throttle
from tests.fixtures.seconds import Hand


def make() -> tuple[Throttle, Hand]:
    hand = Hand()
    return Throttle(hand), hand


def guess(throttle: Throttle, hand: Hand, seconds: float, address: str = "10.0.0.1", device: str = "") -> int:
    """As often as it is let, for so long; how many that were."""
    end, count = hand.at_s + seconds, 0
    while (wait_s := throttle.wait_s("wang", address, device)) <= end - hand.at_s:
        hand.at_s += max(wait_s, 0.01)
        throttle.wrong("wang", address, device)
        count += 1
    hand.at_s = end
    return count


def test_the_wait_grows_and_a_day_admits_few() -> None:
    throttle, hand = make()
    assert guess(throttle, hand, 86_400) < 120


def test_a_known_device_is_not_delayed_by_what_strangers_guess() -> None:
    throttle, hand = make()
    guess(throttle, hand, 600)
    for n in range(200):
        throttle.wrong("wang", f"10.1.0.{n}", "")
    assert throttle.wait_s("wang", "10.0.0.1", "") > 0
    assert throttle.wait_s("wang", "10.0.0.1", "its-device") == 0


def test_many_addresses_together_are_slowed_at_one_account_and_not_at_others() -> None:
    throttle, _ = make()
    for n in range(60):
        throttle.wrong("wang", f"10.0.{n}.1", "")
    assert throttle.wait_s("wang", "10.9.9.9", "") > 0
    assert throttle.wait_s("li", "10.9.9.9", "") == 0


def test_a_stolen_device_is_slowed_as_well() -> None:
    throttle, hand = make()
    assert guess(throttle, hand, 86_400, device="its-device") < 120


def test_the_right_password_begins_anew_and_an_hour_s_rest_too() -> None:
    throttle, hand = make()
    for _ in range(5):
        throttle.wrong("wang", "10.0.0.1", "")
    assert throttle.wait_s("wang", "10.0.0.1", "") > 0
    throttle.right("wang", "10.0.0.1", "")
    assert throttle.wait_s("wang", "10.0.0.1", "") == 0
    guess(throttle, hand, 60)
    hand.at_s += 3_600
    assert throttle.wait_s("wang", "10.0.0.1", "") == 0


def test_it_is_bounded() -> None:
    throttle, _ = make()
    for n in range(20_000):
        throttle.wrong(f"name-{n}", "10.0.0.1", "")
    assert len(throttle._wrong) <= 8_192  # noqa: SLF001 - the bound itself is what is tested
