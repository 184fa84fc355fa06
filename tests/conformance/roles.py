"""Who calls the APIs: the demonstration conference with one more participant, and what each role sends along."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.auth.handoff import COOKIE
from tests.harness import SLUG, SteppedStack
from tests.journeys.people import Organiser, Participant, Person

HOME = {
    "registration": "registration",
    "sessions": "sessions",
    "badges": "badges",
    "streaming_gateway": "live",
}
ROLES = ("anonymous", "participant", "organiser")
# Each service with the roles that call it; `session` is an organiser's browser, `device` a phone at the door.
RUNS = (
    *((service, role) for service in HOME for role in ROLES),
    ("registration", "session"),
    ("badges", "device"),
)
# What schemathesis is told about who calls: headers, or the value of a security scheme.
Credentials = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A data folder to be copied for each run, and the credentials of every role at every service."""

    folder: Path
    credentials: dict[tuple[str, str], Credentials]

    def copy(self, to: Path) -> SteppedStack:
        """The four services on data of their own."""
        return SteppedStack({"DATA": str(shutil.copytree(self.folder, to))}).open()


def prepare(demo: Path, to: Path) -> Prepared:
    """Register and approve somebody in a copy of the demonstration; sign everybody in."""
    stack = SteppedStack({"DATA": str(shutil.copytree(demo, to))}).open()
    organiser, participant = Organiser(stack), Participant(stack)
    participant.register()
    organiser.approve(participant.name)
    link = participant.personal_link()
    credentials: dict[tuple[str, str], Credentials] = {}
    for service in HOME:
        credentials[service, "anonymous"] = {}
        credentials[service, "participant"] = participant_token(participant, link, service)
        credentials[service, "organiser"] = organiser_token(organiser, service)
    credentials["registration", "session"] = session_cookie(organiser)
    credentials["badges", "device"] = device_secret(organiser)
    stack.settle()
    stack.close()
    return Prepared(folder=to, credentials=credentials)


def participant_token(participant: Participant, link: str, service: str) -> Credentials:
    """The token that a browser keeps as a cookie when it goes on from the personal page."""
    participant.client.get(f"{link}/go?to=/{HOME[service]}/{SLUG}/me")
    return bearer(cookie_of(participant, COOKIE, f"/{HOME[service]}"))


def organiser_token(organiser: Organiser, service: str) -> Credentials:
    """The token that a program gets for the organiser."""
    answer = organiser.client.post(
        "/registration/api/v1/tokens", json={"audience": service, "conference": SLUG}
    )
    return bearer(answer.json["token"])


def session_cookie(organiser: Organiser) -> Credentials:
    """What the organiser's browser sends to registration."""
    secret = cookie_of(organiser, "plenary_session", "/registration")
    return {"auth": {"openapi": {"session": {"api_key": secret}}}}


def device_secret(organiser: Organiser) -> Credentials:
    """The secret of a phone that was paired for all days."""
    organiser.open(f"/badges/manage/{SLUG}/door")
    days = organiser.form("/door").xpath(".//input[@name='day_ids']/@value")
    organiser.send("/door", name="Main entrance", day_ids=days)
    link = re.search(rf"/badges/{SLUG}/door/in/[A-Za-z0-9_-]+", organiser.page.text)
    assert link, organiser.page.text[:2000]
    phone = Person(organiser.stack)
    phone.open(link[0])
    phone.send()
    return bearer(cookie_of(phone, "plenary_door", "/badges"))


def cookie_of(person: Person, name: str, path: str) -> str:
    """What this person's browser keeps under a name."""
    cookie = person.client.get_cookie(name, path=path)
    assert cookie is not None, name
    return cookie.value


def bearer(token: str) -> Credentials:
    """A token as every call sends it."""
    return {"headers": {"Authorization": f"Bearer {token}"}}
