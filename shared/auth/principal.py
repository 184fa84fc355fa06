"""The one who asks, as a service sees them: a pseudonym, one conference, and what they may do there."""

from dataclasses import dataclass, field

ORGANISER_SCOPES = frozenset({"agenda:manage", "reg:manage", "badge:print", "stream:operate"})
PARTICIPANT_SCOPES = frozenset({"reg:self"})
PLATFORM_SCOPE = "platform"
DEVICE_SCOPES = frozenset({"door:scan"})


@dataclass(frozen=True, kw_only=True)
class Principal:
    """`conference` is a slug, or None where the scope is the whole platform."""

    subject: str
    conference: str | None
    scopes: frozenset[str] = field(default_factory=frozenset)

    def may(self, scope: str, conference: str | None) -> bool:
        return scope in self.scopes and self.conference == conference
