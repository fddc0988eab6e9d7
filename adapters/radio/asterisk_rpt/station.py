"""An Asterisk with app_rpt: logs in by challenge, pings, and hears the events of its nodes."""

from hashlib import md5

from adapters.errors import PeerRefused
from adapters.pbx.asterisk.codec import Codec, Message, Oversized, encode_action
from adapters.radio.asterisk_rpt.codec import Keyed, Links, Mdc, Unread, cut, read
from adapters.radio.asterisk_rpt.normalise import Moment, Node
from adapters.radio.asterisk_rpt.settings import Settings
from adapters.radio.lines import unread
from adapters.radio.station import CannotSend, Heard
from rules.moments import SECOND_US

NODES_MAX = 256  # of one Asterisk; more is rubbish
_PAUSE_US = 10 * SECOND_US  # a message that does not go on for so long is cut off
_CHALLENGE, _LOGIN = "hotline-challenge", "hotline-login"


class RptStation:
    """Implements adapters.radio.station.Station; without a username (a recording) it only listens."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._codec = Codec()
        self._nodes: dict[str, Node] = {}
        self._actions: list[bytes] = []
        self._cut_us: int | None = None
        self.admitted = False

    def opened(self) -> None:
        self._codec = Codec()
        self._cut_us = None
        for node in self._nodes.values():
            node.opened()
        self.admitted = not self._settings.username
        self._actions = []
        if self._settings.username:
            self._actions.append(encode_action("Challenge", ActionID=_CHALLENGE, AuthType="MD5"))

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:  # noqa: ARG002 - one port only
        heard = [heard for message in self._codec.feed(data) for heard in self._hear(message, at_us)]
        self._cut_us = at_us + _PAUSE_US
        return heard

    @property
    def wake_us(self) -> int | None:
        return self._cut_us

    def passed(self, at_us: int) -> list[Heard]:
        if self._cut_us is None or at_us < self._cut_us:
            return []
        self._cut_us = None
        return [heard for message in self._codec.feed(b"\r\n\r\n") for heard in self._hear(message, at_us)]

    def to_send(self) -> list[bytes]:
        actions, self._actions = self._actions, []
        return actions

    def query(self) -> bytes:
        return encode_action("Ping")

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002, ARG002 - the port's words
        raise CannotSend("app_rpt takes no texts for units")

    def _hear(self, message: Message | Oversized, at_us: int) -> list[Heard]:
        source = self._settings.name
        if isinstance(message, Oversized):
            return unread(source, "no manager message: too long", message.raw)
        rubbish, message = cut(message)
        heard = unread(source, "no manager message", rubbish)
        if not message.event and not message.get("response"):
            # Builds of app_rpt whose times hold a line end tear the last line off their own event.
            torn = message.get("lasttxkeyedtime") or message.get("lastkeyedtime")
            return heard if torn else heard + unread(source, "no manager message", message.raw)
        if message.get("response"):
            self._answer(message)
            return heard
        return heard + self._event(message, at_us)

    def _event(self, message: Message, at_us: int) -> list[Heard]:
        word = read(message)
        if word is None:
            return []
        if isinstance(word, Unread):
            return unread(self._settings.name, word.reason, message.raw)
        node = self._node(word.node)
        if node is None:
            return []
        moment = Moment(at_us, _occurred_us(message.get("timestamp")))
        match word:
            case Keyed():
                events = node.keyed(word, moment)
            case Links():
                events = node.links(word, moment)
            case Mdc():
                events = node.mdc(word, moment)
        return [Heard(event, message.raw) for event in events]

    def _node(self, number: str) -> Node | None:
        """None for a node that is not ours."""
        settings = self._settings
        channel = settings.nodes.get(number, "") if settings.nodes else settings.channel_name
        if not channel or (number not in self._nodes and len(self._nodes) == NODES_MAX):
            return None
        return self._nodes.setdefault(number, Node(settings, channel))

    def _answer(self, message: Message) -> None:
        """Raises PeerRefused where Asterisk does not let us in: no word of a unit is lost by that."""
        action, said_yes = message.get("actionid"), message.get("response").lower() == "success"
        if self.admitted or action not in (_CHALLENGE, _LOGIN):
            return
        if not said_yes:
            raise PeerRefused(f"Asterisk refused the login: {message.get('message')}")
        if action == _LOGIN:
            self.admitted = True
            return
        try:
            secret = self._settings.secret()
        except (OSError, KeyError, ValueError) as error:  # it was good at the start: somebody changed it
            raise PeerRefused(f"our secret cannot be read any more: {error}") from error
        key = md5((message.get("challenge") + secret).encode(), usedforsecurity=False).hexdigest()
        fields = {"Username": self._settings.username, "Key": key, "Events": "on"}
        self._actions.append(encode_action("Login", ActionID=_LOGIN, AuthType="MD5", **fields))


def _occurred_us(timestamp: str) -> int | None:
    """`timestampevents = yes`: seconds since 1970."""
    try:
        return round(float(timestamp) * SECOND_US) if timestamp else None
    except (ValueError, OverflowError):
        return None
