"""The API of registration, /registration/api/v1."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy.exc import IntegrityError

from services.registration.queries import access, attendees, conferences, institutions
from services.registration.queries.attendees import AttendeeFilter
from services.registration.rules.paths import Target
from services.registration.rules.states import places_left
from services.registration.schemas import (
    AcceptedOut,
    AttendeeOut,
    DayOut,
    DecisionIn,
    RegistrationArgs,
    RegistrationIn,
    SearchArgs,
    SuggestionOut,
    TokenIn,
    TokenOut,
    suggestion,
)
from services.registration.usecases.deciding import decide_registration
from services.registration.usecases.letters import Site
from services.registration.usecases.receiving import receive_registration
from services.registration.usecases.tokens import token_for
from shared.auth import principal, public, requires
from shared.auth.tokens import LIFE
from shared.clock import now
from shared.errors import Unauthenticated
from shared.web import database, settings
from shared.web.api import Blueprint
from shared.web.paging import page, page_schema
from shared.web.problems import Problem

blueprint = Blueprint(
    "registration_api",
    __name__,
    url_prefix="/registration/api/v1",
    description="Registrations, institutions, days, decisions, tokens.",
)
blueprint.schemes = {"session": {"type": "apiKey", "in": "cookie", "name": "plenary_session"}}


@blueprint.post("/conferences/<conference>/registrations")
@public
@blueprint.arguments(RegistrationIn)
@blueprint.response(202, AcceptedOut)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def register(data: dict[str, Any], conference: str) -> Any:
    """Register; the answer is the same whether the address was known or not. Idempotency-Key is honoured."""
    try:
        return _receive(conference, data)
    except IntegrityError:
        # The same key came twice at the same moment; now its first answer is there to be repeated.
        return _receive(conference, data)


@blueprint.get("/conferences/<conference>/institutions")
@public
@blueprint.arguments(SearchArgs, location="query")
@blueprint.response(200, SuggestionOut(many=True))
@blueprint.alt_response(404, schema=Problem)
def search_institutions(args: dict[str, Any], conference: str) -> Any:
    """Institutions with this text anywhere in one of their names."""
    with database().read() as db:
        found = conferences.get_announced_conference(db, conference)
        rows = institutions.search_institutions(db, found.id, args["q"])
    return [{**suggestion(row), "id": row.id} for row in rows]


@blueprint.get("/conferences/<conference>/days")
@public
@blueprint.response(200, DayOut(many=True))
@blueprint.alt_response(404, schema=Problem)
def list_days(conference: str) -> Any:
    """The days one can register for."""
    with database().read() as db:
        found = conferences.get_announced_conference(db, conference)
        days = conferences.list_offered_days(db, found.id)
    return [
        {
            "id": day.id,
            "title": day.title,
            "starts_at": day.starts_at,
            "ends_at": day.ends_at,
            "places_left": places_left(day),
        }
        for day in days
    ]


@blueprint.get("/conferences/<conference>/registrations")
@requires("reg:manage")
@blueprint.arguments(RegistrationArgs, location="query")
@blueprint.response(200, page_schema(AttendeeOut))
@blueprint.alt_response(404, schema=Problem)
def list_registrations(args: dict[str, Any], conference: str) -> Any:
    """Registrations, the newest first."""
    wanted = AttendeeFilter(
        state=args["state"],
        country=args["country"],
        day_id=args["day"],
        text=args["q"],
        arrived=args["arrived"],
    )
    with database().read() as db:
        found = conferences.get_conference(db, conference)
        rows = attendees.list_attendees(db, found.id, wanted, limit=args["limit"] + 1, after=args["after"])
    return page(rows, args["limit"], lambda row: row.id)


@blueprint.post("/conferences/<conference>/registrations/<uuid:attendee_id>/decision")
@requires("reg:manage")
@blueprint.arguments(DecisionIn)
@blueprint.response(200, AttendeeOut)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
def decide(data: dict[str, Any], conference: str, attendee_id: UUID) -> Any:
    """Approve or reject; a second decision is refused and told the first."""
    who = principal()
    with database().write() as db:
        found = conferences.get_conference(db, conference)
        actor = access.actor_of(db, who.subject) if who else ""
        decide_registration(
            db, conference=found, attendee_id=attendee_id, **data, actor=actor, site=_site(), now=now()
        )
        return attendees.get_attendee(db, found.id, attendee_id)


@blueprint.post("/tokens")
@requires("reg:manage")
@blueprint.doc(security=[{"session": []}])
@blueprint.arguments(TokenIn)
@blueprint.response(200, TokenOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def make_token(data: dict[str, Any]) -> Any:
    """A bearer token for one service and one conference, for the organiser signed in with the session cookie.

    A token makes no other token: it would outlive its ten minutes and the sign-out.
    """
    if "Authorization" in request.headers:
        raise Unauthenticated
    who = principal()
    target = Target(path="", audience=data["audience"], conference=data["conference"], managing=True)
    with database().read() as db:
        organiser = access.find_organiser_by_id(db, UUID(who.subject)) if who else None
        if organiser is None:
            raise Unauthenticated
        token = token_for(db, target=target, organiser=organiser, participant=None, now=now())
    return {"token": token, "expires_in": int(LIFE.total_seconds())}


def _receive(conference: str, data: dict[str, Any]) -> dict[str, Any]:
    key = request.headers.get("Idempotency-Key")
    with database().write() as db:
        return receive_registration(db, slug=conference, data=data, key=key, site=_site(), now=now())


def _site() -> Site:
    return Site(base_url=settings().base_url.rstrip("/"), operator=settings().operator_name)
