"""The people of a schedule file as speakers, known again by guid or by the file's own key."""

from collections.abc import Iterable, Sequence
from itertools import count
from uuid import UUID

from services.sessions.models import Speaker
from services.sessions.queries import drafts
from services.sessions.rules.identity import identify, number_of
from services.sessions.rules.programme import Draft
from services.sessions.schedules import ScheduleEvent, SchedulePerson, to_plain
from shared.db import Transaction


def person_key(person: SchedulePerson) -> str:
    """What tells people of one file apart."""
    return person.id or (str(person.guid) if person.guid else person.name)


def write_speakers(db: Transaction, draft: Draft, events: Sequence[ScheduleEvent]) -> dict[str, UUID]:
    """Speaker ids by the key of the person."""
    persons: dict[str, SchedulePerson] = {}
    for person in (person for event in events for person in event.persons):
        kept = persons.get(person_key(person))
        if kept is None or (not kept.biography and person.biography):
            persons[person_key(person)] = person
    guids = [person.guid for person in persons.values() if person.guid]
    taken = drafts.list_taken_ids(db, Speaker, guids, draft.conference.id)
    numbers = {speaker.export_id for speaker in draft.speakers.values()}
    fresh = count(max((*numbers, *numbers_of(person.id for person in persons.values())), default=0) + 1)
    ids: dict[str, UUID] = {}
    for key, person in persons.items():
        row_id = identify(
            slug=draft.conference.slug,
            noun="speaker",
            key=key,
            guid=person.guid,
            taken={*taken, *ids.values()},
        )
        row = draft.speakers.get(row_id)
        if row is None:
            number = number_of(person.id, numbers) or next(fresh)
            numbers.add(number)
            row = Speaker(id=row_id, conference_id=draft.conference.id, export_id=number, affiliation="")
            db.add(row)
        row.name = person.name[:300]
        if person.biography or row.biography is None:
            row.biography = to_plain(person.biography)
        ids[key] = row_id
    return ids


def numbers_of(texts: Iterable[str]) -> set[int]:
    """The export ids that these texts are."""
    return {number for text in texts if (number := number_of(text, ()))}
