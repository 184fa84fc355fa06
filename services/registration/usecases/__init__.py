"""What registration does, one function each; they add rows and events and never commit."""

from services.registration.usecases.signing_in import invite_organiser

__all__ = ["invite_organiser"]
