"""The [[source]] table of kind "asterisk-rpt", and what can be wrong with it."""

import msgspec

from adapters.kinds import Problem
from adapters.radio.settings import RadioSettings
from adapters.secrets import read_secret


class Settings(RadioSettings, kw_only=True, forbid_unknown_fields=True):
    """`port` is socket://host:5038, the manager interface; `username` and its password are of manager.conf."""

    nodes: dict[str, str] = msgspec.field(default_factory=dict)  # by number: its channel; none: all on `channel`
    control_nodes: tuple[str, ...] = ()  # linked nodes that are control's microphone: only they show a reply
    automatic_within_s: float = 0.2  # transmitting so soon after a unit is the node itself (courtesy tone), no person

    def secret(self) -> str:
        """Raises OSError or KeyError as read_secret does."""
        lines = read_secret(self.password_file, self.password_env)
        return lines[0].decode() if lines else ""


def check(settings: Settings) -> list[Problem]:
    problems = []
    if not settings.username or any(c in settings.username for c in "\r\n"):
        problems.append(Problem("username", settings.username, "the [user] of manager.conf, in one line"))
    if not settings.password_file and not settings.password_env:
        cure = "give password_file or password_env with the secret of the manager.conf user"
        problems.append(Problem("password_file", "", cure))
    cure = "a node's number as app_rpt tells it, such as 1999"
    problems += [Problem("nodes", node, cure) for node in settings.nodes if not node.isalnum()]
    problems += [Problem("control_nodes", node, cure) for node in settings.control_nodes if not node.isalnum()]
    if not 0 <= settings.automatic_within_s <= 10:
        problems.append(Problem("automatic_within_s", str(settings.automatic_within_s), "seconds, 0 to 10"))
    return problems
