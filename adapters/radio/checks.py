"""What can be wrong with the [[source]] table of any base station, each with its cure."""

from collections.abc import Iterator

from adapters.kinds import Problem
from adapters.paths import is_there
from adapters.radio.kind import RadioKind, missing_package, shown_replies
from adapters.radio.settings import RadioSettings
from adapters.radio.transports.address import FORMS, parse
from adapters.secrets import read_secret

_HAS_BAUD = ("serial", "rfc2217")


def check(kind: RadioKind, settings: RadioSettings) -> list[Problem]:
    """What holds for every kind, then what the kind itself finds."""
    found = [*missing_package(kind), *_check_ports(kind, settings), *_check_hearing(kind, settings)]
    found += [*_check_seconds(settings), *_check_password(settings)]
    if kind.check is not None:
        found += kind.check(settings)
    return list(dict.fromkeys(found))


def remarks(settings: RadioSettings) -> list[str]:
    """What is no mistake, but somebody should know: a device may be plugged in later."""
    told = []
    for port in settings.ports().values():
        address = parse(port)
        if address.transport == "serial" and not is_there(address.path):
            told.append(f'source "{settings.name}": {address.path} is not there now; it is opened once it is')
        if address.transport in _HAS_BAUD and (settings.rts or settings.dtr):
            told.append(
                f'source "{settings.name}": rts or dtr is raised at opening: a transmitter wired to it is keyed'
            )
    return told


def _check_ports(kind: RadioKind, settings: RadioSettings) -> Iterator[Problem]:
    forms = ", ".join(FORMS[name] for name in kind.transports)
    transports = set()
    for name, port in settings.ports().items():
        key = name or "port"
        try:
            transport = parse(port).transport
        except ValueError as error:
            yield Problem(key, port, f"{error}; a {kind.name} can be reached by {forms}")
            continue
        transports.add(transport)
        if transport not in kind.transports:
            yield Problem(key, port, f"a {kind.name} cannot be reached so: give {forms}")
    if settings.baud is not None and transports and not transports & set(_HAS_BAUD):
        yield Problem("baud", str(settings.baud), "counts only for a serial device or rfc2217://: leave it out")
    elif settings.baud is not None and not 50 <= settings.baud <= 4_000_000:
        yield Problem("baud", str(settings.baud), f"bits a second; a {kind.name} usually has {kind.baud}")


def _check_hearing(kind: RadioKind, settings: RadioSettings) -> Iterator[Problem]:
    if len(settings.channel) > 63 or not settings.channel.isprintable() or settings.channel.strip() != settings.channel:
        yield Problem("channel", settings.channel, "the radio channel's name, in one line, at most 63 characters")
    for key in ("own_units", "talkgroups"):
        for unit in getattr(settings, key):
            if not unit or unit.split() != [unit]:
                yield Problem(key, unit, "ids as the radio system writes them, without blanks")
    for key, needs in (("own_unit", "own_units"), ("talkgroup", "talkgroups")):
        if key in (settings.hails or ()) and not getattr(settings, needs):
            yield Problem("hails", key, f"name them: {needs}")
    can_show = shown_replies(kind, settings)
    shown = ", ".join(f'"{by}"' for by in dict.fromkeys((*can_show, "board")))
    for by in settings.replies or ():
        if by not in can_show and by != "board":
            yield Problem("replies", by, f"a {kind.name} so configured cannot show that; it can be {shown}")
        elif by in {"unit", "text"} and not settings.own_units:
            yield Problem("replies", by, "whose transmission is control's? name own_units")


def _check_seconds(settings: RadioSettings) -> Iterator[Problem]:
    for key in ("query_s", "silent_alarm_s"):
        seconds = getattr(settings, key)
        if not 0 <= seconds <= 86_400:
            yield Problem(key, str(seconds), "seconds, from 0 (never) to 86400")


def _check_password(settings: RadioSettings) -> Iterator[Problem]:
    key = "password_env" if settings.password_env else "password_file"
    named = settings.password_env or settings.password_file or ""
    if settings.password_env and settings.password_file:
        yield Problem("password_file", settings.password_file, "give one of password_file and password_env")
    if not named:
        return
    if not settings.username:
        yield Problem("username", "", f"name the user whose password {key} holds")
    try:
        passwords = read_secret(settings.password_file, settings.password_env)
    except KeyError:
        yield Problem(key, named, "the variable is not set")
    except OSError as error:
        yield Problem(key, named, f"cannot be read: {error.strerror}")
    else:
        if not passwords:
            yield Problem(key, named, "holds no password")
