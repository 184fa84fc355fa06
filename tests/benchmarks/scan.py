"""How quick a scan at the door is, against a bare app with the same statement, and embedded: `make bench`."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import insert

from services.badges import queries, rules
from services.badges.handlers import on_conference_stated
from services.badges.models import Badge, Holder
from services.badges.queries import door as find
from services.badges.rules import door
from services.badges.usecases.doors import DOOR_COOKIE
from services.badges.usecases.pairing import invite_device, pair_device
from shared.bus.outbox import row_of
from shared.clock import now
from shared.contracts.badges import AttendeeCheckedIn
from shared.db import Database
from shared.ids import new_id
from shared.migrations import migrate
from tests.benchmarks.load import Measured, measure, pooled, post_bytes
from tests.benchmarks.servers import bare_wsgi, granian
from tests.facts import SLUG, make_conference, make_day
from tests.harness import SLUG as DEMO
from tests.provision.postgres import postgres
from tests.provision.processes import free_ports
from tests.served import serving

WARM, ROUND, ROUNDS = 800, 2000, 3
FLOOR_DAY, OUR_DAY = UUID(int=71), UUID(int=72)


def seed_badges(database: Database, slug: str, number: int) -> dict[UUID, tuple[str, str]]:
    """New people with valid badges: badge id and code of each."""
    with database.read() as db:
        conference = queries.get_conference(db, slug)
        days = find.list_day_lists(db, conference.id)
        key = queries.list_keys(db, conference.id)[-1]
    private_key: Any = load_pem_private_key(key.private_pem.encode(), None)
    opens, closes = days[0].starts_at - timedelta(days=30), days[-1].ends_at + timedelta(days=30)
    holders, badges, made = [], [], {}
    for count in range(number):
        attendee, badge = new_id(), uuid4().hex[:16]
        facts = rules.BadgeFacts(
            key_id=key.key_id,
            conference_number=conference.number,
            badge_id=badge,
            not_before=opens.replace(second=0, microsecond=0),
            not_after=closes.replace(second=0, microsecond=0),
        )
        code = rules.sign_code(private_key, facts)
        made[attendee] = (badge, code)
        names = {
            "display_name": f"Person Número {count}",
            "institution": "Akademia Złotoborska",
            "country": "PL",
        }
        folded = {"folded_name": f"person {count}", "folded": f"person {count}"}
        own = {"day_ids": [str(day.day_id) for day in days], "state": "approved", "category": "participant"}
        holders.append(
            {"attendee_id": attendee, "version": 1, "conference_id": conference.id, **names, **folded, **own}
        )
        window = {"not_before": facts.not_before, "not_after": facts.not_after}
        moments = {"issued_at": now(), "signed_at": now()}
        fixed = {"key_id": key.key_id, "klass": 1, "version": 1, "conference_id": conference.id}
        badges.append(
            {"badge_id": badge, "attendee_id": attendee, "code": code, **window, **moments, **fixed}
        )
    with database.write() as db:
        db.execute(insert(Holder), holders)
        db.execute(insert(Badge), badges)
    return made


def pair(database: Database, slug: str) -> tuple[str, UUID]:
    """The secret of a newly paired device, and its id."""
    with database.write() as db:
        conference = queries.get_conference(db, slug)
        days = [day.day_id for day in find.list_day_lists(db, conference.id)]
        invitation = invite_device(
            db, conference=conference, name="Bench", day_ids=days, by="", minutes=60, now=now()
        )
        kept = pair_device(db, conference=conference, secret=invitation.secret, now=now())
        db.flush()
        device = find.find_device_by_secret(db, kept)
        assert device is not None
    return kept, device.id


def scans_of(slug: str, secret: str, day_id: UUID, codes: Sequence[str]) -> list[bytes]:
    """What the page of the door sends."""
    path, headers = f"/badges/api/v1/conferences/{slug}/scans", {"Cookie": f"{DOOR_COOKIE}={secret}"}
    return [
        post_bytes(
            path,
            json.dumps(
                {
                    "code": code,
                    "day_id": str(day_id),
                    "nonce": uuid4().hex,
                    "scanned_at": now().isoformat(),
                }
            ).encode(),
            {**headers, "Sec-Fetch-Site": "same-origin"},
        )
        for code in codes
    ]


def floor_scans(
    conference_id: UUID, device_id: UUID, day_id: UUID, badges: Mapping[UUID, tuple[str, str]]
) -> list[bytes]:
    """The values of the statement, ready to be sent to the database."""
    requests = []
    for attendee, (badge, _) in badges.items():
        event = AttendeeCheckedIn(
            version=1,
            attendance_id=door.attendance_id(attendee, day_id),
            attendee_id=attendee,
            conference_id=conference_id,
            day_id=day_id,
            at=now(),
        )
        values = {
            "conference_id": conference_id,
            "conference_version": 1,
            "day_id": day_id,
            "day_like": "%",
            "device_id": device_id,
            "nonce": uuid4().hex,
            "refused": "",
            "detail": "",
            "code": "",
            "badge_id": badge,
            **{f"told_{name}": value for name, value in row_of(event).items()},
        }
        requests.append(post_bytes("/", json.dumps(values, default=str).encode(), {}))
    return requests


def measure_deployed() -> tuple[Measured, Measured]:
    """The floor and the product, taking turns on the same PostgreSQL; both by granian, 2 workers x 4 threads."""
    number = WARM + ROUND * ROUNDS
    with postgres() as url, tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        plain = url.replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench_scan")
        address = f"{url.rpartition('/')[0]}/bench_scan"
        database = Database(address)
        migrate(database, "badges")
        days = tuple(
            make_day(day_id=day_id, position=place, starts_at=now(), ends_at=now() + timedelta(hours=6))
            for place, day_id in enumerate((FLOOR_DAY, OUR_DAY))
        )
        with database.write() as db:
            on_conference_stated(db, make_conference(days=days))
            conference_id = queries.get_conference(db, SLUG).id
        badges = seed_badges(database, SLUG, number)
        secret, device_id = pair(database, SLUG)
        ours = scans_of(SLUG, secret, OUR_DAY, [code for _, code in badges.values()])
        floors = floor_scans(conference_id, device_id, FLOOR_DAY, badges)
        database.close()
        our_port, floor_port = free_ports(2)
        environ = {
            "PLENARY_BADGES_DATABASE_URL": address,
            "PLENARY_BUS_URL": "memory:",
            "PLENARY_BASE_URL": f"http://127.0.0.1:{our_port}",
            "PLENARY_DATA_DIR": folder,
            "PLENARY_LOG_LEVEL": "WARNING",
            "FLOOR_DATABASE": address.replace("+psycopg", ""),
        }
        served = ["-m", "services", "web", "badges", "--port", str(our_port)]
        bare = bare_wsgi("tests.benchmarks.door_floor:app", floor_port)
        with granian(served, our_port, environ), granian(bare, floor_port, environ):
            return _in_turns(our_port, ours, floor_port, floors)


def _in_turns(
    our_port: int, ours: Sequence[bytes], floor_port: int, floors: Sequence[bytes]
) -> tuple[Measured, Measured]:
    measure(floor_port, floors[:WARM])
    measure(our_port, ours[:WARM])
    floor_parts, our_parts = [], []
    for begin in range(WARM, WARM + ROUND * ROUNDS, ROUND):
        floor_parts.append(measure(floor_port, floors[begin : begin + ROUND]))
        our_parts.append(measure(our_port, ours[begin : begin + ROUND]))
    return pooled(floor_parts), pooled(our_parts)


def measure_embedded() -> tuple[Measured, int]:
    """The all-in-one process on SQLite, and how often a database was locked in it."""
    with (
        tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder,
        serving({"DATA": folder, "PLENARY_LOG_LEVEL": "WARNING"}) as served,
    ):
        database = Database(f"sqlite:///{folder}/badges.db")
        badges = seed_badges(database, DEMO, WARM + ROUND)
        secret, _ = pair(database, DEMO)
        with database.read() as db:
            day = find.list_day_lists(db, queries.get_conference(db, DEMO).id)[0]
        database.close()
        requests = scans_of(DEMO, secret, day.day_id, [code for _, code in badges.values()])
        assert served.process is not None
        _wait_until_idle(served.process.pid)  # the first start makes the test programme's video
        measure(served.port, requests[:WARM])
        measured = measure(served.port, requests[WARM:])
        return measured, served.log.read_text().count("locked")


def _wait_until_idle(pid: int) -> None:
    """Until the process and its children use less than a tenth of a core for a second; at most a minute."""
    for _ in range(60):
        before = _ticks(pid)
        time.sleep(1)
        if _ticks(pid) - before < os.sysconf("SC_CLK_TCK") / 10:
            return


def _ticks(pid: int) -> int:
    """Processor time that was used by the process and by its children, also by those that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = "".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")).split()
    return sum(map(int, fields[11:15])) + sum(_ticks(int(child)) for child in children)


def report(name: str, measured: Measured) -> None:
    print(
        f"{name:44} {measured.rate:7.0f} scans/s   p50 {measured.percentile(50):6.2f} ms   "
        f"p99 {measured.percentile(99):6.2f} ms   {measured.statuses}"
    )


def main() -> int:
    floor, ours = measure_deployed()
    report("bare WSGI + psycopg, the same statement", floor)
    report("Plenary, PostgreSQL, granian 2w4t, 8 clients", ours)
    print(
        f"{'':44} {ours.rate / floor.rate:.0%} of the floor's rate, "
        f"p99 {ours.percentile(99) / floor.percentile(99):.2f} times the floor's"
    )
    embedded, locked = measure_embedded()
    report("Plenary, all-in-one, SQLite, 8 clients", embedded)
    print(f"{'':44} database is locked: {locked} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
