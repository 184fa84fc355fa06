"""Every paged list asks its database as often for three items as for one."""

import pytest
from sqlalchemy import event

from tests.harness import SLUG, SteppedStack
from tests.journeys.people import Organiser

LISTS = {
    "registration": f"/registration/api/v1/conferences/{SLUG}/registrations",
    "sessions": f"/sessions/api/v1/conferences/{SLUG}/slots",
    "badges": f"/badges/api/v1/conferences/{SLUG}/badges",
}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_asks_as_often_for_three_items_as_for_one(demo: SteppedStack, name: str) -> None:
    organiser, asked = Organiser(demo), []
    organiser.open(f"/{name}/manage/{SLUG}/")
    event.listen(demo.service(name).database.engine, "before_cursor_execute", lambda *_: asked.append(1))
    counts = []
    for limit in (1, 1, 3):  # the first one warms what is kept between requests
        asked.clear()
        page = organiser.client.get(f"{LISTS[name]}?limit={limit}").get_json()
        assert len(page["items"]) == limit
        counts.append(len(asked))
    assert counts[1] == counts[2]
