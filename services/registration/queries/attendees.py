"""Finding attendees, their consents, decisions and mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from services.registration.models import Arrival, Attendee, AttendeeDay, Consent, Decision, PersonalLink
from shared.db import Transaction
from shared.errors import NotFound
from shared.ids import hash_secret
from shared.mail.tables import Mail
from shared.text import like_pattern

_ACTIVE = ("pending", "approved")


@dataclass(frozen=True, kw_only=True)
class AttendeeFilter:
    """Which attendees to show; empty means all of them.

    `arrived` is yes or no: on the day if one is chosen, else on any day.
    """

    state: str = ""
    country: str = ""
    day_id: UUID | None = None
    text: str = ""
    arrived: str = ""


def find_active_attendee(db: Transaction, conference_id: UUID, normal_address: str) -> Attendee | None:
    query = select(Attendee).where(
        Attendee.conference_id == conference_id,
        Attendee.normal_address == normal_address,
        Attendee.state.in_(_ACTIVE),
    )
    return db.scalar(query)


def list_attendees_of_address(
    db: Transaction, conference_id: UUID, normal_address: str
) -> Sequence[Attendee]:
    """Every registration of this address that is not erased, the newest first."""
    query = select(Attendee).where(
        Attendee.conference_id == conference_id,
        Attendee.normal_address == normal_address,
        Attendee.erased_at.is_(None),
    )
    return db.scalars(query.order_by(Attendee.id.desc())).all()


def get_attendee(db: Transaction, conference_id: UUID, attendee_id: UUID) -> Attendee:
    attendee = db.scalar(_known(conference_id).where(Attendee.id == attendee_id).options(*_WHOLE))
    if attendee is None:
        raise NotFound
    return attendee


def lock_attendee(db: Transaction, conference_id: UUID, attendee_id: UUID) -> Attendee:
    """The attendee, held until the end of the transaction (SQLite has one writer anyway)."""
    query = _known(conference_id).where(Attendee.id == attendee_id)
    attendee = db.scalar(query.with_for_update().execution_options(populate_existing=True))
    if attendee is None:
        raise NotFound
    return attendee


def find_attendee(db: Transaction, attendee_id: UUID) -> Attendee | None:
    """An attendee by the opaque id in another service's event."""
    return db.get(Attendee, attendee_id)


def find_attendee_by_link(db: Transaction, secret: str) -> Attendee | None:
    query = (
        select(Attendee)
        .join(PersonalLink, PersonalLink.attendee_id == Attendee.id)
        .where(
            PersonalLink.hashed == hash_secret(secret),
            PersonalLink.revoked_at.is_(None),
            Attendee.erased_at.is_(None),
        )
    )
    return db.scalar(query.options(*_WHOLE))


def list_attendees(
    db: Transaction, conference_id: UUID, wanted: AttendeeFilter, *, limit: int, after: UUID | None = None
) -> Sequence[Attendee]:
    """The newest first; `after` is the id of the last one already shown."""
    query = _filtered(_known(conference_id), wanted).options(*_WHOLE)
    if after is not None:
        query = query.where(Attendee.id < after)
    return db.scalars(query.order_by(Attendee.id.desc()).limit(limit)).all()


def count_attendees(db: Transaction, conference_id: UUID, wanted: AttendeeFilter) -> int:
    query = _filtered(_known(conference_id), wanted).with_only_columns(func.count(Attendee.id))
    return db.scalar(query) or 0


def count_by_state(db: Transaction, conference_id: UUID) -> dict[str, int]:
    query = _known(conference_id).with_only_columns(Attendee.state, func.count(Attendee.id))
    return dict(db.execute(query.group_by(Attendee.state)).all())


def count_arrived(db: Transaction, conference_id: UUID) -> dict[UUID, int]:
    """How many are there, for every day on which somebody is."""
    query = select(Arrival.day_id, func.count()).where(
        Arrival.conference_id == conference_id, Arrival.present
    )
    return dict(db.execute(query.group_by(Arrival.day_id)).all())


def count_waiting(db: Transaction) -> dict[UUID, int]:
    """How many registrations wait for a decision, for every conference that has some."""
    query = select(Attendee.conference_id, func.count(Attendee.id)).where(Attendee.state == "pending")
    return dict(db.execute(query.group_by(Attendee.conference_id)).all())


def list_countries_of_attendees(db: Transaction, conference_id: UUID) -> list[str]:
    query = _known(conference_id).with_only_columns(Attendee.country).distinct()
    return sorted(db.scalars(query))


def list_consents(db: Transaction, attendee_id: UUID) -> Sequence[Consent]:
    return db.scalars(select(Consent).where(Consent.attendee_id == attendee_id).order_by(Consent.kind)).all()


def list_photo_consents(db: Transaction, conference_id: UUID) -> set[UUID]:
    """Who may be recognisable in photos."""
    query = select(Consent.attendee_id).join(Attendee, Attendee.id == Consent.attendee_id)
    return set(db.scalars(query.where(Attendee.conference_id == conference_id, Consent.kind == "photo")))


def list_decisions(db: Transaction, attendee_id: UUID) -> Sequence[Decision]:
    return db.scalars(select(Decision).where(Decision.attendee_id == attendee_id).order_by(Decision.id)).all()


def list_mails_of_attendee(db: Transaction, attendee_id: UUID) -> Sequence[Mail]:
    return db.scalars(select(Mail).where(Mail.subject_id == str(attendee_id)).order_by(Mail.id.desc())).all()


def list_mails(
    db: Transaction, conference_id: UUID, *, state: str = "", limit: int, after: UUID | None = None
) -> Sequence[Mail]:
    """The newest mails of a conference first."""
    query = select(Mail).where(Mail.conference_id == conference_id)
    if state:
        query = query.where(Mail.state == state)
    if after is not None:
        query = query.where(Mail.id < after)
    return db.scalars(query.order_by(Mail.id.desc()).limit(limit)).all()


def count_mails_by_state(db: Transaction, conference_id: UUID) -> dict[str, int]:
    query = select(Mail.state, func.count()).where(Mail.conference_id == conference_id).group_by(Mail.state)
    return dict(db.execute(query).all())


def get_mail(db: Transaction, conference_id: UUID, mail_id: UUID) -> Mail:
    mail = db.scalar(select(Mail).where(Mail.id == mail_id, Mail.conference_id == conference_id))
    if mail is None:
        raise NotFound
    return mail


_WHOLE = (joinedload(Attendee.institution), selectinload(Attendee.days), selectinload(Attendee.arrivals))


def _known(conference_id: UUID) -> Select[Attendee]:
    return select(Attendee).where(Attendee.conference_id == conference_id, Attendee.erased_at.is_(None))


def _filtered(query: Select[Attendee], wanted: AttendeeFilter) -> Select[Attendee]:
    if wanted.state:
        query = query.where(Attendee.state == wanted.state)
    if wanted.country:
        query = query.where(Attendee.country == wanted.country)
    if wanted.day_id is not None and wanted.arrived != "yes":  # on a public day nobody is registered
        chosen = select(AttendeeDay.attendee_id).where(AttendeeDay.day_id == wanted.day_id)
        query = query.where(Attendee.id.in_(chosen))
    if wanted.arrived:
        there = select(Arrival.attendee_id).where(Arrival.present)
        if wanted.day_id is not None:
            there = there.where(Arrival.day_id == wanted.day_id)
        has_arrived = Attendee.id.in_(there)
        query = query.where(has_arrived if wanted.arrived == "yes" else ~has_arrived)
    if wanted.text:
        query = query.where(Attendee.folded.like(like_pattern(wanted.text), escape="\\"))
    return query
