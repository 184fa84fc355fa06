"""A machine at its limits: who asks is told what is the matter and when to come back, and nothing is half done."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from PIL import Image
from sqlalchemy import exc, literal, select, text
from werkzeug.test import TestResponse

from services.allinone import Stack
from services.demo import run_demo
from shared.auth import public
from shared.db import Database
from shared.files import FileStore
from tests.provision.processes import free_ports
from tests.shared.test_web import Toy
from tests.shared.toys import create_tables, toy_services


def answer_of(folder: Path, fails: Callable[[Toy], Any]) -> TestResponse:
    """What a program is told when a view meets that."""
    toy = Toy(folder)
    toy.client.application.add_url_rule(  # type: ignore[attr-defined]
        "/badges/api/v1/fails", "fails", public(lambda: fails(toy))
    )
    return toy.client.get("/badges/api/v1/fails")


def fill_database(toy: Toy) -> None:
    with toy.database.write() as db:
        pages = db.scalar(text("PRAGMA page_count"))
        db.execute(text(f"PRAGMA max_page_count = {pages}"))
        db.execute(text("CREATE TABLE ballast (content BLOB)"))
        db.execute(text("INSERT INTO ballast VALUES (zeroblob(1000000))"))


def fill_server(_toy: Toy) -> None:
    raise exc.OperationalError("INSERT", None, psycopg.errors.DiskFull())


def clash(_toy: Toy) -> None:
    raise exc.OperationalError("UPDATE", None, psycopg.errors.DeadlockDetected())


def lose_server(_toy: Toy) -> None:
    """A statement that goes straight through the driver, as the door's do."""
    (port,) = free_ports(1)
    Database(f"postgresql+psycopg://nobody@127.0.0.1:{port}/none").write_once(select(literal(1)), {})


def fill_disk(_toy: Toy) -> None:
    Path("/dev/full").write_bytes(b"x")


def run_out(number: int) -> Callable[[Toy], None]:
    def fails(_toy: Toy) -> None:
        raise OSError(number, os.strerror(number))

    return fails


def need_memory(_toy: Toy) -> None:
    raise MemoryError


def hide_database(toy: Toy) -> None:
    """SQLite says so too when there are no descriptors left."""
    toy.database.close()
    file = Path(toy.database.url.removeprefix("sqlite:///"))
    file.rename(file.with_suffix(".away"))
    file.mkdir()
    with toy.database.read() as db:
        db.execute(text("SELECT 1"))


@pytest.mark.parametrize(
    ("fails", "status", "code"),
    [
        (fill_database, 507, "storage_full"),
        (fill_server, 507, "storage_full"),
        (fill_disk, 507, "storage_full"),
        (run_out(errno.EDQUOT), 507, "storage_full"),
        (run_out(errno.EMFILE), 503, "unavailable"),
        (need_memory, 503, "unavailable"),
        (hide_database, 503, "unavailable"),
        (clash, 503, "unavailable"),
        (lose_server, 503, "unavailable"),
        (run_out(errno.EISDIR), 500, "internal_error"),
    ],
)
def test_a_limit_is_told_as_what_it_is(
    tmp_path: Path, fails: Callable[[Toy], Any], status: int, code: str
) -> None:
    answer = answer_of(tmp_path, fails)
    assert (answer.status_code, answer.json["code"]) == (status, code)  # type: ignore[index]
    assert ("Retry-After" in answer.headers) == (status != 500)


@contextmanager
def without_descriptors() -> Iterator[None]:
    """This process may open nothing any more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = os.open("/dev/null", os.O_RDONLY)
    os.close(probe)  # the lowest that is free
    resource.setrlimit(resource.RLIMIT_NOFILE, (probe, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_page_says_so_even_when_its_template_cannot_be_opened(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    view = public(lambda: Path("/dev/null").read_text())
    toy.client.application.add_url_rule("/badges/fails", "fails", view)  # type: ignore[attr-defined]
    with without_descriptors():
        answer = toy.client.get("/badges/fails", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "try again in a moment" in answer.text


def test_half_a_picture_does_not_stay_where_there_is_no_room(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40, hard))  # bytes; less than the picture has
    try:
        with pytest.raises(OSError, match="File too large"):
            store.put_image(picture(), max_side=200)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def picture() -> BytesIO:
    stream = BytesIO()
    Image.new("RGB", (80, 40), "navy").save(stream, "PNG")
    stream.seek(0)
    return stream


@pytest.fixture
def own_signals() -> Iterator[None]:
    """What a test sets for signals is forgotten after it."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
def test_a_database_that_is_none_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "registration.db").write_bytes(b"torn" * 2000)
    (port,) = free_ports(1)
    assert run_demo({"DATA": str(tmp_path), "PORT": str(port)}) == 2
    assert "file is not a database" in capsys.readouterr().err


def test_a_full_disk_under_the_log_costs_nothing_but_lines() -> None:
    """In a process of its own, since logging is set up for the whole of one."""
    program = (
        "from shared.log import log, set_up_logging; set_up_logging(); log.warning('x' * 99_999); print('on')"
    )
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False
        )
    assert done.stdout == b"on\n"


def test_the_apps_of_the_one_process_are_made_before_the_first_request(tmp_path: Path) -> None:
    stack = Stack(toy_services(), {"DATA": str(tmp_path)})
    for runtime in stack.runtimes.values():
        create_tables(runtime)
    stack.start()
    made = ["app" in vars(runtime) for runtime in stack.runtimes.values()]
    stack.stop()
    assert all(made)
