"""Opens a serial device, here (/dev/…) or behind a device server (rfc2217://), as pyserial's object.

Exclusive, with a time limit on writes, and with RTS and DTR low unless the configuration raises them. The kernel
itself raises both for a moment as a local device is opened: where a transmitter hangs on one of them, that pulse
remains, and only a cable without that wire prevents it.
"""

import errno
import termios

import serial

from adapters.errors import PeerRefused, PeerUnavailable
from adapters.radio.transports.transport import WRITE_WITHIN_S

_LOCKED = {errno.EAGAIN, errno.EBUSY}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM}


def open_device(url: str, *, baud: int, rts: bool, dtr: bool, read_timeout_s: float) -> serial.SerialBase:
    """Blocks for a moment: call it in a thread."""
    port = serial.serial_for_url(url, do_not_open=True, baudrate=baud, timeout=read_timeout_s)
    if not url.startswith("rfc2217://"):  # whose client knows neither; its socket gives up after 5 s
        port.exclusive, port.write_timeout = True, WRITE_WITHIN_S
    port.rts, port.dtr = rts, dtr
    try:
        port.open()
    except termios.error as error:  # not an OSError: the device went away while it was being set up
        raise PeerUnavailable(f"cannot be set up: {error.args[-1]}") from error
    except ValueError as error:  # a rate that the driver does not have
        raise PeerRefused(f"the device does not take baud = {baud}: {error}") from error
    except OSError as error:
        raise _told(error, url) from error
    return port


def _told(error: OSError, url: str) -> PeerRefused | PeerUnavailable:
    if error.errno in _NOT_ALLOWED:
        return PeerRefused(f"{url} may not be opened: add the gateway's user to the group that owns it (dialout)")
    if error.errno in _LOCKED:
        return PeerRefused(f"{url} is in use by another program: stop that one (fuser -v {url} names it)")
    if error.errno == errno.ENOENT:
        return PeerUnavailable(f"{url} is not there: is it plugged in?")
    if "option 'control'" in str(error):
        return PeerRefused(f"{url}: the device server cannot set RTS and DTR: add ?ign_set_control to the port")
    return PeerUnavailable(str(error))
