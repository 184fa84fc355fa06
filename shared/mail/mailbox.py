"""A folder of mails for demonstrations: put one in, list them, read one."""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import parsedate_to_datetime
from pathlib import Path

from shared.errors import NotFound
from shared.ids import new_id

_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, kw_only=True)
class StoredAttachment:
    """A file that came with a mail; `number` is its place in the mail, from 0."""

    number: int
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class StoredMail:
    """A delivered mail."""

    id: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str
    attachments: tuple[StoredAttachment, ...]

    @property
    def preview(self) -> str:
        return " ".join(self.text.split())[:140]


class Mailbox:
    """Newest first; one file a mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, message: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{new_id().hex}.eml"
        draft = path.with_suffix(f".{os.getpid()}.part")
        draft.write_bytes(message.as_bytes(policy=SMTPUTF8))
        draft.replace(path)

    def list(self, limit: int = 200) -> list[StoredMail]:
        names = sorted((path.stem for path in self._folder.glob("*.eml")), reverse=True)
        return [self.get(name) for name in names[:limit]]

    def get(self, name: str) -> StoredMail:
        """Raises NotFound."""
        path = self._folder / f"{name}.eml"
        if not _NAME.fullmatch(name) or not path.is_file():
            raise NotFound
        message = message_from_bytes(path.read_bytes(), policy=SMTPUTF8)
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        return StoredMail(
            id=name,
            to=str(message["To"]),
            subject=str(message["Subject"]),
            sent_at=parsedate_to_datetime(message["Date"]).astimezone(UTC),
            text=text.get_content() if text else "",
            html=html.get_content() if html else "",
            attachments=tuple(
                StoredAttachment(
                    number=number,
                    name=part.get_filename() or "attachment",
                    content_type=part.get_content_type(),
                    content=bytes(part.get_payload(decode=True) or b""),
                )
                for number, part in enumerate(message.iter_attachments())
            ),
        )
