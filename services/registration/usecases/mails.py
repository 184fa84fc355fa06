"""Sending a mail once more."""

from datetime import datetime
from uuid import UUID

from services.registration.errors import MailNotRepeatable
from services.registration.models import Conference
from services.registration.queries import attendees
from shared.db import MAIL, Transaction, wake


def send_again(db: Transaction, *, conference: Conference, mail_id: UUID, now: datetime) -> None:
    """Put a mail back into the queue; raises MailNotRepeatable while it is still in it."""
    mail = attendees.get_mail(db, conference.id, mail_id)
    if mail.state == "queued":
        raise MailNotRepeatable("This mail is still waiting to go out; it need not be sent again.")
    mail.state, mail.attempts, mail.error, mail.next_at = "queued", 0, "", now
    wake(db, MAIL)
