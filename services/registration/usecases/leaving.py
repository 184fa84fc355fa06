"""Leaving: cancelling a registration, correcting a name, and having everything erased."""

from datetime import datetime

from sqlalchemy import delete, update

from services.registration.models import (
    Arrival,
    Attendee,
    AttendeeDay,
    Conference,
    Consent,
    Decision,
    PersonalLink,
    WebSession,
)
from services.registration.queries import attendees
from services.registration.rules import states
from services.registration.rules.names import require_badge_name
from services.registration.usecases import letters
from services.registration.usecases.deciding import release_places, write_down
from services.registration.usecases.links import give_link
from services.registration.usecases.stating import state_attendee, state_erasure
from shared.auth.handlers import on_access_revoked
from shared.bus import publish
from shared.bus.tables import Outbox
from shared.contracts.base import PERSONAL
from shared.contracts.registration import AccessRevoked
from shared.db import Transaction
from shared.mail import forget_mails
from shared.text import fold


def cancel_registration(
    db: Transaction,
    *,
    conference: Conference,
    attendee: Attendee,
    reason: str,
    actor: str,
    site: letters.Site,
    now: datetime,
) -> None:
    """End a registration and free its places; raises NothingToCancel when it has ended before."""
    attendee = attendees.lock_attendee(db, conference.id, attendee.id)
    states.require_active(attendee)
    release_places(db, attendee)
    attendee.state, attendee.reason = states.CANCELLED, reason
    attendee.decided_at, attendee.decided_by = now, actor
    attendee.version += 1
    write_down(db, attendee, actor=actor, what=states.CANCELLED, reason=reason, now=now)
    state_attendee(db, attendee)
    _revoke_access(db, attendee, now)
    letters.send_state(db, conference, attendee, give_link(db, attendee, now=now), site)


def correct_name(
    db: Transaction, *, conference: Conference, attendee: Attendee, name: str, now: datetime
) -> None:
    """Change the name on the badge to what its owner says it is."""
    require_badge_name(name)
    attendee = attendees.lock_attendee(db, conference.id, attendee.id)
    states.require_active(attendee)
    if attendee.name == name:
        return
    names = attendee.institution.folded if attendee.institution else attendee.institution_text
    attendee.name, attendee.folded = name, fold(f"{name}\n{attendee.address}\n{names}")
    attendee.version += 1
    write_down(db, attendee, actor=states.PARTICIPANT, what="name corrected", reason="", now=now)
    state_attendee(db, attendee)


def erase_attendee(db: Transaction, *, conference: Conference, attendee: Attendee, now: datetime) -> None:
    """Free the places and forget the person; an empty row stays, so that counts and late events still fit."""
    attendee = attendees.lock_attendee(db, conference.id, attendee.id)
    if states.is_active(attendee):
        release_places(db, attendee)
        attendee.state = states.CANCELLED
    for table in (Consent, PersonalLink, WebSession, AttendeeDay, Arrival):
        db.execute(delete(table).where(table.attendee_id == attendee.id))
    forget_mails(db, attendee.id)
    # The retained outbox must not tell the name again in a replay.
    personal = (Outbox.subject == str(attendee.id)) & (Outbox.dataclass == PERSONAL)
    db.execute(delete(Outbox).where(personal))
    db.execute(update(Decision).where(Decision.attendee_id == attendee.id).values(reason=""))
    db.expire(attendee, ["days"])
    attendee.name = attendee.address = attendee.institution_text = attendee.folded = attendee.reason = ""
    attendee.normal_address = f"erased {attendee.id}"
    attendee.institution = None
    attendee.erased_at = now
    attendee.version += 1
    write_down(db, attendee, actor=states.PARTICIPANT, what="erased", reason="", now=now)
    state_erasure(db, attendee)
    _revoke_access(db, attendee, now)


def _revoke_access(db: Transaction, attendee: Attendee, now: datetime) -> None:
    """End the person's browser sessions here, and void the tokens that others hold."""
    db.execute(
        update(WebSession)
        .where(WebSession.attendee_id == attendee.id, WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    revoked = AccessRevoked(version=attendee.version, holder_id=attendee.id, not_before=now)
    publish(db, revoked)
    on_access_revoked(db, revoked)
