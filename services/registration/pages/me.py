"""What the personal link opens: the own registration, and everything one may do with it."""

import json
from typing import Any

from flask import Response, make_response, redirect, request, url_for

from services.registration.errors import LinkUnknown, NothingToCancel
from services.registration.models import Attendee, Conference
from services.registration.pages.blueprint import blueprint
from services.registration.pages.visitors import (
    PARTICIPANT_COOKIE,
    is_https,
    require_patience,
    set_session_cookie,
    site,
)
from services.registration.queries import attendees, conferences
from services.registration.queries.access import Participant
from services.registration.rules.countries import country_name
from services.registration.rules.paths import require_target
from services.registration.rules.states import CONSENTS, PARTICIPANT, is_active
from services.registration.schemas import ConsentIn, EmptyIn, NameIn
from services.registration.usecases.consents import change_consent
from services.registration.usecases.leaving import (
    cancel_registration,
    correct_name,
    erase_attendee,
)
from services.registration.usecases.links import renew_link
from services.registration.usecases.signing_in import open_participant_session
from services.registration.usecases.tokens import token_for
from shared.auth import public
from shared.auth.handoff import set_token_cookie
from shared.clock import now
from shared.db import Transaction
from shared.errors import Refusal
from shared.web import Form, database, render, see_other, settings


@blueprint.get("/me/<token>")
@public
def me(token: str) -> Any:
    """State, days with their session times, badge and calendar."""
    return _show(token, Form(NameIn))


@blueprint.get("/me/<token>/go")
@public
def go(token: str) -> Any:
    """Sign the participant in and lead on, for instance to the badge."""
    target = require_target(request.args.get("to", ""))
    with database().write() as db:
        attendee, conference = _owner(db, token)
        if not is_active(attendee):
            return see_other(url_for("registration.me", token=token))
        participant = Participant(attendee=attendee, conference=conference.slug)
        passed = token_for(db, target=target, organiser=None, participant=participant, now=now())
        session = open_participant_session(
            db, attendee=attendee, minutes=settings().session_minutes, now=now()
        )
    response = make_response(redirect(target.path, 303))
    set_session_cookie(response, PARTICIPANT_COOKIE, session)
    set_token_cookie(response, target.audience, passed, secure=is_https())
    return response


@blueprint.post("/me/<token>/name")
@public
def rename(token: str) -> Any:
    form = Form(NameIn, request.form)
    try:
        name = form.load()["name"]
        with database().write() as db:
            attendee, conference = _owner(db, token)
            correct_name(db, conference=conference, attendee=attendee, name=name, now=now())
    except LinkUnknown:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return _show(token, form), refusal.status
    return see_other(url_for("registration.me", token=token, done="name"))


@blueprint.post("/me/<token>/consent")
@public
def consent(token: str) -> Any:
    """Give or withdraw a consent."""
    data = Form(ConsentIn, request.form).load()
    with database().write() as db:
        attendee, conference = _owner(db, token)
        change_consent(
            db,
            conference=conference,
            attendee=attendee,
            kind=data["consent"],
            given=data["given"],
            now=now(),
        )
    return see_other(url_for("registration.me", token=token, done="consent"))


@blueprint.get("/me/<token>/cancel")
@public
def confirm_cancelling(token: str) -> Any:
    return _confirm(token, "registration/cancel.html")


@blueprint.post("/me/<token>/cancel")
@public
def cancel(token: str) -> Any:
    """Cancelling twice is as good as once."""
    with database().write() as db:
        attendee, conference = _owner(db, token)
        try:
            cancel_registration(
                db,
                conference=conference,
                attendee=attendee,
                reason="",
                actor=PARTICIPANT,
                site=site(),
                now=now(),
            )
        except NothingToCancel:
            pass
    return see_other(url_for("registration.me", token=token))


@blueprint.get("/me/<token>/erase")
@public
def confirm_erasing(token: str) -> Any:
    return _confirm(token, "registration/erase.html")


@blueprint.post("/me/<token>/erase")
@public
def erase(token: str) -> Any:
    with database().write() as db:
        attendee, conference = _owner(db, token)
        erase_attendee(db, conference=conference, attendee=attendee, now=now())
        slug = conference.slug
    response = see_other(url_for("registration.erased", conference=slug))
    response.delete_cookie(PARTICIPANT_COOKIE, path="/registration")
    return response


