"""Organisers decide: singly, in bulk, once; people hear of it."""

import csv
import io

from services.registration.models import Attendee
from shared.contracts.registration import AccessRevoked, AttendeeEntitled, AttendeeStated
from tests.registration.desk import SLUG, make_conference, offered_days

LIST = f"/registration/manage/{SLUG}/"


def person(desk, number=0):
    return f"{LIST}people/{desk.attendees()[number].id}"


def test_approval_is_told_and_mailed(desk):
    make_conference(desk)
    desk.register()
    chair = desk.sign_in()
    assert chair.post(person(desk), data={"decision": "approved"}).status_code == 303
    (attendee,) = desk.attendees()
    assert (attendee.state, attendee.decided_by) == ("approved", "chair@plenary.example")
    (stated,), (entitled,) = desk.told(AttendeeStated), desk.told(AttendeeEntitled)
    assert stated["state"] == entitled["state"] == "approved"
    assert stated["version"] == entitled["version"] == 2
    assert "You are registered" in desk.mails("zaneta@school.example")[-1].subject


def test_rejection_needs_a_reason_frees_places_and_is_told_to_nobody(desk):
    make_conference(desk, capacities=(1,))
    desk.register()
    chair = desk.sign_in()
    refused = chair.post(person(desk), data={"decision": "rejected", "reason": "  "})
    assert refused.status_code == 422 and 'href="#reason"' in refused.get_data(as_text=True)
    assert (
        chair.post(person(desk), data={"decision": "rejected", "reason": "No agreement."}).status_code == 303
    )
    assert desk.day(offered_days(desk)[0]).taken == 0
    assert desk.told(AttendeeStated) == []
    assert "No agreement." in desk.mails("zaneta@school.example")[-1].text


def test_second_decision_returns_the_first(desk):
    make_conference(desk)
    desk.register()
    chair, deputy = desk.sign_in(), desk.sign_in("deputy@plenary.example")
    chair.post(person(desk), data={"decision": "rejected", "reason": "Too late."})
    again = deputy.post(person(desk), data={"decision": "approved"})
    page = again.get_data(as_text=True)
    assert again.status_code == 409
    assert "rejected already by chair@plenary.example" in page and "Too late." in page
    (attendee,) = desk.attendees()
    assert attendee.state == "rejected" and desk.told(AttendeeStated) == []
    assert [desk.day(day_id).taken for day_id in offered_days(desk)] == [0, 0]


def test_bulk_decides_what_waits_and_names_what_was_decided(desk):
    make_conference(desk)
    for number in range(4):
        desk.register(address=f"p{number}@school.example", name=f"Person {'ABCD'[number]}")
    ids = [str(attendee.id) for attendee in desk.attendees()]
    chair = desk.sign_in()
    chair.post(LIST, data={"decision": "approved", "attendee_ids": ids[:1]})
    answer = chair.post(LIST, data={"decision": "approved", "attendee_ids": ids})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "3 decided and mailed" in page and "Person A is approved already" in page
    assert {attendee.state for attendee in desk.attendees()} == {"approved"}
    assert len(desk.told(AttendeeStated)) == 4


def test_bulk_without_anybody_is_refused(desk):
    make_conference(desk)
    desk.register()
    answer = desk.sign_in().post(LIST, data={"decision": "approved"})
    assert answer.status_code == 422 and "tick at least one" in answer.get_data(as_text=True)


def test_cancelling_by_the_organiser_is_told_with_its_reason(desk):
    make_conference(desk, approval_needed=False)
    desk.register()
    chair = desk.sign_in()
    assert chair.post(f"{person(desk)}/cancel", data={"reason": "You asked us to."}).status_code == 303
    assert [event["state"] for event in desk.told(AttendeeStated)] == ["approved", "cancelled"]
    assert len(desk.told(AccessRevoked)) == 1
    assert "You asked us to." in desk.mails("zaneta@school.example")[-1].text
    assert chair.post(f"{person(desk)}/cancel", data={"reason": "Again."}).status_code == 409


def test_category_reaches_the_badge(desk):
    make_conference(desk, approval_needed=False)
    desk.register()
    chair = desk.sign_in()
    assert chair.post(f"{person(desk)}/category", data={"category": "speaker"}).status_code == 303
    assert desk.told(AttendeeStated)[-1]["category"] == "speaker"
    assert chair.post(f"{person(desk)}/category", data={"category": "emperor"}).status_code == 422


def test_audit_log_names_actor_time_and_reason(desk):
    make_conference(desk)
    desk.register()
    chair = desk.sign_in()
    chair.post(person(desk), data={"decision": "rejected", "reason": "No agreement."})
    page = chair.get(person(desk)).get_data(as_text=True)
    assert "Rejected" in page and "chair@plenary.example" in page and "No agreement." in page


