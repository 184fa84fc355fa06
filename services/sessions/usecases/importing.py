"""Bringing a schedule file into a conference; a second run with the same file changes nothing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.sessions.errors import NothingToRelease, ProgrammeUnreadable, ZoneUnknown
from services.sessions.models import Conference, Day
from services.sessions.queries import conferences, released
from services.sessions.rules import naming
from services.sessions.schedules import Finding, Schedule, ScheduleEvent
from services.sessions.schedules.findings import in_brief
from services.sessions.usecases import conferences as conference_cases
from services.sessions.usecases import importing_events, releasing
from services.sessions.usecases.importing_events import Counts
from shared.clock import to_instant
from shared.db import Transaction
from shared.ids import new_id

MOST_DAYS = 200  # so many can be told to the other services in one message, whatever their titles


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did. `release` is the name of the release it made, or None when nothing became public."""

    slug: str
    name: str
    zone: str
    created: bool
    days: int
    events: int
    added: int
    changed: int
    unchanged: int
    cancelled: int
    kept: int
    release: str | None
    findings: tuple[Finding, ...]

    def summary(self) -> str:
        """What a person who runs the command reads."""
        verb = "created" if self.created else "updated"
        lines = [
            f"{self.name} ({self.slug}, {self.zone}): {verb}, {self.events} events on {self.days} days",
            f"{self.added} added, {self.changed} changed, {self.cancelled} cancelled, {self.unchanged} as before",
            *([f"{self.kept} keep what was changed here since the last file"] if self.kept else []),
            f"released as “{self.release}”" if self.release else "nothing new became public",
        ]
        return "\n".join([*lines, *map(told, self.in_brief)])

    @property
    def in_brief(self) -> tuple[Finding, ...]:
        """Of each kind of finding the first ones."""
        return in_brief(self.findings)


def told(finding: Finding) -> str:
    """A finding as one line."""
    place = f"{finding.where}: " if finding.where else ""
    return f"{finding.severity}: {place}{finding.message}"


def import_schedule(
    db: Transaction,
    schedule: Schedule,
    *,
    conference_slug: str,
    zone: str | None = None,
    draft: bool = False,
    now: datetime,
) -> ImportReport:
    """Create the conference or update it by guid, and release unless `draft`.

    What people have changed since the last file stays, unless the file changes it too. Talks that came from a file
    and are in it no more are cancelled. Raises ZoneUnknown when a new conference has no zone,
    Invalid for a slug that cannot be one.
    """
    if not schedule.events:
        raise ProgrammeUnreadable("The file holds no events.")
    if len(schedule.days) > MOST_DAYS:
        text = f"The file has events on {len(schedule.days)} days; a conference has at most {MOST_DAYS}."
        raise ProgrammeUnreadable(text)
    if zone is not None:
        naming.require_zone(zone)
    conference = conferences.find_conference(db, conference_slug)
    created = conference is None
    if conference is None:
        conference = _new_conference(db, schedule, conference_slug, zone, draft=draft, now=now)
    else:
        conference = conferences.lock_conference(db, conference_slug)
    findings = list(schedule.findings)
    events = _with_instants(schedule, zone or conference.zone, findings)
    days_changed = _write_days(db, conference, schedule, events)
    counts = importing_events.write_events(db, conference, schedule, events, findings)
    if created or days_changed:
        conference_cases.state_conference(db, conference, now=now)
    name = None if draft else _release(db, conference, schedule, now)
    return _report(conference, schedule, counts, created=created, release=name, findings=findings)


def _report(
    conference: Conference,
    schedule: Schedule,
    counts: Counts,
    *,
    created: bool,
    release: str | None,
    findings: list[Finding],
) -> ImportReport:
    return ImportReport(
        slug=conference.slug,
        name=conference.name,
        zone=conference.zone,
        created=created,
        days=len(schedule.days),
        events=len(schedule.events),
        added=counts.added,
        changed=counts.changed,
        unchanged=counts.unchanged,
        cancelled=counts.cancelled,
        kept=counts.kept,
        release=release,
        findings=tuple(findings),
    )


def _new_conference(
    db: Transaction, schedule: Schedule, slug: str, zone: str | None, *, draft: bool, now: datetime
) -> Conference:
    named = zone or schedule.zone
    if named is None:
        text = "The file names no time zone. Name it with --zone, for example --zone Europe/Brussels."
        raise ZoneUnknown(text, fields={"zone": [text]})
    return conference_cases.new_conference(
        db, slug=slug, name=schedule.title or slug, zone=named, now=now, state="draft" if draft else "public"
    )


def _with_instants(schedule: Schedule, zone: str, findings: list[Finding]) -> list[ScheduleEvent]:
    """The events with aware start times; an offset in the file is trusted over the zone."""
    events, against = [], 0
    place = ZoneInfo(zone)
    for event in schedule.events:
        if event.starts_at.tzinfo is None:
            events.append(replace(event, starts_at=_local(event, zone, findings)))
        else:
            against += event.starts_at.astimezone(place).utcoffset() != event.starts_at.utcoffset()
            events.append(event)
    if against and zone != schedule.zone:
        text = (
            f"{against} start times carry an offset that {zone} does not have then. The offset was trusted."
        )
        findings.append(Finding(severity="warning", code="zone_contradicts_offsets", message=text))
    return events


def _local(event: ScheduleEvent, zone: str, findings: list[Finding]) -> datetime:
    try:
        return to_instant(event.starts_at, zone)
    except ValueError as error:
        text = f"“{event.title[:80]}”: {error} The time before the change was taken."
        findings.append(Finding(severity="warning", code="unclear_time", message=text))
        return event.starts_at.replace(tzinfo=ZoneInfo(zone))


def _write_days(
    db: Transaction, conference: Conference, schedule: Schedule, events: list[ScheduleEvent]
) -> bool:
    """Bring the days in line with the file; each stretches over its events, those after midnight too."""
    known = {day.position: day for day in conferences.list_days(db, conference.id)}
    place = ZoneInfo(conference.zone)
    changed = False
    for entry in schedule.days:
        own = [event for event in events if event.day_index == entry.index]
        given = [moment for moment in (entry.starts_at, entry.ends_at) if moment]
        moments = [moment if moment.tzinfo else moment.replace(tzinfo=place) for moment in given]
        moments += [moment for event in own for moment in (event.starts_at, event.ends_at)]
        if not moments:
            noon = datetime(entry.date.year, entry.date.month, entry.date.day, 12, tzinfo=place)
            moments = [noon - timedelta(hours=3), noon + timedelta(hours=6)]
        starts_at, ends_at = min(moments), max(moments)
        if ends_at == starts_at:
            ends_at += timedelta(hours=1)
        day = known.get(entry.index)
        if day is None:
            day = Day(id=new_id(), conference_id=conference.id, position=entry.index, title="")
            db.add(day)
        elif (day.starts_at, day.ends_at) == (starts_at, ends_at):
            continue
        day.starts_at, day.ends_at = starts_at, ends_at
        changed = True
    db.flush()
    return changed


def _release(db: Transaction, conference: Conference, schedule: Schedule, now: datetime) -> str | None:
    last = naming.next_release_name(None) if not conference.release_number else ""
    names = {release.folded_name for release in released.list_releases(db, conference.id)}
    name = naming.free_release_name(schedule.version or last, names)
    try:
        return releasing.release_programme(
            db, slug=conference.slug, name=name, comment="Import", heed_rules=False, now=now
        ).name
    except NothingToRelease:
        return None
