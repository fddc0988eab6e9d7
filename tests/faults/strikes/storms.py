"""More than it can take, and everybody at once."""

import asyncio
import signal
import sys
import time
from collections import Counter
from datetime import datetime

from adapters.intake import open_store
from gateway.recovery import journal
from rules.events import ConnectionCleared
from tests.faults.check import percentile
from tests.faults.fault import Fault
from tests.faults.flood import Flood
from tests.faults.site import Site


class RetryStorm(Fault):
    """After an outage all senders tell again what they could not, ten times over and at once."""

    name = "retry_storm"
    shows = "F40 F41 · I5 I15 I17"
    per_s = 20.0

    async def strike(self, site: Site) -> None:
        events = 300 if site.short else 3000
        flood = Flood(site.gateway, connections=64)
        with site.trouble() as trouble:
            await site.gateway.stop(signal.SIGKILL)
            await site.lasts(2 if site.short else 20)
            await site.gateway.start()
        again = await flood.tell(events, times=10)
        acks = [took_ms for at_s, took_ms in site.load.ack_ms if at_s > trouble.end_s]
        site.figures |= {"storm_posts": again.posts, "storm_per_s": round(again.posts / again.seconds)}
        site.figures |= {"storm_refused": again.refused, "neighbour_ack_p99_ms": round(percentile(acks, 99))}
        self._told = {f"storm-{number}" for number in range(events)}

    async def after(self, site: Site) -> None:
        store = open_store(site.setting.store, site.setting.folder)
        await store.open()
        events = [entry.event async for entry in journal(store)]
        await store.close()
        kept = Counter(event.call for event in events if isinstance(event, ConnectionCleared))
        twice = sum(kept[call] > 1 for call in self._told)
        lost = sum(kept[call] < 1 for call in self._told)
        site.figures |= {"storm_lost": lost, "storm_counted_twice": twice}
        site.expect(lost == twice == 0, f"of the storm {lost} were lost, {twice} counted twice")


class FloodOfEvents(Fault):
    """As much as a client on the same machine can send, while callers ring and deadlines pass."""

    name = "flood"
    shows = "F46 F47 · I9 I15 I17"
    per_s = 20.0

    async def strike(self, site: Site) -> None:
        seconds = 3 if site.short else 60
        sending = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.flood", str(site.setting.folder), site.gateway.url, str(seconds)),
            stdout=asyncio.subprocess.PIPE,
        )
        began_s = time.monotonic()
        out, _ = await asyncio.wait_for(sending.communicate(), seconds + 60)
        posts, refused, took = out.decode().split()
        acks = [took_ms for at_s, took_ms in site.load.ack_ms if at_s > began_s]
        site.figures |= {"flood_posts": int(posts), "flood_refused": int(refused)}
        site.figures |= {"flood_per_s": round(int(posts) / float(took))}
        site.figures |= {"neighbour_ack_p99_ms": round(percentile(acks, 99))}
        site.figures |= {"late_at_gateway_p99_ms": round(percentile(_late_ms(site), 99), 1)}


class MassEvent(Fault):
    """A burst pipe: thousands ring within ten seconds, and nobody answers."""

    name = "mass_event"
    shows = "F48 F49 · I7 I9"
    per_s = 1.0

    async def strike(self, site: Site) -> None:
        calls, within_s = (300, 1.0) if site.short else (5000, 10.0)
        began_s = time.monotonic()
        names, ringing = [], []
        for number in range(calls):
            name, told = site.load.some("missed", 1)
            names += name
            ringing += told
            await asyncio.sleep(max(0.0, began_s + number * within_s / calls - time.monotonic()))
        await asyncio.gather(*ringing)
        await asyncio.wait_for(site.receiver.breach_of(names), 120)
        site.figures["late_at_gateway_p99_ms"] = round(percentile(_late_ms(site), 99), 1)


def _late_ms(site: Site) -> list[float]:
    """From due to raised, by the gateway's own clock: without the receiver's slowness."""
    breaches = [a for a in site.receiver.alerts if (a["rule"], a["kind"]) == ("three_rings", "breach")]
    moments = [(datetime.fromisoformat(a["due_at"]), datetime.fromisoformat(a["raised_at"])) for a in breaches]
    return [(raised - due).total_seconds() * 1000 for due, raised in moments]
