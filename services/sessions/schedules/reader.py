"""Reading a schedule file of any supported dialect."""

from typing import Final

from services.sessions.schedules.assembly import assemble
from services.sessions.schedules.errors import ForeignSchedule, UnreadableSchedule
from services.sessions.schedules.json_reader import read_json
from services.sessions.schedules.model import Schedule
from services.sessions.schedules.values import quoted
from services.sessions.schedules.xml_reader import read_xml

LARGEST_FILE: Final = 20 * 1024 * 1024

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_CHOOSE: Final = "Please choose a schedule.xml, a schedule.json or a calendar (.ics)."
_OTHER_KINDS: Final = (
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"%pdf", "a PDF document"),
    (b"pk\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"\x89png", "a picture (PNG)"),
)


def read_schedule(content: bytes, *, filename: str) -> Schedule:
    """The schedule in a file: pentabarf, frab or pretalx, XML or JSON.

    Single events that cannot be read are left out and named in `findings`. Raises UnreadableSchedule for a broken
    or empty file and ForeignSchedule for something that is no schedule; nothing else, whatever the bytes are.
    """
    name = quoted(filename or "The file", most=120)
    if len(content) > LARGEST_FILE:
        raise UnreadableSchedule(f"{name} is larger than {LARGEST_FILE // 1024 // 1024} MB.")
    body = content.removeprefix(_BYTE_ORDER_MARK).strip()
    if not body:
        raise UnreadableSchedule(f"{name} is empty.")
    front = body[:40].lower()
    for mark, kind in _OTHER_KINDS:
        if front.startswith(mark):
            raise ForeignSchedule(f"{name} looks like {kind}. {_CHOOSE}")
    if front.startswith(_UTF_16):
        body = _from_utf_16(content, name)
    if body.startswith(b"<"):
        return assemble(read_xml(body, filename=name), filename=name)
    if body.startswith((b"{", b"[")):
        return assemble(read_json(body, filename=name), filename=name)
    raise ForeignSchedule(f"{name} is neither XML nor JSON. {_CHOOSE}")


def _from_utf_16(content: bytes, name: str) -> bytes:
    """The same document in UTF-8; an XML declaration goes, because it names the old encoding."""
    try:
        text = content.decode("utf-16").strip()
    except UnicodeDecodeError as error:
        raise UnreadableSchedule(f"{name} begins like UTF-16 text and is none.") from error
    if text.startswith("<?xml"):
        text = text.partition("?>")[2].lstrip()
    return text.encode("utf-8", "replace")
