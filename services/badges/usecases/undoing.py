"""Taking a scan back: the person counts as not there again, and both the scan and its undoing stay in the history."""

from datetime import datetime
from uuid import UUID

from services.badges.errors import NothingToUndo, TooLateToUndo
from services.badges.models import Conference, Scan
from services.badges.queries import door as find
from services.badges.rules import door
from shared.bus import publish
from shared.clock import conference_now
from shared.contracts.badges import AttendeeCheckedOut
from shared.db import Transaction
from shared.errors import NotFound
from shared.ids import new_id


def undo_own_scan(
    db: Transaction, *, conference: Conference, device_id: UUID, nonce: str, now: datetime
) -> None:
    """Take back what this device scanned with this nonce; doing it again changes nothing.

    Raises NotFound, NothingToUndo and TooLateToUndo.
    """
    scan = find.find_scan(db, device_id=device_id, nonce=nonce)
    if scan is None:
        raise NotFound("This device has made no such scan.")
    undo_scan(db, conference=conference, scan_id=scan.id, device_id=device_id, now=now)


def undo_scan(
    db: Transaction, *, conference: Conference, scan_id: UUID, device_id: UUID | None, now: datetime
) -> None:
    """Take a scan back within 15 minutes and tell; `device_id` is None for an organiser.

    Raises NotFound, NothingToUndo and TooLateToUndo.
    """
    scan = find.lock_scan(db, conference.id, scan_id)
    if scan.kind != "entry" or scan.reason or scan.attendee_id is None:
        raise NothingToUndo
    if scan.undone_at is not None:
        return
    if now - scan.received_at > door.UNDO_WITHIN:
        raise TooLateToUndo
    scan.undone_at = now
    version = find.newest_version(db, attendee_id=scan.attendee_id, day_id=scan.day_id) + 1
    at = conference_now(conference.clock_offset)
    undoing = new_id()
    db.add(
        Scan(
            id=undoing,
            conference_id=conference.id,
            day_id=scan.day_id,
            device_id=device_id,
            nonce=f"undo {scan.id}",
            kind="undo",
            reason="",
            detail="",
            code="",
            badge_id=scan.badge_id,
            attendee_id=scan.attendee_id,
            first_id=scan.id,
            version=version,
            at=at,
            received_at=now,
        )
    )
    db.flush()
    publish(
        db,
        AttendeeCheckedOut(
            version=version,
            attendance_id=door.attendance_id(scan.attendee_id, scan.day_id),
            attendee_id=scan.attendee_id,
            conference_id=conference.id,
            day_id=scan.day_id,
            at=at,
        ),
    )
