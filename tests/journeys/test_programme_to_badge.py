"""From a released programme to a badge in the hand, and what happens when the programme or the person moves."""

from datetime import timedelta

import icalendar
import pytest

from tests.harness import SLUG, SteppedStack
from tests.journeys.people import INSTITUTION, Organiser, Participant, Person

CALENDAR = f"/sessions/{SLUG}/calendar.ics"


def events(stack: SteppedStack) -> dict[str, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(stack.get(CALENDAR).data)
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def test_the_public_reads_the_agenda_without_an_account_or_a_cookie(demo: SteppedStack) -> None:
    visitor = Person(demo)
    page = visitor.open("/")
    assert page.request.path == "/sessions/"
    assert "eTwinning for Future Teachers" in page.text
    assert "CET" in visitor.open(f"/sessions/{SLUG}/").text
    assert "Set-Cookie" not in visitor.page.headers


def test_exports_stay_byte_identical_until_something_changes(demo: SteppedStack) -> None:
    for name in ("calendar.ics", "schedule.xml", "schedule.json"):
        first, again = demo.get(f"/sessions/{SLUG}/{name}"), demo.get(f"/sessions/{SLUG}/{name}")
        assert first.data == again.data
        tag = first.headers["ETag"]
        assert not tag.startswith("W/")
        unchanged = demo.get(f"/sessions/{SLUG}/{name}", headers={"If-None-Match": f'"other", {tag}'})
        assert (unchanged.status_code, unchanged.data) == (304, b"")
        assert demo.client.head(f"/sessions/{SLUG}/{name}").headers["Content-Length"] == str(len(first.data))


def test_a_participant_gets_from_the_form_to_a_badge(demo: SteppedStack) -> None:
    participant = Participant(demo)
    page = participant.register()
    assert page.request.path == f"/registration/{SLUG}/sent"
    me = participant.open(participant.personal_link())
    assert participant.name in me.text
    assert INSTITUTION in me.text

    Organiser(demo).approve(participant.name)
    demo.settle()
    assert demo.mails(participant.address)[0].subject.startswith("You are registered")
    badge = participant.open(f"{participant.personal_link()}/go?to=/badges/{SLUG}/me")
    assert badge.request.path == f"/badges/{SLUG}/me"
    assert participant.name in badge.text
    assert "<svg" in badge.text
    pdf = participant.open(f"/badges/{SLUG}/me.pdf")
    assert (pdf.status_code, pdf.mimetype, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_the_confirmation_names_the_sessions_with_their_zone(demo: SteppedStack) -> None:
    participant = Participant(demo)
    participant.register()
    demo.settle()
    (mail,) = demo.mails(participant.address)
    assert "CET" in mail.text
    assert mail.html


def test_registering_twice_answers_the_same_and_changes_nothing(demo: SteppedStack) -> None:
    first = Participant(demo)
    first.register()
    answer = first.page.text
    second = Participant(demo, name="Somebody Else", address=" ZOE@Plenary.example ")
    assert second.register().text == answer
    assert Organiser(demo).open(f"/registration/manage/{SLUG}/?q=Somebody").text.count("/people/") == 0


def test_a_rejection_says_why_and_issues_no_badge(demo: SteppedStack) -> None:
    participant = Participant(demo)
    participant.register()
    organiser = Organiser(demo)
    attendee = organiser.attendee_id(participant.name)
    organiser.send(attendee_ids=[attendee], decision="rejected", reason="")
    assert organiser.page.status_code == 422
    organiser.open(f"/registration/manage/{SLUG}/?q={participant.name}")
    organiser.send(
        attendee_ids=[attendee], decision="rejected", reason="The agreement has not been signed yet."
    )
    demo.settle()
    assert any(
        "The agreement has not been signed yet." in mail.text for mail in demo.mails(participant.address)
    )


def test_cancelling_frees_the_place_and_revokes_the_badge(demo: SteppedStack) -> None:
    participant = Participant(demo)
    participant.register()
    Organiser(demo).approve(participant.name)
    link = participant.personal_link()
    participant.open(f"{link}/go?to=/badges/{SLUG}/me")
    assert "<svg" in participant.page.text
    before = taken(demo)
    participant.open(f"{link}/cancel")
    participant.send()
    demo.settle()
    assert [now - was for was, now in zip(before, taken(demo), strict=True)] == [-1, -1]
    badge = participant.open(f"/badges/{SLUG}/me")
    assert badge.status_code in (200, 404)
    assert "<path" not in badge.text.partition("badge-card")[2][:3000] or "revoked" in badge.text.lower()


def taken(demo: SteppedStack) -> list[int]:
    from sqlalchemy import text

    with demo.service("registration").database.read() as db:
        query = "SELECT taken FROM days WHERE attend = 'registered' ORDER BY position"
        return [row[0] for row in db.execute(text(query))]


def test_a_moved_session_reaches_page_calendar_and_the_other_services(demo: SteppedStack) -> None:
    organiser = Organiser(demo)
    title = "Opening"
    slot = organiser.slot_id(title)
    before = events(demo)[slot]
    others = {uid: event.to_ical() for uid, event in events(demo).items() if uid != slot}

    organiser.move(slot, minutes_later=15, minutes="15")
    assert events(demo)[slot].to_ical() == before.to_ical(), "the draft leaked"
    organiser.release("Second version")
    after = events(demo)[slot]
    assert after.decoded("DTSTART") - before.decoded("DTSTART") == timedelta(minutes=15)
    assert after["SEQUENCE"] == before.get("SEQUENCE", 0) + 1
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert {uid: event.to_ical() for uid, event in events(demo).items() if uid != slot} == others

    demo.settle()
    from sqlalchemy import text

    for service in ("registration", "badges", "streaming_gateway"):
        with demo.service(service).database.read() as db:
            starts = {
                str(row[0]).replace("-", ""): str(row[1])
                for row in db.execute(text("SELECT id, starts_at FROM slots"))
            }
        assert f"{after.decoded('DTSTART'):%H:%M}" in starts[slot.replace("-", "")]


def test_a_cancelled_session_stays_in_the_calendar_as_cancelled(demo: SteppedStack) -> None:
    organiser = Organiser(demo)
    slot = organiser.slot_id("Opening")
    before = events(demo)[slot]
    organiser.open(f"/sessions/manage/{SLUG}/slots/{slot}")
    organiser.send("/cancel")
    organiser.release("Without the opening")
    cancelled = events(demo)[slot]
    assert (str(cancelled["STATUS"]), cancelled["SEQUENCE"]) == ("CANCELLED", before.get("SEQUENCE", 0) + 1)


@pytest.mark.parametrize("path", ["registration", "sessions", "badges"])
def test_strangers_find_no_organisers_page(demo: SteppedStack, path: str) -> None:
    visitor = Person(demo)
    answer = visitor.open(f"/{path}/manage/{SLUG}/")
    assert answer.request.path == "/registration/sign-in"


def test_everything_survives_replay_of_all_events_to_badges(demo: SteppedStack) -> None:
    from sqlalchemy import text

    from shared.bus.replay import replay

    def badges() -> list[tuple[object, ...]]:
        with demo.service("badges").database.read() as db:
            return [
                tuple(row)
                for row in db.execute(text("SELECT badge_id, code, revoked_at FROM badges ORDER BY 1"))
            ]

    before, mails = badges(), len(demo.mails())
    assert before
    for publisher in ("registration", "sessions"):
        with demo.service(publisher).database.write() as db:
            replay(db, subscriber="badges", types=demo.service("badges").service.subscriptions)
    demo.settle()
    assert badges() == before
    assert len(demo.mails()) == mails
