"""Clock, settings, text, files, timers: the small parts everything stands on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, text

from shared.clock import now, to_instant
from shared.db import Transaction
from shared.errors import Invalid, NotFound
from shared.files import FileStore, Shelf
from shared.ids import new_id
from shared.log import mask_path
from shared.settings import Secret, ServiceSettings, WrongSettings, load_settings
from shared.text import fold, like_pattern
from shared.timers import Timer, cancel, fire_due, schedule
from shared.web.look import _contrast, look_css
from tests.harness import SteppedStack


def test_a_time_in_the_spring_gap_names_its_neighbours() -> None:
    with pytest.raises(ValueError, match=r"does not exist.*01:30 or 03:30"):
        to_instant(datetime(2027, 3, 28, 2, 30), "Europe/Brussels")


def test_a_time_in_the_autumn_hour_asks_for_an_offset() -> None:
    with pytest.raises(ValueError, match=r"happens twice.*\+0200 or \+0100"):
        to_instant(datetime(2027, 10, 31, 2, 30), "Europe/Brussels")
    assert to_instant(datetime.fromisoformat("2027-10-31T02:30+01:00"), "Europe/Brussels").hour == 1


def test_ids_are_uuid7_in_the_order_of_time() -> None:
    ids = [new_id() for _ in range(50)]
    assert {one.version for one in ids} == {7}
    assert [one.int >> 80 for one in ids] == sorted(one.int >> 80 for one in ids)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("universite", "Université"), ("ŁODZ", "Łódź"), ("ΑΘΗΝΑ", "Αθήνα"), ("isik", "Işık")],
)
def test_search_ignores_accents_and_case(typed: str, stored: str) -> None:
    assert fold(typed) in fold(stored)


def test_wildcards_in_a_search_are_ordinary_characters() -> None:
    assert like_pattern("100%_") == "%100\\%\\_%"


@dataclass(frozen=True, kw_only=True)
class ToySettings(ServiceSettings):
    seats: int
    strict: bool = False


def test_settings_name_every_missing_and_wrong_variable_at_once() -> None:
    with pytest.raises(WrongSettings) as caught:
        load_settings(ToySettings, "toy", {"PLENARY_TOY_SEATS": "many", "PLENARY_TOY_STRICT": "perhaps"})
    message = str(caught.value)
    for name in (
        "DATABASE_URL is missing",
        "BUS_URL is missing",
        "SEATS must be a whole number",
        "STRICT must be",
    ):
        assert f"PLENARY_TOY_{name}" in message


def test_settings_never_show_their_secrets() -> None:
    environ = {
        "PLENARY_DATABASE_URL": "postgresql://user:hunter2@host/db",
        "PLENARY_BUS_URL": "memory:",
        "PLENARY_BASE_URL": "http://localhost",
        "PLENARY_DATA_DIR": ".",
        "PLENARY_TOY_SEATS": "3",
    }
    settings = load_settings(ToySettings, "toy", environ)
    assert settings.seats == 3
    assert "hunter2" not in repr(settings)
    assert isinstance(settings.database_url, Secret)


def test_capabilities_are_masked_in_logged_paths() -> None:
    assert (
        mask_path("/registration/me/abcdefghijklmnopqrstuvwxyz012345/cancel") == "/registration/me/***/cancel"
    )


def picture(kind: str = "JPEG") -> BytesIO:
    stream = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    Image.new("RGB", (800, 400), "navy").save(stream, kind, exif=exif)
    stream.seek(0)
    return stream


def test_an_uploaded_picture_is_scaled_and_loses_its_metadata(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    name = store.put_image(picture(), max_side=200)
    with Image.open(store.path_of(name)) as stored:
        assert stored.size == (200, 100)
    assert b"where I live" not in store.path_of(name).read_bytes()
    assert store.put_image(picture(), max_side=200) == name


def test_a_picture_stands_as_the_camera_was_held(tmp_path: Path) -> None:
    upright = Image.new("RGB", (300, 200), "#aa8800")
    exif = upright.getexif()
    exif[0x0112] = 6  # to be turned by 90 degrees, as phones say it
    stream = BytesIO()
    upright.save(stream, "JPEG", exif=exif)
    stream.seek(0)
    store = FileStore(tmp_path)
    with Image.open(store.path_of(store.put_image(stream, max_side=150))) as stored:
        assert stored.size == (100, 150)
        assert not stored.getexif()


def test_the_same_file_may_come_many_times_at_once(tmp_path: Path) -> None:
    shelf, crowd, rounds = Shelf(tmp_path), 8, 30
    together = Barrier(crowd)

    def put(number: int) -> str:
        together.wait()
        return shelf.put(b"the same %d" % number)

    with ThreadPoolExecutor(crowd) as people:
        for number in range(rounds):
            names = list(people.map(put, [number] * crowd))
            assert len(set(names)) == 1
            assert shelf.get(names[0]) == b"the same %d" % number
    assert len(list(tmp_path.iterdir())) == rounds


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\nbroken"]
)
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        FileStore(tmp_path).put_image(BytesIO(content), max_side=200, field="logo")
    assert "logo" in caught.value.fields


@pytest.mark.parametrize("name", ["../../etc/passwd", "a.png", "0" * 64 + ".svg"])
def test_only_names_the_store_gave_are_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        FileStore(tmp_path).path_of(name)


@pytest.mark.parametrize("accent", ["#004494", "#ffcc00", "#000000", "#ffffff", "#e91e63"])
def test_any_accent_gives_readable_text(accent: str) -> None:
    sheet = look_css(accent)
    ink = sheet.partition("--accent-ink:")[2][:7]
    light, dark = (part[:7] for part in sheet.split("--accent-text:")[1:])
    assert _contrast(accent, ink) >= 4.5
    assert _contrast(light, "#ffffff") >= 4.5
    assert _contrast(dark, "#14161c") >= 4.5


def test_a_timer_fires_once_when_it_is_due(toys: SteppedStack) -> None:
    database, fired = toys.service("sessions").database, []

    def ring(_db: Transaction, payload: dict[str, Any], _now: datetime) -> None:
        fired.append(payload["what"])

    with database.write() as db:
        schedule(db, key="bell", kind="ring", due_at=now() + timedelta(hours=1), payload={"what": "later"})
        schedule(db, key="bell", kind="ring", due_at=now(), payload={"what": "moved"})
        schedule(db, key="never", kind="ring", due_at=now(), payload={"what": "cancelled"})
        cancel(db, "never")
    while fire_due(database, {"ring": ring}, now()):
        pass
    assert fired == ["moved"]


def test_a_failing_timer_changes_nothing_and_tries_again(toys: SteppedStack) -> None:
    database = toys.service("sessions").database

    def fails(db: Transaction, _payload: dict[str, Any], _now: datetime) -> None:
        db.execute(text("DELETE FROM timers"))
        raise RuntimeError("no luck")

    with database.write() as db:
        schedule(db, key="bad", kind="fails", due_at=now(), payload={})
    assert fire_due(database, {"fails": fails}, now())
    with database.read() as db:
        timer = db.scalars(select(Timer)).one()
    assert (timer.done_at, timer.attempts, timer.reason) == (None, 1, "RuntimeError: no luck")
    assert timer.due_at > now()


def test_writers_at_the_same_time_never_meet_a_locked_database(toys: SteppedStack) -> None:
    database = toys.service("sessions").database
    with database.write() as db:
        db.execute(text("CREATE TABLE counter (n INTEGER)"))
        db.execute(text("INSERT INTO counter VALUES (0)"))

    def add() -> None:
        for _ in range(10):
            with database.write() as db:
                db.execute(text("UPDATE counter SET n = n + 1"))

    threads = [Thread(target=add) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as db:
        assert db.scalar(text("SELECT n FROM counter")) == 160


def test_a_reader_cannot_change_anything(toys: SteppedStack) -> None:
    database = toys.service("sessions").database
    with database.read() as db:
        db.add(Timer(key="x", kind="x", due_at=now(), payload={}))
        db.flush()
    with database.read() as db:
        assert db.get(Timer, "x") is None
