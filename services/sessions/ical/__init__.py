"""Calendars: entries, the calendars joined from them, and time zones as rules."""

from services.sessions.ical.entries import CalendarEntry, calendar_text, event_text
from services.sessions.ical.zones import zone_text

__all__ = ["CalendarEntry", "calendar_text", "event_text", "zone_text"]
