"""A letter: the parts of a mail, written as text and as HTML from the same words."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from shared.db import Transaction
from shared.mail.outgoing import Attachment, send

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, kw_only=True)
class LetterList:
    """A heading and rows of (when, what, where); `where` may be empty."""

    heading: str
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is written; `link` is (label, address), and `lists` are told in times of `zone`."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    link: tuple[str, str]
    sender: str
    accent: str = "#1f5fa8"
    zone: str = ""
    lists_title: str = ""
    lists: tuple[LetterList, ...] = field(default_factory=tuple)
    closing: tuple[str, ...] = field(default_factory=tuple)


def send_letter(
    db: Transaction,
    letter: Letter,
    *,
    to: str,
    subject_id: UUID,
    conference_id: UUID | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> None:
    """Queue it in this transaction."""
    send(
        db,
        to=to,
        subject=letter.subject,
        text=TEMPLATES.get_template("letter.txt").render(letter=letter),
        html=TEMPLATES.get_template("letter.html").render(letter=letter),
        attachments=attachments,
        subject_id=str(subject_id),
        conference_id=conference_id,
    )


def full_address(db: Transaction, path: str) -> str:
    """Where a link of a letter leads, also for what a timer or an event has written."""
    return f"{db.info['base_url']}{path}"
