"""The personal link: what it shows, what it does, and when it stops."""

import json

from sqlalchemy import func, select

from services.registration.models import (
    Attendee,
    AttendeeDay,
    Consent,
    PersonalLink,
    WebSession,
)
from shared.contracts.registration import AccessRevoked, AttendeeEntitled, AttendeeErased, AttendeeStated
from shared.ids import new_secret
from shared.mail.tables import Mail
from tests.registration.desk import SLUG, make_conference, offered_days, stated_slot

ADDRESS = "zaneta@school.example"


def registered(desk, **changes):
    conference = make_conference(desk, **changes)
    desk.register()
    return conference, desk.link(ADDRESS)


def test_link_shows_days_with_their_times(desk):
    conference, link = registered(desk)
    desk.hear(stated_slot(conference.id, offered_days(desk)[0]))
    page = desk.browser.get(link).get_data(as_text=True)
    assert "Żaneta Ó Briain-Łęska" in page and "Pending" in page
    assert "How lamps are made" in page and "10:00–11:00" in page and "Europe/Brussels" in page


def test_hidden_and_cancelled_slots_are_not_shown(desk):
    conference, link = registered(desk)
    day = offered_days(desk)[0]
    desk.hear(
        stated_slot(conference.id, day, title="Secret", listed="staff"),
        stated_slot(conference.id, None, title="Found by its time"),
    )
    page = desk.browser.get(link).get_data(as_text=True)
    assert "Secret" not in page and "Found by its time" in page


def test_wrong_and_erased_links_look_the_same(desk):
    _, link = registered(desk)
    wrong = desk.browser.get(f"/registration/me/{new_secret()}")
    desk.browser.post(f"{link}/erase")
    gone = desk.browser.get(link)
    assert wrong.status_code == gone.status_code == 404
    for path in ("go?to=/badges/congress/me", "cancel", "erase", "data.json"):
        assert desk.browser.get(f"{link}/{path}").status_code == 404
    for path in ("cancel", "erase", "name", "new-link"):
        assert desk.browser.post(f"{link}/{path}", data={"name": "X"}).status_code == 404


def test_new_link_ends_the_old_ones(desk):
    _, link = registered(desk)
    answer = desk.browser.post(f"{link}/new-link")
    assert desk.browser.get(link).status_code == 404
    assert desk.browser.get(answer.location).status_code == 200
    assert desk.link(ADDRESS) in answer.location


def test_link_leads_to_the_badge_with_a_token_for_it(desk):
    _, link = registered(desk, approval_needed=False)
    answer = desk.browser.get(f"{link}/go", query_string={"to": f"/badges/{SLUG}/me"})
    cookies = answer.headers.getlist("Set-Cookie")
    assert (answer.status_code, answer.location) == (303, f"/badges/{SLUG}/me")
    assert any(line.startswith("plenary_token=") and "Path=/badges" in line for line in cookies)
    assert any(line.startswith("plenary_participant=") and "Path=/registration" in line for line in cookies)
    assert all("HttpOnly" in line and "SameSite=Lax" in line for line in cookies)
    later = desk.browser.get("/registration/continue", query_string={"to": f"/sessions/{SLUG}/me"})
    assert (later.status_code, later.location) == (303, f"/sessions/{SLUG}/me")


def test_link_leads_nowhere_else(desk):
    _, link = registered(desk, approval_needed=False)
    for to in (
        "https://evil.example/",
        "//evil.example",
        "/badges/other/me",
        f"/badges/manage/{SLUG}/",
        "",
        "/",
    ):
        assert desk.browser.get(f"{link}/go", query_string={"to": to}).status_code == 404


def test_name_is_corrected_everywhere(desk):
    _, link = registered(desk, approval_needed=False)
    assert desk.browser.post(f"{link}/name", data={"name": "Żaneta Łęska"}).status_code == 303
    assert [event["display_name"] for event in desk.told(AttendeeStated)][-1] == "Żaneta Łęska"
    wrong = desk.browser.post(f"{link}/name", data={"name": "123"})
    assert wrong.status_code == 422 and "at least one letter" in wrong.get_data(as_text=True)


