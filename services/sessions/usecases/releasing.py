"""Making the draft public: what would change, what to look at first, and the release itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.sessions.errors import NothingToRelease
from services.sessions.models import Conference, Release, ReleasedSlot, ReleasedSpeaker
from services.sessions.queries import conferences, drafts, released
from services.sessions.rules import changes, naming, programme
from services.sessions.rules.concerns import Concern, require_no_block
from services.sessions.rules.programme import Body
from services.sessions.usecases import checking, notifying, slots
from shared.bus import publish
from shared.contracts.sessions import ProgrammeReleased
from shared.db import Transaction
from shared.text import fold


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is to become public (the draft, or an older release) beside what is."""

    change: changes.ProgrammeChange
    warnings: tuple[Concern, ...]
    speakers: dict[UUID, Body]
    frame: Body
    current_slots: dict[UUID, ReleasedSlot]
    current_speakers: dict[UUID, ReleasedSpeaker]

    def people(self) -> list[str]:
        """The names of those whose entry differs."""
        names = [self.speakers[one]["name"] for one in self.change.speakers]
        return sorted([*names, *(self.current_speakers[one].name for one in self.change.gone_speakers)])


@dataclass(frozen=True, kw_only=True)
class Current:
    """What is public now; `frame` is None before the first release."""

    slots: dict[UUID, ReleasedSlot]
    speakers: dict[UUID, ReleasedSpeaker]
    frame: Body | None


def read_current(db: Transaction, conference: Conference) -> Current:
    release = released.find_release(db, conference)
    return Current(
        slots={slot.slot_id: slot for slot in released.list_current_slots(db, conference.id)},
        speakers={one.speaker_id: one for one in released.list_current_speakers(db, conference.id)},
        frame=release.programme if release else None,
    )


def compare_draft(db: Transaction, conference: Conference) -> Comparison:
    """What a release would change now, and its warnings."""
    draft, current = drafts.read_draft(db, conference), read_current(db, conference)
    bodies = programme.slot_bodies(draft)
    # Slots that the draft no longer shows stay public as cancelled, and so do their speakers.
    shown = {slot_id: slot.body for slot_id, slot in current.slots.items()} | bodies
    return compare_with(
        current,
        slots=bodies,
        speakers=programme.speaker_bodies(draft, shown),
        frame=programme.programme_body(draft),
        warnings=tuple(checking.check_draft(draft)),
    )


def compare_with(
    current: Current,
    *,
    slots: dict[UUID, Body],
    speakers: dict[UUID, Body],
    frame: Body,
    warnings: tuple[Concern, ...] = (),
) -> Comparison:
    """What would change if all of this became public."""
    change = changes.compare_programmes(
        current_slots={slot_id: slot.body for slot_id, slot in current.slots.items()},
        draft_slots=slots,
        current_speakers={speaker_id: one.body for speaker_id, one in current.speakers.items()},
        draft_speakers=speakers,
        current_frame=current.frame,
        draft_frame=frame,
    )
    return Comparison(
        change=change,
        warnings=warnings,
        speakers=speakers,
        frame=frame,
        current_slots=current.slots,
        current_speakers=current.speakers,
    )


def release_programme(
    db: Transaction,
    *,
    slug: str,
    name: str = "",
    comment: str = "",
    notify: bool = True,
    heed_rules: bool = True,
    now: datetime,
) -> Release:
    """Make the draft public. Raises NothingToRelease, ReleaseBlocked, or Invalid or ReleaseNameTaken for the name.

    `notify` tells whom it concerns by mail. `heed_rules` False lets pass what is public elsewhere already, collisions
    included.
    """
    conference = conferences.lock_conference(db, slug)
    comparison = compare_draft(db, conference)
    if not comparison.change:
        raise NothingToRelease
    if heed_rules:
        require_no_block(comparison.warnings)
    return put_out(db, conference, comparison, name=name, comment=comment, notify=notify, now=now)


def name_release(db: Transaction, conference: Conference, name: str) -> str:
    """The name, or the next number where there is none. Raises Invalid or ReleaseNameTaken."""
    history = released.list_releases(db, conference.id)
    if not name:
        taken = {release.folded_name for release in history}
        name = naming.free_release_name(naming.next_release_name(history[0].name if history else None), taken)
    naming.require_release_name(name, taken=released.is_release_named(db, conference.id, fold(name)))
    return name


def put_out(
    db: Transaction,
    conference: Conference,
    comparison: Comparison,
    *,
    name: str = "",
    comment: str,
    notify: bool,
    now: datetime,
) -> Release:
    """Make what was compared public under the next number. Raises Invalid or ReleaseNameTaken for the name."""
    name = name_release(db, conference, name)
    number = conference.release_number + 1
    release = Release(
        conference_id=conference.id,
        number=number,
        name=name,
        folded_name=fold(name),
        comment=comment,
        created_at=now,
        programme=comparison.frame,
    )
    db.add(release)
    conference.release_number = number
    _replace_speakers(db, conference, comparison)
    bodies = {one.slot_id: (one.after, one.raises_sequence) for one in comparison.change.slots}
    slots.replace_slots(db, conference, bodies, comparison.current_slots, release_number=number, now=now)
    _publish_release(db, conference, release, comparison)
    if notify:
        notifying.notify(db, conference, release, comparison.change, now=now)
    return release


def _replace_speakers(db: Transaction, conference: Conference, comparison: Comparison) -> None:
    number = conference.release_number
    change = comparison.change
    for speaker_id in (*change.speakers, *change.gone_speakers):
        before = comparison.current_speakers.get(speaker_id)
        if before is not None:
            before.holds_until = number
    db.flush()
    for speaker_id in change.speakers:
        body = comparison.speakers[speaker_id]
        row = ReleasedSpeaker(
            speaker_id=speaker_id,
            conference_id=conference.id,
            holds_from=number,
            name=body["name"],
            body=body,
        )
        db.add(row)


def _publish_release(
    db: Transaction, conference: Conference, release: Release, comparison: Comparison
) -> None:
    current = released.list_current_slots(db, conference.id)
    event = ProgrammeReleased(
        version=release.number,
        conference_id=conference.id,
        name=release.name,
        slots=sum(not slot.cancelled for slot in current),
        changed=len(comparison.change.slots),
        cancelled=comparison.change.kinds.get("cancelled", 0),
    )
    publish(db, event)
