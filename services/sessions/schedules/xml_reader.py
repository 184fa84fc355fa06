"""schedule.xml as records: pentabarf, frab and pretalx."""

from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from services.sessions.schedules.errors import ForeignSchedule, UnreadableSchedule
from services.sessions.schedules.records import (
    DayRecord,
    EventRecord,
    LinkRecord,
    PersonRecord,
    RoomRecord,
    ScheduleRecord,
    TrackRecord,
)
from services.sessions.schedules.values import quoted

_FAMILIAR_ROOTS: Final = {
    "html": "a web page",
    "icalendar": "a calendar in xCal form",
    "rss": "a news feed (RSS)",
    "feed": "a news feed (Atom)",
    "svg": "a picture (SVG)",
}


def read_xml(content: bytes, *, filename: str) -> ScheduleRecord:
    """The records of a schedule.xml; refuses broken XML, entities and other kinds of document."""
    root = _parse(content, filename=filename)
    if etree.QName(root).localname != "schedule":
        raise ForeignSchedule(_foreign_root(root, filename))
    conference = root.find("conference")
    if conference is None:
        raise UnreadableSchedule(
            f"{filename} is XML with the root <schedule>, but it has no <conference> (line {root.sourceline})."
        )
    generator = root.find("generator")
    biographies = {
        person.get("id", ""): _text(person, "biography") for person in root.iterfind("persons/person")
    }
    return ScheduleRecord(
        title=_text(conference, "title"),
        acronym=_text(conference, "acronym"),
        version=_text(root, "version") or _text(conference, "release"),
        url=_text(conference, "url") or _text(conference, "base_url") or _text(root, "url"),
        zone=_text(conference, "time_zone_name"),
        day_change=_text(conference, "day_change"),
        days_first=generator is not None and "pretalx" in generator.get("name", "").lower(),
        days=[_day(day, biographies) for day in root.iterfind("day")],
        rooms=[
            RoomRecord(name=room.get("name", ""), guid=room.get("guid", ""))
            for room in root.iterfind("day/room")
        ],
        tracks=[
            TrackRecord(
                name=track.get("name") or _own_text(track),
                color=track.get("color", ""),
                slug=track.get("slug", ""),
            )
            for track in (*root.iterfind("tracks/track"), *conference.iterfind("track"))
        ],
    )


def _parse(content: bytes, *, filename: str) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        reason = quoted(str(error), most=200)
        raise UnreadableSchedule(f"{filename} is not well-formed XML: {reason}.") from error
    dtd = root.getroottree().docinfo.internalDTD
    if (dtd is not None and any(True for _ in dtd.iterentities())) or any(
        True for _ in root.iter(etree.Entity)
    ):
        raise UnreadableSchedule(f"{filename} declares or uses XML entities; a schedule needs none.")
    return root


def _foreign_root(root: Element, filename: str) -> str:
    name = etree.QName(root).localname
    guess = _FAMILIAR_ROOTS.get(name.lower())
    looks_like = f"it looks like {guess}" if guess else "no schedule format begins like that"
    return f"{filename} is XML whose root is <{name[:40]}>: {looks_like}. A schedule.xml has the root <schedule>."


def _day(day: Element, biographies: dict[str, str]) -> DayRecord:
    """Pentabarf lays events directly under the day; later dialects lay them in rooms."""
    return DayRecord(
        where=_where(day),
        index=day.get("index", ""),
        date=day.get("date", ""),
        starts=day.get("start", ""),
        ends=day.get("end", ""),
        events=[
            _event(event, parent.get("name", "") if parent is not day else "", biographies)
            for parent in (day, *day.iterfind("room"))
            for event in parent.iterfind("event")
        ],
    )


def _event(event: Element, room: str, biographies: dict[str, str]) -> EventRecord:
    return EventRecord(
        where=_where(event),
        line=event.sourceline,
        id=event.get("id", ""),
        guid=event.get("guid", ""),
        code=event.get("code", ""),
        slug=_text(event, "slug"),
        url=_text(event, "url"),
        date=_text(event, "date"),
        start=_text(event, "start"),
        duration=_text(event, "duration"),
        end=_text(event, "end"),
        room=_text(event, "room") or room,
        title=_text(event, "title"),
        subtitle=_text(event, "subtitle"),
        track=_text(event, "track"),
        kind=_text(event, "type"),
        language=_text(event, "language"),
        abstract=_text(event, "abstract"),
        description=_text(event, "description"),
        license=_text(event, "recording/license"),
        optout=_text(event, "recording/optout"),
        persons=[_person(person, biographies) for person in event.iterfind("persons/person")],
        links=[_link(link) for link in event.iterfind("links/link")],
        attachments=[_link(link) for link in event.iterfind("attachments/attachment")],
    )


def _person(person: Element, biographies: dict[str, str]) -> PersonRecord:
    number = person.get("id", "")
    return PersonRecord(
        name=_text(person, "name") or _own_text(person),
        id=number or person.get("code", ""),
        guid=person.get("guid", ""),
        biography=_text(person, "biography") or (biographies.get(number, "") if number else ""),
        avatar_url=_text(person, "avatar"),
    )


def _link(link: Element) -> LinkRecord:
    title = _own_text(link)
    return LinkRecord(url=link.get("href") or title, title=title)


def _text(parent: Element, path: str) -> str:
    found = parent.find(path)
    return "" if found is None else _own_text(found)


def _own_text(element: Element) -> str:
    """All the text in an element, markup inside it left out, white space as it is."""
    return "".join(str(part) for part in element.itertext(with_tail=False))


def _where(element: Element) -> str:
    return f"line {element.sourceline}"