def test_photo_consent_is_given_and_withdrawn_as_easily(desk):
    _, link = registered(desk)

    def kinds():
        return {consent["kind"] for consent in desk.browser.get(f"{link}/data.json").json["consents"]}

    for _ in range(2):
        assert (
            desk.browser.post(f"{link}/consent", data={"consent": "photo", "given": "true"}).status_code
            == 303
        )
        assert "photo" in kinds()
    desk.browser.post(f"{link}/consent", data={"consent": "photo", "given": "false"})
    assert "photo" not in kinds()
    for wrong in ("terms", "privacy", "everything", ""):
        assert desk.browser.post(f"{link}/consent", data={"consent": wrong}).status_code == 422
    assert kinds() == {"terms", "privacy"}


def test_cancelling_asks_first_then_tells_and_mails(desk):
    _, link = registered(desk, approval_needed=False)
    assert "Keep it" in desk.browser.get(f"{link}/cancel").get_data(as_text=True)
    assert desk.attendees()[0].state == "approved"
    assert desk.browser.post(f"{link}/cancel").status_code == 303
    assert [event["state"] for event in desk.told(AttendeeStated)] == ["approved", "cancelled"]
    assert [event["state"] for event in desk.told(AttendeeEntitled)] == ["approved", "cancelled"]
    assert "cancelled" in desk.mails(ADDRESS)[-1].subject
    assert "Register again" in desk.browser.get(link).get_data(as_text=True)
    away = desk.browser.get(f"{link}/go", query_string={"to": f"/badges/{SLUG}/me"})
    assert away.location == link


def test_erasing_leaves_no_trace_of_the_person(desk):
    _, link = registered(desk, capacities=(4,), approval_needed=False)
    desk.browser.get(f"{link}/go", query_string={"to": f"/badges/{SLUG}/me"})
    answer = desk.browser.post(f"{link}/erase")
    assert answer.status_code == 303
    assert desk.browser.get(answer.location).status_code == 200
    (attendee,) = desk.attendees()
    kept = " ".join(str(value) for name, value in vars(attendee).items() if name != "_sa_instance_state")
    for personal in ("aneta", "school.example", "Golden", "Złotobór"):
        assert personal not in kept
    assert desk.day(offered_days(desk)[0]).taken == 0
    with desk.database.read() as db:
        for table in (Consent, PersonalLink, WebSession, AttendeeDay, Mail):
            assert db.scalar(select(func.count()).select_from(table)) == 0
        assert db.scalar(select(func.count()).select_from(Attendee)) == 1
    assert desk.told(AttendeeStated) == []
    (erased,), (revoked,) = desk.told(AttendeeErased), desk.told(AccessRevoked)
    assert erased["attendee_id"] == revoked["holder_id"] == str(attendee.id)
    assert erased["version"] == 2


def test_erased_address_can_register_again(desk):
    _, link = registered(desk)
    desk.browser.post(f"{link}/erase")
    assert desk.register().status_code == 303
    assert desk.browser.get(desk.link(ADDRESS)).status_code == 200


def test_export_holds_what_is_kept(desk):
    _, link = registered(desk)
    answer = desk.browser.get(f"{link}/data.json")
    kept = json.loads(answer.data)
    assert (kept["name"], kept["address"]) == ("Żaneta Ó Briain-Łęska", ADDRESS)
    assert kept["days"] == ["Day 2", "Day 3"]
    assert {consent["kind"] for consent in kept["consents"]} == {"terms", "privacy"}
    assert "attachment" in answer.headers["Content-Disposition"]


def test_pages_with_a_secret_are_not_kept_and_send_no_referrer(desk):
    _, link = registered(desk)
    headers = desk.browser.get(link).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")


def test_script_in_a_name_is_inert(desk):
    make_conference(desk)
    desk.register(name="<script>alert(1)</script>")
    for page in (
        desk.browser.get(desk.link(ADDRESS)).get_data(as_text=True),
        desk.sign_in().get(f"/registration/manage/{SLUG}/").get_data(as_text=True),
        desk.mails(ADDRESS)[0].html,
    ):
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page
