"""The sheets: every name is there, every code reads, nothing is cut or boxed."""

import io
import random
import subprocess
import unicodedata
from pathlib import Path

import pypdf
import pytest
import zxingcpp
from PIL import Image

from services.badges.pdf import BLANK, Sheet, badges_pdf, unprintable
from shared.web import qr

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
PEOPLE = (
    ("Maarten van der Zilverwoude", "Pabo Zilverwoude"),
    ("Καλλιόπη Μελισσουργού", "Παιδαγωγική Σχολή Αλκυονίδων"),
    ("Соломія Верболоз", "Учительський інститут Верболозів"),
    ("ريم الصنوبري", "دار المعلمين في عين الصنوبر"),
    ("נועה אלון־ברוש", "מכללת אורן"),
    ("Արմինե Լուսաձորյան", "Լուսաձորի Ուսուցիչների Դպրոց"),
    ("ნინო ლაჟვარდაშვილი", "ლაჟვარდის პედაგოგიური კოლეჯი"),
    ("İpek Gümüşçınar", "Gümüşçınar Öğretmen Okulu"),
    ("Nguyễn Thị Hồng Ánh", "Trường Sư phạm Ánh Hồng"),
)
RESOLUTIONS = (72, 150, 300)


def make_code(seed: int) -> str:
    return "PL1:" + "".join(random.Random(seed).choices(SIGNS, k=131))


def make_sheet(name: str = "Ada Ørsted", institution: str = "Pabo", **changes: str) -> Sheet:
    fact = {"country": "Belgium", "category": "Participant", "code": make_code(1), **changes}
    code = fact.pop("code")
    return Sheet(
        name=name, institution=institution, side=qr.SIDE, runs=qr.runs_of(qr.modules_of(code)), **fact
    )


def printed(*sheets: Sheet) -> bytes:
    return badges_pdf(sheets, conference="eTwinning for Future Teachers", accent="#1f5fa8")


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def people_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "badges.pdf"
    sheets = [
        make_sheet(name, institution, code=make_code(seed)) for seed, (name, institution) in enumerate(PEOPLE)
    ]
    path.write_bytes(printed(*sheets))
    return path


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_both_decoders_read_every_code(people_pdf: Path, tmp_path: Path, resolution: int) -> None:
    run("pdftoppm", "-r", str(resolution), "-png", str(people_pdf), str(tmp_path / "page"))
    pages = sorted(tmp_path.glob("*.png"))
    assert len(pages) == len(PEOPLE)
    for seed, page in enumerate(pages):
        assert [found.text for found in zxingcpp.read_barcodes(Image.open(page))] == [make_code(seed)]
        assert run("zbarimg", "-q", "--raw", str(page)).rstrip("\n") == make_code(seed)


def plain(text: str) -> str:
    """Without spaces, directions and presentation forms, in which extracted text may differ."""
    marks = unicodedata.normalize("NFKC", text)
    return "".join(mark for mark in marks if not mark.isspace() and unicodedata.category(mark) != "Cf")


def test_names_can_be_searched_and_copied(people_pdf: Path) -> None:
    text = plain(run("pdftotext", str(people_pdf), "-"))
    for name, institution in PEOPLE:
        for word in (*name.split(), *institution.split()):
            assert plain(word) in text


def test_fonts_are_embedded_with_their_letters(people_pdf: Path) -> None:
    lines = run("pdffonts", str(people_pdf)).splitlines()[2:]
    assert len(lines) == 2
    for line in lines:
        assert line.split()[-5:-2] == ["yes", "yes", "yes"]


def test_pages_are_a6_and_the_code_is_large_enough(people_pdf: Path) -> None:
    box = pypdf.PdfReader(people_pdf).pages[0].mediabox
    assert [round(float(side) / 72 * 25.4) for side in (box.width, box.height)] == [105, 148]
    content = pypdf.PdfReader(people_pdf).pages[0].get_contents()
    assert content is not None
    module = float(content.get_data().split(b" cm")[0].split()[-6])
    assert module * qr.SIDE / 72 * 25.4 >= 25


@pytest.mark.parametrize(
    "name",
    [
        "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff sen.",
        "W" * 200,
        "Maria-Magdalena-Theodora-Alexandra-Konstantina Papadopoulou-Oikonomopoulou von und zu Hohenfels",
        "ء" * 120,
    ],
)
def test_long_names_stay_on_the_sheet(name: str, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(printed(make_sheet(name, institution=name)))
    run("pdftoppm", "-r", "72", "-gray", str(path), str(tmp_path / "page"))
    page = Image.open(next(tmp_path.glob("page*.pgm")))
    below_the_band = page.crop((0, 66, page.width, page.height))
    ink = below_the_band.point(lambda grey: 255 if grey < 200 else 0).getbbox()
    assert ink is not None
    assert 10 < ink[0] < ink[2] < page.width - 10
    extracted = plain(pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages[0].extract_text())
    assert sum(extracted.count(letter) for letter in set(plain(name))) >= 2 * len(plain(name)) - 8


def test_unprintable_signs_are_named_and_become_a_line_to_write_on() -> None:
    assert unprintable("Ada 王小王 Ørsted") == ("王", "小")
    assert [unprintable(name + institution) for name, institution in PEOPLE] == [()] * len(PEOPLE)
    assert unprintable("e\u0301\u200d\ufe0f\u202b") == ()
    text = pypdf.PdfReader(io.BytesIO(printed(make_sheet("王小王 Ørsted")))).pages[0].extract_text()
    assert f"{BLANK} Ørsted" in text


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "𒀀"])
def test_a_sheet_without_a_printable_name_is_still_a_sheet(name: str) -> None:
    assert len(pypdf.PdfReader(io.BytesIO(printed(make_sheet(name, institution="")))).pages) == 1


def test_five_hundred_sheets_stay_small() -> None:
    sheets = [make_sheet(f"{PEOPLE[n % 9][0]} {n}", PEOPLE[n % 9][1], code=make_code(n)) for n in range(500)]
    assert len(printed(*sheets)) / 500 <= 3072
