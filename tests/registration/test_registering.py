"""Registering on the page: what is kept, what is answered, what is mailed."""

import re

from sqlalchemy import select

from services.registration.models import Conference, Consent
from shared.contracts.registration import AttendeeEntitled, AttendeeStated
from tests.registration.desk import SLUG, answers, make_conference, offered_days, stated_slot

FORM = f"/registration/{SLUG}/"


def test_form_shows_days_and_places(desk):
    make_conference(desk, capacities=(10, None))
    page = desk.browser.get(FORM).get_data(as_text=True)
    assert "Day 2" in page and "Day 3" in page and "Day 1" not in page
    assert "10 places left" in page and "10:00–18:00" not in page and "09:00–18:00 CET" in page


def test_registration_is_kept_as_it_was_typed(desk):
    make_conference(desk)
    answer = desk.register(photo="true")
    assert (answer.status_code, answer.location) == (303, f"{FORM}sent")
    (attendee,) = desk.attendees()
    assert attendee.name == "Żaneta Ó Briain-Łęska"
    assert (attendee.state, attendee.country) == ("pending", "PL")
    with desk.database.read() as db:
        consents = {row.kind: row.text_version for row in db.scalars(select(Consent))}
    assert set(consents) == {"terms", "privacy", "photo"}
    assert [desk.day(day_id).taken for day_id in offered_days(desk)] == [1, 1]


def test_pending_registration_is_told_to_nobody_and_mailed_once(desk):
    make_conference(desk)
    desk.register()
    assert desk.told(AttendeeStated) == desk.told(AttendeeEntitled) == []
    (mail,) = desk.mails("zaneta@school.example")
    assert "We have your registration" in mail.subject
    assert mail.html and desk.link("zaneta@school.example") in mail.html


def test_without_approval_everybody_is_registered_at_once(desk):
    conference = make_conference(desk, approval_needed=False)
    days = offered_days(desk)
    desk.hear(stated_slot(conference.id, days[0]), stated_slot(conference.id, days[1], title="Not chosen"))
    desk.register(day_ids=[str(days[0])])
    (stated,), (entitled,) = desk.told(AttendeeStated), desk.told(AttendeeEntitled)
    assert stated["state"] == entitled["state"] == "approved"
    assert stated["display_name"] == "Żaneta Ó Briain-Łęska"
    assert stated["institution"] == "Akademia Złotobór"
    assert stated["day_ids"] == entitled["day_ids"] == [str(days[0])]
    assert "display_name" not in entitled
    (mail,) = desk.mails("zaneta@school.example")
    assert "10:00–11:00 CET  How lamps are made (Lantern Room)" in mail.text
    assert "Europe/Brussels" in mail.text and "Not chosen" not in mail.text


def test_known_address_gets_the_same_answer_and_only_a_mail(desk):
    make_conference(desk)
    first = desk.register()
    again = desk.register(address=" ZANETA@School.example", name="Somebody Else")
    assert (first.status_code, first.location, first.data) == (again.status_code, again.location, again.data)
    (attendee,) = desk.attendees()
    assert attendee.name == "Żaneta Ó Briain-Łęska"
    assert [desk.day(day_id).taken for day_id in offered_days(desk)] == [1, 1]
    assert len(desk.mails("zaneta@school.example")) == 2
    assert "Somebody Else" not in desk.mails("zaneta@school.example")[-1].text


def test_known_address_is_not_told_apart_by_a_full_day(desk):
    make_conference(desk, capacities=(1,))
    desk.register()
    known, unknown = desk.register(), desk.register(address="other@school.example")
    assert known.status_code == unknown.status_code == 409


def test_reminders_have_a_limit(desk):
    make_conference(desk)
    for _ in range(9):
        assert desk.register().status_code == 303
    assert len(desk.mails("zaneta@school.example")) == 6


def test_same_form_twice_is_one_registration_and_one_mail(desk):
    make_conference(desk)
    page = desk.browser.get(FORM).get_data(as_text=True)
    key = re.search(r'name="form_key" value="([^"]{40,})"', page).group(1)
    assert desk.register(form_key=key).status_code == 303
    assert desk.register(form_key=key).status_code == 303
    assert len(desk.attendees()) == len(desk.mails("zaneta@school.example")) == 1
    assert desk.register(form_key=key, name="Another").status_code == 422


