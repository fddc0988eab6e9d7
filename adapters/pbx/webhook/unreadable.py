"""The one error of this kind's reading: which field, what is wrong with it, and the cure."""

from typing import Self

from adapters.errors import PeerProtocolError


class Unreadable(PeerProtocolError):
    """`status` is the HTTP answer it deserves: 413 too large, 415 not a form we read, 422 anything else."""

    def __init__(self, detail: str, *, field: str = "", cure: str = "", status: int = 422, call: str = "") -> None:
        self.detail = detail
        self.field = field
        self.cure = cure
        self.status = status
        self.call = call
        super().__init__(f"{field}: {detail}" if field else detail)

    def told(self) -> Self:
        """To be kept with a reading, without the frames it was raised in: they hold the whole body, and the reading."""
        self.__traceback__ = self.__cause__ = self.__context__ = None
        return self
