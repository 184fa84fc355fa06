"""Read models are built anew from what others told: nothing is lost, nothing is sent, nobody is brought back."""

from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, update

from services.allinone import Stack, four_services
from services.badges.models import Badge, Holder
from services.badges.models import Conference as BadgeConference
from services.events import events
from services.registration.models import Arrival, Attendee, Conference, Day
from services.registration.usecases.leaving import erase_attendee
from services.settings import NAMES
from shared.bus import publish
from shared.bus.generation import drop_generation, find_generation
from shared.bus.rebuild import RebuildRefused
from shared.bus.tables import Inbox, Outbox
from shared.clock import now
from shared.contracts.badges import AttendeeCheckedIn
from shared.ids import new_id
from shared.mail.tables import Mail
from shared.timers import Timer
from tests.harness import SteppedStack
from tests.journeys.people import Organiser, Participant
from tests.rebuilt import differing, fill, open_rebuild, rebuild_of, resume_rebuild, wait_for_worker


def approved(stack: SteppedStack, name: str) -> UUID:
    """Somebody who registers, is approved and comes to the door."""
    participant = Participant(stack, name, f"{name.replace(' ', '.')}@plenary.example")
    participant.register()
    Organiser(stack).approve(name)
    with stack.service("registration").database.read() as db:
        attendee = db.scalars(select(Attendee).where(Attendee.name == name)).one()
        facts = {"conference_id": attendee.conference_id, "day_id": attendee.day_ids[0]}
    stack.settle()
    with stack.service("badges").database.write() as db:
        publish(
            db,
            AttendeeCheckedIn(version=1, attendance_id=new_id(), attendee_id=attendee.id, at=now(), **facts),
        )
    stack.settle()
    return attendee.id


def erase(stack: SteppedStack, attendee_id: UUID) -> None:
    with stack.service("registration").database.write() as db:
        attendee = db.get_one(Attendee, attendee_id)
        conference = db.get_one(Conference, attendee.conference_id)
        erase_attendee(db, conference=conference, attendee=attendee, now=now())


def count(stack: SteppedStack, name: str, table: type[Any], *which: Any) -> int:
    with stack.service(name).database.read() as db:
        return db.scalar(select(func.count()).select_from(table).where(*which)) or 0


def left_to_be_sent(stack: SteppedStack) -> list[int]:
    return [count(stack, name, table) for name in NAMES for table in (Outbox, Mail, Timer, Inbox)]


@pytest.fixture
def lived(demo: SteppedStack) -> SteppedStack:
    """The demonstration, in which somebody came to the door and somebody left for good."""
    approved(demo, "Zoë Ångström")
    erase(demo, approved(demo, "Gone Forever"))
    demo.settle()
    return demo


def test_every_service_is_rebuilt_without_a_difference_and_without_a_trace(lived: SteppedStack) -> None:
    before, mails = left_to_be_sent(lived), len(lived.mails())
    found = rebuild_of(lived, *NAMES)
    assert differing(found) == {}
    assert {one.table for one in found if not one.rows} <= {"revoked_holders", "stage_states"}
    assert {find_generation(runtime.database) for runtime in lived.runtimes.values()} == {None}
    lived.settle()
    assert (left_to_be_sent(lived), len(lived.mails())) == (before, mails)
    with lived.service("badges").database.read() as db:
        (gone,) = db.scalars(select(Holder).where(Holder.erased_at.is_not(None)))
    assert (gone.display_name, gone.folded) == ("", "")


def test_a_damaged_read_model_is_found_and_mended_and_own_columns_stay(demo: SteppedStack) -> None:
    with demo.service("badges").database.write() as db:
        lost, changed = db.scalars(select(Holder).order_by(Holder.attendee_id).limit(2))
        stray = Holder(attendee_id=new_id(), version=7, conference_id=lost.conference_id, day_ids=[])
        name, changed.display_name = changed.display_name, "Somebody Else"
        db.add(stray)
        db.delete(lost)
        db.execute(delete(BadgeConference))
    badges = count(demo, "badges", Badge)
    assert differing(rebuild_of(demo, "badges")) == {"holders": (1, 1, 1), "conferences": (1, 0, 0)}
    with demo.service("badges").database.read() as db:
        assert db.get_one(Holder, changed.attendee_id).display_name == name
        assert db.get(Holder, stray.attendee_id) is None
    assert count(demo, "badges", Badge) == badges

    with demo.service("registration").database.write() as db:
        db.execute(update(Conference).values(name="Another", newcomer_hint="Our own words"))
        db.execute(update(Day).values(title="", capacity=77))
        db.execute(update(Attendee).where(Attendee.badge_state == "issued").values(badge_state="none"))
    found = differing(rebuild_of(demo, "registration"))
    assert found.keys() == {"conferences", "days", "attendees"}
    with demo.service("registration").database.read() as db:
        conference = db.scalars(select(Conference)).one()
        assert (conference.name == "Another", conference.newcomer_hint) == (False, "Our own words")
        assert {(day.title == "", day.capacity) for day in db.scalars(select(Day))} == {(False, 77)}


