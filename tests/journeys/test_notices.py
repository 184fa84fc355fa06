"""Somebody stars a session, the organiser moves it, and a mail says so: once, and only to who still comes."""

from shared.bus.outbox import send_again
from tests.harness import SLUG, SteppedStack
from tests.journeys.people import Organiser, Participant

TITLE = "Listening as a method"


def test_whoever_starred_a_session_gets_one_mail_when_it_moves(demo: SteppedStack) -> None:
    participant, organiser = Participant(demo), Organiser(demo)
    participant.register()
    organiser.approve(participant.name)
    demo.settle()
    participant.open(f"{participant.personal_link()}/go?to=/sessions/{SLUG}/me")
    slot = organiser.slot_id(TITLE)
    starred = participant.client.put(
        f"/sessions/api/v1/conferences/{SLUG}/stars/{slot}", headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert starred.status_code < 300, starred.text
    so_far = len(demo.mails(participant.address))

    organiser.move(slot, minutes_later=10)
    page = organiser.open(f"/sessions/manage/{SLUG}/release")
    assert "1 person who starred what changes" in page.text
    organiser.send(name="Moved")
    demo.settle()
    told = demo.mails(participant.address)
    assert len(told) == so_far + 1
    assert told[0].subject == f"Now at 10:25: {TITLE} (eTwinning for Future Teachers)"
    assert participant.name in told[0].text and f"/sessions/{SLUG}/me" in told[0].text
    assert "10:15–11:45 CET" in told[0].text and "10:25–11:55 CET" in told[0].text

    with demo.service("sessions").database.write() as db:
        assert send_again(db) > 0
    demo.settle()
    assert len(demo.mails(participant.address)) == so_far + 1

    participant.open(f"{participant.personal_link()}/cancel")
    participant.send()
    demo.settle()
    so_far = len(demo.mails(participant.address))
    organiser.move(slot, minutes_later=10)
    organiser.release("Moved again")
    demo.settle()
    assert len(demo.mails(participant.address)) == so_far
