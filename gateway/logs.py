"""Logs: readable on a terminal, JSON lines otherwise; one line an event, telephone numbers masked."""

import logging
import sys
import unicodedata
from typing import Literal, TextIO

import structlog
from aiohttp.http_exceptions import HttpProcessingError
from structlog.typing import EventDict, Processor, WrappedLogger

_NUMBER_KEYS = ("caller", "called", "from", "to")
_SHORT_MAX = 4  # so many digits are an extension of our own: nobody's private number
_TAIL = 4
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode's categories of what is no visible letter
_QUIET = {"alembic": logging.WARNING, "aiohttp.access": logging.CRITICAL, "mqtt": logging.ERROR}


def configure(mode: Literal["auto", "text", "json"], *, mask: bool = True, stream: TextIO | None = None) -> None:
    """Route structlog and the standard library's logging through one handler. Call once, before anything logs."""
    out = stream if stream is not None else sys.stderr
    as_text = mode == "text" or (mode == "auto" and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        *([mask_numbers] if mask else []),
        one_line,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if as_text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("aiohttp.server").addFilter(_is_ours)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _is_ours(record: logging.LogRecord) -> bool:
    """A stranger who does not speak HTTP has his answer; a page of our log for each he does not get."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def mask_numbers(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Telephone numbers keep their last digits: enough to find a call by, too few to ring somebody."""
    for key in _NUMBER_KEYS:
        number = event.get(key)
        if isinstance(number, str) and sum(letter.isdigit() for letter in number) > _SHORT_MAX:
            event[key] = "…" + number[-_TAIL:]
    return event


def one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Whatever a caller's name holds, it breaks no line, moves no cursor and turns no text round.

    A traceback keeps its lines, each marked as such: no text within it can pass for an event.
    """
    for key, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            lines = value.split("\n") if key == "exception" else [value]
            event[key] = "\n  | ".join(escaped(line) for line in lines)
    return event


def escaped(text: str) -> str:
    """The text with every control, format and line-separating character spelled out."""
    return "".join(
        letter.encode("unicode_escape").decode() if unicodedata.category(letter) in _UNSAFE else letter
        for letter in text
    )
