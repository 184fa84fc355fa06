"""Places: never one too many, whoever asks at the same time."""

from concurrent.futures import ThreadPoolExecutor

from tests.registration.desk import SLUG, answers, make_conference, offered_days


def test_200_people_at_once_get_exactly_10_places(desk):
    make_conference(desk, capacities=(10, None), approval_needed=False)
    first, second = offered_days(desk)
    forms = [answers(desk, address=f"p{number}@school.example") for number in range(200)]
    # Half of them ask for the days in the other order, which must not end in a deadlock.
    for form in forms[::2]:
        form["day_ids"].reverse()

    def send(form):
        return desk.new_browser().post(f"/registration/{SLUG}/", data=form).status_code

    with ThreadPoolExecutor(32) as pool:
        statuses = list(pool.map(send, forms))
    assert sorted(set(statuses)) == [303, 409]
    assert statuses.count(303) == 10
    assert len(desk.attendees()) == 10
    assert (desk.day(first).taken, desk.day(second).taken) == (10, 10)


def test_one_address_at_once_is_registered_once(desk):
    make_conference(desk, capacities=(5,))
    form = answers(desk)
    with ThreadPoolExecutor(12) as pool:
        sent = [pool.submit(desk.new_browser().post, f"/registration/{SLUG}/", data=form) for _ in range(12)]
    assert {answer.result().status_code for answer in sent} == {303}
    assert len(desk.attendees()) == 1 and desk.day(offered_days(desk)[0]).taken == 1


def test_one_form_key_at_once_is_registered_once(desk):
    make_conference(desk)
    form = answers(desk, form_key="k" * 43)
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(desk.new_browser().post, f"/registration/{SLUG}/", data=form) for _ in range(8)]
    assert {answer.result().status_code for answer in sent} == {303}
    assert len(desk.attendees()) == len(desk.mails("zaneta@school.example")) == 1


def test_full_day_keeps_nothing_and_names_the_day(desk):
    make_conference(desk, capacities=(None, 1))
    desk.register(address="first@school.example")
    answer = desk.register(address="second@school.example")
    assert answer.status_code == 409
    assert "Day 3 is full" in answer.get_data(as_text=True)
    assert [desk.day(day_id).taken for day_id in offered_days(desk)] == [1, 1]
    assert len(desk.attendees()) == 1 and desk.mails("second@school.example") == []
    page = desk.browser.get(f"/registration/{SLUG}/").get_data(as_text=True)
    assert "Full: no place is left" in page and "disabled" in page


def test_cancelling_frees_the_places_for_others(desk):
    make_conference(desk, capacities=(1,))
    desk.register()
    assert desk.register(address="next@school.example").status_code == 409
    link = desk.link("zaneta@school.example")
    assert desk.browser.post(f"{link}/cancel").status_code == 303
    assert desk.browser.post(f"{link}/cancel").status_code == 303
    assert desk.day(offered_days(desk)[0]).taken == 0
    assert desk.register(address="next@school.example").status_code == 303


def test_cancelling_and_registering_at_once_keep_the_count(desk):
    make_conference(desk, capacities=(6, 6))
    for number in range(6):
        desk.register(address=f"old{number}@school.example")
    links = [desk.link(f"old{number}@school.example") for number in range(6)]
    forms = [answers(desk, address=f"old{number % 6}@school.example") for number in range(12)]
    with ThreadPoolExecutor(18) as pool:
        cancels = [pool.submit(desk.new_browser().post, f"{link}/cancel") for link in links for _ in range(2)]
        sent = [pool.submit(desk.new_browser().post, f"/registration/{SLUG}/", data=form) for form in forms]
    assert {answer.result().status_code for answer in cancels} == {303}
    assert {answer.result().status_code for answer in sent} <= {303, 409}
    active = [attendee for attendee in desk.attendees() if attendee.state == "pending"]
    assert [desk.day(day_id).taken for day_id in offered_days(desk)] == [len(active)] * 2


def test_capacity_below_the_taken_places_warns_and_removes_nobody(desk):
    make_conference(desk, capacities=(5,))
    for number in range(3):
        desk.register(address=f"p{number}@school.example")
    (day,) = offered_days(desk)
    browser = desk.sign_in()
    form = {"registration_open": "true", "approval_needed": "true", f"capacity_{day}": "1"}
    answer = browser.post(f"/registration/manage/{SLUG}/settings", data=form)
    assert answer.status_code == 200 and "3 people for 1 places" in answer.get_data(as_text=True)
    assert (desk.day(day).capacity, desk.day(day).taken) == (1, 3)
    assert desk.register(address="late@school.example").status_code == 409
    browser.post(f"/registration/manage/{SLUG}/settings", data={**form, f"capacity_{day}": ""})
    assert desk.day(day).capacity is None
    assert desk.register(address="late@school.example").status_code == 303


def test_capacity_must_be_a_number(desk):
    make_conference(desk, capacities=(5,))
    (day,) = offered_days(desk)
    browser = desk.sign_in()
    for wrong in ("many", "-1", "1.5", "9" * 30):
        answer = browser.post(f"/registration/manage/{SLUG}/settings", data={f"capacity_{day}": wrong})
        assert answer.status_code == 422 and f"#capacity_{day}" in answer.get_data(as_text=True)
    assert desk.day(day).capacity == 5
