"""The draft as the grid shows it: rooms beside one another, slots in them, and what has no place yet."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.sessions.models import Session
from services.sessions.rules.concerns import Concern
from services.sessions.rules.programme import Draft

NO_TRACK = ""


def grid_of(draft: Draft, concerns: Sequence[Concern]) -> Mapping[str, Any]:
    """Everything that moving a slot has to know: its version, its room and what breaks a rule now."""
    placed = {slot.session_id for slot in draft.slots}
    about = {session.id: _about(draft, session) for session in draft.sessions.values()}
    return {
        "zone": draft.conference.zone,
        "days": draft.days,
        "rooms": draft.rooms,
        "slots": [
            {
                **about[slot.session_id],
                "id": slot.id,
                "version": slot.version,
                "room_id": slot.room_id,
                "starts_at": slot.starts_at,
                "ends_at": slot.ends_at,
                "cancelled": slot.cancelled,
            }
            for slot in draft.slots
        ],
        "unplaced": [facts for session_id, facts in about.items() if session_id not in placed],
        "concerns": concerns,
    }


def _about(draft: Draft, session: Session) -> dict[str, Any]:
    colors = {track.id: track.color for track in draft.tracks}
    return {
        "session_id": session.id,
        "title": session.title,
        "kind": session.kind,
        "state": session.state,
        "color": colors.get(session.track_id, NO_TRACK) if session.track_id else NO_TRACK,
        "speakers": [
            {"id": speaker_id, "name": draft.speakers[speaker_id].name}
            for speaker_id in draft.speakers_of.get(session.id, ())
        ],
    }
