"""What an import or export of a schedule file is refused for."""

from shared.errors import Refusal


class UnreadableSchedule(Refusal):
    """The file claims a known format and breaks it."""

    status = 422
    code = "unreadable_schedule"
    title = "This file cannot be read"


class ForeignSchedule(Refusal):
    """The file is well formed and is something else; the sentence says what it looks like."""

    status = 422
    code = "foreign_schedule"
    title = "This is not a schedule file"


class NothingToExport(Refusal):
    """The schedule formats cannot express a conference that has no days."""

    status = 404
    code = "nothing_to_export"
    title = "There is no programme to export yet"
