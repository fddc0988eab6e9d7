"""What a radio kind declares, and the SourceKind made of it; adapters.radio.registry lists them."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

from adapters.kinds import Problem
from adapters.radio.settings import RadioSettings
from adapters.radio.station import Station
from adapters.radio.transports.address import TransportName
from rules.settings import HailBy, RadioRules, ReplyBy, SourceRules


class Piece(NamedTuple):
    """Of a recorded sample: what arrived, when (since its beginning), and by which port or topic."""

    data: bytes
    at_us: int = 0
    via: str = ""


class RadioKind(NamedTuple):
    """One kind of base station. `make_station` is called only after `check` found nothing."""

    name: str
    settings: type[Any]  # a RadioSettings
    make_station: Callable[[Any], Station]
    transports: tuple[TransportName, ...]
    hails: tuple[HailBy, ...] = ("channel", "call_alert", "text")  # where the configuration names none
    replies: tuple[ReplyBy, ...] = ()  # all that it can show; "unit" and "text" count only with own_units
    replies_of: Callable[[Any], tuple[ReplyBy, ...]] | None = None  # where the settings decide what it can show
    baud: int = 9600
    check: Callable[[Any], list[Problem]] | None = None  # beyond what holds for every kind
    needs: str = ""  # an optional package; its extra has the kind's name
    identification_is_call: bool = False  # it shows no carrier: an id alone is a call
    sample_line_ends: bool = False  # a recorded sample is lines of text, as an editor writes them
    udp: Literal["listen", "connect"] = "listen"  # udp:// without ?listen or ?connect; while we listen, who sent last
    #   is who we answer
    modem_lines: bool = False  # `feed` gets a byte at each change: CTS 1, DSR 2, RI 4, DCD 8; settings have poll_ms
    sends_text: bool = False  # `Station.text` can be asked; with acks_text a MachineAck tells of its delivery
    acks_text: bool = False
    sample: Callable[[bytes], list[Piece]] | None = None  # how a recorded file is read, where its bytes need times


def missing_package(kind: RadioKind) -> list[Problem]:
    if not kind.needs or find_spec(kind.needs) is not None:
        return []
    cure = f"needs the package {kind.needs}: pip install 'hotline-gateway[{kind.name}]'"
    return [Problem("kind", kind.name, cure)]


def shown_replies(kind: RadioKind, settings: RadioSettings) -> tuple[ReplyBy, ...]:
    """By what a station so configured can show that control replied."""
    return kind.replies if kind.replies_of is None else kind.replies_of(settings)


def radio_rules(kind: RadioKind, settings: RadioSettings) -> SourceRules:
    """What the rules must know of the source."""
    replies = shown_replies(kind, settings) if settings.replies is None else settings.replies
    if not settings.own_units:  # nobody's transmission or text can be told to be control's
        replies = tuple(by for by in replies if by not in ("unit", "text"))
    if settings.replies is None and replies:  # a click alone could not tell a reply from a forgotten one
        replies = (*replies, "board")
    return SourceRules(
        name=settings.name,
        country=settings.country,
        clock_skew_max_s=settings.clock_skew_max_s,
        extensions=settings.extensions,
        offline_alert_s=settings.offline_alert_s,
        radio=RadioRules(
            channel=settings.channel_name,
            own_units=settings.own_units,
            talkgroups=settings.talkgroups,
            hails=_hails(kind, settings),
            replies=replies,
            identification_is_call=kind.identification_is_call,
        ),
    )


def _hails(kind: RadioKind, settings: RadioSettings) -> tuple[HailBy, ...]:
    if settings.hails is not None:
        return settings.hails
    if settings.talkgroups:  # the site named which calls are for control: not all that is on the air
        return ("own_unit", "talkgroup", "call_alert", "text")
    return kind.hails
