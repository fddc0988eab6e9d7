"""A gateway that serves two sites, with everything of the foreign one marked: what an asker of ours must never read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.ports import Incoming
from adapters.recordings import Recorder
from adapters.recordings.settings import Settings
from gateway.access.rights import ALL_RIGHTS
from rules.events import Recorded, Unparsed
from rules.ladders import PERSON
from rules.moments import SECOND_US, rfc3339
from rules.people import Person, Shift
from rules.quiet import Maintenance, Window
from rules.settings import Ladder, Line, RadioChannel, RadioRules, RuleSet, SourceRules, SpecialLadder, Unit
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import Served, serve

OURS, THEIRS = "滨江花园", "Foreign"  # the latter marks what is of the other site
THEIR_CALLER = "13922223333"
OUR_LINE, THEIR_LINE = "4001", "Foreign-4002"
GUARD = "200-7"
_DAY = f"{datetime.now(UTC) + timedelta(hours=12):%Y%m%d}"  # its record began that day or the day before
CLIP, OUR_CLIP = f"{_DAY}-00000000f0e1d2c3", f"{_DAY}-00000000a0b1c2d3"
FIRE = "火警 Fire"
RULES = RuleSet(
    version="two-sites",
    site=OURS,
    lines=(Line(number=OUR_LINE, name="热线"), Line(number=THEIR_LINE, name="Foreign hotline", site=THEIRS)),
    sources=(
        SourceRules(name="main"),
        SourceRules(name="tower", radio=RadioRules(channel="CH1", replies=("ptt",))),
        SourceRules(name="Foreign-tower", radio=RadioRules(channel="Foreign-CH2", replies=("board",))),
        SourceRules(name="mics"),
        SourceRules(name="Foreign-pbx", site=THEIRS),
    ),
    channels=(RadioChannel(channel="CH1"), RadioChannel(channel="Foreign-CH2", name="Foreign gate", site=THEIRS)),
    units=(
        Unit(unit="100-1", post="东门岗"),
        Unit(unit=GUARD, name="Foreign guard", post="Foreign post", site=THEIRS),
        Unit(unit="200-8", name="Foreign, never heard", site=THEIRS),
    ),
    people=(
        Person(id="li", name="李强", number="012", roles=("operator",), sites=(OURS,), reach={"desk": "1"}),
        Person(id="Foreign-wang", name="Foreign Wang", number="Foreign-8", sites=(THEIRS,), reach={"desk": "2"}),
    ),
    shifts=(
        Shift(role="operator", people=("li",), from_="00:00", to="12:00"),
        Shift(role="operator", people=("Foreign-wang",), from_="12:00", to="00:00"),
        Shift(role="Foreign leader", people=("Foreign-wang",), from_="00:00", to="00:00"),
    ),
    ladder=Ladder(breach=(PERSON + "li",)),
    special_ladders=(SpecialLadder(rules=("inbound_only",), breach=(PERSON + "li", PERSON + "Foreign-wang")),),
    maintenance=(
        Maintenance(
            name="Foreign lift", reason="Foreign reason", from_="00:00", to="23:59", since=date(2020, 1, 1),
            lines=(THEIR_LINE,), rules=("inbound_only",),
        ),
    ),
    notifiers=("desk",),
)  # fmt: skip


class TwoSites:
    """Numbers and ids of what happened at both; `marks`: what nobody of ours may read."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.our_record = self.their_record = self.their_other = self.their_hail = ""
        self.our_alert = self.their_alert = ""
        self.our_run = self.their_run = 0
        self.our_over = self.their_over = 0
        self.our_window = self.their_window = ""

    def asker(self, *sites: str) -> dict[str, str]:
        """Headers of somebody who may all, at these sites; at all of them where none is named."""
        session = self.served.auth.open_session(
            f"somebody of {'+'.join(sites) or 'all'}", ALL_RIGHTS, frozenset(sites) if sites else None
        )
        return {"Cookie": f"hotline_session={session}", "Origin": self.served.url}

    @property
    def marks(self) -> tuple[str, ...]:
        return (THEIRS, THEIR_CALLER, "139****3333", self.their_record, self.their_other, self.their_hail, CLIP, GUARD)

    async def ask(self, headers: dict[str, str], method: str, path: str, **more: Any) -> tuple[int, str]:
        async with self.served.http.request(
            method, self.served.url + path, headers=headers, allow_redirects=False, **more
        ) as answer:
            return answer.status, (await answer.read()).decode("utf-8", "replace")


