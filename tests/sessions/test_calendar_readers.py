"""Our calendars, read by four parsers that others wrote: the same events at the same instants."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from services.sessions.models import ReleasedSlot, Session
from services.sessions.schedules import ScheduleDay, read_schedule
from services.sessions.usecases import import_schedule
from shared.clock import now
from tests.sessions.calendar_readers import Reader, Seen, by_icalendar, by_libical, by_vobject, ical_js
from tests.sessions.conftest import SLUG, House
from tests.sessions.test_importing import SAMPLES
from tests.sessions.test_public_outputs import personal_token
from tests.sessions.test_releasing import move, release, slot_named
from tests.sessions.test_schedules_writing import make_event, make_schedule

FORMS = ("", "?times=local")
TEXT = 'Écoute; "a, b" \\n 日本 😀 ' + "long " * 30


@pytest.fixture(scope="module")
def readers(chromium: Browser) -> Iterator[dict[str, Reader]]:
    """All of them by name."""
    page = chromium.new_page()
    yield {
        "icalendar": by_icalendar,
        "vobject": by_vobject,
        "libical": by_libical,
        "ical.js": ical_js(page),
    }
    page.close()


def require_agreement(house: House, readers: dict[str, Reader], slug: str = SLUG) -> list[Seen]:
    """Each reader sees in both forms what was released, and every other detail as the first one does."""
    with house.database.read() as db:
        query = select(ReleasedSlot).where(
            ReleasedSlot.holds_until.is_(None), ReleasedSlot.listed == "public"
        )
        slots = db.scalars(query).all()
    released = sorted((str(slot.slot_id), slot.starts_at, slot.ends_at) for slot in slots)
    first = by_icalendar(house.visitor.get(f"/sessions/{slug}/calendar.ics").data)
    assert [(one.uid, one.starts_at, one.ends_at) for one in first] == released
    for query in FORMS:
        content = house.visitor.get(f"/sessions/{slug}/calendar.ics{query}").data
        for name, read in readers.items():
            assert read(content) == first, (name, query)
    return first


@pytest.mark.parametrize(
    "name", ["frab.xml", "pentabarf.xml", "pretalx.xml", "camp2019.json", "utc-and-offset.json"]
)
def test_a_real_programme_is_the_same_to_all(house: House, readers: dict[str, Reader], name: str) -> None:
    schedule = read_schedule((SAMPLES / name).read_bytes(), filename=name)
    with house.database.write() as db:
        import_schedule(db, schedule, conference_slug="sample", zone="Europe/Berlin", now=now())
    assert len(require_agreement(house, readers, "sample")) == len(schedule.events) > 0


def test_moved_renamed_and_cancelled_is_the_same_to_all(seeded: House, readers: dict[str, Reader]) -> None:
    before = {one.uid: one for one in require_agreement(seeded, readers)}
    opening = slot_named(seeded, "Opening")
    move(seeded, "Opening", starts_at=opening.starts_at + timedelta(minutes=5))
    gone = move(seeded, "The course nobody can skip", cancelled=True)
    renamed = slot_named(seeded, "Small journals, real readers")
    with seeded.database.write() as db:
        db.get_one(Session, renamed.session_id).title = TEXT.strip()
    release(seeded)
    after = {one.uid: one for one in require_agreement(seeded, readers)}
    moved = after[str(opening.id)]
    assert moved.starts_at == before[moved.uid].starts_at + timedelta(minutes=5)
    assert moved.sequence > before[moved.uid].sequence
    assert after[str(gone.id)].status == "CANCELLED"
    assert after[str(renamed.id)].summary == TEXT.strip()
    changed = {str(opening.id), str(gone.id), str(renamed.id)}
    assert {uid for uid in after if after[uid] != before[uid]} == changed


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("Europe/Brussels", (date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26))),
        ("Europe/Dublin", (date(2027, 3, 27), date(2027, 3, 28))),
        ("America/New_York", (date(2026, 10, 31), date(2026, 11, 1))),
        ("Australia/Lord_Howe", (date(2026, 4, 4), date(2026, 4, 5))),
        ("Asia/Kathmandu", (date(2026, 12, 31), date(2027, 1, 1))),
    ],
)
def test_hours_around_a_change_of_the_clock_are_the_same_to_all(
    house: House, readers: dict[str, Reader], zone: str, days: tuple[date, ...]
) -> None:
    night = datetime.combine(days[1], time(), ZoneInfo(zone)).astimezone(UTC)
    starts = [night + timedelta(hours=hours) for hours in (-9, 0, 1, 2, 3, 12)]
    schedule = make_schedule(
        *(
            make_event(number, starts_at=start, minutes=30, day_index=1 if start < night else 2)
            for number, start in enumerate(starts, start=1)
        ),
        zone=zone,
        days=tuple(ScheduleDay(index=index, date=day) for index, day in enumerate(days, start=1)),
    )
    with house.database.write() as db:
        import_schedule(db, schedule, conference_slug="night", now=now())
    seen = require_agreement(house, readers, "night")
    assert sorted(one.starts_at for one in seen) == starts


def test_a_part_and_a_personal_calendar_hold_the_same_events(
    seeded: House, readers: dict[str, Reader]
) -> None:
    home, opening = f"/sessions/{SLUG}/", slot_named(seeded, "Opening")
    whole = set(by_icalendar(seeded.visitor.get(f"{home}calendar.ics").data))
    personal = f"me/{personal_token(seeded, opening.id)}.ics"
    for path in (
        "calendar.ics?day=2",
        "calendar.ics?day=2&times=local",
        "calendar.ics?q=zzzz",
        f"{personal}?times=local",
        personal,
    ):
        content = seeded.visitor.get(home + path).data
        first, *others = (read(content) for read in readers.values())
        assert all(other == first for other in others), path
        assert set(first) < whole and bool(first) == ("zzzz" not in path)
    assert [one.uid for one in first] == [str(opening.id)]
