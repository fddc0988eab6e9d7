"""What people may do in a stretch: at the desk, at the telephone, and elsewhere."""

from dataclasses import dataclass
from typing import Literal

from rules.obligations import Rule

Deed = Literal["acknowledge", "call_back", "promise", "keep", "notice", "hand_over", "snooze", "on_it", "done"]
Chore = Literal[
    "claim", "override", "release", "park", "complete", "note", "facts", "facts_unseen", "answered", "seen", "view",
    "shift_note", "hand_over_shift", "take_over_shift", "approve", "plan", "plan_of_record", "step", "end_plan",
    "riddle",
]  # fmt: skip
AnswerBy = Literal["link", "mqtt"]
AnswerHow = Literal["", "twice", "oldest", "forged"]


@dataclass(frozen=True)
class Click:
    """Somebody at the desk: acknowledges the newest alert that waits for it, says that the oldest missed caller was
    called back, tells the unit heard last to wait, says that the oldest promise is kept, or takes notice of the
    newest matter that asks for more, hands it on, puts it off, says to be on it, or that it is done.
    """

    at_s: float
    what: Deed

    def __str__(self) -> str:
        return f"click: {self.what}"


@dataclass(frozen=True)
class DeskWork:
    """Somebody takes care of the record that was opened last, writes into it, or does what a shift has to do."""

    at_s: float
    by: str
    what: Chore

    def __str__(self) -> str:
        return f"{self.by} at the desk: {self.what}"


@dataclass(frozen=True)
class Answer:
    """Whoever was sent an alert acknowledges it from where he is: the newest one, or the oldest that he still has."""

    at_s: float
    by: AnswerBy
    how: AnswerHow = ""

    def __str__(self) -> str:
        return f"answer by {self.by} {self.how}".strip()


@dataclass(frozen=True)
class Works:
    """Somebody announces maintenance of these sources or rules, and may end it sooner."""

    at_s: float
    name: str
    for_s: float
    sources: tuple[str, ...] = ()
    only_rules: tuple[Rule, ...] = ()
    ended_after_s: float | None = None

    def __str__(self) -> str:
        of = ", ".join((*self.sources, *self.only_rules)) or "the whole site"
        ended = "" if self.ended_after_s is None else f", ended after {self.ended_after_s:g} s"
        return f"maintenance {self.name} of {of} for {self.for_s:g} s{ended}"


@dataclass(frozen=True)
class Swap:
    """Somebody changes duty by hand: who stands for a role, from when, for how long; and may take it back sooner."""

    at_s: float
    name: str
    role: str
    person: str
    in_s: float
    for_s: float
    instead: bool = False
    instead_of: str = ""
    ended_after_s: float | None = None

    def __str__(self) -> str:
        how = f"for {self.instead_of}" if self.instead_of else "alone" if self.instead else "too"
        ended = "" if self.ended_after_s is None else f", ended after {self.ended_after_s:g} s"
        return f"duty {self.name}: {self.person} is {self.role} {how} in {self.in_s:g} s for {self.for_s:g} s{ended}"


@dataclass(frozen=True)
class TestAlert:
    """Somebody wants to see whether alerts arrive."""

    at_s: float
    name: str
    to: tuple[str, ...]

    def __str__(self) -> str:
        return f"test alert {self.name} to {', '.join(self.to)}"


@dataclass(frozen=True)
class AtThePhone:
    """From now on whoever has this telephone does so when it rings with an alert."""

    at_s: float
    dialled: str
    answers: str = ""  # or why not
    key: str = ""
    at: int = 1  # at which of the things that are said
    hangs_up_at: int = 0

    def __str__(self) -> str:
        does = self.answers or f"answers, presses {self.key or 'nothing'} at {self.at}, hangs up at {self.hangs_up_at}"
        return f"telephone {self.dialled}: {does}"
