"""Times as people read them; always with their zone somewhere near."""

from datetime import datetime

from flask_babel import format_date, format_datetime

from shared.clock import to_local


def clock(instant: datetime, zone: str) -> str:
    """10:30"""
    return f"{to_local(instant, zone):%H:%M}"


def day(instant: datetime, zone: str) -> str:
    """Friday 27 November"""
    return str(format_date(to_local(instant, zone).date(), "EEEE d MMMM"))


def moment(instant: datetime, zone: str) -> str:
    """Fri 27 Nov 2026, 10:30 CET"""
    local = to_local(instant, zone)
    return f"{format_datetime(local.replace(tzinfo=None), 'EEE d MMM yyyy, HH:mm', rebase=False)} {local:%Z}"


def timespan(start: datetime, end: datetime, zone: str) -> str:
    """10:30–11:15 CET"""
    return f"{clock(start, zone)}–{clock(end, zone)} {to_local(start, zone):%Z}"


FILTERS = {"clock": clock, "day": day, "moment": moment, "timespan": timespan}
