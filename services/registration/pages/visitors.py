"""Who sits at the browser: session cookies, what they entitle to, and how often somebody tries."""

from flask import request
from werkzeug.wrappers import Response

from services.registration.queries import access
from services.registration.queries.access import Organiser, Participant
from services.registration.rules.access import MANAGING, attendee_scopes, organiser_scopes
from services.registration.usecases.counting import may_try
from services.registration.usecases.letters import Site
from shared.auth import Principal, principal
from shared.auth.tokens import TokenVerifier
from shared.clock import now
from shared.db import Transaction
from shared.errors import TooManyTries
from shared.web import database, settings

ORGANISER_COOKIE = "plenary_session"
PARTICIPANT_COOKIE = "plenary_participant"


def resolve_principal(conference: str | None) -> Principal | None:
    """The guard's question; registration looks at its own sessions, and at the tokens of API clients."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return TokenVerifier(database(), "registration").verify(token.strip(), now())
    if not request.cookies:
        return None
    with database().read() as db:
        organiser = find_organiser(db)
        if organiser:
            scopes = organiser_scopes(organiser.grants, conference) if conference else _anywhere(organiser)
            return Principal(subject=str(organiser.account.id), conference=conference, scopes=scopes)
        participant = find_participant(db)
    if participant is None or request.path.startswith("/registration/manage"):
        return None
    scopes = attendee_scopes(participant.conference, conference)
    return Principal(subject=str(participant.attendee.id), conference=conference, scopes=scopes)


def find_organiser(db: Transaction) -> Organiser | None:
    """The organiser signed in here."""
    secret = request.cookies.get(ORGANISER_COOKIE)
    return access.find_organiser(db, secret, now()) if secret else None


def find_participant(db: Transaction) -> Participant | None:
    """The participant signed in here."""
    secret = request.cookies.get(PARTICIPANT_COOKIE)
    return access.find_participant(db, secret, now()) if secret else None


def actor(db: Transaction) -> str:
    """Who acts in this request, for the audit log."""
    who = principal()
    return access.actor_of(db, who.subject) if who else ""


def set_session_cookie(response: Response, name: str, secret: str) -> None:
    response.set_cookie(
        name,
        secret,
        max_age=settings().session_minutes * 60,
        path="/registration",
        httponly=True,
        secure=is_https(),
        samesite="Lax",
    )


def is_https() -> bool:
    return bool(settings().base_url.startswith("https"))


def site() -> Site:
    """Where the links in mails lead."""
    return Site(base_url=settings().base_url.rstrip("/"), operator=settings().operator_name)


def require_patience(what: str) -> None:
    """Count this source's tries in a transaction of its own; raises TooManyTries beyond the limit."""
    limits = settings()
    with database().write() as db:
        within = may_try(
            db,
            f"{what} from {request.remote_addr}",
            most=limits.tries_per_source,
            minutes=limits.tries_window,
            now=now(),
        )
    if not within:
        raise TooManyTries(retry_after=limits.tries_window * 60)


def _anywhere(organiser: Organiser) -> frozenset[str]:
    """On pages of no conference, such as the dashboard, every organiser is at home."""
    return MANAGING | organiser_scopes(organiser.grants, None) if organiser.grants else frozenset()
