"""What tests of the organisers' pages share: finding rows by name, saving forms, releasing."""

from typing import Any

from sqlalchemy import select

from services.sessions.models import Session, Slot
from services.sessions.rules.concerns import DEFAULTS
from tests.sessions.conftest import SLUG, House

MANAGE = f"/sessions/manage/{SLUG}"


def one(house: House, model: Any, *where: Any) -> Any:
    with house.database.read() as db:
        return db.scalars(select(model).where(*where)).first()


def slot_named(house: House, title: str) -> Slot:
    with house.database.read() as db:
        return db.scalars(
            select(Slot).join(Session, Session.id == Slot.session_id).where(Session.title == title)
        ).one()


def put(house: House, title: str, **changes: Any) -> Slot:
    """Change the draft's slot of that title."""
    slot = slot_named(house, title)
    with house.database.write() as db:
        row = db.get_one(Slot, slot.id)
        for name, value in changes.items():
            setattr(row, name, value)
    return slot


def post(house: House, path: str, status: int = 303, **form: Any) -> Any:
    answer = house.organiser().post(MANAGE + path, data=form)
    assert answer.status_code == status, answer.text[:3000]
    return answer


def set_rules(house: House, *, buffer_minutes: int = 0, **severities: str) -> None:
    version = house.conference().rules_version
    post(house, "/rules", version=version, buffer_minutes=buffer_minutes, **{**DEFAULTS, **severities})
