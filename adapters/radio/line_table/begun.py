"""The line that has begun and whose end has not come: what is kept of it, whatever comes instead of its end."""

from typing import NamedTuple


class Line(NamedTuple):
    """`pieces`: one, or as many as datagrams brought it, each of which may be a line of its own."""

    pieces: tuple[bytes, ...]
    cut: bool  # it was too long: only its end is left

    @property
    def raw(self) -> bytes:
        return b"".join(self.pieces)

    def each(self) -> list["Line"]:
        return [Line((piece,), self.cut and not place) for place, piece in enumerate(self.pieces)]


class Begun:
    def __init__(self, bytes_max: int, *, datagrams: bool) -> None:
        self._max = bytes_max
        self._datagrams = datagrams
        self._pieces: list[bytes] = []
        self._cut = False

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def clear(self) -> None:
        self._pieces, self._cut = [], False

    def add(self, data: bytes) -> Line | None:
        """It goes on with `data`. What is told for the first time to be too long is returned; its end is kept, for a
        line of ours may stand behind noise that has no end.
        """
        if not data:
            return None
        if self._datagrams or not self._pieces:
            self._pieces.append(data)
        else:
            self._pieces[-1] += data
        if sum(map(len, self._pieces)) <= self._max:
            return None
        told = None if self._cut else Line((b"".join(self._pieces)[: self._max],), cut=True)
        last = self._pieces[-1]
        self._pieces, self._cut = [last[-self._max :]], len(last) > self._max or not self._datagrams
        return told

    def end(self) -> Line:
        line = Line(tuple(self._pieces), self._cut)
        self.clear()
        return line
