"""Every page of every service, wide and narrow, light and dark: axe finds nothing, and the house rules hold."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Watched
from tests.conformance.inspection import faults_at_all_sizes
from tests.conformance.places import ACTORS, SAME, Known, Place, look_around
from tests.harness import SLUG
from tests.served import Served, serving

SEND = """() => {
  const forms = [...document.querySelectorAll("main form")].filter((each) => each.method === "post");
  const form = forms.find((each) => each.querySelector(":is(input, select, textarea):not([type=hidden])")) ?? forms[0];
  form.noValidate = true;
  form.requestSubmit();
}"""


@pytest.fixture(scope="module")
def known(sqlite_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Known:
    """All pages, and everybody's way in."""
    folder = tmp_path_factory.mktemp("pages") / "data"
    found = look_around(sqlite_demo, folder)
    found.values["folder"] = str(folder)
    return found


@pytest.fixture(scope="module")
def house(known: Known) -> Iterator[Served]:
    """One process for all walks."""
    with serving({"DATA": known.values["folder"], "PLENARY_LOG_LEVEL": "WARNING"}) as process:
        yield process


@dataclass
class Walk:
    """What a walk has seen."""

    seen: int = 0
    wrong: list[str] = field(default_factory=list)
    titles: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@pytest.mark.parametrize("actor", ACTORS)
def test_every_page_is_fit_for_everybody(browser: Browser, house: Served, known: Known, actor: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    person = Watched(context, house.base)
    enter(person, known, actor)
    walk = Walk()
    for place in known.places:
        if place.actor == actor and is_page(person, place, walk):
            look_at(person, place, walk)
    context.close()
    walk.wrong += [
        f"{title} is the title of {sorted(names)}" for title, names in walk.titles.items() if len(names) > 1
    ]
    print(f"{actor}: {walk.seen} pages in four ways")
    assert walk.wrong == [], "\n".join(walk.wrong)
    assert walk.seen > 0


def enter(person: Watched, known: Known, actor: str) -> None:
    """Get in by the actor's own link."""
    if actor == "visitor":
        return
    if actor == "participant":
        for path in ("badges", "live", "sessions"):
            person.open(f"{known.links[actor]}/go?to=/{path}/{SLUG}/me")
    else:
        page = person.open(known.links[actor])
        page.get_by_role("main").get_by_role("button").first.click()
    person.wrong.clear()


def is_page(person: Watched, place: Place, walk: Walk) -> bool:
    """Whether HTML comes back; a redirect to a sign-in is a fault."""
    answer = person.page.context.request.get(person.base + place.path, max_redirects=0)
    location = answer.headers.get("location", "")
    if "/registration/continue" in location:
        return True  # the token is fetched on the way
    if answer.status >= 400 and place.endpoint:
        walk.wrong.append(f"{place.path}: {answer.status}")
    return answer.headers.get("content-type", "").startswith("text/html") and answer.status != 303


def look_at(person: Watched, place: Place, walk: Walk) -> None:
    """Open it and write down whatever is wrong."""
    page = person.open(place.path)
    walk.seen += 1
    if place.sent:
        with page.expect_navigation():
            page.evaluate(SEND)
    wrong = faults_at_all_sizes(page)
    if place.sent and not page.locator("[aria-invalid=true]").count():
        wrong.append("shows no error at a field")
    if place.endpoint:
        walk.titles[page.title()].add(SAME.get(place.endpoint, place.endpoint))
        wrong += person.wrong
    person.wrong.clear()
    if "/registration/sign-in?" in page.url:
        wrong.append("leads to the sign-in")
    walk.wrong += [f"{place.path}{' (sent empty)' if place.sent else ''}: {fault}" for fault in wrong]
