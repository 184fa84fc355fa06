"""Going back: what an older release said, made public again as a new one."""

from datetime import datetime
from uuid import UUID

from services.sessions.errors import NothingToRelease
from services.sessions.models import Conference, Release
from services.sessions.queries import conferences, versions
from services.sessions.usecases import releasing
from services.sessions.usecases.releasing import Comparison
from shared.db import Transaction


def compare_version(db: Transaction, conference: Conference, number: int) -> Comparison:
    """An older release beside what is public; slots that came after it would be cancelled. Raises NotFound."""
    release = versions.get_release(db, conference.id, number)
    current = releasing.read_current(db, conference)
    speakers = {
        one.speaker_id: one.body for one in versions.list_speakers_of_release(db, conference.id, number)
    }
    old_slots = {
        slot.slot_id: slot.body for slot in versions.list_slots_of_release(db, conference.id, number)
    }
    # What stays public as cancelled still names its people.
    for slot_id, slot in current.slots.items():
        if slot_id not in old_slots:
            for named in slot.body["speakers"]:
                person = current.speakers.get(UUID(named["id"]))
                if person is not None:
                    speakers.setdefault(person.speaker_id, person.body)
    return releasing.compare_with(current, slots=old_slots, speakers=speakers, frame=release.programme)


def release_version(
    db: Transaction,
    *,
    slug: str,
    number: int,
    name: str = "",
    comment: str = "",
    notify: bool = True,
    now: datetime,
) -> Release:
    """Make an older release public again under a new number; the draft stays as it is.

    Raises NotFound, NothingToRelease, or Invalid or ReleaseNameTaken for the name.
    """
    conference = conferences.lock_conference(db, slug)
    comparison = compare_version(db, conference, number)
    if not comparison.change:
        raise NothingToRelease("The public agenda says exactly what that release said.")
    return releasing.put_out(db, conference, comparison, name=name, comment=comment, notify=notify, now=now)
