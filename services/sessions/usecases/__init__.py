"""What `sessions` does, one function each; they add rows and events and never commit."""

from services.sessions.usecases.conferences import change_settings, create_conference
from services.sessions.usecases.editing import add_session, cancel_slot, change_session, move_slot
from services.sessions.usecases.importing import import_schedule
from services.sessions.usecases.importing_calendars import read_import
from services.sessions.usecases.rehearsing import set_clock
from services.sessions.usecases.releasing import release_programme

__all__ = [
    "add_session",
    "cancel_slot",
    "change_session",
    "change_settings",
    "create_conference",
    "import_schedule",
    "move_slot",
    "read_import",
    "release_programme",
    "set_clock",
]
