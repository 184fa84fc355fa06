"""schedule.xml, valid against voc-schedule.xsd."""

from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from services.sessions.schedules.addresses import find_web_address
from services.sessions.schedules.mending import StrictDay, StrictEvent, StrictSchedule, mend, stamp
from services.sessions.schedules.model import Schedule, ScheduleLink, SchedulePerson
from services.sessions.schedules.values import without_control_characters

GENERATOR: Final = "plenary"


def write_xml(schedule: Schedule) -> bytes:
    """The schedule as XML in UTF-8; equal schedules give equal bytes.

    Needs aware starts and guids (ValueError otherwise) and at least one day (NothingToExport otherwise).
    """
    strict = mend(schedule)
    root = etree.Element("schedule")
    etree.SubElement(root, "generator", name=GENERATOR)
    _add(root, "version", schedule.version)
    _add_conference(root, strict)
    guids = {room.name: str(room.guid) for room in schedule.rooms if room.guid}
    for day in strict.days:
        _add_day(root, day, guids)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add_conference(root: Element, strict: StrictSchedule) -> None:
    conference = etree.SubElement(root, "conference")
    _add(conference, "acronym", strict.acronym)
    _add(conference, "title", strict.schedule.title)
    _add(conference, "start", min(day.day.date for day in strict.days).isoformat())
    _add(conference, "end", max(day.day.date for day in strict.days).isoformat())
    _add(conference, "days", str(len(strict.days)))
    _add(conference, "timeslot_duration", "00:05")
    _add_address(conference, "url", strict.schedule.url)
    if strict.schedule.zone:
        _add(conference, "time_zone_name", strict.schedule.zone)
    for track in strict.tracks:
        element = etree.SubElement(conference, "track", name=_clean(track.name))
        if track.color:
            element.set("color", track.color)
        if track.slug:
            element.set("slug", track.slug)


def _add_day(root: Element, day: StrictDay, guids: dict[str, str]) -> None:
    element = etree.SubElement(
        root,
        "day",
        index=str(day.index),
        date=day.day.date.isoformat(),
        start=stamp(day.starts_at),
        end=stamp(day.ends_at),
    )
    for name, events in day.rooms.items():
        room = etree.SubElement(element, "room", name=_clean(name))
        if name in guids:
            room.set("guid", guids[name])
        for event in events:
            _add_event(room, event)


def _add_event(room: Element, strict: StrictEvent) -> None:
    event = strict.event
    element = etree.SubElement(room, "event", guid=str(event.guid), id=str(strict.id))
    if strict.code:
        element.set("code", strict.code)
    _add(element, "date", stamp(strict.starts_at))
    _add(element, "start", strict.starts_at.strftime("%H:%M"))
    _add(element, "duration", strict.duration)
    _add(element, "room", event.room)
    _add(element, "slug", strict.slug)
    _add_address(element, "url", event.url)
    recording = etree.SubElement(element, "recording")
    _add(recording, "license", event.license)
    _add(recording, "optout", "true" if event.recording_optout else "false")
    _add(element, "title", event.title)
    _add(element, "subtitle", event.subtitle)
    _add(element, "track", event.track)
    _add(element, "type", event.kind)
    _add(element, "language", event.language)
    _add(element, "abstract", event.abstract)
    _add(element, "description", event.description)
    _add_persons(element, event.persons)
    _add_links(element, "links", "link", event.links)
    _add_links(element, "attachments", "attachment", event.attachments)


def _add_persons(event: Element, persons: tuple[SchedulePerson, ...]) -> None:
    element = etree.SubElement(event, "persons")
    for person in persons:
        added = _add(element, "person", person.name)
        if person.id.isascii() and person.id.isdigit():
            added.set("id", person.id)
        if person.guid:
            added.set("guid", str(person.guid))


def _add_links(event: Element, group: str, name: str, links: tuple[ScheduleLink, ...]) -> None:
    element = etree.SubElement(event, group)
    for link in links:
        if address := find_web_address(link.url):
            _add(element, name, link.title or link.url).set("href", address)


def _add_address(parent: Element, name: str, url: str) -> None:
    if address := find_web_address(url):
        _add(parent, name, address)


def _add(parent: Element, name: str, text: str) -> Element:
    element = etree.SubElement(parent, name)
    element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    return without_control_characters(text).replace("\r\n", "\n").replace("\r", "\n")
