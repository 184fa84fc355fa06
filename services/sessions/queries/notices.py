"""Who is concerned by changes of the agenda: speakers with their addresses, and people who starred what changes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from services.sessions.models import Conference, Entitlement, Speaker, Star
from shared.db import Transaction


def list_named_speakers(
    db: Transaction, conference: Conference, speaker_ids: Collection[UUID]
) -> Sequence[Speaker]:
    """Those of these speakers who still have an entry, by name."""
    everybody = (
        select(Speaker).where(Speaker.conference_id == conference.id).order_by(Speaker.name, Speaker.id)
    )
    return [speaker for speaker in db.scalars(everybody) if speaker.id in speaker_ids]


def list_stars(
    db: Transaction, conference: Conference, slot_ids: Collection[UUID]
) -> list[tuple[Entitlement, set[UUID]]]:
    """Every attendee who starred any of these slots, with which of them."""
    people: dict[UUID, Entitlement] = {}
    starred: dict[UUID, set[UUID]] = defaultdict(set)
    query = (
        select(Entitlement, Star.slot_id)
        .join(Star, Star.attendee_id == Entitlement.attendee_id)
        .where(Star.conference_id == conference.id, Star.slot_id.in_(slot_ids))
    )
    for attendee, slot_id in db.execute(query):
        people[attendee.attendee_id] = attendee
        starred[attendee.attendee_id].add(slot_id)
    return [(people[one], starred[one]) for one in sorted(people)]
