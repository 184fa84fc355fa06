"""What registration keeps of conferences: facts that `sessions` states, and its own settings and places."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from services.registration.models import Conference, Day, Slot
from services.registration.queries import conferences
from shared.contracts.sessions import ConferenceStated, DayFact, SlotCancelled, SlotStated
from shared.db import Transaction

COPIED = (
    "version",
    "slug",
    "acronym",
    "name",
    "zone",
    "state",
    "rehearsal",
    "clock_offset",
    "accent",
    "logo",
    "venue",
)
COPIED_OF_DAY = ("position", "title", "starts_at", "ends_at", "listed", "attend")
COPIED_OF_SLOT = ("version", "conference_id", "day_id", "title", "room", "starts_at", "ends_at", "listed")


def copy_conference(db: Transaction, stated: ConferenceStated) -> None:
    """Take over the stated facts; settings, capacities and places stay as they are."""
    conference = db.get(Conference, stated.conference_id)
    if conference is None:
        conference = Conference(id=stated.conference_id, registration_open=False, approval_needed=True)
        conference.newcomer_hint, conference.countries = "", []
        db.add(conference)
    elif conference.version >= stated.version:
        return
    for name in COPIED:
        setattr(conference, name, getattr(stated, name))
    db.flush()
    _copy_days(db, conference, stated.days)


def copy_slot(db: Transaction, stated: SlotStated) -> None:
    """Take over a slot; its conference may become known later."""
    slot = db.get(Slot, stated.slot_id)
    if slot is None:
        slot = Slot(id=stated.slot_id)
        db.add(slot)
    elif slot.version >= stated.version:
        return
    for name in COPIED_OF_SLOT:
        setattr(slot, name, getattr(stated, name))
    slot.cancelled = False


def cancel_slot(db: Transaction, stated: SlotCancelled) -> None:
    """Remember the cancellation, also of a slot that was never heard of."""
    slot = db.get(Slot, stated.slot_id)
    if slot is None:
        slot = Slot(id=stated.slot_id, conference_id=stated.conference_id)
        db.add(slot)
    elif slot.version >= stated.version:
        return
    slot.version, slot.cancelled = stated.version, True


def change_settings(
    db: Transaction,
    *,
    conference: Conference,
    registration_open: bool,
    approval_needed: bool,
    newcomer_hint: str,
    capacities: Mapping[UUID, int | None],
) -> list[str]:
    """Change how a conference registers; returns a warning for each day that holds more people than it should."""
    conference.registration_open = registration_open
    conference.approval_needed = approval_needed
    conference.newcomer_hint = newcomer_hint
    warnings = []
    for day in conferences.list_offered_days(db, conference.id):
        day.capacity = capacities.get(day.id)
        if day.capacity is not None and day.taken > day.capacity:
            warnings.append(
                f"{day.title} has {day.taken} people for {day.capacity} places. "
                "Nobody was removed; the day is full until enough people cancel."
            )
    return warnings


def _copy_days(db: Transaction, conference: Conference, facts: Iterable[DayFact]) -> None:
    known = {day.id: day for day in conferences.list_all_days(db, conference.id)}
    stated = {fact.day_id: fact for fact in facts}
    for day_id, fact in stated.items():
        day = known.get(day_id)
        if day is None:
            day = Day(id=day_id, conference_id=conference.id, taken=0)
            db.add(day)
        for name in COPIED_OF_DAY:
            setattr(day, name, getattr(fact, name))
        day.withdrawn = False
    for day_id, day in known.items():
        day.withdrawn = day_id not in stated
