"""Writing a mail, and the delivery loop that sends queued ones."""

import base64
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from uuid import UUID

from sqlalchemy import delete, select

from shared.clock import now
from shared.db import MAIL, Database, Transaction, wake
from shared.ids import new_id
from shared.log import log
from shared.mail.carriers import Carrier
from shared.mail.tables import Mail

MAX_ATTEMPTS = 8


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file to send along; `content_type` as in `text/calendar; charset=utf-8`."""

    filename: str
    content_type: str
    content: bytes


def send(
    db: Transaction,
    *,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    attachments: tuple[Attachment, ...] = (),
    subject_id: str | None = None,
    conference_id: UUID | None = None,
) -> None:
    """Queue a mail in this transaction. While events are replayed nothing is sent a second time."""
    if db.info.get("replay"):
        return
    files = [
        {
            "filename": item.filename,
            "content_type": item.content_type,
            "content": base64.b64encode(item.content).decode(),
        }
        for item in attachments
    ]
    db.add(
        Mail(
            id=new_id(),
            to=to,
            subject=" ".join(subject.split())[:300],
            text=text,
            html=html,
            attachments=files,
            subject_id=subject_id,
            conference_id=conference_id,
            state="queued",
            attempts=0,
            error="",
            next_at=now(),
            created_at=now(),
        )
    )
    wake(db, MAIL)


def forget_mails(db: Transaction, subject_id: UUID) -> None:
    """Drop every mail about somebody or something, sent or not."""
    db.execute(delete(Mail).where(Mail.subject_id == str(subject_id)))


def deliver_due(database: Database, carrier: Carrier, sender: str) -> bool:
    """Send the next queued mail; says whether there was one.

    The row is claimed first and settled after, so a crash in between repeats a mail rather than losing it.
    """
    due = (Mail.state == "queued", Mail.next_at <= now())
    with database.read() as db:
        if db.scalar(select(Mail.id).where(*due).limit(1)) is None:
            return False
    with database.write() as db:
        mail = db.scalar(
            select(Mail).where(*due).order_by(Mail.next_at).limit(1).with_for_update(skip_locked=True)
        )
        if mail is None:
            return False
        mail.attempts += 1
        mail.next_at = now() + min(timedelta(hours=1), timedelta(seconds=10 * 2**mail.attempts))
    outcome, error = _carry(carrier, mail, sender)
    with database.write() as db:
        row = db.get(Mail, mail.id)
        if row is not None:  # an erased person's mails are gone
            row.state = "failed" if outcome == "queued" and row.attempts >= MAX_ATTEMPTS else outcome
            row.error, row.sent_at = error, now() if outcome == "sent" else None
    return True


def _carry(carrier: Carrier, mail: Mail, sender: str) -> tuple[str, str]:
    try:
        carrier.carry(compose(mail, sender))
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        reason = "; ".join(
            f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values()
        )
        return ("bounced" if all(code >= 500 for code in codes) else "queued"), reason
    except (smtplib.SMTPException, OSError, ValueError) as error:
        log.warning("mail not sent", mail_id=str(mail.id), reason=type(error).__name__)
        return "queued", f"{type(error).__name__}: {error}"
    return "sent", ""


def compose(mail: Mail, sender: str) -> EmailMessage:
    """The MIME message: plain text, an HTML alternative, attachments."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = make_msgid(
        idstring=mail.id.hex, domain=sender.rpartition("@")[2].rstrip(">") or "plenary"
    )
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for item in mail.attachments:
        maintype, _, subtype = item["content_type"].partition(";")[0].partition("/")
        content = base64.b64decode(item["content"])
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=item["filename"])
    return message
