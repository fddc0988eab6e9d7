"""The list of attacks; as a program, one of them: python -m tests.hostile.attacks NAME SECONDS PLACES."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tests.hostile import http_attacks, radio_attacks
from tests.hostile.victim import Places


class Attack(NamedTuple):
    """`run` returns how often it struck. `counted_by`: of /metrics, what must have grown by it, if it lasts so long."""

    run: Callable[[Places, float], Awaitable[int]]
    counted_by: str
    counted_after_s: float = 0.0
    rss_mib_max: int = 200

    @property
    def name(self) -> str:
        return self.run.__name__.replace("_", "-")


ATTACKS = {
    attack.name: attack
    for attack in (
        Attack(http_attacks.slow_loris, 'hotline_connections_cut_total{reason="slow"}', counted_after_s=11.0),
        Attack(http_attacks.crowd, 'hotline_connections_cut_total{reason="full"}'),
        Attack(http_attacks.endless_headers, 'hotline_connections_cut_total{reason="long"}'),
        Attack(http_attacks.endless_chunks, ""),
        Attack(http_attacks.bombs, 'hotline_hooks_total{outcome="unparsed",source="main"}'),
        Attack(http_attacks.nonsense, 'hotline_hooks_total{outcome="unparsed",source="main"}'),
        Attack(http_attacks.guesses, ""),
        Attack(radio_attacks.mqtt_flood, 'hotline_unparsed_total{source="repeater"}'),
        Attack(radio_attacks.udp_flood, 'hotline_unparsed_total{source="net"}'),
        Attack(radio_attacks.serial_noise, 'hotline_unparsed_total{source="line"}'),
    )
}


def main() -> None:
    name, seconds, places = sys.argv[1:]
    struck = asyncio.run(_run(ATTACKS[name], Places(**json.loads(places)), float(seconds)))
    sys.stdout.write(f"{struck}\n")


async def _run(attack: Attack, places: Places, seconds: float) -> int:
    return await attack.run(places, seconds)


if __name__ == "__main__":
    main()
