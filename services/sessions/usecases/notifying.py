"""Telling people of a release: speakers by mail with their calendar, and through registration who starred what changes.

One notice per person and release. Speakers hear of every change of theirs, others of what changes their plans.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.sessions.ical import calendar_text, event_text
from services.sessions.models import Conference, Entitlement, Release, ReleasedSlot, Speaker
from services.sessions.queries import notices as queries
from services.sessions.queries import released, viewers
from services.sessions.rules import notices
from services.sessions.rules.changes import ProgrammeChange, SlotChange
from services.sessions.rules.visibility import can
from services.sessions.usecases.calendars import calendar_entry
from shared.bus import publish
from shared.contracts.sessions import NoticeRequested
from shared.db import Transaction
from shared.ids import new_id
from shared.mail import Attachment, Letter, LetterList, full_address, send_letter


@dataclass(frozen=True, kw_only=True)
class Recipients:
    """Whom a release would write to: names of speakers, of those without an address, and how many others."""

    speakers: tuple[str, ...]
    silent: tuple[str, ...]
    attendees: int

    def __bool__(self) -> bool:
        return bool(self.speakers or self.silent or self.attendees)


def recipients_of(db: Transaction, conference: Conference, change: ProgrammeChange) -> Recipients:
    """Who would hear of these changes; nobody while the conference itself is no more than a draft."""
    if conference.state == "draft":
        return Recipients(speakers=(), silent=(), attendees=0)
    concerned = queries.list_named_speakers(db, conference, notices.by_speaker(change.slots).keys())
    return Recipients(
        speakers=tuple(speaker.name for speaker in concerned if speaker.address),
        silent=tuple(speaker.name for speaker in concerned if not speaker.address),
        attendees=sum(1 for _ in _holders(db, conference, change)),
    )


def notify(
    db: Transaction, conference: Conference, release: Release, change: ProgrammeChange, *, now: datetime
) -> None:
    """Write to everybody concerned; to nobody while the conference itself is no more than a draft."""
    if conference.state == "draft":
        return
    _write_to_speakers(db, conference, change, now=now)
    for attendee, changes in _holders(db, conference, change):
        event = NoticeRequested(
            version=1,
            notice_id=new_id(),
            conference_id=conference.id,
            attendee_id=attendee.attendee_id,
            release=release.name,
            title=notices.title_of(changes, conference.zone, several="%d sessions you starred have changed"),
            path=f"/sessions/{conference.slug}/me",
            items=notices.items_of(changes, conference.zone),
        )
        publish(db, event)


def write_link(db: Transaction, conference: Conference, speaker: Speaker, path: str) -> None:
    """Send speakers the address of the page that is theirs alone."""
    letter = Letter(
        subject=f"Your entry as a speaker: {conference.name}",
        greeting=f"Dear {speaker.name},",
        paragraphs=(
            "on the page below you see your sessions and correct what the agenda says about you.",
            "Please tell us there whether you come, and when you can.",
        ),
        link=("My entry", full_address(db, path)),
        sender=conference.name,
        accent=conference.accent,
        closing=("The link is yours alone. Please do not pass it on.",),
    )
    send_letter(db, letter, to=speaker.address, subject_id=speaker.id, conference_id=conference.id)


def _holders(
    db: Transaction, conference: Conference, change: ProgrammeChange
) -> Iterator[tuple[Entitlement, list[SlotChange]]]:
    """Everybody who starred something that changes gravely, with what of it they may know of."""
    grave = {one.slot_id: one for one in change.slots if notices.is_grave(one)}
    for attendee, slot_ids in queries.list_stars(db, conference, grave.keys()):
        viewer = viewers.viewer_of(conference, attendee)
        changes = [
            one
            for slot_id, one in grave.items()
            if slot_id in slot_ids and can(viewer, "listed", notices.shown(one.after))
        ]
        if changes and attendee.state == "approved":
            yield attendee, changes


def _write_to_speakers(
    db: Transaction, conference: Conference, change: ProgrammeChange, *, now: datetime
) -> None:
    concerned = notices.by_speaker(change.slots)
    speakers = [one for one in queries.list_named_speakers(db, conference, concerned.keys()) if one.address]
    slots = _slots_by_speaker(released.list_current_slots(db, conference.id) if speakers else ())
    for speaker in speakers:
        letter = _letter(db, conference, speaker, concerned[speaker.id])
        calendar = _calendar_of(db, conference, speaker, slots.get(speaker.id, []), now=now)
        send_letter(
            db,
            letter,
            to=speaker.address,
            subject_id=speaker.id,
            conference_id=conference.id,
            attachments=(calendar,) if calendar else (),
        )


def _slots_by_speaker(slots: Iterable[ReleasedSlot]) -> dict[UUID, list[ReleasedSlot]]:
    found: dict[UUID, list[ReleasedSlot]] = {}
    for slot in slots:
        for person in slot.body["speakers"]:
            found.setdefault(UUID(person["id"]), []).append(slot)
    return found


def _letter(db: Transaction, conference: Conference, speaker: Speaker, changes: list[SlotChange]) -> Letter:
    title = notices.title_of(changes, conference.zone, several="%d of your sessions in the agenda")
    return Letter(
        subject=f"{title} ({conference.name})",
        greeting=f"Dear {speaker.name},",
        paragraphs=("the agenda was released. This is what has changed in it for you.",),
        link=("The agenda", full_address(db, f"/sessions/{conference.slug}/")),
        sender=conference.name,
        accent=conference.accent,
        zone=conference.zone,
        lists_title="Your sessions",
        lists=tuple(
            LetterList(heading=item.heading, rows=item.rows)
            for item in notices.items_of(changes, conference.zone)
        ),
        closing=("All your sessions are attached as a calendar.",),
    )


def _calendar_of(
    db: Transaction,
    conference: Conference,
    speaker: Speaker,
    own: Sequence[ReleasedSlot],
    *,
    now: datetime,
) -> Attachment | None:
    """Their slots, listed or not, under the same ids as in every calendar of the conference."""
    if not own:
        return None
    base_url = full_address(db, "")
    content = calendar_text(
        (event_text(calendar_entry(conference, slot, base_url)) for slot in own),
        name=f"{conference.name} · {speaker.name}",
        description=conference.tagline,
        source_url="",
        last_modified=now,
    )
    return Attachment(
        filename=f"{conference.slug}.ics", content_type="text/calendar; charset=utf-8", content=content
    )
