"""The API: the same rules as the pages, and bad input answered with the field's name."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ids import new_id
from tests.registration.desk import SLUG, answers, make_conference, offered_days

API = "/registration/api/v1"
REGISTER = f"{API}/conferences/{SLUG}/registrations"
FIELDS = ("name", "address", "country", "institution", "institution_id", "day_ids", "terms", "photo")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40) | st.uuids().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def body(desk, **changes):
    filled = answers(desk, terms=True, privacy=True)
    return {name: value for name, value in {**filled, **changes}.items() if value is not None}


def test_registering_answers_the_same_for_known_and_unknown(desk):
    make_conference(desk)
    first, again = (desk.browser.post(REGISTER, json=body(desk)) for _ in range(2))
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert first.status_code == 202 and first.json == {"status": "look at your mail"}
    assert len(desk.attendees()) == 1


def test_idempotency_key_gives_one_effect_and_one_answer(desk):
    make_conference(desk)
    headers = {"Idempotency-Key": "form-17"}
    first, again = (desk.browser.post(REGISTER, json=body(desk), headers=headers) for _ in range(2))
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert len(desk.mails("zaneta@school.example")) == 1
    other = desk.browser.post(REGISTER, json=body(desk, name="Another"), headers=headers)
    assert other.status_code == 422 and other.json["code"] == "idempotency_key_reused"


def test_full_day_is_a_problem_with_its_code(desk):
    make_conference(desk, capacities=(0,))
    answer = desk.browser.post(REGISTER, json=body(desk))
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "capacity_exhausted" and "Day 2" in answer.json["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": ["a"]}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "x" * 1_000_000}, "name"),
        ({"name": "🎓🎓"}, "name"),
        ({"name": "\u202egnirts"}, "name"),
        ({"address": "nobody"}, "address"),
        ({"address": {"a": 1}}, "address"),
        ({"address": "a@b.example\r\nBcc: c@d.example"}, "address"),
        ({"country": "Poland"}, "country"),
        ({"country": "QQ"}, "country"),
        ({"institution": None}, "institution"),
        ({"institution": "x" * 301}, "institution"),
        ({"institution_id": "7"}, "institution_id"),
        ({"institution_id": str(new_id())}, "institution"),
        ({"day_ids": []}, "day_ids"),
        ({"day_ids": "all"}, "day_ids"),
        ({"day_ids": ["7"]}, "day_ids"),
        ({"day_ids": [str(new_id())]}, "day_ids"),
        ({"day_ids": [str(new_id())] * 200}, "day_ids"),
        ({"terms": False}, "terms"),
        ({"terms": None}, "terms"),
        ({"privacy": "perhaps"}, "privacy"),
        ({"admin": True}, "admin"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_field(desk, changes, field):
    make_conference(desk)
    answer = desk.browser.post(REGISTER, json=body(desk, **changes))
    assert answer.status_code == 422, answer.get_data(as_text=True)[:500]
    assert any(name.split(".")[0] == field for name in answer.json["fields"])
    assert desk.attendees() == []


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"a":1}{'])
def test_malformed_json_is_refused(desk, sent):
    make_conference(desk)
    answer = desk.browser.post(REGISTER, data=sent, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "a\x00b"},
        {"name": "x" * 1_000_000},
        {"day_ids": ["x"]},
        {"day_ids": [str(new_id())]},
        {"institution_id": "x"},
        {"institution_choice": "x"},
        {"institution_choice": str(new_id())},
        {"country": "../.."},
        {"institution": "x" * 400},
        {"form_key": "k", "name": "\u202egnirts"},
    ],
)
def test_bad_forms_are_refused_on_the_page(desk, changes):
    make_conference(desk)
    answer = desk.register(**changes)
    assert answer.status_code == 422 and 'class="error-summary"' in answer.get_data(as_text=True)
    assert desk.attendees() == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=4))
def test_whatever_is_sent_is_never_our_failure(desk, changes):
    if not desk.attendees() and not offered_days(desk):
        make_conference(desk)
    answer = desk.browser.post(REGISTER, json=body(desk, **changes))
    assert answer.status_code in (202, 409, 422), answer.get_data(as_text=True)[:500]
    text = {name: str(value) for name, value in changes.items() if value is not None}
    assert desk.register(**text).status_code in (303, 409, 422)


def test_right_to_left_and_emoji_names_with_letters_are_welcome(desk):
    make_conference(desk)
    for number, name in enumerate(["ريم الصنوبري", "Ana 🎓", "\u200fנועה לוי"]):
        assert desk.register(name=name, address=f"p{number}@school.example").status_code == 303
    assert [attendee.name for attendee in desk.attendees()] == ["ريم الصنوبري", "Ana 🎓", "\u200fנועה לוי"]


def test_unknown_conference_is_not_found(desk):
    make_conference(desk)
    for path in ("registrations", "days", "institutions?q=a"):
        assert desk.browser.get(f"{API}/conferences/none/{path}").status_code in (401, 404)
    assert desk.browser.post(f"{API}/conferences/none/registrations", json=body(desk)).status_code == 404


def test_days_tell_the_places_left(desk):
    make_conference(desk, capacities=(3, None))
    desk.register()
    days = desk.browser.get(f"{API}/conferences/{SLUG}/days").json
    assert [(day["title"], day["places_left"]) for day in days] == [("Day 2", 2), ("Day 3", None)]


def test_institutions_are_searched(desk):
    make_conference(desk)
    found = desk.browser.get(f"{API}/conferences/{SLUG}/institutions", query_string={"q": "golden"}).json
    assert [row["name"] for row in found] == ["Akademia Złotobór"]


def test_registrations_are_paged_by_key_for_organisers_only(desk):
    make_conference(desk)
    for number in range(5):
        desk.register(address=f"p{number}@school.example")
    assert desk.browser.get(REGISTER).status_code == 401
    chair = desk.sign_in()
    seen, after = [], None
    while True:
        query = {"limit": 2, **({"after": after} if after else {})}
        answer = chair.get(REGISTER, query_string=query).json
        seen += [row["address"] for row in answer["items"]]
        after = answer["next"]
        if after is None:
            break
    assert seen == [f"p{number}@school.example" for number in reversed(range(5))]
    assert chair.get(REGISTER, query_string={"limit": 201}).status_code == 422
    assert chair.get(REGISTER, query_string={"after": "x"}).status_code == 422


def test_decision_over_the_api_with_a_bearer_token(desk):
    make_conference(desk)
    desk.register()
    chair = desk.sign_in()
    wanted = {"audience": "registration", "conference": SLUG}
    answer = chair.post(f"{API}/tokens", json=wanted)
    assert answer.status_code == 200 and answer.json["expires_in"] == 600
    headers = {"Authorization": f"Bearer {answer.json['token']}"}
    path = f"{REGISTER}/{desk.attendees()[0].id}/decision"
    client = desk.new_browser()
    first = client.post(path, json={"decision": "rejected", "reason": "Too late."}, headers=headers)
    assert first.status_code == 200 and first.json["decided_by"] == "chair@plenary.example"
    again = client.post(path, json={"decision": "approved"}, headers=headers)
    assert again.status_code == 409
    assert (again.json["code"], again.json["state"], again.json["reason"]) == (
        "already_decided",
        "rejected",
        "Too late.",
    )
    client.post("/registration/sign-out")
    chair.post("/registration/sign-out", data={"everywhere": "1"})


def test_tokens_are_for_the_signed_in_only(desk):
    make_conference(desk)
    wanted = {"audience": "badges", "conference": SLUG}
    assert desk.browser.post(f"{API}/tokens", json=wanted).status_code == 401
    chair = desk.sign_in()
    assert chair.post(f"{API}/tokens", json={**wanted, "conference": "other"}).status_code == 404
    assert chair.post(f"{API}/tokens", json={**wanted, "conference": None}).status_code == 404
    assert chair.post(f"{API}/tokens", json={**wanted, "audience": "bank"}).status_code == 422


def test_decisions_on_unknown_people_are_not_found(desk):
    make_conference(desk)
    chair = desk.sign_in()
    path = f"{REGISTER}/{new_id()}/decision"
    assert chair.post(path, json={"decision": "approved"}).status_code == 404


def test_offered_days_are_only_those_for_registered_people(desk):
    make_conference(desk)
    assert len(offered_days(desk)) == 2
