"""Which text a machine's acknowledgement speaks of: the protocol's number for it, and the id it was sent under."""

from zlib import crc32

_REMEMBERED_MAX = 256  # texts under way at once; more than any channel carries


class SentTexts:
    """A text that is sent again has the same number: whoever heard it before knows it again."""

    def __init__(self, numbers: int = 2**32) -> None:
        """`numbers`: how many the protocol can tell apart."""
        self._numbers = numbers
        self._ids: dict[int, str] = {}

    def number(self, id: str) -> int:  # noqa: A002 - the field's word
        """Never 0: some protocols mean "none" by it."""
        number = crc32(id.encode()) % (self._numbers - 1) + 1
        self._ids[number] = id
        while len(self._ids) > _REMEMBERED_MAX:
            del self._ids[next(iter(self._ids))]
        return number

    def id(self, number: int) -> str | None:
        return self._ids.get(number)
