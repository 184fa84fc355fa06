"""F8: SQLite is killed in its commits, copied while open, and loses its log; each time it is whole, or says no."""

import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.faults.committing import count_commits, kill_while_committing
from tests.faults.diary import keep_diaries
from tests.faults.ledger import PREFIX, settle_accounts, wait_until_drained
from tests.faults.load import Load, open_registration
from tests.faults.nursery import HatchedServed
from tests.faults.outcome import Outcome, Setting
from tests.faults.seeded import seeded

TITLE = "F8 SQLite killed in a commit, copied while open, its log deleted"
PEOPLE = f"SELECT count(*) FROM attendees WHERE name LIKE '{PREFIX}%'"


def run(setting: Setting) -> Outcome:
    outcome = Outcome()
    chance = random.Random(setting.seed)
    _kill_in_commit(setting, chance, outcome)
    environ = seeded(setting.folder / "data")
    served = HatchedServed(environ)
    try:
        served.start()
        keep_diaries(environ)
        load = Load(served.port, open_registration(environ), name=f"{setting.seed}-")
        load.start()
        load.wait_for(5)
        _copy_while_open(setting, load, outcome)
        served.kill()
        _expect_all(setting, load, outcome)
        served.start()
        load.wait_for(load.accepted + 1)
        load.finish()
        wait_until_drained(environ)
        settle_accounts(environ, load.accepted).enter(outcome, "killed")
        served.kill()
        _delete_log(setting, load, served, outcome)
    finally:
        if served.process is not None:
            served.kill()
    return outcome


def _kill_in_commit(setting: Setting, chance: random.Random, outcome: Outcome) -> None:
    file = setting.folder / "commits.db"
    kills = 12 if setting.quick else 300
    complaints = kill_while_committing(file, kills=kills, chance=chance)
    outcome.complaints += complaints[:5]
    outcome.numbers["killed in a commit"] = (
        f"{kills} times over {count_commits(file)} commits, {len(complaints)} not whole"
    )


def _copy_while_open(setting: Setting, load: Load, outcome: Outcome) -> None:
    """Copying the files may tear them, and then SQLite has to say so; its own backup never may."""
    copies = 3 if setting.quick else 30
    source = setting.folder / "data" / "registration.db"
    states: Counter[str] = Counter()
    for number in range(copies):
        for way in ("files", "backup"):
            before = load.accepted
            copy = setting.folder / f"{way}-{number}.db"
            (_copy_files if way == "files" else _back_up)(source, copy)
            health, people = _look_at(copy)
            is_whole = health == "ok" and people >= before
            states[way] += is_whole
            if way == "backup" and not is_whole:
                outcome.complaints.append(f"backup: {health}, {people} of {before} people")
    outcome.numbers["copied while open"] = (
        f"{states['backup']} of {copies} backups by SQLite whole; {states['files']} of {copies} copies of "
        "the files (these may be torn)"
    )


def _expect_all(setting: Setting, load: Load, outcome: Outcome) -> None:
    """A kill under load costs nobody who was told of success."""
    accepted = load.accepted
    kept = setting.folder / "kept.db"
    _copy_files(setting.folder / "data" / "registration.db", kept)
    health, people = _look_at(kept)
    if health != "ok" or people < accepted:
        outcome.complaints.append(f"after a kill: {health}, {people} of {accepted} people")


def _delete_log(setting: Setting, load: Load, served: HatchedServed, outcome: Outcome) -> None:
    """After a kill the log holds the newest commits; whoever deletes it deletes them, and nothing else."""
    file = setting.folder / "data" / "registration.db"
    people = load.accepted
    for end in ("-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    health, left = _look_at(file)
    outcome.numbers["log deleted after a kill"] = (
        f"integrity {health}, {people - left} of {people} registrations lost, those since the last checkpoint"
    )
    if health != "ok":
        outcome.complaints.append(f"without its log: {health}")
    served.start()
    again = Load(served.port, open_registration(served.environ), name=f"{setting.seed}-again-")
    again.start()
    again.wait_for(3)
    again.finish()
    served.stop()
    _refuse_what_is_torn(file, served, outcome)


def _refuse_what_is_torn(file: Path, served: HatchedServed, outcome: Outcome) -> None:
    """A file that is no database any more: the process ends with a sentence, not with a traceback."""
    with file.open("r+b") as torn:
        torn.write(b"torn" * 2000)
    try:
        served.start()
    except RuntimeError:
        words = served.log.read_text(errors="replace").rpartition("Stopped.")[2]
        outcome.numbers["torn file"] = words.strip().splitlines()[-1][:120]
        if "Traceback" in words or "Plenary cannot start" not in words:
            outcome.complaints.append(f"a torn file is refused without a sentence: {words[-400:]}")
    else:
        outcome.complaints.append("a torn file is served")


def _copy_files(source: Path, copy: Path) -> None:
    for end in ("", "-wal"):
        if source.with_name(source.name + end).exists():
            shutil.copy(source.with_name(source.name + end), copy.with_name(copy.name + end))


def _back_up(source: Path, copy: Path) -> None:
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(copy)) as target:
        origin.backup(target)


def _look_at(file: Path) -> tuple[str, int]:
    """What SQLite says of its health, and how many people are in it."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            health = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
            return health, int(connection.execute(PEOPLE).fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error), 0
