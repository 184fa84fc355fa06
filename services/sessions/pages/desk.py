"""What every organiser page needs: the conference in any state, its look, its tabs."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from flask import request, url_for

from services.sessions.models import Conference
from services.sessions.pages import views
from services.sessions.queries import conferences, drafts, looks
from services.sessions.rules.concerns import Concern
from services.sessions.schemas import KINDS
from services.sessions.usecases import checking
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
    "planned": "The release will happen by itself.",
    "called_off": "The planned release is called off.",
    "back": "The older release is public again. The draft was left as it is.",
    "late": "The new times are public.",
    "on_time": "The old times are public again.",
    "mailed": "The personal link is on its way.",
    "revoked": "The personal link no longer opens anything.",
    "removed": "Removed; older releases keep showing it.",
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
            ("Running late", url_for("sessions.late_form", conference=slug)),
            ("Release", url_for("sessions.release_form", conference=slug)),
            ("Rules", url_for("sessions.rules_form", conference=slug)),
            ("Import", url_for("sessions.import_form", conference=slug)),
            ("Settings", url_for("sessions.settings_form", conference=slug)),
        ]

    def rooms(self) -> list[tuple[str, str]]:
        return [(str(room.id), room.name) for room in conferences.list_rooms(self.db, self.conference.id)]

    def tracks(self) -> list[tuple[str, str]]:
        return [(str(track.id), track.name) for track in conferences.list_tracks(self.db, self.conference.id)]

    def concerns_of(self, slot_ids: Collection[UUID]) -> list[Concern]:
        """The rules that these slots of the draft break now."""
        concerns = checking.check_draft(drafts.read_draft(self.db, self.conference))
        return [concern for concern in concerns if not set(slot_ids).isdisjoint(concern.slot_ids)]

    @staticmethod
    def by_slot(concerns: Iterable[Concern]) -> dict[UUID, list[Concern]]:
        found: dict[UUID, list[Concern]] = defaultdict(list)
        for concern in concerns:
            for slot_id in concern.slot_ids:
                found[slot_id].append(concern)
        return dict(found)

    def kinds(self, current: str = "") -> list[tuple[str, str]]:
        """The kinds to choose from, with the one there is when it came from elsewhere."""
        known = list(KINDS.items())
        return known if not current or current in KINDS else [*known, (current, views.kind_label(current))]

    def local(self, instant: Any) -> Any:
        return to_local(instant, self.conference.zone)
