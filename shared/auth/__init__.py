"""Who is asking: tokens between services, and routes that are closed unless they say otherwise."""

from shared.auth.guard import principal, public, requires
from shared.auth.principal import Principal

__all__ = ["Principal", "principal", "public", "requires"]
