"""The livestream's part in the demonstration, with all services on both set-ups."""

import json

from services.sessions.models import StageState
from services.sessions.queries import conferences
from services.sessions.usecases import rehearsing
from shared.clock import now
from tests.harness import SteppedStack

SLUG = "etwinning-future-teachers"
DAYS = (
    ("day 1 08:30", "countdown", None),
    ("day 1 09:45", "open", "Arrival and coffee"),
    ("day 1 16:40", "open", "European ITE award ceremony"),
    ("day 1 19:30", "over", None),
    ("day 2 10:00", "invite", None),
    ("day 3 17:00", "over", None),
)


def move_clock(demo: SteppedStack, at: str) -> None:
    with demo.service("sessions").database.write() as db:
        rehearsing.set_clock(db, conferences.get_conference(db, SLUG), at=at, now=now())
    demo.settle()


def stage(demo: SteppedStack) -> tuple[str, str | None]:
    """What the live page shows, and the title of what is on."""
    state = json.loads(demo.get(f"/live/{SLUG}/state.json").data)
    return state["page"], state["now"] and state["now"]["title"]


def sessions_knows_it_is_open(demo: SteppedStack) -> bool:
    with demo.service("sessions").database.read() as db:
        return any(row.open and row.attend == "public" for row in db.query(StageState))


def test_live_page_follows_the_rehearsal_clock(demo: SteppedStack) -> None:
    for at, page, on in DAYS:
        move_clock(demo, at)
        assert (at, *stage(demo)) == (at, page, on)
        assert sessions_knows_it_is_open(demo) == (page == "open")
        assert demo.get(f"/live/{SLUG}/").status_code == 200
