"""F13: the disk of the databases, logs and uploads is full, then the broker's; nothing is broken, and all heals."""

import shutil
import subprocess
import time
from io import BytesIO
from pathlib import Path

import psycopg
from PIL import Image
from sqlalchemy import text

from services.settings import NAMES
from shared.files import FileStore
from tests.faults.accounts import accounts
from tests.faults.diary import keep_diaries
from tests.faults.ledger import settle_accounts, wait_until_drained
from tests.faults.load import open_registration
from tests.faults.nursery import HatchedServed
from tests.faults.outcome import Outcome, Setting
from tests.faults.probing import Probe
from tests.faults.seeded import seeded
from tests.faults.small_disk import MountRefused, SmallDisk, small_disk
from tests.faults.stand import DRAIN_SECONDS, Stand, stand
from tests.faults.toys import NAMES as TOYS
from tests.provision.postgres import DURABLE, cluster

TITLE = "F13 disk full: databases, logs and uploads; the broker"
ROOM = 32  # megabytes that are left before the disk is filled: each of the databases may have a log of 4 MB
SERVER_ROOM = 400
COMMANDS = (Path("/usr/lib/rabbitmq/bin/rabbitmqctl"),)


def run(setting: Setting) -> Outcome:
    outcome = Outcome()
    try:
        _fill_sqlite(setting, outcome)
        if not setting.quick:
            _fill_postgresql(setting, outcome)
    except MountRefused as error:
        outcome.numbers["databases, logs, uploads"] = f"not tried, this machine mounts nothing: {error}"
    _fill_broker(setting, outcome)
    return outcome


def _fill_sqlite(setting: Setting, outcome: Outcome) -> None:
    """One folder holds all of it: the four databases, what the process prints, uploads, mails, media."""
    ready = setting.folder / "data"
    environ = seeded(ready)
    used = sum(file.stat().st_size for file in ready.rglob("*") if file.is_file())
    with small_disk(2 * used // 1_000_000 + ROOM) as disk:
        data = disk.folder / "data"
        shutil.copytree(ready, data)
        environ["DATA"] = str(data)
        served = HatchedServed(environ)
        try:
            served.start()
            keep_diaries(environ)
            _probe(setting, environ, served.port, disk, outcome, "SQLite")
            _refuse_upload(data, disk, outcome)
            served.stop()
        finally:
            if served.process is not None:
                served.kill()


def _fill_postgresql(setting: Setting, outcome: Outcome) -> None:
    with small_disk(SERVER_ROOM) as disk, cluster(settings=DURABLE, folder=disk.folder) as database:
        environ = {"DATA": str(setting.folder / "full"), "PLENARY_LOG_LEVEL": "ERROR"}
        with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
            for name in NAMES:
                connection.execute(f"CREATE DATABASE {name}")
                environ[f"PLENARY_{name.upper()}_DATABASE_URL"] = f"{database.url.rpartition('/')[0]}/{name}"
        served = HatchedServed(environ)
        try:
            served.start()
            keep_diaries(environ)
            _probe(setting, environ, served.port, disk, outcome, "PostgreSQL")
            served.stop()
        finally:
            if served.process is not None:
                served.kill()


def _probe(
    setting: Setting, environ: dict[str, str], port: int, disk: SmallDisk, outcome: Outcome, what: str
) -> None:
    probe = Probe(port, open_registration(environ), f"{setting.seed}-{what}-")
    probe.start()
    probe.wait_until_well()
    disk.fill()
    time.sleep(3 if setting.quick else 20)
    disk.free()
    healed = probe.wait_until_well()
    time.sleep(1)
    probe.finish()
    drained = wait_until_drained(environ)
    answers = ", ".join(f"{count} x {status}" for status, count in probe.statuses.items())
    outcome.numbers[what] = (
        f"{answers}, {len(probe.wrong)} wrong, healed in {healed:.1f} s, drained in {drained:.1f} s, "
        f"{probe.accepted} registered"
    )
    outcome.complaints += [f"{what}: {entry}" for entry in probe.wrong[:5]]
    if not probe.statuses["507"] + probe.statuses["503"]:
        outcome.complaints.append(f"{what}: nobody noticed")
    settle_accounts(environ, probe.accepted).enter(outcome, what)
    if what == "SQLite":
        outcome.complaints += [f"{what}: {entry}" for entry in _corrupted(environ)]


def _corrupted(environ: dict[str, str]) -> list[str]:
    found = []
    with accounts(environ) as stack:
        for name, runtime in stack.runtimes.items():
            with runtime.database.read() as db:
                health = db.scalar(text("PRAGMA integrity_check"))
            if health != "ok":
                found.append(f"{name}: {health}")
    return found


def _refuse_upload(data: Path, disk: SmallDisk, outcome: Outcome) -> None:
    """The store itself, on the full disk: no half of a picture may stay, and the same upload works afterwards."""
    folder = data / "uploads"
    store = FileStore(folder)
    folder.mkdir()
    disk.fill()
    try:
        store.put_image(_picture(), max_side=400)
    except OSError as error:
        outcome.numbers["upload"] = f"refused: {error.strerror}; {len(list(folder.iterdir()))} files left"
    else:
        outcome.complaints.append("an upload found room on a full disk")
    if list(folder.iterdir()):
        outcome.complaints.append("half an upload stayed on the full disk")
    disk.free()
    store.path_of(store.put_image(_picture(), max_side=400))


def _picture() -> BytesIO:
    stream = BytesIO()
    Image.effect_noise((400, 400), 90).save(stream, "PNG")
    stream.seek(0)
    return stream


def _fill_broker(setting: Setting, outcome: Outcome) -> None:
    """The broker's own alarm: it takes nothing in until there is room; who tells goes on, and all of it comes later."""
    with stand(setting, "f13") as here:
        for name in TOYS:
            here.start(name)
        telling = here.telling(rate=30)
        telling.start()
        here.wait_for_effects(1)
        _command(here, "set_disk_free_limit", "9999GB")
        before, sent, began = telling.commits, here.count_sent(), time.monotonic()
        time.sleep(2 if setting.quick else 60)
        told, blocked = telling.commits - before, time.monotonic() - began
        was_blocked = here.count_sent() - sent < told
        _command(here, "set_disk_free_limit", "50MB")
        sent, began = here.count_sent(), time.monotonic()
        here.wait(lambda: here.count_sent() > sent, DRAIN_SECONDS, "nothing was published again")
        healed = time.monotonic() - began
        telling.finish()
        drained = here.drain()
        result = here.finish(telling)
    outcome.numbers["broker"] = (
        f"blocked for {blocked:.1f} s, {told} commits meanwhile, slowest {telling.slowest * 1000:.0f} ms, "
        f"publishing again {healed:.1f} s after, drained in {drained:.1f} s"
    )
    if not was_blocked or not told:
        result.complaints.append("the broker was not blocked" if told else "commits waited for the broker")
    for name in ("commits", "effects", "lost", "doubled", "out_of_order", "unexplained"):
        setattr(outcome, name, getattr(outcome, name) + getattr(result, name))
    outcome.complaints += [f"broker: {entry}" for entry in result.complaints]


def _command(here: Stand, *words: str) -> None:
    program = next(found for found in COMMANDS if found.exists())
    done = subprocess.run(
        [program, *words], env=here.node.environ, check=False, capture_output=True, text=True, timeout=60
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
