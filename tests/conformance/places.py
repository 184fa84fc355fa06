"""Every page there is: an address for each GET route, and somebody who may see it."""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from services.registration import usecases
from services.registration.models import Attendee
from services.sessions.models import Day, Room, Session, Slot, Speaker, Track
from services.streaming_gateway.models import Conference as Streamed
from services.streaming_gateway.models import Stage
from shared.auth.guard import policy_of
from shared.auth.principal import DEVICE_SCOPES, PARTICIPANT_SCOPES
from shared.clock import now
from tests.harness import SLUG, SteppedStack
from tests.journeys.people import Organiser, Participant
from tests.shared.test_bus import envelope

# The front door shows the list of conferences.
SAME = {"site.front": "sessions.index"}
ACTORS = ("visitor", "participant", "organiser", "device")
# Routes that are no pages of ours, by the end of their endpoint.
NO_PAGES = {
    "static": "a file of a service",
    "assets.look": "a style sheet",
    "assets.shared_file": "a file of the design system",
    "uploaded_file": "a picture",
    "late_banner": "a part of the agenda's page",
    "sessions.my_calendar": "a calendar",
    "sessions.calendar_code": "a picture",
    "sessions.list_findings": "a text about a file that waits",
    "mailbox.show_html": "a mail, dressed for mail programs",
    "mailbox.download": "an attachment",
    "api_page": "swagger-ui, which tests/browser/test_journey.py opens",
}
# What these routes need to have in their query.
QUERIES = {
    "registration.go": f"?to=/badges/{SLUG}/me",
    "registration.suggest": "?q=linde",
    "registration.pass_on": f"?to=/sessions/manage/{SLUG}/",
}
IDS: dict[str, tuple[str, Any]] = {
    "attendee_id": ("registration", Attendee.id),
    "day_id": ("sessions", Day.id),
    "room_id": ("sessions", Room.id),
    "session_id": ("sessions", Session.id),
    "slot_id": ("sessions", Slot.id),
    "speaker_id": ("sessions", Speaker.id),
    "track_id": ("sessions", Track.id),
    "stage_id": ("streaming_gateway", Stage.id),
}
NEW = "autumn-meeting"  # a conference in which there is nothing yet
# Pages that one route shows in several ways: who, where.
VARIANTS = (
    ("visitor", f"/sessions/{SLUG}/?q=nothing-is-called-so"),
    ("visitor", f"/sessions/{SLUG}/?day=2&kind=workshop"),
    ("visitor", f"/sessions/{SLUG}/screen/?theme=dark"),
    ("visitor", "/sessions/nowhere/"),
    ("visitor", f"/registration/{SLUG}/nowhere"),
    ("visitor", f"/badges/{SLUG}/door"),
    ("visitor", f"/badges/{SLUG}/door/in/not-a-secret-that-anybody-made"),
    ("visitor", "/registration/in/not-a-secret-that-anybody-made"),
    ("participant", f"/sessions/{SLUG}/me"),
    ("organiser", f"/registration/manage/{SLUG}/?state=pending"),
    ("organiser", f"/registration/manage/{SLUG}/?q=nobody-is-called-so"),
    ("organiser", f"/badges/manage/{SLUG}/?q=nobody-is-called-so"),
    ("organiser", "/badges/manage/events"),  # where nothing is parked
    *(
        ("organiser", f"/{path.format(NEW)}")
        for path in (
            "sessions/manage/{}/",
            "sessions/manage/{}/release",
            "sessions/manage/{}/rooms",
            "sessions/manage/{}/late",
            "sessions/manage/{}/speakers/",
            "registration/manage/{}/",
            "registration/manage/{}/institutions",
            "registration/manage/{}/mails",
            "badges/manage/{}/",
            "badges/manage/{}/door",
            "live/manage/{}/",
        )
    ),
)
# Forms that come back with their errors when they are sent as they are.
EMPTY_FORMS = (
    ("visitor", f"/registration/{SLUG}/"),
    ("visitor", f"/registration/{SLUG}/lost-link"),
    ("visitor", "/registration/sign-in"),
    ("visitor", f"/badges/{SLUG}/door"),
    ("organiser", f"/registration/manage/{SLUG}/team"),
    ("organiser", f"/registration/manage/{SLUG}/institutions"),
    ("organiser", f"/sessions/manage/{SLUG}/rooms"),
    ("organiser", f"/sessions/manage/{SLUG}/sessions/new"),
    ("organiser", f"/badges/manage/{SLUG}/door"),
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page to look at; `endpoint` is empty for a variant, `sent` when its form is to be sent as it is."""

    endpoint: str = ""
    path: str
    actor: str
    sent: bool = False


@dataclass(kw_only=True)
class Known:
    """What the routes' parameters may stand for, and the links by which everybody gets in."""

    links: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


def look_around(demo: Path, to: Path) -> Known:
    """Make a copy of the demonstration in which everybody has a way in, and list its pages."""
    stack = SteppedStack({"DATA": str(shutil.copytree(demo, to))}).open()
    known = Known()
    _open_doors(stack, known)
    for name, (service, column) in IDS.items():
        with stack.service(service).database.read() as db:
            rows = select(column)
            if (
                column is Stage.id
            ):  # unlike all other ids these do not sort by age, and the new conference has one too
                rows = rows.join(Streamed, Streamed.id == Stage.conference_id).where(Streamed.slug == SLUG)
            known.values[name] = str(db.scalars(rows).first())
    apps = [(name, runtime.app) for name, runtime in stack.runtimes.items()]
    if stack._mailbox is not None:
        known.values["name"] = stack.mails()[0].id
        apps.append(("mailbox", stack._mailbox))
    for name, app in apps:
        known.places += _places(app, known, first=name == "registration")
    known.places += [Place(path=path, actor=actor) for actor, path in VARIANTS]
    known.places += [Place(path=path, actor=actor, sent=True) for actor, path in EMPTY_FORMS]
    stack.close()
    return known


def _open_doors(stack: SteppedStack, known: Known) -> None:
    organiser, participant = Organiser(stack), Participant(stack)
    participant.register()
    organiser.approve(participant.name)
    known.links["participant"] = participant.personal_link()
    about = {"name": "Autumn Meeting", "zone": "Europe/Athens", "first_day": "2027-10-07", "day_count": "1"}
    organiser.open("/sessions/manage/")  # fetches the token for this page
    made = organiser.client.post("/sessions/manage/", data={"slug": NEW, **about})
    assert made.status_code == 303, made.text[:2000]
    stack.settle()
    known.values["speaker"] = _speaker_link(organiser)
    known.values["number"] = "1"  # the first release
    known.links["device"] = _pairing_link(organiser)
    known.values["secret"] = _pairing_link(organiser).rpartition("/")[2]
    known.values["me"] = known.links["participant"].rpartition("/")[2]
    with stack.service("registration").database.write() as db:
        for name in ("organiser", "in"):
            address = "organiser@plenary.example"
            known.links[name] = "/registration/in/" + usecases.invite_organiser(
                db, address=address, conference=None, now=now()
            )
    known.values["in"] = known.links["in"].rpartition("/")[2]
    known.values["event_id"] = _park(stack)
    stack.settle()


def _park(stack: SteppedStack) -> str:
    """An event that registration still tries, and two that it gave up, of which one can be read; its id."""
    inbox = stack.service("registration").inbox
    inbox.receive(envelope(data={"version": "none"}))
    inbox.receive(b"\xff nothing that anybody could read")
    facts = {
        "name": "A long name of a conference " * 9,
        "days": [{"opens_at": now().isoformat(), "position": 1}],
    }
    _, (event_id, _) = inbox.park(
        envelope(type="plenary.sessions.conference.stated.v2", dataclass="none", data=facts),
        "unknown version: plenary.sessions.conference.stated.v2",
    )
    return str(event_id)


def _speaker_link(organiser: Organiser) -> str:
    """The secret of a speaker's personal link."""
    organiser.open(f"/sessions/manage/{SLUG}/speakers/")
    page = re.search(rf"/sessions/manage/{SLUG}/speakers/[0-9a-f-]{{36}}", organiser.page.text)
    assert page, organiser.page.text[:2000]
    made = organiser.client.post(f"{page[0]}/link")
    link = re.search(r"/sessions/me/([A-Za-z0-9_-]+)", made.text)
    assert link, made.text[:2000]
    return link[1]


def _pairing_link(organiser: Organiser) -> str:
    organiser.open(f"/badges/manage/{SLUG}/door")
    days = organiser.form("/door").xpath(".//input[@name='day_ids']/@value")
    organiser.send("/door", name="Main entrance", day_ids=days)
    link = re.search(rf"/badges/{SLUG}/door/in/[A-Za-z0-9_-]+", organiser.page.text)
    assert link, organiser.page.text[:2000]
    return link[0]


def _places(app: Any, known: Known, *, first: bool) -> list[Place]:
    """The GET routes of an app; what every app has is listed once."""
    found = []
    for rule in app.url_map.iter_rules():
        endpoint = rule.endpoint
        shared = "." not in endpoint or endpoint.startswith(("health.", "events."))
        if "GET" not in rule.methods or "/api/v1/" in rule.rule or (shared and not first):
            continue
        if any(endpoint == name or endpoint.endswith(f".{name}") for name in NO_PAGES):
            continue
        path = _path(rule.rule, known) + QUERIES.get(endpoint, "")
        found.append(Place(endpoint=endpoint, path=path, actor=_actor(app, endpoint)))
    return found


def _path(rule: str, known: Known) -> str:
    return re.sub(r"<(?:[\w()=]+:)?(\w+)>", lambda part: _value(part[1], rule, known), rule)


def _value(name: str, rule: str, known: Known) -> str:
    """What stands for a parameter; fails for one that nobody has thought of."""
    if name == "conference":
        return SLUG
    if (
        name == "token"
    ):  # the same word in /registration/me/<token>, /registration/in/<token>, /sessions/me/<token>
        name = "speaker" if rule.startswith("/sessions/") else rule.split("/")[2]
    assert name in known.values, f"say in tests/conformance/places.py what {name} in {rule} may stand for"
    return known.values[name]


def _actor(app: Any, endpoint: str) -> str:
    policy = policy_of(app, endpoint) or ""
    if policy in PARTICIPANT_SCOPES:
        return "participant"
    if endpoint == "badges.show_door" or policy in DEVICE_SCOPES:
        return "device"
    return "organiser" if policy else "visitor"
