"""One look at a conference, which every public page begins with."""

from collections.abc import Mapping
from typing import Any

from services.sessions.models import Conference, Entitlement, Release, ReleasedSlot
from services.sessions.pages import views
from services.sessions.queries import conferences, looks, released, viewers
from services.sessions.queries.agenda import Facets
from services.sessions.rules.visibility import Viewer
from services.sessions.usecases import narrowing
from services.sessions.usecases.keeping import kept_of
from services.sessions.usecases.narrowing import Cut
from shared.auth import has_expired, principal
from shared.clock import conference_now
from shared.db import Transaction
from shared.web import render
from shared.web.context import absolute, context


class Visit:
    """What a conference is now, who looks, and at what time of the conference."""

    def __init__(self, db: Transaction, slug: str) -> None:
        self.db = db
        self.conference: Conference = conferences.get_shown_conference(db, slug)
        self.attendee: Entitlement | None = viewers.find_attendee(db, self.conference, principal())
        self.viewer: Viewer = viewers.viewer_for(self.conference, principal(), self.attendee)
        self.release: Release | None = released.find_release(db, self.conference)
        self.frame = released.frame_of(self.release)
        self.now = conference_now(self.conference.clock_offset)

    @property
    def home(self) -> str:
        """The full address of the conference."""
        return absolute(f"/sessions/{self.conference.slug}/")

    @property
    def may_have_stars(self) -> bool:
        """Whether the stars of whoever looks may be kept here; once a token has expired only the next one tells."""
        return has_expired() or self.attendee is not None

    def around(self) -> list[ReleasedSlot]:
        """What is on and what is next, for this viewer."""
        return released.list_around(self.db, self.conference.id, viewer=self.viewer, at=self.now)

    def facets(self) -> Facets:
        """What the agenda can be narrowed to."""
        return narrowing.facets_of(self.db, kept_of(context().cache), self.conference)

    def cut(self, wanted: Mapping[str, Any]) -> Cut:
        """The part of the agenda that was asked for. Raises NotFound."""
        days = views.day_views(self.frame, self.viewer)
        known = {day.position for day in days}
        return narrowing.cut_agenda(
            wanted,
            days=[day for day in self.frame["days"] if day["position"] in known],
            frame=self.frame,
            facets=self.facets(),
        )

    def feed(self, query: str = "", words: tuple[str, ...] = ()) -> dict[str, str]:
        """The ways to subscribe to a part of the agenda."""
        address = f"{self.home}calendar.ics"
        name = " · ".join((self.conference.name, *words))
        return views.subscribe_links(f"{address}?{query}" if query else address, name)

    def render(self, template: str, **values: Any) -> str:
        shown = {
            "look": looks.dress(self.db, self.conference),
            "conference": self.conference,
            "viewer": self.viewer,
            "may_have_stars": self.may_have_stars,
            "release": self.release,
            "now": self.now,
            "zone": self.conference.zone,
            "subscribe": self.feed(),
            "home": self.home,
            "picture": absolute(self.conference.image or self.conference.logo)
            if self.conference.image or self.conference.logo
            else "",
            "paragraphs": views.paragraphs,
        }
        return render(template, **{**shown, **values})
