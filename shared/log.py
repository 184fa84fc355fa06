"""One line of JSON per log event, each with the request or event it belongs to."""

import logging
import re
import sys
from contextlib import suppress
from typing import Any, TextIO

import structlog

_SECRET_PATH = re.compile(r"/(me|in|feed)/[A-Za-z0-9_-]{20,}")


def mask_path(path: str) -> str:
    """A path with the capability in it made unreadable."""
    return _SECRET_PATH.sub(r"/\1/***", path)


class Unfailing:
    """A stream that never raises: a full disk costs lines of the log, and no request, event or loop."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def set_up_logging(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's warnings to one stream of JSON lines (default: stderr)."""
    unfailing: Any = Unfailing(stream or sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.WriteLoggerFactory(file=unfailing),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=logging.WARNING,
        stream=unfailing,
        format='{"level": "%(levelname)s", "event": "%(message)s"}',
    )


log: structlog.stdlib.BoundLogger = structlog.get_logger()
