"""What every [[source]] table of a base station may hold."""

from adapters.kinds import SourceSettings
from rules.settings import HailBy, ReplyBy


class RadioSettings(SourceSettings, kw_only=True, forbid_unknown_fields=True):
    """`port`: a device (/dev/serial/by-path/…), or socket:// rfc2217:// udp:// mqtt:// as the kind allows."""

    port: str
    channel: str = ""  # the radio channel's name; "": the source's
    own_units: tuple[str, ...] = ()  # control's own unit ids
    talkgroups: tuple[str, ...] = ()  # calls to these are for control
    hails: tuple[HailBy, ...] | None = None  # unset: what fits the kind
    replies: tuple[ReplyBy, ...] | None = None  # unset: all that the kind can show, and a click on the board
    baud: int | None = None  # unset: the kind's usual rate
    rts: bool = False  # raised at opening: may key a transmitter that is wired to it
    dtr: bool = False
    query_s: float = 30.0  # between harmless questions to a station that answers them; 0: never
    silent_alarm_s: float = 0.0  # nothing at all heard for so long: the source is stale; 0: never
    username: str = ""  # mqtt://
    password_file: str | None = None
    password_env: str | None = None

    @property
    def channel_name(self) -> str:
        return self.channel or self.name

    def ports(self) -> dict[str, str]:
        """Every port the link opens, by the name that `Station.feed` is told as `via`; "" is the first one."""
        return {"": self.port}
