"""Time zones as yearly rules, read back by dateutil and compared with the zone's own data."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from services.sessions.ical import zone_text

YEARS = range(2026, 2028)
ZONES = (
    "Europe/Brussels",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Athens",
    "Europe/Dublin",
    "Atlantic/Reykjavik",
    "America/New_York",
    "America/Santiago",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
)


@pytest.mark.parametrize("name", ZONES)
def test_rules_say_the_same_as_the_zone_at_every_hour(name: str) -> None:
    content = zone_text(name, YEARS)
    assert content is not None
    text = content.decode()
    assert text.startswith(f"BEGIN:VTIMEZONE\r\nTZID:{name}\r\n") and "RDATE" not in text
    assert all(line.partition("BYDAY=")[2] for line in text.split("\r\n") if line.startswith("RRULE"))
    read = tzical(StringIO(text)).get()
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year in YEARS:
        local = moment.astimezone(ZoneInfo(name))
        if not local.fold:  # the second showing of an hour has no name in a calendar
            assert local.replace(tzinfo=read).utcoffset() == local.utcoffset(), moment
        moment += timedelta(hours=1)


@pytest.mark.parametrize("name", ["Africa/Casablanca", "Asia/Gaza"])
def test_a_clock_that_follows_the_moon_has_no_rules(name: str) -> None:
    assert zone_text(name, YEARS) is None


def test_a_clock_that_is_changed_for_good_has_no_rules() -> None:
    assert zone_text("Asia/Amman", range(2022, 2024)) is None
