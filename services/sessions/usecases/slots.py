"""Writing released slots, and telling the other services what each is now."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.sessions.models import Conference, ReleasedSlot
from services.sessions.rules import programme
from services.sessions.rules.programme import Body, read_instant
from shared.bus import publish
from shared.contracts.sessions import SlotCancelled, SlotStated
from shared.db import Transaction


def replace_slots(
    db: Transaction,
    conference: Conference,
    changes: Mapping[UUID, tuple[Body, bool]],
    current: Mapping[UUID, ReleasedSlot],
    *,
    release_number: int,
    now: datetime,
) -> None:
    """Make each body the public one of its slot. The flag says whether SEQUENCE rises; a new slot begins at 0."""
    rows = []
    for slot_id, (body, raises) in changes.items():
        before = current.get(slot_id)
        if before is not None:
            before.holds_until = release_number
        row = _next_row(
            conference, slot_id, body, before, raises=raises, release_number=release_number, now=now
        )
        rows.append(row)
    # The old rows give up being current before the new ones claim it: the index allows one.
    db.flush()
    db.add_all(rows)
    db.flush()
    for row in rows:
        publish_slot(db, row)


def _next_row(
    conference: Conference,
    slot_id: UUID,
    body: Body,
    before: ReleasedSlot | None,
    *,
    raises: bool,
    release_number: int,
    now: datetime,
) -> ReleasedSlot:
    return ReleasedSlot(
        slot_id=slot_id,
        revision=before.revision + 1 if before else 1,
        conference_id=conference.id,
        holds_from=release_number,
        sequence=before.sequence + int(raises) if before else 0,
        last_modified=now,
        cancelled=body["cancelled"] or conference.state == "cancelled",
        starts_at=read_instant(body["starts_at"]),
        ends_at=read_instant(body["ends_at"]),
        day_id=UUID(body["day_id"]) if body["day_id"] else None,
        room_id=UUID(body["room"]["id"]),
        kind=body["kind"],
        listed=body["listed"],
        attend=body["attend"],
        export_id=body["export_id"],
        body=body,
        folded=programme.folded(body),
    )


def publish_slot(db: Transaction, slot: ReleasedSlot) -> None:
    """State or cancel the slot. The revision is the version of both events: the later one wins."""
    if slot.cancelled:
        publish(
            db, SlotCancelled(version=slot.revision, slot_id=slot.slot_id, conference_id=slot.conference_id)
        )
        return
    event = SlotStated(
        version=slot.revision,
        slot_id=slot.slot_id,
        conference_id=slot.conference_id,
        session_id=UUID(slot.body["session_id"]),
        day_id=slot.day_id,
        title=slot.body["title"],
        kind=slot.kind,
        language=slot.body["language"],
        room_id=slot.room_id,
        room=slot.body["room"]["name"],
        speakers=tuple(speaker["name"] for speaker in slot.body["speakers"]),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        listed=slot.listed,
        attend=slot.attend,
    )
    publish(db, event)
