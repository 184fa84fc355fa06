"""What a signed-in person may do: the scopes of organisers and of participants."""

from collections.abc import Collection

MANAGING = frozenset({"agenda:manage", "reg:manage", "badge:print", "stream:operate"})
PLATFORM = "platform"
SELF = frozenset({"reg:self"})


def organiser_scopes(grants: Collection[str | None], conference: str | None) -> frozenset[str]:
    """The scopes of an account's grants (a slug each, None for the platform) in one conference, or in none."""
    if None in grants:
        return MANAGING | {PLATFORM}
    return MANAGING if conference is not None and conference in grants else frozenset()


def attendee_scopes(own: str, conference: str | None) -> frozenset[str]:
    """A participant sees the own registration, in the own conference only."""
    return SELF if own == conference else frozenset()
