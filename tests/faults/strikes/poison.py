"""A record in the store that makes a rule raise whenever the gateway looks at it: put aside, and told."""

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec

from rules.incidents import Incident
from tests.faults.fault import Fault
from tests.faults.site import Site
from tests.faults.waiting import until

_POISONED = "poison"
_CALLER = "13800138001"


class Poison(Fault):
    """A deadline that no rule can judge: due at every start, and raising each time it is looked at."""

    name = "poison"
    shows = "F14 · I7 I16 I19"
    per_s = 30.0
    tampers = True

    async def strike(self, site: Site) -> None:
        event = {"event": "delivered", "call": _POISONED, "from": _CALLER, "to": "4001", "device": "801"}
        assert (await site.gateway.post(event))[0] == 200
        with site.trouble():
            await site.gateway.stop(signal.SIGKILL)
            _break(site.setting.folder / "hotline.db")
            await site.gateway.start()
        began_s = time.monotonic()
        await until(lambda: any(alert["rule"] == "undecided" for alert in site.receiver.alerts))
        site.figures["told_within_s"] = round(time.monotonic() - began_s, 2)
        with site.trouble():  # a crash loop would begin here
            await site.gateway.stop(signal.SIGKILL)
            await site.gateway.start()

    async def settled(self, site: Site) -> None:
        page = await site.gateway.api("incidents", caller=_CALLER)
        found = [verdict for item in page["items"] for verdict in item["verdicts"]]
        verdicts = [one["verdict"] for one in found if one["rule"] == "two_calls"]
        site.expect(verdicts == ["not_measurable"], f"the poisoned call is {verdicts}")
        told = [alert for alert in site.receiver.alerts if alert["rule"] == "undecided"]
        site.figures["told"] = len(told)
        site.expect(len(told) == 1, f"told {len(told)} times")


def _break(path: Path) -> None:
    """As a defect of another version might leave it: its three rings are judged as a hail, and it is none."""
    with closing(sqlite3.connect(path)) as file, file:
        for number, body in file.execute("SELECT id, body FROM live_incident").fetchall():
            incident = msgspec.msgpack.decode(body, type=Incident)
            if _POISONED not in incident.call.ids:
                continue
            for obligation in incident.obligations:
                obligation.rule = "two_calls"
            file.execute("UPDATE live_incident SET body = ? WHERE id = ?", (msgspec.msgpack.encode(incident), number))
