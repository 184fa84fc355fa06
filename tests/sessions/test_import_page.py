"""Importing on a page: what a file would change is shown first, and nothing is half done."""

from io import BytesIO

import lxml.html
import pytest
from sqlalchemy import func, select
from werkzeug.test import Client, TestResponse

from services.sessions.models import Slot
from tests.sessions.conftest import SLUG, House
from tests.sessions.test_importing import BRUSSELS, LATE, XML

PAGE = f"/sessions/manage/{SLUG}/import"
FILE = XML.format(more=LATE, zone=BRUSSELS).encode()


def upload(client: Client, content: bytes, name: str = "night.xml") -> TestResponse:
    return client.post(PAGE, data={"file": (BytesIO(content), name)})


def count(house: House) -> int:
    with house.database.read() as db:
        return db.scalar(select(func.count()).select_from(Slot).where(Slot.cancelled.is_(False))) or 0


def hidden(page: TestResponse) -> dict[str, str]:
    tree = lxml.html.fromstring(page.text)
    return {field.get("name"): field.get("value") for field in tree.xpath("//main//input[@type='hidden']")}


def test_a_file_is_looked_at_first_and_taken_in_afterwards(seeded: House) -> None:
    organiser, before = seeded.organiser(), count(seeded)
    seen = upload(organiser, FILE)
    assert seen.status_code == 200
    assert "2 events on 1 days" in seen.text and "night.xml" in seen.text
    assert count(seeded) == before
    done = organiser.post(f"{PAGE}/take", data=hidden(seen))
    assert done.status_code == 303 and "done=imported" in done.headers["Location"]
    assert count(seeded) == before + 2  # what people made themselves is not cancelled
    again = upload(organiser, FILE)
    assert organiser.post(f"{PAGE}/take", data=hidden(again)).status_code == 303
    assert count(seeded) == before + 2


def test_what_was_found_in_a_file_is_told_with_its_place(seeded: House) -> None:
    twice = LATE.replace("1e1d2c3b", "0e1d2c3b")
    page = upload(seeded.organiser(), XML.format(more=twice, zone=BRUSSELS).encode())
    assert page.status_code == 200 and "Findings" in page.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<schedule><conference>", "wrong.bin"),
        (b"PK\x03\x04", "zip archive"),
        (b"{}", "file"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"\x00" * 1000, "neither XML nor JSON"),
    ],
)
def test_what_is_no_schedule_is_refused_in_words(seeded: House, content: bytes, words: str) -> None:
    page = upload(seeded.organiser(), content, "wrong.bin")
    assert page.status_code == 422 and words in lxml.html.fromstring(page.text).text_content()


def test_a_file_that_was_never_looked_at_is_not_taken_in(seeded: House) -> None:
    organiser = seeded.organiser()
    for name in ("0" * 64, "../../sessions.db", "x", ""):
        answer = organiser.post(f"{PAGE}/take", data={"waiting": name, "filename": "a.xml"})
        assert answer.status_code == 422
    assert organiser.post(PAGE, data={}).status_code == 422
    assert seeded.organiser("other").get(PAGE).status_code in (303, 403, 404)


def test_the_page_shows_fifty_of_a_kind_and_the_text_file_all_of_them(seeded: House) -> None:
    organiser, before = seeded.organiser(), count(seeded)
    event = '<event id="{0}"><date>2026-11-26T0{1}:00:00+01:00</date><duration>00:05</duration></event>'
    many = "".join(event.format(100 + number, number % 9) for number in range(120))
    seen = upload(organiser, XML.format(more=many, zone=BRUSSELS).encode())
    assert seen.text.count("An event without a title") == 50 and "70 more of the same kind" in seen.text
    (address,) = lxml.html.fromstring(seen.text).xpath("//a[@download]/@href")
    found = organiser.get(address)
    assert found.mimetype == "text/plain" and "attachment" in found.headers["Content-Disposition"]
    lines = found.text.splitlines()
    assert sum("An event without a title" in line for line in lines) == 120
    assert all(line.startswith(("warning: ", "notice: ")) for line in lines)
    assert count(seeded) == before
    assert seeded.visitor.get(address).status_code != 200


def test_findings_of_a_file_that_nobody_looked_at_are_refused_in_words(seeded: House) -> None:
    for name in ("0" * 64, "../../sessions.db", "x"):
        asked = {"waiting": name, "filename": "a.xml"}
        answer = seeded.organiser().get(f"{PAGE}/findings.txt", query_string=asked)
        assert answer.status_code == 422 and "choose it again" in answer.text
    assert seeded.organiser().get(f"{PAGE}/findings.txt").status_code == 422
