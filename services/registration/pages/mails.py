"""The mails of a conference: what went out, what did not, and sending one again."""

from typing import Any
from uuid import UUID

from flask import request, url_for

from services.registration.pages.blueprint import blueprint
from services.registration.queries import attendees, conferences
from services.registration.usecases.mails import send_again
from shared.auth import requires
from shared.clock import now
from shared.errors import Invalid, Refusal
from shared.web import database, render, see_other

PAGE = 100
STATES = ("queued", "sent", "failed", "bounced")


@blueprint.get("/manage/<conference>/mails")
@requires("reg:manage")
def mails(conference: str) -> Any:
    return _show(conference)


@blueprint.post("/manage/<conference>/mails/<uuid:mail_id>/again")
@requires("reg:manage")
def repeat_mail(conference: str, mail_id: UUID) -> Any:
    try:
        with database().write() as db:
            found = conferences.get_conference(db, conference)
            send_again(db, conference=found, mail_id=mail_id, now=now())
    except Refusal as refusal:
        return _show(conference, refusal.detail), refusal.status
    return see_other(url_for("registration.mails", conference=conference, again="1"))


def _show(conference: str, problem: str = "") -> str:
    state = request.args.get("state", "")
    if state not in ("", *STATES):
        raise Invalid(fields={"state": ["A mail is queued, sent, failed or bounced."]})
    with database().read() as db:
        found = conferences.get_conference(db, conference)
        rows = attendees.list_mails(db, found.id, state=state, limit=PAGE + 1, after=_after())
        return render(
            "registration/mails.html",
            look=conferences.dress(db, found, managing=True),
            conference=found,
            rows=rows[:PAGE],
            next_after=rows[PAGE - 1].id if len(rows) > PAGE else None,
            counts=attendees.count_mails_by_state(db, found.id),
            states=STATES,
            state=state,
            problem=problem,
            again=bool(request.args.get("again")),
        )


def _after() -> UUID | None:
    given = request.args.get("after")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Invalid(fields={"after": ["Not the id of a mail."]}) from None
