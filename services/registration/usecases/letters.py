"""The mails of registration, each as text and as HTML from the same parts."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.registration.models import Account, Attendee, Conference
from services.registration.queries import conferences
from services.registration.rules import states
from shared.clock import to_local
from shared.db import Transaction
from shared.mail import send

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where links in mails lead, and who runs the place."""

    base_url: str
    operator: str = ""


@dataclass(frozen=True, kw_only=True)
class DayLines:
    """A chosen day and what takes place on it, as (time, title, room)."""

    heading: str
    slots: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """The parts of a mail; `link` is (label, address)."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    link: tuple[str, str]
    sender: str
    accent: str = "#1f5fa8"
    zone: str = ""
    days: tuple[DayLines, ...] = field(default_factory=tuple)
    closing: tuple[str, ...] = field(default_factory=tuple)


def send_state(db: Transaction, conference: Conference, attendee: Attendee, secret: str, site: Site) -> None:
    """Tell a participant what has become of the registration."""
    letter = _letter(conference, attendee, secret, site, *_STATE_TEXTS[attendee.state])
    if attendee.state == states.REJECTED or (attendee.state == states.CANCELLED and attendee.reason):
        letter = replace(letter, paragraphs=(*letter.paragraphs, f"The reason: {attendee.reason}"))
    if states.is_active(attendee):
        letter = replace(letter, days=_days(db, conference, attendee))
        if attendee.institution_id is None and conference.newcomer_hint:
            letter = replace(letter, closing=(conference.newcomer_hint, *letter.closing))
    _send(db, conference, attendee, letter)


def send_reminder(
    db: Transaction, conference: Conference, attendee: Attendee, secret: str, site: Site
) -> None:
    """Send the personal link once more; nothing of the registration changes."""
    text = f"somebody, hopefully you, asked for the link to your registration. It is {attendee.state}."
    letter = _letter(conference, attendee, secret, site, "Your link to the registration", text)
    if states.is_active(attendee):
        letter = replace(letter, days=_days(db, conference, attendee))
    _send(db, conference, attendee, letter)


def send_sign_in(db: Transaction, account: Account, secret: str, site: Site, *, minutes: int) -> None:
    """Send an organiser the link that signs in once."""
    letter = Letter(
        subject="Sign in to Plenary",
        greeting=f"Hello {account.name}," if account.name else "Hello,",
        paragraphs=(
            f"this link signs you in once, within the next {minutes} minutes.",
            "If you did not ask for it, nothing happens when you leave it alone.",
        ),
        link=("Sign in", f"{site.base_url}/registration/in/{secret}"),
        sender=site.operator or "Plenary",
    )
    _queue(db, letter, to=account.address, subject_id=str(account.id), conference=None)


def send_invitation(
    db: Transaction, conference: Conference, account: Account, secret: str, site: Site
) -> None:
    """Tell somebody that they organise a conference now."""
    letter = Letter(
        subject=f"You organise {conference.name}",
        greeting="Hello,",
        paragraphs=(
            f"you were invited to organise {conference.name}. This link signs you in once, within a day.",
            "Later you can ask for a new one with your mail address.",
        ),
        link=("Sign in", f"{site.base_url}/registration/in/{secret}"),
        sender=conference.name,
        accent=conference.accent,
    )
    _queue(db, letter, to=account.address, subject_id=str(account.id), conference=conference)


_STATE_TEXTS = {
    states.PENDING: (
        "We have your registration",
        "thank you for registering. The organisers will look at it and write to you.",
        "Until then your places are kept for you.",
    ),
    states.APPROVED: (
        "You are registered",
        "you are registered, and we are looking forward to meeting you.",
        "Your badge waits behind the link below.",
    ),
    states.REJECTED: ("Your registration was declined", "we are sorry: your registration was declined."),
    states.CANCELLED: (
        "Your registration is cancelled",
        "your registration is cancelled; your places are free for others.",
    ),
}


def _letter(
    conference: Conference, attendee: Attendee, secret: str, site: Site, subject: str, *paragraphs: str
) -> Letter:
    return Letter(
        subject=f"{subject}: {conference.name}",
        greeting=f"Dear {attendee.name},",
        paragraphs=paragraphs,
        link=("My registration", f"{site.base_url}/registration/me/{secret}"),
        sender=conference.name,
        accent=conference.accent,
        zone=conference.zone,
        closing=("The link is yours alone. Please do not pass it on.",),
    )


def _days(db: Transaction, conference: Conference, attendee: Attendee) -> tuple[DayLines, ...]:
    chosen = [day for day in conferences.list_days(db, conference.id) if day.id in attendee.day_ids]
    slots = conferences.list_slots_of_days(db, conference.id, chosen)
    return tuple(
        DayLines(
            heading=f"{day.title}: {_date(day.starts_at, conference.zone)}, "
            f"{_span(day.starts_at, day.ends_at, conference.zone)}",
            slots=tuple(
                (_span(slot.starts_at, slot.ends_at, conference.zone), slot.title, slot.room)
                for slot in slots[day.id]
                if slot.starts_at and slot.ends_at
            ),
        )
        for day in chosen
    )


def _date(instant: datetime, zone: str) -> str:
    local = to_local(instant, zone)
    return f"{local:%A} {local.day} {local:%B %Y}"


def _span(start: datetime, end: datetime, zone: str) -> str:
    return f"{to_local(start, zone):%H:%M}–{to_local(end, zone):%H:%M} {to_local(start, zone):%Z}"


def _send(db: Transaction, conference: Conference, attendee: Attendee, letter: Letter) -> None:
    _queue(db, letter, to=attendee.address, subject_id=str(attendee.id), conference=conference)


def _queue(
    db: Transaction, letter: Letter, *, to: str, subject_id: str, conference: Conference | None
) -> None:
    send(
        db,
        to=to,
        subject=letter.subject,
        text=TEMPLATES.get_template("registration/mail/letter.txt").render(letter=letter),
        html=TEMPLATES.get_template("registration/mail/letter.html").render(letter=letter),
        subject_id=subject_id,
        conference_id=conference.id if conference else None,
    )
