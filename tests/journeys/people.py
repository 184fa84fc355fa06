"""The people of the journeys, each with a browser of their own, who fill in the very forms the pages show."""

import re
from datetime import timedelta
from typing import Any

import lxml.html
from werkzeug.test import Client, TestResponse

from services.registration import usecases
from shared.clock import now
from tests.harness import SLUG, SteppedStack

INSTITUTION = "Lerarenhogeschool Lindeveld"


class Person:
    """A browser with cookies. Follows redirects as browsers do."""

    def __init__(self, stack: SteppedStack) -> None:
        self.stack = stack
        self.client: Client = stack.new_client()
        self.page: TestResponse = self.client.get("/sessions/")

    def open(self, path: str, **kwargs: Any) -> TestResponse:
        self.page = self.client.get(path, follow_redirects=True, **kwargs)
        return self.page

    def form(self, action: str = "") -> Any:
        """The form on the page whose action ends so; without one, the first that is sent by POST."""
        tree = lxml.html.fromstring(self.page.text)
        for form in tree.forms:
            if form.method == "POST" and (form.action or "").endswith(action):
                return form
        raise AssertionError(f"no form {action!r} on {self.page.request.path}: {self.page.text[:500]}")

    def send(self, action: str = "", **changes: Any) -> TestResponse:
        """Send the form as it stands, with these fields changed; a list sends a field several times."""
        form = self.form(action)
        values: dict[str, list[str]] = {}
        for name, value in form.form_values():
            values.setdefault(name, []).append(value)
        for name, value in changes.items():
            values[name] = [str(one) for one in (value if isinstance(value, list) else [value])]
        path = form.action or self.page.request.full_path.rstrip("?")
        self.page = self.client.post(path, data=values, follow_redirects=True)
        return self.page


class Organiser(Person):
    """Signed in by the one-time link that the command prints."""

    def __init__(self, stack: SteppedStack, address: str = "organiser@plenary.example") -> None:
        super().__init__(stack)
        with stack.service("registration").database.write() as db:
            secret = usecases.invite_organiser(db, address=address, conference=None, now=now())
        self.open(f"/registration/in/{secret}")
        self.send()
        assert self.page.request.path == "/registration/manage/", self.page.request.path

    def attendee_id(self, name: str) -> str:
        """The id behind a name on the list of registrations."""
        self.open(f"/registration/manage/{SLUG}/?q={name}")
        found = re.search(r"/people/([0-9a-f-]{36})", self.page.text)
        assert found, self.page.text[:2000]
        return found[1]

    def approve(self, name: str) -> None:
        attendee = self.attendee_id(name)
        self.send(attendee_ids=[attendee], decision="approved")
        assert self.page.status_code == 200, self.page.text[:1000]

    def slot_id(self, title: str) -> str:
        """The slot of a session in the draft table."""
        self.open(f"/sessions/manage/{SLUG}/")
        tree = lxml.html.fromstring(self.page.text)
        for link in tree.xpath("//a[contains(@href, '/slots/')]"):
            row = link.xpath("ancestor::tr")
            if row and title in row[0].text_content():
                return str(link.get("href")).rstrip("/").rpartition("/")[2]
        raise AssertionError(f"no slot of {title}")

    def move(self, slot_id: str, *, minutes_later: int, **changes: Any) -> None:
        """Move a slot in the draft."""
        self.open(f"/sessions/manage/{SLUG}/slots/{slot_id}")
        fields = dict(self.form().form_values())
        hour, minute = (int(part) for part in fields["time"].split(":")[:2])
        moved = timedelta(hours=hour, minutes=minute + minutes_later)
        self.send(time=f"{moved.seconds // 3600:02d}:{moved.seconds // 60 % 60:02d}", **changes)
        assert self.page.status_code == 200, self.page.text[:2000]

    def release(self, name: str) -> TestResponse:
        self.open(f"/sessions/manage/{SLUG}/release")
        return self.send(name=name)


class Participant(Person):
    """Registers with a name and an address."""

    def __init__(
        self, stack: SteppedStack, name: str = "Zoë Ångström", address: str = "zoe@plenary.example"
    ) -> None:
        super().__init__(stack)
        self.name, self.address = name, address

    def register(self, **changes: Any) -> TestResponse:
        self.open(f"/registration/{SLUG}/")
        days = lxml.html.fromstring(self.page.text).xpath("//input[@name='day_ids']/@value")
        answers = {
            "name": self.name,
            "address": self.address,
            "country": "BE",
            "institution": INSTITUTION,
            "day_ids": list(days),
            "terms": "true",
            "privacy": "true",
        }
        return self.send(**{**answers, **changes})

    def personal_link(self) -> str:
        """The path of the newest personal link in this person's mailbox."""
        self.stack.settle()
        for mail in self.stack.mails(self.address):
            found = re.search(r"/registration/me/[A-Za-z0-9_-]+", mail.text)
            if found:
                return found[0]
        raise AssertionError(f"no link among {[mail.subject for mail in self.stack.mails(self.address)]}")
