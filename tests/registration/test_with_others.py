"""A participant's way through all four services, on both set-ups."""

import re

from services.registration.demo import SLUG
from services.registration.usecases import invite_organiser
from shared.clock import now
from tests.harness import SteppedStack

ADDRESS = "visitor@school.example"


def register(stack: SteppedStack) -> str:
    """Fill in the form of the demonstration; returns the path of the personal link."""
    path = f"/registration/{SLUG}/"
    page = stack.get(path).get_data(as_text=True)
    form = {
        "name": "Ελένη Łęska",
        "address": ADDRESS,
        "country": "GR",
        "institution": "Alkyonides School of Education",
        "day_ids": re.findall(r'name="day_ids" value="([^"]+)"', page),
        "terms": "true",
        "privacy": "true",
    }
    assert stack.post(path, data=form).status_code == 303
    stack.settle()
    return newest_link(stack)


def newest_link(stack: SteppedStack) -> str:
    found = re.search(r"/registration/me/[\w-]+", stack.mails(ADDRESS)[0].text)
    assert found
    return found.group()


def test_approval_brings_a_badge_and_cancelling_takes_it(demo):
    link = register(demo)
    with demo.service("registration").database.write() as db:
        secret = invite_organiser(db, address="chair@plenary.example", conference=SLUG, now=now())
    chair = demo.new_client()
    chair.post(f"/registration/in/{secret}")
    people = f"/registration/manage/{SLUG}/"
    found = chair.get(people, query_string={"q": ADDRESS}).get_data(as_text=True)
    (attendee_id,) = re.findall(r'name="attendee_ids" value="([^"]+)"', found)
    chair.post(people, data={"attendee_ids": attendee_id, "decision": "approved"})
    demo.settle()

    badge = demo.get(f"{link}/go", query_string={"to": f"/badges/{SLUG}/me"}, follow_redirects=True)
    assert badge.status_code == 200 and "Ελένη Łęska" in badge.get_data(as_text=True)
    assert "Issued" in chair.get(f"{people}people/{attendee_id}").get_data(as_text=True)

    demo.post(f"{link}/cancel")
    demo.settle()
    assert "Revoked" in chair.get(f"{people}people/{attendee_id}").get_data(as_text=True)

    demo.post(f"{link}/erase")
    demo.settle()
    assert chair.get(f"{people}people/{attendee_id}").status_code == 404
    held = chair.get(
        "/registration/continue", query_string={"to": f"/badges/manage/{SLUG}/"}, follow_redirects=True
    )
    assert held.status_code == 200 and "Ελένη Łęska" not in held.get_data(as_text=True)


def test_organiser_reaches_every_service_by_one_sign_in(demo):
    with demo.service("registration").database.write() as db:
        secret = invite_organiser(db, address="chair@plenary.example", conference=SLUG, now=now())
    chair = demo.new_client()
    chair.post(f"/registration/in/{secret}")
    for path in ("sessions", "badges", "live"):
        page = chair.get(f"/{path}/manage/{SLUG}/", follow_redirects=True)
        assert (page.status_code, page.request.path) == (200, f"/{path}/manage/{SLUG}/")
