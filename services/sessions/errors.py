"""What `sessions` refuses, each with its status and stable code."""

from shared.errors import Invalid, Refusal


class NothingToRelease(Refusal):
    """The draft says exactly what is public already."""

    status = 409
    code = "nothing_to_release"
    title = "Nothing has changed since the last release"


class ReleaseNameTaken(Refusal):
    """Release names are unique per conference, whatever their case."""

    status = 422
    code = "release_name_taken"
    title = "There is already a release of that name"


class ReleaseBlocked(Refusal):
    """The draft breaks a rule that this conference lets nobody release."""

    status = 409
    code = "release_blocked"
    title = "A rule of this conference does not let this be released"


class StillInUse(Refusal):
    """A room, track or speaker that sessions still need."""

    status = 409
    code = "still_in_use"
    title = "This is still in use"


class DelayOvertaken(Refusal):
    """What a delay moved stands elsewhere by now, so that undoing it would undo somebody's later change."""

    status = 409
    code = "delay_overtaken"
    title = "This can no longer be undone in one step"


class SlugTaken(Refusal):
    """Another conference has this address, or the address is reserved."""

    status = 422
    code = "slug_taken"
    title = "This short name cannot be used"


class ZoneUnknown(Invalid):
    """The time zone is missing, or no IANA zone."""

    code = "zone_unknown"
    title = "The time zone is missing or unknown"


class TimeUnclear(Invalid):
    """A wall-clock time that does not exist, exists twice, or lies far outside the conference."""

    code = "time_unclear"
    title = "This time does not work"


class EndsBeforeItStarts(Invalid):
    """A slot needs a positive length."""

    code = "ends_before_it_starts"
    title = "The end must come after the start"


class WasPublic(Refusal):
    """A slot that calendars and apps know stays, and can only be cancelled."""

    status = 409
    code = "was_public"
    title = "This was public already; cancel it instead, so that calendars take it out"


class NotARehearsal(Refusal):
    """Only a rehearsal conference may move its clock."""

    status = 409
    code = "not_a_rehearsal"
    title = "Only a rehearsal conference has a clock that can be moved"


class ProgrammeUnreadable(Invalid):
    """A programme that was read but cannot be brought into a conference."""

    code = "programme_unreadable"
    title = "This programme cannot be imported"
