"""Every SELECT of `sessions`; what belongs to a conference is asked for with its conference."""

from services.sessions.queries.conferences import find_conference, get_conference

__all__ = ["find_conference", "get_conference"]
