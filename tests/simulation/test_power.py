"""Power loss under the real SQLite writer: every commit is there whole, or not at all."""

from tests.simulation.power import Findings, Recovery, judge
from tests.simulation.stories import short_story

CHOSEN, BYTES_BETWEEN = (0, 2, 32), 499  # `python -m tests.simulation.power` tries all of them, and more bytes
KINDS = {
    "killed between two writes",
    "torn in a write",
    "some writes lost",
    "a bit flipped",
    "killed in a checkpoint",
}


class ForgetsTheWal(Recovery):
    """It opens the database alone."""

    def __call__(self, database: bytes, wal: bytes) -> str:  # noqa: ARG002
        return super().__call__(database, b"")


def judged(recovery: type[Recovery] = Recovery) -> Findings:
    return judge(short_story(), CHOSEN, step=BYTES_BETWEEN, recovery=recovery)


def test_whatever_a_power_loss_leaves_the_commits_before_it_are_there_and_no_half_one() -> None:
    found = judged()
    assert not found.wrong, "\n".join(found.wrong[:10])
    assert found.tried.keys() == KINDS


def test_a_recovery_that_loses_commits_is_found() -> None:
    assert judged(ForgetsTheWal).wrong