@blueprint.get("/<conference>/erased")
@public
def erased(conference: str) -> Any:
    with database().read() as db:
        found = conferences.get_conference(db, conference)
        look = conferences.dress(db, found)
    return render("registration/erased.html", look=look, conference=found)


@blueprint.post("/me/<token>/new-link")
@public
def new_link(token: str) -> Any:
    """Older links stop working; the new one is opened, and mailed."""
    with database().write() as db:
        attendee, conference = _owner(db, token)
        secret = renew_link(db, conference=conference, attendee=attendee, site=site(), now=now())
    return see_other(url_for("registration.me", token=secret, done="link"))


@blueprint.get("/me/<token>/data.json")
@public
def export(token: str) -> Any:
    """Everything that registration keeps about this person."""
    with database().read() as db:
        attendee, conference = _owner(db, token)
        body = json.dumps(_everything(db, attendee, conference), ensure_ascii=False, indent=1)
    response = Response(body + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{conference.slug}-my-data.json"'
    return response


def _owner(db: Transaction, token: str) -> tuple[Attendee, Conference]:
    attendee = attendees.find_attendee_by_link(db, token)
    if attendee is None:
        raise LinkUnknown
    conference = db.get(Conference, attendee.conference_id)
    if conference is None:
        raise LinkUnknown
    return attendee, conference


def _show(token: str, form: Form) -> str:
    with database().read() as db:
        attendee = attendees.find_attendee_by_link(db, token)
        if attendee is not None:
            return _page(db, token, form)
    require_patience("personal link")
    raise LinkUnknown


def _page(db: Transaction, token: str, form: Form) -> str:
    attendee, conference = _owner(db, token)
    days = [day for day in conferences.list_days(db, conference.id) if day.id in attendee.day_ids]
    if not form.values:
        form.values.add("name", attendee.name)
    return render(
        "registration/me.html",
        look=conferences.dress(db, conference),
        conference=conference,
        attendee=attendee,
        country=country_name(attendee.country),
        days=days,
        slots=conferences.list_slots_of_days(db, conference.id, days),
        consents=_consents(db, attendee),
        active=is_active(attendee),
        form=form,
        done=request.args.get("done", ""),
        token=token,
    )


def _confirm(token: str, template: str) -> str:
    with database().read() as db:
        attendee, conference = _owner(db, token)
        look = conferences.dress(db, conference)
        return render(
            template,
            look=look,
            conference=conference,
            attendee=attendee,
            active=is_active(attendee),
            form=Form(EmptyIn),
            token=token,
        )


def _consents(db: Transaction, attendee: Attendee) -> list[dict[str, Any]]:
    given = {consent.kind: consent for consent in attendees.list_consents(db, attendee.id)}
    return [{"text": text, "given": given.get(text.kind)} for text in CONSENTS]


def _everything(db: Transaction, attendee: Attendee, conference: Conference) -> dict[str, Any]:
    days = conferences.list_all_days(db, conference.id)
    return {
        "conference": conference.name,
        "name": attendee.name,
        "address": attendee.address,
        "institution": attendee.institution_name,
        "country": attendee.country,
        "category": attendee.category,
        "state": attendee.state,
        "reason": attendee.reason,
        "days": [day.title for day in days if day.id in attendee.day_ids],
        "registered_at": attendee.created_at.isoformat(),
        "decided_at": attendee.decided_at.isoformat() if attendee.decided_at else None,
        "badge": attendee.badge_state,
        "arrived": [
            {"day": day.title, "at": arrival.at.isoformat()}
            for arrival in attendee.arrivals
            for day in days
            if day.id == arrival.day_id
        ],
        "consents": [
            {
                "kind": consent.kind,
                "text_version": consent.text_version,
                "given_at": consent.given_at.isoformat(),
            }
            for consent in attendees.list_consents(db, attendee.id)
        ],
        "decisions": [
            {"what": decision.what, "at": decision.at.isoformat(), "reason": decision.reason}
            for decision in attendees.list_decisions(db, attendee.id)
        ],
        "mails": [
            {"subject": mail.subject, "at": mail.created_at.isoformat(), "state": mail.state}
            for mail in attendees.list_mails_of_attendee(db, attendee.id)
        ],
    }
