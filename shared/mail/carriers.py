"""Who carries a mail: an SMTP server, or a local mailbox for trying things out."""

import smtplib
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from shared.mail.mailbox import Mailbox


class Carrier(Protocol):
    """Takes one message or raises smtplib.SMTPException or OSError."""

    def carry(self, message: EmailMessage) -> None: ...


class SmtpCarrier:
    """smtp://user:password@host:port, with STARTTLS where the server offers it; smtps:// for TLS from the start."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "smtps"
        self._host, self._port = parts.hostname or "localhost", parts.port or (465 if self._tls else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    def carry(self, message: EmailMessage) -> None:
        kind = smtplib.SMTP_SSL if self._tls else smtplib.SMTP
        with kind(self._host, self._port, timeout=20) as server:
            server.ehlo()
            if not self._tls and server.has_extn("starttls"):
                server.starttls()
                server.ehlo()
            if self._user:
                server.login(self._user, self._password)
            server.send_message(message)


class MailboxCarrier:
    """mailbox:///folder: each mail becomes a file that the mailbox page shows."""

    def __init__(self, folder: Path) -> None:
        self._mailbox = Mailbox(folder)

    def carry(self, message: EmailMessage) -> None:
        self._mailbox.put(message)


def carrier_of(url: str) -> Carrier | None:
    """The carrier that a URL names; None for an empty one. Raises ValueError for any other scheme."""
    scheme = urlsplit(url).scheme
    if not url:
        return None
    if scheme in ("smtp", "smtps"):
        return SmtpCarrier(url)
    if scheme == "mailbox":
        return MailboxCarrier(Path(unquote(urlsplit(url).path)))
    raise ValueError(f"no mail carrier for {scheme}:")