def test_list_filters_by_state_country_day_and_text(desk):
    make_conference(desk)
    first, second = offered_days(desk)
    desk.register(name="Łucja Anioł", country="PL", day_ids=[str(first)])
    desk.register(name="Ömer Işık", country="TR", address="omer@school.example", day_ids=[str(second)])
    chair = desk.sign_in()
    chair.post(person(desk), data={"decision": "approved"})

    def shown(**query):
        page = chair.get(LIST, query_string=query).get_data(as_text=True)
        return ["Łucja Anioł" in page, "Ömer Işık" in page]

    assert shown() == [True, True]
    assert shown(state="approved") == [True, False]
    assert shown(country="TR") == [False, True]
    assert shown(day=str(second)) == [False, True]
    assert shown(q="lucja") == [True, False]
    assert shown(q="OMER") == [False, True]
    assert shown(q="golden") == [True, True]
    assert shown(q="100%") == [False, False]
    assert chair.get(LIST, query_string={"day": "x"}).status_code == 422


def test_list_asks_the_database_as_often_for_3_people_as_for_1(desk, count_queries):
    make_conference(desk)
    chair = desk.sign_in()
    desk.register()
    with count_queries(desk) as one:
        chair.get(LIST)
    for number in range(2):
        desk.register(address=f"p{number}@school.example")
    with count_queries(desk) as three:
        chair.get(LIST)
    assert one.count == three.count


def test_export_matches_the_filter_and_holds_no_formula(desk):
    make_conference(desk)
    desk.register(name="=HYPERLINK(A1)", address="one@school.example")
    desk.register(name="Žofie Ňová", address="two@school.example", photo="true")
    chair = desk.sign_in()
    answer = chair.get(f"{LIST}export.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["Žofie Ňová", "'=HYPERLINK(A1)"]
    assert [row["photo consent"] for row in rows] == ["yes", "no"]
    assert rows[0]["days"] == "Day 2; Day 3"
    filtered = chair.get(f"{LIST}export.csv", query_string={"q": "zofie"}).data.decode("utf-8-sig")
    assert "Žofie" in filtered and "HYPERLINK" not in filtered


def test_other_conferences_people_are_out_of_reach(desk):
    make_conference(desk)
    desk.register()
    stranger = desk.sign_in("stranger@plenary.example", conference="other")
    for path in (LIST, person(desk), f"{LIST}export.csv", f"{LIST}mails", f"{LIST}settings", f"{LIST}team"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(person(desk), data={"decision": "approved"}).status_code == 404
    assert desk.attendees()[0].state == "pending"


def test_mail_can_be_sent_again_once_it_left(desk):
    make_conference(desk)
    desk.register()
    (mail,) = desk.mails("zaneta@school.example")
    chair = desk.sign_in()
    again = f"{LIST}mails/{mail.id}/again"
    assert chair.post(again).status_code == 409
    with desk.database.write() as db:
        row = db.get(type(mail), mail.id)
        row.state, row.attempts, row.error = "bounced", 3, "550 no such mailbox"
    page = chair.get(f"{LIST}mails", query_string={"state": "bounced"}).get_data(as_text=True)
    assert "550 no such mailbox" in page and "Send again" in page
    assert chair.post(again).status_code == 303
    assert [(row.state, row.attempts) for row in desk.mails("zaneta@school.example")] == [("queued", 0)]
    assert chair.get(f"{LIST}mails", query_string={"state": "lost"}).status_code == 422


def test_new_institution_is_suggested(desk):
    make_conference(desk)
    chair = desk.sign_in()
    form = {"names": "Nová škola\nNew School\n", "country": "CZ", "city": "Brno"}
    assert chair.post(f"{LIST}institutions", data=form).status_code == 303
    found = desk.browser.get(f"/registration/{SLUG}/institutions", query_string={"q": "new sch"}).json
    assert found[0]["name"] == "Nová škola" and "Czechia" in found[0]["detail"]
    assert chair.post(f"{LIST}institutions", data={**form, "country": "QQ"}).status_code == 422


def test_many_institutions_come_in_at_once_or_not_at_all(desk):
    make_conference(desk)
    chair = desk.sign_in()
    good = "AT; Silberau; Hochschule Silberau; PHSA\r\n\r\npl\tZłotobór\tAkademia Złotobór\r\n"
    wrong = chair.post(
        f"{LIST}institutions/import", data={"lines": f"{good}XX; Nowhere; Nothing\nAT; Wien\n"}
    )
    page = wrong.get_data(as_text=True)
    assert wrong.status_code == 422 and "Line 4" in page and "Line 5" in page
    assert "Silberau</bdi>" not in page
    for notice in ("1 added, 1 were there before", "0 added, 2 were there before"):
        answer = chair.post(f"{LIST}institutions/import", data={"lines": good})
        assert answer.status_code == 200 and notice in answer.get_data(as_text=True)
    found = desk.browser.get(f"/registration/{SLUG}/institutions", query_string={"q": "phsa"}).json
    assert [row["name"] for row in found] == ["Hochschule Silberau"]


def test_erased_people_are_not_listed(desk):
    make_conference(desk)
    desk.register()
    path = person(desk)
    desk.browser.post(desk.link("zaneta@school.example") + "/erase")
    chair = desk.sign_in()
    assert chair.get(path).status_code == 404
    assert "Nobody here" in chair.get(LIST).get_data(as_text=True)
    with desk.database.read() as db:
        assert db.query(Attendee).count() == 1
