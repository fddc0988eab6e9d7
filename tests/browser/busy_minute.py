"""A board with one of everything on it at once."""

from gateway.directory_file import Resident
from rules.events import LinkChanged
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import Served

RESIDENTS = {
    "13800138000": Resident(name="李先生", unit="3-1202", notes="家中有狗，上门前先打电话", language="zh", vip=True),
    "13912345678": Resident(name="王女士", unit="商铺 12"),
    "13700007777": Resident(name="陈老师", unit="5-101", sensitive=True),
}


async def pass_(served: Served, seconds: int) -> None:
    """Second by second, as life goes: nothing is told late."""
    for _ in range(seconds):
        await served.later(1)


async def a_busy_minute(served: Served) -> str:
    """One of everything: rings in each phase, a hold, a talk, a hail, a missed call. Returns the talk."""
    air = OnAir(served)
    await served.submit(*(LinkChanged(source=name, state="online") for name in ("main", "tower", "scanner")))
    missed = await served.ring("13600001234", line="4002")
    await pass_(served, 9)
    await served.hang_up(missed)
    held = await served.ring("13700007777")
    await served.answer(held)
    await pass_(served, 12)
    await served.hold(held)
    await pass_(served, 10)
    await served.ring("13912345678", line="4002", device="8002")
    await pass_(served, 8)
    talk = await served.ring("13800138000")
    await pass_(served, 3)
    await served.answer(talk)
    await served.ring("057187654321", device="8003")
    await pass_(served, 5)
    await air.call("100-4002")
    await served.ring("13511112222", device="8004")
    return talk
