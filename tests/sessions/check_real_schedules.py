"""Reads the real schedules of a folder: counts against its expected.json, exports against its schemas."""

import io
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import click
import jsonschema
from lxml import etree

from services.sessions.schedules import (
    Schedule,
    ScheduleDay,
    ScheduleEvent,
    describe,
    read_schedule,
    write_json,
    write_xml,
)
from shared.errors import Refusal

ZONE_WHERE_NONE_IS_GIVEN = "Europe/Brussels"


def filled(schedule: Schedule) -> Schedule:
    """What an import makes of a schedule before it can be exported: a zone, guids and its own numbers."""
    zone = schedule.zone or ZONE_WHERE_NONE_IS_GIVEN
    events = tuple(
        _filled_event(event, number, zone) for number, event in enumerate(schedule.events, start=1)
    )
    return replace(
        schedule, zone=zone, events=events, days=tuple(_filled_day(day, zone) for day in schedule.days)
    )


def _filled_event(event: ScheduleEvent, number: int, zone: str) -> ScheduleEvent:
    starts_at = event.starts_at if event.starts_at.tzinfo else event.starts_at.replace(tzinfo=ZoneInfo(zone))
    guid = event.guid or uuid5(NAMESPACE_URL, event.key)
    return replace(event, id=str(number), guid=guid, ref=str(guid), starts_at=starts_at)


def _filled_day(day: ScheduleDay, zone: str) -> ScheduleDay:
    moments = [
        moment.replace(tzinfo=ZoneInfo(zone)) if moment and not moment.tzinfo else moment
        for moment in (day.starts_at, day.ends_at)
    ]
    return replace(day, starts_at=moments[0], ends_at=moments[1])


def differences(path: Path, expected: dict[str, object]) -> dict[str, tuple[object, object]]:
    """Field: (expected, here) where the two differ."""
    counts = asdict(describe(read_schedule(path.read_bytes(), filename=path.name)))
    return {field: (value, counts[field]) for field, value in expected.items() if counts[field] != value}


def export_errors(schedule: Schedule, folder: Path) -> list[str]:
    """What the schemas in the folder have against both exports, and whether they read back as the same rows."""
    xml, text = write_xml(schedule), write_json(schedule)
    schema = etree.XMLSchema(etree.parse(folder / "voc-schedule.xsd"))
    errors = [] if schema.validate(etree.parse(io.BytesIO(xml))) else [str(schema.error_log.last_error)]
    rules = json.loads((folder / "voc-schedule.schema.json").read_text())
    checker = jsonschema.Draft6Validator(rules, format_checker=jsonschema.FormatChecker())
    errors += [f"{error.json_path}: {error.message}" for error in checker.iter_errors(json.loads(text))]
    wanted = describe(schedule).sha256_rows
    for name, content in (("out.xml", xml), ("out.json", text)):
        if describe(read_schedule(content, filename=name)).sha256_rows != wanted:
            errors.append(f"{name} reads back with other rows")
    return errors


def main(folder: Path) -> int:
    expected = json.loads((folder / "expected.json").read_text())
    failures = 0
    for name, numbers in expected.items():
        schedule = read_schedule((folder / name).read_bytes(), filename=name)
        wrong = differences(folder / name, numbers)
        errors = export_errors(filled(schedule), folder)
        failures += bool(wrong or errors)
        counts = describe(schedule)
        reading = "equal" if not wrong else f"DIFFERS {wrong}"
        exports = "exports valid and read back equal" if not errors else f"EXPORTS {errors[:5]}"
        click.echo(
            f"{name}: {counts.events} events, {counts.rooms} rooms, {counts.sha256_rows}: {reading}; {exports}"
        )
        for finding in schedule.findings:
            click.echo(f"    {finding.severity} {finding.code} {finding.where}: {finding.message}")
    for path in sorted(folder.glob("foreign-*")):
        try:
            read_schedule(path.read_bytes(), filename=path.name)
        except Refusal as refusal:
            click.echo(f"{path.name}: refused, {refusal.detail}")
        else:
            failures += 1
            click.echo(f"{path.name}: READ, though it is no schedule")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
