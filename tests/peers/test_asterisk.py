"""Real calls through a real Asterisk, heard by the real gateway: alerts on MQTT, and the record with its verdicts.

Every scene of tests/peers/scenes.py is played at once, as on a busy morning; each test looks at one call.
"""

import asyncio
from datetime import datetime
from typing import Any, NamedTuple

import pytest

from tests.peers.scenes import SCENES
from tests.peers.site import whole_site

pytestmark = pytest.mark.peers

Alert = dict[str, Any]


class Morning(NamedTuple):
    records: dict[str, dict[str, Any]]  # by scene
    alerts: dict[str, list[Alert]]

    def verdicts(self, scene: str, rule: str = "three_rings") -> list[tuple[str, int | None]]:
        told = [v for v in self.records[scene]["verdicts"] if v["rule"] == rule]
        return [(v["verdict"], v["ring"]) for v in sorted(told, key=lambda v: str(v["opened_at"]))]

    def kinds(self, scene: str, rule: str = "three_rings") -> list[tuple[str, int | None]]:
        return [(a["kind"], a["ring"]) for a in self.alerts[scene] if a["rule"] == rule]


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    return asyncio.run(_play(tmp_path_factory))


async def _play(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    async with whole_site("morning", tmp_path_factory.mktemp("morning")) as site:
        for scene in SCENES:
            await site.play(scene)
        await site.calls_are_over(max(scene.lasts_s for scene in SCENES.values()))
        records = {name: await site.closed_incident(scene.caller) for name, scene in SCENES.items()}
        page = await site.gateway.api("incidents", limit="100")
        assert len([item for item in page["items"] if item["outcome"] != "merged"]) == len(SCENES)
        await site.until_told(SCENES["never_answered"].caller, "cleared")
    alerts = {name: [a for a in site.alerts if a["from"] == scene.caller] for name, scene in SCENES.items()}
    return Morning(records, alerts)


def _seconds(verdict: dict[str, Any]) -> float:
    return (datetime.fromisoformat(verdict["ended_at"]) - datetime.fromisoformat(verdict["opened_at"])).total_seconds()


def test_a_call_answered_in_ring_2_is_met_and_its_warning_cleared(morning: Morning) -> None:
    record = morning.records["answered_in_ring_2"]
    assert (record["outcome"], record["device"], record["to"]) == ("answered", "101", "7101")
    assert morning.verdicts("answered_in_ring_2") == [("met", 2)]
    assert morning.kinds("answered_in_ring_2") == [("warning", 2), ("cleared", 2)]
    verdict = record["verdicts"][0]
    assert verdict["clock"] == "source"
    assert 6.9 < verdict["seconds"] < 10
    assert _seconds(verdict) == pytest.approx(verdict["seconds"], abs=1)


def test_a_call_that_nobody_answers_is_breached_when_the_fourth_ring_begins(morning: Morning) -> None:
    assert morning.records["never_answered"]["outcome"] == "missed"
    assert morning.verdicts("never_answered")[0][0] == "breached"
    assert morning.kinds("never_answered")[:3] == [("warning", 2), ("warning", 3), ("breach", 4)]
    breach = next(a for a in morning.alerts["never_answered"] if a["kind"] == "breach" and a["rule"] == "three_rings")
    rang = datetime.fromisoformat(morning.records["never_answered"]["ring_at"])
    late_s = (datetime.fromisoformat(breach["raised_at"]) - rang).total_seconds() - 15.0
    assert 0 <= late_s < 25  # on time, or as soon as a busy machine can
    assert all("138****0002" in breach["text"][language] for language in ("zh", "en"))


def test_a_caller_who_gives_up_in_ring_3_is_abandoned_and_owed_a_call_back(morning: Morning) -> None:
    assert morning.records["gives_up_in_ring_3"]["outcome"] == "abandoned"
    assert morning.verdicts("gives_up_in_ring_3") == [("waived", 3)]
    assert [owed["rule"] for owed in morning.records["gives_up_in_ring_3"]["obligations_open"]] == ["call_back"]


def test_a_ring_group_is_one_call_and_its_losing_phone_missed_nothing(morning: Morning) -> None:
    record = morning.records["ring_group"]
    assert (record["outcome"], record["device"]) == ("answered", "110")
    assert morning.verdicts("ring_group") == [("met", 1)]
    assert morning.kinds("ring_group") == []
    assert record["obligations_open"] == []


def test_a_queue_that_answers_is_no_person_and_the_clock_starts_with_the_phones(morning: Morning) -> None:
    record = morning.records["queue_answers_first"]
    assert (record["outcome"], record["device"], record["queue"]) == ("answered", "130", "desk")
    assert morning.verdicts("queue_answers_first") == [("met", 2)]
    assert record["ring_at"] > record["offered_at"]


def test_a_long_hold_is_warned_of_breached_at_30_s_and_met_by_coming_back(morning: Morning) -> None:
    record = morning.records["hold_and_retrieve"]
    assert record["holds"] == 1
    assert 32 < record["hold_seconds"] < 45
    assert [kind for kind, _ in morning.kinds("hold_and_retrieve", "hold_checkin")] == ["warning", "breach", "cleared"]
    assert [state for state, _ in morning.verdicts("hold_and_retrieve", "hold_checkin")] == ["breached", "met"]


def test_a_blind_transfer_gives_the_new_phone_three_rings_of_its_own(morning: Morning) -> None:
    assert morning.verdicts("blind_transfer") == [("met", 1), ("met", 2)]
    assert morning.records["blind_transfer"]["outcome"] == "answered"


def test_an_attended_transfer_judges_the_consulted_phone_too(morning: Morning) -> None:
    assert morning.verdicts("attended_transfer") == [("met", 1), ("met", 1)]
    assert morning.records["attended_transfer"]["outcome"] == "answered"


def test_a_rejected_call_is_recorded_as_rejected(morning: Morning) -> None:
    assert morning.records["rejected"]["outcome"] == "rejected"
    assert morning.verdicts("rejected") == [("waived", 1)]


def test_nothing_was_breached_but_what_was_meant_to_be(morning: Morning) -> None:
    breached = {name for name, alerts in morning.alerts.items() if any(a["kind"] == "breach" for a in alerts)}
    assert breached == {"never_answered", "hold_and_retrieve"}
