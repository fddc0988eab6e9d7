"""The writer's process: `python -m adapters.intake_writer FD`, started by adapters.intake.writer_process.

It ends when it is told to, or when the gateway's end of the socket is gone, however the gateway ended.
"""

import contextlib
import os
import signal
import socket
import sys
from typing import Any

from adapters.errors import StoreError
from adapters.intake_writer.databases import writable
from adapters.intake_writer.messages import (
    LENGTH_BYTES,
    Answer,
    Close,
    Commit,
    Known,
    Open,
    Request,
    WasCommitted,
    framed,
    read_request,
)
from adapters.intake_writer.writer import Unsure, Writer


def main() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # a terminal or systemd tells the whole group: the gateway ends us
    with contextlib.suppress(ConnectionError), socket.socket(fileno=int(sys.argv[1])) as gateway:
        if _serve(gateway):
            return
    # The gateway was killed. What is committed is safe; a tidy end would only keep the next gateway waiting.
    os._exit(1)


def _serve(gateway: socket.socket) -> bool:
    """Answer until the end. True: the gateway asked for it."""
    writer: Writer | None = None
    with gateway.makefile("rb") as requests:
        while length := requests.read(LENGTH_BYTES):
            request = read_request.decode(requests.read(int.from_bytes(length, "big")))
            if isinstance(request, Open) and writer is None:
                writer = Writer(writable(request.place), request.texts)
            gateway.sendall(framed(_answer(writer, request)))
            if isinstance(request, Close):
                return True
    return False


def _answer(writer: Writer | None, request: Request) -> Answer:
    if writer is None:
        return Answer() if isinstance(request, Close) else Answer(failed="the store is not open")
    try:
        return Answer(_done(writer, request))
    except StoreError as error:
        return Answer(failed=str(error), unsure=isinstance(error, Unsure))


def _done(writer: Writer, request: Request) -> Any:
    if isinstance(request, Commit):
        writer.commit(request)
    elif isinstance(request, Known):
        return writer.known(request.keys)
    elif isinstance(request, Open):
        return writer.open()
    elif isinstance(request, WasCommitted):
        return writer.was_committed(request.seq, request.at_us, request.body)
    else:
        writer.close()
    return None


if __name__ == "__main__":
    main()
