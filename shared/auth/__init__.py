"""Who is asking: tokens between services, and routes that are closed unless they say otherwise."""

from shared.auth.guard import has_expired, principal, public, requires
from shared.auth.principal import Principal

__all__ = ["Principal", "has_expired", "principal", "public", "requires"]
