"""Named points of a registration at which the process that answers it can be made to die, wrapped from outside."""

import os
import signal
from collections.abc import Callable
from typing import Any

from flask import Flask, has_request_context, request
from sqlalchemy.orm import Session

Call = Callable[..., Any]
# What is wrapped, and whether the process dies before that call or after it.
POINTS: dict[str, tuple[Any, str, bool]] = {
    "amid the writing": (Session, "flush", False),
    "before the commit": (Session, "commit", False),
    "after the commit": (Session, "commit", True),
    "before the response": (Flask, "full_dispatch_request", True),
}
PASSES = {"amid the writing": 2}  # the first flush has written half of it


def arm(name: str) -> None:
    """Let this process die when a registration passes that point."""
    owner, attribute, is_after = POINTS[name]
    call: Call = getattr(owner, attribute)
    left = PASSES.get(name, 1)

    def passed() -> None:
        nonlocal left
        if has_request_context() and request.method == "POST" and request.path.endswith("/registrations"):
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if not is_after:
            passed()
        answer = call(*args, **kwargs)
        if is_after:
            passed()
        return answer

    setattr(owner, attribute, wrapped)
