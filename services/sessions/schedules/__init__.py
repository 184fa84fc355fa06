"""Conference schedules as files: frab, pentabarf and pretalx in, valid voc schedules out."""

from services.sessions.schedules.counts import Counts, describe
from services.sessions.schedules.errors import ForeignSchedule, NothingToExport, UnreadableSchedule
from services.sessions.schedules.json_writer import write_json
from services.sessions.schedules.markup import to_plain
from services.sessions.schedules.model import (
    Finding,
    Schedule,
    ScheduleDay,
    ScheduleEvent,
    ScheduleLink,
    SchedulePerson,
    ScheduleRoom,
    ScheduleTrack,
)
from services.sessions.schedules.reader import read_schedule
from services.sessions.schedules.values import without_control_characters
from services.sessions.schedules.xml_writer import write_xml

__all__ = [
    "Counts",
    "Finding",
    "ForeignSchedule",
    "NothingToExport",
    "Schedule",
    "ScheduleDay",
    "ScheduleEvent",
    "ScheduleLink",
    "SchedulePerson",
    "ScheduleRoom",
    "ScheduleTrack",
    "UnreadableSchedule",
    "describe",
    "read_schedule",
    "to_plain",
    "without_control_characters",
    "write_json",
    "write_xml",
]
