"""What badges does, one function each; they add rows and events and never commit."""

from services.badges.usecases.badges import (
    cancel_slot,
    forget_attendee,
    keep_attendee,
    keep_conference,
    keep_slot,
    log_prints,
    verify_code,
)

__all__ = [
    "cancel_slot",
    "forget_attendee",
    "keep_attendee",
    "keep_conference",
    "keep_slot",
    "log_prints",
    "verify_code",
]
