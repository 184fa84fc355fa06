"""Where an organiser starts: the conferences, and the way into each of the four services."""

from typing import Any

from services.registration.pages.blueprint import blueprint
from services.registration.pages.visitors import find_organiser
from services.registration.queries import attendees, conferences
from services.registration.rules.states import is_open
from shared.auth import requires
from shared.errors import NotFound
from shared.web import database, render


@blueprint.get("/manage/")
@requires("reg:manage")
def dashboard() -> Any:
    with database().read() as db:
        organiser = find_organiser(db)
        if organiser is None:
            raise NotFound
        platform = None in organiser.grants
        slugs = None if platform else {slug for slug in organiser.grants if slug}
        found = conferences.list_conferences(db, slugs)
        waiting = attendees.count_waiting(db)
    return render(
        "registration/dashboard.html",
        account=organiser.account,
        platform=platform,
        conferences=[
            {"conference": row, "open": is_open(row), "waiting": waiting.get(row.id, 0)} for row in found
        ],
    )