def test_whoever_comes_or_goes_meanwhile_is_neither_lost_nor_brought_back(lived: SteppedStack) -> None:
    goes = approved(lived, "Leaves Later")
    came: list[UUID] = []

    def meanwhile() -> None:
        came.append(approved(lived, "Comes Later"))
        erase(lived, goes)

    assert differing(rebuild_of(lived, "badges", "registration", meanwhile=meanwhile)) == {}
    with lived.service("badges").database.read() as db:
        assert db.get_one(Holder, came[0]).display_name == "Comes Later"
        assert db.get_one(Holder, goes).display_name == ""
    assert count(lived, "registration", Arrival, Arrival.attendee_id == came[0]) == 1
    assert count(lived, "registration", Arrival, Arrival.attendee_id == goes) == 0


def test_a_rebuild_goes_on_after_worker_and_command_have_died(demo: SteppedStack) -> None:
    rebuild = open_rebuild(demo, "badges")
    wait_for_worker(demo, rebuild)
    rebuild.close()
    demo.service("registration").relay.step()  # some are on their way, and nobody takes them
    demo.close()
    again = SteppedStack(demo.environ).open()
    rebuild = resume_rebuild(again, "badges")
    fill(again, rebuild)
    assert differing(rebuild.swap()) == {}
    rebuild.drop()
    again.close()


def test_there_is_one_rebuild_at_a_time_and_it_can_be_given_up(demo: SteppedStack) -> None:
    live = demo.service("badges").database
    rebuild = open_rebuild(demo, "badges")
    with pytest.raises(RebuildRefused, match="open already; --resume goes on with it, --abandon gives it up"):
        open_rebuild(demo, "badges")
    heard = count(demo, "badges", Inbox)
    wait_for_worker(demo, rebuild)
    rebuild.close()
    assert drop_generation(live) == rebuild.name
    demo.settle()
    # What was on its way to the shadow is no event of the live tables.
    assert count(demo, "badges", Inbox) == heard
    assert count(demo, "registration", Outbox, Outbox.sent_at.is_(None)) == 0
    with pytest.raises(RebuildRefused, match="no rebuild of badges is open"):
        resume_rebuild(demo, "badges")


def test_a_database_that_never_heard_anything_is_not_rebuilt(stack: SteppedStack) -> None:
    with pytest.raises(RebuildRefused, match="Restore its backup first"):
        open_rebuild(stack, "badges")


def command(stack: Stack, *arguments: str) -> tuple[int, list[str]]:
    done = CliRunner().invoke(events, ("rebuild", "badges", *arguments), env=stack.environ)
    return done.exit_code, done.stdout.splitlines()


def test_the_command_compares_and_mends_while_the_workers_run(embedded_demo_environ: dict[str, str]) -> None:
    stack = Stack(four_services(), embedded_demo_environ)
    with stack.runtimes["badges"].database.write() as db:
        holders = db.scalar(select(func.count()).select_from(Holder))
        db.execute(update(Holder).values(display_name="Nobody"))
    for name in ("badges", "registration", "sessions"):
        stack.runtimes[name].start_worker()
    code, lines = command(stack, "--check")
    assert code == 1
    assert f"holders: {holders} rows, {holders} differ: {holders} changed" in lines
    assert lines[-1] == f"{holders} rows differ; nothing was changed"
    code, lines = command(stack)
    assert (code, lines[-1]) == (0, f"{holders} rows differed and are mended")
    stack.stop()


def test_the_command_gives_up_what_is_open_and_says_what_it_cannot_do(
    embedded_demo_environ: dict[str, str],
) -> None:
    stack = SteppedStack(embedded_demo_environ)
    assert command(stack, "--abandon") == (0, ["badges: no rebuild is open"])
    for arguments in (("--resume",), ("--resume", "--abandon")):
        assert command(stack, *arguments)[0] != 0
    open_rebuild(stack, "badges").close()
    assert command(stack)[0] == 1
    assert command(stack, "--abandon") == (0, ["badges: the rebuild is given up"])
    stack.close()
