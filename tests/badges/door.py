"""A door: a conference that lives on its closed day, holders with badges, and phones that are paired."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from services.badges import queries
from services.badges.models import Badge, Scan
from services.badges.usecases.doors import DOOR_COOKIE
from services.badges.usecases.pairing import Invitation, invite_device, pair_device
from shared.bus.tables import Outbox
from shared.clock import now
from shared.contracts.sessions import ConferenceStated
from shared.runtime import Runtime
from tests.facts import CLOSED_DAY, OPEN_DAY, SLUG, at, make_conference, offset_to

DOOR, API = f"/badges/{SLUG}/door", f"/badges/api/v1/conferences/{SLUG}"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
BOTH = (OPEN_DAY, CLOSED_DAY)


def conference_at(clock: str, day: int = 27, **changes: Any) -> ConferenceStated:
    """The conference, rehearsing a moment of November, seconds after it so that no rounding comes before it."""
    return make_conference(
        **{"rehearsal": True, "clock_offset": offset_to(at(clock, day)) + 5, "version": 2, **changes}
    )


def invite(
    badges: Runtime, *, name: str = "Main entrance", days: Any = BOTH, minutes: int = 60
) -> Invitation:
    with badges.database.write() as db:
        conference = queries.get_conference(db, SLUG)
        return invite_device(
            db, conference=conference, name=name, day_ids=days, by="", minutes=minutes, now=now()
        )


def paired(badges: Runtime, **wanted: Any) -> Client:
    """A browser that holds the cookie of a paired device."""
    secret = invite(badges, **wanted).secret
    with badges.database.write() as db:
        kept = pair_device(db, conference=queries.get_conference(db, SLUG), secret=secret, now=now())
    phone = Client(badges.app)
    phone.set_cookie(DOOR_COOKIE, kept, path="/badges")
    return phone


def code_of(badges: Runtime, attendee_id: UUID) -> str:
    with badges.database.read() as db:
        query = select(Badge.code).where(Badge.attendee_id == attendee_id).order_by(Badge.issued_at.desc())
        return db.scalars(query.limit(1)).one()


def scan(
    phone: Client, code: str, *, day: UUID = CLOSED_DAY, nonce: str | None = None, **more: Any
) -> TestResponse:
    body = {"code": code, "day_id": str(day), "nonce": nonce or f"nonce-{uuid4()}", **more}
    return phone.post(f"{API}/scans", json=body, headers=SAME_ORIGIN)


def answers(phone: Client, *codes: str, day: UUID = CLOSED_DAY) -> list[str]:
    """The reason of each answer, "ok" for who is let in."""
    told = [scan(phone, code, day=day).get_json() for code in codes]
    return [body["reason"] or body["status"] for body in told]


def history(badges: Runtime) -> list[Scan]:
    with badges.database.read() as db:
        return list(db.scalars(select(Scan).order_by(Scan.id)))


def told(badges: Runtime) -> list[tuple[str, int, str]]:
    with badges.database.read() as db:
        rows = db.scalars(select(Outbox).where(Outbox.type.like("%.attendee.%")).order_by(Outbox.seq))
        return [(row.type.split(".")[3], row.sequence, row.body) for row in rows]
