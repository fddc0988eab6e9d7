"""One command at a time: the next goes out when the station has answered, or will not any more."""

from collections import deque
from typing import NamedTuple

from adapters.radio.station import CannotSend

WAITING_MAX = 64


class Asked(NamedTuple):
    """A command; of a text also whom it goes to and its id."""

    data: bytes
    unit: str = ""
    id: str = ""


class Turns:
    def __init__(self, answer_us: int) -> None:
        """`answer_us`: how long an answer may take."""
        self._answer_us = answer_us
        self._waiting: deque[Asked] = deque()
        self._asked: Asked | None = None
        self._due_us: int | None = None

    def clear(self) -> None:
        self._waiting.clear()
        self._asked = None

    def ask(self, data: bytes, unit: str = "", id: str = "") -> bool:  # noqa: A002 - the port's word
        """Queue a command. False: too many wait already."""
        if len(self._waiting) >= WAITING_MAX:
            return False
        self._waiting.append(Asked(data, unit, id))
        return True

    def text(self, data: bytes, unit: str, id: str) -> bytes:  # noqa: A002
        """What to write now for this text; b"" where it has to wait for its turn."""
        if not self.ask(data, unit, id):
            raise CannotSend("too many messages wait for the station's answers")
        return b"".join(self.to_send())

    def to_send(self) -> list[bytes]:
        if self._asked is not None or not self._waiting:
            return []
        self._asked = self._waiting.popleft()
        self._due_us = None
        return [self._asked.data]

    def hold(self) -> None:
        """The station speaks by itself: send nothing before it has done so."""
        if self._asked is None:
            self._asked, self._due_us = Asked(b""), None

    @property
    def asked(self) -> Asked | None:
        """What waits for its answer."""
        return self._asked

    def answered(self) -> Asked | None:
        """The answer came; to this."""
        asked, self._asked = self._asked, None
        return asked

    @property
    def wake_us(self) -> int | None:
        """At once where it does not know yet when it asked."""
        return (self._due_us or 0) if self._asked else None

    def passed(self, at_us: int) -> Asked | None:
        """What will not be answered any more."""
        if self._asked is None:
            return None
        if self._due_us is None:
            self._due_us = at_us + self._answer_us
        return self.answered() if at_us >= self._due_us else None
