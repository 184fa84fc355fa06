"""The mails of registration, each as text and as HTML from the same parts."""

from dataclasses import dataclass, replace

from services.registration.models import Account, Attendee, Conference
from services.registration.queries import conferences
from services.registration.rules import states
from shared.clock import date_words, span_words
from shared.contracts.sessions import NoticeRequested
from shared.db import Transaction
from shared.mail import Letter, LetterList, full_address, send_letter


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where links in mails lead, and who runs the place."""

    base_url: str
    operator: str = ""


def send_state(db: Transaction, conference: Conference, attendee: Attendee, secret: str, site: Site) -> None:
    """Tell a participant what has become of the registration."""
    letter = _letter(conference, attendee, secret, site, *_STATE_TEXTS[attendee.state])
    if attendee.state == states.REJECTED or (attendee.state == states.CANCELLED and attendee.reason):
        letter = replace(letter, paragraphs=(*letter.paragraphs, f"The reason: {attendee.reason}"))
    if states.is_active(attendee):
        letter = replace(letter, lists_title="Your days", lists=_days(db, conference, attendee))
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
        letter = replace(letter, lists_title="Your days", lists=_days(db, conference, attendee))
    _send(db, conference, attendee, letter)


def send_notice(db: Transaction, conference: Conference, attendee: Attendee, notice: NoticeRequested) -> None:
    """Tell a participant what a release has changed of what they starred."""
    letter = Letter(
        subject=f"{notice.title} ({conference.name})",
        greeting=f"Dear {attendee.name},",
        paragraphs=("the agenda has changed where you put a star.",),
        link=("My agenda", full_address(db, notice.path)),
        sender=conference.name,
        accent=conference.accent,
        zone=conference.zone,
        lists_title="What has changed",
        lists=tuple(LetterList(heading=item.heading, rows=item.rows) for item in notice.items),
        closing=("You get this because you starred it. Take the star back, and we write no more about it.",),
    )
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
    send_letter(db, letter, to=account.address, subject_id=account.id)


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
    send_letter(db, letter, to=account.address, subject_id=account.id, conference_id=conference.id)


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


def _days(db: Transaction, conference: Conference, attendee: Attendee) -> tuple[LetterList, ...]:
    chosen = [day for day in conferences.list_days(db, conference.id) if day.id in attendee.day_ids]
    slots = conferences.list_slots_of_days(db, conference.id, chosen)
    return tuple(
        LetterList(
            heading=f"{day.title}: {date_words(day.starts_at, conference.zone)}, "
            f"{span_words(day.starts_at, day.ends_at, conference.zone)}",
            rows=tuple(
                (span_words(slot.starts_at, slot.ends_at, conference.zone), slot.title, slot.room)
                for slot in slots[day.id]
                if slot.starts_at and slot.ends_at
            ),
        )
        for day in chosen
    )


def _send(db: Transaction, conference: Conference, attendee: Attendee, letter: Letter) -> None:
    send_letter(db, letter, to=attendee.address, subject_id=attendee.id, conference_id=conference.id)
