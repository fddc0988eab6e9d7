"""The link to a real Asterisk is cut while a call rings, and the PBX itself dies in the middle of calls."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from tests.peers.scenes import SCENES
from tests.peers.site import whole_site

pytestmark = pytest.mark.peers

RINGS_ON, GIVES_UP = SCENES["never_answered"].caller, SCENES["gives_up_in_ring_3"].caller
TALKS = SCENES["hold_and_retrieve"].caller


async def test_a_link_cut_while_it_rings_delays_no_alert_and_what_ended_unseen_is_not_measurable(
    tmp_path: Path,
) -> None:
    async with whole_site("cut", tmp_path) as site:
        await site.play("never_answered")
        await site.play("gives_up_in_ring_3")
        await site.until_told(GIVES_UP, "warning")  # ring 2, after 5 s
        site.cable.cut()
        await site.until_source("asterisk", "offline")
        await asyncio.to_thread(site.sipp.until_ended, "caller-gives-up")
        site.cable.mend()
        await site.until_source("asterisk", "online")
        breach = await site.until_told(RINGS_ON, "breach")
        lost = await site.closed_incident(GIVES_UP)
        await site.calls_are_over(80)
        kept = await site.closed_incident(RINGS_ON)
    rang = datetime.fromisoformat(kept["ring_at"])
    late_s = (datetime.fromisoformat(breach["raised_at"]) - rang).total_seconds() - 15.0
    assert 0 <= late_s < 25  # on time, or as soon as a busy machine can
    assert kept["outcome"] == "missed"
    assert [v["verdict"] for v in kept["verdicts"] if v["rule"] == "three_rings"] == ["breached"]
    assert lost["outcome"] == "lost_while_disconnected"
    assert [v["verdict"] for v in lost["verdicts"] if v["rule"] == "three_rings"] == ["not_measurable"]


async def test_after_a_restart_of_the_pbx_its_calls_are_closed_and_new_ones_heard(tmp_path: Path) -> None:
    async with whole_site("restart", tmp_path) as site:
        await site.play("gives_up_in_ring_3")
        await site.play("hold_and_retrieve")
        await site.until_told(GIVES_UP, "warning")
        await site.until_incident(TALKS, "answered_at")
        await asyncio.to_thread(site.pbx.stop)
        site.sipp.close()
        await site.until_source("asterisk", "offline")
        await asyncio.to_thread(site.pbx.start)
        lost = await site.closed_incident(GIVES_UP)
        cut_off = await site.closed_incident(TALKS)
        await site.play("ring_group")
        await site.calls_are_over(80)
        new = await site.closed_incident(SCENES["ring_group"].caller)
        log = (tmp_path / "gateway.log").read_text()
    assert lost["outcome"] == "lost_while_disconnected"
    assert [v["verdict"] for v in lost["verdicts"] if v["rule"] == "three_rings"] == ["not_measurable"]
    assert cut_off["outcome"] == "answered"
    assert "end_not_seen" in cut_off["flags"]
    assert new["outcome"] == "answered"
    assert '"restarted": true' in log
