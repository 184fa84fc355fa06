"""Mails leave through a real SMTP server, and the ones that cannot are seen."""

from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update
from werkzeug.test import Client

from shared.clock import now
from shared.mail import Attachment
from shared.mail.carriers import carrier_of
from shared.mail.mailbox import Mailbox
from shared.mail.mailbox_app import make_mailbox_app
from shared.mail.outgoing import MAX_ATTEMPTS, deliver_due, send
from shared.mail.tables import Mail
from tests.harness import SteppedStack
from tests.provision.processes import free_ports

SENDER = "Plenary <no-reply@plenary.example>"


class Sink:
    """Accepts mail, except for addresses that say what is wrong with them."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address.startswith("bounce"):
            return "550 no such mailbox"
        if address.startswith("grey"):
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.received.append(BytesParser(policy=SMTPUTF8).parsebytes(envelope.content))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def smtp() -> Iterator[tuple[Sink, str]]:
    sink = Sink()
    (port,) = free_ports(1)
    controller = Controller(sink, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    yield sink, f"smtp://127.0.0.1:{port}"
    controller.stop()


def deliver(toys: SteppedStack, url: str, **mail: Any) -> Mail:
    database, carrier = toys.service("sessions").database, carrier_of(url)
    assert carrier is not None
    with database.write() as db:
        send(db, **{"subject": "Grüße", "text": "Hello", **mail})
    while deliver_due(database, carrier, SENDER):
        pass
    with database.read() as db:
        return db.scalars(select(Mail)).one()


def test_a_mail_arrives_with_text_html_and_attachment(toys: SteppedStack, smtp: tuple[Sink, str]) -> None:
    sink, url = smtp
    file = Attachment(filename="badge.pdf", content_type="application/pdf", content=b"%PDF-")
    mail = deliver(toys, url, to="ζωή@παράδειγμα.example", html="<p>Hello</p>", attachments=(file,))
    assert mail.state == "sent"
    (message,) = sink.received
    assert message["Subject"] == "Grüße"
    assert message.get_body(("html",)).get_content().strip() == "<p>Hello</p>"  # type: ignore[union-attr]
    assert [part.get_filename() for part in message.iter_attachments()] == ["badge.pdf"]


def test_a_line_break_in_a_subject_cannot_add_a_header(toys: SteppedStack, smtp: tuple[Sink, str]) -> None:
    sink, url = smtp
    deliver(toys, url, to="a@b.example", subject="Hello\r\nBcc: everybody@b.example")
    assert sink.received[0]["Bcc"] is None


def test_a_refused_recipient_is_seen_as_bounced(toys: SteppedStack, smtp: tuple[Sink, str]) -> None:
    mail = deliver(toys, smtp[1], to="bounce@b.example")
    assert (mail.state, mail.error) == ("bounced", "550 no such mailbox")


@pytest.mark.parametrize("to", ["grey@b.example", "a@b.example"])
def test_a_passing_failure_is_tried_again_and_at_last_given_up(
    toys: SteppedStack, smtp: Any, to: str
) -> None:
    url = smtp[1] if to.startswith("grey") else "smtp://127.0.0.1:9"
    mail = deliver(toys, url, to=to)
    assert mail.state == "queued"
    assert mail.error
    database, carrier = toys.service("sessions").database, carrier_of(url)
    assert carrier is not None
    for _ in range(MAX_ATTEMPTS):
        with database.write() as db:
            db.execute(update(Mail).values(next_at=now()))
        deliver_due(database, carrier, SENDER)
    with database.read() as db:
        assert db.scalars(select(Mail)).one().state == "failed"


def test_nothing_is_sent_while_events_are_replayed(toys: SteppedStack) -> None:
    with toys.service("sessions").database.write() as db:
        db.info["replay"] = True
        send(db, to="a@b.example", subject="x", text="x")
    with toys.service("sessions").database.read() as db:
        assert list(db.scalars(select(Mail))) == []


def test_the_local_mailbox_shows_what_was_sent(toys: SteppedStack, tmp_path: Path) -> None:
    url = f"mailbox://{tmp_path}/box"
    file = Attachment(filename="note.txt", content_type="text/plain", content=b"hi")
    deliver(toys, url, to="a@b.example", text="Hello <b>there</b>", html="<p>Hello</p>", attachments=(file,))
    (stored,) = Mailbox(tmp_path / "box").list()
    assert (stored.to, stored.subject, stored.html.strip()) == ("a@b.example", "Grüße", "<p>Hello</p>")
    app = make_mailbox_app(url)
    assert app is not None
    client = Client(app)
    assert "Grüße" in client.get("/mailbox/").text
    assert "Hello &lt;b&gt;there" in client.get(f"/mailbox/{stored.id}").text
    assert client.get(f"/mailbox/{stored.id}/files/0").data == b"hi"
    assert client.get("/mailbox/../../etc/passwd").status_code == 404
