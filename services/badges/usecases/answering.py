"""What a device and an organiser are told: answers to scans, lists with their counts, devices."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.badges import rules
from services.badges.models import Conference
from services.badges.queries import door as find
from services.badges.queries.door import ListCount
from services.badges.queries.scans import Answer
from services.badges.rules import door
from services.badges.rules.door import DayList
from shared.db import Transaction

OUTCOMES = tuple(
    {
        "status": door.ERROR if reason else door.OK,
        "reason": reason or None,
        "http_status": status,
        "explanation": door.EXPLANATIONS.get(reason, ""),
    }
    for reason, status in door.STATUS_OF.items()
)


def scan_answer(answer: Answer) -> dict[str, Any]:
    """The one published shape of an answer."""
    let_in = answer.reason == ""
    can_be_undone = let_in and answer.undone_at is None
    first = {"at": answer.first_at, "place": answer.first_place} if answer.first_at else None
    return {
        "status": door.OK if let_in else door.ERROR,
        "reason": answer.reason or None,
        "reason_explanation": door.explain(answer.reason, answer.detail),
        "detail": answer.detail,
        "nonce": answer.nonce,
        "day_id": answer.day_id,
        "at": answer.at,
        "badge_id": answer.badge_id,
        "name": answer.name,
        "category": rules.category_name(answer.category) if answer.category else "",
        "institution": answer.institution,
        "country": rules.country_name(answer.country),
        "first_scan": first,
        "undone": answer.undone_at is not None,
        "undo_until": answer.received_at + door.UNDO_WITHIN if can_be_undone else None,
    }


def list_answers(lists: Iterable[DayList], counts: dict[UUID, ListCount]) -> list[dict[str, Any]]:
    """Lists with their counts."""
    return [
        {
            "day_id": day.day_id,
            "title": day.title or f"Day {day.position}",
            "starts_at": day.starts_at,
            "ends_at": day.ends_at,
            "inside": counts[day.day_id].inside,
            "expected": counts[day.day_id].expected,
        }
        for day in lists
    ]


def door_answer(
    *, name: str, zone: str, lists: Sequence[DayList], counts: dict[UUID, ListCount], now: datetime
) -> dict[str, Any]:
    """A device and its lists at the conference's own time."""
    preferred = door.preferred_list(lists, now)
    return {
        "device": name,
        "now": now.replace(second=0, microsecond=0),
        "zone": zone,
        "preferred": preferred.day_id if preferred else None,
        "lists": list_answers(lists, counts),
    }


def arrivals(db: Transaction, conference: Conference) -> dict[str, Any]:
    """Every list with its counts, and when each device was last heard of."""
    lists = find.list_day_lists(db, conference.id)
    counts = find.count_lists(db, conference.id, lists)
    devices = [
        {
            "id": device.id,
            "name": device.name,
            "contact_at": device.contact_at,
            "revoked_at": device.revoked_at,
        }
        for device in find.list_devices(db, conference.id)
    ]
    return {"lists": list_answers(lists, counts), "devices": devices}
