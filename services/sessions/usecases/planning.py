"""A release at a set time of the conference: once, or called off before."""

from datetime import datetime, timedelta
from uuid import UUID

from services.sessions.models import Conference, PlannedRelease
from services.sessions.queries import conferences, released, versions
from services.sessions.rules import naming, placing
from services.sessions.usecases import releasing
from shared import timers
from shared.db import Transaction
from shared.errors import Refusal
from shared.text import fold

PLANNED_RELEASE = "planned_release"


def plan_release(
    db: Transaction,
    *,
    slug: str,
    at: datetime,
    name: str,
    comment: str,
    notify: bool = True,
    now: datetime,
) -> PlannedRelease:
    """Release whatever the draft says at that instant of the conference; a later plan replaces an earlier one.

    Raises TimeUnclear for a time that has passed, Invalid or ReleaseNameTaken for the name.
    """
    conference = conferences.lock_conference(db, slug)
    placing.require_ahead(at, now + timedelta(seconds=conference.clock_offset), field="at")
    naming.require_release_name(name, taken=released.is_release_named(db, conference.id, fold(name)))
    planned = versions.find_planned_release(db, conference.id)
    if planned is None:
        planned = PlannedRelease(conference_id=conference.id)
        db.add(planned)
    planned.name, planned.comment, planned.due_at, planned.refusal = name, comment, at, ""
    planned.notify = notify
    arm(db, conference)
    return planned


def call_off(db: Transaction, *, slug: str) -> None:
    """Forget the planned release, if there still is one."""
    conference = conferences.lock_conference(db, slug)
    planned = versions.find_planned_release(db, conference.id)
    if planned is not None:
        db.delete(planned)
    timers.cancel(db, _key(conference.id))


def arm(db: Transaction, conference: Conference) -> None:
    """Have the plan fall due at the right real time; also after the clock of a rehearsal has moved."""
    db.flush()
    planned = versions.find_planned_release(db, conference.id)
    if planned is not None and not planned.refusal:
        timers.schedule(
            db,
            key=_key(conference.id),
            kind=PLANNED_RELEASE,
            due_at=planned.due_at - timedelta(seconds=conference.clock_offset),
            payload={"conference_id": str(conference.id)},
        )


def release_as_planned(db: Transaction, *, conference_id: UUID, now: datetime) -> None:
    """What the timer does. A plan called off or carried out is gone; a refusal stays for organisers to read."""
    conference = conferences.lock_conference(db, conferences.get_slug(db, conference_id))
    planned = versions.find_planned_release(db, conference.id)
    if planned is None or planned.refusal:
        return
    # Somebody may have used the name since; that is no reason to keep the release back.
    taken = {release.folded_name for release in released.list_releases(db, conference.id)}
    name = naming.free_release_name(planned.name, taken)
    try:
        releasing.release_programme(
            db, slug=conference.slug, name=name, comment=planned.comment, notify=planned.notify, now=now
        )
    except Refusal as refusal:
        planned.refusal = refusal.detail
    else:
        db.delete(planned)


def _key(conference_id: UUID) -> str:
    return f"release:{conference_id}"
