"""Mail: a row with the change it is about, delivered by the worker."""

from shared.mail.letter import Letter, LetterList, full_address, send_letter
from shared.mail.outgoing import Attachment, forget_mails

__all__ = [
    "Attachment",
    "Letter",
    "LetterList",
    "forget_mails",
    "full_address",
    "send_letter",
]
