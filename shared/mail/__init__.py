"""Mail: a row with the change it is about, delivered by the worker."""

from shared.mail.outgoing import Attachment, send

__all__ = ["Attachment", "send"]
