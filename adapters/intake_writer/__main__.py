"""The writer's process: `python -m adapters.intake_writer FD FD`, started by adapters.intake.writer_process.

The first socket brings what is to be written; the second, served by a thread, only asks for keys, and need not wait for
a commit. It ends when it is told to, or when the gateway's ends of the sockets are gone, however the gateway ended.
"""

import contextlib
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Iterator
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
from adapters.intake_writer.writer import KnownKeys, Unsure, Writer


def main() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # a terminal or systemd tells the whole group: the gateway ends us
    gateway, keys = (socket.socket(fileno=int(fd)) for fd in sys.argv[1:])
    with contextlib.suppress(ConnectionError), gateway:
        if _serve(gateway, keys):
            return
    # The gateway was killed. What is committed is safe; a tidy end would only keep the next gateway waiting.
    os._exit(1)


def _serve(gateway: socket.socket, keys: socket.socket) -> bool:
    """Answer until the end. True: the gateway asked for it."""
    writer: Writer | None = None
    looking_up: threading.Thread | None = None
    for request in _requests(gateway):
        if isinstance(request, Open) and writer is None:
            database = writable(request.place)
            writer = Writer(database, request.texts)
            known = KnownKeys(database, request.texts.known)
            looking_up = threading.Thread(target=_look_up, args=(keys, known), daemon=True)
            looking_up.start()
        if isinstance(request, Close) and looking_up is not None:
            looking_up.join()  # its socket is closed already; the connection that writes must be the last to go
        gateway.sendall(framed(_answer(writer, request)))
        if isinstance(request, Close):
            return True
    return False


def _requests(gateway: socket.socket) -> Iterator[Request]:
    with gateway.makefile("rb") as requests:
        while length := requests.read(LENGTH_BYTES):
            yield read_request.decode(requests.read(int.from_bytes(length, "big")))


def _look_up(gateway: socket.socket, known: KnownKeys) -> None:
    try:
        with contextlib.suppress(ConnectionError), gateway:
            for request in _requests(gateway):
                gateway.sendall(framed(_looked_up(known, request)))
        known.close()
    except Exception:  # noqa: BLE001 - the top of this thread: a bug, and without it the process is of no use
        traceback.print_exc()
        os._exit(1)


def _looked_up(known: KnownKeys, request: Request) -> Answer:
    assert isinstance(request, Known)  # noqa: S101 - nothing else is said on this socket
    try:
        return Answer(known.of(request.keys))
    except StoreError as error:
        return Answer(failed=str(error))


def _answer(writer: Writer | None, request: Request) -> Answer:
    if writer is None:
        return Answer() if isinstance(request, Close) else Answer(failed="the store is not open")
    try:
        return Answer(_done(writer, request))
    except StoreError as error:
        return Answer(failed=str(error), unsure=isinstance(error, Unsure))


def _done(writer: Writer, request: Request) -> Any:
    if isinstance(request, Commit):
        writer.commit(request.changes)
    elif isinstance(request, Open):
        return writer.open()
    elif isinstance(request, WasCommitted):
        return writer.was_committed(request.seq, request.at_us, request.body)
    else:
        writer.close()
    return None


if __name__ == "__main__":
    main()
