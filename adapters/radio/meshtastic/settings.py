"""The [[source]] of kind "meshtastic"."""

from adapters.kinds import Problem
from adapters.radio.meshtastic.normalise import unit_number
from adapters.radio.settings import RadioSettings

_CHANNEL_INDEX_MAX = 7
_HOPS_MAX = 7


class Settings(RadioSettings, kw_only=True):
    """`port`: a node's serial port, socket://HOST:4403, or mqtt://HOST:1883/msh/REGION/2/json/#."""

    channel_index: int = 0  # the mesh channel that our texts go to, as the node numbers them
    hops: int = 3  # so often a text of ours is passed on


def check(settings: Settings) -> list[Problem]:
    problems = [
        Problem("own_units", unit, "write nodes as the mesh shows them: !, and eight hex digits")
        for unit in settings.own_units
        if unit_number(unit) is None
    ]
    if not 0 <= settings.channel_index <= _CHANNEL_INDEX_MAX:
        problems.append(Problem("channel_index", str(settings.channel_index), f"write 0 to {_CHANNEL_INDEX_MAX}"))
    if not 0 <= settings.hops <= _HOPS_MAX:
        problems.append(Problem("hops", str(settings.hops), f"write 0 to {_HOPS_MAX}"))
    return problems
