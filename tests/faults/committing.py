"""A process that does nothing but commit to a SQLite database, so that a kill hits it in a commit."""

import multiprocessing
import os
import random
import time
from multiprocessing import reduction
from pathlib import Path

from sqlalchemy import text

from shared.db import Database

_CONTEXT = multiprocessing.get_context("forkserver")
TABLES = ("CREATE TABLE IF NOT EXISTS first (n INTEGER)", "CREATE TABLE IF NOT EXISTS second (n INTEGER)")
ROW = "INSERT INTO {} VALUES (:n)"
BALLAST = 40  # rows per commit and table, so that a commit has several pages


def kill_while_committing(file: Path, *, kills: int, chance: random.Random) -> list[str]:
    """Kill it so many times at random moments; what is not as it should be afterwards is returned."""
    complaints = []
    for _ in range(kills):
        reader, writer = os.pipe()
        child = _CONTEXT.Process(target=_commit, args=(str(file), reduction.DupFd(writer)), daemon=True)
        child.start()
        os.close(writer)
        said = os.read(reader, 1 << 20)  # it has begun
        time.sleep(chance.uniform(0.0, 0.15))
        child.kill()
        child.join()
        while more := os.read(reader, 1 << 20):
            said += more
        os.close(reader)
        complaints += _check(file, int(said.split()[-1]))
    return complaints


def count_commits(file: Path) -> int:
    database = Database(f"sqlite:///{file}")
    try:
        with database.read() as db:
            return (db.scalar(text("SELECT count(*) FROM first")) or 0) // BALLAST
    finally:
        database.close()


def _check(file: Path, told: int) -> list[str]:
    """`told` is the last commit that the process spoke of before it died."""
    database = Database(f"sqlite:///{file}")
    try:
        with database.read() as db:
            health = str(db.scalar(text("PRAGMA integrity_check")))
            first, second = (
                list(db.scalars(text(f"SELECT n FROM {table} ORDER BY n"))) for table in ("first", "second")
            )
    finally:
        database.close()
    complaints = [] if health == "ok" else [f"integrity: {health[:200]}"]
    if first != second:
        complaints.append(f"half-written: {len(first)} rows in one table, {len(second)} in the other")
    if (first[-1] if first else 0) < told:
        complaints.append(f"commit {told} was confirmed and is lost")
    return complaints


def _commit(file: str, pipe: object) -> None:
    output: int = pipe.detach()  # type: ignore[attr-defined]
    database = Database(f"sqlite:///{file}")
    with database.write() as db:
        for statement in TABLES:
            db.execute(text(statement))
        number = db.scalar(text("SELECT max(n) FROM first")) or 0
    os.write(output, f"{number}\n".encode())
    while True:
        number += 1
        with database.write() as db:
            for table in ("first", "second"):
                db.execute(text(ROW.format(table)), [{"n": number}] * BALLAST)
        os.write(output, f"{number}\n".encode())