@asynccontextmanager
async def two_sites(folder: Path) -> AsyncIterator[TwoSites]:
    async with serve(folder, rules=RULES) as served:
        await served.stop_web()
        watched = folder / "watched"
        watched.mkdir()
        settings = Settings(
            kind="recordings", name="mics", watch_folder=str(watched), store_folder=str(folder / "clips")
        )
        recorder = Recorder(settings)
        for clip in (CLIP, OUR_CLIP):
            recorder.shelf.put(clip, b"RIFF")
        served.recorders = (recorder,)
        await served.start_web(int(served.url.rpartition(":")[2]))
        both = TwoSites(served)
        await _calls(both)
        await _hails(both)
        await _deeds(both)
        yield both


async def _calls(both: TwoSites) -> None:
    served = both.served
    here = await served.ring(line=OUR_LINE)
    there = await served.ring(THEIR_CALLER, line=THEIR_LINE, name="Foreign caller", device="Foreign-801")
    await served.later(15.1)
    for call, agent in ((here, "李强 012"), (there, "Foreign Wang 8")):
        await served.answer(call, agent=agent)
    both.our_record, both.their_record = served.number(here), served.number(there)
    await served.ring(THEIR_CALLER, line="", name="Foreign, of no line", source="Foreign-pbx")
    again = await served.ring(line=THEIR_LINE)  # whoever called ours calls them as well
    await served.answer(again, agent="Foreign Wang 8")
    both.their_other = served.number(again)
    alerts = served.pipeline.state.alerts.values()
    [both.our_alert] = [one.id for one in alerts if one.line == OUR_LINE and one.kind == "breach"]
    [both.their_alert] = [one.id for one in alerts if one.line == THEIR_LINE and one.kind == "breach"]


async def _hails(both: TwoSites) -> None:
    served, now_us = both.served, both.served.pipeline.now_us()
    await OnAir(served).call("100-1")
    both.their_hail = await OnAir(served, "Foreign-CH2", "Foreign-tower").call(GUARD)
    clips = ((CLIP, "Foreign-CH2", GUARD), (OUR_CLIP, "CH1", "100-1"))
    await served.submit(
        *(
            Recorded(source="mics", channel=channel, unit=unit, id=clip, occurred_us=now_us, seconds=1.0)
            for clip, channel, unit in clips
        )
    )
    for source, said in (("tower", b"ours"), ("Foreign-tower", b"Foreign bytes"), ("main", b"Foreign bytes, or ours")):
        unread = Unparsed(source=source, reason=said.decode())
        await served.pipeline.submit([Incoming(unread, now_us, raw=said)])


async def _deeds(both: TwoSites) -> None:
    """Each by somebody of the site alone, so that it is said in its name."""
    served = both.served
    until = rfc3339(served.pipeline.now_us() + 600 * SECOND_US)
    for site, number, hail, line, word in (
        (OURS, both.our_record, "", OUR_LINE, "ours"),
        (THEIRS, both.their_record, both.their_hail, THEIR_LINE, "Foreign words"),
    ):
        asker = both.asker(site)
        deeds: list[tuple[str, dict[str, Any]]] = [
            (f"/api/v1/incidents/{number}/claim", {}),
            (f"/api/v1/incidents/{number}/facts", {"facts": {"place": word, "matter": word}}),
            (f"/api/v1/incidents/{number}/note", {"note": word}),
            (f"/api/v1/incidents/{number}/park", {"note": word}),
            ("/api/v1/shift/notes", {"text": word}),
            ("/api/v1/plans", {"plan": FIRE, "incident": number}),
            ("/api/v1/maintenance", {"until": until, "reason": word, "lines": [line]}),
            ("/api/v1/shift/hand-overs", {"to": word, "note": word}),
            ("/api/v1/shift/notes", {"text": word}),
        ]
        if hail:
            deeds.append((f"/api/v1/incidents/{hail}/facts", {"facts": {"place": word}}))
        for path, body in deeds:
            status, told = await both.ask(asker, "POST", path, json=body)
            assert status == 200, (path, told)
    runs = await served.store.listed("PlanStarted", limit=2)
    overs = await served.store.listed("ShiftHandedOver", limit=2)
    [both.their_run, both.our_run], [both.their_over, both.our_over] = (
        [one["seq"] for one in two] for two in (runs, overs)
    )
    asker = both.asker(THEIRS)
    for path in (f"/api/v1/plans/{both.their_run}/steps/0/done", f"/api/v1/plans/{both.their_run}/end"):
        assert (await both.ask(asker, "POST", path, json={"note": "Foreign step"}))[0] == 200
    quiet = served.pipeline.state.quiet.items()
    windows = {one.scope.lines: key for key, one in quiet if isinstance(one, Window) and one.by}
    both.our_window, both.their_window = windows[OUR_LINE,], windows[THEIR_LINE,]
