"""Calendars: entries, the calendars joined from them, time zones as rules, and what foreign calendars hold."""

from services.sessions.ical.entries import CalendarEntry, calendar_text, event_text
from services.sessions.ical.found import FoundCalendar, FoundEntry
from services.sessions.ical.lines import is_calendar
from services.sessions.ical.reading import read_calendar
from services.sessions.ical.zones import zone_text

__all__ = [
    "CalendarEntry",
    "FoundCalendar",
    "FoundEntry",
    "calendar_text",
    "event_text",
    "is_calendar",
    "read_calendar",
    "zone_text",
]
