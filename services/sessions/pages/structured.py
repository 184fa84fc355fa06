"""Conferences and sessions as schema.org events, for search engines and previews."""

from typing import Any

from services.sessions.models import ReleasedSlot
from services.sessions.pages.views import DayView
from services.sessions.pages.visit import Visit
from shared.clock import to_local
from shared.web.context import absolute

Data = dict[str, Any]
LONGEST = 300


def conference_event(visit: Visit, days: list[DayView]) -> Data | None:
    """The conference, once it has public days."""
    open_days = [day for day in days if day.listed == "public"]
    if not open_days:
        return None
    conference = visit.conference
    streams = [day.stream for day in open_days if day.stream and day.attend == "public"]
    return _event(
        visit,
        url=visit.home,
        name=conference.name,
        description=conference.tagline,
        span=(open_days[0].starts_at, open_days[-1].ends_at),
        cancelled=conference.state == "cancelled",
        place=(conference.venue, conference.venue),
        stream=streams[0] if streams else "",
    )


def slot_event(visit: Visit, slot: ReleasedSlot) -> Data | None:
    """A slot that everybody may know of."""
    if slot.listed != "public":
        return None
    body = slot.body
    event = _event(
        visit,
        url=f"{visit.home}talks/{slot.slot_id}",
        name=body["title"],
        description=summary(body["abstract"] or body["subtitle"]),
        span=(slot.starts_at, slot.ends_at),
        cancelled=slot.cancelled,
        place=(body["room"]["name"], visit.conference.venue),
        stream=body["stream"] if slot.attend == "public" else "",
    )
    event["superEvent"] = {"@type": "Event", "@id": visit.home, "name": visit.conference.name}
    if body["language"]:
        event["inLanguage"] = body["language"]
    if body["speakers"]:
        event["performer"] = [
            {"@type": "Person", "name": one["name"], "url": f"{visit.home}speakers/{one['id']}"}
            for one in body["speakers"]
        ]
    return event


def summary(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rsplit(' ', 1)[0]} …"


def _event(
    visit: Visit,
    *,
    url: str,
    name: str,
    description: str,
    span: tuple[Any, Any],
    cancelled: bool,
    place: tuple[str, str],
    stream: str,
) -> Data:
    starts_at, ends_at = (to_local(moment, visit.conference.zone).isoformat() for moment in span)
    locations: list[Data] = []
    if place[0]:
        address = {"address": place[1]} if place[1] else {}
        locations.append({"@type": "Place", "name": place[0], **address})
    if stream:
        watch = absolute(stream) if stream.startswith("/") else stream
        locations.append({"@type": "VirtualLocation", "url": watch})
    mode = "Mixed" if len(locations) > 1 else "Online" if stream else "Offline"
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": url,
        "url": url,
        "name": name,
        **({"description": description} if description else {}),
        "startDate": starts_at,
        "endDate": ends_at,
        "eventStatus": f"https://schema.org/Event{'Cancelled' if cancelled else 'Scheduled'}",
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        **({"location": locations} if locations else {}),
    }