def test_cancelled_address_can_register_again(desk):
    make_conference(desk)
    desk.register()
    desk.browser.post(desk.link("zaneta@school.example") + "/cancel")
    desk.register()
    assert sorted(attendee.state for attendee in desk.attendees()) == ["cancelled", "pending"]


def test_every_error_is_shown_at_once_and_nothing_typed_is_lost(desk):
    make_conference(desk)
    answer = desk.register(name="", address="nobody", country="", day_ids=[], terms=None, institution="Ünï")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for name in ("name", "address", "country", "day_ids", "terms"):
        assert f'href="#{name}"' in page
    assert (
        'value="nobody"' in page and 'value="Ünï"' in page and 'name="privacy" value="true" checked' in page
    )
    assert desk.attendees() == []


def test_unclear_institution_is_asked_for(desk):
    make_conference(desk)
    answer = desk.register(institution="academy")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    choices = re.findall(r'name="institution_choice" value="([^"]+)"', page)
    assert len(choices) == 3 and choices[-1] == "other"
    assert desk.register(institution="academy", institution_choice=choices[0]).status_code == 303
    assert desk.attendees()[0].institution_id is not None


def test_unknown_institution_is_taken_in_words(desk):
    make_conference(desk)
    with desk.database.write() as db:
        conference = db.scalar(select(Conference))
        conference.newcomer_hint = "Write to your national office."
    answer = desk.register(institution="Quite New College")
    assert "Write to your national office." in answer.get_data(as_text=True)
    other = {"institution_choice": "other", "institution_other": "Quite New College"}
    assert desk.register(institution="Quite New College", **other).status_code == 303
    (attendee,) = desk.attendees()
    assert (attendee.institution_id, attendee.institution_text) == (None, "Quite New College")
    assert "Write to your national office." in desk.mails("zaneta@school.example")[0].text


def test_suggestions_know_every_name(desk):
    make_conference(desk)
    for query in ("złoto", "zloto", "GOLDEN", "wood aca"):
        found = desk.browser.get(f"{FORM}institutions", query_string={"q": query}).json
        assert "Akademia Złotobór" in [row["name"] for row in found]
    assert desk.browser.get(f"{FORM}institutions", query_string={"q": "%"}).json == []


def test_closed_registration_is_a_friendly_page(desk):
    make_conference(desk, registration_open=False)
    assert "Registration is not open" in desk.browser.get(FORM).get_data(as_text=True)
    answer = desk.register()
    assert answer.status_code == 409 and desk.attendees() == []


def test_draft_looks_as_if_it_were_not_there(desk):
    make_conference(desk, state="draft")
    assert desk.browser.get(FORM).status_code == 404
    assert desk.browser.post(FORM, data=answers(desk)).status_code == 404


def test_cancelled_conference_says_so(desk):
    make_conference(desk, state="cancelled")
    assert "cancelled" in desk.browser.get(FORM).get_data(as_text=True)
    assert desk.register().status_code == 409


def test_lost_link_tells_nobody_apart(desk):
    make_conference(desk)
    desk.register()
    url = f"{FORM}lost-link"
    known = desk.browser.post(url, data={"address": "Zaneta@school.example"})
    unknown = desk.browser.post(url, data={"address": "nobody@school.example"})
    assert (known.status_code, known.location, known.data) == (
        unknown.status_code,
        unknown.location,
        unknown.data,
    )
    assert len(desk.mails("zaneta@school.example")) == 2
    assert desk.mails("nobody@school.example") == []


def test_lost_links_are_limited_per_address_and_per_source(desk):
    make_conference(desk)
    desk.register()
    url = f"{FORM}lost-link"
    answers_ = [
        desk.browser.post(url, data={"address": "zaneta@school.example"}).status_code for _ in range(31)
    ]
    assert answers_ == [303] * 30 + [429]
    assert len(desk.mails("zaneta@school.example")) == 6
    assert desk.browser.get(desk.link("zaneta@school.example")).status_code == 200
