"""The badges of the demonstration on paper, read by three decoders; and forged, refused at the public edge."""

import base64
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import base45
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from services.badges.models import Badge, Holder
from services.badges.rules import CODE_BYTES, PREFIX
from tests.harness import SLUG, SteppedStack
from tests.journeys.people import Organiser

JSQR = Path(__file__).parents[2] / "node_modules" / "jsqr" / "dist" / "jsQR.js"
# Dots per inch, and how many pages: at 300, twelve are enough for the time they take.
RESOLUTIONS = ((72, 99), (150, 99), (300, 12))
VERIFY = f"/badges/api/v1/conferences/{SLUG}/verifications"
# A page as jsQR wants it: the red, green, blue and opacity of every pixel.
READ = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, width, height)?.data ?? "nothing";
}"""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """The PDF of all badges, with whose they are and what their codes say, page by page."""

    stack: SteppedStack
    organiser: Organiser
    pdf: Path
    names: list[str]
    codes: list[str]


@pytest.fixture(scope="module")
def printed(sqlite_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    """What the organiser gets who prints all badges."""
    folder = tmp_path_factory.mktemp("printed")
    stack = SteppedStack({"DATA": str(shutil.copytree(sqlite_demo, folder / "data"))}).open()
    organiser = Organiser(stack)
    organiser.open(f"/badges/manage/{SLUG}/")
    organiser.send("/print", which="all", order="name")
    pdf = folder / "badges.pdf"
    pdf.write_bytes(organiser.page.data)
    query = select(Holder.display_name, Badge.code).join(Badge, Badge.attendee_id == Holder.attendee_id)
    with stack.service("badges").database.read() as db:
        rows = db.execute(query.where(Badge.revoked_at.is_(None)).order_by(Holder.folded_name)).all()
    yield Printed(
        stack=stack,
        organiser=organiser,
        pdf=pdf,
        names=[name for name, _ in rows],
        codes=[code for _, code in rows],
    )
    stack.close()


@pytest.fixture(scope="module")
def jsqr(chromium: Browser) -> Iterator[Page]:
    """A page that has jsQR."""
    page = chromium.new_page()
    page.evaluate(JSQR.read_text())
    yield page
    page.close()


def test_the_demonstration_has_names_in_many_scripts(printed: Printed) -> None:
    letters = [mark for name in printed.names for mark in name if mark.isalpha()]
    assert len({unicodedata.name(letter).split()[0] for letter in letters}) >= 5


@pytest.mark.parametrize(("resolution", "most"), RESOLUTIONS)
def test_three_decoders_read_the_same_on_every_page(
    printed: Printed, jsqr: Page, tmp_path: Path, resolution: int, most: int
) -> None:
    size = ["-r", str(resolution), "-l", str(most)]
    subprocess.run(["pdftoppm", *size, "-gray", "-png", str(printed.pdf), str(tmp_path / "page")], check=True)
    pages, codes = sorted(tmp_path.glob("*.png")), printed.codes[:most]
    assert len(pages) == len(codes) >= 12
    assert [by_zxing(page) for page in pages] == codes
    assert by_zbar(pages) == codes
    assert [by_jsqr(jsqr, page) for page in pages] == codes


def by_zxing(page: Path) -> str:
    return "|".join(found.text for found in zxingcpp.read_barcodes(Image.open(page)))


def by_zbar(pages: list[Path]) -> list[str]:
    command = ["zbarimg", "-q", "--raw", *map(str, pages)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def by_jsqr(jsqr: Page, page: Path) -> str:
    return str(jsqr.evaluate(READ, base64.b64encode(page.read_bytes()).decode("ascii")))


def test_a_printed_code_is_good_and_with_any_bit_changed_it_is_refused(printed: Printed) -> None:
    raw = base45.b45decode(printed.codes[0].removeprefix(PREFIX))
    assert len(raw) == CODE_BYTES
    genuine = verdict(printed, raw)
    assert genuine["reason"] in (None, "not_yet_valid")
    reasons = set()
    for bit in range(8 * CODE_BYTES):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        answer = verdict(printed, bytes(changed))
        assert not answer["valid"], bit
        reasons.add(answer["reason"])
    assert reasons == {"invalid", "unknown_key", "other_conference", "bad_signature"}


def verdict(printed: Printed, raw: bytes) -> dict[str, object]:
    """What the API says of a code with these bytes."""
    code = PREFIX + base45.b45encode(raw).decode("ascii")
    answer = printed.organiser.client.post(VERIFY, json={"code": code})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)
