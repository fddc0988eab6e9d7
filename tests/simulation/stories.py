"""A short story of the whole service, as the commits that it made."""

from adapters.intake.changes import commit_of
from adapters.intake_writer.messages import Commit
from adapters.ports import Batch
from tests.simulation.disk import SimStore
from tests.simulation.doings import Click
from tests.simulation.plan import Plan
from tests.simulation.service import Parts
from tests.simulation.spoken import Call, Talk
from tests.simulation.trial import played

_PLAN = Plan(
    seed=0,
    clock_off_s=0.0,
    drift_ppm=0,
    happenings=[
        Call(2.0, "c0", "main", "13800138000", 17.0, answered=True, holds=((3.0, 35.0),)),
        Talk(60.0, "yard", (("A", 1.0, 2.0), ("A", 4.0, 2.0), ("A", 4.0, 2.0), ("", 2.0, 3.0))),
        Click(70.0, "acknowledge"),
    ],
)


def short_story() -> list[Commit]:
    """A call answered too late and held too long, a unit that calls in vain, somebody who acknowledges."""
    commits: list[Commit] = []

    class Watched(SimStore):
        async def _commit(self, batch: Batch) -> None:
            asked = commit_of(batch)
            await super()._commit(batch)
            commits.append(asked)

    trial = played(_PLAN, Parts(store=Watched))
    assert not trial.wrong, trial.wrong
    return commits
