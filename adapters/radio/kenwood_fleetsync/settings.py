"""What a [[source]] table of kind kenwood-fleetsync may hold."""

import codecs

from adapters.kinds import Problem
from adapters.radio.settings import RadioSettings


class Settings(RadioSettings, kw_only=True, forbid_unknown_fields=True):
    """`encoding`: of the texts that we send; what a radio can show depends on its model."""

    encoding: str = "ascii"


def check(settings: Settings) -> list[Problem]:
    try:
        codecs.lookup(settings.encoding)
    except LookupError:
        return [Problem("encoding", settings.encoding, "name an encoding that Python knows: ascii, gb18030, latin-1 …")]
    return []
