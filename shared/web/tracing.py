"""Which request this is: an id for the log and for the events that follow from it (W3C Trace Context)."""

import secrets

from structlog.contextvars import bind_contextvars, clear_contextvars

HEX = frozenset("0123456789abcdef")


def begin_request(traceparent: str, service: str) -> None:
    """Forget the request before; go on with the caller's trace if it has sent one."""
    clear_contextvars()
    trace, span = secrets.token_hex(16), secrets.token_hex(8)
    given = traceparent.split("-")
    if len(given) == 4 and len(given[1]) == 32 and HEX.issuperset(given[1]):
        trace = given[1]
    bind_contextvars(request_id=trace, traceparent=f"00-{trace}-{span}-01", service=service)
