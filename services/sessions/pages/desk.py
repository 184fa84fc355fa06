"""What every organiser page needs: the conference in any state, its look, its tabs."""

from typing import Any

from flask import request, url_for

from services.sessions.models import Conference
from services.sessions.pages import views
from services.sessions.queries import conferences, looks
from services.sessions.schemas import KINDS
from shared.clock import to_local
from shared.db import Transaction
from shared.web import render

AUDIENCE_OPTIONS = [
    ("public", "Everybody"),
    ("registered", "Registered participants"),
    ("staff", "Staff only"),
]
NOTICES = {
    "moved": "The slot was moved in the draft.",
    "cancelled": "The session is cancelled in the draft.",
    "restored": "The session takes place again in the draft.",
    "added": "The session was added to the draft.",
    "session": "The session was saved in the draft.",
    "speaker": "The speaker was saved in the draft.",
    "imported": "The file is in the draft.",
    "released": "The release is public now.",
    "saved": "Saved.",
}


class Desk:
    """One organiser's look at a conference, drafts included."""

    def __init__(self, db: Transaction, slug: str) -> None:
        self.db = db
        self.conference: Conference = conferences.get_conference(db, slug)

    def render(self, template: str, **values: Any) -> str:
        return render(
            f"sessions/manage/{template}",
            look=looks.dress(self.db, self.conference, managing=True),
            conference=self.conference,
            zone=self.conference.zone,
            sections=self._sections(),
            stages=conferences.list_open_stages(self.db, self.conference.id),
            here=request.path,
            notice=NOTICES.get(request.args.get("done", ""), ""),
            kind_label=views.kind_label,
            place_text=lambda body: views.place_text(body, self.conference.zone),
            **values,
        )

    def _sections(self) -> list[tuple[str, str]]:
        slug = self.conference.slug
        return [
            ("Draft agenda", url_for("sessions.overview", conference=slug)),
            ("Grid", url_for("sessions.show_grid", conference=slug)),
            ("Add a session", url_for("sessions.add_session_form", conference=slug)),
            ("Speakers", url_for("sessions.manage_speakers", conference=slug)),
            ("Release", url_for("sessions.release_form", conference=slug)),
            ("Import", url_for("sessions.import_form", conference=slug)),
            ("Settings", url_for("sessions.settings_form", conference=slug)),
        ]

    def rooms(self) -> list[tuple[str, str]]:
        return [(str(room.id), room.name) for room in conferences.list_rooms(self.db, self.conference.id)]

    def tracks(self) -> list[tuple[str, str]]:
        return [(str(track.id), track.name) for track in conferences.list_tracks(self.db, self.conference.id)]

    def kinds(self, current: str = "") -> list[tuple[str, str]]:
        """The kinds to choose from, with the one there is when it came from elsewhere."""
        known = list(KINDS.items())
        return known if not current or current in KINDS else [*known, (current, views.kind_label(current))]

    def local(self, instant: Any) -> Any:
        return to_local(instant, self.conference.zone)
