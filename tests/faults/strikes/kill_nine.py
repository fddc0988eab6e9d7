"""kill -9 of the gateway at random moments under load."""

import signal

from tests.faults.fault import Fault
from tests.faults.site import Site


class KillNine(Fault):
    name = "kill_nine"
    per_s = 30.0
    shows = "F1 F11 F15 · I1 I2 I4 I7 I10"

    async def strike(self, site: Site) -> None:
        rounds = 3 if site.short else 200
        slowest_s = 0.0
        for _ in range(rounds):
            with site.trouble() as trouble:
                await site.gateway.stop(signal.SIGKILL)
                await site.gateway.start()
            slowest_s = max(slowest_s, trouble.end_s - trouble.begin_s)
            await site.lasts(site.chance.uniform(0.02, 0.8))
        site.figures |= {"kills": rounds, "slowest_start_s": round(slowest_s, 2)}
