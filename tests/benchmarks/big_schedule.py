"""A schedule.xml as large as asked for: the programme that editor, agenda, release and import are measured with."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

PLACE = ZoneInfo("Europe/Brussels")
FIRST = date(2026, 11, 26)
OPENS = time(9)
TALK, PAUSE = timedelta(minutes=45), timedelta(minutes=15)
WORDS = (
    "future teachers learn together across borders and languages; what a classroom in Vilnius asks, one in Faro tries, "
    "and both report what failed. We show three projects, their plans, the hours they cost and what pupils said. "
)


def schedule_xml(
    *, sessions: int = 1000, rooms: int = 30, days: int = 3, late: int = 0, words: int = 3
) -> bytes:
    """Rooms full one after another, day by day; the first `late` talks are told ten minutes later than otherwise.

    Each talk has one or two of as many speakers as there are talks, and an abstract of `words` times 220 characters.
    """
    return "".join(_lines(sessions, rooms, days, late, words)).encode()


def _lines(sessions: int, rooms: int, days: int, late: int, words: int) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n<schedule><version>1.0</version>'
    yield "<conference><title>A Thousand Talks</title><acronym>thousand</acronym>"
    yield f"<time_zone_name>{PLACE.key}</time_zone_name></conference>\n"
    per_room = -(-sessions // (rooms * days))
    number = 0
    for day in range(days):
        on = FIRST + timedelta(days=day)
        yield f'<day index="{day + 1}" date="{on}">\n'
        for room in range(1, rooms + 1):
            yield f'<room name="Room {room:02}" guid="{UUID(int=room)}">\n'
            for place in range(min(per_room, sessions - number)):
                number += 1
                begins = datetime.combine(on, OPENS, PLACE) + place * (TALK + PAUSE)
                yield _event(number, sessions, begins + timedelta(minutes=10) * (number <= late), words)
            yield "</room>\n"
        yield "</day>\n"
    yield "</schedule>\n"


def _event(number: int, sessions: int, begins: datetime, words: int) -> str:
    people = {number, number * 7 % sessions + 1} if number % 3 == 0 else {number}
    persons = "".join(f'<person id="{one}">Žofia Ørsted {one}</person>' for one in sorted(people))
    return (
        f'<event guid="{UUID(int=1_000_000 + number)}" id="{number}"><date>{begins.isoformat()}</date>'
        f"<start>{begins:%H:%M}</start><duration>00:45</duration>"
        f"<title>Talk {number}: what we tried and what we learned</title><type>talk</type>"
        f"<language>en</language><track>Track {number % 8}</track><abstract>{escape(WORDS * words)}</abstract>"
        f"<persons>{persons}</persons></event>\n"
    )
